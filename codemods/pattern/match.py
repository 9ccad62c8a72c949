"""Does a node have this shape? Every way in which it does, lazily, so that conditions may choose among them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from codemods.pattern.captures import DOUBT, FREE, SORT, TAKEN, Capture, File, Found, bound, noted
from codemods.pattern.language import Meta
from codemods.pattern.lists import Called, arguments, pairs, parameters, position
from codemods.pattern.named import named, unclear
from codemods.pattern.shapes import Arguments, Constant, Decorators, Dotted, Member, Node, Row, Shape, Sort, dotted

Owner = tuple[ast.AST, str] | None  # whose list it is that is looked at, and the name of its field
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
        yield from named(shape.name, value, found, file)  # type: ignore[union-attr]
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
    if isinstance(inner, Sort):
        sort: str = node.sort  # type: ignore[attr-defined]
        is_said = sort == inner.written
        return iter([noted(found, SORT, () if is_said else (node,))] if is_said or sort in inner.others else ())
    value = getattr(node, name, None)
    if isinstance(inner, Decorators):
        return _decorators(inner.parts, value or [], inner.loose, found, file)
    if isinstance(inner, Row) and type(value) is list:
        if name in _BLOCKS and bool(inner.parts) != bool(value):
            return iter(())  # an `else:` that is written must be there
        return sequence(inner.parts, value, found, file, (node, name))
    return match(inner, value, found, file)


def sequence(
    parts: Sequence[Shape], values: Sequence[Any], found: Found, file: File, owner: Owner = None, at: int = 0, whole: bool = True
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


def _decorators(parts: Sequence[Shape], values: Sequence[ast.expr], loose: bool, found: Found, file: File) -> Iterator[Found]:
    """`values` have these shapes in this order; where that is `loose`, perhaps with others between. It is noted which."""
    if not parts:
        if loose or not values:
            yield noted(found, FREE, values)
        return
    first = parts[0]
    if isinstance(first, Meta) and first.many:
        for end in range(0 if parts[1:] else len(values), len(values) + 1):
            held = values[:end]
            if (after := bound(found, first.name, Capture(tuple(held), True))) is not None:
                kind = FREE if first.name == "_" else TAKEN
                yield from _decorators(parts[1:], values[end:], loose, noted(after, kind, held), file)
        return
    for index, value in enumerate(values if loose else values[:1]):
        for after in match(first, value, noted(found, FREE, values[:index]), file):
            yield from _decorators(parts[1:], values[index + 1 :], loose, noted(after, TAKEN, (value,)), file)


def _arguments(shape: Arguments, node: Called, found: Found, file: File) -> Iterator[Found]:
    given, keywords = arguments(node)
    rest = shape.rest
    if shape.before is not None:
        yield from _around_keywords(shape, node, found, file)
        return
    if rest is None:
        if len(keywords) == len(shape.keywords):
            for after in sequence(shape.positional, given, found, file):
                yield from (one for one, _ in _keywords(shape.keywords, keywords, after, file))
        return
    held = Meta("*", True)  # what is left over joins it before it is bound
    last = max(index for index, part in enumerate(shape.positional) if part == rest)
    positional = (*shape.positional[:last], held, *shape.positional[last + 1 :])
    for after in sequence(positional, given, found, file):
        taken = after["*"].nodes
        before = {name: capture for name, capture in after.items() if name != "*"}
        for one, left in _keywords(shape.keywords, keywords, before, file):
            if left and rest.name != "_" and isinstance(node, ast.MatchClass):
                continue  # nothing says where the keyword of a pattern stands
            nodes = sorted([*taken, *left], key=position)
            if (done := bound(one, rest.name, Capture(tuple(nodes), True))) is not None:
                yield done


def _around_keywords(shape: Arguments, node: Called, found: Found, file: File) -> Iterator[Found]:
    """Of `f($$$A, k=1, $$$B)`: what stands before the keywords is for `$$$A`, and what stands behind the first is for `$$$B`."""
    before, rest = shape.before, shape.rest
    assert before is not None and rest is not None
    given, keywords = arguments(node)
    for held, left in _keywords(shape.keywords, keywords, found, file):
        first = min(position(one) for one in keywords if one not in left)
        early, late = ([one for one in left if (position(one) > first) is behind] for behind in (False, True))
        front = [one for one in given if position(one) < first]
        late = sorted([*late, *given[len(front) :]], key=position)
        last = max(index for index, part in enumerate(shape.positional) if part == before)
        parts = (*shape.positional[:last], Meta("*", True), *shape.positional[last + 1 :])
        for one in sequence(parts, front, held, file):
            nodes = (*one["*"].nodes, *early)
            after = bound({name: capture for name, capture in one.items() if name != "*"}, before.name, Capture(nodes, True))
            if after is not None and (done := bound(after, rest.name, Capture(tuple(late), True))) is not None:
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
    if len(parts) != len(shape.parts) or (meaning is None and not unclear(node, spelled, file)):
        return
    after: Found | None = found if meaning else {DOUBT: Capture((node,)), **found}
    for want, part in zip(shape.parts, parts, strict=True):
        if after is not None:
            same_part = after if want == part else None
            after = bound(after, want.name, Capture((part,))) if isinstance(want, Meta) else same_part
    if after is not None:
        yield after


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
