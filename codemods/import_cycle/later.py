"""Imports that move into the functions that use them: which functions those are, and where in each the import goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.import_cycle.graph.shapes import FUNCTIONS, begins_line, first_statement, outermost, top_of
from engine import SliceError, Source


@dataclass(frozen=True, slots=True)
class Later:
    """Where one imported name is needed: the outermost functions (or main blocks) that use it, and whether annotations do."""

    blocks: tuple[ast.stmt, ...]
    annotated: bool


def uses(source: Source, local: str) -> Later:
    """Every place outside import time that uses a module-level import. `local`: what it binds, dotted for `import a.b`."""
    first = local.partition(".")[0]
    blocks: list[ast.stmt] = []
    annotated = False
    for block, inside in outermost(source.tree.body):
        if any(_is_use(source, node, local, first) for part in inside for node in ast.walk(part)):
            blocks.append(block)
        annotated = annotated or any(_names(node, first) for part in inside for node in ast.walk(part))
        if isinstance(block, FUNCTIONS):
            annotated = annotated or any(_mentions(node, first) for node in _header(block))
    return Later(tuple(blocks), annotated)


def insertion(source: Source, block: ast.stmt, lines: list[str]) -> tuple[int, int, str]:
    """Where these imports go in a function or main block: behind the docstring, above the first statement and its comments.

    Raises SliceError for a body that stands on the line of its header.
    """
    first = first_statement(block)
    if not begins_line(source, first):
        raise SliceError("shares-line", f"line {first.lineno}: the body stands on its header's line; give it one of its own")
    top = source.start(top_of(first))
    start = source.line_start(top)
    indent = source.text[start:top].rstrip("@")
    while start:
        above = source.line_start(start - 1)
        line = source.text[above:start].strip()
        if (line and not line.startswith("#")) or source.position(above)[0] <= block.lineno:
            break
        if line.startswith("#"):
            start = above
        elif source.text[:above].rstrip().endswith(("'", '"')):
            break  # the blank line below a docstring stays below it
        else:
            start = above
    tail = "" if isinstance(first, (ast.Import, ast.ImportFrom)) else source.newline
    return start, start, "".join(f"{indent}{line}{source.newline}" for line in lines) + tail


def _is_use(source: Source, node: ast.AST, local: str, first: str) -> bool:
    """Does this name stand for the module-level import? The node of a dotted one is the whole chain, or its first part alone."""
    if not isinstance(node, ast.Name) or node.id != first:
        return False
    bindings = source.names.lookup(first, source.names.scope_at(node))
    return bindings is not None and bindings is source.names.module.bindings.get(first)


def _header(block: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Every node of a function's annotations."""
    given = block.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    annotations = [argument.annotation for argument in arguments if argument is not None and argument.annotation is not None]
    for annotation in [*annotations, *([block.returns] if block.returns is not None else [])]:
        yield from ast.walk(annotation)


def _mentions(node: ast.AST, first: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == first) or _names(node, first)


def _names(node: ast.AST, first: str) -> bool:
    """Is this a string that reads as an expression with the name in it, as an annotation or a cast has?"""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and first in node.value) or len(node.value) > 200:
        return False
    try:
        inner = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(part, ast.Name) and part.id == first for part in ast.walk(inner))
