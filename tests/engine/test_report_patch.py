"""The patch format against the real `git apply`: every byte as apply would write it."""

import subprocess

import pytest

from engine.model import FileDelta, Plan
from engine.report import View, render
from engine.report.patch import quote

CRLF = b"one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n"
CASES = {
    "plain": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "crlf": (CRLF, CRLF.replace(b"three", b"3\r\n3b")),
    "mixed newlines": (b"a\r\nb\nc\r\n", b"a\r\nB\nc\n"),
    "lone carriage returns": (b"a\rb\nc\n", b"a\rB\nc\r\rd\n"),
    "no final newline": (b"a\nb", b"a\nB"),
    "final newline lost": (b"a\nb\n", b"a\nb"),
    "final newline gained": (b"a\nb", b"a\nb\n"),
    "no final newline far away": (b"a\n" + b"x\n" * 20 + b"end", b"A\n" + b"x\n" * 20 + b"end"),
    "latin-1": (b"# caf\xe9\nx = 1\n", b"# caf\xe9\nx = '\xfc'\n"),
    "shift-jis": ("# 日本\nx = 1\n".encode("shift-jis"), "# 日本\nx = '表'\n".encode("shift-jis")),
    "byte-order mark": (b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbfx = 2\n"),
    "form feed and controls": (b"a\x0c\n\x1b[31m\nb\n", b"a\x0c\n\x1b[31m\nc\x07\n"),
    "lines that look like a patch": (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n", b"-- a/x\n+++ b/y\n\\ No newline at end of file\n"),
    "utf-8": ("é\u2028\u202e\n".encode(), "ü\u2028\u202e\n".encode()),
    "new": (None, b"a\r\nb"),
    "new and empty": (None, b""),
    "emptied": (b"a\nb\n", b""),
    "filled": (b"", b"a\n"),
    "far apart": (b"".join(b"%d\n" % n for n in range(300)), b"".join(b"%d\n" % n for n in range(300) if n % 50)),
    "secret": (b"password = 'hunter2'\nx = 1\n", b"password = 'hunter2'\nx = 2\n"),
}
NAMES = [
    "plain.py",
    "with space.py",
    "dir with space/new file.py",
    'quo"te.py',
    "back\\slash.py",
    "new\nline.py",
    "tab\there.py",
    "café/日本.py",
    "not-utf8-\udce9.py",
    "esc\x1b[31m.py",
    "-dash.py",
    " lead and trail .py ",
    "b/b/x.py",
]


def applied(tmp_path, plan, *arguments):
    """Write the plan's files, run git apply on its patch, and return what stands there after."""
    for delta in plan.deltas:
        target = tmp_path / delta.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if delta.before is not None:
            target.write_bytes(delta.before)
    patch = "".join(render(plan, "patch", View())).encode("utf-8", "surrogateescape")
    (tmp_path / "..patch").write_bytes(patch)
    command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", *arguments, "..patch"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, (done.stderr, patch)
    return {delta.path: (tmp_path / delta.path).read_bytes() for delta in plan.deltas}


def plan_of(*deltas):
    return Plan("/t", (), (), tuple(FileDelta(*delta) for delta in deltas), len(deltas))


@pytest.mark.parametrize("case", CASES)
def test_git_apply_gives_the_bytes_of_the_plan(tmp_path, case):
    before, after = CASES[case]
    plan = plan_of(("pkg/x.py", before, after))
    assert applied(tmp_path, plan) == {"pkg/x.py": after}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before, after", [(b"a\n", b"b\n"), (None, b"b\n"), (None, b"")])
def test_fault_69_odd_names_apply(tmp_path, name, before, after):
    assert applied(tmp_path, plan_of((name, before, after))) == {name: after}


def test_the_whole_plan_applies_in_one_patch_and_back(tmp_path):
    plan = plan_of(*((f"{index}/{name}", *CASES[case]) for index, (name, case) in enumerate(zip(NAMES * 2, CASES, strict=False))))
    assert applied(tmp_path, plan) == {delta.path: delta.after for delta in plan.deltas}
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-R", "..patch"], cwd=tmp_path, check=True)
    for delta in plan.deltas:
        path = tmp_path / delta.path
        assert (path.read_bytes() if path.exists() else None) == delta.before


def test_context_lines_are_asked_for():
    before = b"".join(b"%d\n" % n for n in range(20))
    plan = plan_of(("x.py", before, before.replace(b"10\n", b"ten\n")))
    assert "".join(render(plan, "patch", View(context=0))).count("\n") == 6
    assert "".join(render(plan, "patch", View(context=5))).count("\n") == 16


def test_names_are_quoted_as_git_quotes_them(tmp_path):
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    names = [name for name in NAMES if "/" not in name]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    listed = subprocess.run(["git", "ls-files", "-o"], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert sorted(listed.splitlines()) == sorted(quote(name) for name in names)
