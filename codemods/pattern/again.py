"""Would a replacement be replaced again, without end?"""

from __future__ import annotations

import ast
from collections.abc import Sequence

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
    if template.kind == "nothing" or _has_conditions(rule):
        return False
    held = "\ndef f(): pass" if template.kind == "decorator" else ""
    file = _Spelled(Source("replacement.py", f"{template.code}{held}\n".encode()), frozenset())
    tree = file.source.tree
    for statement in [node for node in every_node(tree) if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))]:
        file.enter(statement)
    for node in every_node(tree):
        found = next(rule.matches(node, {}, file), None) if not isinstance(node, ast.Module) else None
        if found is not None and not says_it(template, (node,), found):
            return True
    return False


def _has_conditions(rule: Rule) -> bool:
    return bool(rule.where) or any(map(_has_conditions, (*rule.any, *rule.all, *rule.nots)))


def says_it(template: Parsed, nodes: Sequence[ast.AST], found: Found) -> bool:
    """Is the replacement of this match what is there already, name for name? Templates of several blocks are not looked at."""
    if len(template.nodes) != len(nodes):
        return False
    try:
        meant = [substituted(node, found, lambda held: held, {}) for node in template.nodes]
    except (SliceError, KeyError):
        return False
    return all(same(one, other) for one, other in zip(meant, nodes, strict=True))
