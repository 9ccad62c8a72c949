"""A template's tree with what was captured in the place of each metavariable: what the new text must parse to."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from codemods.pattern.captures import Capture
from codemods.pattern.language import Meta, meta_of
from codemods.pattern.lists import Pair, Parameter, pairs, parameters
from codemods.pattern.shapes import metavariable
from engine import SliceError

Grown = Callable[[ast.AST], ast.AST]  # a captured node, with what is rewritten inside it
_NO = SliceError("not-as-meant", "what was captured cannot stand where the replacement puts it")


def substituted(node: ast.AST, held: Mapping[str, Capture], grown: Grown, spoken: Mapping[int, str]) -> ast.AST:
    """The template's node with captures put in. `spoken`: the id of a node that is said otherwise in this file, and how.

    Raises SliceError where a capture does not fit.
    """
    if id(node) in spoken:
        return ast.parse(spoken[id(node)], mode="eval").body
    meta = metavariable(node)
    if meta is not None:
        found = _many(node, meta, held, grown)
        if len(found) != 1:
            raise _NO
        return found[0]
    if isinstance(node, ast.arguments):
        return _arguments(_list(parameters(node), held, grown, spoken))
    made = copy.copy(node)
    if isinstance(node, ast.Dict):
        entries = [one for one in _list(pairs(node), held, grown, spoken) if isinstance(one, Pair)]
        made.keys, made.values = [one.key for one in entries], [one.value for one in entries]  # type: ignore[attr-defined]
        return made
    if isinstance(node, (ast.Call, ast.ClassDef)):
        _call(node, made, held, grown, spoken)
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(node, (ast.Call, ast.ClassDef)) and name in ("args", "bases", "keywords"):
            continue
        if isinstance(value, list):
            setattr(made, name, _list(value, held, grown, spoken))
        elif isinstance(value, ast.AST):
            setattr(made, name, substituted(value, held, grown, spoken))
        elif isinstance(value, str) and (meta := meta_of(value)) is not None:
            setattr(made, name, identifier(held[meta.name]))
    return made


def _list(values: Sequence[Any], held: Mapping[str, Capture], grown: Grown, spoken: Mapping[int, str]) -> list[Any]:
    out: list[Any] = []
    for value in values:
        if isinstance(value, ast.AST) and (meta := metavariable(value)) is not None:
            out += _many(value, meta, held, grown)
        elif isinstance(value, ast.AST):
            out.append(substituted(value, held, grown, spoken))
        elif isinstance(value, str) and (meta := meta_of(value)) is not None:
            out.append(identifier(held[meta.name]))
        else:
            out.append(value)
    if not out and any(isinstance(value, ast.stmt) for value in values):
        return [ast.Pass()]
    return out


def _many(place: ast.AST, meta: Meta, held: Mapping[str, Capture], grown: Grown) -> list[ast.AST]:
    """What a metavariable holds, as it stands where `place` stood."""
    out: list[ast.AST] = []
    for node in held[meta.name].nodes:
        one: ast.AST = ast.Name(node, ast.Load()) if isinstance(node, str) else grown(node)
        if isinstance(place, ast.stmt) and isinstance(one, ast.expr):
            one = ast.Expr(one)
        elif isinstance(place, ast.expr) and isinstance(one, ast.Expr):
            one = one.value
        elif isinstance(place, ast.expr) and isinstance(one, (ast.arg, Parameter)):
            one = ast.Name(identifier(Capture((one,))), ast.Load())
        elif isinstance(place, ast.alias) and isinstance(one, ast.Name):
            one = ast.alias(one.id, None)
        elif isinstance(place, ast.withitem) and isinstance(one, ast.expr):
            one = ast.withitem(one, None)
        elif isinstance(place, ast.MatchAs) and isinstance(one, ast.Name):
            one = ast.MatchAs(None, one.id)
        elif isinstance(place, Parameter) and isinstance(one, ast.Name):
            one = parameters(ast.arguments([], [ast.arg(one.id, None, lineno=1, col_offset=0)], None, [], [], None, []))[0]
        elif isinstance(place, Parameter) and isinstance(one, Parameter) and (place.sort, one.sort) == ("key", ""):
            one = copy.copy(one)  # it stands behind a `*` now
            one.sort = "key"
        out.append(one)
    return out


def identifier(capture: Capture) -> str:
    """The plain name that a capture is. Raises SliceError `not-as-meant`."""
    node = capture.nodes[0] if len(capture.nodes) == 1 else None
    if isinstance(node, Parameter) and node.default is None:
        node = node.arg
    if isinstance(node, ast.arg) and node.annotation is None:
        return node.arg
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.alias) and node.asname is None:
        return node.name
    if not isinstance(node, str):
        raise _NO
    return node


def _call(node: ast.Call | ast.ClassDef, made: Any, held: Mapping[str, Capture], grown: Grown, spoken: Mapping[int, str]) -> None:
    given: list[Any] = [*(node.args if isinstance(node, ast.Call) else node.bases), *node.keywords]
    given.sort(key=lambda part: (part.lineno, part.col_offset))
    out = _list(given, held, grown, spoken)
    positional = [one for one in out if not isinstance(one, ast.keyword)]
    setattr(made, "args" if isinstance(node, ast.Call) else "bases", positional)
    made.keywords = [one for one in out if isinstance(one, ast.keyword)]


def _arguments(given: Sequence[Any]) -> ast.arguments:
    made = ast.arguments([], [], None, [], [], None, [])
    for one in given:
        if not isinstance(one, Parameter):
            raise _NO
        if one.sort == "*":
            made.vararg = one.arg
        elif one.sort == "**":
            made.kwarg = one.arg
        elif one.sort == "key" or made.vararg is not None or made.kwonlyargs:
            made.kwonlyargs.append(one.arg)
            made.kw_defaults.append(one.default)
        else:
            (made.posonlyargs if one.sort == "pos" else made.args).append(one.arg)
            if one.default is not None:
                made.defaults.append(one.default)
    return made


def exchanged(node: ast.AST, grown: Mapping[ast.AST, ast.AST]) -> ast.AST:
    """A copy of a tree with other nodes in the places of some."""
    if node in grown:
        return grown[node]
    made = type(node)()
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(made, name, [exchanged(one, grown) if isinstance(one, ast.AST) else one for one in value])
        else:
            setattr(made, name, exchanged(value, grown) if isinstance(value, ast.AST) else value)
    return made
