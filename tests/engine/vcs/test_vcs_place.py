"""The worktree's folder: claimed by one process, taken over from a dead one, removed; and what a gate may do in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from vcs_kit import delta, files, git, leftovers, snapshot, where, without_branch, write

from engine.model import RewrightError
from engine.vcs import git as vcs_git
from engine.vcs.git import LockHeld
from engine.vcs.repository import head, open_repository
from engine.vcs.worktree import SigningFailed, worktree

REPO = Path(__file__).parents[3]


def test_a_new_worktree_takes_a_dead_ones_place(plain, tmp_path):
    git(plain, "worktree", "add", "-q", "--detach", str(tmp_path / "sprint"))  # the user's, with the same name as ours
    before = snapshot(plain)
    repo = open_repository(plain)
    died = "import sys, os\nfrom pathlib import Path\nfrom vcs_kit import *\nrepo = open_repository(Path(sys.argv[1]))\n"
    died += "with worktree(repo, git(sys.argv[1], 'rev-parse', 'HEAD'), where(repo)) as work:\n    os._exit(9)\n"
    done = subprocess.run([sys.executable, "-c", died, str(plain)], env=paths(), check=False)
    assert done.returncode == 9
    assert (where(repo) / "a.py").exists()
    (where(repo) / "sub").mkdir()
    (where(repo) / "sub" / "left by a gate").write_text("x")
    (where(repo) / "sub").chmod(0o500)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        assert files(work.root) == ["README", "a.py", "pkg/b.py"]
    assert leftovers(repo) == ["sprint"]
    assert snapshot(plain) == before
    assert git(tmp_path / "sprint", "status", "--porcelain") == ""


@pytest.mark.parametrize("left", [["locked"], [], ["locked", "gitdir"]])
def test_what_a_killed_worktree_add_left_is_removed(plain, left):
    repo = open_repository(plain)
    admin = repo.common / "worktrees" / "sprint"
    admin.mkdir(parents=True)
    for name in left:
        (admin / name).write_text(f"{where(repo)}/.git\n" if name == "gitdir" else "initializing")
    with worktree(repo, head(repo).commit, where(repo)) as work:
        assert Path(work.git.variables["GIT_DIR"]) == admin
    assert leftovers(repo) == []


def paths():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPO), str(Path(__file__).parent)])}


def test_a_live_processs_worktree_is_refused(plain, tmp_path):
    repo = open_repository(plain)
    sleeper = "import sys, time\nfrom pathlib import Path\nfrom vcs_kit import *\nrepo = open_repository(Path(sys.argv[1]))\n"
    sleeper += "with worktree(repo, git(sys.argv[1], 'rev-parse', 'HEAD'), where(repo)) as work:\n"
    sleeper += "    print('here', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", sleeper, str(plain)], env=paths(), stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout.readline() == b"here\n"
            with pytest.raises(RewrightError, match=f"process {child.pid} on") as caught, worktree(repo, "HEAD", where(repo)):
                pytest.fail("never reached")
            assert "Wait until it ends" in str(caught.value)
            assert (where(repo) / "a.py").exists()
        finally:
            child.kill()
    with worktree(repo, head(repo).commit, where(repo)):
        pass
    assert leftovers(repo) == []


def test_fault_77_a_folder_that_is_not_ours_is_not_replaced(plain, tmp_path):
    repo = open_repository(plain)
    write(tmp_path / "theirs", {"x": b"x"})
    with pytest.raises(RewrightError, match="exists already"), worktree(repo, "HEAD", tmp_path / "theirs"):
        pytest.fail("never reached")
    (repo.common / "rewright").symlink_to(tmp_path)
    write(tmp_path / "worktrees" / "sprint", {"x": b"x"})
    with pytest.raises(RewrightError, match="symbolic link"), worktree(repo, "HEAD", where(repo)):
        pytest.fail("never reached")
    assert (tmp_path / "theirs" / "x").exists() and (tmp_path / "worktrees" / "sprint" / "x").exists()
    with worktree(repo, head(repo).commit, tmp_path / "new") as work:  # elsewhere, where nothing is
        assert (work.root / "a.py").exists()
    assert not (tmp_path / "new").exists()


def test_go_to_removes_what_a_gate_left_and_moves_no_branch(plain, tmp_path):
    write(plain, {".gitignore": b"*.pyc\n"})
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "ignore")
    before = snapshot(plain)
    repo = open_repository(plain)
    base = head(repo).commit
    with worktree(repo, base, where(repo)) as work:
        tip = work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "m\n")
        write(work.root, {"x.pyc": b"x", "new/y.txt": b"y", "nested/.git/HEAD": b"ref: refs/heads/x\n"})
        (work.root / "a.py").write_bytes(b"gate\n")
        (work.root / "README").unlink()
        (work.root / "outside").symlink_to(tmp_path)
        git(work.root, "add", "a.py")
        git(work.root, "checkout", "-q", "-b", "gates-own")
        with pytest.raises(RewrightError, match="switched to a branch"):
            work.commit([delta("a.py", b"gate\n", b"a = 3\n")], "m\n")
        work.go_to(base)
        assert files(work.root) == [".gitignore", "README", "a.py", "pkg/b.py"]
        assert (work.root / "a.py").read_bytes() == b"a = 1\n"
        assert git(work.root, "status", "--porcelain", "--ignored") == ""
        assert git(plain, "rev-parse", "gates-own") == tip
        (work.root / ".git").unlink()  # git would now find the repository around the worktree
        work.go_to(tip)
        assert (work.root / "a.py").read_bytes() == b"a = 2\n"
    assert without_branch(snapshot(plain), repo, "gates-own") == before
    assert leftovers(repo) == []


def test_an_exception_removes_the_worktree_unless_it_is_to_be_kept(plain):
    repo = open_repository(plain)
    for error, kept in ((KeyError, False), (KeyboardInterrupt, False), (SigningFailed, True), (RewrightError, False)):
        with pytest.raises(error), worktree(repo, head(repo).commit, where(repo)):
            raise error("x")
        assert where(repo).exists() is kept
    with worktree(repo, head(repo).commit, where(repo)):
        pass
    assert leftovers(repo) == []


def test_a_bad_pattern_or_commit(plain):
    repo = open_repository(plain)
    with pytest.raises(RewrightError, match="newline"), worktree(repo, "HEAD", where(repo), ("a\nb",)):
        pytest.fail("never reached")
    with pytest.raises(RewrightError, match="invalid reference"), worktree(repo, "0" * 40, where(repo)):
        pytest.fail("never reached")
    assert leftovers(repo) == []


def test_fault_78_the_worktrees_own_lock_is_waited_for(plain, monkeypatch):
    monkeypatch.setattr(vcs_git, "PATIENCE", 0.3)
    repo = open_repository(plain)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        lock = Path(work.git.variables["GIT_DIR"], "index.lock")
        lock.touch()
        with pytest.raises(LockHeld, match=str(lock)):
            work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "m\n")
        assert lock.exists()
        lock.unlink()
        work.go_to(head(repo).commit)
        assert work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "m\n")
