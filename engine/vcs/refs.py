"""Branches move by compare-and-swap, and never by force."""

from __future__ import annotations

from engine.errors import RewrightError
from engine.vcs.git import GitError
from engine.vcs.repository import Repository, check_branch_name, checked_out


class BranchMoved(RewrightError):
    """The branch is not where it was expected: somebody else made or moved it."""


def create_branch(repo: Repository, branch: str, commit: str) -> None:
    """Make a new branch at `commit` (a full object id).

    Raises BranchMoved when it exists, LockHeld when git's lock stays held, RewrightError for a bad name, or one that is a
    symbolic name of another branch.
    """
    check_branch_name(repo, branch)
    _swap(repo, branch, commit, "0" * len(commit))


def advance_branch(repo: Repository, branch: str, old: str, new: str) -> None:
    """Move a branch from commit `old` to `new` (full object ids).

    Raises BranchMoved when it is not at `old`, LockHeld when git's lock stays held, RewrightError when it is checked
    out somewhere (that checkout would then differ from its branch) or is a symbolic name of another branch.
    """
    where = checked_out(repo, branch)
    if where is not None:
        raise RewrightError(f"branch {branch!r} is checked out in {where}: switch to another branch there, then run again")
    _swap(repo, branch, new, old)


def _swap(repo: Repository, branch: str, new: str, old: str) -> None:
    alias = repo.git.text("symbolic-ref", "--quiet", f"refs/heads/{branch}", ok=(0, 1, 128))
    if alias:
        raise RewrightError(f"branch {branch!r} is a symbolic name of {alias}, which was not moved; use a branch of its own")
    try:
        repo.git.run("update-ref", "--no-deref", "-m", "rewright: branch", f"refs/heads/{branch}", new, old)
    except GitError as error:
        if not any(word in error.said for word in ("but expected", "already exists", "unable to resolve reference")):
            raise
        raise BranchMoved(
            f"branch {branch!r} was made or moved by somebody else meanwhile; nothing was forced. Look at it, and run again "
            f"(git said: {error.said})"
        ) from error
