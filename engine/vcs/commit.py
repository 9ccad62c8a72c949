"""One commit in our worktree: bytes written, added by git itself, and compared with the plan before and after it is made."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.apply.emptied import above, clear
from engine.apply.layer import CREATE, DISK, Tree, folder, opened, read_file, refusals, write_all
from engine.apply.paths import is_inside
from engine.errors import RewrightError
from engine.model import FileDelta
from engine.report.screen import escape
from engine.vcs.compare import Staged, difference, require_bytes, require_paths
from engine.vcs.git import Git, GitError
from engine.vcs.repository import no_identity

SLOW = 600.0  # seconds of one commit: a hook may run a test suite, a person may be asked for a passphrase
_FULL = ("No space left on device", "Disk quota exceeded")
_NAMELESS = ("Please tell me who you are", "empty ident name", "auto-detection is disabled", "unable to auto-detect")


class DiskFull(RewrightError):
    """No room for the worktree's files or git's objects."""


class HookRejected(RewrightError):
    """A hook of the repository said no; its words are in the message."""


class HookModified(RewrightError):
    """A hook of the repository made another commit than was meant."""


class SigningFailed(RewrightError):
    """The commit could not be signed as the user's configuration asks."""


def make_commit(git: Git, root: Path, hooks: bool, deltas: Sequence[FileDelta], message: str) -> str:
    """Commit the deltas on top of the worktree's detached HEAD; the commit's id. Leaves it half made when it raises.

    Raises RewrightError: the plan is about other bytes; FilterMismatch, HookRejected, HookModified, SigningFailed,
    NoIdentity, DiskFull.
    """
    wanted = {delta.path: delta for delta in deltas if delta.before != delta.after}
    if not wanted:
        raise RewrightError("there is nothing to commit: the plan changes no byte. Report this as a bug")
    with opened(str(root), DISK) as tree:
        for delta in sorted(wanted.values(), key=lambda one: one.after is None):  # a moved file's mode is read from its old path
            _write(tree, delta)
        clear(tree, {folder for path, delta in wanted.items() if delta.after is None for folder in above(path)})
    names = b"".join(os.fsencode(path) + b"\0" for path in wanted)
    with explained(root):
        # --force: a support module may lie where .gitignore names its folder; --sparse: or outside the sparse patterns
        pathspecs = ("--pathspec-from-file=-", "--pathspec-file-nul")
        git.run("--literal-pathspecs", "add", "--force", "--sparse", *pathspecs, stdin=names)
        staged = difference(git.run("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "HEAD", "--").out)
        require_paths(staged, wanted)
        start = require_bytes(git, staged, wanted)
        _commit(git, root, hooks, message)
    return _landed(git, hooks, start, staged)


def _write(tree: Tree, delta: FileDelta) -> None:
    """Put the new bytes where the plan's old ones are, or take the file away; no symlink is followed on the way."""
    path = delta.path
    *parents, name = path.split("/")
    if not is_inside(path):
        raise RewrightError(f"the plan names {path!r}, which is not a path inside the repository; nothing was committed")
    layer = tree.layer
    try:
        with refusals(path), folder(tree, parents, None if delta.before is None else frozenset()) as fd:
            if delta.before is not None and read_file(layer, name, fd)[0] != delta.before:
                raise RewrightError(f"{path!r} holds other bytes in the worktree than the plan was made from; run again")
            if delta.after is None:
                layer.unlink(name, folder=fd)
                return
            if delta.before is None:
                handle = layer.open(name, CREATE, 0o777 if delta.origin and _runs(tree, delta.origin) else 0o666, folder=fd)
            else:
                handle = layer.open(name, os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), folder=fd)
            try:
                write_all(layer, handle, delta.after)
            finally:
                layer.close(handle)
    except FileExistsError as error:
        raise RewrightError(f"the plan creates {path!r}, but it is there already; run again") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(Path(tree.root)) from error
        raise RewrightError(f"{path!r} cannot be written in the worktree {tree.root}: {error.strerror}") from error


def _runs(tree: Tree, path: str) -> bool:
    """May this file be executed? Git knows no other modes."""
    *parents, name = path.split("/")
    with folder(tree, parents) as fd:
        return bool(tree.layer.lstat(name, folder=fd).st_mode & stat.S_IXUSR)


def _commit(git: Git, root: Path, hooks: bool, message: str) -> None:
    verify = () if hooks else ("--no-verify",)
    command = ("commit", "--quiet", "--cleanup=whitespace", *verify, "-F", "-")
    try:
        replace(git, hooks=hooks).run(*command, stdin=message.encode(errors="surrogateescape"), seconds=SLOW)
    except GitError as error:
        said = error.said
        if any(words in said for words in (*_FULL, *_NAMELESS)):
            raise
        if "failed to write commit object" in said and not any(w in said for w in ("unable to write", "insufficient permission")):
            raise SigningFailed(
                f"the commit could not be signed: {_shown(said)}\nThe worktree {root} was kept. Sign once by hand (`git "
                "commit -S` in your checkout) to see why, or switch it off (`git config commit.gpgSign false`), and run again"
            ) from error
        if hooks and (error.code == 1 or "aborted by hook" in said):
            raise HookRejected(
                f"a hook of the repository rejected the commit; it said:\n{_shown(said) or '(nothing)'}"
            ) from error
        raise


def _landed(git: Git, hooks: bool, start: str, staged: Mapping[str, Staged]) -> str:
    """The new commit, when it stands on `start` and holds what was staged. Raises HookModified."""
    how = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--root", "--always", "--pretty=tformat:%H %P")
    raw = git.run("diff-tree", *how, "HEAD", "--").out
    header, _, rest = raw.partition(b"\0")
    commit, *parents = header.decode().split()
    made = difference(rest)
    if parents == [start] and made == staged:
        return commit
    changed = sorted(path for path in made.keys() | staged.keys() if made.get(path) != staged.get(path))
    who = "a hook of the repository" if hooks else "something in the repository"
    what = f"changed {', '.join(map(repr, changed[:5]))}" if parents == [start] else "made commits of its own"
    raise HookModified(f"{who} {what} in the commit that was meant; it was not kept. Run without --run-hooks, or mend the hook")


def _shown(said: str) -> str:
    """What a program of the repository's said, fit for a terminal."""
    return "\n".join(escape(line) for line in said.split("\n"))


@contextlib.contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn what git says about a full disk or a missing identity into errors of ours."""
    try:
        yield
    except GitError as error:
        if any(words in error.said for words in _FULL):
            raise _full(root) from error
        if any(words in error.said for words in _NAMELESS):
            raise no_identity() from error
        raise


def _full(root: Path) -> DiskFull:
    return DiskFull(f"the disk of {root} is full: make room, then run again; no branch was changed")
