"""Makes repositories and files for the tests of engine/discover."""

import subprocess

IDENTITY = [
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.org",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "protocol.file.allow=always",
]


def git(folder, *arguments):
    subprocess.run(["git", *IDENTITY, "-C", str(folder), *arguments], check=True, capture_output=True)


def write(root, *names, text="x = 1\n"):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def reasons(found):
    return {(item.site.path, type(item).__name__, item.reason) for item in found.skipped}
