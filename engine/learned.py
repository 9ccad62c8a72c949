"""`.rewright/learned.yaml`: what shadow mode saw, as decisions that broad-except reads. Pure: text in, values out.

One line a function, sorted, so that git can merge it; of two lines that a merge leaves for one function, `fold` makes one.
Folding does not depend on order, and folding the same twice changes nothing: exceptions are united, `count` is the greatest
number of distinct records that any one log held for the function, `last` is the latest time, and `line`, a hint, is that of
the latest record.

A type that says that the program itself is wrong (NameError, TypeError, ...) is kept apart under `bugs`, which broad-except
does not read: it ought to surface. Whoever knows better moves it to `exceptions`; there it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from engine.model import RewrightError

_HEAD = """\
# What SafeExecutor's shadow mode saw, by function. `rewright learn` keeps this file, broad-except reads `exceptions`; commit it.
# `bugs` should surface. Move a name from there to `exceptions` to have it recovered from.
version: 1
sites:
"""
CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, order=True)
class Learned:
    """One function. Exceptions are qualified names, builtins bare; `line` is 1-based; `last` is UTC, to the second."""

    path: str  # relative to the target's root, posix separators
    function: str  # "run", "Agent.run", "make.<locals>.run", "<module>"
    line: int
    exceptions: tuple[str, ...]
    bugs: tuple[str, ...]
    count: int
    last: str


def fold(sites: Iterable[Learned]) -> tuple[Learned, ...]:
    """One entry a function, sorted."""
    found: dict[tuple[str, str], Learned] = {}
    for site in sites:
        key = (site.path, site.function)
        found[key] = _united(found[key], site) if key in found else site
    return tuple(sorted(found.values()))


def _united(one: Learned, other: Learned) -> Learned:
    exceptions = tuple(sorted({*one.exceptions, *other.exceptions}))
    bugs = tuple(sorted({*one.bugs, *other.bugs} - {*exceptions}))
    latest = max(one, other, key=lambda site: (site.last, site.line))
    return replace(latest, exceptions=exceptions, bugs=bugs, count=max(one.count, other.count))


def render(sites: Sequence[Learned]) -> bytes:
    """The file: sorted, one line a function, so that git can merge it."""
    return (_HEAD + "".join(f"- {_row(site)}" for site in sites)).encode()


def _row(site: Learned) -> str:
    row = {"path": site.path, "function": site.function, "line": site.line, "exceptions": list(site.exceptions)}
    row |= {"bugs": list(site.bugs)} if site.bugs else {}
    row |= {"count": site.count, "last": site.last}
    return yaml.safe_dump(row, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1 << 30)


def parse_learned(data: bytes, where: str) -> tuple[Learned, ...]:
    """The entries of a learned.yaml; none for an empty one. Raises RewrightError with `where`:LINE."""
    if not data.strip():
        return ()
    try:
        node = yaml.compose(data, yaml.SafeLoader)
        document = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise RewrightError(f"{where}:{line}: not valid YAML; mend it, or restore the file and learn again") from error
    rows = document.get("sites", []) if isinstance(document, dict) and document.get("version") == 1 else None
    if not isinstance(rows, list) or not isinstance(node, yaml.MappingNode):
        raise RewrightError(f"{where}:1: expected `version: 1` and a list `sites`; mend it, or remove the file and learn again")
    places = [at.start_mark.line + 1 for key, value in node.value if key.value == "sites" for at in value.value]
    return fold(_entry(row, f"{where}:{line}") for row, line in zip(rows, places, strict=False))


def _entry(row: Any, where: str) -> Learned:
    if isinstance(row, dict):
        path, function, last = row.get("path"), row.get("function"), row.get("last", "")
        line, count = row.get("line", 1), row.get("count", 1)
        exceptions, bugs = row.get("exceptions", []), row.get("bugs", [])
        texts = isinstance(path, str) and isinstance(function, str) and isinstance(last, str)
        if texts and type(line) is int and type(count) is int and _are_classes(exceptions) and _are_classes(bugs):
            left = sorted({*bugs} - {*exceptions})
            return Learned(str(path), str(function), line, tuple(sorted({*exceptions})), tuple(left), count, last)
    raise RewrightError(f"{where}: expected {{path, function, line, exceptions, count, last}}, with exceptions by qualified name")


def _are_classes(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) and CLASS.fullmatch(name) for name in names)
