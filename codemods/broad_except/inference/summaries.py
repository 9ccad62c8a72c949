"""The fact: what each function of the project may raise, through its calls, less what its inner handlers stop.

A file's scan knows only the file. Here names are resolved across files, and exceptions travel from callee to caller
until nothing changes (a least fixpoint over the call graph: sets only grow, so recursion is no problem).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from codemods.broad_except.inference.calls import effect
from codemods.broad_except.inference.chains import tail
from codemods.broad_except.inference.model import Caught, FileScan, FunctionScan, Origin, Precedent, Summary
from codemods.broad_except.inference.modules import Modules, key_of, modules_of
from codemods.broad_except.inference.python import STANDARD
from codemods.broad_except.inference.resolve import World
from codemods.broad_except.inference.scan import LAZY, scan_tree
from codemods.broad_except.knowledge import Knowledge, load
from engine import Fact, Project, Source

_FARTHEST = 6  # calls; what is raised deeper is not what a handler up here is about
_COMMON = 60  # precedents
_NO_STOPS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Summaries:
    """What the project says: `functions` by qualified name (`key:qualname`), and the scans that names resolve in."""

    modules: Modules
    scans: Mapping[str, FileScan]
    functions: Mapping[str, Summary]
    precedents: Mapping[str, tuple[Precedent, ...]]  # by the last two names of the call


@dataclass(slots=True)
class _Node:
    """A function in the call graph."""

    found: dict[str, Origin] = field(default_factory=dict)
    callers: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    complete: bool = True
    where: str = ""


def scan(source: Source) -> FileScan | None:
    """One file's part of the fact."""
    return scan_tree(source.tree)


def combine(scans: Mapping[str, FileScan], project: Project) -> Summaries:
    """The summaries of all functions of the scanned files."""
    return summarise(scans, project.paths | frozenset(scans), load())


def summarise(scans: Mapping[str, FileScan], paths: Iterable[str], knowledge: Knowledge) -> Summaries:
    """The same, with the knowledge given. `scans` by root-relative path."""
    by_key = {key_of(path): one for path, one in sorted(scans.items())}
    world = World(modules_of(paths), by_key, knowledge)
    nodes = _graph(world)
    _propagate(world, nodes)
    functions = {name: _summary(world, name, node) for name, node in nodes.items() if node.found or node.complete}
    return Summaries(world.modules, {key: _light(one) for key, one in by_key.items()}, functions, _precedents(world))


def _summary(world: World, name: str, node: _Node) -> Summary:
    return Summary(dict(sorted(node.found.items())), node.complete, node.where)


def _light(one: FileScan) -> FileScan:
    """A scan without what only the summaries needed."""
    functions = {
        name: replace(function, raises=(), calls=(), values=function.values if _is_resolved(one, function) else {})
        for name, function in one.functions.items()
    }
    return replace(one, functions=functions, precedents=())


def _is_resolved(one: FileScan, function: FunctionScan) -> bool:
    """Do other functions look into this one's local names?"""
    if not function.name or "()" in function.returns:
        return True
    owner = one.classes.get(function.owner)
    return owner is not None and any(method == function.name for found in owner.attributes.values() for method, _ in found)


def _graph(world: World) -> dict[str, _Node]:
    nodes = {f"{key}:{name}": _Node() for key, one in world.scans.items() for name in one.functions}
    for key, one in world.scans.items():
        path = world.modules.paths.get(key, key)
        for name, function in one.functions.items():
            node = nodes[f"{key}:{name}"]
            node.where = f"{path}:{function.line} def {name}"
            if not function.abstract:
                _raised(world, key, path, function, node)
            stops: dict[Caught, frozenset[str]] = {(): _NO_STOPS}
            for text, line, caught in function.calls:
                if caught not in stops:
                    stops[caught] = stopped_names(world, key, name, caught)
                _call(world, key, path, function, node, nodes, text, line, stops[caught])
    return nodes


def stopped_names(world: World, key: str, function: str, caught: Caught) -> frozenset[str]:
    """The qualified names of the types in chains of inner handlers."""
    return frozenset(name for text in caught for name in exception_names(world, key, function, text))


def exception_names(world: World, key: str, function: str, text: str) -> tuple[str, ...]:
    """The qualified name of the exception class that a chain stands for, as far as it is known."""
    meaning = world.resolve(key, function, text)
    return () if meaning is None or meaning.name.endswith(":") else (meaning.name,)


def _raised(world: World, key: str, path: str, function: FunctionScan, node: _Node) -> None:
    for text, line, caught in function.raises:
        names = exception_names(world, key, function.name, text)
        if text.startswith(LAZY):
            names = ("ImportError",) if is_foreign(world, key, text.removeprefix(LAZY)) else ()
        for name in names:
            if not is_stopped(world, name, stopped_names(world, key, function.name, caught)):
                node.found.setdefault(name, Origin(0, f"{path}:{line} def {function.name}"))


def is_foreign(world: World, key: str, module: str) -> bool:
    """Is this module neither the project's own nor part of every Python? Then its import may fail."""
    top = module.partition(".")[0]
    return bool(top) and top not in STANDARD and top not in key.split(".") and world.modules.find(module, key) is None


def is_stopped(world: World, name: str, stops: Iterable[str]) -> bool:
    return any(world.is_a(name, one) for one in stops)


def _call(
    world: World,
    key: str,
    path: str,
    function: FunctionScan,
    node: _Node,
    nodes: Mapping[str, _Node],
    text: str,
    line: int,
    stops: frozenset[str],
) -> None:
    done = effect(world, world.resolve(key, function.name, text), text)
    everything = "BaseException" in stops or "Exception" in stops
    node.complete = node.complete and (done.known or everything)
    for name in done.exceptions:
        if not is_stopped(world, name, stops):
            node.found.setdefault(name, Origin(0, f"{path}:{line} {text}()"))
    for name in done.runs:
        if name in nodes and not everything:
            nodes[name].callers.append((f"{key}:{function.name}", stops))


def _propagate(world: World, nodes: dict[str, _Node]) -> None:
    pending = dict.fromkeys(nodes)
    while pending:
        name = next(iter(pending))
        del pending[name]
        node = nodes[name]
        for caller, stops in node.callers:
            if _pass_on(world, node, nodes[caller], stops):
                pending[caller] = None


def _pass_on(world: World, callee: _Node, caller: _Node, stops: frozenset[str]) -> bool:
    """Give the caller what the callee raises; did the caller learn something?"""
    changed = False
    for name, origin in callee.found.items():
        if origin.depth < _FARTHEST and not is_stopped(world, name, stops):
            mine, new = caller.found.get(name), Origin(origin.depth + 1, origin.where)
            if mine is None or (new.depth, new.where) < (mine.depth, mine.where):
                caller.found[name] = new
                changed = True
    if caller.complete and not callee.complete:
        caller.complete = False
        changed = True
    return changed


def _precedents(world: World) -> dict[str, tuple[Precedent, ...]]:
    """For each call under narrow handlers, what those catch; a call that stands everywhere says nothing."""
    found: dict[str, list[Precedent]] = {}
    for key, one in world.scans.items():
        path = world.modules.paths.get(key, key)
        for text, line, caught in one.precedents:
            names = tuple(sorted(stopped_names(world, key, "", caught)))
            if names:
                found.setdefault(tail(text), []).append(Precedent(path, line, names))
    return {name: tuple(places) for name, places in sorted(found.items()) if len(places) <= _COMMON}


SUMMARIES = Fact("exception-summaries", version=2, hints=rb"\b(def|raise|except)\b", scan=scan, combine=combine)
FACTS: tuple[Fact, ...] = (SUMMARIES,)


def summaries_for(source: Source, project: Project, knowledge: Knowledge) -> Summaries:
    """The project's summaries; where no fact was gathered, those of the file alone."""
    known: Any = project.facts.get(SUMMARIES.name)
    if isinstance(known, Summaries):
        return known
    if not _ALONE or _ALONE[0][0] is not source or _ALONE[0][1] is not knowledge:
        alone = summarise({source.path: scan_tree(source.tree)}, project.paths | {source.path}, knowledge)
        _ALONE[:] = [(source, knowledge, alone)]
    return _ALONE[0][2]


_ALONE: list[tuple[Source, Knowledge, Summaries]] = []  # the last file that was looked at without a fact
