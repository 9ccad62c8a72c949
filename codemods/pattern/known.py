"""Names of a replacement that no import is planned for: the file must know them, and mean what the rule means."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemods.pattern.captures import File
from codemods.pattern.rules import Condition, Rule
from engine import BUILTINS, SliceError, every_node


def own_names(rule: Rule, templates: Sequence[ast.AST]) -> frozenset[str]:
    """The plain names that the rule's patterns say, and those that its templates bind: they mean what they mean there."""
    said = [node for pattern in _patterns(rule) for node in every_node(pattern)]
    made = [node for template in templates for node in every_node(template)]
    return frozenset(node.id for node in said if isinstance(node, ast.Name)).union(*map(_bound, [*said, *made]))


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


def _bound(node: ast.AST) -> Iterator[str]:
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


def require_known(name: str, own: frozenset[str], file: File, place: ast.AST) -> None:
    """Is this name, perhaps dotted, what the rule means by it where it is written?

    Raises SliceError `shadowed` where it means something else or may, `not-imported` where the file knows nothing of it.
    """
    root, dot, _ = name.partition(".")
    names = file.source.names
    meanings = names.lookup(root, names.scope_at(place))
    if root in BUILTINS:
        if not dot and meanings is not None:
            raise SliceError("shadowed", f"{root} means something else here")
    elif root in own or root.startswith("__"):
        return
    elif meanings is not None:
        other = next((one.target for one in meanings if one.target not in ("", root)), "")
        if dot and other:
            raise SliceError("shadowed", f"{root} is {other} here; say under `imports` what it is (try: --import {root})")
    elif names.has_star_import:
        if dot:
            raise SliceError(
                "shadowed", f"{root} may come from an import of * here; say it under `imports` (try: --import {root})"
            )
    elif not names._is_inner(ast.Name(root, ast.Load(), lineno=place.lineno, col_offset=place.col_offset)):  # type: ignore[attr-defined]
        source = root if dot else f"'from MODULE import {root}'"
        remedy = f"; say it under `imports` (try: --import {source})" if root not in ("self", "cls") else ""
        raise SliceError("not-imported", f"{root} means nothing in this file{remedy}")
