"""The folders and the lock of our worktrees on disk: claimed by one process, found after a crash, removed.

Everything here works on names that git gives a worktree (gitrepository-layout(5), `worktrees/`), so that what a killed
`git worktree add` left half made can be removed too, and only our own: `git worktree prune` would take the user's.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import RewrightError

OURS = "rewright"  # the folder in git's common dir under which everything is ours


@contextlib.contextmanager
def claimed(common: Path, folder: Path) -> Iterator[None]:
    """Hold the lock of a worktree's folder, which a dead process cannot keep. Removes what a dead process left there.

    Raises RewrightError when a live process holds it, or when something that is not ours stands at `folder`.
    """
    ours = folder.is_relative_to(common / OURS)
    if os.path.lexists(folder) and not ours:
        raise RewrightError(f"{folder} exists already, and is not ours to replace; remove it or name another place")
    holder, path = (folder.with_name(f".{folder.name}.{what}") for what in ("holder", "lock"))
    lock = FileLock(path, timeout=0)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.parent.resolve() != folder.parent or folder.is_symlink() or path.is_symlink() or holder.is_symlink():
            raise RewrightError(f"{folder} leads elsewhere by a symbolic link; remove the link, then run again")
        lock.acquire()
    except Timeout as error:
        raise RewrightError(
            f"another run is at work in {folder}: {_named(holder)}. Wait until it ends, and run again (its lock is {path})"
        ) from error
    except OSError as error:
        raise RewrightError(f"{path}: cannot take the lock ({error.strerror}); make the folder writable") from error
    try:
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"process": os.getpid(), "host": platform.node()}), "utf-8")
        remove(common, folder)
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def admin_of(folder: Path) -> Path:
    """Git's own folder for a worktree, as its `.git` file says."""
    text = os.fsdecode((folder / ".git").read_bytes())
    return Path(folder, text.removeprefix("gitdir: ").removesuffix("\n"))


def remove(common: Path, folder: Path) -> None:
    """Remove a worktree's folder, then git's own folders for it; nothing where nothing is. Raises RewrightError."""
    try:
        if os.path.lexists(folder):
            shutil.rmtree(folder, onerror=_make_writable)
        for admin in _admins(common, folder):
            shutil.rmtree(admin, onerror=_make_writable)
        with contextlib.suppress(OSError):
            (common / "worktrees").rmdir()  # as git does with an empty one
    except OSError as error:
        raise RewrightError(f"{error.filename}: our worktree cannot be removed ({error.strerror}); remove {folder}") from error


def _admins(common: Path, folder: Path) -> Iterator[Path]:
    """Git's folders for the worktree at `folder`; among them one that `git worktree add` died in before it wrote `gitdir`."""
    with contextlib.suppress(FileNotFoundError):
        for admin in sorted((common / "worktrees").iterdir()):
            named = admin.name.startswith(folder.name) and admin.name[len(folder.name) :].strip("0123456789") == ""
            try:
                target = os.fsdecode((admin / "gitdir").read_bytes()).removesuffix("\n")
            except FileNotFoundError:
                if named and {entry.name for entry in admin.iterdir()} <= {"locked"}:
                    yield admin
            except NotADirectoryError:
                continue
            else:
                if target == f"{folder}/.git" or (not target and named):
                    yield admin


def _make_writable(function: Callable[..., object], path: str, caught: tuple[type[BaseException], BaseException, object]) -> None:
    """A gate may leave folders that cannot be written. Raises the OSError again where that is not why."""
    if not isinstance(caught[1], PermissionError):
        raise caught[1]
    parent = os.path.dirname(path)
    for name in (parent, path):
        with contextlib.suppress(OSError):
            if not os.path.islink(name) and os.path.isdir(name):
                os.chmod(name, stat.S_IRWXU)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _named(holder: Path) -> str:
    try:
        value = json.loads(holder.read_text("utf-8"))
        return f"process {int(value['process'])} on {str(value['host'])!r}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has not said its name yet"
