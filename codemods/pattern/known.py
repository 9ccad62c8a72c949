"""Names of a replacement that no import is planned for: the file must know them, and mean what the rule means."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemods.pattern.rules import Condition, Rule
from codemods.pattern.spots import Spot, only_for_checkers
from engine import BUILTINS, SliceError, every_node


def own_names(rule: Rule, templates: Sequence[ast.AST]) -> frozenset[str]:
    """The plain names that the rule's patterns say, and those that its templates bind: they mean what they mean there."""
    said = [node for pattern in _patterns(rule) for node in every_node(pattern)]
    made = [node for template in templates for node in every_node(template)]
    return frozenset(node.id for node in said if isinstance(node, ast.Name)).union(*map(bound_by, [*said, *made]))


def pattern_binds(rule: Rule) -> frozenset[str]:
    """The plain names that what matches may bind already: they are no news where it stood."""
    nodes = [*(rule.match.parsed.nodes if rule.match is not None else ())]
    inner = [pattern_binds(one) for one in (*rule.any, *rule.all)]
    return frozenset(name for node in nodes for part in every_node(node) for name in bound_by(part)).union(*inner)


def _patterns(rule: Rule) -> Iterator[ast.AST]:
    """The trees of every pattern in a rule, its conditions included."""
    if rule.match is not None:
        yield from rule.match.parsed.nodes
    for inner in (*rule.any, *rule.all, *rule.nots):
        yield from _patterns(inner)
    for condition in rule.where:
        yield from _asked(condition)


def _asked(condition: Condition) -> Iterator[ast.AST]:
    if condition.rule is not None:
        yield from _patterns(condition.rule)
    for branch in condition.branches:
        for one in branch:
            yield from _asked(one)


def bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds or deletes."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    else:
        name = getattr(node, "name", None) or getattr(node, "rest", None)  # of definitions, handlers, case patterns
        if isinstance(name, str):
            yield name


def require_known(name: str, own: frozenset[str], spot: Spot) -> None:
    """Is this name, perhaps dotted, what the rule means by it where it is written?

    Raises SliceError `shadowed` where it means something else or may, `not-imported` where the file knows nothing of it.
    """
    root, dot, _ = name.partition(".")
    names = spot.file.source.names
    meanings = spot.meanings(root)
    if root in BUILTINS:
        if not dot and (meanings is not None or spot.is_inner(root)):
            raise SliceError("shadowed", f"{root} means something else here")
    elif root in own or root.startswith("__"):
        if root in spot.hidden:
            raise SliceError("shadowed", f"{root} of the class body means nothing in a lambda or comprehension")
        if meanings is not None:
            _has_run(root, meanings, spot)
    elif meanings is not None:
        other = next((target for _, target in meanings if target not in ("", root)), "")
        if dot and other:
            raise SliceError("shadowed", f"{root} is {other} here; say under `imports` what it is (try: --import {root})")
        _has_run(root, meanings, spot)
    elif names.has_star_import:
        if dot:
            raise SliceError(
                "shadowed", f"{root} may come from an import of * here; say it under `imports` (try: --import {root})"
            )
    elif not spot.is_inner(root):
        source = root if dot else f"'from MODULE import {root}'"
        remedy = f"; say it under `imports` (try: --import {source})" if root not in ("self", "cls") else ""
        raise SliceError("not-imported", f"{root} means nothing in this file{remedy}")


def _has_run(root: str, meanings: Sequence[tuple[ast.AST, str]], spot: Spot) -> None:
    """Raises SliceError `not-imported` where a name is only imported, and no import of it has surely run."""
    if not all(target for _, target in meanings) or spot.is_there(root):
        return
    several = len({target for _, target in meanings}) > 1  # an import for each of several cases
    if not several or all(only_for_checkers(node, spot.file) for node, _ in meanings):
        raise SliceError("not-imported", f"{root} may not be imported yet where this runs")
