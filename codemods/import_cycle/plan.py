"""For every component the cheapest set of cuts that leaves no cycle, or the reason why there is none. Pure."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping

from codemods.import_cycle.graph.components import components, shortest_cycle
from codemods.import_cycle.nouns import Cut, CyclePlan, Edge, Graph, Way
from codemods.import_cycle.search import EXACT, Problem, Unit, cheapest, cost
from codemods.import_cycle.ways import Settings, ways

Chosen = Mapping[tuple[str, int], Way]  # (path, alias) to the way that it would go
_ORDER = ("unused", "type-checking", "sibling", "protocol", "function-level", "event")


@functools.lru_cache(maxsize=4)
def plans(graph: Graph, settings: Settings) -> tuple[CyclePlan, ...]:
    """One plan for each component, in order."""
    return tuple(plan_component(graph, component, settings) for component in graph.components)


def plan_component(graph: Graph, component: tuple[str, ...], settings: Settings) -> CyclePlan:
    """What is to be done about one component."""
    inside = frozenset(component)
    edges = [edge for edge in graph.edges if edge.eager and edge.source in inside and edge.target in inside]
    for path in component:
        if path in graph.unreadable:
            names = ", ".join(graph.unreadable[path][:3])
            return _left(
                component, edges, "unreadable-module", f"{path} imports {names}, which cannot be read: what it imports is unknown"
            )
    for path, dotted, candidates in graph.ambiguous:
        if path in inside and inside & set(candidates):
            several = ", ".join(candidates[:3])
            return _left(component, edges, "ambiguous-module", f"{path} imports {dotted}, which may be any of {several}")
    best: tuple[int, int, list[Cut], int] | None = None
    for outside_only in (False, True):  # a sibling in the same component may close another cycle: then without such siblings
        units, chosen = _units(graph, edges, inside, settings, outside_only)
        if outside_only and not any(set(way.adds) & inside for way in _units(graph, edges, inside, settings, False)[1].values()):
            continue
        parts: dict[tuple[str, str], frozenset[object]] = {
            (edge.source, edge.target): frozenset((edge.source, index) for index in edge.aliases) for edge in edges
        }
        found = cheapest(Problem(component, parts, tuple(units)))
        if found is None:
            continue
        cuts = list(_cuts(found, chosen))
        rank = cost(found), len(cuts)
        if best is None or rank < best[:2]:
            best = (*rank, cuts, len(units))
    if best is None:
        return _left(component, edges, "no-cut", _core(graph, edges, inside, settings))
    price, count, cuts, size = best
    if count > settings.max_cuts:
        return _left(component, edges, "too-many-cuts", f"needs {count} cuts; max-cuts allows {settings.max_cuts}")
    return CyclePlan(component, tuple(cuts), price, edges=len(edges), exact=size <= EXACT)


def _left(component: tuple[str, ...], edges: list[Edge], reason: str, message: str) -> CyclePlan:
    return CyclePlan(component, (), 0, reason, message, len(edges))


def _units(
    graph: Graph, edges: list[Edge], inside: frozenset[str], settings: Settings, outside_only: bool
) -> tuple[list[Unit], dict[tuple[str, int], Way]]:
    """The edges that can be cut, and how each of their aliases would go."""
    chosen: dict[tuple[str, int], Way] = {}
    units = []
    for edge in edges:
        parts: list[tuple[object, int]] = []
        adds: set[str] = set()
        for index in edge.aliases:
            found, _ = ways(graph, edge.source, graph.files[edge.source].aliases[index], edge.target, settings)
            fitting = [way for way in found if edge.target not in way.adds and not (outside_only and set(way.adds) & inside)]
            if edge.implicit:
                fitting = [way for way in fitting if way.kind not in ("protocol", "sibling")]
            known = chosen.get((edge.source, index))
            if not fitting or (known is not None and known not in fitting):
                break
            way = known or fitting[0]
            parts.append(((edge.source, index), way.cost))
            adds.update(way.adds)
            chosen[edge.source, index] = way
        else:
            units.append(Unit(edge.source, edge.target, tuple(parts), tuple(sorted(adds))))
    return units, chosen


def _cuts(units: tuple[Unit, ...], chosen: Chosen) -> Iterator[Cut]:
    for unit in units:
        indexes: list[int] = [part[1] for part, _ in unit.parts if isinstance(part, tuple)]
        how = tuple((index, chosen[unit.source, index].kind) for index in indexes)
        kind = max((kind for _, kind in how), key=_ORDER.index)
        yield Cut(unit.source, unit.target, kind, cost([unit]), how, unit.adds)


def _core(graph: Graph, edges: list[Edge], inside: frozenset[str], settings: Settings) -> str:
    """Which edges cannot be cut, and why: the cycle that stays."""
    units, _ = _units(graph, edges, inside, settings, True)
    free = {(unit.source, unit.target) for unit in units}
    stuck = {path: {edge.target for edge in edges if edge.source == path and (path, edge.target) not in free} for path in inside}
    ring = shortest_cycle(stuck)
    told = []
    for source, target in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        edge = next(edge for edge in edges if (edge.source, edge.target) == (source, target))
        aliases = graph.files[source].aliases
        reasons = {ways(graph, source, aliases[index], target, settings)[1] for index in edge.aliases} - {""}
        told.append(f"{source} needs {target} ({', '.join(sorted(reasons)) or 'no way fits'})")
    told = told or ["every edge can be cut, but a sibling would close another cycle"]
    return "; ".join(told[:6]) + ": pass what one side needs into the other when it is made, or join the modules"


# -- proof -----------------------------------------------------------------------------------


def after(graph: Graph, done: tuple[CyclePlan, ...]) -> dict[str, set[str]]:
    """The eager edges of the whole project once these plans are carried out."""
    gone = {(cut.source, index) for plan in done for cut in plan.cuts for index, _ in cut.how}
    out: dict[str, set[str]] = defaultdict(set)
    for path in graph.modules:
        out[path] = set()
    for edge in graph.edges:
        if edge.eager and not all((edge.source, index) in gone for index in edge.aliases):
            out[edge.source].add(edge.target)
    for plan in done:
        for cut in plan.cuts:
            out[cut.source].update(node for node in cut.adds if node != cut.source)
    return dict(out)


@functools.lru_cache(maxsize=4)
def components_after(graph: Graph, settings: Settings) -> tuple[tuple[str, ...], ...]:
    """The module-level cycles that are left when every plan is carried out."""
    return components(after(graph, plans(graph, settings)))
