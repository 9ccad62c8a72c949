"""Does a node have this shape? Every way in which it does, lazily, so that conditions may choose among them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from codemods.pattern.captures import DOUBT, Capture, File, Found, bound
from codemods.pattern.language import Meta
from codemods.pattern.lists import pairs, parameters
from codemods.pattern.shapes import Arguments, Constant, Decorators, Dotted, Member, Node, Row, Shape, dotted
from engine import BUILTINS

_BLOCKS = frozenset({"body", "orelse", "finalbody"})


def match(shape: Shape, value: Any, found: Found, file: File) -> Iterator[Found]:
    """What the metavariables hold, for each way in which `value` has this shape."""
    kind = type(shape)
    if kind is Meta:
        if value is not None and (after := bound(found, shape.name, Capture((located(value),)))) is not None:  # type: ignore[union-attr]
            yield after
    elif kind is Node:
        if type(value) is shape.kind:  # type: ignore[union-attr]
            yield from _fields(shape, value, 0, found, file)  # type: ignore[arg-type]
    elif kind is Dotted:
        yield from _named(shape.name, value, found, file)  # type: ignore[union-attr]
    elif kind is Member:
        yield from _member(shape, value, found, file)  # type: ignore[arg-type]
    elif kind is Constant:
        if type(value) is ast.Constant and _equal(shape.value, value.value):  # type: ignore[union-attr]
            yield found
    elif kind is Row:
        if type(value) is list:
            yield from sequence(shape.parts, value, found, file)  # type: ignore[union-attr]
    elif type(value) is kind and value == shape:
        yield found


def located(value: Any) -> Any:
    """What is captured, with a place: an item of a `with` has none of its own."""
    if type(value) is not ast.withitem:
        return value
    if value.optional_vars is None:
        return value.context_expr
    for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        setattr(value, name, getattr(value.optional_vars if name.startswith("end") else value.context_expr, name))
    return value


def _equal(one: object, other: object) -> bool:
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _fields(shape: Node, node: ast.AST, index: int, found: Found, file: File) -> Iterator[Found]:
    if index == len(shape.fields):
        yield found
        return
    name, inner = shape.fields[index]
    for after in _field(name, inner, node, found, file):
        yield from _fields(shape, node, index + 1, after, file)


def _field(name: str, inner: Shape, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    if name == "*arguments":
        return _arguments(inner, node, found, file)  # type: ignore[arg-type]
    if name == "*pairs":
        return sequence(inner.parts, pairs(node), found, file)  # type: ignore[union-attr, arg-type]
    if name == "*parameters":
        return sequence(inner.parts, parameters(node), found, file)  # type: ignore[union-attr, arg-type]
    value = getattr(node, name, None)
    if isinstance(inner, Decorators):
        return _among(inner.parts, value or [], found, file)
    if isinstance(inner, Row) and type(value) is list:
        if name in _BLOCKS and bool(inner.parts) != bool(value):
            return iter(())  # an `else:` that is written must be there
        return sequence(inner.parts, value, found, file, (node, name))
    return match(inner, value, found, file)


def sequence(
    parts: Sequence[Shape],
    values: Sequence[Any],
    found: Found,
    file: File,
    owner: tuple[ast.AST, str] | None = None,
    at: int = 0,
    whole: bool = True,
) -> Iterator[Found]:
    """`values` from the index `at` on have these shapes, in order; all of them, or with `whole` false the first ones."""
    if not parts:
        if not whole or at == len(values):
            yield found
        return
    first, rest = parts[0], parts[1:]
    if isinstance(first, Meta) and first.many:
        lowest = len(values) if not rest else at
        for end in range(lowest, len(values) + 1):
            node, field = owner or (None, "")
            after = bound(found, first.name, Capture(tuple(map(located, values[at:end])), True, node, field, at))
            if after is not None:
                yield from sequence(rest, values, after, file, owner, end, whole)
    elif at < len(values):
        for after in match(first, values[at], found, file):
            yield from sequence(rest, values, after, file, owner, at + 1, whole)


def _among(parts: Sequence[Shape], values: Sequence[Any], found: Found, file: File) -> Iterator[Found]:
    """`values` hold these shapes in this order, perhaps with others between."""
    if not parts:
        yield found
        return
    for index, value in enumerate(values):
        for after in match(parts[0], value, found, file):
            yield from _among(parts[1:], values[index + 1 :], after, file)


def _arguments(shape: Arguments, node: ast.Call | ast.ClassDef, found: Found, file: File) -> Iterator[Found]:
    given = node.args if isinstance(node, ast.Call) else node.bases
    rest = shape.rest
    if rest is None:
        if len(node.keywords) == len(shape.keywords):
            for after in sequence(shape.positional, given, found, file):
                yield from (one for one, _ in _keywords(shape.keywords, node.keywords, after, file))
        return
    held = Meta("*", True)  # what is left over joins it before it is bound
    last = max(index for index, part in enumerate(shape.positional) if part == rest)
    positional = (*shape.positional[:last], held, *shape.positional[last + 1 :])
    for after in sequence(positional, given, found, file):
        taken = after["*"].nodes
        before = {name: capture for name, capture in after.items() if name != "*"}
        for one, left in _keywords(shape.keywords, node.keywords, before, file):
            nodes = sorted([*taken, *left], key=lambda part: (part.lineno, part.col_offset))  # type: ignore[union-attr]
            if (done := bound(one, rest.name, Capture(tuple(nodes), True))) is not None:
                yield done


def _keywords(
    shapes: Sequence[Shape], keywords: Sequence[ast.keyword], found: Found, file: File
) -> Iterator[tuple[Found, Sequence[ast.keyword]]]:
    """Each shape takes one keyword, in any order; what they hold, and the keywords left over."""
    if not shapes:
        yield found, keywords
        return
    for index, keyword in enumerate(keywords):
        for after in match(shapes[0], keyword, found, file):
            yield from _keywords(shapes[1:], [*keywords[:index], *keywords[index + 1 :]], after, file)


# -- names -------------------------------------------------------------------------------


def _named(name: str, node: Any, found: Found, file: File) -> Iterator[Found]:
    """A name of the pattern: what it stands for where it is a builtin or begins with a module, else its spelling."""
    kind = type(node)
    if kind is not ast.Name and kind is not ast.Attribute:
        return
    last = name.rpartition(".")[2]
    word = node.id if kind is ast.Name else node.attr
    if word != last and (kind is not ast.Name or word not in file.aliases(last)):
        return
    spelled = dotted(node) == name
    if kind is ast.Name and not isinstance(node.ctx, ast.Load):
        if spelled:
            yield found
        return
    if name not in BUILTINS and not file.means_module(name):
        if spelled or file.source.names.qualified(node) == name:
            yield found
        return
    meaning = file.source.names.qualified(node)
    if meaning in (name, f"builtins.{name}"):
        yield found
    elif meaning is None and ((spelled and _unclear(node, name, file)) or _starred(node, name, file)):
        yield {DOUBT: Capture((node,)), **found}


def _member(shape: Member, node: Any, found: Found, file: File) -> Iterator[Found]:
    """`subprocess.$F`: where that is a module, whatever the file calls it or what it holds; else the spelling."""
    root, last = shape.parts[0], shape.parts[-1]
    if not file.means_module(f"{root}."):
        yield from match(shape.spelled, node, found, file)
        return
    kind = type(node)
    if kind is not ast.Attribute and (kind is not ast.Name or not isinstance(node.ctx, ast.Load)):
        return
    word = node.id if kind is ast.Name else node.attr
    if isinstance(last, str) and word != last and (kind is not ast.Name or word not in file.aliases(last)):
        return
    meaning, spelled = file.source.names.qualified(node), dotted(node)
    parts = (meaning or spelled).split(".")
    if len(parts) != len(shape.parts) or (meaning is None and not _unclear(node, spelled, file)):
        return
    after: Found | None = found if meaning else {DOUBT: Capture((node,)), **found}
    for want, part in zip(shape.parts, parts, strict=True):
        if after is not None:
            same_part = after if want == part else None
            after = bound(after, want.name, Capture((part,))) if isinstance(want, Meta) else same_part
    if after is not None:
        yield after


def _unclear(node: ast.expr, name: str, file: File) -> bool:
    """May the name stand for this after all: one of several meanings, or what a star import brings?"""
    root, names = node, file.source.names
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or names.is_inner(root):
        return False  # of the latter a lambda or a comprehension says what it is
    bindings = names.lookup(root.id, names.scope_at(root))
    if bindings is None:
        return names.has_star_import
    return any(one.target and (one.target == name or name.startswith(f"{one.target}.")) for one in bindings)


def _starred(node: Any, name: str, file: File) -> bool:
    """May an import of `*` from just this module bring the name, which nothing else in the file binds?"""
    module, _, word = name.rpartition(".")
    names = file.source.names
    is_brought = isinstance(node, ast.Name) and not word.startswith("_") and module in file.starred
    return is_brought and not names.is_inner(node) and names.lookup(node.id, names.scope_at(node)) is None


# -- a first look ------------------------------------------------------------------------


def first_look(shape: Shape) -> Callable[[Any], bool] | None:
    """A cheap test that every node of this shape passes; None where there is none."""
    if isinstance(shape, (Dotted, Member)):
        return lambda value: type(value) is ast.Name or type(value) is ast.Attribute
    if isinstance(shape, Constant):
        wanted = shape.value
        return lambda value: type(value) is ast.Constant and _equal(value.value, wanted)
    if not isinstance(shape, Node):
        return None
    kind = shape.kind
    texts = [(name, inner) for name, inner in shape.fields if isinstance(inner, str)]
    inner_looks = [
        (name, look) for name, inner in shape.fields if not name.startswith("*") and (look := first_look(inner)) is not None
    ]

    def look_at(value: Any) -> bool:
        return (
            type(value) is kind
            and all(getattr(value, name) == text for name, text in texts)
            and all(look(getattr(value, name)) for name, look in inner_looks)
        )

    return look_at
