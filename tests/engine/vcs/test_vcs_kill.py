"""FAULTS.md 85: killed at every git call, the user's repository is whole, and the next call does the job."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from kill_kit import deaths
from vcs_kit import git, leftovers, make, snapshot

from engine.vcs.repository import open_repository

HERE = Path(__file__).parent
EXPECTED = "three c.py pkg/b.py two a.py one README a.py pkg/b.py".split()
SPRINT = """
import sys
from pathlib import Path
from vcs_kit import delta, where
from engine.vcs.refs import create_branch
from engine.vcs.repository import branch_tip, check_branch_name, head, open_repository
from engine.vcs.worktree import worktree
repo = open_repository(Path(sys.argv[1]))
check_branch_name(repo, "refactor/x")
base = head(repo).commit
if branch_tip(repo, "refactor/x") is None:
    with worktree(repo, base, where(repo), ("/pkg/", "/a.py")) as work:
        first = work.commit([delta("a.py", b"a = 1\\n", b"a = 2\\n")], "two\\n")
        work.go_to(first)
        tip = work.commit([delta("pkg/b.py", b"b = 1\\n", b"b = 3\\n"), delta("c.py", None, b"c\\n")], "three\\n")
    create_branch(repo, "refactor/x", tip)
"""


def user(scenario):
    """What is the user's: all but the sprint's branch."""
    ours = ("/.git/refs/heads/refactor", "/.git/logs/refs/heads/refactor")
    found = {path.removeprefix(str(scenario)): value for path, value in snapshot(scenario).items()}
    return {path: value for path, value in found.items() if not path.startswith(ours)}


def test_fault_85_killed_at_every_git_call(tmp_path):
    template = make(tmp_path / "template")
    (template / "a.py").write_text("a = 'dirty'\n")
    git(template, "add", "a.py")
    (template / "README").write_text("mine\n")
    before, seen = user(template), set()

    def fresh(scenario):
        shutil.copytree(template, scenario, symlinks=True)

    def check(scenario, killed):
        assert user(scenario) == before
        commits = git(scenario, "log", "--format=%s", "refactor/x", ok=(0, 128)).split()
        assert commits in ([], ["three", "two", "one"])
        seen.add((killed.split()[0], len(commits)))

    def done(scenario):
        assert user(scenario) == before
        assert git(scenario, "log", "--format=%s", "--name-only", "refactor/x").split() == EXPECTED
        assert leftovers(open_repository(scenario)) == []
        assert git(scenario, "fsck", "--strict", "--no-dangling") == ""

    environment = {"PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), str(HERE)])}
    command = lambda scenario: [sys.executable, "-c", SPRINT, str(scenario)]  # noqa: E731
    calls = deaths(tmp_path / "before", fresh, command, check, done, modes=("before",), environment=environment)
    assert calls > 18
    assert {number for _, number in seen} == {0}
    assert {"worktree", "checkout", "clean", "add", "commit", "update-ref", "config"} <= {name for name, _ in seen}
    deaths(tmp_path / "after", fresh, command, check, done, modes=("after",), step=6, environment=environment)


def test_the_kit_notices_what_does_not_hold(tmp_path):
    """A command that leaves half of its work, and one that cannot go on after its death, are both found."""
    script = "import os, subprocess\nif {guard}: open('half', 'x').close()\nsubprocess.run(['git', 'version'], check=True)\n"
    script += "if os.path.exists('half'): os.rename('half', 'whole')\n"

    def run(guard, check):
        command = [sys.executable, "-c", script.format(guard=guard)]
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        whole = lambda scenario: (scenario / "whole").exists() or pytest.fail("not whole")  # noqa: E731
        return deaths(folder, lambda path: path.mkdir(parents=True), lambda _: command, check, whole)

    assert run("not os.path.exists('half')", lambda *_: None) == 1
    with pytest.raises(AssertionError, match=r"(?s)killed before git call 1 \(version\).*half") as caught:
        run("True", lambda *_: None)
    assert "FileExistsError" in str(caught.value)

    def check(scenario, killed):
        assert not (scenario / "half").exists(), "half was left"

    with pytest.raises(AssertionError, match=r"killed before git call 1 \(version\): half was left"):
        run("not os.path.exists('half')", check)
