"""Which assignments a name may stand for at a place: scopes, blocks and the order of the code."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import NamedTuple

from codemods.port_literal.nouns import Shape

_MOST = 12  # assignments that a name may stand for
EVER = 1 << 30  # an order behind everything


class Slot(NamedTuple):
    """What a literal is given to."""

    shape: Shape
    name: str
    env: str = ""
    group: str = ""  # the name of the collection that it is in


class Definition(NamedTuple):
    """One assignment. `path` leads from the value to what the name gets: an index, or None for any element."""

    order: int
    block: int
    value: ast.expr
    path: tuple[int | None, ...]
    adds: int  # 0: replaces; 1 or -1: `+=`, `-=`


@dataclass(slots=True)
class Scope:
    """A module, class body or function."""

    name: str  # qualified: "" for the module
    owner: str  # the class whose method (or body) this is, or ""
    parent: Scope | None
    is_class: bool = False
    this: str = ""  # the name of self or cls
    place: At | None = None  # of a comprehension: where it stands in its parent
    parameters: frozenset[str] = frozenset()
    module_names: set[str] = field(default_factory=set)  # declared global
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    blocks: list[int] = field(default_factory=lambda: [-1])  # block to the block around it

    def open_block(self, around: int) -> int:
        self.blocks.append(around)
        return len(self.blocks) - 1

    def holds(self, outer: int, inner: int) -> bool:
        """Is `inner` the block `outer`, or inside it?"""
        while inner > outer:
            inner = self.blocks[inner]
        return inner == outer

    def reaching(self, name: str, order: int, block: int) -> tuple[list[Definition], bool]:
        """The assignments that may be the latest at a place, and whether the name surely has one of them."""
        found: list[Definition] = []
        for definition in reversed(self.definitions.get(name, ())):
            if definition.order >= order:
                continue
            found.append(definition)
            if len(found) >= _MOST:
                return found[::-1], True
            if self.holds(definition.block, block):
                return found[::-1], True
        return found[::-1], False

    @property
    def at_import(self) -> bool:
        """Does this code run while the module is imported?"""
        if self.place is not None and self.parent is not None:
            return self.parent.at_import
        return not self.name or (self.is_class and (self.parent is None or self.parent.at_import))


class At(NamedTuple):
    """A place in the code."""

    scope: Scope
    block: int
    order: int


def inside(at: At, generators: list[ast.comprehension]) -> At:
    """The place inside a comprehension, where its variables mean what they run over."""
    scope = Scope(f"{at.scope.name}.<for>", at.scope.owner, at.scope, place=at)
    for number, part in enumerate(generators):
        several = isinstance(part.target, (ast.Tuple, ast.List))
        for index, target in enumerate(part.target.elts if isinstance(part.target, (ast.Tuple, ast.List)) else [part.target]):
            if isinstance(target, ast.Name):
                made = Definition(number, 0, part.iter, (None, index) if several else (None,), 0)
                scope.definitions.setdefault(target.id, []).append(made)
    return At(scope, 0, len(generators))
