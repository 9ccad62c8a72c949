"""A rule of patterns as a value, and what it makes of a node: any, all, not, and what `where` asks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.pattern.captures import Capture, File, Found
from codemods.pattern.conditions import below, stands, suits
from codemods.pattern.language import Meta, Parsed
from codemods.pattern.match import match, sequence
from codemods.pattern.shapes import Constant, Dotted, Member, Node, Shape

REST = "#"  # in a Found: the statements behind a match of several
WAY = "|"  # in a Found: the alternative that matched, where it has a replacement of its own


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. `shapes` has several entries for several statements."""

    parsed: Parsed
    shapes: tuple[Shape, ...]

    def matches(self, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
        """What the metavariables hold, for each way in which the code that begins at `node` matches."""
        kind = self.parsed.kind
        if kind == "statements" and len(self.shapes) > 1:
            return self._several(node, found, file)
        if kind == "expression" and isinstance(node, ast.Expr):
            return iter(())
        if kind.startswith("handler") and isinstance(file.parent(node), ast.TryStar) != (kind == "handler*"):
            return iter(())
        if kind == "decorator" and not is_decorator(node, file):
            return iter(())
        return match(self.shapes[0], node, found, file)

    def _several(self, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
        place = block_of(node, file)
        if place is None:
            return
        owner, name, block, at = place
        last = self.shapes[-1]
        greedy = isinstance(last, Meta) and last.many
        parts = self.shapes if greedy else (*self.shapes, Meta(REST, True))
        before = {key: capture for key, capture in found.items() if key != REST}
        for after in sequence(parts, block, before, file, (owner, name), at):
            yield {**after, REST: Capture((), True)} if greedy else after


def is_decorator(node: ast.AST, file: File) -> bool:
    """Does this expression stand behind an `@`?"""
    return node in getattr(file.parent(node), "decorator_list", ())


def block_of(node: ast.AST, file: File) -> tuple[ast.AST, str, list[ast.AST], int] | None:
    """The node whose block holds a statement, the block's name, the block, and the statement's 0-based place in it."""
    owner = file.source.parents.get(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(owner, name, None)
        if isinstance(block, list) and node in block:
            return owner, name, block, block.index(node)  # type: ignore[return-value]
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of one node. A node that a rule matches matches every part of it."""

    match: Pattern | None = None
    any: tuple[Rule, ...] = ()
    all: tuple[Rule, ...] = ()
    nots: tuple[Rule, ...] = ()
    where: tuple[Condition, ...] = ()
    way: int = 0  # of an alternative with a replacement of its own: its 1-based number

    def matches(self, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
        """What the metavariables hold, for each way in which `node` meets the rule."""
        for first in (found,) if self.match is None else self.match.matches(node, found, file):
            for second in self._any(node, first, file):
                for third in _each(self.all, node, second, file):
                    if not any(next(rule.matches(node, third, file), None) is not None for rule in self.nots):
                        yield from meets(self.where, node, third, file)

    def _any(self, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
        if not self.any:
            yield found
        for rule in self.any:
            for after in rule.matches(node, found, file):
                yield {**after, WAY: Capture((), first=rule.way)} if rule.way else after


def _each(rules: tuple[Rule, ...], node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    if not rules:
        yield found
        return
    for after in rules[0].matches(node, found, file):
        yield from _each(rules[1:], node, after, file)


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of `where`. `kind` says what `word` and `rules` mean; `negated` turns it round."""

    kind: str  # "inside", "has", "follows", "precedes", "imported", "any", "not"; of a capture "is", "matches", ...
    negated: bool = False
    words: tuple[str, ...] = ()
    rule: Rule | None = None
    branches: tuple[tuple[Condition, ...], ...] = ()
    meta: str = ""  # the metavariable that it speaks of
    pattern: re.Pattern[str] | None = field(default=None, compare=False)


def meets(conditions: tuple[Condition, ...], node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    """What the metavariables hold, for each way in which all conditions are met."""
    if not conditions:
        yield found
        return
    for after in _met(conditions[0], node, found, file):
        yield from meets(conditions[1:], node, after, file)


def _met(condition: Condition, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    ways = _ways(condition, node, found, file)
    if not condition.negated:
        yield from ways
    elif next(ways, None) is None:
        yield found


def _ways(condition: Condition, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    if condition.branches:
        for branch in condition.branches:
            yield from meets(branch, node, found, file)
    elif condition.meta:
        yield from suits(condition, found, file)
    elif condition.kind == "inside" and condition.rule is not None:
        for outer, _ in file.around(node):
            yield from _held(condition.rule, outer, found, file)
    elif condition.kind == "has" and condition.rule is not None:
        yield from below(condition.rule, node, found, file)
    elif condition.kind == "file-has" and condition.rule is not None:
        from codemods.pattern.whole import anywhere

        yield from anywhere(condition.rule, found, file)
    elif condition.kind in ("follows", "precedes") and condition.rule is not None:
        neighbour = _neighbour(node, -1 if condition.kind == "follows" else 1, found, file)
        if neighbour is not None:
            yield from condition.rule.matches(neighbour, found, file)
        if isinstance(neighbour, ast.Expr):
            yield from condition.rule.matches(neighbour.value, found, file)
    elif any(stands(condition.kind, word, node, file) for word in condition.words):
        yield found


def _held(rule: Rule, outer: ast.AST, found: Found, file: File) -> Iterator[Found]:
    """`inside` is met by a node around, or by a decorator of it."""
    yield from rule.matches(outer, found, file)
    if _speaks_of_decorators(rule):
        for decorator in getattr(outer, "decorator_list", ()):
            file.enter(outer)
            yield from rule.matches(decorator, found, file)


def _speaks_of_decorators(rule: Rule) -> bool:
    own = rule.match is not None and rule.match.parsed.kind == "decorator"
    return own or any(map(_speaks_of_decorators, (*rule.any, *rule.all)))


def _neighbour(node: ast.AST, step: int, found: Found, file: File) -> ast.AST | None:
    """The statement before or behind the one that holds `node`; with several matched statements, behind the last."""
    while not isinstance(node, ast.stmt):
        above = file.parent(node)
        if above is None:
            return None
        node = above
    place = block_of(node, file)
    if place is None:
        return None
    _, _, block, at = place
    if step > 0 and REST in found:
        at = len(block) - len(found[REST].nodes) - 1
    return block[at + step] if 0 <= at + step < len(block) else None


def way_of(found: Found) -> int:
    """The number of the alternative that matched; 0 where it has no replacement of its own."""
    return found[WAY].first if WAY in found else 0


def patterns(rule: Rule) -> Iterator[Pattern]:
    """The patterns of which one decides where a match may be: those of `match`, `any` and `all`."""
    if rule.match is not None:
        yield rule.match
    for inner in (*rule.any, *rule.all):
        yield from patterns(inner)


def kinds(rule: Rule) -> frozenset[type[ast.AST]] | None:
    """The kinds of node that may meet the rule; None: any kind."""
    known = [found] if rule.match is not None and (found := _kinds(rule.match)) is not None else []
    choices = [kinds(one) for one in rule.any]
    certain = [one for one in choices if one is not None]
    if certain and len(certain) == len(choices):
        known.append(certain[0].union(*certain))
    known += [found for one in rule.all if (found := kinds(one)) is not None]
    return known[0].intersection(*known) if known else None


def _kinds(pattern: Pattern) -> frozenset[type[ast.AST]] | None:
    first = pattern.shapes[0]
    if isinstance(first, Node):
        return frozenset({first.kind})
    if isinstance(first, (Dotted, Member)):
        return frozenset({ast.Name, ast.Attribute})
    return frozenset({ast.Constant}) if isinstance(first, Constant) else None
