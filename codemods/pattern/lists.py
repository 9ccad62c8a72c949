"""What `ast` keeps in several lists as one: parameters with their defaults, the entries of a dict display, keyword patterns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, TypeVar

_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")

P = TypeVar("P", bound=ast.AST)


class Parameter(ast.AST):
    """One parameter with its default; `ast` keeps them apart. `sort`: "pos", "", "key", "*" or "**"."""

    _fields = ("sort", "arg", "default")
    _attributes = _PLACE
    sort: str
    arg: ast.arg
    default: ast.expr | None


class Pair(ast.AST):
    """One entry of a dict display. The key is None for `**other`."""

    _fields = ("key", "value")
    _attributes = _PLACE
    key: ast.expr | None
    value: ast.expr


def parameters(node: ast.arguments) -> list[Parameter]:
    """The parameters in order, each with its default."""
    plain = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(node.defaults)) + list(node.defaults)
    first = len(node.posonlyargs)
    found = [
        _parameter("" if index >= first else "pos", arg, default)
        for index, (arg, default) in enumerate(zip(plain, defaults, strict=True))
    ]
    found += [_parameter("*", node.vararg, None)] if node.vararg else []
    found += [_parameter("key", arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    return found + ([_parameter("**", node.kwarg, None)] if node.kwarg else [])


def _parameter(sort: str, arg: ast.arg, default: ast.expr | None) -> Parameter:
    found = Parameter()
    found.sort, found.arg, found.default = sort, arg, default
    return _placed(found, arg, default or arg, sort.count("*"))


def _placed(made: P, first: ast.AST, last: ast.AST, stars: int) -> P:
    for name in _PLACE:
        setattr(made, name, getattr(last if name.startswith("end") else first, name))
    made.col_offset -= stars  # type: ignore[attr-defined]
    return made


def sorts_spelled(texts: Sequence[str], nodes: Sequence[ast.AST | str]) -> tuple[str, ...]:
    """The texts of what a `$$$` holds; parameters also behind the `*`, and before the `/`, that says how they are passed."""
    first, last = nodes[0], nodes[-1]
    fronts = ("", "*, ") if isinstance(first, Parameter) and first.sort == "key" else ("",)
    ends = ("", ", /") if isinstance(last, Parameter) and last.sort == "pos" else ("",)
    return tuple(f"{front}{text}{end}" for text in texts for front in fronts for end in ends)


def pairs(node: ast.Dict) -> list[Pair]:
    """The entries of a dict display, in order."""
    found = []
    for key, value in zip(node.keys, node.values, strict=True):
        made = Pair()
        made.key, made.value = key, value
        found.append(_placed(made, key or value, value, 0 if key else 2))
    return found


def position(node: Any) -> tuple[int, int]:
    """The line, 1-based, and the column, in bytes and 0-based, where a node begins."""
    return node.lineno, node.col_offset


Called = ast.Call | ast.ClassDef | ast.MatchClass


def arguments(node: Called) -> tuple[list[ast.expr] | list[ast.pattern], list[ast.keyword]]:
    """What a call, class or class pattern says by place, and by keyword. A keyword pattern is placed where its pattern is."""
    if not isinstance(node, ast.MatchClass):
        return node.args if isinstance(node, ast.Call) else node.bases, node.keywords
    said = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    return node.patterns, [_placed(ast.keyword(arg=name, value=value), value, value, 0) for name, value in said]  # type: ignore[call-overload]
