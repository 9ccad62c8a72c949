"""Results by content, in one SQLite file under the user's cache folder. Never authoritative.

A cache that is missing, corrupt, locked or unwritable is a cache that holds nothing.
Keys are digests of everything that a value depends on; values are pickles that only this
program writes, in a folder that only its user can write.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 400_000_000


class Cache:
    """A persistent mapping from digest to value. All methods swallow damage and say "not there"."""

    def __init__(self, path: Path | None) -> None:
        """`path`: the database file; None for a cache that keeps nothing."""
        self._path = path
        self._connection = self._open() if path is not None else None

    def holds_anything(self) -> bool:
        """False for a cache that is new or keeps nothing."""
        if self._connection is None:
            return False
        try:
            return self._connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone() is not None
        except sqlite3.Error:
            return False

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Any]:
        """The values that are there."""
        wanted, found = list(keys), {}
        if self._connection is None:
            return {}
        try:
            for at in range(0, len(wanted), 500):
                some = wanted[at : at + 500]
                marks = ",".join("?" * len(some))
                rows = self._connection.execute(f"SELECT key, value FROM entry WHERE key IN ({marks})", some)
                found.update({key: pickle.loads(value) for key, value in rows})
        except (sqlite3.Error, pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError, TypeError, ValueError):
            self._discard()
            return {}
        return found

    def put(self, values: Mapping[bytes, Any]) -> None:
        """Store values; when the cache has grown too large it is emptied first."""
        if self._connection is None or not values:
            return
        rows = [(key, pickle.dumps(value, protocol=5)) for key, value in values.items()]
        try:
            if self._path is not None and self._path.stat().st_size > MAX_BYTES:
                self._connection.execute("DELETE FROM entry")
                self._connection.commit()
                self._connection.execute("VACUUM")
            self._connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?)", rows)
            self._connection.commit()
        except (sqlite3.Error, OSError):
            self._discard()

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection | None:
        assert self._path is not None
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                connection = sqlite3.connect(self._path, timeout=2.0)
                connection.execute("PRAGMA synchronous=OFF")
                connection.execute("CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, value BLOB)")
                connection.execute("SELECT key FROM entry LIMIT 1").fetchone()
            except sqlite3.OperationalError:
                return None  # locked or unwritable: not ours to remove
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)  # corrupt: start a new one
            except OSError:
                return None
            else:
                return connection
        return None

    def _discard(self) -> None:
        self.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


_PLAIN = frozenset({str, int, bool, bytes, float, type(None)})  # most values are one; a look at the class is quickest


def canonical(value: object) -> str:
    """A text that is equal for equal values in every process: sets and mappings sorted, dataclasses by field."""
    if type(value) in _PLAIN:
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "(" + ",".join(map(canonical, value)) + ")"
    if is_dataclass(value):
        kind: Any = type(value)
        return str(kind.__name__) + canonical([getattr(value, name) for name in _names(kind)])
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{canonical(key)}:{canonical(part)}" for key, part in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "<" + ",".join(sorted(map(canonical, value))) + ">"
    if callable(value):
        return f"{value.__module__}.{getattr(value, '__qualname__', '')}"
    return repr(value)


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def digest(*parts: bytes | str) -> bytes:
    """A 16-byte key of the parts, each told from the next."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        state.update(len(raw).to_bytes(8, "big"))
        state.update(raw)
    return state.digest()


def program_digest(folders: Iterable[Path]) -> bytes:
    """A digest of the program itself: the name, size and time of each of its files, and the running Python."""
    stamps = [sys.version]
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                if name.endswith((".py", ".yaml")):
                    status = os.stat(os.path.join(place, name))
                    stamps.append(f"{place}/{name} {status.st_size} {status.st_mtime_ns}")
    return digest(*sorted(stamps))
