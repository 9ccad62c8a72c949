"""What may be inlined: a name that is set once to what stays the same, or a function that is one expression. Pure.

Timid: what might be another value where it is used, or be computed more than once, is refused with its path and line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.adapters.rope_moved import set_again
from engine.adapters.rope_said import Here
from engine.adapters.rope_scopes import FUNCTIONS, cut, exports
from engine.adapters.rope_world import Place, World
from engine.bindings import Binding, Scope, scopes
from engine.model import RewrightError
from engine.names import BUILTINS
from engine.source import Source
from engine.walk import children, every_node

_PLAIN = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp)
_INNER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr)
_WAITING = (ast.Await, ast.Yield, ast.YieldFrom)
_OF_A_PLACE = frozenset({"locals", "globals", "vars", "dir", "eval", "exec", "super", "breakpoint"})  # they look around them
_Event = tuple[str, str, bool]  # "read", "seen" or "call"; the parameter that is read; does that happen in any case?


@dataclass(frozen=True, slots=True)
class Body:
    """What stands for each use of a name. `parameters`: of a function, None for a variable; `alone`: only as a statement."""

    place: Place
    statement: ast.stmt
    value: ast.expr
    parameters: tuple[str, ...] | None = None
    defaults: Mapping[str, ast.expr] | None = None
    alone: bool = False
    unsteady: frozenset[str] = frozenset()  # the names in it that may mean another thing at another time


def wanted(world: World, place: Place, name: str) -> Body:
    """What is to be inlined. Raises RewrightError where that could mean something else."""
    source = world.sources[place[0]]
    holder = source.names.module
    around, last = cut(place[1])
    found = holder.bindings.get(last, [])
    if around or not found:
        raise RewrightError(f"rope: {name} of {place[0]} cannot be inlined: only what stands at the top of a module can")
    at = f"rope: {name} cannot be inlined: {place[0]} line {found[0].line}"
    if len(found) > 1 or found[0].guarded:
        raise RewrightError(f"{at} is not the only place that sets it, or is under a condition or in a loop")
    if any(one.value == last for one in exports(source.tree)):
        raise RewrightError(f"{at}: it is named in __all__; take it out there first")
    if isinstance(found[0].node, FUNCTIONS):
        return _function(world, source, place, found[0].node, at)
    statement = _set_by(holder, found[0])
    if statement is None or statement.value is None:
        raise RewrightError(f"{at} is not `{last} = value` by itself")
    if not _is_sure(world, source, statement.value, holder):
        raise RewrightError(f"{at}: its value may be another one at each use; only constants and names set once can be copied")
    return Body(place, statement, statement.value)


def _set_by(owner: Scope, binding: Binding) -> ast.Assign | ast.AnnAssign | None:
    """The statement of a scope's own body that sets one name by itself."""
    for one in getattr(owner.node, "body", ()):
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        if len(targets) == 1 and targets[0] is binding.node:
            return one  # type: ignore[no-any-return]
    return None


def _function(world: World, source: Source, place: Place, node: ast.AST, at: str) -> Body:
    assert isinstance(node, FUNCTIONS)
    args = node.args
    if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list:
        raise RewrightError(f"{at}: it has a decorator, or is async")
    if args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg:
        raise RewrightError(f"{at}: it has parameters with *, or behind / or *")
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    value = getattr(body[0], "value", None) if len(body) == 1 and isinstance(body[0], (ast.Return, ast.Expr)) else None
    if value is None or any(isinstance(one, (*_INNER, *_WAITING)) for one in every_node(value)):
        raise RewrightError(f"{at}: only a function that is one `return` of an expression without := and inner names can")
    inner, top = world.scope(place), source.names.module
    assert inner is not None
    names = tuple(one.arg for one in args.args)
    free = {one.id for one in every_node(value) if isinstance(one, ast.Name)} - set(names)
    if odd := sorted(one for one in free if one in _OF_A_PLACE or one.startswith("__")):
        raise RewrightError(f"{at}: {odd[0]} means another thing elsewhere")
    defaults = dict(zip(names[::-1], args.defaults[::-1], strict=False))
    if unsure := [one for one, default in defaults.items() if not _is_sure(world, source, default, top)]:
        raise RewrightError(f"{at}: the default of {unsure[0]} may be another value later")
    unsteady = frozenset(one for one in free if not _is_steady(world, source, one, inner))
    return Body(place, node, value, names, defaults, isinstance(body[0], ast.Expr), unsteady)


def _is_sure(world: World, source: Source, node: ast.expr, scope: Scope) -> bool:
    """Is a value the same one, wherever and whenever it is computed?"""
    if isinstance(node, ast.Name):
        return _is_steady(world, source, node.id, scope)
    if isinstance(node, ast.Tuple):
        return all(_is_sure(world, source, one, scope) for one in node.elts)
    return _is_plain(node)


def _is_plain(node: ast.expr) -> bool:
    return all(isinstance(one, _PLAIN) for one in every_node(node))


def _is_steady(world: World, source: Source, name: str, scope: Scope) -> bool:
    """Is a name set once, and never from elsewhere?"""
    owner = source.names.owner(name, scope)
    if owner is None:
        return name in BUILTINS and not name.startswith("__") and not source.names.has_star_import
    found = owner.bindings[name]
    defined = isinstance(found[0].node, (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom, ast.arg))
    if owner.is_class or len(found) > 1 or found[0].guarded or not (defined or _set_by(owner, found[0])):
        return False
    for path, inner in world.name(source, name, scope):
        if path in world.sources and inner and "." not in inner and ":" not in inner:
            there = world.sources[path].names.module.bindings.get(inner, [])
            if len(there) != 1 or there[0].guarded or set_again(world, (path, inner), there):
                return False
    return True


# -- calls -----------------------------------------------------------------------------


def given(world: World, source: Source, here: Here, body: Body) -> dict[str, ast.expr]:
    """Parameter to the argument that a call gives it, in the order in which they are computed.

    Raises RewrightError where nobody can tell, or where the function's expression would compute them otherwise.
    """
    call = here.node
    assert isinstance(call, ast.Call)
    at = f"rope: {source.path} line {call.lineno} cannot be inlined"
    names, defaults = body.parameters or (), body.defaults or {}
    found = dict(zip(names, call.args, strict=False))
    keywords = {one.arg: one.value for one in call.keywords if one.arg is not None}
    starred = any(isinstance(one, ast.Starred) for one in call.args) or len(keywords) < len(call.keywords)
    if starred or len(call.args) > len(names) or keywords.keys() & found.keys():
        raise RewrightError(f"{at}: nobody can tell what it gives to which parameter")
    found |= keywords
    if not set(names) - defaults.keys() <= found.keys() <= set(names):
        raise RewrightError(f"{at}: it gives too many arguments, or too few")
    if source.path != body.place[0] and body.unsteady:
        raise RewrightError(
            f"{at}: {min(body.unsteady)} of {body.place[0]} is set more than once; {source.path} would have a copy"
        )
    kinds = {name: _kind(world, source, here, one) for name, one in found.items()}
    if not _same_order(kinds, list(_events(body.value, body, True))):
        raise RewrightError(f"{at}: what it gives would be computed more than once, not at all, or in another order")
    return found


def _kind(world: World, source: Source, here: Here, node: ast.expr) -> str:
    """`steady`: the same whenever it is read; `unsteady`: read without doing anything; `complex`: all else."""
    if _is_plain(node):
        return "steady"
    if isinstance(node, ast.Name):
        if node.id in here.hidden or _is_steady(world, source, node.id, here.scope):
            return "steady"
        owner = source.names.owner(node.id, here.scope)
        local = owner is not None and owner.parent is not None and not owner.is_class
        alone = owner is not None and not any(node.id in one.nonlocals for one in scopes(owner))
        walrus = any(isinstance(one, ast.NamedExpr) for one in every_node(here.node))
        return "steady" if local and alone and not walrus else "unsteady"
    while isinstance(node, ast.Attribute):
        node = node.value
    return "unsteady" if isinstance(node, ast.Name) else "complex"


def _same_order(kinds: Mapping[str, str], events: list[_Event]) -> bool:
    """Does an expression read its parameters as a call computes them? Operators are taken to change nothing."""
    order = [name for name, kind in kinds.items() if kind == "complex"]
    reads = [(name, certain) for what, name, certain in events if what == "read" and kinds.get(name) == "complex"]
    if reads != [(name, True) for name in order]:
        return False
    names = list(kinds)
    late = set(names[names.index(order[0]) :] if order else ())
    dirty = seen = False
    for what, name, _ in events:
        kind = kinds.get(name, "steady")
        if kind == "complex" and seen:
            return False
        if kind == "unsteady" and (dirty or name in late):
            return False
        seen = seen or what in ("seen", "call")
        dirty = dirty or what == "call" or kind == "complex"
    return True


def _events(node: ast.AST, body: Body, certain: bool) -> Iterator[_Event]:
    """What computing an expression does, in order."""
    if isinstance(node, ast.Name):
        if node.id in (body.parameters or ()):
            yield "read", node.id, certain
        elif node.id in body.unsteady:
            yield "seen", "", certain
        return
    below, first = children(node), 99
    if isinstance(node, ast.Dict):
        below = [one for pair in zip(node.keys, node.values, strict=True) for one in pair if one is not None]
    elif isinstance(node, ast.IfExp):
        below, first = [node.test, node.body, node.orelse], 1
    elif isinstance(node, (ast.BoolOp, ast.Compare)):
        first = 1 if isinstance(node, ast.BoolOp) else 2
    for number, one in enumerate(below):
        yield from _events(one, body, certain and number < first)
    if isinstance(node, ast.Call):
        yield "call", "", certain
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        yield "seen", "", certain
