"""Does a name of a file stand for what a name of a pattern says?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from codemods.pattern.captures import DOUBT, Capture, File, Found
from codemods.pattern.shapes import dotted
from engine import BUILTINS


def named(name: str, node: Any, found: Found, file: File) -> Iterator[Found]:
    """A name of the pattern: what it stands for where it is a builtin or begins with a module, else its spelling."""
    kind = type(node)
    if kind is not ast.Name and kind is not ast.Attribute:
        return
    last = name.rpartition(".")[2]
    word = node.id if kind is ast.Name else node.attr
    if word != last and (kind is not ast.Name or word not in file.aliases(last)):
        return
    spelled = dotted(node) == name
    if kind is ast.Name and not isinstance(node.ctx, ast.Load):
        if spelled:
            yield found
        return
    if name not in BUILTINS and not file.means_module(name):
        if spelled or file.source.names.qualified(node) == name:
            yield found
        return
    meaning = file.source.names.qualified(node)
    if meaning in (name, f"builtins.{name}"):
        yield found
    elif meaning is None and ((spelled and unclear(node, name, file)) or _starred(node, name, file)):
        yield {DOUBT: Capture((node,)), **found}


def unclear(node: ast.expr, name: str, file: File) -> bool:
    """May the name stand for this after all: one of several meanings, or what a star import brings?"""
    root, names = node, file.source.names
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or names.is_inner(root):
        return False  # of the latter a lambda or a comprehension says what it is
    bindings = names.lookup(root.id, names.scope_at(root))
    if bindings is None:
        return names.has_star_import
    return any(one.target and (one.target == name or name.startswith(f"{one.target}.")) for one in bindings)


def _starred(node: Any, name: str, file: File) -> bool:
    """May an import of `*` from just this module bring the name, which nothing else in the file binds?"""
    module, _, word = name.rpartition(".")
    names = file.source.names
    is_brought = isinstance(node, ast.Name) and not word.startswith("_") and module in file.starred
    return is_brought and not names.is_inner(node) and names.lookup(node.id, names.scope_at(node)) is None
