"""`.rewright/decisions.yaml` on disk. Written whole, synced and renamed, under the lock of `apply`.

Not through its journal: that keeps ten runs, and an hour of deciding must not push out what `rewright undo` takes back.
YAML and the lock are imported when they are needed: most runs find no decisions, or find them in the cache.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cache import Cache, digest
from engine.decisions.values import Decision
from engine.model import RefusedFile, RewrightError
from engine.ours import OURS

if TYPE_CHECKING:
    from engine.apply.layer import FileLayer

FILE = f"{OURS}/decisions.yaml"  # relative to the target's root


def place(root: Path) -> Path:
    """Where the decisions on a target stand."""
    return root / FILE


def load(file: Path, cache: Cache, program: bytes) -> tuple[Decision, ...]:
    """The decisions of a file; none where it is not there. One that was read before comes from the cache.

    Raises RewrightError.
    """
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            raise RewrightError(f"{file}: is not a regular file, so it was not read; put a file there, or remove it")
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise RewrightError(f"{file}: cannot be read ({error.strerror}); make it readable") from error
    key = digest("decisions", program, str(file), data)
    known: dict[bytes, tuple[Decision, ...]] = cache.get([key])
    if key not in known:
        from engine.decisions.reading import parse

        known[key] = parse(_text(data, str(file)), str(file)).decisions
        cache.put(known)
    return known[key]


def record(root: Path, add: Sequence[Decision], drop: Collection[str] = (), layer: FileLayer | None = None) -> None:
    """Write decisions down, and take out those on the fingerprints of `drop`. What others wrote meanwhile stays.

    Raises RewrightError, with the file as it was.
    """
    from engine.apply.layer import DISK, folder, opened, read_file, replace_file
    from engine.apply.lock import locked
    from engine.decisions.writing import edited

    file, name, layer = str(place(root)), FILE.rpartition("/")[2], layer or DISK
    for one in add:
        if any("\ud800" <= character <= "\udfff" for character in one.path):
            raise RewrightError(f"{one.path!r}: its name is not UTF-8, so no decision can name it; rename it, or use a comment")
    try:
        with opened(str(root), layer) as tree, locked(tree), folder(tree, (OURS,)) as fd:
            try:
                old = read_file(layer, name, fd)[0]
            except FileNotFoundError:
                old = b""
            new = edited(_text(old, file), file, add, drop).encode()
            if new != old:
                replace_file(layer, name, new, fd)
    except RefusedFile as error:
        raise RewrightError(f"{file}: is not a regular file; put a file there, or remove it") from error
    except OSError as error:
        raise RewrightError(f"{file}: cannot be written ({error.strerror}); nothing was recorded") from error


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RewrightError(f"{name}:{line}: is not UTF-8; restore the file from version control") from error
