"""Scopes of one file: the one of a name, and what a class gives its methods. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.bindings import Scope
from engine.walk import every_node

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def within(top: Scope, inner: str) -> Scope | None:
    """The class or function of a module that is called so there, as `Till.add` or `price:helper`; the first of several."""
    current: Scope | None = top
    for part in re.split("[.:]", inner) if inner else ():
        current = next((one for one in current.children if one.node.name == part), None) if current else None  # type: ignore[attr-defined]
    return current


def cut(inner: str) -> tuple[str, str]:
    """What lies around a name of a file, and the name alone: ("Till.add", "x") of "Till.add:x", ("", "price") of "price"."""
    name = re.split("[.:]", inner)[-1]
    return inner[: -len(name) - 1], name


def receives(owner: Scope, node: ast.arg) -> bool:
    """Is this the first argument of a method: an instance, or the class?"""
    function = owner.node
    if owner.parent is None or not owner.parent.is_class or not isinstance(function, FUNCTIONS) or is_static(function):
        return False
    given = [*function.args.posonlyargs, *function.args.args]
    return bool(given) and given[0] is node and len(owner.bindings.get(node.arg, ())) == 1


def is_static(function: ast.AST) -> bool:
    """Is a method one without `self`?"""
    said = getattr(function, "decorator_list", ())
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in said)


def stores(node: ast.AST) -> frozenset[str]:
    """The attributes that the methods of a class set on their first argument."""
    return frozenset(name for method in getattr(node, "body", ()) for name in _stored(method))


def _stored(method: ast.AST) -> Iterator[str]:
    if not isinstance(method, FUNCTIONS) or is_static(method):
        return
    given = [*method.args.posonlyargs, *method.args.args]
    for one in every_node(method) if given else ():
        on = one.value if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) else None
        if isinstance(on, ast.Name) and on.id == given[0].arg:
            yield one.attr  # type: ignore[attr-defined]


def exports(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts in a module's `__all__`."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
        on = call.func.value if call and isinstance(call.func, ast.Attribute) else None
        if any(isinstance(one, ast.Name) and one.id == "__all__" for one in (*targets, on)):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part
