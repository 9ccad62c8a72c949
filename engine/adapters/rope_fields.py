"""Fields of dataclasses and NamedTuples, which calls and patterns set by their name. Pure."""

from __future__ import annotations

import ast

from engine.adapters.rope_said import Here, nodes
from engine.adapters.rope_scopes import cut
from engine.adapters.rope_world import Place, World
from engine.model import RewrightError
from engine.source import Source

_MAKERS = {("", "dataclasses.dataclass"), ("", "typing.NamedTuple")}
_CHANGING = frozenset({"replace", "_replace", "evolve"})


def is_field(world: World, place: Place) -> bool:
    """Is it said with an annotation in a dataclass or a NamedTuple, so that a call of the class sets it by its name?"""
    around, name = cut(place[1])
    scope = world.scope((place[0], around))
    node = scope.node if scope is not None else None
    if scope is None or not isinstance(node, ast.ClassDef):
        return False
    decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    source, outside = world.sources[place[0]], scope.parent or scope
    makers = {maker for one in (*decorators, *node.bases) for maker in world.expression(source, one, outside)}
    return _is_annotated(node, name) and bool(makers & _MAKERS)


def _is_annotated(node: ast.AST, name: str) -> bool:
    body = getattr(node, "body", ())
    return any(isinstance(one, ast.AnnAssign) and getattr(one.target, "id", "") == name for one in body)


def require_not_set_by_name(world: World, place: Place) -> None:
    """Raises RewrightError where `replace(it, field=1)` or `case Class(field=1)` names what is to be renamed in a class."""
    around, name = cut(place[1])
    holder = world.scope((place[0], around))
    annotated = holder is not None and _is_annotated(holder.node, name)
    for path, source in sorted(world.sources.items()):
        if name in source.text and ("match" in source.text or any(one in source.text for one in _CHANGING)):
            for here in nodes(source):
                if (annotated and _changes(here.node, name)) or _is_case(world, source, here, place):
                    raise RewrightError(
                        f"rope: {path} line {here.node.lineno} sets {name} by its name, and rope leaves that; "  # type: ignore[attr-defined]
                        "change it yourself with the field, or write this line another way first"
                    )


def _changes(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    said = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return said in _CHANGING and any(one.arg == name for one in node.keywords)


def _is_case(world: World, source: Source, here: Here, place: Place) -> bool:
    node = here.node
    name = cut(place[1])[1]
    if not isinstance(node, ast.MatchClass) or name not in node.kwd_attrs:
        return False
    known = world.expression(source, node.cls, here.scope, here.hidden)
    return not known or any(place in world.attribute(one, name) for one in known)
