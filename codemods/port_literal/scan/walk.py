"""One pass over a module: scopes, assignments, classes, returns, and the calls that matter."""

from __future__ import annotations

import ast
import collections
from collections.abc import Iterable

from codemods.port_literal.scan.definitions import (
    Function,
    decorator_options,
    function_ports,
    new_class_scope,
    new_scope,
)
from codemods.port_literal.scan.look import Looker
from codemods.port_literal.scan.scope import At, Definition, Scope, Slot
from codemods.port_literal.scan.terms import ClassPorts, Each, FunctionPorts, Item, Term
from engine import Source

_NOTHING = frozenset({ast.Pass, ast.Break, ast.Continue, ast.Nonlocal, ast.Delete})
_LOOPS = (ast.For, ast.AsyncFor)


_Pending = tuple[Scope, list[ast.stmt], Function | ast.ClassDef | None, At | None]


class Walker:
    """What one file holds, while it is collected."""

    def __init__(self, source: Source) -> None:
        self.looker = Looker(source)
        self.builder = self.looker.builder
        self.functions: dict[str, FunctionPorts] = {}
        self.classes: dict[str, ClassPorts] = {}
        self.variables: dict[str, list[Term]] = {}
        self.stars: list[str] = []
        self._returns: list[Term] = []
        self._attributes: dict[str, dict[str, list[tuple[str, Term]]]] = {}
        self._class_nodes: list[tuple[Scope, ast.ClassDef]] = []
        self._order = 0
        self._pending: collections.deque[_Pending] = collections.deque()

    def run(self, tree: ast.Module) -> None:
        self._pending.append((Scope("", "", None), tree.body, None, None))
        while self._pending:
            scope, body, node, place = self._pending.popleft()
            self._returns = []
            self._body(scope, body)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and place is not None:
                options = decorator_options(self.builder, node, place)
                made = function_ports(self.builder, node, scope, place, self._returns, options, scope.name in self.looker.extends)
                self.functions.setdefault(scope.name, made)
        for scope, definition in self._class_nodes:
            self._class(scope, definition)

    def _class(self, scope: Scope, node: ast.ClassDef) -> None:
        bases = tuple(filter(None, (self.builder.chain(base) for base in node.bases)))
        found = {name: tuple(values) for name, values in self._attributes.get(scope.name, {}).items()}
        line, column = self.builder.source.position(self.builder.source.start(node))
        self.classes.setdefault(scope.name, ClassPorts(scope.name, line, column, bases, found))

    # -- statements --------------------------------------------------------------------

    def _body(self, scope: Scope, body: Iterable[ast.stmt]) -> None:
        stack: list[tuple[ast.AST, int]] = []
        stack.extend([(node, 0) for node in body][::-1])
        while stack:
            node, block = stack.pop()
            self._order += 2
            at = At(scope, block, self._order)
            kind = type(node)
            if kind is ast.Assign or kind is ast.AnnAssign or kind is ast.AugAssign:
                self._assign(node, at)
            elif kind is ast.Expr:
                self.looker.look(node.value, at, "")  # type: ignore[attr-defined]
            elif kind is ast.Return:
                self._return(node, at)  # type: ignore[arg-type]
            elif kind is ast.Import or kind is ast.ImportFrom:
                self._import(node)  # type: ignore[arg-type]
            elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
                self._pending.append((new_scope(scope, node), node.body, node, at))  # type: ignore[arg-type, attr-defined]
            elif kind is ast.ClassDef:
                inner = new_class_scope(scope, node)  # type: ignore[arg-type]
                self._class_nodes.append((inner, node))  # type: ignore[arg-type]
                self._pending.append((inner, node.body, None, None))  # type: ignore[attr-defined]
            elif kind is ast.Global:
                scope.module_names.update(node.names)  # type: ignore[attr-defined]
            elif kind not in _NOTHING:
                self._compound(node, at, stack)

    def _compound(self, node: ast.AST, at: At, stack: list[tuple[ast.AST, int]]) -> None:
        """Headers are looked into, blocks are put on the stack."""
        if isinstance(node, _LOOPS):
            self.looker.look(node.iter, at, "")
            self._define(at, node.target, node.iter, (None,))
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self.looker.look(item.context_expr, at, "")
                if item.optional_vars is not None:
                    self._define(at, item.optional_vars, item.context_expr, ())
            stack.extend([(child, at.block) for child in node.body][::-1])
            return
        else:
            for name in ("test", "exc", "subject", "msg", "value"):
                header = getattr(node, name, None)
                if isinstance(header, ast.expr):
                    self.looker.look(header, at, "")
        around = at.block
        parts: list[tuple[ast.AST, int]] = []
        for name in ("body", "handlers", "cases", "orelse", "finalbody"):
            children = getattr(node, name, None)
            if type(children) is list and children:
                block = around if name == "finalbody" or name in ("handlers", "cases") else at.scope.open_block(around)
                parts.extend((child, block) for child in children)
        stack.extend(parts[::-1])

    def _assign(self, node: ast.AST, at: At) -> None:
        value: ast.expr | None = node.value  # type: ignore[attr-defined]
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
        if value is None:
            return
        adds = 0
        if isinstance(node, ast.AugAssign):
            adds = {ast.Add: 1, ast.Sub: -1}.get(type(node.op), 0)
            if not adds:
                return
        for target in targets:
            self._define(at, target, value, (), adds)
        first = targets[0]
        name = first.attr if isinstance(first, ast.Attribute) else first.id if isinstance(first, ast.Name) else ""
        self.looker.look(value, at, name)

    def _define(self, at: At, target: ast.expr, value: ast.expr, path: tuple[int | None, ...], adds: int = 0) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            given = value.elts if isinstance(value, (ast.Tuple, ast.List)) and not path else []
            pairs = given if len(given) == len(target.elts) else None
            for index, one in enumerate(target.elts):
                if pairs:
                    self._define(at, one, pairs[index], ())
                else:
                    self._define(at, one, value, (*path, index))
            return
        scope = at.scope
        if isinstance(target, ast.Name):
            if scope.name and target.id not in scope.module_names:
                made = Definition(at.order, at.block, value, path, adds)
                scope.definitions.setdefault(target.id, []).append(made)
                if scope.is_class:
                    self._attribute(scope.owner, target.id, "", self._value(at, value, path, Slot("class-attribute", target.id)))
                elif self.looker.interesting(value):
                    self.builder.term(value, at, Slot("local", target.id))
                return
            term = self._value(at, value, path, Slot("local" if scope.name else "module-constant", target.id))
            self.variables.setdefault(target.id, []).append(term)
        elif isinstance(target, ast.Attribute):
            term = self._value(at, value, path, Slot("self-attribute", target.attr))
            if isinstance(target.value, ast.Name):
                owner = self._this(scope, target.value.id)
                if owner:
                    self._attribute(owner, target.attr, scope.name, term)
        elif isinstance(target, ast.Subscript) and self.looker.interesting(value):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else ""
            self.builder.term(value, at, Slot("dict-value", key if isinstance(key, str) else ""))

    def _value(self, at: At, value: ast.expr, path: tuple[int | None, ...], slot: Slot) -> Term:
        term = self.builder.term(value, at, slot)
        for key in path:
            term = Each(term) if key is None else Item(term, key)
        return term

    def _attribute(self, owner: str, name: str, function: str, term: Term) -> None:
        self._attributes.setdefault(owner, {}).setdefault(name, []).append((function, term))

    def _this(self, scope: Scope, name: str) -> str:
        """The class whose `self` a name is, or ""."""
        current: Scope | None = scope
        while current is not None:
            if current.this:
                return current.owner if current.this == name else ""
            current = current.parent
        return ""

    def _return(self, node: ast.Return, at: At) -> None:
        if node.value is not None:
            self._returns.append(self.builder.term(node.value, at, Slot("local", at.scope.name.rpartition(".")[2])))
            self.looker.look(node.value, at, "")

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        imports = self.builder.imports
        for alias in node.names:
            if isinstance(node, ast.Import):
                top = alias.name.partition(".")[0]
                imports.setdefault(alias.asname or top, alias.name if alias.asname else top)
            elif alias.name == "*":
                self.stars.append("." * node.level + (node.module or ""))
            else:
                module = "." * node.level + (node.module or "")
                dot = "" if module.endswith(".") else "."
                imports.setdefault(alias.asname or alias.name, f"{module}{dot}{alias.name}")
