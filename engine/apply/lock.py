"""One run at a time on one target: an operating-system lock, which a dead process cannot keep."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator

from filelock import FileLock, Timeout

from engine.apply.journal import prepare
from engine.apply.layer import REWRITE, Tree, folder, read_file, write_all
from engine.model import RefusedFile, RewrightError
from engine.ours import JOURNAL, OURS

_HOLDER = "holder"  # apart from the lock: older filelock versions empty the lock file on every try


@contextlib.contextmanager
def locked(tree: Tree) -> Iterator[None]:
    """Hold `.rewright/lock`. Raises RewrightError, naming the holder, when another run has it."""
    prepare(tree)
    path = f"{tree.root}/{OURS}/lock"
    try:
        with folder(tree, (OURS,)) as fd, contextlib.suppress(FileNotFoundError):
            read_file(tree.layer, "lock", fd)  # a hostile target may hold a symlink or a FIFO there
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except RefusedFile as error:
        raise RewrightError(f"{path}: not a regular file, so it cannot be the lock; remove it") from error
    except Timeout as error:
        raise RewrightError(
            f"another run is at work on {tree.root}: {_holder(tree)}. Its lock is {path}; wait until it ends, and run again"
        ) from error
    except OSError as error:
        raise RewrightError(f"{path}: cannot take the lock ({error.strerror}); make the folder writable") from error
    try:
        with contextlib.suppress(OSError):
            _name_holder(tree)
        yield
    finally:
        try:
            with contextlib.suppress(OSError), folder(tree, JOURNAL) as fd:
                tree.layer.unlink(_HOLDER, folder=fd)
        finally:
            lock.release()


def _name_holder(tree: Tree) -> None:
    holder = json.dumps({"process": os.getpid(), "host": platform.node()}).encode()
    with folder(tree, JOURNAL) as fd:
        handle = tree.layer.open(_HOLDER, REWRITE, 0o644, folder=fd)
        try:
            write_all(tree.layer, handle, holder)
        finally:
            tree.layer.close(handle)


def _holder(tree: Tree) -> str:
    try:
        with folder(tree, JOURNAL) as fd:
            value = json.loads(read_file(tree.layer, _HOLDER, fd)[0])
        return f"process {int(value['process'])} on {str(value['host'])!r}"
    except (OSError, ValueError, KeyError, TypeError, RefusedFile):
        return "a process that has not said its name yet"
