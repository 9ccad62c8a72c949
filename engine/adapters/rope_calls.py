"""The calls of a function whose parameters change: rewritten where names tell what is called, and judged all. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.adapters.rope_options import Parameter
from engine.adapters.rope_said import Here, called, implicit, nodes
from engine.adapters.rope_signature import Signature
from engine.adapters.rope_world import World
from engine.edits import apply_edits
from engine.model import Edit, RewrightError
from engine.source import Source
from engine.walk import children

_LEAVES = (str, bytes, int, float, complex, type(None), type(...))
_Calls = Mapping[int, bool]  # the id of a node that is such a call, to: is the first argument given by itself?


def rewritten(world: World, path: str, asked: Signature) -> str:
    """The text of a file in which the calls that names tell to be of the function give what they gave, to the new parameters."""
    source, scope = world.sources[path], world.scope(asked.place)
    assert scope is not None
    sure = {
        id(here.node): implicit(world, source, here, scope)
        for here in nodes(source)
        if isinstance(here.node, ast.Call) and asked.place in called(world, source, here)
    }
    return apply_edits(source.text, _edits(source, [source.tree], sure, asked)) if sure else source.text


def _edits(source: Source, within: Sequence[ast.AST], sure: _Calls, asked: Signature) -> Iterator[Edit]:
    """The edits of the outermost such calls, which hold what becomes of those in them."""
    stack = list(within)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call) and id(node) in sure and (text := _call(source, node, sure, asked)) is not None:
            yield source.edit(source.start(node), source.end(node), text)
        else:
            stack += children(node)


def _text(source: Source, node: ast.AST, sure: _Calls, asked: Signature) -> str:
    start = source.start(node)
    edits = [Edit(one.path, one.start - start, one.end - start, one.text) for one in _edits(source, [node], sure, asked)]
    text = apply_edits(source.segment(node), edits)
    return f"({text})" if isinstance(node, (ast.NamedExpr, ast.Yield, ast.YieldFrom)) else text


def _call(source: Source, call: ast.Call, sure: _Calls, asked: Signature) -> str | None:
    """The new text of a call; None where its own arguments stay as they are."""
    given = sure[id(call)]
    was = None if _is_starred(call) else _bound(call, asked.old, given)
    if was is None:
        return None
    by_place = {id(one) for one in call.args}
    first: list[tuple[str, str]] = []
    named: list[tuple[str, str]] = []
    skipped = False
    for one in [one for one in asked.new if not one.stars][1 if given else 0 :]:
        node = was.get(one.name)
        text = asked.values.get(one.name) if node is None else _text(source, node, sure, asked)
        skipped = skipped or text is None or (node is not None and id(node) not in by_place)
        if text is not None:
            (named if skipped else first).append((one.name, text))
    more = [(key, _text(source, node, sure, asked)) for key, node in was.items() if key.startswith("*")]
    first += [one for one in more if not one[0].startswith("**")]
    named += [(key.removeprefix("**"), text) for key, text in more if key.startswith("**")]
    old = [(one.arg, id(one.value)) for one in call.keywords]
    kept = [(key, id(was.get(key, was.get(f"**{key}")))) for key, _ in named]
    if old == kept and [id(one) for one in call.args] == [id(was.get(key)) for key, _ in first]:
        return None
    said = ", ".join([*(text for _, text in first), *(f"{key}={text}" for key, text in named)])
    return f"{_text(source, call.func, sure, asked)}({said})"


def require_known_calls(world: World, paths: Collection[str], asked: Signature) -> None:
    """Raises RewrightError for a call whose arguments nobody can tell, where they would have to change."""
    for path in sorted(paths):
        for here in nodes(world.sources[path]):
            node = here.node
            if isinstance(node, ast.Call) and _is_starred(node) and asked.place in called(world, world.sources[path], here):
                raise RewrightError(
                    f"rope: {path} line {node.lineno} calls {asked.name} with * or **, so nobody can tell what it gives to which "
                    "parameter; write it out first"
                )


def _is_starred(call: ast.Call) -> bool:
    return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)


def require_calls(before: World, after: World, paths: Collection[str], asked: Signature) -> None:
    """Raises RewrightError at the first call that does not give the new parameters what it gave to the old ones, and for
    anything else that differs."""
    for path in sorted(paths):
        old, new = before.sources[path], after.sources[path]
        was = {id(here.node): here for here in nodes(old)}
        now = {id(here.node): here for here in nodes(new)}
        work: list[tuple[ast.AST, ast.AST]] = [(old.tree, new.tree)]
        while work:
            one, other = work.pop()
            pairs = _pairs(before, after, (was.get(id(one)), now.get(id(other))), (one, other), asked, (old, new))
            if pairs is None:
                line = getattr(one, "lineno", 1)
                raise RewrightError(
                    f"rope: {path} line {line} would not give {asked.name} what it is to get: rope does not see this call, or "
                    "gets it wrong; write it another way first, by the function's own name"
                )
            work += pairs


_Pairs = list[tuple[ast.AST, ast.AST]]


def _pairs(
    before: World,
    after: World,
    heres: tuple[Here | None, Here | None],
    both: tuple[ast.AST, ast.AST],
    asked: Signature,
    sources: tuple[Source, Source],
) -> _Pairs | None:
    """What is left to compare of two nodes; None when they differ."""
    one, other = both
    if type(one) is not type(other):
        return None
    scope, changed = before.scope(asked.place), after.scope(asked.place)
    if scope is not None and changed is not None and one is scope.node and other is changed.node:
        named = ("body", "decorator_list")
        return [pair for field in named for pair in zip(getattr(one, field), getattr(other, field), strict=False)]
    if isinstance(one, ast.Call) and isinstance(other, ast.Call) and heres[0] and heres[1] and scope is not None:
        sure = asked.place in called(before, sources[0], heres[0])
        maybe = isinstance(one.func, ast.Attribute) and one.func.attr == asked.name and ast.dump(one) != ast.dump(other)
        if sure or maybe:
            given = implicit(before, sources[0], heres[0], scope)
            return _arguments(one, other, asked, given)
    return _plain_pairs(one, other)


def _plain_pairs(one: ast.AST, other: ast.AST) -> _Pairs | None:
    mine, theirs = children(one), children(other)
    for field, value in ast.iter_fields(one):
        if isinstance(value, _LEAVES) and value != getattr(other, field):
            return None
    return list(zip(mine, theirs, strict=True)) if len(mine) == len(theirs) else None


def _arguments(one: ast.Call, other: ast.Call, asked: Signature, given: bool) -> _Pairs | None:
    if _is_starred(one):
        return _plain_pairs(one, other) if asked.kept_in_order else None
    was, now = _bound(one, asked.old, given), _bound(other, asked.new, given)
    if was is None:
        return _plain_pairs(one, other)  # it is wrong already
    names = {one.name for one in asked.new}
    expected: dict[str, ast.AST] = {key: value for key, value in was.items() if key in names or key.startswith("*")}
    expected |= {key: ast.parse(text, mode="eval").body for key, text in asked.values.items()}
    needed = [one.name for one in asked.new[1 if given else 0 :] if not one.default and not one.stars]
    if now is None or expected.keys() != now.keys() or not set(needed) <= now.keys():
        return None
    return [(one.func, other.func), *((expected[key], now[key]) for key in expected)]


def _bound(call: ast.Call, parameters: Sequence[Parameter], given: bool) -> dict[str, ast.expr] | None:
    """Parameter to the argument that it gets; None when that is not to be told. `given`: the first one comes by itself."""
    names = [one.name for one in parameters if not one.stars][1 if given else 0 :]
    stars = {one.stars for one in parameters}
    bound: dict[str, ast.expr] = {}
    for number, value in enumerate(call.args):
        if number >= len(names) and "*" not in stars:
            return None
        bound[names[number] if number < len(names) else f"*{number - len(names)}"] = value
    for one in call.keywords:
        key = one.arg if one.arg in names else f"**{one.arg}"
        if one.arg is None or key in bound or (key not in names and "**" not in stars):
            return None
        bound[key] = one.value
    return bound
