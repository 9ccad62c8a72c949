"""A function's parameters as a rule wants them: its header, what is left to rope, and whether each call is right. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.adapters.rope_options import Parameter, parameter
from engine.adapters.rope_said import Here, called, implicit, nodes
from engine.adapters.rope_scopes import is_static
from engine.adapters.rope_world import Place, World
from engine.edits import apply_edits
from engine.model import RewrightError
from engine.source import Source
from engine.walk import children

_LEAVES = (str, bytes, int, float, complex, type(None), type(...))


@dataclass(frozen=True, slots=True)
class Signature:
    """A function, the parameters that it has and those that it gets, and what calls give to the new ones, as code."""

    place: Place
    old: tuple[Parameter, ...]
    new: tuple[Parameter, ...]
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.place[1].rpartition(".")[2]

    @property
    def kept_in_order(self) -> bool:
        """Are the parameters that there are the first of the new ones, and may calls leave out the others?"""
        old, new = ([one.name for one in some if not one.stars] for some in (self.old, self.new))
        added = [one for one in self.new if one.name not in old and not one.stars]
        return new[: len(old)] == old and all(one.default and one.name not in self.values for one in added)


def wanted(world: World, place: Place, options: Mapping[str, object]) -> Signature:
    """The signature that a rule asks for. Raises RewrightError for one that cannot be."""
    scope = world.scope(place)
    assert scope is not None
    source = world.sources[place[0]]
    args: ast.arguments = scope.node.args  # type: ignore[attr-defined]
    name = place[1].rpartition(".")[2]
    if args.posonlyargs or args.kwonlyargs:
        raise RewrightError(f"rope: the parameters of {name} cannot be changed: it has some that are positional or keyword only")
    old = [*_plain(source, args), *_starred(source, args)]
    said: Mapping[str, object] = options["rope"]  # type: ignore[assignment]
    asked = [parameter(text) for text in said["parameters"]]  # type: ignore[attr-defined]
    known = {(one.stars, one.name): one for one in old}
    if strange := [one for one in asked if one.stars and (one.stars, one.name) not in known]:
        raise RewrightError(f"rope: {name} has no {strange[0].stars}{strange[0].name}, and rope gives it none")
    new = [_merged(one, known.get((one.stars, one.name))) for one in asked if not one.stars]
    for before, after in pairwise(new):
        if before.default and not after.default:
            raise RewrightError(
                f"rope: {name}: {after.name} has no default and would stand behind {before.name}, which has one; put it first, "
                f"or give it one: '{after.name}=None'"
            )
    method = scope.parent is not None and scope.parent.is_class and not is_static(scope.node)
    if method and (not old or not new or new[0].name != old[0].name):
        raise RewrightError(f"rope: {name} is a method: its first parameter stays the first; name it among the parameters")
    added = {one.name for one in new} - {one.name for one in old}
    values = {str(key): str(value) for key, value in said.get("values", {}).items() if key in added}  # type: ignore[attr-defined]
    return Signature(place, tuple(old), (*new, *(one for one in old if one.stars)), values)


def _plain(source: Source, args: ast.arguments) -> Iterator[Parameter]:
    defaults: list[ast.expr | None] = [None] * (len(args.args) - len(args.defaults))
    for one, default in zip(args.args, [*defaults, *args.defaults], strict=True):
        yield Parameter("", one.arg, _text(source, one.annotation), _text(source, default))


def _starred(source: Source, args: ast.arguments) -> Iterator[Parameter]:
    for stars, one in (("*", args.vararg), ("**", args.kwarg)):
        if one is not None:
            yield Parameter(stars, one.arg, _text(source, one.annotation), "")


def _text(source: Source, node: ast.expr | None) -> str:
    return source.segment(node) if node is not None else ""


def _merged(asked: Parameter, have: Parameter | None) -> Parameter:
    """What a rule says of a parameter, and where it says nothing, what is there."""
    if have is None:
        return asked
    return Parameter("", asked.name, asked.annotation or have.annotation, asked.default or have.default)


# -- the header --------------------------------------------------------------------------


def with_header(source: Source, like: Source, world: World, asked: Signature) -> str:
    """The text with the function's parameters as they should be. `like`: the file as it was, for its layout."""
    start, end = _parentheses(source, world, asked)
    was_start, was_end = _parentheses(like, World({like.path: like}), asked)
    was = like.text[was_start:was_end]
    texts = [one.text for one in asked.new]
    if "\n" in was.strip():
        first = was[: len(was) - len(was.lstrip())]
        last = was[len(was.rstrip()) :]
        between = first if "\n" in first else " "
        text = first + f",{between}".join(texts) + ("," if was.rstrip().endswith(",") else "") + last
    else:
        text = ", ".join(texts)
    return apply_edits(source.text, [source.edit(start, end, text)])


def _parentheses(source: Source, world: World, asked: Signature) -> tuple[int, int]:
    """The offsets of what lies between a function's parentheses."""
    scope = world.scope(asked.place)
    assert scope is not None
    node = scope.node
    args: ast.arguments = node.args  # type: ignore[attr-defined]
    parts = [part for part in ast.walk(args) if hasattr(part, "lineno")]
    kept = [*getattr(node, "type_params", ())]
    start = source.text.index("(", max([source.start(node), *(source.end(one) for one in kept)])) + 1
    at = max([start, *(source.end(part) for part in parts)])
    while source.text[at] != ")" or _closes_more(source, start, at):
        at = source.line_end(at) if source.text[at] == "#" else at + 1
    return start, at


def _closes_more(source: Source, start: int, at: int) -> bool:
    """Does a `)` belong to a default in parentheses?"""
    try:
        ast.parse(f"def f({source.text[start:at]}\n): pass")
    except SyntaxError:
        return True
    return False


# -- the calls ---------------------------------------------------------------------------


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
