"""Replacing statements and clauses: captured blocks keep their text, and stay in their place where they can."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from codemods.pattern.captures import Capture
from codemods.pattern.decorated import DEFINITIONS, below_decorators, changed_decorators, require_kept, stand_beside
from codemods.pattern.expressions import Writer
from codemods.pattern.language import Parsed
from codemods.pattern.openings import require_sorts
from codemods.pattern.placing import edits_of, held_places, names_in_brackets, narrowed, pieces_laid_out
from codemods.pattern.regions import behind, colon_above, first_of, indentation, kept, step
from codemods.pattern.rules import block_of
from codemods.pattern.seams import blank_lines, keeps_header, require_own_line, seats, spaced, with_last_comment
from codemods.pattern.shapes import same
from codemods.pattern.sites import Match, below_the_one_before, colon_of, is_alone, place_of, with_last_comments
from codemods.pattern.substitute import substituted
from codemods.pattern.text import HEADER, Lit, Piece, closed, fitted, offsets, reads, require_comments
from engine import Edit, SliceError


def statement_edits(writer: Writer, match: Match) -> tuple[list[Edit], int, int]:
    """The edits that put the template's statements in the place of a match, and the match's extent.

    Raises SliceError where that cannot be done.
    """
    source = writer.file.source
    start, end = place_of(match, writer.file)
    beside = stand_beside(writer, match)  # decorators are edits of their own
    require_kept(writer, match, not beside)
    if not beside and match.begin is None and isinstance(match.nodes[0], DEFINITIONS):
        start = first_of(match.nodes[0], source)
    if source.text.startswith("elif", start) and isinstance(match.nodes[0], ast.If):
        raise SliceError("elif", "an `elif` branch is no statement of its own")
    indent = indentation(source, start)
    end = with_last_comments(source, match.nodes[-1], indent, with_last_comment(source, match, end))
    done: dict[ast.AST, tuple[str, ast.AST]] = {}
    spoken = writer.spoken(match)
    meant = _meant(writer, match, done, writer.by_id(spoken))
    if kept_annotation := _kept_annotation(writer, match):
        spoken |= kept_annotation
        meant[0].returns = match.nodes[0].returns  # type: ignore[attr-defined]
    require_sorts(meant, match, writer.file)
    above = changed_decorators(writer, match, meant[0], spoken, done) if beside else []
    if len(meant) == len(match.nodes) and all(map(same, meant, match.nodes)):
        return [], start, end
    if beside:
        meant[0].decorator_list = []  # type: ignore[attr-defined]
        writer, spoken = below_decorators(writer, spoken)
    pieces = _Layout(writer, match, done, indent or "", (start, end)).pieces(writer.parts(spoken, match.found))

    def parsed(text: str) -> Sequence[ast.AST]:
        return _parsed(text, indent or "", writer.template.kind)

    lines = fitted(names_in_brackets(closed(pieces), match.nodes[0], source.text[start:end]), meant, parsed)
    held = held_places(source, match.found, (start, end), writer.template.metas)
    lines = pieces_laid_out(source, lines, start, end, held, lambda text: reads(text, meant, parsed))
    text = "".join(piece.text for piece in lines)
    if (indent is None or not is_alone(source, end)) and ("\n" in text or not _simple(meant)):
        raise SliceError("shares-line", "the statement shares a line with other code; put it on a line of its own")
    require_own_line(source, lines, end)
    rest = source.text[end : source.line_end(end)]
    require_comments(f"{indent or ''}{source.text[start:end]}{rest}", f"{indent or ''}{text}{rest}")
    edits = [*narrowed(source, above), *edits_of(source, lines, start, end)]
    return edits, min([start, *(edit.start for edit in edits)]), end


def _kept_annotation(writer: Writer, match: Match) -> dict[tuple[int, int], str]:
    """The return annotation of a definition that becomes another, where neither pattern nor template speaks of one."""
    new, old = writer.template.nodes[0], match.nodes[0]
    if not isinstance(new, _FUNCTIONS) or not isinstance(old, _FUNCTIONS) or len(match.nodes) > 1:
        return {}
    if old.returns is None or new.returns is not None or writer.replacements[writer.way].speaks_of_returns:
        return {}
    code = writer.template.code
    begin = offsets(code)[new.lineno - 1]
    colon = begin + colon_of(code[begin:])
    return {(colon, colon): f" -> {writer.file.source.segment(old.returns)}"}


def _statements(template: Parsed) -> list[ast.stmt]:
    """The template's statements or its clause; an expression as a statement."""
    nodes = template.nodes
    return [ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.expr) else node for node in nodes]  # type: ignore[misc]


def _simple(meant: Sequence[ast.AST]) -> bool:
    return len(meant) == 1 and not hasattr(meant[0], "body")


def _meant(
    writer: Writer, match: Match, done: dict[ast.AST, tuple[str, ast.AST]], spoken: Mapping[int, str]
) -> Sequence[ast.AST]:
    def grown(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.stmt):
            return node
        if node not in done:
            done[node] = writer.captured(node)
        return done[node][1]

    whole = substituted(ast.Module(_statements(writer.template), []), match.found, grown, spoken)
    assert isinstance(whole, ast.Module)
    return whole.body


def _parsed(text: str, indent: str, kind: str) -> Sequence[ast.AST]:
    """The statements or the clause in a text that begins behind `indent`."""
    clause = {"handler": f"{indent}try: pass\n", "handler*": f"{indent}try: pass\n"}.get(kind, "")
    if kind == "case":
        clause, header = "", f"match 1:\n{indent}case 1: pass\n" if indent else ""
        whole = ast.parse(f"{header}{indent}{text}\n").body[0]
        assert isinstance(whole, ast.Match)
        return whole.cases[1:]
    tree = ast.parse(f"{HEADER if indent else ''}{clause}{indent}{text}\n")
    body = tree.body[0].body if indent else tree.body  # type: ignore[attr-defined]
    if not clause:
        return list(body)
    return list(getattr(body[0], "handlers"))  # noqa: B009


class _Layout:
    """Puts the template's lines and the captured code together, each line at its indentation."""

    def __init__(
        self, writer: Writer, match: Match, done: dict[ast.AST, tuple[str, ast.AST]], indent: str, place: tuple[int, int]
    ) -> None:
        self.writer, self.match, self.done, self.indent, self.place = writer, match, done, indent, place
        self.source = writer.file.source
        self.step = step(self.source, match.nodes[0])
        self.unit = _unit(writer.template.code)
        self.seats = seats(_statements(writer.template))
        self.found: list[Piece] = []
        self.blank: dict[int, tuple[int, int]] = {}  # captured statements by index in `found`: blank lines above and below

    def pieces(self, parts: Sequence[Lit | tuple[str, int, int]]) -> list[Piece]:
        """The new text, piece by piece."""
        parts = list(parts)
        for index, part in enumerate(parts):
            if isinstance(part, Lit):
                self.found.append(Lit(self._indented(part.text)))
                continue
            name, start, _ = part
            capture = self.match.found[name]
            if self._place(start) not in self.seats:
                self.found += self.writer.filling(capture, self.done)
            elif not self._block(capture, start):
                after = parts[index + 1] if index + 1 < len(parts) else None
                if isinstance(after, Lit):  # nothing is captured: its line goes
                    parts[index + 1] = Lit(re.sub(r"^\n[ ]*", "", after.text) if not self._said() else after.text)
        return spaced(self.found, self.blank, self.source.newline)

    def _said(self) -> bool:
        """Cut the line that was begun; was there text before it?"""
        last = self.found[-1] if self.found else None
        if isinstance(last, Lit) and (last.text.strip() or any(piece != Lit("") for piece in self.found[:-1])):
            self.found[-1] = Lit(re.sub(r"\r?\n[ \t]*$", "", last.text))
            return True
        return False

    def _place(self, start: int) -> tuple[int, int]:
        """The line and column of an offset in the template's code, as `ast` counts them."""
        code = self.writer.template.code
        return code.count("\n", 0, start) + 1, len(code[code.rfind("\n", 0, start) + 1 : start].encode())

    def _block(self, capture: Capture, start: int) -> bool:
        """Captured statements; False where there are none and nothing needs to stand there."""
        source, code = self.source, self.writer.template.code
        seat = self.seats[self._place(start)]
        nodes = [node for node in capture.nodes if isinstance(node, ast.AST)]
        if not nodes:
            alone = seat.opens and seat.is_last
            if alone:
                self.found.append(Lit("pass"))
            return alone
        line = code[code.rfind("\n", 0, start) + 1 : start]
        target = self._level(line) + ("" if not line.strip() else self.step)
        if not isinstance(nodes[0], ast.stmt):
            self.found += self.writer.filling(capture, self.done)
            return True
        begin = first_of(nodes[0], source)
        until, is_shared = self._until(nodes[-1])
        own, end = indentation(source, begin), behind(nodes[-1], begin, until, source)
        colon = colon_above(nodes[0], self.writer.file, self.place[0]) if seat.opens else None
        last = self.found[-1]
        if colon is not None and isinstance(last, Lit) and keeps_header(nodes[0], colon, seat, self.match, self.writer.file):
            self.found[-1] = Lit(last.text.rstrip(" \t\r\n"))
            begin = colon
        else:
            if line.strip() and (own is not None or len(nodes) > 1 or "\n" in source.segment(nodes[0])):
                self.found[-1] = Lit(last.text.rstrip(" ") + source.newline + target) if isinstance(last, Lit) else last
            begin = (self.match.begin if nodes[0] is self.match.nodes[0] else None) or self._comments_above(nodes[0], begin)
        above, below = blank_lines(capture, seat, begin, end, self.place, self.writer.file)
        self.blank[len(self.found)] = above, 0 if is_shared else below
        self.found.append(kept(source, begin, end, own or "", target))
        return True

    def _until(self, last: ast.AST) -> tuple[int, bool]:
        """What stands below captured statements up to here goes along with them; does the next captured one take the rest?"""
        held, said = block_of(last, self.writer.file), {meta.name for meta in self.writer.template.metas}
        after = held[2][held[3] + 1] if held is not None and held[3] + 1 < len(held[2]) else None
        if after is None or not any(after in capture.nodes for name, capture in self.match.found.items() if name in said):
            return self.place[1], False
        begin = below_the_one_before(self.match, after, first_of(after, self.source), self.writer.file)
        return min(self.source.line_start(begin), self.place[1]), True

    def _comments_above(self, node: ast.AST, begin: int) -> int:
        """Where a block begins that leaves its header: at the comments above its first statement."""
        colon = colon_above(node, self.writer.file, self.place[0])
        if colon is None:
            return below_the_one_before(self.match, node, begin, self.writer.file)
        first = self.source.line_end(colon)
        above = self.source.text[first:begin]
        return begin if not above.strip() else first + len(above) - len(above.lstrip())

    def _level(self, line: str) -> str:
        """The file's indentation for a line of the template."""
        depth = len(line) - len(line.lstrip(" "))
        levels, rest = divmod(depth - self._base(), self.unit)
        return self.indent + self.step * levels + " " * rest

    def _base(self) -> int:
        return 1 if self.writer.template.kind == "case" else 0

    def _indented(self, text: str) -> str:
        """The lines of a piece of template, each at the file's indentation."""
        first, *rest = text.split("\n")
        lines = [self._level(line) + line.lstrip(" ") if line else "" for line in rest]
        if rest and not rest[-1]:
            lines[-1] = self.indent  # what comes next begins a line
        return self.source.newline.join([first, *lines])


def _unit(code: str) -> int:
    depths = [len(line) - len(line.lstrip(" ")) for line in code.split("\n") if line.strip()]
    return min((depth for depth in depths if depth > 1), default=4)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
