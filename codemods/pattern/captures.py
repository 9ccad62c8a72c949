"""What a metavariable holds, and a file seen through the eyes of one rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from codemods.pattern.lists import Parameter
from codemods.pattern.shapes import dotted, same
from engine import STDLIB, Source, beginnings, children, every_node, parents_of, scopes


@dataclass(frozen=True, slots=True)
class Capture:
    """The nodes that a metavariable stands for; plain names are texts. Of a list it knows where in it they stand."""

    nodes: tuple[ast.AST | str, ...]
    many: bool = False
    owner: ast.AST | None = None  # the node whose list it is
    field: str = ""
    first: int = 0  # 0-based index in that list


Found = Mapping[str, Capture]  # metavariable to what it holds
BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)  # what stands on lines of its own
DOUBT = "?"  # in a Found: a name whose meaning is not clear
TAKEN, FREE = "@", "@?"  # in a Found: the decorators that a pattern speaks of, and those that it leaves open
SORT = "@*"  # in a Found: parameters that are passed otherwise than a pattern says, which leaves that open


def bound(found: Found, name: str, capture: Capture) -> Found | None:
    """`found` with one more metavariable; None when it holds something else already."""
    if name == "_":
        return found
    known = found.get(name)
    if known is None:
        return {**found, name: capture}
    return found if equal(known, capture) else None


def noted(found: Found, key: str, nodes: Sequence[ast.AST]) -> Found:
    """`found` with more nodes under a key that is no metavariable."""
    return {**found, key: Capture((*(found[key].nodes if key in found else ()), *nodes))} if nodes else found


def equal(one: Capture, other: Capture) -> bool:
    """Do two captures say the same code? A plain name is the same as an expression that is only this name."""
    if len(one.nodes) != len(other.nodes):
        return False
    return all(same(_plain(left), _plain(right)) for left, right in zip(one.nodes, other.nodes, strict=True))


def _plain(node: ast.AST | str) -> ast.AST | str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, Parameter) and node.default is None:
        return _plain(node.arg)
    if isinstance(node, ast.arg) and node.annotation is None:
        return node.arg
    if isinstance(node, ast.alias) and node.asname is None:
        return node.name
    return _plain(node.value) if isinstance(node, ast.Expr) else node


class File:
    """One file, what its names mean, and what stands around a node."""

    def __init__(self, source: Source, modules: frozenset[str]) -> None:
        self.source = source
        self._modules = modules | STDLIB
        self._aliases: dict[str, frozenset[str]] = {}
        self._inner: dict[ast.AST, ast.AST] = {}
        self._mapped: set[ast.AST] = set()
        self._entered: list[ast.AST] = []
        self.walked: dict[int, tuple[ast.AST, ...]] = {}  # rules, by id, that ask of the whole file: what may meet them
        self.met: dict[int, tuple[Found, ...]] = {}  # and those that ask for nothing else: what they found
        self.mentions: dict[str, tuple[ast.Name, ...]] = {}  # names that a template binds: where the file says them

    def aliases(self, word: str) -> frozenset[str]:
        """The words that an import gives to `word` in this file."""
        if word not in self._aliases:
            gap = r"(?:[\s\\]|#[^\n]*\n)+"
            found = re.findall(rf"{word}(?<!\w{word}){gap}as{gap}(\w+)", self.source.text)
            self._aliases[word] = frozenset(found)
        return self._aliases[word]

    @cached_property
    def imported(self) -> frozenset[str]:
        """The dotted names that imports of the file, in any scope, bring, or bring something from."""
        found = set()
        for scope in scopes(self.source.names.module):
            for one in (one for every in scope.bindings.values() for one in every if one.target):
                found.add(one.target)
                if isinstance(one.node, ast.Import):
                    found |= {alias.name for alias in one.node.names}
        return frozenset(head for name in found for head, _ in beginnings(name))

    @cached_property
    def starred(self) -> frozenset[str]:
        """The modules of which the file imports `*`, those aside that are named by where the file stands."""
        if not self.source.names.has_star_import:
            return frozenset()
        every = self.source.statements(ast.ImportFrom)
        return frozenset(one.module for one in every if one.module and not one.level and one.names[0].name == "*")

    @cached_property
    def optional(self) -> frozenset[str]:
        """The first parts of what the file imports in a `try` that lets it go on without."""
        found: set[str] = set()
        for node in self.source.statements(ast.Try):
            if any(map(_catches_import_error, node.handlers)):
                for one in node.body:
                    for inner in every_node(one):
                        if isinstance(inner, ast.Import):
                            found |= {alias.name.partition(".")[0] for alias in inner.names}
                        elif isinstance(inner, ast.ImportFrom) and not inner.level:
                            found.add((inner.module or "").partition(".")[0])
        return frozenset(found)

    def means_module(self, name: str) -> bool:
        """Does this name of a pattern, perhaps dotted, begin with a module: a known one, or one that the file imports?"""
        root, dot, _ = name.partition(".")
        return root in self._modules or (bool(dot) and (root in self.imported or name.rpartition(".")[0] in self.starred))

    def as_said(self, name: str, nodes: Sequence[ast.AST], found: Found) -> str:
        """How a match says a dotted name of a module, blocks and captured code aside; empty where it does not."""
        word, held = name.rpartition(".")[2], {node for key in found if key.isidentifier() for node in found[key].nodes}
        stack = list(nodes) if self.means_module(name) else []
        while stack:
            node = stack.pop(0)
            if node in held:
                continue
            stack += [part for part in children(node) if not isinstance(part, BLOCKS)]
            last = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if last == word or last in self.aliases(word):
                said = dotted(node)
                if said and self.source.names.qualified(node) == name:  # type: ignore[arg-type]
                    return said
        return ""

    # -- around a node -------------------------------------------------------------------

    def enter(self, statement: ast.AST) -> None:
        """A statement or clause in whose own lines somebody looks: the parents of its expressions may be asked for."""
        if statement not in self._mapped:
            self._mapped.add(statement)
            self._entered.append(statement)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node; None for the module."""
        while self._entered:
            statement = self._entered.pop()
            own = [part for part in children(statement) if not isinstance(part, BLOCKS)]
            self._inner.update(parents_of([statement, *(inner for part in own for inner in every_node(part))]))
        return self._inner.get(node) or self.source.parents.get(node)

    def around(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Each node around this one, innermost first, with the child of it that leads here."""
        while (parent := self.parent(node)) is not None:
            yield parent, node
            node = parent


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    words = {getattr(kind, "id", getattr(kind, "attr", "")) for kind in kinds if kind is not None}
    caught = handler.type is None or words & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return bool(caught) and not isinstance(handler.body[-1], ast.Raise)
