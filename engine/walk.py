"""Statement order: the blocks of a tree, without its expressions. Iterative, so that depth is no limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_SIMPLE = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue}
    | {ast.Delete, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal}
)


def blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The direct child statements, handlers and match cases of a statement or module, in source order."""
    if type(node) in _SIMPLE:
        return
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        children = getattr(node, name, None)
        if type(children) is list:
            yield from children


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, handler and match case below `tree`, in source order."""
    stack = list(blocks(tree))[::-1]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in _SIMPLE:
            stack.extend(list(blocks(node))[::-1])
