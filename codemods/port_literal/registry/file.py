"""The registry as the bytes of a file: read with every error told at once, and planned anew. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codemods.port_literal.nouns import Entry, Topology
from codemods.port_literal.registry import Errors, Registry, parse
from codemods.port_literal.registry.derive import derive
from codemods.port_literal.registry.sync import synced
from engine import RewrightError

_NOTHING = re.compile(rb"(?:\s|\xef\xbb\xbf|#[^\n]*)*")  # a registry of which only comments are written yet


@dataclass(frozen=True, slots=True)
class Planned:
    """What the registry is, what it would be, the rows that are added for that, and all rows with their lines."""

    before: bytes | None
    after: bytes
    added: tuple[Entry, ...]
    entries: tuple[Entry, ...]


def registry_of(data: bytes | None, path: str) -> Registry:
    """The registry, empty for None and for comments alone. RewrightError with everything that is wrong, as `path:line: ...`."""
    if data is None or _NOTHING.fullmatch(data):
        return Registry()
    registry = parse(data)
    if isinstance(registry, Errors):
        raise RewrightError(registry.listed(path))
    return registry


def planned(data: bytes | None, path: str, topology: Topology, options: Mapping[str, Any]) -> Planned:
    """The registry with a row for each claim of a placed topology that none has. RewrightError where it is not valid."""
    old = registry_of(data, path).entries
    entries = derive(topology, old, options)
    try:
        text = None if data is None else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RewrightError(f"{path}: is not UTF-8; save it as UTF-8") from error
    after = synced(text, entries).encode("utf-8") if entries[len(old) :] else data or b""
    return Planned(data, after, entries[len(old) :], registry_of(after, path).entries)
