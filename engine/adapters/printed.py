"""What foreign code prints while a case is tried, kept in a folder for `rewright test`: one file for each text it looked at.

Written as it is printed, so that what was said before a crash or an endless loop is there. Where nobody listens, nothing is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.source import Source

_LARGEST = 20_000  # bytes of what is kept for one text


@dataclass(frozen=True, slots=True, order=True)
class Printed:
    """What was printed over one text of a file. `number`: 0 for the file as it lies there, 1 for what the first pass left."""

    path: str
    number: int
    text: str


@contextmanager
def kept(folder: str, source: Source) -> Iterator[io.TextIOBase | None]:
    """A stream that keeps what is written to it; None where `folder` is empty, or holds what was printed over this text."""
    name = hashlib.sha256(source.path.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    seen = hashlib.sha256(source.data).hexdigest()
    there = sorted(Path(folder).glob(f"{name}-*")) if folder else []
    if not folder or any(_head(file)["seen"] == seen for file in there):
        yield None
        return
    with Path(folder, f"{name}-{len(there):03}").open("xb", buffering=0) as file:
        file.write(json.dumps({"path": source.path, "number": len(there), "seen": seen}).encode() + b"\n")
        yield _Stream(file.fileno())


class _Stream(io.TextIOBase):
    """Text to a descriptor, unbuffered, up to a limit."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.room = descriptor, _LARGEST

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str, /) -> int:
        """Writes what there is room for; the rest is dropped, and a mark says so."""
        data = text.encode("utf-8", "backslashreplace")
        if self.room:
            os.write(self.descriptor, data[: self.room] + (b"\n[more was printed]" if len(data) > self.room else b""))
        self.room = max(0, self.room - len(data))
        return len(text)


def read(folder: str) -> tuple[Printed, ...]:
    """What a folder holds, by path and then in the order of printing; without the texts over which nothing was printed."""
    found = []
    for file in Path(folder).iterdir():
        head, text = _head(file), file.read_bytes().partition(b"\n")[2].decode("utf-8", "replace")
        if text:
            found.append(Printed(str(head["path"]), int(str(head["number"])), text))
    return tuple(sorted(found))


def _head(file: Path) -> dict[str, object]:
    with file.open("rb") as stream:
        known: dict[str, object] = json.loads(stream.readline())
        return known
