"""Import statements as text: what remains of one, and what is written elsewhere instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.import_cycle.graph.contexts import imports_of
from engine import Source

_PRAGMA = re.compile(r"\b(noqa|type:|pragma|pylint|isort|pyright|mypy)")
Statement = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Place:
    """One alias of one module-level import statement of the file as it is now."""

    node: Statement
    part: ast.alias

    @property
    def key(self) -> tuple[str, str, str]:
        """Module, name and local name: what finds an alias again in another version of the file."""
        module = "." * self.node.level + (self.node.module or "") if isinstance(self.node, ast.ImportFrom) else self.part.name
        name = self.part.name if isinstance(self.node, ast.ImportFrom) else ""
        return module, name, self.part.asname or self.part.name


def places(source: Source) -> dict[tuple[str, str, str], Place]:
    """Every alias of the plain module-level imports, by its key; the first of equals."""
    found: dict[tuple[str, str, str], Place] = {}
    for node, context in imports_of(source.tree):
        if context == "module":
            for part in node.names:
                place = Place(node, part)
                found.setdefault(place.key, place)
    return found


def spelled(key: tuple[str, str, str]) -> str:
    """The statement that imports just this, as one line."""
    module, name, local = key
    if not name:
        return f"import {module}" if local == module else f"import {module} as {local}"
    return f"from {module} import {name}" + ("" if local == name else f" as {local}")


def remaining(source: Source, node: Statement, gone: Sequence[ast.alias]) -> str:
    """The statement without some of its aliases, laid out as it was: one line, or one name a line. Empty when none is left."""
    kept = [part for part in node.names if part not in gone]
    names = [part.name + (f" as {part.asname}" if part.asname else "") for part in kept]
    if not kept:
        return ""
    if isinstance(node, ast.Import):
        return f"import {', '.join(names)}"
    head = f"from {'.' * node.level}{node.module or ''} import "
    text = source.segment(node)
    if len(kept) == 1 or "\n" not in text:
        return head + ", ".join(names)
    found = re.search(r"\(\s*\n([ \t]+)", text)
    if found is None:
        return f"{head}({', '.join(names)})" if "(" in text else head + ", ".join(names)
    newline, indent = source.newline, found[1]
    return f"{head}({newline}{''.join(f'{indent}{name},{newline}' for name in names)})"


def comment_of(source: Source, node: ast.stmt) -> str:
    """The comment behind a statement, with the two spaces before it; empty when there is none."""
    end = source.end(node)
    tail = source.text[end : source.line_end(end)].strip()
    return f"  {tail}" if tail.startswith("#") else ""


def replaced(source: Source, node: Statement, lines: Sequence[str], close_up: bool = True) -> tuple[int, int, str]:
    """Start, end and text that put these lines in the place of a module-level statement; without any, its line goes too.

    A comment behind the statement stays behind the last line; a pragma is said of each. `close_up`: blank lines do not pile up.
    """
    start, end = source.start(node), source.end(node)
    if lines:
        comment = comment_of(source, node)
        between = (comment if _PRAGMA.search(comment) else "") + source.newline
        return start, end, between.join(lines)
    first, last = source.line_start(start), source.line_end(end)
    return (*(closed_up(source, first, last) if close_up else (first, last)), "")


def closed_up(source: Source, first: int, last: int) -> tuple[int, int]:
    """Whole lines that are deleted, and the blank lines above them when there are some below too; at the top, those below."""
    below = source.text[last : source.line_end(last)]
    if first == 0:
        while last < len(source.text) and not below.strip():
            last = source.line_end(last)
            below = source.text[last : source.line_end(last)]
    elif not below.strip():
        while first and not source.text[source.line_start(first - 1) : first].strip():
            first = source.line_start(first - 1)
    return first, last


def joined(lines: Sequence[str]) -> list[str]:
    """The statements in order, those that import from one module as one, unless a comment tells them apart."""
    found: dict[str, list[str]] = {}
    for line in sorted(set(lines)):
        head, mark, names = line.partition(" import ")
        key = head if mark and "#" not in line and head.startswith("from ") else line
        found.setdefault(key, []).append(names)
    return [
        f"{key} import {', '.join(names)}" if " import" not in key and key.startswith("from ") else key
        for key, names in found.items()
    ]
