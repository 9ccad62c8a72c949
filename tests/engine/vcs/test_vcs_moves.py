"""Commits of plans that move and remove files: what git records is what the plan shows, modes included."""

import pytest
from vcs_kit import blob, delta, git, make, once, refused, write

from engine.errors import RewrightError
from engine.model import FileDelta
from engine.vcs.export import patches
from engine.vcs.repository import open_repository
from engine.vcs.worktree import FilterMismatch

OLD, NEW = b"#!/usr/bin/env python\nx = 1\n" + b"# kept\n" * 9, b"#!/usr/bin/env python\nx = 2\n" + b"# kept\n" * 9
MOVE = [FileDelta("pkg/old.py", OLD, None), FileDelta("store/new.py", None, NEW, origin="pkg/old.py")]


def repository(folder, mode=0o755, more=None):
    make(folder, {"a.py": b"a = 1\n", "pkg/old.py": OLD, **(more or {})})
    (folder / "pkg/old.py").chmod(mode)
    git(folder, "commit", "-qam", "two", ok=(0, 1))
    return folder


def raw(folder, commit):
    return git(folder, "diff-tree", "-r", "-M", "--no-commit-id", "--raw", "--abbrev=1", commit).splitlines()


@pytest.mark.parametrize("mode", [0o755, 0o644])
def test_a_move_keeps_the_mode_and_git_sees_a_rename(tmp_path, mode):
    folder = repository(tmp_path / "r", mode)
    seen = []
    commit = once(folder, MOVE, look=lambda work, commit: seen.append((work.root / "pkg").exists()) or commit)
    (line,) = raw(folder, commit)
    assert line.split()[:2] == [f":100{mode:o}", f"100{mode:o}"] and line.split()[4].startswith("R")
    assert line.split("\t")[1:] == ["pkg/old.py", "store/new.py"]
    assert blob(folder, commit, "store/new.py") == NEW and seen == [False]
    assert git(folder, "status", "--porcelain") == ""


def test_a_file_is_removed(tmp_path):
    folder = repository(tmp_path / "r")
    commit = once(folder, [FileDelta("pkg/old.py", OLD, None), delta("a.py", b"a = 1\n", b"a = 2\n")])
    assert sorted(line.split()[4] + line.split("\t")[1] for line in raw(folder, commit)) == ["Dpkg/old.py", "Ma.py"]


def test_a_move_in_a_sparse_worktree(tmp_path):
    folder = repository(tmp_path / "r", more={"docs/big.txt": b"text\n"})
    there = []
    commit = once(
        folder, MOVE, patterns=("*.py",), look=lambda work, commit: there.append((work.root / "docs").exists()) or commit
    )
    assert there == [False] and git(folder, "ls-tree", "-r", "--name-only", commit).splitlines() == [
        "a.py",
        "docs/big.txt",
        "store/new.py",
    ]


def test_the_exported_patch_of_a_move_applies(tmp_path):
    folder = repository(tmp_path / "r")
    git(folder, "branch", "moved", once(folder, MOVE))
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(folder), str(other))
    for patch in patches(open_repository(folder).git, "moved", "main", tmp_path / "out"):
        git(other, "am", "-q", "--keep-cr", str(patch))
    assert git(other, "rev-parse", "HEAD^{tree}") == git(folder, "rev-parse", "moved^{tree}")


@pytest.mark.parametrize("settings", [{"core.autocrlf": "true"}, {"core.fileMode": "false"}])
def test_fault_83_settings_that_change_what_a_commit_holds(tmp_path, settings):
    folder = repository(tmp_path / "r", 0o644)
    for name, value in settings.items():
        git(folder, "config", name, value)
    git(folder, "rm", "-rq", "--cached", ".")
    git(folder, "reset", "-q", "--hard")
    before = (folder / "pkg/old.py").read_bytes()
    after = before.replace(b"1", b"2")
    commit = once(folder, [FileDelta("pkg/old.py", before, None), FileDelta("store/new.py", None, after, origin="pkg/old.py")])
    assert blob(folder, commit, "store/new.py") == NEW


def test_fault_83_a_mode_that_git_does_not_see_is_refused(tmp_path):
    folder = repository(tmp_path / "r", 0o755)
    git(folder, "config", "core.fileMode", "false")
    assert "store/new.py" in str(refused(folder, FilterMismatch, MOVE))


def test_what_stands_in_the_way_is_refused(tmp_path):
    folder = repository(tmp_path / "r", more={"store/new.py": b"mine\n"})
    assert "'store/new.py', but it is there already" in str(refused(folder, RewrightError, MOVE))
    other = repository(tmp_path / "s", more={"store": b"no folder\n"})
    assert "'store/new.py'" in str(refused(other, RewrightError, MOVE))


def test_a_file_that_was_changed_is_not_removed(tmp_path):
    folder = repository(tmp_path / "r")
    write(folder, {"pkg/old.py": b"mine\n"})
    git(folder, "commit", "-qam", "mine")
    assert "'pkg/old.py' holds other bytes" in str(refused(folder, RewrightError, MOVE))
