"""Ways through a tree: its blocks without its expressions, and every node. Iterative, so that depth is no limit."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

SIMPLE = frozenset(  # the statements that hold no others
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue}
    | {ast.Delete, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal}
)


def blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The direct child statements, handlers and match cases of a statement or module, in source order."""
    if type(node) in SIMPLE:
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
        if type(node) not in SIMPLE:
            stack.extend(list(blocks(node))[::-1])


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of a kind of node that hold nodes of interest, found once a kind."""

    _NEVER = frozenset(
        {"ctx", "op", "ops", "id", "attr", "arg", "level", "module", "asname", "kind", "type_comment", "conversion"}
    )
    _SOME = frozenset({"conversion", "simple", "is_async", "kwd_attrs", "rest", "tag", "type_ignores"})

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        leaves = set(self._NEVER | self._SOME)
        if kind in (ast.Constant, ast.MatchSingleton):
            leaves.add("value")
        if kind in (ast.Global, ast.Nonlocal):
            leaves.add("names")
        if kind.__name__ != "TypeAlias":  # elsewhere it is a text
            leaves.add("name")
        found = self[kind] = tuple(name for name in kind._fields if name not in leaves)
        return found


_FIELDS = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """The direct child nodes in field order, as `ast.iter_child_nodes` gives them without contexts and operators."""
    found: list[ast.AST] = []
    held = node.__dict__
    for name in _FIELDS[type(node)]:
        value = held.get(name)
        if type(value) is list:
            found += [child for child in value if child is not None] if None in value else value
        elif value is not None:
            found.append(value)
    return found


def parents_of(nodes: Iterable[ast.AST]) -> dict[ast.AST, ast.AST]:
    """Child to parent for the children of these nodes, expressions included: `parents_of(every_node(tree))` for a whole tree."""
    return {child: node for node in nodes for child in children(node)}


def every_node(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it but contexts and operators, in no order that means anything; three times as fast as `ast.walk`."""
    stack: list[ast.AST | None] = [node]
    while stack:
        found = stack.pop()
        if found is None:  # `{**other}` has no key there, a keyword-only argument no default
            continue
        yield found
        names = _FIELDS[type(found)]
        if names:
            held = found.__dict__
            for name in names:
                value = held.get(name)
                if type(value) is list:
                    stack += value
                elif value is not None:
                    stack.append(value)
