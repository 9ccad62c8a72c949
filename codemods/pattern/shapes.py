"""A parsed pattern as shapes that are quick to compare: what it says, and nothing of what it leaves open."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.pattern.language import Meta, meta_of
from codemods.pattern.lists import Called, Pair, Parameter, arguments, pairs, parameters

_OPEN = frozenset({"ctx", "type_comment", "kind", "type_params", "simple", "type_ignores"})
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Dotted:
    """A plain or dotted name: compared by what it stands for."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, compared by type and value."""

    value: object


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a kind, its fields in the order in which they are best compared."""

    kind: type[ast.AST]
    fields: tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A list in order."""

    parts: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call or class: positional ones in order, keywords in any. `rest` takes what is left over.

    Of `f($$$A, k=1, $$$B)` each takes what stands on its side of the keywords: `before` is the `$$$` that does so on theirs.
    """

    positional: tuple[Shape, ...]
    keywords: tuple[Shape, ...]
    rest: Meta | None
    before: Meta | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """How a parameter is passed, as written; and how else it may be."""

    written: str
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class Decorators:
    """These decorators in this order; where they are `loose`, perhaps among others."""

    parts: tuple[Shape, ...]
    loose: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A dotted name with metavariables behind its first part: by what it stands for, where it begins with a module."""

    parts: tuple[str | Meta, ...]
    spelled: Node


Shape = Meta | Dotted | Member | Constant | Node | Row | Arguments | Decorators | Sort | str | int | None


def shape_of(node: object) -> Shape:
    """The shape of a pattern's node, list or plain value."""
    if isinstance(node, list):
        return Row(tuple(shape_of(part) for part in node))
    if isinstance(node, str):
        return meta_of(node) or node
    if not isinstance(node, ast.AST):
        return node  # type: ignore[return-value]  # None, or a number such as an import's level
    if (meta := metavariable(node)) is not None:
        return meta
    if isinstance(node, ast.Constant):
        return Constant(node.value)
    if isinstance(node, (ast.Name, ast.Attribute)) and (name := dotted(node)) and isinstance(node.ctx, ast.Load):
        return Dotted(name)
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and (parts := holed(node)):
        return Member(tuple(meta_of(part) or part for part in parts), Node(type(node), _fields(node)))
    return Node(type(node), _fields(node))


def _fields(node: ast.AST) -> tuple[tuple[str, Shape], ...]:
    found: list[tuple[str, Shape]] = []
    if isinstance(node, Called):
        found.append(("*arguments", _arguments(node)))
    if isinstance(node, ast.Dict):
        found.append(("*pairs", Row(tuple(map(shape_of, pairs(node))))))
    if isinstance(node, ast.arguments):
        found.append(("*parameters", Row(tuple(_parameters(node)))))
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _OPEN or _is_said_elsewhere(node, name) or (value is None and name in ("returns", "annotation")):
            continue
        if isinstance(node, Parameter) and name == "sort" and "*" not in node.sort:
            continue  # where it stands says how else it may be passed
        if name == "decorator_list":
            parts = tuple(map(shape_of, value or ()))
            many = any(isinstance(part, Meta) and part.many for part in parts)
            found.append((name, Decorators(parts, not many)))
            continue
        found.append((name, shape_of(value)))
    return tuple(sorted(found, key=lambda field: _price(field[1])))


def _parameters(node: ast.arguments) -> Iterator[Shape]:
    """Each parameter; a `$$$` before it may hold the `*`, and one behind it the `/`, that says how it is passed."""
    given = parameters(node)
    many = [index for index, one in enumerate(given) if (meta := metavariable(one)) is not None and meta.many]
    for index, one in enumerate(given):
        shape = shape_of(one)
        if isinstance(shape, Node) and "*" not in one.sort:
            others = ["key"] * any(at < index for at in many) + ["pos"] * any(at > index for at in many)
            others = ["pos", "", "key", "*", "**"] if meta_of(one.arg.arg) else others
            shape = Node(shape.kind, (("*sort", Sort(one.sort, frozenset(others))), *shape.fields))
        yield shape


def _is_said_elsewhere(node: ast.AST, name: str) -> bool:
    if isinstance(node, Called):
        return name in ("args", "keywords", "bases", "patterns", "kwd_attrs", "kwd_patterns")
    return isinstance(node, (ast.Dict, ast.arguments))


def _price(shape: Shape) -> int:
    """The cheap comparisons come first, and those that ask for the meaning of a name last."""
    if isinstance(shape, Node):
        return 2 if shape.fields else 0
    if isinstance(shape, (Dotted, Member)):
        return 4
    if isinstance(shape, Row):
        return 1 if all(isinstance(part, Node) and not part.fields for part in shape.parts) else 3
    return 3 if isinstance(shape, (Arguments, Decorators)) else 0


def _arguments(node: Called) -> Arguments:
    by_place, by_keyword = arguments(node)
    positional = [shape_of(part) for part in by_place]
    keywords = [shape_of(part) for part in by_keyword]
    rests = [part for part in keywords if isinstance(part, Meta) and part.many]
    named = tuple(part for part in keywords if part not in rests)
    places = [index for index, part in enumerate(positional) if isinstance(part, Meta) and part.many]
    if len(rests) == 1 and named and places:
        return Arguments(tuple(positional), named, rests[0], positional[places[-1]])  # type: ignore[arg-type]
    if rests:
        return Arguments((*positional, *rests), named, rests[-1])
    rest = positional[places[-1]] if places else None
    return Arguments(tuple(positional), named, rest)  # type: ignore[arg-type]


def metavariable(node: ast.AST) -> Meta | None:
    """The metavariable that stands for this whole node, if one does."""
    if isinstance(node, ast.Name):
        return meta_of(node.id)
    if isinstance(node, ast.Expr):
        return metavariable(node.value)
    if isinstance(node, ast.arg):
        return meta_of(node.arg) if node.annotation is None else None
    if isinstance(node, Parameter):
        inner = metavariable(node.arg) if "*" not in node.sort else None
        return inner if inner is not None and (node.default is None or inner.many) else None
    if isinstance(node, ast.keyword):
        inner = meta_of(node.arg) if node.arg else metavariable(node.value)
        return inner if inner is not None and inner.many else None
    if isinstance(node, Pair):
        inner = metavariable(node.value) if node.key is None else None
        return inner if inner is not None and inner.many else None
    if isinstance(node, ast.MatchAs):
        return meta_of(node.name) if node.pattern is None and node.name else None
    if isinstance(node, ast.alias):
        return meta_of(node.name) if node.asname is None else None
    if isinstance(node, ast.withitem):
        return metavariable(node.context_expr) if node.optional_vars is None else None
    return None


def dotted(node: ast.AST) -> str:
    """`a.b.c` as written; empty for anything else, and where a part of it is a metavariable."""
    parts = holed(node)
    return "" if any(map(meta_of, parts)) else ".".join(parts)


def holed(node: ast.AST) -> tuple[str, ...]:
    """The parts of `a.$B.c` as parsed; empty for anything else, and where the first part is a metavariable."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or meta_of(node.id) is not None:
        return ()
    return (node.id, *reversed(parts))


def same(one: object, other: object) -> bool:
    """Do two nodes say the same? Blind to layout, contexts and the spelling of literals."""
    stack = [(one, other)]
    while stack:
        left, right = stack.pop()
        if left is right:
            continue
        if isinstance(left, ast.AST):
            if type(left) is not type(right):
                return False
            stack += [(getattr(left, name, None), getattr(right, name, None)) for name in left._fields if name not in _OPEN]
        elif isinstance(left, list):
            if not isinstance(right, list) or len(left) != len(right):
                return False
            stack += zip(left, right, strict=True)
        elif type(left) is not type(right) or (left != right and repr(left) != repr(right)):
            return False
    return True
