"""docs/write-a-rule.md, done from beginning to end with an installed wheel: each file written, each command run and compared."""

import os
import re
import subprocess

import pytest
from test_packaging import REPO, bare, wheel

__all__ = ["bare", "wheel"]  # fixtures

PAGE = REPO / "docs" / "write-a-rule.md"
_STEP = re.compile(r"^(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(text):
    """Files as (name, where their text begins and ends), commands as (command, where what they show begins and ends)."""
    for found in _STEP.finditer(text):
        if found["file"]:
            yield "file", found["file"], *found.span("text")
        elif found["kind"] == "console":
            start, end = found.span("text")
            heads = [*re.finditer(r"^\$ (.*)\n", text[start:end], re.MULTILINE)]
            for head, following in zip(heads, [*heads[1:], None], strict=True):
                yield "command", head[1], start + head.end(), end if following is None else start + following.start()


def done(command, cwd, env):
    """What a command shows, its errors included; how long it took is left out."""
    ran = subprocess.run(
        command,
        shell=True,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return re.sub(r" in \d+\.\d+s", " in 0.50s", "".join(line.rstrip() + "\n" for line in ran.stdout.rstrip("\n").split("\n")))


def replayed(text, cwd, env):
    """The page with what its commands really show."""
    real, at = "", 0
    for kind, name, start, end in steps(text):
        if kind == "file":
            (cwd / name).parent.mkdir(parents=True, exist_ok=True)
            (cwd / name).write_text(text[start:end])
        else:
            real += text[at:start] + done(name, cwd, env)
            at = end
    return real + text[at:]


def environment(python, cwd):
    path = f"{python}{os.pathsep}{os.defpath}"
    return {"PATH": path, "HOME": str(cwd), "COLUMNS": "100", "XDG_CACHE_HOME": str(cwd.parent / "cache"), "NO_COLOR": "1"}


def test_every_command_shows_what_the_page_says(bare, tmp_path):
    cwd = tmp_path / "shop"
    cwd.mkdir()
    text = PAGE.read_text("utf-8")
    assert replayed(text, cwd, environment(bare / "bin", cwd)) == text


@pytest.mark.parametrize("word", ["new", "test", "--update", "scan", "diff", "pytest"])
def test_the_page_goes_all_the_way(word):
    commands = [name for kind, name, *_ in steps(PAGE.read_text("utf-8")) if kind == "command"]
    assert any(word in command.split() for command in commands)
