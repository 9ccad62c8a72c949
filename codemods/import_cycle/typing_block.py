"""Imports for annotations alone: `if TYPE_CHECKING:`, and `from __future__ import annotations` so that nothing evaluates them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from codemods.import_cycle.graph.uses import is_type_checking
from engine import Source

FUTURE = "from __future__ import annotations"
Insertion = tuple[int, int, str]  # start and end offsets and the text, as for an edit


def future(source: Source) -> Insertion | None:
    """Where `from __future__ import annotations` goes; None when it is there already.

    Behind a docstring or another future import it is written as the end of that, so that it comes above whatever else the
    same change inserts there.
    """
    newline = source.newline
    body = source.tree.body
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            if any(part.name == "annotations" for part in node.names):
                return None
            return _behind(source, node, FUTURE)
    if has_docstring(source):
        return _behind(source, body[0], newline + FUTURE)
    decorators = getattr(body[0], "decorator_list", [])
    at = source.line_start(source.start(min([body[0], *decorators], key=lambda part: part.lineno)))
    return at, at, FUTURE + newline * 2


def has_docstring(source: Source) -> bool:
    """Does the module begin with one?"""
    first = source.tree.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _behind(source: Source, node: ast.stmt, text: str) -> Insertion:
    """A line of text below the line that a statement ends on."""
    start, end = source.end(node), source.line_end(source.end(node))
    rest = source.text[start:end].rstrip("\r\n")
    return start, end, rest + source.newline + text + source.newline


def block(source: Source, lines: Sequence[str], gone: Collection[ast.stmt]) -> Insertion:
    """Where imports for annotations go: into the TYPE_CHECKING block that is there, else into a new one below the imports.

    `gone`: the statements that are removed in the same change.
    """
    newline = source.newline
    for node in source.tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and node.body[0].lineno > node.lineno:
            last = node.body[-1]
            at = source.line_end(source.end(last))
            column = node.body[0].col_offset
            indent = source.text[source.line_start(source.start(node.body[0])) :][:column]
            lead = "" if source.text[:at].endswith(("\n", "\r")) else newline
            return at, at, lead + "".join(f"{indent}{line}{newline}" for line in lines)
    anchor = anchor_of(source, gone)
    at = source.line_start(source.start(anchor)) if anchor in gone else source.line_end(source.end(anchor))
    name, extra = _condition(source, anchor)
    head = "" if not at or source.text[:at].endswith(("\n", "\r")) else newline
    head += extra + newline if extra else ""
    lead = newline if extra or anchor not in gone else ""
    below = at
    while below in (starts := {source.line_start(source.start(node)): node for node in gone}):
        below = source.line_end(source.end(starts[below]))
    tail = newline if source.text[below : source.line_end(below)].strip() else ""
    return at, at, head + lead + f"if {name}:{newline}" + "".join(f"    {line}{newline}" for line in lines) + tail


def anchor_of(source: Source, gone: Collection[ast.stmt]) -> ast.stmt:
    """The last plain import above the first definition that stays; where there is none, the last one that goes."""
    found: ast.stmt | None = None
    for node in source.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and found is not None:
            break
        if isinstance(node, (ast.Import, ast.ImportFrom)) and (found is None or found in gone or node not in gone):
            found = node
    assert found is not None, "the import that is moved is a plain one"
    return found


def _condition(source: Source, anchor: ast.stmt) -> tuple[str, str]:
    """How TYPE_CHECKING is spelled below the anchor, and the import that it needs first, if any."""
    line = (anchor.end_lineno or anchor.lineno) + 1
    known = source.names.imported_as("typing", "TYPE_CHECKING", line)
    if known is not None:
        return known, ""
    bound = source.names.module.bindings.get("TYPE_CHECKING", [])
    if bound and all(binding.line < line for binding in bound):
        return "TYPE_CHECKING", ""
    module = source.names.imported_as("typing", "", line)
    if module is not None:
        return f"{module}.TYPE_CHECKING", ""
    return "TYPE_CHECKING", "from typing import TYPE_CHECKING"
