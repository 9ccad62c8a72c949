"""A match to the change that replaces it, or to the reason why it is left alone."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from codemods.pattern.again import says_it
from codemods.pattern.binding import bound_in
from codemods.pattern.captures import DOUBT, File
from codemods.pattern.expressions import Writer
from codemods.pattern.placing import narrowed
from codemods.pattern.regions import first_of, indentation
from codemods.pattern.replacements import Replacement
from codemods.pattern.rules import block_of, is_decorator, way_of
from codemods.pattern.shapes import same
from codemods.pattern.sites import Match, held_by, place_of
from codemods.pattern.statements import statement_edits
from codemods.pattern.text import comments, require_comments
from engine import Change, Edit, ImportNeed, SliceError, Source, Span, replace_expression

Gone = dict[ast.AST, int]  # the holder of a block to how many of its statements are deleted already


def replaced(
    match: Match,
    replacements: Mapping[int, Replacement],
    file: File,
    inner: Mapping[ast.AST, Match],
    left: dict[ast.AST, SliceError],
    needs: set[ImportNeed],
    gone: Gone,
) -> tuple[tuple[Edit, ...], tuple[Span, ...]]:
    """Edits and spans; no edits where the replacement says what is there already. `needs` gains the imports.

    `inner`: the matches in the file that may be rewritten within others; `left` gains those that could not be.
    Raises SliceError with the reason.
    """
    way = way_of(match.found)
    only = replacements[way].template
    if only is not None and says_it(only, match.nodes, match.found):
        return (), ()
    _is_clear(match, file)
    edits: list[Edit] = []
    spans: list[Span] = []
    for template, meta in replacements[way].places:
        writer = Writer(file, replacements, way, template, inner, left, needs)
        whole = writer.completed(match)
        some = rewritten(writer, whole if meta is None else held_by(meta, whole, file), gone)
        edits += some[0]
        spans += some[1]
    return tuple(sorted(edits)), tuple(spans)


def _is_clear(match: Match, file: File) -> None:
    """Raises SliceError where it is not certain what matched, or the match stands where nothing is rewritten."""
    if DOUBT in match.found:
        word = match.found[DOUBT].nodes[0]
        assert isinstance(word, ast.AST)
        said = file.source.segment(word)
        raise SliceError("ambiguous-name", f"{said} has several meanings in this file, or may come from an import of *")
    if any(isinstance(outer, (ast.JoinedStr, *_TEMPLATES)) for outer, _ in file.around(match.nodes[0])):
        raise SliceError("f-string", "it stands inside an f-string")


def rewritten(writer: Writer, match: Match, gone: Gone) -> tuple[tuple[Edit, ...], tuple[Span, ...]]:
    """Edits and spans; no edits where the replacement says what is there already. Raises SliceError with the reason."""
    file, kind = writer.file, writer.template.kind
    source, node = file.source, match.nodes[0]
    if isinstance(node, ast.expr) and not is_decorator(node, file):
        statement = file.parent(node)
        if kind == "expression":
            return _expression(writer, match)
        if not isinstance(statement, ast.Expr):
            raise SliceError("no-statement", "only part of a statement matches, and the replacement is a statement")
        match = Match((statement,), match.statement, match.found)
    if kind == "nothing":
        return _deleted(file, match, gone)
    if kind in ("decorator", "expression") and isinstance(node, ast.expr):
        return _expression(writer, match)
    edits, start, end = statement_edits(writer, match)
    return tuple(edits), (Span(source.path, start, end),)


_TEMPLATES = tuple(found for name in ("TemplateStr",) if (found := getattr(ast, name, None)))


def _expression(writer: Writer, match: Match) -> tuple[tuple[Edit, ...], tuple[Span, ...]]:
    source, node, statement = writer.file.source, match.nodes[0], match.statement
    text, meant = writer.placed(match)
    if same(meant, node):
        return (), ()
    require_comments(f"({source.segment(node)}\n)", f"({text}\n)")
    while not isinstance(statement, ast.stmt):
        above = writer.file.parent(statement)
        assert above is not None
        statement = above
    assert isinstance(node, ast.expr)
    rewrite = replace_expression(source, statement, node, text)
    return narrowed(source, rewrite.edits), (rewrite.span,)


def _deleted(file: File, match: Match, gone: Gone) -> tuple[tuple[Edit, ...], tuple[Span, ...]]:
    """The lines of the match go; `pass` stays where nothing else would, and so there is no edit where only that matches."""
    source, first = file.source, match.nodes[0]
    start, end = place_of(match, file)
    if isinstance(first, ast.expr):  # a decorator
        start = source.text.rfind("@", 0, start)
    elif isinstance(first, ast.stmt):
        start = first_of(first, source)
    if source.text.startswith("elif", start) and isinstance(first, ast.If):
        raise SliceError("elif", "an `elif` branch is no statement of its own")
    place = block_of(first, file)
    if place is not None and not isinstance(place[0], ast.Module):
        block = place[2]
        key = block[0]
        gone[key] = gone.get(key, 0) + len(match.nodes)
        if gone[key] >= len(block):
            if len(match.nodes) == 1 and isinstance(first, ast.Pass):
                return (), ()
            if comments(source.text[start:end]):
                raise SliceError("comment", "a comment inside it would be lost")
            return (source.edit(start, end, "pass"),), (Span(source.path, start, end),)
    rest = source.text[end : source.line_end(end)]
    if comments(source.text[start:end]) or rest.strip().startswith("#"):
        raise SliceError("comment", "a comment in it would be lost")
    if indentation(source, start) is None or rest.strip():
        raise SliceError("shares-line", "the statement shares a line with other code; put it on a line of its own")
    low, high = source.line_start(start), source.line_end(end)
    return (source.edit(low, high, ""),), (Span(source.path, low, high),)


def shown(match: Match, source: Source) -> Mapping[str, str]:
    """What each named metavariable holds, as text for reports."""
    out = {}
    for name, capture in match.found.items():
        if name.isidentifier():
            nodes = [node for node in capture.nodes if isinstance(node, ast.AST) and hasattr(node, "lineno")]
            if any(isinstance(node, ast.keyword) for node in nodes):  # other arguments may stand between them
                text = ", ".join(map(source.segment, nodes))
            else:
                words = "".join(node for node in capture.nodes if isinstance(node, str))
                text = source.text[source.start(nodes[0]) : source.end(nodes[-1])] if nodes else words
            out[name] = text if len(text) <= 200 else text[:199] + "…"
    return out


def waiting(wanted: Sequence[tuple[Match, Change]], replacements: Mapping[int, Replacement], file: File) -> set[Match]:
    """The matches, in source order, whose edits reach into another match within them: that one comes first.

    Two changes of one text cannot both move a line; and what a moved line holds has lost its place in the file on disk.
    So does a match whose replacement binds a name, which the replacement within may bind too.
    """
    found: set[Match] = set()
    around: list[tuple[Match, Change, int]] = []
    for match, change in wanted:
        start, end = place_of(match, file)
        around = [one for one in around if one[2] > start]
        low = file.source.line_start(start)
        for outer, other, stop in around:
            reaches = any(edit.end >= low and edit.start <= end for edit in other.edits)
            if end <= stop and (reaches or _binds(replacements[way_of(outer.found)])):
                found.add(outer)
        around.append((match, change, end))
    return found


def _binds(replacement: Replacement) -> bool:
    """Does a replacement bind a name that what it replaces has not bound?"""
    return any(bound_in(template.nodes).outer.keys() - replacement.binds for template in replacement.templates)
