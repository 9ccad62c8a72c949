"""A rename that rope makes, judged: every word of the target means after it what it meant before. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import zip_longest

from engine.adapters.rope_fields import is_field, require_not_set_by_name
from engine.adapters.rope_said import Here, Said, field_of, nodes, said
from engine.adapters.rope_scopes import FUNCTIONS, cut
from engine.adapters.rope_world import Meaning, Place, World
from engine.bindings import Scope, scopes
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
    found = {**own, **{key: one for key, one in related.items() if world.defines(one[1], name)}}
    return {world.place(world.sources[path], name, scope): scope for path, scope in found.values()}


def _related(world: World, path: str, scope: Scope) -> list[tuple[str, Scope]]:
    """The classes that inherit from a class, from which it inherits, and their heirs."""
    bases: dict[int, list[tuple[str, Scope]]] = {}
    heirs: dict[int, list[tuple[str, Scope]]] = {}
    for source in world.sources.values():
        for one in scopes(source.names.module):
            for node in one.node.bases if one.is_class else ():  # type: ignore[attr-defined]
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


def require_free(world: World, place: Place, to: str) -> None:
    """Raises RewrightError when something where a name is defined, or in a class around it, has the new name already."""
    path, inner = place
    around, name = cut(inner)
    holder = world.scope((path, around))
    if holder is None:
        return
    if not holder.is_class:
        taken = holder.bindings.get(to, ())
        what = f"{path} line {taken[0].line}" if taken else ""
    else:
        related = [(path, holder), *_related(world, path, holder)]
        found = [(where, one) for where, one in related if world.defines(one, to)]
        what = f"the class {found[0][1].node.name} of {found[0][0]}" if found else ""  # type: ignore[attr-defined]
    if what and name != to:
        raise RewrightError(f"rope: {name} cannot be called {to}: {what} has something called {to} already; choose another name")
    if holder.is_class:
        require_not_set_by_name(world, place)


def righted(world: World, source: Source, now: Source, family: Meaning, to: str) -> Iterator[Edit]:
    """The edits of `now` that give the new name to attributes and methods that rope left, and the old one back to other things.

    Of such a thing is what stands beside a copy of the module.
    """
    old = {cut(inner)[1] for _, inner in family}
    for one, other in zip(nodes(source), nodes(now), strict=False):
        for was, there, meaning in _named(world, source, one, other.node, old):
            word = _word(there)
            kinds = (ast.Attribute, ast.keyword, *FUNCTIONS)
            is_left = meaning <= family and word == _word(was) and isinstance(there, kinds)
            if is_left or (word == to and not meaning & family):
                start = _named_at(now, there, word)
                yield now.edit(start, start + len(word), to if is_left else _word(was))


def _named(
    world: World, source: Source, one: Here, other: ast.AST, old: Collection[str]
) -> Iterator[tuple[ast.AST, ast.AST, Meaning]]:
    """The nodes of both files that name something, the first one by a word of `old`, and what it means, where that is known."""
    node = one.node
    if type(node) is not type(other):
        return
    if isinstance(node, ast.ImportFrom):
        for was, there in zip(node.names, other.names, strict=False):  # type: ignore[attr-defined]
            if was.name in old and (meaning := world.from_import(node, was.name, source.path)):
                yield was, there, meaning
    elif isinstance(node, ast.Call):
        for keyword, its in zip(node.keywords, other.keywords, strict=False):  # type: ignore[attr-defined]
            meaning = field_of(world, source, one, keyword.arg) if keyword.arg and keyword.arg in old else frozenset()
            if meaning and all(is_field(world, place) for place in meaning):
                yield keyword, its, meaning
    elif _word(node) in old and isinstance(node, (ast.Name, ast.Attribute)):
        if meaning := world.expression(source, node, one.scope, one.hidden):
            yield node, other, meaning
    elif _word(node) in old and isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node, other, frozenset({world.place(source, node.name, one.scope)})


def _named_at(source: Source, node: ast.AST, name: str) -> int:
    """The offset of the name that a node gives or says."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        return source.end(node) - len(name)
    start = source.start(node)
    found = re.compile(rf"\b{re.escape(name)}\b").search(source.text, start)
    return found.start() if found else start


def _word(node: ast.AST) -> str:
    return str(next((found for key in ("id", "attr", "name", "arg") if (found := getattr(node, key, None))), ""))


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
