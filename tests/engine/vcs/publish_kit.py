"""A repository with a branch to publish, and a bare one on disk to publish it to."""

import subprocess

WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
LATIN = "# -*- coding: latin-1 -*-\nname = 'Zo\xeb'\n".encode("latin-1")
FILES = {
    "plain.py": b"x = 1\n",
    "crlf.py": b"x = 1\r\ny = 2\r\n",
    "latin.py": LATIN,
    "no end.py": b"x = 1",
    "feed.py": b"x = 1\n\x0c\ny = 2\n",
    "data.bin": bytes(range(256)),
    "sp\xe4ce dir/\u65e5.py": b"a = 1\n",
}


def git(folder, *arguments):
    return subprocess.run(["git", *WHO, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder, message, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def repository(tmp_path):
    """A repository with main, and refactor/x two commits ahead, main checked out; its `origin` is bare, on disk."""
    folder = tmp_path / "work"
    folder.mkdir()
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "core.autocrlf", "false")
    commit(folder, "one", FILES)
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(folder, "push", "-q", "origin", "main")
    git(folder, "checkout", "-qb", "refactor/x")
    commit(folder, "broad-except: 3 sites in lib/\n\nWhy: it hides bugs.\n\nRewright-Rule: broad-except", changed(FILES))
    commit(folder, "Support module: \u00fc [v2] @ada #1", {"support/new.py": b"y = 3\n"})
    git(folder, "checkout", "-q", "main")
    return folder


def changed(files):
    return {name: data.replace(b"1", b"11").replace(b"\x00", b"\x01\x02") for name, data in files.items()}


def refs(folder):
    return dict(line.split(" ")[::-1] for line in git(folder, "for-each-ref", "--format=%(objectname) %(refname)").splitlines())


def tree(folder, name):
    return git(folder, "rev-parse", f"{name}^{{tree}}")


def elsewhere(tmp_path, remote, files):
    """Somebody else pushes to refactor/x."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(remote), "other")
    git(other, "checkout", "-qB", "refactor/x", "origin/main")
    commit(other, "theirs", files)
    git(other, "push", "-q", "origin", "refactor/x")
    return git(other, "rev-parse", "HEAD")
