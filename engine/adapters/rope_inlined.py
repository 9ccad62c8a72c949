"""What rope inlined, judged: each use has become what the name stands for, and nothing else has changed. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.adapters.rope_inline import Body, given
from engine.adapters.rope_loops import require_no_new_loop
from engine.adapters.rope_moved import require_imports
from engine.adapters.rope_said import Here, nodes, speaking
from engine.adapters.rope_world import Meaning, World
from engine.model import RewrightError
from engine.source import Source

_Substituted = Mapping[str, ast.expr]  # parameter to the argument that stands for it
_DEFAULT: _Substituted = {}  # of a default: its names are none of the function's
_Item = ast.stmt | tuple[object, ...]  # a statement; of an import, what each of its names says


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two nodes that should say the same. `given`: what stands for parameters, where `one` is of the text that is inlined."""

    one: object
    other: object
    given: _Substituted | None = None


@dataclass(frozen=True, slots=True)
class _Both:
    """A file before and after, with every node's place by its id. `alone`: the ids of expressions that are statements."""

    worlds: tuple[World, World]
    sources: tuple[Source, Source]
    was: Mapping[int, Here]
    now: Mapping[int, Here]
    origin: Mapping[int, Here]  # of the file that defines the name
    alone: frozenset[int]
    body: Body


def require_inlined(before: World, after: World, paths: Collection[str], changed: Collection[str], body: Body, name: str) -> None:
    """Raises RewrightError at the first place that says something else than it said, with the name's value in its stead."""
    bindings = [(before.sources[path].names.module.bindings, after.sources[path].names.module.bindings) for path in changed]
    other = {one for old, new in bindings for one in old.keys() ^ new.keys()}
    everywhere = {*paths, *(speaking(before, *other) if other else ())}
    require_imports(before, after, everywhere, name)
    origin = {id(here.node): here for here in nodes(before.sources[body.place[0]])}
    for path in sorted(everywhere):
        old, new = before.sources[path], after.sources[path]
        was = {id(here.node): here for here in nodes(old)}
        now = {id(here.node): here for here in nodes(new)}
        alone = frozenset(id(here.node.value) for here in was.values() if isinstance(here.node, ast.Expr))
        _compare(_Both((before, after), (old, new), was, now, origin, alone, body), name)
    require_no_new_loop(before, after, changed, name, "inline")


def _compare(both: _Both, name: str) -> None:
    path, line = both.sources[0].path, 1
    work = [_Pair(both.sources[0].tree, both.sources[1].tree)]
    while work:
        pair = work.pop()
        line = getattr(pair.one, "lineno", line) if pair.given is None else line
        more = _more(both, pair)
        if more is None:
            raise RewrightError(
                f"rope: {path} line {line} would not say what it says with {name} in its place: brackets may be missing, a name "
                "may mean something else, or a line be doubled; change this line yourself first"
            )
        work += more


def _more(both: _Both, pair: _Pair) -> list[_Pair] | None:
    """What is left to compare of two nodes; None when they differ."""
    one, other = pair.one, pair.other
    if not isinstance(one, ast.AST) or not isinstance(other, ast.AST):
        return [] if type(one) is type(other) and repr(one) == repr(other) else None
    if pair.given is not None and pair.given is not _DEFAULT and isinstance(one, ast.Name):
        if one.id in pair.given:
            return [_Pair(pair.given[one.id], other)]
        if one.id in (both.body.defaults or {}) and one.id in (both.body.parameters or ()):
            return [_Pair((both.body.defaults or {})[one.id], other, _DEFAULT)]
    if pair.given is None and (inlined := _inlined(both, one)) is not None:
        return [_Pair(both.body.value, other, inlined)] if not both.body.alone or id(one) in both.alone else None
    if type(one) is not type(other) or not _means_the_same(both, pair):
        return None
    found: list[_Pair] = []
    for field, value in ast.iter_fields(one):
        there = getattr(other, field)
        if not isinstance(value, list):
            found.append(_Pair(value, there, pair.given))
        elif any(isinstance(some, ast.stmt) for some in (*value, *there)):
            found += _aligned(both, value, there, isinstance(one, ast.Module))
        elif len(value) == len(there):
            found += [_Pair(mine, its, pair.given) for mine, its in zip(value, there, strict=True)]
        else:
            return None
    return found


def _inlined(both: _Both, node: ast.AST) -> _Substituted | None:
    """What a use of the name gives to its parameters; None where this is no use."""
    said = node.func if isinstance(node, ast.Call) and both.body.parameters is not None else node
    if both.body.parameters is not None and not isinstance(node, ast.Call):
        return None
    if not isinstance(said, (ast.Name, ast.Attribute)) or not isinstance(said.ctx, ast.Load):
        return None
    if _meaning(both.worlds[0], both.sources[0], both.was, said) != frozenset({both.body.place}):
        return None
    return given(both.worlds[0], both.sources[0], both.was[id(node)], both.body) if isinstance(node, ast.Call) else {}


def _meaning(world: World, source: Source, heres: Mapping[int, Here], node: ast.expr) -> Meaning:
    here = heres[id(node)]
    return world.expression(source, node, here.scope, here.hidden)


def _means_the_same(both: _Both, pair: _Pair) -> bool:
    """Does a name, or an attribute, mean what it meant, and is it no use that is left?"""
    one, other = pair.one, pair.other
    if not isinstance(one, (ast.Name, ast.Attribute)) or not isinstance(other, (ast.Name, ast.Attribute)):
        return True
    now = _meaning(both.worlds[1], both.sources[1], both.now, other)
    if pair.given is None:
        was = _meaning(both.worlds[0], both.sources[0], both.was, one)
    else:
        was = _meaning(both.worlds[0], both.worlds[0].sources[both.body.place[0]], both.origin, one)
    if not was and isinstance(one, ast.Attribute):
        return True  # of a parameter, or of what stood for a value; what it is of is compared
    known = pair.given is None or (bool(was) and not any("~" in inner for _, inner in was))
    return was == now and known and both.body.place not in was


def _aligned(both: _Both, old: Sequence[ast.stmt], new: Sequence[ast.stmt], top: bool) -> list[_Pair]:
    """The statements of two blocks in pairs, without the definition that goes and imports that come or go with it.

    A pair without its second node where others come or go, or where an import would come after what may need it.
    """
    wanted = [one for one in _items(both, old, True) if one is not both.body.statement]
    found: list[_Pair] = []
    at = 0
    for item in _items(both, new, False):
        mine = wanted[at] if at < len(wanted) else ()
        if isinstance(item, tuple) and item != mine:
            if not top or not all(isinstance(one, tuple) or _is_text(one) for one in wanted[:at]):
                return [_Pair(_nearest(old, wanted, at), None)]
            continue
        if isinstance(item, ast.stmt):
            if not isinstance(mine, ast.stmt):
                return [_Pair(_nearest(old, wanted, at), None)]
            found.append(_Pair(mine, item))
        at += 1
    return found if at == len(wanted) else [_Pair(_nearest(old, wanted, at), None)]


def _nearest(old: Sequence[ast.stmt], wanted: Sequence[_Item], at: int) -> ast.stmt:
    """The last statement of a block up to an item of it."""
    return next((one for one in wanted[: at + 1][::-1] if isinstance(one, ast.stmt)), old[0])


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _items(both: _Both, statements: Sequence[ast.stmt], before: bool) -> Iterator[_Item]:
    for one in statements:
        if isinstance(one, ast.ImportFrom):
            for alias in one.names:
                place = both.worlds[0].from_import(one, alias.name, both.sources[0].path) if before else frozenset()
                if place != frozenset({both.body.place}):
                    yield one.module, one.level, alias.name, alias.asname
        elif isinstance(one, ast.Import):
            for alias in one.names:
                yield alias.name, alias.asname
        else:
            yield one
