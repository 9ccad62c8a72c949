"""Where the code that a template moves meets the template: its seat in a block, the comment behind a header, blank lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.pattern.captures import Capture, File
from codemods.pattern.rules import block_of
from codemods.pattern.sites import Match
from codemods.pattern.text import Kept, Lit, Piece
from engine import SliceError, Source

_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where in a template's block a statement stands. `outer`: the kinds of what is around it, the header's own last."""

    is_first: bool
    is_last: bool
    outer: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Does it stand right below a header?"""
        return self.is_first and bool(self.outer)


def seats(nodes: Sequence[ast.AST]) -> dict[tuple[int, int], Seat]:
    """Where a statement of the template is only an expression, by line and column as `ast` counts them."""
    found: dict[tuple[int, int], Seat] = {}
    stack: list[tuple[Sequence[ast.AST], tuple[str, ...]]] = [(nodes, ())]
    while stack:
        block, outer = stack.pop()
        for at, statement in enumerate(block):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name):
                found[statement.lineno, statement.col_offset] = Seat(at == 0, at == len(block) - 1, outer)
            inside = (*outer, _kind(statement))
            stack += [(held, inside) for name in _BLOCKS if isinstance(held := getattr(statement, name, None), list)]
            clauses = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
            stack += [(clause.body, (*inside, _kind(clause))) for clause in clauses]
    return found


def _kind(node: ast.AST) -> str:
    return type(node).__name__.removeprefix("Async")


def keeps_header(first: ast.AST, begin: int, seat: Seat, match: Match, file: File) -> bool:
    """May what stands behind the colon above a block's first statement, at `begin`, stand behind the template's header now?

    Not a comment where the template says that header elsewhere, or has more around the block: it may speak of that.
    """
    source = file.source
    if not source.text[begin : source.line_end(begin)].strip():
        return True
    outer: list[str] = []  # the header's own first
    for node, child in file.around(first):
        if child in match.nodes:
            break
        outer.append(_kind(node))
    kind, *others = outer
    around = seat.outer[:-1]
    return around.count(kind) <= others.count(kind) and (kind == seat.outer[-1] or len(around) <= len(others))


# -- the end of a match -------------------------------------------------------------------


def with_last_comment(source: Source, match: Match, end: int) -> int:
    """The end of a match: behind the comment on its last line where that stands behind captured code."""
    if source.text[end : source.line_end(end)].lstrip(" \t\f").startswith("#"):
        for capture in match.found.values():
            if any(isinstance(node, ast.stmt) and source.end(node) == end for node in capture.nodes):
                return end + len(source.text[end : source.line_end(end)].rstrip())
    return end


def require_own_line(source: Source, pieces: Sequence[Lit | Kept], end: int) -> None:
    """Raises SliceError `comment` where the comment behind a match would come to stand behind captured code."""
    rest = source.text[end : source.line_end(end)].strip()
    last = next((piece for piece in reversed(pieces) if piece.text), None)
    if rest.startswith("#") and isinstance(last, Kept):
        raise SliceError("comment", f"the comment {rest!r} would stand behind other code")


# -- blank lines ---------------------------------------------------------------------------


def blank_lines(capture: Capture, seat: Seat, begin: int, end: int, place: tuple[int, int], file: File) -> tuple[int, int]:
    """How many stand above and below captured statements, text[begin:end], where they have a neighbour now and then.

    `place`: where the match stands.
    """
    first, text = block_of(capture.nodes[0], file), file.source.text  # type: ignore[arg-type]
    if first is None:
        return 0, 0
    at, behind = first[3], first[3] + len(capture.nodes)
    above = below = 0
    if at and not seat.is_first:
        above = _lines(re.search(r"\s*\Z", text[place[0] : begin]))
    if behind < len(first[2]) and not seat.is_last and file.source.start(first[2][behind]) < place[1]:
        below = _lines(re.match(r"\s*", text[end : place[1]]))
    return above, below


def _lines(space: re.Match[str] | None) -> int:
    return max(len(re.findall(r"\r\n|\n|\r", space[0])) - 1, 0) if space else 0


def spaced(pieces: Sequence[Piece], blank: dict[int, tuple[int, int]], newline: str) -> list[Piece]:
    """The pieces with blank lines around those captured ones that had some: by index, how many above and below."""
    found = list(pieces)
    for index, (_, below) in blank.items():
        at = next((at for at in range(index + 1, len(found)) if found[at] != Lit("")), None)
        one = found[at] if at is not None else None
        if at is not None and isinstance(one, Lit) and (space := re.match(r"(?:[ \t]*\r?\n)+", one.text)):
            found[at] = Lit(newline * max(below - _lines(space), 0) + one.text)
    for index, (above, _) in blank.items():
        at = next((at for at in range(index - 1, -1, -1) if found[at] != Lit("")), None)
        one = found[at] if at is not None else None
        if at is not None and isinstance(one, Lit) and (space := re.search(r"(?:\r?\n[ \t]*)+\Z", one.text)):
            cut = space.start()
            found[at] = Lit(one.text[:cut] + newline * max(above - _lines(space), 0) + one.text[cut:])
    return found
