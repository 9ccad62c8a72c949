"""Scopes, bindings and the import table of one module: qualified names without LibCST metadata.

Resolution is by position: the innermost function or class that holds a node, then outwards
by Python's rules (class bodies are invisible from functions inside them). Timid: a name with
two different meanings in one scope resolves to None.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import re
from functools import cached_property

from engine.bindings import Binding, Scope, arguments, stored, target_names, walruses
from engine.walk import blocks, every_node

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_BIND_NOTHING = frozenset({ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue})
_FLAT = frozenset({ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete})  # statements without blocks that may bind
# Each begins with a literal, which is found far faster than a word boundary.
_INNER = re.compile(r"for\b(?<!\wfor)([^:]{0,200}?)\bin\b"), re.compile(r"lambda\b(?<!\wlambda)([^\n]{0,200})")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BUILTINS = frozenset(dir(builtins))


class Names:
    """Where each name of a module comes from."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self._text = text
        self._walrus_lines = _lines_with(":=", text)
        self.module = Scope(tree, None)
        self.has_star_import = False
        self._tree = tree
        self._collect(tree)

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
            index = bisect.bisect_right(scope.children, position, key=_position)
            if index and scope.children[index - 1].node is node:
                index -= 1
            if not index or not _holds(scope.children[index - 1].node, position):
                return scope
            scope = scope.children[index - 1]

    def lookup(self, name: str, scope: Scope) -> list[Binding] | None:
        """The bindings that `name` read in `scope` may mean; None when it is bound nowhere in the file."""
        owner = self.owner(name, scope)
        return owner.bindings[name] if owner is not None else None

    def owner(self, name: str, scope: Scope) -> Scope | None:
        """The scope whose name it is that is read in `scope`; None when it is bound nowhere in the file."""
        current: Scope | None = scope
        while current is not None:
            visible = current is scope or not current.is_class
            if visible and name in current.outer and name not in current.nonlocals:
                return self.module if name in self.module.bindings else None
            if visible and name in current.bindings and name not in current.outer:
                return current
            current = current.parent
        return None

    def qualified(self, node: ast.expr) -> str | None:
        """The dotted name an expression stands for: `asyncio.get_event_loop`, `builtins.Exception`, or
        `.Thing` for something this module defines. None when it is not a plain name, or is ambiguous."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self.is_inner(node):
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
            first = bindings[0]
            alone = not first.guarded and first.line < before and all(other.target == first.target for other in bindings)
            if alone and first.target == wanted:
                return local
            if alone and not name and first.target == module.partition(".")[0]:
                found = [b for b in bindings if not b.guarded and b.line < before and isinstance(b.node, ast.Import)]
                if any(alias.name == module and not alias.asname for b in found for alias in b.node.names):  # type: ignore[attr-defined]
                    return module
        return None

    def is_inner(self, node: ast.Name) -> bool:
        """Is this the parameter of a lambda or the variable of a comprehension?"""
        if node.id not in self._inner_words:
            return False
        places = self._inner_names.get(node.id, ())
        return any(start <= (node.lineno, node.col_offset) < end for start, end in places)

    @cached_property
    def _inner_words(self) -> frozenset[str]:
        """The words behind `for` and `lambda`: a cheap look, because most names are never there."""
        return frozenset(
            word for pattern in _INNER for found in pattern.findall(self._text) for word in _IDENTIFIER.findall(found)
        )

    @cached_property
    def _inner_names(self) -> dict[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
        """Names that lambdas and comprehensions bind, each with the extents where it means that. Walks the whole tree once."""
        found: dict[str, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
        for node in every_node(self._tree):
            if isinstance(node, ast.Lambda):
                bound, extents = [argument.arg for argument in arguments(node.args)], [(_start(node.body), _end(node))]
            elif isinstance(node, _COMPREHENSIONS):
                bound = [name for part in node.generators for name, _ in target_names([part.target])]
                looped = node.generators[0].iter  # what is looped over first is read outside
                extents = [(_start(node), _start(looped)), (_end(looped), _end(node))]
            else:
                continue
            for name in bound:
                found.setdefault(name, []).extend(extents)
        return found

    # -- collecting --------------------------------------------------------------------

    def _collect(self, tree: ast.Module) -> None:
        """Every binding of the module, in source order; iterative, because 2,000 `elif`s nest 2,000 deep."""
        stack: list[tuple[ast.AST, Scope, bool]] = [(node, self.module, False) for node in reversed(tree.body)]
        while stack:
            node, scope, guarded = stack.pop()
            kind = type(node)
            walrus = bool(self._walrus_lines) and self._may_hold_walrus(node)
            if kind in _BIND_NOTHING and not walrus:
                continue
            if kind in _DEFINITIONS:
                inner = self._bind_definition(node, scope, guarded)
                stack.extend([(child, inner, False) for child in reversed(node.body)])  # type: ignore[attr-defined]
            elif kind is ast.Import or kind is ast.ImportFrom:
                self._bind_import(node, scope, guarded)  # type: ignore[arg-type]
            elif kind is ast.Global or kind is ast.Nonlocal:
                if scope is not self.module:
                    scope.outer.update(node.names)  # type: ignore[attr-defined]
                    scope.nonlocals.update(node.names if kind is ast.Nonlocal else ())  # type: ignore[attr-defined]
            else:
                for name, place in stored(node):
                    self._bind(scope, name, place, guarded)
                if kind not in _FLAT:
                    stack.extend([(child, scope, True) for child in blocks(node)][::-1])
            if walrus:
                for place in walruses(node):
                    self._bind(scope, place.target.id, place, guarded)

    def _may_hold_walrus(self, node: ast.AST) -> bool:
        """A cheap look at the lines; those of a string count too, one too many is no harm."""
        decorators = getattr(node, "decorator_list", None)
        first = decorators[0].lineno if decorators else getattr(node, "lineno", 0)
        index = bisect.bisect_left(self._walrus_lines, first)
        return index < len(self._walrus_lines) and self._walrus_lines[index] <= getattr(node, "end_lineno", 1 << 30)

    def _bind_definition(self, node: ast.AST, scope: Scope, guarded: bool) -> Scope:
        self._bind(scope, node.name, node, guarded)  # type: ignore[attr-defined]
        inner = Scope(node, scope)
        scope.children.append(inner)
        for parameter in getattr(node, "type_params", ()):
            self._bind(inner, parameter.name, parameter, False)
        if not isinstance(node, ast.ClassDef):
            for argument in arguments(node.args):  # type: ignore[attr-defined]
                self._bind(inner, argument.arg, argument, False)
        return inner

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

    def _bind(self, scope: Scope, name: str, node: ast.AST, guarded: bool, target: str = "") -> None:
        if name in scope.outer:
            scope, guarded = self._declared(name, scope), True  # whoever runs it, the scope itself does not
        binding = Binding(name, node.lineno, target, node, guarded)  # type: ignore[attr-defined]
        scope.bindings.setdefault(name, []).append(binding)

    def _declared(self, name: str, scope: Scope) -> Scope:
        """The scope that `global name` or `nonlocal name` in `scope` speaks of."""
        if name not in scope.nonlocals:
            return self.module
        outer = scope.parent
        while outer is not None and (outer.is_class or name not in outer.bindings):
            outer = outer.parent
        return outer or self.module


def _lines_with(word: str, text: str) -> list[int]:
    """The 1-based lines that hold a word."""
    return [number for number, line in enumerate(text.split("\n"), start=1) if word in line] if word in text else []


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _position(scope: Scope) -> tuple[int, int]:
    return scope.node.lineno, scope.node.col_offset  # type: ignore[attr-defined]


def _holds(node: ast.AST, position: tuple[int, int]) -> bool:
    """Is this the position of something in the body? Decorators, defaults, annotations and bases are outside."""
    body = node.body[0]  # type: ignore[attr-defined]
    first = body.decorator_list[0] if getattr(body, "decorator_list", None) else body
    end = (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return (first.lineno, first.col_offset) <= position < end
