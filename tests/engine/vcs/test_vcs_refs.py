"""Branches: names that are none, compare-and-swap, locks that are waited for and never removed."""

import threading
import time

import pytest
from vcs_kit import git, snapshot, write

from engine.model import RewrightError
from engine.vcs import git as vcs_git
from engine.vcs.git import LockHeld
from engine.vcs.refs import BranchMoved, advance_branch, create_branch
from engine.vcs.repository import branch_tip, check_branch_name, checked_out, commit_of, head, open_repository

NOT_NAMES = [
    "--upload-pack=x", "-x", "-", "a..b", "@{-1}", "@", "HEAD", "", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "/a",
    "a/", "a//b", ".a", "a/.b", "a.lock", "a.", "a\nb", "a\0b", "a@{1}", "ext::sh -c id",
]  # fmt: skip


@pytest.fixture
def two(plain):
    """A second commit, on a branch `other`; main is checked out, and was reached by `checkout -`."""
    git(plain, "checkout", "-q", "-b", "other")
    write(plain, {"a.py": b"a = 2\n"})
    git(plain, "commit", "-qam", "two")
    git(plain, "checkout", "-q", "main")
    return plain


@pytest.mark.parametrize("name", NOT_NAMES)
def test_fault_88_what_is_no_name_of_a_branch(two, name):
    repo = open_repository(two)
    before = snapshot(two)
    with pytest.raises(RewrightError, match="cannot be a branch's name"):
        check_branch_name(repo, name)
    with pytest.raises(RewrightError, match="cannot be a branch's name"):
        create_branch(repo, name, head(repo).commit)
    assert branch_tip(repo, name) is None
    assert snapshot(two) == before


@pytest.mark.parametrize("name", ["refactor/x", "é", "caf\udce9", "a@b", "x{y}", "'q\"", "a=b", "x-", "refs/heads/x"])
def test_names_of_branches(two, name):
    repo = open_repository(two)
    check_branch_name(repo, name)
    create_branch(repo, name, head(repo).commit)
    assert branch_tip(repo, name) == head(repo).commit
    assert branch_tip(repo, "absent") is None
    assert git(two, "for-each-ref", "--format=%(refname)", "--points-at=main").count("\n") == 1


def test_a_branch_that_stands_in_the_way(two):
    repo = open_repository(two)
    create_branch(repo, "refactor", head(repo).commit)
    with pytest.raises(RewrightError, match="beside branch 'refactor'"):
        check_branch_name(repo, "refactor/x")
    create_branch(repo, "deep/er/x", head(repo).commit)
    with pytest.raises(RewrightError, match="beside branch 'deep/er/x'"):
        create_branch(repo, "deep", head(repo).commit)


def test_fault_77_a_branch_that_exists_is_not_forced(two):
    repo = open_repository(two)
    tip = branch_tip(repo, "other")
    with pytest.raises(BranchMoved, match="nothing was forced"):
        create_branch(repo, "other", head(repo).commit)
    assert branch_tip(repo, "other") == tip


def test_a_branch_moves_only_from_where_it_was(two):
    repo = open_repository(two)
    base, tip = head(repo).commit, branch_tip(repo, "other")
    create_branch(repo, "refactor/x", base)
    advance_branch(repo, "refactor/x", base, tip)
    assert branch_tip(repo, "refactor/x") == tip
    with pytest.raises(BranchMoved):
        advance_branch(repo, "refactor/x", base, tip)
    with pytest.raises(BranchMoved):
        advance_branch(repo, "gone", base, tip)
    assert branch_tip(repo, "gone") is None
    assert git(two, "reflog", "show", "--format=%gs", "refactor/x").split("\n") == ["rewright: branch"] * 2


def test_a_branch_that_is_checked_out_or_an_alias_is_not_moved(two, tmp_path):
    repo = open_repository(two)
    base, tip = head(repo).commit, branch_tip(repo, "other")
    assert checked_out(repo, "main") == two
    assert checked_out(repo, "other") is None
    with pytest.raises(RewrightError, match=f"checked out in {two}"):
        advance_branch(repo, "main", base, tip)
    git(two, "worktree", "add", "-q", str(tmp_path / "second"), "other")
    assert checked_out(repo, "other") == tmp_path / "second"
    with pytest.raises(RewrightError, match="second"):
        advance_branch(repo, "other", tip, base)
    git(two, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    with pytest.raises(RewrightError, match="symbolic name of refs/heads/main"):
        advance_branch(repo, "alias", base, tip)
    assert (branch_tip(repo, "main"), branch_tip(repo, "other")) == (base, tip)
    git(two, "symbolic-ref", "refs/heads/dangling", "refs/heads/absent")
    with pytest.raises(RewrightError, match="dangling"):
        create_branch(repo, "dangling", base)
    assert branch_tip(repo, "absent") is None


def test_fault_78_a_lock_that_stays_is_named_and_kept(two, monkeypatch):
    monkeypatch.setattr(vcs_git, "PATIENCE", 0.3)
    repo = open_repository(two)
    lock = two / ".git/refs/heads/refactor/x.lock"
    lock.parent.mkdir()
    lock.touch()
    start = time.monotonic()
    with pytest.raises(LockHeld) as caught:
        create_branch(repo, "refactor/x", head(repo).commit)
    assert 0.3 <= time.monotonic() - start < 20
    assert str(lock) in str(caught.value) and "remove the file only when" in str(caught.value)
    assert lock.exists()
    assert branch_tip(repo, "refactor/x") is None


def test_fault_78_a_lock_that_goes_is_waited_for(two):
    repo = open_repository(two)
    lock = two / ".git/refs/heads/refactor/x.lock"
    lock.parent.mkdir()
    lock.touch()
    timer = threading.Timer(0.5, lock.unlink)
    timer.start()
    create_branch(repo, "refactor/x", head(repo).commit)
    timer.join()
    assert branch_tip(repo, "refactor/x") == head(repo).commit


def test_commits_by_name(two):
    repo = open_repository(two)
    git(two, "tag", "-a", "v1", "-m", "v1", "other")
    write(two, {"other": b"a file of a branch's name\n"})
    assert commit_of(repo, "v1") == commit_of(repo, "other") == git(two, "rev-parse", "refs/heads/other")
    assert commit_of(repo, "other~1") == commit_of(repo, "HEAD") == head(repo).commit
    assert commit_of(repo, head(repo).commit[:10]) == head(repo).commit
    with pytest.raises(RewrightError, match="did you mean 'other'"):
        commit_of(repo, "othr")
    for name in ("--upload-pack=x", "-x", "--all", "", "0" * 40, "HEAD^{tree}", "a\0b", "a\nb", "nothing like it", "main:a.py"):
        with pytest.raises(RewrightError, match=r"is not a commit|NUL"):
            commit_of(repo, name)
