"""The decorators of a definition that becomes another: which stay, and the edits of those that do not."""

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections.abc import Sequence

from codemods.pattern.captures import FREE, TAKEN, Capture, File
from codemods.pattern.expressions import Writer
from codemods.pattern.openings import noted_in, noted_of
from codemods.pattern.placing import held_places, indented, laid_out
from codemods.pattern.regions import indentation
from codemods.pattern.shapes import metavariable, same
from codemods.pattern.sites import Match, is_alone
from codemods.pattern.text import Piece, closed, comments, fitted, offset_of, reads, require_comments
from engine import Edit, SliceError

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Spoken = dict[tuple[int, int], str]  # how the file says the template's names, by their place in its code
Done = dict[ast.AST, tuple[str, ast.AST]]


def stand_beside(writer: Writer, match: Match) -> bool:
    """Does a match become a definition whose decorators come and go by themselves: it is one that a pattern describes?"""
    new, old = writer.template.nodes[0], match.nodes[0]
    if not isinstance(new, DEFINITIONS) or not isinstance(old, DEFINITIONS) or _is_held(writer, match):
        return False
    return any(_told_apart(writer, match)) if old.decorator_list else bool(new.decorator_list)


def _is_held(writer: Writer, match: Match) -> bool:
    """Is the first statement of a match what a metavariable of the template holds, or only part of the match?"""
    return match.begin is not None or any(match.nodes[0] in match.found[meta.name].nodes for meta in writer.template.metas)


def _told_apart(writer: Writer, match: Match) -> tuple[list[ast.expr], list[ast.expr]]:
    """Of the decorators of a match's first statement: those that no pattern speaks of, and the others."""
    old = [] if _is_held(writer, match) else getattr(match.nodes[0], "decorator_list", [])
    taken, free = noted_of(match.found, TAKEN), noted_of(match.found, FREE)
    return [one for one in old if one in free and one not in taken], [one for one in old if one in taken]


def require_kept(writer: Writer, match: Match, whole: bool) -> None:
    """Decorators that the pattern leaves open must not be lost: those inside the match; with `whole` its first statement's, too.

    Raises SliceError `not-as-meant`.
    """
    file = writer.file
    kept, taken = _told_apart(writer, match)
    inside = noted_in(match, FREE, file)
    lost = [one for one in inside if one not in noted_of(match.found, TAKEN) and one not in (*kept, *taken)]
    for one in [*(kept if whole else ()), *lost]:
        raise SliceError(
            "not-as-meant", f"the decorator @{file.source.segment(one)[:60]}, which the pattern leaves open, would go"
        )


def changed_decorators(writer: Writer, match: Match, made: ast.AST, spoken: Spoken, done: Done) -> list[Edit]:
    """The edits of the decorators of a match's first statement. `made`: what the template says; it gains those that stay.

    A decorator that the template says and the pattern does not stands where it is written between those that both say,
    right above the next of them or the `def`. Raises SliceError where one cannot be written.
    """
    source, first = writer.file.source, match.nodes[0]
    meant: list[ast.expr] = made.decorator_list  # type: ignore[attr-defined]
    old: list[ast.expr] = first.decorator_list  # type: ignore[attr-defined]
    taken = _told_apart(writer, match)[1]
    below = [source.text.rfind("@", 0, source.start(one)) for one in old] + [source.start(first)]
    indent = indentation(source, below[-1])
    if indent is None:
        raise SliceError("shares-line", "the statement shares a line with other code; put it on a line of its own")
    texts = _Texts(writer, match, spoken, done)
    edits: list[Edit] = []
    after: list[list[ast.expr]] = [[] for _ in below]  # above each old one, and the `def`: what stands there
    stays = dict(enumerate(old))
    for kind, i, j, k, m in _differences(taken, meant):
        places = [old.index(one) for one in taken[i:j]]
        if kind == "equal":
            continue
        both = min(j - i, m - k)
        for index, new in zip(places[:both], range(k, k + both), strict=True):
            stays[index] = meant[new]
            edits.append(texts.instead(old[index], new, meant[new]))
        for index in places[both:]:
            del stays[index]
            edits.append(_without(writer.file, below[index], old[index]))
        if m - k > both:
            index = places[-1] + 1 if places else old.index(taken[i]) if i < len(taken) else len(old)
            after[index] += meant[k + both : m]
            lines = [f"{indent}@{texts.new(new, meant[new])}{source.newline}" for new in range(k + both, m)]
            at = source.line_start(below[index])
            edits.append(source.edit(at, at, "".join(lines)))
    stays_or_not = [[stays[index]] if index in stays else [] for index in range(len(below))]
    made.decorator_list = [one for some in zip(after, stays_or_not, strict=True) for few in some for one in few]  # type: ignore[attr-defined]
    return edits


def below_decorators(writer: Writer, spoken: Spoken) -> tuple[Writer, Spoken]:
    """The template of a definition without its decorators."""
    template = writer.template
    return _part(writer, spoken, offset_of(template.code, template.nodes[0]), len(template.code))


def _part(writer: Writer, spoken: Spoken, low: int, high: int) -> tuple[Writer, Spoken]:
    """code[low:high] of the template, and how the names in it are said."""
    template = dataclasses.replace(writer.template, code=writer.template.code[:high], first=low)
    inside = {place: text for place, text in spoken.items() if low <= place[0] and place[1] <= high}
    return dataclasses.replace(writer, template=template), inside


def _differences(taken: Sequence[ast.expr], meant: Sequence[ast.expr]) -> Sequence[tuple[str, int, int, int, int]]:
    every = [*taken, *meant]
    keys = [next(at for at, other in enumerate(every) if same(one, other)) for one in every]
    return difflib.SequenceMatcher(None, keys[: len(taken)], keys[len(taken) :], autojunk=False).get_opcodes()


def _without(file: File, start: int, node: ast.expr) -> Edit:
    """The lines of a decorator, which begins at `start`, go."""
    source, end = file.source, file.source.end(node)
    if "(" in source.text[start : source.start(node)] or not is_alone(source, end):
        raise SliceError("not-as-meant", "a decorator in parentheses is not taken out")
    if comments(source.text[start : source.line_end(end)]):
        raise SliceError("comment", "a comment beside a decorator would be lost")
    return source.edit(source.line_start(start), source.line_end(end), "")


class _Texts:
    """What the template's decorators say here."""

    def __init__(self, writer: Writer, match: Match, spoken: Spoken, done: Done) -> None:
        self.writer, self.match, self.spoken, self.done = writer, match, spoken, done
        self.said: list[tuple[ast.AST, bool]] = []  # each decorator of the new code, and whether a `$$$D` holds it
        for one in writer.template.nodes[0].decorator_list:  # type: ignore[attr-defined]
            meta = metavariable(one)
            nodes = match.found[meta.name].nodes if meta is not None and meta.many else ()
            is_many = meta is not None and meta.many
            self.said += [(node, True) for node in nodes if isinstance(node, ast.AST)] if is_many else [(one, False)]

    def _pieces(self, index: int) -> list[Piece]:
        node, is_held = self.said[index]
        if is_held:
            return self.writer.filling(Capture((node,)), self.done)
        code, source = self.writer.template.code, self.writer.file.source
        low = offset_of(code, node)
        high = low + len(ast.get_source_segment(code, node) or "")
        pieces: list[Piece] = []
        writer, spoken = _part(self.writer, self.spoken, low, high)
        for part in indented(writer.parts(spoken, self.match.found), source, self.match.nodes[0], code[low:high]):
            if isinstance(part, tuple):
                pieces += self.writer.filling(self.match.found[part[0]], self.done)
            else:
                pieces.append(part)
        return closed(pieces)

    def new(self, index: int, meant: ast.expr) -> str:
        """The text of a decorator behind its `@`. Raises SliceError."""
        return "".join(piece.text for piece in fitted(self._pieces(index), [meant], _parsed))

    def instead(self, old: ast.expr, index: int, meant: ast.expr) -> Edit:
        """The same in the place and the layout of another."""
        source, pieces = self.writer.file.source, fitted(self._pieces(index), [meant], _parsed)
        start, end = source.start(old), source.end(old)
        held = held_places(source, self.match.found, (start, end), self.writer.template.metas)
        text = laid_out(source, start, end, pieces, held, lambda text: reads(text, [meant], _parsed))
        require_comments(f"({source.text[start:end]}\n)", f"({text}\n)")
        return source.edit(start, end, text)


def _parsed(text: str) -> Sequence[ast.AST]:
    statement = ast.parse(f"@{text}\ndef f(): pass\n").body[0]
    assert isinstance(statement, ast.FunctionDef)
    return statement.decorator_list
