"""The journal's file format, as pure functions between values and bytes.

A record is a magic line, then frames. A frame is `>IQ` header length and body length, the
SHA-256 of both together, a JSON header and a raw body. The first frame describes the run; each
further one holds one file, its body the old bytes followed by the new ones. Paths are JSON
strings in ASCII, where a byte that is not UTF-8 is a lone surrogate (os.fsdecode).
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.apply.paths import is_inside
from engine.apply.ties import Ties

MAGIC = b"rewright journal 1\n"
_LENGTHS = struct.Struct(">IQ")
_DIGEST = 32
RUN = re.compile(r"\d{6,}-[0-9a-f]{8}")  # number and random token; the highest number is the newest run


class Corrupt(ValueError):
    """Bytes that are no journal of ours. The caller names the file."""


class Phase(StrEnum):
    """How far a run has come. The first and third are interrupted when no process is at work."""

    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a run. `before` and `mode` are None for a file that the run creates, `after` for one that it removes.

    `origin` is the path of the file that is moved here, and the entry has that file's mode.
    """

    path: str  # real, root-relative, posix
    names: tuple[str, ...]  # the plan's names for it: itself, or symlinks to it
    temp: str  # the temporary file's name, in the same folder
    mode: int | None  # permission bits
    before: bytes | None
    after: bytes | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything needed to finish or undo a run without its plan."""

    folders: frozenset[str]  # created by the run; posix, root-relative
    ties: Ties
    entries: tuple[Entry, ...]
    emptied: Mapping[str, int] = field(default_factory=dict)  # folders that the run removes when nothing is left in them; mode


@dataclass(frozen=True, slots=True)
class State:
    """A run's phase, and the files that it dropped: they keep their old bytes."""

    phase: Phase = Phase.APPLYING
    dropped: tuple[str, ...] = ()


def temp_name(run: str, index: int) -> str:
    """The temporary name of a run's index-th file, 0-based: short, so that it fits wherever the file's own name does."""
    return f".rewright-{run}-{index}.tmp"


def encode(record: Record) -> Iterator[bytes]:
    """The record, frame by frame."""
    ties = {"groups": record.ties.groups, "support": dict(record.ties.support)}
    head = {"files": len(record.entries), "folders": sorted(record.folders), "ties": ties, "emptied": dict(record.emptied)}
    yield MAGIC + _frame(head, b"")
    for entry in record.entries:
        header = {
            "path": entry.path,
            "names": entry.names,
            "mode": entry.mode,
            "before": None if entry.before is None else len(entry.before),
            "removed": entry.after is None,
            "origin": entry.origin,
        }
        yield _frame(header, (entry.before or b"") + (entry.after or b""))


def decode(data: bytes, run: str) -> Record:
    """The record of `run`. Raises Corrupt for anything that `encode` did not write."""
    if not data.startswith(MAGIC):
        raise Corrupt("it does not begin as a journal")
    frames = list(_frames(data))
    if not frames:
        raise Corrupt("it is cut short")
    try:
        (head, _), *files = frames
        if head["files"] != len(files):
            raise Corrupt("it is cut short")
        ties = Ties(
            tuple(tuple(group) for group in head["ties"]["groups"]),
            {module: tuple(users) for module, users in head["ties"]["support"].items()},
        )
        entries = tuple(_entry(header, body, temp_name(run, index)) for index, (header, body) in enumerate(files))
        record = Record(frozenset(head["folders"]), ties, entries, dict(head.get("emptied", {})))
        named = [*record.folders, *record.emptied, *(path for entry in entries for path in (entry.path, entry.origin) if path)]
        inside = all(map(is_inside, named))
    except (KeyError, TypeError, AttributeError) as error:
        raise Corrupt("a part is missing") from error
    if not inside:  # a journal can come with a hostile target
        raise Corrupt("it names a path outside the target")
    return record


def encode_state(state: State) -> bytes:
    """The state as one line of JSON."""
    return json.dumps({"phase": state.phase, "dropped": state.dropped}).encode("ascii") + b"\n"


def decode_state(data: bytes) -> State:
    """Raises Corrupt for anything that `encode_state` did not write."""
    try:
        value = json.loads(data)
        dropped = tuple(value["dropped"])
        if not all(isinstance(path, str) for path in dropped):
            raise Corrupt("it holds no state of a run")
        return State(Phase(value["phase"]), dropped)
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("it holds no state of a run") from error


def _entry(header: dict[str, Any], body: bytes, temp: str) -> Entry:
    size, mode = header["before"], header["mode"]
    before = None if size is None else body[:size]
    after = None if header.get("removed") else body[size or 0 :]
    return Entry(header["path"], tuple(header["names"]), temp, mode, before, after, header.get("origin", ""))


def _frame(header: dict[str, Any], body: bytes) -> bytes:
    head = json.dumps(header).encode("ascii")
    return _LENGTHS.pack(len(head), len(body)) + hashlib.sha256(head + body).digest() + head + body


def _frames(data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    position = len(MAGIC)
    while position < len(data):
        start = position + _LENGTHS.size + _DIGEST
        if start > len(data):
            raise Corrupt("it is cut short")
        head, body = _LENGTHS.unpack_from(data, position)
        middle, end = start + head, start + head + body
        if end > len(data):
            raise Corrupt("it is cut short")
        if hashlib.sha256(data[start:end]).digest() != data[start - _DIGEST : start]:
            raise Corrupt("its checksum does not match")
        try:
            header = json.loads(data[start:middle])
        except ValueError as error:
            raise Corrupt("a header cannot be read") from error
        yield header, data[middle:end]
        position = end
