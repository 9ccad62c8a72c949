"""Real git repositories for the tests of engine/vcs, and what must be the same in them afterwards."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from engine.model import FileDelta
from engine.vcs.repository import open_repository
from engine.vcs.worktree import worktree

OURS = ("objects", "worktrees", "rewright")  # folders of .git that a worktree of ours may change


def git(folder, *arguments, stdin=None, ok=(0,), environment=None):
    """Stdout of git as text; git runs as a user would run it, but never rewrites the index while it looks."""
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "--no-optional-locks", "-C", str(folder), *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode in ok, done.stderr.decode(errors="replace")
    return os.fsdecode(done.stdout).rstrip("\n")


def write(top, files):
    for path, data in files.items():
        target = Path(top, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def make(folder, files=None, branch="main"):
    """A repository with one commit, and its path."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", branch)
    write(folder, {"a.py": b"a = 1\n", "pkg/b.py": b"b = 1\n", "README": b"read\n"} if files is None else files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def where(repo, name="sprint"):
    return repo.common / "rewright" / "worktrees" / name


def delta(path, before, after):
    return FileDelta(path, before, after)


def once(folder, deltas, message="m\n", patterns=(), look=None, **options):
    """Open, make a worktree at HEAD, commit the deltas; what `look(worktree, commit)` says, or the commit."""
    repo = open_repository(folder, **options)
    with worktree(repo, git(folder, "rev-parse", "HEAD"), where(repo), patterns) as work:
        commit = work.commit(deltas, message)
        return look(work, commit) if look else commit


def blob(folder, commit, path):
    return subprocess.run(
        ["git", "-C", str(folder), "cat-file", "blob", f"{commit}:{path}"], capture_output=True, check=True
    ).stdout


def snapshot(top):
    """Every byte and mode of the work tree and of its .git besides OURS, and what `git status` says."""
    top = Path(top)
    common = Path(git(top, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    found = {"status": git(top, "status", "--porcelain=v2", "--branch", "--show-stash", "--ignored")}
    for root in {top, common}:
        for folder, names, files in os.walk(root):
            inside = Path(folder).relative_to(common) if Path(folder).is_relative_to(common) else None
            names[:] = [name for name in names if not (inside == Path() and name in OURS)]
            for name in [*files, *(name for name in names if Path(folder, name).is_symlink())]:
                path = Path(folder, name)
                status = path.lstat()
                data = os.readlink(path) if stat.S_ISLNK(status.st_mode) else path.read_bytes()
                found[str(path)] = (status.st_mode, data, status.st_mtime_ns)
    return found


def leftovers(repo):
    """What a finished run left of worktrees; the lock's file and its folders may stay."""
    ours = repo.common / "rewright"
    found = [path.relative_to(repo.common).as_posix() for path in ours.rglob("*")] if ours.exists() else []
    stay = {"rewright/worktrees", "rewright/worktrees/.sprint.lock"}
    return sorted(set(found) - stay) + [path.name for path in (repo.common / "worktrees").glob("*")]


def refused(folder, error, deltas, **options):
    """The commit is refused, nothing is left, and the repository is as it was; what the error says."""
    before = snapshot(folder)
    with pytest.raises(error) as caught:
        once(folder, deltas, **options)
    assert snapshot(folder) == before
    assert leftovers(open_repository(folder, consent=True)) == []
    return caught.value


def files(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() and path.name != ".git")


def without_branch(found, repo, branch="refactor/x"):
    mine = (f"{repo.common}/refs/heads/{branch}", f"{repo.common}/logs/refs/heads/{branch}")
    return {path: value for path, value in found.items() if path not in mine}


def full_disk(folder, command, monkeypatch):
    """From here on git says of one of its commands what it says when the disk is full."""
    full = 'echo "fatal: sha1 file write error: No space left on device" >&2; exit 128'
    script = f'#!/bin/sh\ncase " $* " in *" {command} "*) {full};; esac\n'
    write(folder, {"git": f'{script}exec {shutil.which("git")} "$@"\n'.encode()})
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
