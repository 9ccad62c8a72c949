"""Expressions to terms, and the literals in them to candidates for ports."""

from __future__ import annotations

import ast
import re

from codemods.port_literal.scan import words
from codemods.port_literal.scan.calls import call_term
from codemods.port_literal.scan.literals import Literals
from codemods.port_literal.scan.scope import EVER, At, Definition, Scope, Slot, inside
from codemods.port_literal.scan.templates import percent_parts
from codemods.port_literal.scan.terms import (
    Add,
    Attr,
    Choice,
    Display,
    Each,
    Env,
    Global,
    Item,
    Join,
    Number,
    Param,
    Term,
    Text,
    This,
    Unknown,
)
from engine import Source

_DEEPEST = 60
_HOST = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|::1?|[\w-]+(?:\.[\w-]+)+")


class Builder:
    """Builds terms for one file. Keeps what it built, by node."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.literals = Literals(source)
        self.imports: dict[str, str] = {}
        self._built: dict[int, Term] = {}
        self._assigned: dict[tuple[int, int, str], Term] = {}  # by scope, order and name
        self._depth = 0

    def seen(self, node: ast.expr) -> bool:
        return id(node) in self._built

    def term(self, node: ast.expr, at: At, slot: Slot | None = None) -> Term:
        """The term of an expression. `slot` is what its value is given to."""
        known = self._built.get(id(node))
        if known is not None:
            return known
        if self._depth > _DEEPEST:
            return Unknown("...", "the expression is too deep to follow")
        self._depth += 1
        method = getattr(self, "_" + type(node).__name__, None)
        made: Term = method(node, at, slot) if method else self._other(node, at)
        self._depth -= 1
        self._built[id(node)] = made
        return made

    def chain(self, node: ast.expr) -> str:
        """The dotted text of names and attributes: `self.config.get`; "" for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call):
            inner = self.chain(node.func)
            return ".".join([f"{inner}()", *reversed(parts)]) if inner else ""
        return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""

    def qualified(self, node: ast.expr) -> str:
        """The same with the import table applied: `os.environ.get` for `environ.get`."""
        text = self.chain(node)
        root, dot, rest = text.partition(".")
        return self.imports.get(root, root) + dot + rest

    # -- names -------------------------------------------------------------------------

    def _Name(self, node: ast.Name, at: At, slot: Slot | None) -> Term:
        return self.name(node.id, at)

    def name(self, name: str, at: At) -> Term:
        """What a name may stand for at a place."""
        scope: Scope | None = at.scope
        order, block = at.order, at.block
        while scope is not None and scope.name and name not in scope.module_names:
            if not (scope.is_class and scope is not at.scope):
                found, sure = scope.reaching(name, order, block)
                options = [self._defined(scope, one, name) for one in found]
                if not sure and name in scope.parameters:
                    first: Term = This(scope.owner) if name == scope.this else Param(scope.name, name)
                    options.insert(0, first)
                    sure = True
                if options:
                    return options[0] if len(options) == 1 else Choice(tuple(options))
            order, block = (scope.place.order, scope.place.block) if scope.place is not None else (EVER, 0)
            scope = scope.parent
        return Global(name)

    def _defined(self, scope: Scope, one: Definition, name: str) -> Term:
        """What one assignment gives a name."""
        known = self._assigned.get((id(scope), one.order, name))
        if known is not None:
            return known
        place = At(scope, one.block, one.order)
        made = self.term(one.value, place, Slot("local", name))
        for key in one.path:
            made = Each(made) if key is None else Item(made, key)
        made = Add(self.name(name, place), made, one.adds) if one.adds else made
        self._assigned[id(scope), one.order, name] = made
        return made

    def _Attribute(self, node: ast.Attribute, at: At, slot: Slot | None) -> Term:
        return Attr(self.term(node.value, at), node.attr)

    # -- values ------------------------------------------------------------------------

    def _Constant(self, node: ast.Constant, at: At, slot: Slot | None) -> Term:
        value = node.value
        if type(value) is int:
            port = words.in_range(value)
            return Number(value, self.literals.number(node, port, slot, at) if port and slot else -1)
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if not isinstance(value, str) or len(value) > 300:
            return Unknown(repr(value)[:20], "")
        return Text(value, self.literals.text(node, value, at, slot))

    def _JoinedStr(self, node: ast.JoinedStr, at: At, slot: Slot | None) -> Term:
        parts: list[Term] = []
        shown = ""
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(Text(str(part.value), -1))
                shown += str(part.value)
            elif isinstance(part, ast.FormattedValue):
                parts.append(self.term(part.value, at))
                shown += "{}"
        return self.joined(node, parts, shown, at, slot)

    def joined(self, node: ast.expr, parts: list[Term], shown: str, at: At, slot: Slot | None) -> Term:
        port = words.literal_port(shown)
        if port:
            birth = self.literals.address(node, shown, port, at, slot)
            last = max(index for index, part in enumerate(parts) if isinstance(part, Text) and str(port) in part.value)
            parts[last] = Text(str(parts[last][0]), birth)
        return Join(tuple(parts))

    def _BinOp(self, node: ast.BinOp, at: At, slot: Slot | None) -> Term:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            left = self.term(node.left, at, slot if isinstance(node.left, (ast.Constant, ast.BinOp)) else None)
            tail = node.right if isinstance(node.right, ast.Constant) and isinstance(node.right.value, str) else None
            right = self.term(node.right, at, Slot("endpoint", slot.name if slot else "") if tail else None)
            return Add(left, right, 1 if isinstance(node.op, ast.Add) else -1)
        text = node.left.value if isinstance(node.left, ast.Constant) else None
        if isinstance(node.op, ast.Mod) and isinstance(text, str):
            given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            parts, shown = percent_parts(text, [self.term(one, at, Slot("endpoint", "")) for one in given])
            return self.joined(node, parts, shown, at, slot)
        return self._other(node, at)

    def _BoolOp(self, node: ast.BoolOp, at: At, slot: Slot | None) -> Term:
        made = [self.term(value, at, slot) for value in node.values]
        return Choice(tuple(made if isinstance(node.op, ast.Or) else made[-1:]))

    def _IfExp(self, node: ast.IfExp, at: At, slot: Slot | None) -> Term:
        self.term(node.test, at)
        return Choice((self.term(node.body, at, slot), self.term(node.orelse, at, slot)))

    def _NamedExpr(self, node: ast.NamedExpr, at: At, slot: Slot | None) -> Term:
        return self.term(node.value, at, slot)

    def _Await(self, node: ast.Await, at: At, slot: Slot | None) -> Term:
        return self.term(node.value, at, slot)

    def _Starred(self, node: ast.Starred, at: At, slot: Slot | None) -> Term:
        return Each(self.term(node.value, at, slot))

    def _Tuple(self, node: ast.Tuple, at: At, slot: Slot | None) -> Term:
        return self._sequence(node.elts, at, slot)

    def _List(self, node: ast.List, at: At, slot: Slot | None) -> Term:
        return self._sequence(node.elts, at, slot)

    def _Set(self, node: ast.Set, at: At, slot: Slot | None) -> Term:
        return self._sequence(node.elts, at, slot)

    def _sequence(self, nodes: list[ast.expr], at: At, slot: Slot | None) -> Term:
        if len(nodes) == 2 and _is_host(nodes[0], self.chain(nodes[0])):
            slot = Slot("socket-tuple", slot.name if slot else "")
        return Display("list", tuple(range(len(nodes))), tuple(self.term(one, at, slot) for one in nodes))

    def _Dict(self, node: ast.Dict, at: At, slot: Slot | None) -> Term:
        keys: list[str | int | None] = []
        for key in node.keys:
            value = key.value if isinstance(key, ast.Constant) else None
            keys.append(value if isinstance(value, str) or type(value) is int else None)
        group = (slot.group or slot.name) if slot else ""
        items = []
        for given, item in zip(keys, node.values, strict=True):
            name = given if isinstance(given, str) else ""
            items.append(self.term(item, at, Slot("dict-value", name, "", group if words.is_plural(group) else "")))
        return Display("dict", tuple(keys), tuple(items))

    def _Call(self, node: ast.Call, at: At, slot: Slot | None) -> Term:
        return call_term(self, node, at, slot)

    def _Subscript(self, node: ast.Subscript, at: At, slot: Slot | None) -> Term:
        key: object = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.slice, ast.UnaryOp):
            key = -1
        if self.qualified(node.value) == "os.environ" and isinstance(key, str):
            return Env(key, None)
        base = self.term(node.value, at)
        if isinstance(key, (str, int)):
            return Item(base, key)
        return Item(base, None, None if isinstance(node.slice, ast.Slice) else self.term(node.slice, at))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, at: At, slot: Slot | None) -> Term:
        return Display("list", (None,), (self.term(node.elt, inside(at, node.generators), slot),))

    _ListComp = _SetComp = _GeneratorExp = _comprehension

    def _DictComp(self, node: ast.DictComp, at: At, slot: Slot | None) -> Term:
        return Display("dict", (None,), (self.term(node.value, inside(at, node.generators), Slot("dict-value", "")),))

    def _other(self, node: ast.expr, at: At) -> Term:
        return Unknown(type(node).__name__.lower(), "")


def _is_host(node: ast.expr, chain: str) -> bool:
    """Does this look like the first half of a (host, port) pair?"""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and (node.value in ("", "localhost") or bool(_HOST.fullmatch(node.value)))
    found = words.words(chain.rpartition(".")[2])
    return bool({"host", "ip", "addr", "address", "hostname"}.intersection(found))
