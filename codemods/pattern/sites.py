"""Where a rule's patterns match in a file: what is walked, and what is left out unread."""

from __future__ import annotations

import ast
import bisect
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from codemods.pattern.captures import BLOCKS, File, Found
from codemods.pattern.language import Meta
from codemods.pattern.match import first_look
from codemods.pattern.regions import first_of, indentation
from codemods.pattern.rules import REST, Rule, block_of, kinds
from codemods.pattern.text import offsets, tokens
from codemods.pattern.words import lines_of
from engine import SIMPLE, SliceError, Source, children, every_node

_SIGNATURE = re.compile(r"[ \t]*#[ \t]*type:[ \t]*\(")  # a function's types: they must stay right below its header


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Code that meets a rule: `nodes` is one node, or several statements. `statement` holds it."""

    nodes: tuple[ast.AST, ...]
    statement: ast.AST
    found: Found
    begin: int | None = None  # of statements that are part of a match: the offset of their decorators and the comments above


def matches(rule: Rule, words: tuple[str, ...], file: File) -> list[Match]:
    """Every match, in source order; of those that begin at one place the outermost first."""
    found: list[Match] = []
    for node, statement in candidates(rule, words, file):
        held = next(rule.matches(node, {}, file), None)
        if held is not None:
            found.append(Match(_covered(node, held, file), statement, held))
    return sorted(found, key=lambda match: _order(match, file))


def candidates(rule: Rule, words: tuple[str, ...], file: File) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The nodes that may meet a rule, each with the statement or clause in whose own lines it stands."""
    wanted, look = kinds(rule), _look(rule)
    for statement, parts in _worth_a_look(file.source.tree, lines_of(words, file)):
        nodes = [node for part in parts for node in every_node(part)]
        for node in (statement, *nodes):
            if (wanted is None or type(node) in wanted) and (look is None or look(node)):
                file.enter(statement)
                yield node, statement


def _look(rule: Rule) -> Callable[[Any], bool] | None:
    if rule.match is None or len(rule.match.shapes) > 1:
        return None
    return first_look(rule.match.shapes[0])


def _worth_a_look(tree: ast.Module, lines: Sequence[int] | None) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Each statement and clause that holds one of the lines, with the parts of it that stand in its own lines."""
    stack: list[ast.AST] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        if lines is not None and not _holds(node, lines):
            continue
        inner = children(node)
        if type(node) in SIMPLE:
            yield node, inner
            continue
        blocks = [one for one in inner if isinstance(one, BLOCKS)]
        own = [one for one in inner if not isinstance(one, BLOCKS)]
        yield node, own
        stack += reversed(blocks)


def _holds(node: ast.AST, lines: Sequence[int]) -> bool:
    first, last = extent(node)
    index = bisect.bisect_left(lines, first)
    return index < len(lines) and lines[index] <= last


def extent(node: ast.AST) -> tuple[int, int]:
    """First and last line of a statement or clause, decorators included; a `case` may begin above its pattern."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno - 1, node.body[-1].end_lineno or 0
    decorators = getattr(node, "decorator_list", None)
    return (decorators[0] if decorators else node).lineno, node.end_lineno or 0  # type: ignore[attr-defined, union-attr]


def _covered(node: ast.AST, found: Found, file: File) -> tuple[ast.AST, ...]:
    """The statements of a match that begins at `node`, for which `found` says what is left behind it."""
    place = block_of(node, file) if REST in found else None
    if place is None:
        return (node,)
    _, _, block, at = place
    return tuple(block[at : len(block) - len(found[REST].nodes)])


def _order(match: Match, file: File) -> tuple[int, int]:
    start, end = place_of(match, file)
    return start, -end


def place_of(match: Match, file: File) -> tuple[int, int]:
    """Start and end of a match, 0-based; of a clause from its keyword on, of a definition without its decorators."""
    source, first, last = file.source, match.nodes[0], match.nodes[-1]
    if match.begin is not None:
        return match.begin, source.end(last)
    if isinstance(first, ast.match_case):
        before = source.text.rfind("case", 0, source.start(first.pattern))
        return before, source.end(first.body[-1])
    return source.start(first), source.end(last)


def held_by(meta: Meta, match: Match, file: File) -> Match:
    """The part of a match that a metavariable holds, as a match of its own.

    Raises SliceError where that is neither an expression nor statements.
    """
    nodes = match.found[meta.name].nodes
    statements = bool(nodes) and all(isinstance(node, ast.stmt) for node in nodes)
    if not statements and not (len(nodes) == 1 and isinstance(nodes[0], ast.expr)):
        raise SliceError("not-as-meant", f"what {meta} holds here is no expression and no statement")
    for part in match.nodes:
        for inner in every_node(part):
            if isinstance(inner, BLOCKS):
                file.enter(inner)
    statement: ast.AST | None = nodes[0]  # type: ignore[assignment]
    while statement is not None and not isinstance(statement, BLOCKS):
        statement = file.parent(statement)
    begin = _with_comments(nodes[0], file.source) if statements else None  # type: ignore[arg-type]
    return Match(nodes, statement or match.statement, match.found, begin)  # type: ignore[arg-type]


def _with_comments(node: ast.AST, source: Source) -> int:
    """Where the comments begin that stand right above a statement, as deep as it; else its first decorator, or the statement."""
    start = first_of(node, source)
    indent = indentation(source, start)
    while indent is not None and (line := source.line_start(start)) > 0:
        above = source.line_start(line - 1)
        if not source.text.startswith(f"{indent}#", above) or _SIGNATURE.match(source.text, above):
            break
        start = above + len(indent)
    return start


def below_the_one_before(match: Match, first: ast.AST, begin: int, file: File) -> int:
    """Where the comments begin that stand between a captured statement, which begins at `begin`, and the one before it.

    They go along with it where that one is replaced too, and they are as deep as it; else `begin`.
    """
    source, place, indent = file.source, block_of(first, file), indentation(file.source, begin)
    before = place[2][place[3] - 1] if place is not None and place[3] else None
    if before is None or indent is None or source.start(before) < place_of(match, file)[0]:
        return begin
    low = source.line_end(source.end(before))
    at, found = source.line_start(begin), begin
    while at > low:
        at = source.line_start(at - 1)
        if source.text.startswith(f"{indent}#", at):
            found = at + len(indent)
        elif source.text[at : source.line_end(at)].strip():
            break
    return found


def with_last_comments(source: Source, last: ast.AST, indent: str | None, end: int) -> int:
    """The end of a match: behind the comments below its last block that are as deep as the block."""
    deeper = rf"(?:[ \t]*\r?\n)*{re.escape(indent or '')}[ \t]+#[^\r\n]*"
    at = source.line_end(end)
    while (
        indent is not None
        and hasattr(last, "body")
        and is_alone(source, end)
        and (found := re.compile(deeper).match(source.text, at))
    ):
        end, at = found.end(), source.line_end(found.end())
    return end


def is_alone(source: Source, end: int) -> bool:
    """Does nothing but a comment stand behind `end` on its line?"""
    return re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", source.text[end : source.line_end(end)]) is not None


def colon_of(text: str) -> int:
    """The 0-based offset of the colon that ends the header with which a text begins."""
    depth, starts = 0, offsets(text)
    for token in tokens(text):
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if token.type == tokenize.OP and token.string == ":" and not depth:
            return starts[token.start[0] - 1] + token.start[1]
    return len(text)
