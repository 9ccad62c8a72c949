"""Replace one expression by another, proved on the tree: precedence is never lost. Uses `ast` only."""

from __future__ import annotations

import ast
import copy
import re
from bisect import bisect_left

from engine.model import Span
from engine.skeleton import HEADER, Rewrite, SliceError, decorators, first_column, own_lines, skeleton
from engine.source import Source

_CLAUSE = re.compile(r"[ \t\f]*(?:elif|else|except|finally|case)\b")
_NEWLINE = re.compile(r"\r\n|\n|\r")


def replace_expression(source: Source, statement: ast.stmt, node: ast.expr, code: str) -> Rewrite:
    """Replace one expression inside `statement` by `code`, parenthesised when it must be.

    The statement's headers are parsed again and must equal the old tree with just this
    expression exchanged. Raises SliceError: `shares-line`, `not-as-meant`.
    """
    statement, start, end = _whole(source, statement)
    blocks = [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]
    blocks += [part.body for name in ("handlers", "cases") for part in getattr(statement, name, [])]
    kept = [block for block in blocks if not _inside(block, node)]
    code = _NEWLINE.sub(source.newline, code)
    meant = ast.parse(f"({code}\n)", mode="eval").body  # parenthesised: the code may run over several lines
    for text in (code, f"({code})"):
        if _as_meant(source, (start, end), node, meant, kept, text=text):
            return Rewrite((source.edit(source.start(node), source.end(node), text),), Span(source.path, start, end))
    raise SliceError("not-as-meant", f"putting {code!r} there would parse to another tree")


def _whole(source: Source, statement: ast.stmt) -> tuple[ast.stmt, int, int]:
    """The statement, or one around it, and the offsets of the whole lines around it that parse on their own.

    Statements that begin or end on its lines lie within; no clause parses alone, and nothing without the header it stands behind.
    """
    while True:
        first, last = _on_its_lines(source, statement)
        start, end = own_lines(source, first, alone=False)[0], own_lines(source, last, alone=False)[1]
        outer = source.parents.get(statement)
        while outer is not None and not isinstance(outer, ast.stmt):
            outer = source.parents.get(outer)
        if outer is None or not (_CLAUSE.match(source.text, start) or _is_behind_header(source, first, outer, start)):
            return statement, start, end
        statement = outer


def _on_its_lines(source: Source, statement: ast.stmt) -> tuple[ast.stmt, ast.stmt]:
    """The first and the last statement of the chain, in its block, of those that share lines with one another and with it."""
    owner = source.parents.get(statement)
    block, low = [statement], 0
    for name in ("body", "orelse", "finalbody"):
        some = getattr(owner, name, None)
        if isinstance(some, list):
            at = bisect_left(some, _place(statement), key=_place)
            if at < len(some) and some[at] is statement:
                block, low = some, at
    high = low
    while low and block[low - 1].end_lineno == block[low].lineno:
        low -= 1
    while high + 1 < len(block) and block[high + 1].lineno == block[high].end_lineno:
        high += 1
    return block[low], block[high]


def _place(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _is_behind_header(source: Source, statement: ast.stmt, outer: ast.stmt, start: int) -> bool:
    """Is `start`, where its first line begins, inside a header of the statement around it that does not parse from there on?"""
    lead = source.text[start : source.start(min([*decorators(statement), statement], key=lambda part: part.lineno))]
    return bool(lead.strip("@ \t\f")) and (source.start(outer) < start or isinstance(outer, (ast.Try, ast.TryStar)))


def _as_meant(
    source: Source, lines: tuple[int, int], node: ast.expr, meant: ast.expr, hollow: list[list[ast.stmt]], *, text: str
) -> bool:
    """Do the lines, with `text` in place of `node`, parse to their old tree with `meant` there?"""
    start, end = lines
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
    return _place(first) <= _place(node) < (last.end_lineno or 0, last.end_col_offset or 0)


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
