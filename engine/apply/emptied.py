"""Folders that a run leaves with nothing in them: removed, as git does, and made again with their modes when it is taken back."""

from __future__ import annotations

import contextlib
import errno
import stat
from collections.abc import Iterable, Mapping

from engine.apply.layer import Tree, folder
from engine.apply.record import Entry

# It is there; or what is around it is another thing by now, or may not be written.
_NOT_HERE = (errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES, errno.EPERM, errno.EROFS)


def around(entries: Iterable[Entry]) -> list[str]:
    """Every folder around a file that is removed, outermost first; the root is none."""
    return sorted({path for entry in entries if entry.after is None for path in above(entry.path)})


def above(path: str) -> list[str]:
    """The folders around a file below the root, outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def modes(tree: Tree, entries: Iterable[Entry]) -> dict[str, int]:
    """The permission bits of those folders. Raises OSError."""
    found = {}
    for path in around(entries):
        with folder(tree, path.split("/")) as fd:
            found[path] = stat.S_IMODE(tree.layer.stat(fd).st_mode)
    return found


def clear(tree: Tree, folders: Iterable[str]) -> None:
    """Remove those in which nothing is left. One that may not be removed stays: it harms nobody."""
    for path in sorted(folders, reverse=True):
        *parts, name = path.split("/")
        with contextlib.suppress(OSError), folder(tree, parts) as fd:
            tree.layer.rmdir(name, folder=fd)


def refill(tree: Tree, wanted: Mapping[str, int], entries: Iterable[Entry]) -> None:
    """Make those again that the files to be restored need. Where that cannot be, those files are refused. Raises OSError."""
    for path in around(entries):
        *parts, name = path.split("/")
        try:
            with folder(tree, parts) as outside:
                tree.layer.mkdir(name, folder=outside)
                tree.layer.fsync(outside)
                with folder(tree, path.split("/")) as fd:
                    tree.layer.chmod(fd, wanted.get(path, 0o755))
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
