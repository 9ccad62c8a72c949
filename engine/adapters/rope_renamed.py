"""A rename that rope makes, judged: every word of the target means after it what it meant before. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import zip_longest

from engine.adapters.rope_said import Here, Said, nodes, said
from engine.adapters.rope_scopes import stores
from engine.adapters.rope_world import Meaning, Place, World
from engine.bindings import Scope
from engine.model import Edit, RewrightError
from engine.source import Source

Follow = Callable[[Place], Place]


def follow(mapping: Mapping[Place, Place]) -> Follow:
    """Where what is defined at a place is found afterwards: what lies in a class or function goes with it."""

    def to(place: Place) -> Place:
        for old, new in mapping.items():
            rest = place[1].removeprefix(old[1])
            if place[0] == old[0] and place[1].startswith(old[1]) and (not old[1] or rest[:1] in ("", ".", ":")):
                return new[0], new[1] + rest
        return place

    return to


def family(world: World, place: Place) -> dict[Place, Scope]:
    """The places that one name of a class has: in it, and in its bases and heirs that define it, too. Each with its class.

    Empty for what is not in a class.
    """
    holder = world.scope((place[0], place[1].rpartition(".")[0])) if "." in place[1] and ":" not in place[1] else None
    if holder is None or not holder.is_class:
        return {}
    name = place[1].rpartition(".")[2]
    related = {id(scope): (path, scope) for path, scope in _related(world, place[0], holder)}
    own = {id(holder): (place[0], holder)}
    found = {**own, **{key: one for key, one in related.items() if _defines(one[1], name)}}
    return {world.place(world.sources[path], name, scope): scope for path, scope in found.values()}


def _defines(scope: Scope, name: str) -> bool:
    return name in scope.bindings or name in stores(scope.node)


def _related(world: World, path: str, scope: Scope) -> list[tuple[str, Scope]]:
    """The classes that inherit from a class, from which it inherits, and their heirs."""
    bases: dict[int, list[tuple[str, Scope]]] = {}
    heirs: dict[int, list[tuple[str, Scope]]] = {}
    for source in world.sources.values():
        for one in _classes(source.names.module):
            for node in one.node.bases:  # type: ignore[attr-defined]
                if base := world.base(source, node, one):
                    bases.setdefault(id(one), []).append(base)
                    heirs.setdefault(id(base[1]), []).append((source.path, one))
    up = _reached([(path, scope)], bases)
    return _reached(up, heirs)


def _reached(start: Iterable[tuple[str, Scope]], steps: Mapping[int, list[tuple[str, Scope]]]) -> list[tuple[str, Scope]]:
    found: dict[int, tuple[str, Scope]] = {}
    stack = list(start)
    while stack:
        one = stack.pop()
        if id(one[1]) not in found:
            found[id(one[1])] = one
            stack += steps.get(id(one[1]), [])
    return list(found.values())


def _classes(scope: Scope) -> Iterator[Scope]:
    stack = [scope]
    while stack:
        one = stack.pop()
        stack += one.children
        if one.is_class:
            yield one


def require_free(world: World, place: Place, to: str) -> None:
    """Raises RewrightError when something where a name is defined, or in a class around it, has the new name already."""
    path, inner = place
    around = re.split(r"[.:](?=[^.:]*$)", inner)[0] if re.search("[.:]", inner) else ""
    holder = world.scope((path, around))
    if holder is None:
        return
    if not holder.is_class:
        taken = holder.bindings.get(to, ())
        what = f"{path} line {taken[0].line}" if taken else ""
    else:
        related = [(path, holder), *_related(world, path, holder)]
        found = [(where, one) for where, one in related if _defines(one, to)]
        what = f"the class {found[0][1].node.name} of {found[0][0]}" if found else ""  # type: ignore[attr-defined]
    name = re.split("[.:]", inner)[-1]
    if what and name != to:
        raise RewrightError(f"rope: {name} cannot be called {to}: {what} has something called {to} already; choose another name")


def left(world: World, source: Source, now: Source, family: Meaning, to: str) -> Iterator[Edit]:
    """The edits that give the new name to attributes that rope left in `now`, and that our tables know to be meant."""
    old = {re.split("[.:]", inner)[-1] for _, inner in family}
    for one, other in zip(nodes(source), nodes(now), strict=False):
        node = other.node
        if isinstance(node, ast.Attribute) and isinstance(one.node, ast.Attribute) and node.attr == one.node.attr != to:
            meaning = world.expression(source, one.node, one.scope, one.hidden) if node.attr in old else frozenset()
            if meaning and meaning <= family:
                yield now.edit(now.end(node) - len(node.attr), now.end(node), to)


def require_renamed(before: World, after: World, paths: Collection[str], to: Follow, name: str) -> None:
    """Raises RewrightError at the first word of these files that means something else after the rename."""
    for path in sorted(paths):
        old, new = before.sources[path], after.sources[path]
        for one, other in zip_longest(nodes(old), nodes(new)):
            if one is None or other is None or type(one.node) is not type(other.node):
                line = getattr((one or other).node, "lineno", 1)
                raise RewrightError(f"rope: {path} line {line}: to rename {name}, rope would change more than names here")
            for was, now in zip_longest(_words(before, one, path), _words(after, other, path)):
                if was is None or now is None or not _same(was, now, to):
                    raise RewrightError(_sentence(path, was, now, to, name))


def _words(world: World, here: Here, path: str) -> Iterator[Said]:
    return said(world, world.sources[path], here)


def _same(was: Said, now: Said, to: Follow) -> bool:
    if was.meaning:
        return now.meaning == frozenset(map(to, was.meaning))
    return not now.meaning or was.word != now.word  # what rope knows better than our tables is believed


def _sentence(path: str, was: Said | None, now: Said | None, to: Follow, name: str) -> str:
    if was is None or now is None:
        line = (was or now).line  # type: ignore[union-attr]
        return f"rope: {path} line {line}: to rename {name}, rope would change more than names here"
    meant, means = spoken(frozenset(map(to, was.meaning))), spoken(now.meaning)
    return (
        f"rope: {path} line {was.line}: {was.word} should mean {meant} once {name} is renamed, and {now.word} would mean {means}"
        "; choose another name, or write this line another way first"
    )


def spoken(meaning: Meaning) -> str:
    """A meaning in words."""
    return " or ".join(sorted(map(_place, meaning))) or "something else"


def _place(place: Place) -> str:
    path, inner = place
    if "?" in inner:
        return "nothing"
    if not path or not inner:
        return path or inner
    return f"{inner.replace(':', '.').replace('~', '')} of {path}"
