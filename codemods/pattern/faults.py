"""What is wrong with a rule of patterns: each fault with the path of keys that leads to it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.pattern.language import Meta, Parsed, spelled
from codemods.pattern.rules import Condition, Pattern, Rule, kinds, patterns
from codemods.pattern.shapes import Arguments, Constant, Decorators, Dotted, Member, Node, Row, Shape, metavariable

Path = tuple[str | int, ...]
Fault = tuple[Path, str]
_REMEDY = "quote it, or write it below a `|`"
_APART = ({"module"}, {"function", "coroutine", "method"})  # places that no node is in at once


class Faults:
    """Collects them. `metas`: each metavariable that a pattern names, and whether it stands for many.

    `unread`: those of patterns that are no Python; what is said of them is not wrong for that.
    """

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.metas: dict[str, bool] = {}
        self.unread: set[str] = set()

    def add(self, path: Path, message: str) -> None:
        self.found.append((path, message))

    def text(self, value: object, path: Path) -> str | None:
        """A pattern's text; else None, and the remedy for what YAML made of it."""
        if isinstance(value, str):
            return value
        what = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "nothing"}.get(type(value), "a number")
        self.add(path, f"expected a pattern as text, and YAML reads this as {what}; {_REMEDY}")
        return None

    def no_pattern(self, text: str, path: Path, message: str) -> None:
        """A pattern that cannot be read."""
        self.add(path, message)
        for meta in spelled(text):
            self.unread.add(meta.name)
            self.metas.setdefault(meta.name, meta.many)

    def metas_of(self, parsed: Parsed, path: Path) -> None:
        """No name stands for one node here and for many there."""
        for meta in parsed.metas:
            if meta.name != "_" and self.metas.setdefault(meta.name, meta.many) != meta.many:
                self.add(path, f"${meta.name} and $$${meta.name} are the same name: one node and many; give one another name")


def shape_faults(pattern: Pattern) -> Iterator[str]:
    """Why a pattern says nothing, or could never match."""
    first = pattern.shapes[0]
    if len(pattern.shapes) == 1 and isinstance(first, Meta):
        yield f"`{first}` alone matches everything; write the code around it"
    elif isinstance(first, Meta) and first.many:
        yield f"`{first}` at the beginning says nothing; begin with a statement to look for"
    elif all(isinstance(shape, Meta) for shape in pattern.shapes):
        yield "it holds only metavariables; write a statement to look for"
    for shape in pattern.shapes:
        if not (isinstance(shape, Meta) and len(pattern.shapes) > 1):
            yield from _misplaced(shape)


def _misplaced(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Member):
        shape = shape.spelled
    if isinstance(shape, Node):
        for _, inner in shape.fields:
            if isinstance(inner, Meta) and inner.many:
                yield f"`{inner}` stands where only one thing may; write ${inner.name if inner.name != '_' else '_'}"
            else:
                yield from _misplaced(inner)
    elif isinstance(shape, (Row, Decorators)):
        for part in shape.parts:
            yield from _misplaced(part)
    elif isinstance(shape, Arguments):
        for part in (*shape.positional, *shape.keywords):
            yield from _misplaced(part)


def rule_faults(rule: Rule) -> Iterator[str]:
    """Why a rule could never match."""
    plain = [one.match for one in rule.nots if not (one.any or one.all or one.nots or one.where)]
    if rule.match is not None and any(one is not None and _alike(one, rule.match) for one in plain):
        yield "could never match: `not` says what `match` says"
    found = kinds(rule)
    if found is not None and not found:
        yield "could never match: its patterns are of different kinds, and no code is both"
    yield from contradictions(rule.where)


def _alike(one: Pattern, other: Pattern) -> bool:
    return one.shapes == other.shapes and one.parsed.kind == other.parsed.kind


def inside_faults(rule: Rule) -> Iterator[str]:
    """Why nothing could stand inside a match of this."""
    for pattern in patterns(rule):
        if len(pattern.shapes) > 1:
            yield "`inside` takes one statement, clause or expression; several hold nothing together"
        elif isinstance(pattern.shapes[0], (Constant, Dotted)) and pattern.parsed.kind != "decorator":
            yield "could never match: nothing stands inside a name or a literal"


def contradictions(conditions: Iterable[Condition]) -> Iterator[str]:
    """Two conditions that cannot both hold."""
    found = [one for one in conditions if not one.branches]
    for index, one in enumerate(found):
        for other in found[index + 1 :]:
            if (one.kind, one.meta) != (other.kind, other.meta):
                continue
            words = f"{'$' + one.meta + ': ' if one.meta else ''}{one.kind} and not-{one.kind}"
            if one.negated != other.negated:
                wanted, unwanted = (other, one) if one.negated else (one, other)
                said = bool(wanted.words) and set(wanted.words) <= set(unwanted.words)
                patterned = wanted.rule is not None and wanted.rule == unwanted.rule
                regex = wanted.pattern is not None and unwanted.pattern is not None and wanted.pattern == unwanted.pattern
                if said or patterned or regex:
                    yield f"could never match: {words} ask for the same"
            elif not one.negated and one.kind == "inside" and _are_apart(one.words, other.words):
                yield f"could never match: nothing is inside {one.words[0]} and inside {other.words[0]}"


def _are_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(set(one) <= first and set(other) <= second for first, second in (_APART, _APART[::-1]) if one and other)


def template_faults(template: Parsed, rule: Rule) -> Iterator[str]:
    """Why no match could be replaced by this."""
    wanted = {pattern.parsed.kind.rstrip("*") for pattern in _deciding(rule)}
    kind = template.kind.rstrip("*")
    names = {"handler": "an `except` clause", "case": "a `case` clause", "decorator": "a decorator"}
    for one in sorted(wanted):
        if kind not in (one, "nothing") and (one in names or kind in names):
            yield f"{names.get(one, 'code')} cannot be replaced by {names.get(kind, 'a statement or an expression')}"
    if any(isinstance(node, ast.Expr) and _is_many(node) for node in template.nodes) and "expression" in wanted:
        yield "statements cannot take the place of an expression"


def _deciding(rule: Rule) -> Iterator[Pattern]:
    """The patterns whose matches are replaced: the rule's own, or its alternatives'."""
    if rule.match is not None:
        yield rule.match
    elif rule.any:
        for one in rule.any:
            yield from _deciding(one)
    elif rule.all:
        yield from _deciding(rule.all[0])


def _is_many(node: ast.Expr) -> bool:
    meta = metavariable(node)
    return meta is not None and meta.many
