"""Every word of a file that means something, with what it means: names, attributes, imports, definitions and keywords. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.adapters.rope_scopes import FUNCTIONS, is_static
from engine.adapters.rope_world import UNKNOWN, Meaning, Place, World
from engine.bindings import Scope, arguments, scopes, target_names
from engine.source import Source
from engine.walk import children

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CASES = (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)


@dataclass(frozen=True, slots=True)
class Here:
    """A node, the scope in which it is evaluated, and the names that comprehensions and lambdas around it bind."""

    node: ast.AST
    scope: Scope
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A word of a file, its 1-based line, and what it means."""

    word: str
    line: int
    meaning: Meaning
    node: ast.AST


def nodes(source: Source) -> Iterator[Here]:
    """Every node of a file, in an order that depends on the tree's shape alone."""
    inner = {id(one.node): one for one in scopes(source.names.module)}
    outside: dict[int, Here] = {}
    stack = [Here(source.tree, source.names.module, frozenset())]
    while stack:
        here = stack.pop()
        yield here
        stack += [_below(here, child, inner, outside) for child in reversed(children(here.node))]


def _below(here: Here, child: ast.AST, inner: dict[int, Scope], outside: dict[int, Here]) -> Here:
    """`inner`: the id of what has a scope of its own to it; `outside`: of what a comprehension first loops over, to where that
    is evaluated, which is around the comprehension.
    """
    node, scope, hidden = here.node, here.scope, here.hidden
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return Here(child, inner[id(node)] if isinstance(child, ast.stmt) else scope, hidden)
    if isinstance(node, ast.comprehension) and id(child) in outside:
        return Here(child, outside[id(child)].scope, outside[id(child)].hidden)
    if isinstance(node, ast.Lambda) and child is node.body:
        bound = {one.arg for one in arguments(node.args)}
    elif isinstance(node, _COMPREHENSIONS):
        outside[id(node.generators[0].iter)] = here
        bound = {name for part in node.generators for name, _ in target_names([part.target])}
    else:
        return Here(child, scope, hidden)
    while scope.is_class and scope.parent is not None:  # its names are not seen from within a comprehension or lambda
        scope = scope.parent
    return Here(child, scope, hidden | bound)


def said(world: World, source: Source, here: Here) -> Iterator[Said]:
    """The words that a node itself says."""
    node, scope = here.node, here.scope
    line = getattr(node, "lineno", 1)
    if isinstance(node, ast.Name):
        yield Said(node.id, line, world.expression(source, node, scope, here.hidden), node)
    elif isinstance(node, ast.Attribute):
        yield Said(node.attr, node.end_lineno or line, world.expression(source, node, scope, here.hidden), node)
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield Said(node.name, line, frozenset({world.place(source, node.name, scope)}), node)
        for one in arguments(node.args) if not isinstance(node, ast.ClassDef) else ():
            yield Said(one.arg, one.lineno, frozenset({parameter(world.place(source, node.name, scope), one.arg)}), one)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name != "*":
                yield Said(alias.name, alias.lineno, world.from_import(node, alias.name, source.path), alias)
                yield Said(alias.asname or "", alias.lineno, UNKNOWN, alias)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            path = world.module(alias.name, source.path)
            yield Said(alias.name, alias.lineno, frozenset({(path, "")}) if path else UNKNOWN, alias)
            yield Said(alias.asname or "", alias.lineno, UNKNOWN, alias)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        for name in node.names:
            yield Said(name, line, world.name(source, name, scope), node)
    elif isinstance(node, _CASES) and node.name:
        yield Said(node.name, line, world.name(source, node.name, scope), node)
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg:
                yield Said(keyword.arg, keyword.lineno, _keyword(world, source, here, keyword.arg), keyword)


def parameter(function: Place, name: str) -> Place:
    """Where a function's parameter is defined."""
    return function[0], f"{function[1]}:{name}"


def called(world: World, source: Source, here: Here) -> Meaning:
    """The functions that a call calls; the `__init__` of a class that it makes an instance of, where the target has it."""
    node = here.node
    assert isinstance(node, ast.Call)
    found: set[Place] = set()
    if isinstance(node.func, ast.Call):
        return UNKNOWN
    for place in world.expression(source, node.func, here.scope, here.hidden):
        scope = world.scope(place)
        if scope is not None and scope.is_class:
            found |= world.of_class(place[0], scope, "__init__")
        elif scope is not None:
            found.add(place)
    return frozenset(found)


def _keyword(world: World, source: Source, here: Here, name: str) -> Meaning:
    """The parameter that a keyword of a call names, where the function is known and has it."""
    found: set[Place] = set()
    for place in called(world, source, here):
        scope = world.scope(place)
        if scope is not None and isinstance(scope.node, FUNCTIONS):
            args = scope.node.args
            if any(one.arg == name for one in (*args.args, *args.kwonlyargs)):
                found.add(parameter(place, name))
    return frozenset(found) | field_of(world, source, here, name)


def field_of(world: World, source: Source, here: Here, name: str) -> Meaning:
    """The field of a class without an `__init__` in the target, as a dataclass is one, that a keyword of a call sets."""
    node = here.node
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Call):
        return UNKNOWN
    found: set[Place] = set()
    for place in world.expression(source, node.func, here.scope, here.hidden):
        scope = world.scope(place)
        if scope is not None and scope.is_class and all("?" in one for _, one in world.of_class(place[0], scope, "__init__")):
            found |= {one for one in world.of_class(place[0], scope, name) if "?" not in one[1]}
    return frozenset(found)


def implicit(world: World, source: Source, here: Here, function: Scope) -> bool:
    """Does a call of a method give its first argument by itself, as `till.add(1)` does, and `Till.add(till, 1)` does not?"""
    node = here.node
    assert isinstance(node, ast.Call)
    if function.parent is None or not function.parent.is_class or is_static(function.node):
        return False
    decorated = [one.id for one in function.node.decorator_list if isinstance(one, ast.Name)]  # type: ignore[attr-defined]
    if "classmethod" in decorated or not isinstance(node.func, ast.Attribute):
        return True
    on = world.expression(source, node.func.value, here.scope, here.hidden)
    made = world.expression(source, node.func, here.scope, here.hidden)
    if any((scope := world.scope(place)) is not None and scope.is_class for place in made):
        return True  # module.Till(1)
    whole = [scope for place in on if (scope := world.scope(place)) is not None and scope.is_class]
    value = node.func.value
    if not whole or isinstance(value, ast.Call):
        return True
    return isinstance(value, ast.Name) and _is_argument(source, value.id, here.scope)


def _is_argument(source: Source, name: str, scope: Scope) -> bool:
    return any(isinstance(one.node, ast.arg) for one in source.names.lookup(name, scope) or ())


def speaking(world: World, *names: str) -> list[str]:
    """The files that say one of these names, or a name under which another file imports it."""
    words, found = set(names), set[str]()
    while True:
        said = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b")
        more = [path for path, source in world.sources.items() if path not in found and said.search(source.text)]
        if not more:
            return sorted(found)
        found.update(more)
        for path in more:
            bound = world.sources[path].names.module.bindings
            words |= {local for local, all_ in bound.items() if all_[0].target.rpartition(".")[2] in words}
