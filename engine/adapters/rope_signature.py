"""A function's parameters as a rule wants them, and its header with them. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.adapters.rope_options import Parameter, parameter
from engine.adapters.rope_scopes import is_static, within
from engine.adapters.rope_world import Place, World
from engine.bindings import Scope
from engine.edits import apply_edits
from engine.model import RewrightError
from engine.source import Source
from engine.walk import every_node


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
    def of_module(self) -> bool:
        """Does it stand at the top of a module, so that names alone tell what calls it?"""
        return "." not in self.place[1] and ":" not in self.place[1]

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
    _require_unread(source, scope, {one.name for one in old if not one.stars} - {one.name for one in asked}, name)
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


def _require_unread(source: Source, scope: Scope, dropped: Collection[str], name: str) -> None:
    """Raises RewrightError when the function, or one within it, still uses a parameter that goes."""
    for node in [part for one in scope.node.body for part in every_node(one)]:  # type: ignore[attr-defined]
        named = isinstance(node, ast.Name) and node.id in dropped and not source.names.is_inner(node)
        said = getattr(node, "names", ()) if isinstance(node, ast.Nonlocal) else ()
        if (named and source.names.owner(node.id, source.names.scope_at(node)) is scope) or set(said) & set(dropped):  # type: ignore[attr-defined]
            used = node.id if isinstance(node, ast.Name) else min(set(said) & set(dropped))
            raise RewrightError(
                f"rope: {source.path} line {node.lineno}: {name} uses its parameter {used}, which is to go; "  # type: ignore[attr-defined]
                "take it out there first"
            )


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


def with_header(source: Source, like: Source, asked: Signature) -> str:
    """The text with the function's parameters as they should be. `like`: the file as it was, for its layout."""
    start, end = _parentheses(source, asked)
    was_start, was_end = _parentheses(like, asked)
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


def _parentheses(source: Source, asked: Signature) -> tuple[int, int]:
    """The offsets of what lies between a function's parentheses."""
    scope = within(source.names.module, asked.place[1])
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
