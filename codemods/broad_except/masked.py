"""What narrowing would let out of a tried body whatever inference says of its calls: such a site keeps Exception.

A name that nobody binds is a NameError that the broad handler hides today. A `raise Exception(...)`, or of something that
only the run knows, was written for that handler.
"""

from __future__ import annotations

import ast

from codemods.broad_except.kinds import own_nodes
from codemods.broad_except.sites import BroadSite, File
from engine import every_node

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def masked_name(file: File, site: BroadSite) -> str:
    """The first name read in the tried body that is bound nowhere in the file and is no builtin; empty when there is none."""
    names = file.source.names
    if names.has_star_import:
        return ""
    nodes = [node for statement in site.tried.body for node in every_node(statement)]
    inner = {name for node in nodes for name in _bound_inside(node)}
    for node in sorted((node for node in nodes if isinstance(node, ast.Name)), key=lambda node: (node.lineno, node.col_offset)):
        unknown = isinstance(node.ctx, ast.Load) and node.id not in inner and not node.id.startswith("__")
        if unknown and names.lookup(node.id, names.scope_at(node)) is None and names.qualified(node) is None:
            return node.id
    return ""


def _bound_inside(node: ast.AST) -> list[str]:
    """What a comprehension or a lambda binds for itself."""
    if isinstance(node, ast.Lambda):
        return [argument.arg for argument in every_node(node.args) if isinstance(argument, ast.arg)]
    if isinstance(node, _COMPREHENSIONS):
        return [part.id for made in node.generators for part in every_node(made.target) if isinstance(part, ast.Name)]
    return []


def raises_anything(file: File, site: BroadSite) -> bool:
    """Does the tried body itself raise Exception, or something that is no plain name of a class?"""
    return any(
        isinstance(node, ast.Raise) and node.exc is not None and not _is_named(file, node.exc)
        for node in own_nodes(site.tried.body)
    )


def _is_named(file: File, raised: ast.expr) -> bool:
    node = raised.func if isinstance(raised, ast.Call) else raised
    name = file.source.names.qualified(node)
    if name is None or name in ("builtins.Exception", "builtins.BaseException"):
        return False
    while isinstance(node, ast.Attribute):
        node = node.value
    if not name.startswith(".") or not isinstance(node, ast.Name):
        return True
    bindings = file.source.names.lookup(node.id, file.source.names.scope_at(node)) or []
    return all(isinstance(binding.node, (ast.ClassDef, ast.ExceptHandler)) for binding in bindings)
