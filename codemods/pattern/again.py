"""Would a replacement be replaced again, without end?"""

from __future__ import annotations

import ast

from codemods.pattern.captures import File, Found
from codemods.pattern.language import Parsed
from codemods.pattern.rules import Rule
from codemods.pattern.shapes import same
from codemods.pattern.substitute import substituted
from engine import SliceError, Source, every_node


class _Spelled(File):
    """A text in which every name means what it says: a replacement has no imports of its own."""

    def means_module(self, name: str) -> bool:
        return False


def endless(template: Parsed, rule: Rule) -> bool:
    """Does the rule match in its own replacement, so that every pass would find something to do?

    Says no where a condition may still prevent that.
    """
    if template.kind not in ("expression", "statements") or _has_conditions(rule):
        return False
    file = _Spelled(Source("replacement.py", f"{template.code}\n".encode()), frozenset())
    tree = file.source.tree
    for statement in [node for node in every_node(tree) if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))]:
        file.enter(statement)
    for node in every_node(tree):
        found = next(rule.matches(node, {}, file), None) if not isinstance(node, ast.Module) else None
        if found is not None and not _stays(template, node, found):
            return True
    return False


def _has_conditions(rule: Rule) -> bool:
    return bool(rule.where) or any(map(_has_conditions, (*rule.any, *rule.all, *rule.nots)))


def _stays(template: Parsed, node: ast.AST, found: Found) -> bool:
    """Is the replacement of this match what is there already?"""
    if len(template.nodes) != 1:
        return False
    try:
        return same(substituted(template.nodes[0], found, lambda held: held, {}), node)
    except (SliceError, KeyError):
        return False
