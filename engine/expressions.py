"""Replace one expression by another, proved on the tree: precedence is never lost. Uses `ast` only."""

from __future__ import annotations

import ast
import copy
import re

from engine.model import Span
from engine.skeleton import HEADER, Rewrite, SliceError, first_column, own_lines, skeleton
from engine.source import Source

_CLAUSE = re.compile(r"[ \t\f]*(?:elif|else|except|finally|case)\b")
_NEWLINE = re.compile(r"\r\n|\n|\r")


def replace_expression(source: Source, statement: ast.stmt, node: ast.expr, code: str) -> Rewrite:
    """Replace one expression inside `statement` by `code`, parenthesised when it must be.

    The statement's headers are parsed again and must equal the old tree with just this
    expression exchanged. Raises SliceError: `shares-line`, `not-as-meant`.
    """
    statement = _whole(source, statement)
    start, end = own_lines(source, statement, alone=False)
    blocks = [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]
    blocks += [part.body for name in ("handlers", "cases") for part in getattr(statement, name, [])]
    kept = [block for block in blocks if not _inside(block, node)]
    code = _NEWLINE.sub(source.newline, code)
    meant = ast.parse(f"({code}\n)", mode="eval").body  # parenthesised: the code may run over several lines
    for text in (code, f"({code})"):
        if _as_meant(source, statement, node, meant, kept, text=text):
            return Rewrite((source.edit(source.start(node), source.end(node), text),), Span(source.path, start, end))
    raise SliceError("not-as-meant", f"putting {code!r} there would parse to another tree")


def _whole(source: Source, statement: ast.stmt) -> ast.stmt:
    """The statement, or the one around it whose clause its first line begins with: no clause parses alone."""
    outer: ast.AST | None = statement
    while isinstance(outer, ast.stmt) and _CLAUSE.match(source.text, source.line_start(source.start(outer))):
        statement, outer = outer, source.parents.get(outer)
        while outer is not None and not isinstance(outer, (ast.stmt, ast.Module)):
            outer = source.parents.get(outer)
    return outer if isinstance(outer, ast.stmt) else statement


def _as_meant(
    source: Source, statement: ast.stmt, node: ast.expr, meant: ast.expr, hollow: list[list[ast.stmt]], *, text: str
) -> bool:
    """Does the statement, with `text` in place of `node`, parse to its old tree with `meant` there?"""
    start, end = own_lines(source, statement, alone=False)
    pieces, _ = skeleton(source, start, end, hollow)
    indented = first_column(source, start) > start
    row = next(i for i, piece in enumerate(pieces) if piece.start <= source.start(node) < piece.end)
    before = "".join(piece.text for piece in pieces)
    at = sum(len(piece.text) for piece in pieces[:row]) + source.start(node) - pieces[row].start
    after = before[:at] + text + before[at + source.end(node) - source.start(node) :]
    try:
        old, new = _parse(before, indented), _parse(after, indented)
    except SyntaxError:
        return False
    column = node.col_offset - (0 if row else start - source.line_start(start))
    return ast.dump(_Exchange(node, meant, row + 1 + indented, column).visit(old)) == ast.dump(new)


def _inside(block: list[ast.stmt], node: ast.expr) -> bool:
    first, last = block[0], block[-1]
    return (first.lineno, first.col_offset) <= (node.lineno, node.col_offset) < (last.end_lineno or 0, last.end_col_offset or 0)


def _parse(text: str, indented: bool) -> ast.Module:
    return ast.parse(f"{HEADER}\n{text}" if indented else text)


class _Exchange(ast.NodeTransformer):
    """Puts `meant` where a copy of `node` stands: 1-based line `row`, 0-based UTF-8 `column`."""

    def __init__(self, node: ast.expr, meant: ast.expr, row: int, column: int) -> None:
        self.place = (type(node), row, column, ast.dump(node))
        self.meant = meant

    def visit(self, node: ast.AST) -> ast.AST:
        if (
            isinstance(node, ast.expr)
            and (type(node), node.lineno, node.col_offset) == self.place[:3]
            and ast.dump(node) == self.place[3]
        ):
            meant = copy.deepcopy(self.meant)
            if hasattr(meant, "ctx") and hasattr(node, "ctx"):
                meant.ctx = node.ctx  # the code was read on its own; here it may be assigned to
            return meant
        return self.generic_visit(node)
