"""Where a rule's patterns match in a file: what is walked, and what is left out unread."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from codemods.pattern.captures import BLOCKS, File, Found
from codemods.pattern.match import first_look
from codemods.pattern.rules import REST, Rule, block_of, kinds
from codemods.pattern.words import lines_of
from engine import children, every_node

_NO_BLOCK = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue}
    | {ast.Delete, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal}
)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Code that meets a rule: `nodes` is one node, or several statements. `statement` holds it."""

    nodes: tuple[ast.AST, ...]
    statement: ast.AST
    found: Found


def matches(rule: Rule, words: tuple[str, ...], file: File) -> list[Match]:
    """Every match, in source order; of those that begin at one place the outermost first."""
    lines = lines_of(words, file)
    wanted, look = kinds(rule), _look(rule)
    found: list[Match] = []
    for statement, parts in _worth_a_look(file.source.tree, lines):
        nodes = [node for part in parts for node in every_node(part)]
        for node in (statement, *nodes):
            if (wanted is None or type(node) in wanted) and (look is None or look(node)):
                file.enter(statement)
                held = next(rule.matches(node, {}, file), None)
                if held is not None:
                    found.append(Match(_covered(node, held, file), statement, held))
    return sorted(found, key=lambda match: _order(match, file))


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
        if type(node) in _NO_BLOCK:
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
    if isinstance(first, ast.match_case):
        before = source.text.rfind("case", 0, source.start(first.pattern))
        return before, source.end(first.body[-1])
    return source.start(first), source.end(last)
