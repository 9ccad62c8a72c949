"""Names that a template binds: they may not catch a name of what was captured, nor one of the code around."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codemods.pattern.captures import Capture, File, Found
from codemods.pattern.known import bound_by
from codemods.pattern.language import Parsed, meta_of
from codemods.pattern.shapes import COMPREHENSIONS
from codemods.pattern.spots import Spot
from engine import SliceError, Source, children, every_node

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Child = tuple[ast.AST, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """What code binds. `outer`: name to a node that binds it in the scope of the code itself. `inside`: the nodes, by id,
    within a lambda, comprehension or definition of the code, with the names that these bind there."""

    outer: Mapping[str, ast.AST]
    inside: Mapping[int, frozenset[str]]


def bound_in(nodes: Iterable[ast.AST]) -> Bound:
    """What some code binds, metavariables aside."""
    outer: dict[str, ast.AST] = {}
    inside: dict[int, frozenset[str]] = {}
    stack: list[_Child] = [(node, None) for node in nodes]
    while stack:
        node, around = stack.pop()
        if around is not None:
            inside[id(node)] = around
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if around is None:
                outer.update((name, node) for one in node.names for name in _plain(bound_by(one)))
            continue
        walrus = isinstance(node, ast.NamedExpr)  # in a comprehension it binds in the scope around that
        if around is None or walrus:
            outer.update((name, node) for name in _plain(bound_by(node.target if walrus else node)))  # type: ignore[attr-defined]
        names = _own(node)
        if names is None:
            stack += [(child, around) for child in children(node)]
            continue
        within = _within(node)
        inner, known = (around or frozenset()) | names, set(map(id, within))
        stack += [(child, inner) for child in within]
        stack += [(child, around) for child in _without(node) if id(child) not in known]
    return Bound(outer, inside)


def _plain(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if meta_of(name) is None)


def _own(node: ast.AST) -> frozenset[str] | None:
    """The names that a scope of its own binds; None for any other node."""
    if isinstance(node, COMPREHENSIONS):
        return _plain(name for part in node.generators for inner in every_node(part.target) for name in bound_by(inner))
    if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return None
    parts = [] if isinstance(node, ast.ClassDef) else [node.args]
    body = [] if isinstance(node, ast.Lambda) else node.body
    return _plain(name for part in [*parts, *body] for inner in every_node(part) for name in bound_by(inner))


def _within(node: ast.AST) -> list[ast.AST]:
    """The parts of a scope that see what it binds."""
    if isinstance(node, COMPREHENSIONS):
        first, *rest = node.generators
        return [part for part in children(node) if part not in node.generators] + [first.target, *first.ifs, *rest]
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)  # type: ignore[attr-defined]


def _without(node: ast.AST) -> list[ast.AST]:
    """The other parts: the first iterable, defaults, annotations, decorators, bases."""
    if isinstance(node, COMPREHENSIONS):
        return [node.generators[0].iter]
    parts = [part for part in children(node) if not isinstance(part, ast.arguments)]
    if isinstance(node, _FUNCTIONS):
        given = node.args
        parts += [part for part in (*given.defaults, *given.kw_defaults) if part is not None]
        parts += [one.annotation for one in every_node(given) if isinstance(one, ast.arg) and one.annotation is not None]
    return parts


def require_apart(template: Parsed, bound: Bound, known: frozenset[str], found: Found, spot: Spot) -> None:
    """What the template binds catches nothing. `bound`: what it binds; `known`: names that the pattern bound there already.

    Raises SliceError `shadowed` with the name.
    """
    if not bound.inside and not bound.outer:
        return
    metas = [(meta, node) for one in template.nodes for node in every_node(one) if (meta := _meta(node)) is not None]
    hidden = spot.apart().hidden - spot.hidden
    for name, node in metas:
        around = bound.inside.get(id(node))
        if around is None:
            continue
        for read in _read(found[name]):
            if read in around - known:
                raise SliceError("shadowed", f"{read} in what was captured would be the replacement's own {read}")
            if read in hidden:
                raise SliceError("shadowed", f"{read} of the class body means nothing in a lambda or comprehension")
    for name, node in bound.outer.items():
        if name != "_" and name not in known and _is_taken(name, node, {meta for meta, _ in metas}, found, spot):
            raise SliceError("shadowed", f"{name} is bound by the replacement, and has a meaning of its own here")


def require_target(node: ast.AST, meant: ast.AST, source: Source) -> None:
    """Where a target is replaced by `meant`, that binds no plain name where no plain name stood.

    Raises SliceError `not-as-meant` with the name.
    """
    if isinstance(node, ast.Name) or isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    new = sorted(_targeted(meant) - _targeted(node))
    if new:
        said = source.segment(node)
        raise SliceError("not-as-meant", f"{said} is bound or deleted here, and {new[0]} would be a variable of its own")


def _targeted(node: ast.AST) -> set[str]:
    """The plain names that code binds where it stands as a target."""
    if isinstance(node, ast.Starred):
        return _targeted(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return {name for one in node.elts for name in _targeted(one)}
    return {node.id} if isinstance(node, ast.Name) else set()


def _meta(node: ast.AST) -> str | None:
    meta = meta_of(node.id) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
    return meta.name if meta else None


def _read(capture: Capture) -> set[str]:
    """The plain names that captured code reads or binds, but for those of its own lambdas, comprehensions and definitions."""
    nodes = [node for node in capture.nodes if isinstance(node, ast.AST)]
    inside = bound_in(nodes).inside
    names = [node for one in nodes for node in every_node(one) if isinstance(node, ast.Name)]
    return {one.id for one in names if one.id not in inside.get(id(one), ())}.union(
        node for node in capture.nodes if isinstance(node, str)
    )


def _is_taken(name: str, node: ast.AST, metas: set[str], found: Found, spot: Spot) -> bool:
    """Does code of the scope that stays say this name? `node` binds it in the template, which holds `metas`."""
    file, names = spot.file, spot.file.source.names
    if name not in names.identifiers:
        return False
    scope = names.scope_at(spot.place)
    bindings = scope.bindings.get(name, [])
    if bindings and isinstance(node, (ast.Import, ast.ImportFrom)) and {one.target for one in bindings} == _targets(name, node):
        return False
    kept = {inner for meta in metas for one in found[meta].nodes if isinstance(one, ast.AST) for inner in every_node(one)}
    gone = {inner for one in spot.nodes for inner in every_node(one)} - kept
    apart = _handlers(name, file, spot.place) if isinstance(node, ast.ExceptHandler) else frozenset()
    if name in scope.outer or any(one.node not in gone | apart for one in bindings):
        return True
    outward = names.lookup(name, scope)
    for read in _reads(name, file):
        if read in gone or read in apart or (names.is_inner(read) and read not in kept):
            continue
        there = names.scope_at(read)
        within = there
        while within is not scope and within.parent is not None:
            within = within.parent
        if within is scope and names.lookup(name, there) is outward:
            return True
    return False


def _targets(name: str, node: ast.Import | ast.ImportFrom) -> set[str]:
    """What an import gives a name to mean."""
    ours = [one for one in node.names if name in bound_by(one)]
    if isinstance(node, ast.ImportFrom):
        return {f"{'.' * node.level}{node.module or ''}.{one.name}" for one in ours}
    return {one.name if one.asname else name for one in ours}


def _reads(name: str, file: File) -> tuple[ast.Name, ...]:
    if name not in file.mentions:
        nodes = (node for node in every_node(file.source.tree) if isinstance(node, ast.Name) and node.id == name)
        file.mentions[name] = tuple(nodes)
    return file.mentions[name]


def _handlers(name: str, file: File, place: ast.AST) -> frozenset[ast.AST]:
    """What is in other `except ... as name` clauses of the file: they bind the name anew, and it is gone behind them."""
    around = {outer for outer, _ in file.around(place)}
    inner = set(every_node(place))
    others = [one for one in file.source.statements(ast.ExceptHandler) if one.name == name]
    return frozenset(node for one in others if one not in around and one not in inner for node in every_node(one))
