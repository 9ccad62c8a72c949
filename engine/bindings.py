"""What a single node binds (targets, captures, arguments), as a Binding in a Scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.walk import blocks, children


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a name gets a meaning. `target` is the dotted name of an import, else empty."""

    name: str
    line: int  # 1-based
    target: str
    node: ast.AST
    guarded: bool  # inside try, if, for, while or with: may not have run


@dataclass(slots=True)
class Scope:
    """A module, class or function body and the names bound in it."""

    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)  # declared global or nonlocal
    nonlocals: set[str] = field(default_factory=set)  # those of them that are nonlocal
    children: list[Scope] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)


def scopes(scope: Scope) -> Iterator[Scope]:
    """A scope and every one within it, in no order that means anything."""
    stack = [scope]
    while stack:
        one = stack.pop()
        yield one
        stack += one.children


def stored(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that a statement, handler or match case itself binds or deletes, with the node that says so."""
    if isinstance(node, ast.ExceptHandler):
        if node.name:
            yield node.name, node
    elif isinstance(node, ast.match_case):
        for part in ast.walk(node.pattern):
            name = part.rest if isinstance(part, ast.MatchMapping) else getattr(part, "name", None)
            if isinstance(name, str):
                yield name, part
    elif isinstance(node, (ast.Assign, ast.Delete)):
        yield from target_names(node.targets)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.AugAssign, ast.AnnAssign)):
        yield from target_names([node.target])
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield from target_names([item.optional_vars for item in node.items if item.optional_vars])
    elif type(node).__name__ == "TypeAlias":  # from Python 3.12 on
        yield from target_names([node.name])  # type: ignore[attr-defined]


def target_names(targets: Sequence[ast.expr]) -> Iterator[tuple[str, ast.AST]]:
    """The names in target lists, without walking what cannot hold one."""
    stack = list(targets)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id, node
        elif isinstance(node, (ast.Tuple, ast.List)):
            stack.extend(reversed(node.elts))
        elif isinstance(node, ast.Starred):
            stack.append(node.value)


def walruses(node: ast.AST) -> Iterator[ast.NamedExpr]:
    """Every `name := value` in a statement's own expressions; those of its blocks belong to their statements."""
    inner = {id(child) for child in blocks(node)}
    stack = [child for child in children(node) if id(child) not in inner]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.NamedExpr):
            yield part
        if not isinstance(part, ast.Lambda):  # what a lambda binds is its own
            stack.extend(children(part))


def arguments(given: ast.arguments) -> list[ast.arg]:
    single = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *single]
