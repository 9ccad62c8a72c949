"""A worktree off to the side: what is in it, and that the user's repository is bit for bit the same afterwards."""

import os
import time

import pytest
from vcs_kit import delta, files, git, leftovers, make, once, snapshot, where, without_branch, write

from engine.discover import discover
from engine.model import RewrightError
from engine.vcs import git as vcs_git
from engine.vcs.refs import create_branch
from engine.vcs.repository import head, open_repository
from engine.vcs.worktree import worktree


def sprint(folder):
    """What `rewright branch` does: a worktree, two commits, a branch."""
    repo = open_repository(folder)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "two\n")
        tip = work.commit([delta("a.py", b"a = 2\n", b"a = 3\n"), delta("new/c.py", None, b"c\n")], "three\n")
    create_branch(repo, "refactor/x", tip)
    return repo, tip


def test_a_sprint_leaves_its_branch_and_nothing_else(plain):
    (plain / "a.py").write_text("a = 'staged'\n")
    git(plain, "add", "a.py")
    (plain / "pkg" / "b.py").write_text("stashed\n")
    git(plain, "stash", "push", "-q", "--", "pkg/b.py")
    (plain / "README").write_text("not staged\n")
    write(plain, {"untracked.txt": b"mine\n"})
    before = snapshot(plain)
    repo, tip = sprint(plain)
    assert without_branch(snapshot(plain), repo) == before
    assert leftovers(repo) == []
    assert git(plain, "rev-parse", "refactor/x") == tip
    assert git(plain, "log", "--format=%s", "refactor/x").split() == ["three", "two", "one"]
    assert git(plain, "log", "-1", "--format=%an <%ae> %cn <%ce>", tip) == " ".join(["Ada Lovelace <ada@example.org>"] * 2)
    assert git(plain, "diff", "--stat", "main", "refactor/x", "--name-status").split() == ["M", "a.py", "A", "new/c.py"]
    assert git(plain, "fsck", "--strict") == ""


@pytest.mark.parametrize("arguments", [("--object-format=sha256",), ("--shared=group",), ("--separate-git-dir=../apart.git",)])
def test_other_kinds_of_repositories(tmp_path, arguments):
    write(tmp_path / "r", {"a.py": b"a = 1\n"})
    git(tmp_path / "r", "init", "-q", *(one.replace("..", str(tmp_path)) for one in arguments))
    git(tmp_path / "r", "add", "-A")
    git(tmp_path / "r", "commit", "-qm", "one")
    before = snapshot(tmp_path / "r")
    repo, tip = sprint(tmp_path / "r")
    assert git(tmp_path / "r", "rev-parse", "refactor/x") == tip
    assert without_branch(snapshot(tmp_path / "r"), repo) == before
    assert leftovers(repo) == []


def test_fault_78_the_users_index_may_be_locked(plain):
    (plain / ".git/index.lock").touch()
    before = snapshot(plain)
    repo, _ = sprint(plain)
    assert without_branch(snapshot(plain), repo) == before


def test_the_worktree_is_a_target_like_any_other(plain):
    """It lies inside the .git folder, which no walk would enter from outside."""
    repo = open_repository(plain)
    with worktree(repo, head(repo).commit, where(repo), ("/pkg/",)) as work:
        found = discover(work.root)
        assert (found.files, found.listed_by, found.note) == (("pkg/b.py",), "git", "")
    assert discover(plain).files == ("a.py", "pkg/b.py")


def test_fault_75_detached_head_stays_detached(plain):
    git(plain, "checkout", "-q", "--detach")
    before = snapshot(plain)
    repo, _ = sprint(plain)
    assert head(repo).branch is None
    assert without_branch(snapshot(plain), repo) == before


def test_a_linked_worktree_as_the_users_checkout(plain, tmp_path):
    git(plain, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    before, main = snapshot(tmp_path / "linked"), snapshot(plain)
    repo, tip = sprint(tmp_path / "linked")
    assert (repo.top, repo.common) == (tmp_path / "linked", plain / ".git")
    assert without_branch(snapshot(tmp_path / "linked"), repo) == before
    assert without_branch(snapshot(plain), repo) == main
    assert git(plain, "rev-parse", "refactor/x") == tip
    assert leftovers(repo) == ["linked"]


def test_fault_79_submodules_stay_empty(plain, tmp_path):
    make(tmp_path / "inner", {"i.py": b"i = 1\n"})
    git(plain, "submodule", "--quiet", "add", str(tmp_path / "inner"), "lib/inner")
    git(plain, "commit", "-qm", "submodule")
    before = snapshot(plain)
    repo = open_repository(plain)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        assert files(work.root) == [".gitmodules", "README", "a.py", "pkg/b.py"]
        assert list((work.root / "lib/inner").iterdir()) == []
        with pytest.raises(RewrightError, match="lib/inner"):
            work.commit([delta("lib/inner/new.py", None, b"x\n")], "no\n")
        tip = work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "yes\n")
    assert git(plain, "diff", "--name-only", "main", tip) == "a.py"
    assert snapshot(plain) == before
    assert open_repository(plain / "lib/inner").top == plain / "lib/inner"  # a submodule that is checked out is a repository


def test_a_submodule_as_the_target(plain, tmp_path):
    make(tmp_path / "inner", {"a.py": b"a = 1\n"})
    git(plain, "submodule", "--quiet", "add", str(tmp_path / "inner"), "sub")
    git(plain, "commit", "-qm", "submodule")
    before, outer = snapshot(plain / "sub"), git(plain, "status", "--porcelain")
    repo, tip = sprint(plain / "sub")
    assert repo.common == plain / ".git/modules/sub"
    assert without_branch(snapshot(plain / "sub"), repo) == before
    assert git(plain / "sub", "rev-parse", "refactor/x") == tip
    assert git(plain, "status", "--porcelain") == outer


def test_symlinks_and_modes_are_kept(plain, tmp_path):
    (plain / "run.py").write_bytes(b"#!/usr/bin/env python\n")
    (plain / "run.py").chmod(0o755)
    (plain / "link.py").symlink_to("a.py")
    (plain / "out").symlink_to(tmp_path)
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "links")

    def look(work, commit):
        assert os.readlink(work.root / "link.py") == "a.py"
        assert os.access(work.root / "run.py", os.X_OK)
        return commit

    commit = once(plain, [delta("run.py", b"#!/usr/bin/env python\n", b"#!/usr/bin/python\n")], look=look)
    assert git(plain, "diff", "--raw", "--no-abbrev", "main", commit).split()[:2] == [":100755", "100755"]
    for path in ("link.py", "out/x.py", "../x.py", ".git/hooks/x", "/etc/x", "out"):
        with pytest.raises(RewrightError, match=path.rpartition("/")[2]):
            once(plain, [delta(path, b"a = 1\n" if path == "link.py" else None, b"x\n")])
    assert not (tmp_path / "x.py").exists()


def test_fault_80_the_users_own_sparse_checkout(plain):
    write(plain, {"other/c.py": b"c = 1\n"})
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "more")
    git(plain, "sparse-checkout", "set", "pkg")
    before = snapshot(plain)
    assert not (plain / "other").exists()
    repo = open_repository(plain)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        assert files(work.root) == ["README", "a.py", "other/c.py", "pkg/b.py"]
    with worktree(repo, head(repo).commit, where(repo), ("*.py", "!/pkg/**")) as work:
        assert files(work.root) == ["a.py", "other/c.py"]
        tip = work.commit([delta("other/c.py", b"c = 1\n", b"c = 2\n")], "m\n")
    assert git(plain, "diff", "--name-status", "main", tip).split() == ["M", "other/c.py"]
    assert snapshot(plain) == before


def test_sparse_patterns_concern_the_worktree_alone(plain):
    write(plain, {".gitattributes": b"*.py text eol=crlf\n", ".gitignore": b"support/\n"})
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "attributes")
    before = snapshot(plain)
    repo = open_repository(plain)
    name = "support/[new] x.txt "
    with worktree(repo, head(repo).commit, where(repo), ("/a.py",)) as work:
        assert files(work.root) == [".gitattributes", "a.py"]
        assert (work.root / "a.py").read_bytes() == b"a = 1\r\n"
        first = work.commit([delta(name, None, b"new\n")], "new, outside the patterns, ignored\n")
        second = work.commit([delta("a.py", b"a = 1\r\n", b"a = 2\r\n")], "m\n")
        work.go_to(head(repo).commit)
        assert files(work.root) == [".gitattributes", "a.py"]
        work.go_to(second)
        assert files(work.root) == [".gitattributes", "a.py", name]
    assert git(plain, "diff", "--name-status", "main", second).split("\n") == ["M\ta.py", f"A\t{name}"]
    assert git(plain, "diff", "--numstat", first, second) == "1\t1\ta.py"
    assert snapshot(plain) == before


def test_fault_80_a_shallow_clone(plain, tmp_path):
    write(plain, {"a.py": b"a = 1\n# two\n"})
    git(plain, "commit", "-qam", "two")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{plain}", "shallow")
    before = snapshot(tmp_path / "shallow")
    once(tmp_path / "shallow", [delta("a.py", b"a = 1\n# two\n", b"a = 2\n")])
    assert snapshot(tmp_path / "shallow") == before


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("allow", ["", "always"])
def test_fault_80_a_partial_clone_fetches_nothing(plain, tmp_path, allow, old, monkeypatch):
    """`old`: a git that does not know GIT_NO_LAZY_FETCH."""
    if old:
        monkeypatch.setitem(vcs_git._PLAIN, "GIT_NO_LAZY_FETCH", "0")
    git(plain, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{plain}", "partial")
    if allow:
        git(tmp_path / "partial", "config", "protocol.file.allow", allow)
    objects = lambda: sorted(str(path) for path in (tmp_path / "partial/.git/objects").rglob("*"))  # noqa: E731
    held = objects()
    repo = open_repository(tmp_path / "partial")
    lacking = {git(plain, "rev-parse", f"HEAD:{path}") for path in ("README", "a.py", "pkg/b.py")}
    with (
        pytest.raises(RewrightError, match=r"lacks; nothing is fetched") as caught,
        worktree(repo, head(repo).commit, where(repo)),
    ):
        pytest.fail("never reached")
    assert old or any(one in str(caught.value) for one in lacking)
    assert objects() == held
    assert leftovers(repo) == []


def test_thirty_commits_take_less_than_two_seconds(plain):
    repo = open_repository(plain)
    write(plain, {f"m{n}/f.py": b"x = 1\n" for n in range(30)})
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "files")
    start = time.process_time(), os.times()
    with worktree(repo, head(repo).commit, where(repo)) as work:
        for n in range(30):
            work.commit([delta(f"m{n}/f.py", b"x = 1\n", b"x = 2\n")], f"{n}\n")
    now = os.times()
    spent = time.process_time() - start[0] + now.children_user + now.children_system
    spent -= start[1].children_user + start[1].children_system
    assert spent < 2  # seconds of processor, ours and git's: the clock on the wall depends on who else is at work
