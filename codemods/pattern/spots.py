"""The place where a replacement is written: what names mean there, and which imports have surely run."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codemods.pattern.captures import BLOCKS, File
from codemods.pattern.rules import block_of
from codemods.pattern.shapes import COMPREHENSIONS
from engine import children

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PERHAPS = (*COMPREHENSIONS, *_FUNCTIONS, ast.Lambda, ast.BoolOp, ast.IfExp, ast.AnnAssign)  # of which not all may be evaluated


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a file new code stands, and what of the file it replaces."""

    file: File
    place: ast.AST  # a node with a position, in whose scope the new code stands
    before: int | None  # the 0-based offset of code that runs at import; None where it runs later
    nodes: tuple[ast.AST, ...]  # what is replaced
    is_apart: bool = False  # inside a lambda or comprehension, which sees no names of a class body around

    def apart(self) -> Spot:
        """The same place within a lambda, comprehension or definition of the template."""
        return replace(self, is_apart=True)

    @property
    def hidden(self) -> frozenset[str]:
        """The names of a class body around that code here does not see."""
        scope = self.file.source.names.scope_at(self.place)
        apart = scope.is_class and (self.is_apart or _is_apart(self.file, self.place))
        return frozenset(scope.bindings) if apart else frozenset()

    def visible(self) -> Iterator[tuple[str, Sequence[ast.AST], frozenset[str]]]:
        """Each name bound in a scope that is seen from here, innermost first: what binds it, and what those are imports of."""
        names = self.file.source.names
        scope, own = names.scope_at(self.place), not self.hidden
        while scope is not None:
            if own or not scope.is_class:
                for name, found in scope.bindings.items():
                    yield name, [one.node for one in found], frozenset(one.target for one in found)
            scope, own = scope.parent, False  # type: ignore[assignment]

    def meanings(self, name: str) -> tuple[tuple[ast.AST, str], ...] | None:
        """What binds a plain name as it is read here, each with what it is an import of, if it is one; None: nothing does."""
        names = self.file.source.names
        scope, hidden = names.scope_at(self.place), self.hidden
        while scope.is_class and hidden and scope.parent is not None:
            scope = scope.parent
        found = names.lookup(name, scope)
        return None if found is None else tuple((one.node, one.target) for one in found)

    def is_inner(self, name: str) -> bool:
        """Is this a parameter of a lambda or the variable of a comprehension here?"""
        there = ast.Name(name, ast.Load(), lineno=self.place.lineno, col_offset=self.place.col_offset)  # type: ignore[attr-defined]
        return self.file.source.names.is_inner(there)

    def reads(self, name: str) -> bool:
        """Does the code that is replaced begin with reading this plain name, whatever happens in it?"""
        stack = [self.nodes[0]]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Name) and node.id == name:
                return True
            if not isinstance(node, _PERHAPS):
                stack += [part for part in children(node) if not isinstance(part, BLOCKS)]
        return False

    def is_there(self, name: str) -> bool:
        """Has an import surely brought this plain name when new code here reads it?"""
        return self.reads(name) or any(self.has_run(node) for node, _ in self.meanings(name) or ())

    def has_run(self, statement: ast.AST) -> bool:
        """Has this import surely run here: does it stand before, in this block or in one around it?

        For code of a function, an import below it has run too where only definitions and imports stand between.
        """
        file = self.file
        line = {self.place, *(outer for outer, _ in file.around(self.place))}
        while (held := block_of(statement, file)) is not None:
            owner, name, block, at = held
            if isinstance(owner, ast.Module):
                return self._comes_before(statement, block, at)
            if any(node in line for node in block[at + 1 :]):
                return True
            if owner in line or not (
                _always_runs(owner, name) or (_is_for_checkers(owner, name) and _is_not_evaluated(file, self.place))
            ):
                return False
            statement = owner
        return False

    def _comes_before(self, statement: ast.AST, block: list[ast.AST], at: int) -> bool:
        """Has the statement at an index of the module's block run? `self.before` is None in a function."""
        source = self.file.source
        here = source.start(self.place) if self.before is None else self.before
        if source.start(statement) < here:
            return True
        below = itertools.takewhile(lambda one: source.end(one) > here, reversed(block[:at]))
        return self.before is None and all(map(_only_defines, below))


def only_for_checkers(statement: ast.AST, file: File) -> bool:
    """Does this import stand under `if TYPE_CHECKING`?"""
    held = block_of(statement, file)
    return held is not None and _is_for_checkers(held[0], held[1])


def _only_defines(statement: ast.AST) -> bool:
    """Is this an import, a function or a class that holds only such?"""
    if isinstance(statement, ast.ClassDef):
        return all(_only_defines(one) or isinstance(one, ast.Pass) for one in statement.body)
    return isinstance(statement, (*_FUNCTIONS, ast.Import, ast.ImportFrom))


def _always_runs(owner: ast.AST, block: str) -> bool:
    """Whoever comes behind `owner` has come through this block of it."""
    if not isinstance(owner, (ast.Try, ast.TryStar)):
        return False
    return block == "finalbody" or all(isinstance(handler.body[-1], ast.Raise) for handler in owner.handlers)


def _is_for_checkers(owner: ast.AST, block: str) -> bool:
    if not isinstance(owner, ast.If) or block != "body":
        return False
    return "TYPE_CHECKING" in (getattr(owner.test, "id", ""), getattr(owner.test, "attr", ""))


def _is_not_evaluated(file: File, place: ast.AST) -> bool:
    """Is this part of an annotation that only type checkers read?"""
    postponed = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and any(one.name == "annotations" for one in node.names)
        for node in file.source.tree.body
    )
    for outer, child in file.around(place):
        if isinstance(outer, ast.arg) or (isinstance(outer, _FUNCTIONS) and child is outer.returns):
            return postponed
        if isinstance(outer, ast.AnnAssign) and child is outer.annotation:
            local = isinstance(file.source.names.scope_at(outer).node, _FUNCTIONS) and isinstance(outer.target, ast.Name)
            return postponed or local
        if isinstance(outer, ast.stmt):
            break
    return False


def _is_apart(file: File, place: ast.AST) -> bool:
    """Is there a lambda or comprehension between this place and the class body around it?"""
    inner: ast.AST = place
    for outer, child in file.around(place):
        if isinstance(outer, ast.stmt):
            break
        if isinstance(outer, ast.Lambda) and child is outer.body:
            return True
        if isinstance(outer, COMPREHENSIONS):
            first = outer.generators[0]
            if child is not first or inner is not first.iter:
                return True
        inner = child
    return False
