"""Rows and problems as lines and as JSON values, for `rewright ports`. Pure; whoever prints them escapes them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from codemods.port_literal.nouns import Entry, Problem

_HEADS = ("NAME", "PORT", "ROLE", "MACHINE", "OWNER", "ENV", "REMARKS", "PURPOSE")


def table(entries: Sequence[Entry]) -> Iterator[str]:
    """Rows in columns under their heads; a column that no row fills is left out."""
    rows = [_HEADS, *map(_cells, entries)]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:]) or not entries]
    widths = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def row(entry: Entry) -> dict[str, Any]:
    """A row of the registry, what it does not say left out."""
    return {name: value for name, value in asdict(entry).items() if value not in ("", False)}


def summary(entry: Entry) -> str:
    """A row in a line: NAME 5601 on main_pc (main, main_pc/agent.py)."""
    where = f" on {entry.machine}" if entry.machine else ""
    said = ", ".join(part for part in (entry.role, entry.owner) if part)
    disputed = "; disputed: several owners claim it, and a person must settle it" if entry.disputed else ""
    return f"{entry.name} {entry.port}{where}{f' ({said})' if said else ''}{disputed}"


def line(problem: Problem) -> str:
    """A problem in a line: path:line: kind: message."""
    return f"{problem.path}:{problem.line}: {problem.kind}: {problem.message}"


def counted(problems: Sequence[Problem]) -> str:
    """How many of each kind: 3 problems: 1 conflict, 2 disagreement."""
    kinds = [one.kind for one in problems]
    said = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    return f"{len(kinds)} problem{'' if len(kinds) == 1 else 's'}: {said}" if kinds else "no problems"


def _cells(entry: Entry) -> tuple[str, ...]:
    marks = [name for name in ("external", "disputed") if getattr(entry, name)]
    marks += [f"alternatives: {entry.alternatives}"] if entry.alternatives else []
    return entry.name, str(entry.port), entry.role, entry.machine, entry.owner, entry.env, ", ".join(marks), entry.purpose
