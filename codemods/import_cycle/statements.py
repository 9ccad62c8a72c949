"""Import statements as text: what remains of one, and what is written elsewhere instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.import_cycle.graph.contexts import imports_of
from codemods.import_cycle.graph.shapes import Shapes
from engine import Source

_PRAGMA = re.compile(r"\b(noqa|type:|pragma|pylint|isort|pyright|mypy)")
Statement = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Place:
    """One alias of one import statement of the file as it is now, at module level or directly in a function's body."""

    node: Statement
    part: ast.alias
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Module, name and local name: what finds an alias again in another version of the file."""
        module = "." * self.node.level + (self.node.module or "") if isinstance(self.node, ast.ImportFrom) else self.part.name
        name = self.part.name if isinstance(self.node, ast.ImportFrom) else ""
        return module, name, self.part.asname or self.part.name


Name = tuple[str, str, str, int]  # module, name, local name, and which of equals it is, from 0


def places(source: Source) -> dict[Name, Place]:
    """Every alias of the plain module-level imports; of equals the first alone."""
    found: dict[Name, Place] = {}
    for node, context in imports_of(source):
        if context == "module":
            for part in node.names:
                place = Place(node, part)
                found.setdefault((*place.key, 0), place)
    return found


def places_inside(source: Source) -> dict[Name, Place]:
    """Every alias of the imports inside functions. Those that do not stand directly in a function's body are only counted."""
    functions = Shapes(source).functions
    found: dict[Name, Place] = {}
    for node, context in imports_of(source):
        if context == "function":
            for part in node.names:
                place = Place(node, part, functions.get(id(node)))
                number = sum(name[:3] == place.key for name in found)
                found[(*place.key, number)] = place
    return {name: place for name, place in found.items() if place.function is not None}


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
    newline, indent, outer = source.newline, found[1], indent_of(source, node)
    return f"{head}({newline}{''.join(f'{indent}{name},{newline}' for name in names)}{outer})"


def indent_of(source: Source, node: ast.stmt) -> str:
    """What stands before a statement on its line."""
    start = source.start(node)
    return source.text[source.line_start(start) : start]


def comment_of(source: Source, node: ast.stmt) -> str:
    """The comment behind a statement, with the two spaces before it; empty when there is none."""
    end = source.end(node)
    tail = source.text[end : source.line_end(end)].strip()
    return f"  {tail}" if tail.startswith("#") else ""


def replaced(
    source: Source, place: Place, lines: Sequence[str], close_up: bool = True, keep: bool = False
) -> tuple[int, int, str]:
    """Start, end and text that put these lines in the place of an import statement; without any, its line goes too.

    A comment behind the statement stays behind the last line; a pragma is said of each. `close_up`: blank lines do not pile
    up. `keep`: where no line is left, the comment stays on a line of its own. A function that would be left empty gets `pass`.
    """
    node = place.node
    start, end = source.start(node), source.end(node)
    comment = comment_of(source, node)
    if not lines and place.function is not None and len(place.function.body) == 1:
        lines = ["pass"]
    if lines:
        between = (comment if _PRAGMA.search(comment) else "") + source.newline + indent_of(source, node)
        return start, end, between.join(lines)
    if keep and comment:
        return start, source.text.index("#", end), ""
    first, last = source.line_start(start), source.line_end(end)
    if place.function is not None and place.function.body[0] is node:
        return first, _past_blank(source, last), ""
    return (*(closed_up(source, first, last) if close_up else (first, last)), "")


def closed_up(source: Source, first: int, last: int) -> tuple[int, int]:
    """Whole lines that are deleted, and the blank lines above them when there are some below too; at the top, those below."""
    if first == 0:
        last = _past_blank(source, last)
    elif not source.text[last : source.line_end(last)].strip():
        while first and not source.text[source.line_start(first - 1) : first].strip():
            first = source.line_start(first - 1)
    return first, last


def _past_blank(source: Source, at: int) -> int:
    """The first line from here on that is not blank."""
    while at < len(source.text) and not source.text[at : source.line_end(at)].strip():
        at = source.line_end(at)
    return at


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
