"""Scopes, bindings and the import table of one module: qualified names without LibCST metadata.

Resolution is by position: the innermost function or class that holds a node, then outwards
by Python's rules (class bodies are invisible from functions inside them). Timid: a name with
two different meanings in one scope resolves to None.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_STORE_NOTHING = (ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue)
BUILTINS = frozenset(dir(builtins))


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
    children: list[Scope] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)


class Names:
    """Where each name of a module comes from."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self._text = text
        self._has_walrus = ":=" in text
        self.module = Scope(tree, None)
        self.has_star_import = False
        self._collect(tree.body, self.module, guarded=False)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every identifier-like word of the file, in code, comments and strings alike."""
        return frozenset(_IDENTIFIER.findall(self._text))

    def fresh(self, wanted: str) -> str:
        """`wanted`, or `wanted_2`, `wanted_3` ...: a name that the file does not use anywhere."""
        name, number = wanted, 2
        while name in self.identifiers or name in BUILTINS:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def scope_at(self, node: ast.AST) -> Scope:
        """The innermost scope whose body holds `node`."""
        scope, position = self.module, (node.lineno, node.col_offset)  # type: ignore[attr-defined]
        while True:
            inner = next((child for child in scope.children if child.node is not node and _holds(child.node, position)), None)
            if inner is None:
                return scope
            scope = inner

    def lookup(self, name: str, scope: Scope) -> list[Binding] | None:
        """The bindings that `name` read in `scope` may mean; None when it is bound nowhere in the file."""
        current: Scope | None = scope
        while current is not None:
            visible = current is scope or not current.is_class
            if visible and name in current.bindings and name not in current.outer:
                return current.bindings[name]
            current = current.parent
        return None

    def qualified(self, node: ast.expr) -> str | None:
        """The dotted name an expression stands for: `asyncio.get_event_loop`, `builtins.Exception`, or
        `.Thing` for something this module defines. None when it is not a plain name, or is ambiguous."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        bindings = self.lookup(node.id, self.scope_at(node))
        if bindings is None:
            root = f"builtins.{node.id}" if node.id in BUILTINS and not self.has_star_import else None
            if self.has_star_import and node.id in ("Exception", "BaseException"):
                root = f"builtins.{node.id}"  # no star import in the field rebinds these
        else:
            targets = {binding.target for binding in bindings}
            root = targets.pop() if len(targets) == 1 else None
            root = f".{node.id}" if root == "" else root
        return None if root is None else ".".join([root, *reversed(chain)])

    def imported_as(self, module: str, name: str, before: int) -> str | None:
        """The local name under which a module-level, unguarded import above line `before` (1-based)
        already provides `from module import name` (or `import module` when name is empty)."""
        wanted = f"{module}.{name}" if name else module
        for local, bindings in self.module.bindings.items():
            if len(bindings) == 1 and bindings[0].target == wanted and not bindings[0].guarded and bindings[0].line < before:
                return local
        return None

    # -- collecting --------------------------------------------------------------------

    def _collect(self, body: list[ast.stmt], scope: Scope, guarded: bool) -> None:
        for statement in body:
            self._bind_statement(statement, scope, guarded)

    def _bind_statement(self, statement: ast.stmt, scope: Scope, guarded: bool) -> None:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._bind(scope, statement.name, statement, guarded)
            inner = self._open(statement, scope)
            for argument in ast.walk(statement.args):
                if isinstance(argument, ast.arg):
                    self._bind(inner, argument.arg, argument, False)
            self._collect(statement.body, inner, False)
        elif isinstance(statement, ast.ClassDef):
            self._bind(scope, statement.name, statement, guarded)
            self._collect(statement.body, self._open(statement, scope), False)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            self._bind_import(statement, scope, guarded)
        elif isinstance(statement, (ast.Global, ast.Nonlocal)):
            scope.outer.update(statement.names)
        else:
            self._bind_other(statement, scope, guarded)

    def _bind_other(self, statement: ast.stmt, scope: Scope, guarded: bool) -> None:
        if not self._has_walrus:  # the fast way for nine statements in ten
            if isinstance(statement, _STORE_NOTHING):
                return
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    for name_node in _stores(target):
                        self._bind(scope, name_node.id, name_node, guarded)
                return
        for expression in _expressions(statement):
            if isinstance(expression, ast.expr) and not isinstance(expression, (ast.Name, ast.Constant)) and not self._has_walrus:
                stored: Iterator[ast.AST] = _stores(expression)
            else:
                stored = ast.walk(expression)
            for node in stored:
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    self._bind(scope, node.id, node, guarded)
                elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
                    self._bind(scope, node.name, node, guarded)
                elif isinstance(node, ast.MatchMapping) and node.rest:
                    self._bind(scope, node.rest, node, guarded)
        for name in ("body", "orelse", "finalbody"):
            self._collect(getattr(statement, name, []), scope, True)
        for handler in getattr(statement, "handlers", []):
            if handler.name:
                self._bind(scope, handler.name, handler, True)
            self._collect(handler.body, scope, True)
        for case in getattr(statement, "cases", []):
            self._collect(case.body, scope, True)

    def _bind_import(self, statement: ast.Import | ast.ImportFrom, scope: Scope, guarded: bool) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                module = "." * statement.level + (statement.module or "")
                if alias.name == "*":
                    self.has_star_import = True
                    continue
                dot = "" if module.endswith(".") else "."
                self._bind(scope, alias.asname or alias.name, statement, guarded, f"{module}{dot}{alias.name}")
            elif alias.asname:
                self._bind(scope, alias.asname, statement, guarded, alias.name)
            else:
                top = alias.name.partition(".")[0]
                self._bind(scope, top, statement, guarded, top)

    def _open(self, node: ast.AST, parent: Scope) -> Scope:
        scope = Scope(node, parent)
        parent.children.append(scope)
        return scope

    def _bind(self, scope: Scope, name: str, node: ast.AST, guarded: bool, target: str = "") -> None:
        if name in scope.outer:
            scope = self.module
        binding = Binding(name, node.lineno, target, node, guarded)  # type: ignore[attr-defined]
        scope.bindings.setdefault(name, []).append(binding)


def _holds(node: ast.AST, position: tuple[int, int]) -> bool:
    body = node.body[0]  # type: ignore[attr-defined]
    first = (
        min((body.lineno, body.col_offset), (node.lineno + 1, 0)) if body.lineno > node.lineno else (body.lineno, body.col_offset)
    )
    if isinstance(body, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and body.decorator_list:
        first = min(first, (body.decorator_list[0].lineno, 0))
    return first <= position < (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The direct children of a statement that are not statements, handlers or match cases; with items and patterns opened."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.withitem):
            yield child.context_expr
            if child.optional_vars is not None:
                yield child.optional_vars
        elif isinstance(child, ast.match_case):
            yield child.pattern
        elif not isinstance(child, (ast.stmt, ast.ExceptHandler)):
            yield child


def _stores(expression: ast.expr) -> Iterator[ast.Name]:
    """The names in a target list, without walking what cannot hold one."""
    stack: list[ast.expr] = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Tuple, ast.List)):
            stack.extend(node.elts)
        elif isinstance(node, ast.Starred):
            stack.append(node.value)
        elif isinstance(node, ast.Name):
            yield node
