"""For every component the cheapest set of cuts that leaves no cycle, or the reason why there is none. Pure."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from codemods.import_cycle.graph.components import components, shortest_cycle
from codemods.import_cycle.nouns import Cut, CyclePlan, Edge, Graph, Way
from codemods.import_cycle.search import EXACT, Problem, Unit, cheapest, cost
from codemods.import_cycle.ways import Settings, judged, ways

Chosen = Mapping[tuple[str, int], Way]  # (path, alias) to the way that it would go
_ORDER = ("unused", "type-checking", "sibling", "protocol", "function-level", "event")


@functools.lru_cache(maxsize=4)
def plans(graph: Graph, settings: Settings) -> tuple[CyclePlan, ...]:
    """One plan for each component, in order; with `lazy`, for each that closes through imports inside functions, and for the
    components in it where that one has none."""
    if not settings.lazy:
        return tuple(plan_component(graph, component, settings) for component in graph.components)
    found: list[CyclePlan] = []
    for component in graph.lazy_components:
        whole = plan_component(graph, component, settings)
        if whole.reason:
            inner = [part for part in graph.components if set(part) <= set(component)]
            found += [plan_component(graph, part, replace(settings, lazy=False)) for part in inner]
        found.append(whole)
    return tuple(found)


def plan_component(graph: Graph, component: tuple[str, ...], settings: Settings) -> CyclePlan:
    """What is to be done about one component."""
    inside = frozenset(component)
    edges = edges_of(graph, inside, settings.lazy)
    if blind := _blind(graph, component):
        return CyclePlan(component, (), 0, *blind, edges=len(edges), lazy=settings.lazy)
    parts: dict[tuple[str, str], frozenset[object]] = {
        (edge.source, edge.target): frozenset((edge.source, index) for index in edge.aliases) for edge in edges
    }
    best: tuple[int, int, list[Cut], int] | None = None
    seen: list[list[Unit]] = []
    # A sibling in the same component may close another cycle: then without such siblings. The way that is cheapest for one
    # edge may not do for another that the same import makes: then the one that does for all.
    for outside_only, common in itertools.product((False, True), repeat=2):
        units, chosen = _units(graph, edges, inside, settings, outside_only, common)
        if units in seen:
            continue
        seen.append(units)
        found = cheapest(Problem(component, parts, tuple(units)))
        if found is not None:
            cuts = list(_cuts(found, chosen))
            rank = cost(found), len(cuts)
            if best is None or rank < best[:2]:
                best = (*rank, cuts, len(units))
    if best is None:
        return _stuck(graph, component, edges, settings)
    price, count, cuts, size = best
    if count > settings.max_cuts:
        told = "too-many-cuts", f"needs {count} cuts; max-cuts allows {settings.max_cuts}"
        return CyclePlan(component, (), 0, *told, edges=len(edges), lazy=settings.lazy)
    return CyclePlan(component, tuple(cuts), price, edges=len(edges), exact=size <= EXACT, lazy=settings.lazy)


def edges_of(graph: Graph, inside: frozenset[str], lazy: bool) -> list[Edge]:
    """The edges within a component, one for each pair of modules; with `lazy` those of imports inside functions, too."""
    found: dict[tuple[str, str], Edge] = {}
    for edge in graph.edges:
        if (edge.eager or lazy) and edge.source in inside and edge.target in inside:
            pair = edge.source, edge.target
            if (known := found.get(pair)) is None:
                found[pair] = edge
            else:
                indexes = tuple(sorted({*known.aliases, *edge.aliases}))
                found[pair] = Edge(*pair, indexes, known.implicit and edge.implicit, known.eager or edge.eager)
    return [found[pair] for pair in sorted(found)]


def _blind(graph: Graph, component: tuple[str, ...]) -> tuple[str, str] | None:
    """Why the edges of a component are not known, as a reason and a sentence; None when they are."""
    for path in component:
        if path in graph.unreadable:
            names = ", ".join(graph.unreadable[path][:3])
            return "unreadable-module", f"{path} imports {names}, which cannot be read: what it imports is unknown"
    for path, dotted, candidates in graph.ambiguous:
        if path in component and set(component) & set(candidates):
            return "ambiguous-module", f"{path} imports {dotted}, which may be any of {', '.join(candidates[:3])}"
    return None


def _units(
    graph: Graph, edges: list[Edge], inside: frozenset[str], settings: Settings, outside_only: bool, common: bool
) -> tuple[list[Unit], dict[tuple[str, int], Way]]:
    """The edges that can be cut, and how each of their aliases would go."""
    options: dict[tuple[str, int], dict[str, list[Way]]] = defaultdict(dict)
    for edge in edges:
        for index in edge.aliases:
            options[edge.source, index][edge.target] = _fitting(graph, edge, index, inside, settings, outside_only)
    chosen: dict[tuple[str, int], Way] = {}
    for key, by_target in options.items():
        each = list(by_target.values())
        shared = [way for way in each[0] if all(way in other for other in each)]
        fitting = shared if common and shared else next((found for found in each if found), [])
        if fitting:
            chosen[key] = fitting[0]
    units = []
    for edge in edges:
        keys = [(edge.source, index) for index in edge.aliases]
        if all(chosen.get(key) in options[key][edge.target] for key in keys):
            adds = sorted({node for key in keys for node in chosen[key].adds})
            units.append(Unit(edge.source, edge.target, tuple((key, chosen[key].cost) for key in keys), tuple(adds)))
    return units, chosen


def _fitting(graph: Graph, edge: Edge, index: int, inside: frozenset[str], settings: Settings, outside_only: bool) -> list[Way]:
    """The ways that an import may go so that this edge of it ends, cheapest first."""
    found, _ = ways(graph, edge.source, graph.files[edge.source].aliases[index], edge.target, settings)
    fitting = [way for way in found if edge.target not in way.adds and not (outside_only and set(way.adds) & inside)]
    return [way for way in fitting if way.kind not in ("protocol", "sibling")] if edge.implicit else fitting


def _cuts(units: tuple[Unit, ...], chosen: Chosen) -> Iterator[Cut]:
    for unit in units:
        indexes: list[int] = [part[1] for part, _ in unit.parts if isinstance(part, tuple)]
        how = tuple((index, chosen[unit.source, index].kind) for index in indexes)
        kind = max((kind for _, kind in how), key=_ORDER.index)
        yield Cut(unit.source, unit.target, kind, cost([unit]), how, unit.adds)


def _stuck(graph: Graph, component: tuple[str, ...], edges: list[Edge], settings: Settings) -> CyclePlan:
    """Which edges cannot be cut, and why: the cycle that stays. A way that cannot be written, though the uses allow it, is
    the reason where there is one, for a person can mend that; else the reason is `no-cut`."""
    units, _ = _units(graph, edges, frozenset(component), settings, outside_only=True, common=True)
    free = {(unit.source, unit.target) for unit in units}
    ways_out: dict[str, set[str]] = {path: set() for path in component}
    for edge in edges:
        if (edge.source, edge.target) not in free:
            ways_out[edge.source].add(edge.target)
    ring = shortest_cycle(ways_out)
    told: list[str] = []
    reason, where = "no-cut", ("", 0)
    for source, target in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        edge = next(edge for edge in edges if (edge.source, edge.target) == (source, target))
        whys: set[str] = set()
        for alias in (graph.files[source].aliases[index] for index in edge.aliases):
            found, obstacles, why = judged(graph, source, alias, target, settings)
            whys |= {f"{one.kind} cannot be written: {one.message}" for one in obstacles} or ({why} if not found else set())
            if obstacles and reason == "no-cut":
                reason, where = obstacles[0].reason, (source, alias.line)
        told.append(f"{source} needs {target} ({', '.join(sorted(whys - {''})) or 'no way fits'})")
    told = told or ["every edge can be cut, but a sibling would close another cycle"]
    advice = "" if where[0] else ": pass what one side needs into the other when it is made, or join the modules"
    return CyclePlan(component, (), 0, reason, "; ".join(told[:6]) + advice, len(edges), lazy=settings.lazy, where=where)


# -- proof -----------------------------------------------------------------------------------


def after(graph: Graph, done: tuple[CyclePlan, ...], lazy: bool = False) -> dict[str, set[str]]:
    """The edges of the whole project once these plans are carried out; with `lazy` those of imports inside functions, too."""
    how = {(cut.source, index): kind for plan in done for cut in plan.cuts for index, kind in cut.how}
    out: dict[str, set[str]] = {path: set() for path in graph.modules}
    for edge in graph.edges:
        kinds = [how.get((edge.source, index), "") for index in edge.aliases]
        if (edge.eager or lazy) and not all(kind and not (lazy and kind == "function-level") for kind in kinds):
            out[edge.source].add(edge.target)
    for plan in done:
        for cut in plan.cuts:
            out[cut.source].update(node for node in cut.adds if node != cut.source)
    return out


@functools.lru_cache(maxsize=8)
def components_after(graph: Graph, settings: Settings, lazy: bool = False) -> tuple[tuple[str, ...], ...]:
    """The cycles that are left when every plan is carried out: at module level, or with `lazy` through functions, too."""
    return components(after(graph, plans(graph, settings), lazy))
