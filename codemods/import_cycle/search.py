"""The cheapest edges to cut so that a component has no cycle: exact for small components, greedy for large ones.

Pure functions over an abstract graph: nodes are texts, a *unit* is an edge that may be cut at a cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from codemods.import_cycle.graph.components import acyclic

EXACT = 12  # units up to which every set of cuts is looked at
MANY = 1500  # units from which one greedy pass has to do


@dataclass(frozen=True, slots=True)
class Unit:
    """An edge that may be cut. `parts`: what goes with it; a part counts, and costs, once however many units share it."""

    source: str
    target: str
    parts: tuple[tuple[object, int], ...]  # (part, cost)
    adds: tuple[str, ...] = ()  # nodes that `source` points at instead


@dataclass(frozen=True, slots=True)
class Problem:
    """A component: its nodes, all edges within, each with the parts that hold it up, and the units."""

    nodes: tuple[str, ...]
    edges: Mapping[tuple[str, str], frozenset[object]]
    units: tuple[Unit, ...]


def cheapest(problem: Problem) -> tuple[Unit, ...] | None:
    """The units to cut, in their order; None when cutting all of them leaves a cycle."""
    if not acyclic(_after(problem, problem.units)):
        return None
    return _exact(problem) if len(problem.units) <= EXACT else _greedy(problem)


def cost(units: Iterable[Unit]) -> int:
    """What cutting these units costs."""
    return sum(dict(part for unit in units for part in unit.parts).values())


def _after(problem: Problem, cut: Iterable[Unit]) -> dict[str, set[str]]:
    chosen = list(cut)
    gone = {part for unit in chosen for part, _ in unit.parts}
    graph: dict[str, set[str]] = {node: set() for node in problem.nodes}
    for (source, target), parts in problem.edges.items():
        if not parts <= gone:
            graph[source].add(target)
    for unit in chosen:
        graph[unit.source].update(node for node in unit.adds if node in graph and node != unit.source)
    return graph


def _exact(problem: Problem) -> tuple[Unit, ...]:
    """Every set of units, cheapest first, then fewest, then first in order: the first that leaves no cycle."""
    size = len(problem.units)
    subsets = [tuple(i for i in range(size) if mask >> i & 1) for mask in range(1 << size)]
    ranked = sorted((cost(problem.units[i] for i in subset), len(subset), subset) for subset in subsets)
    for _, _, subset in ranked:
        units = tuple(problem.units[i] for i in subset)
        if acyclic(_after(problem, units)):
            return units
    return problem.units


def _greedy(problem: Problem) -> tuple[Unit, ...]:
    """Cut everything, then put back what closes no cycle, the dearest first; the best of several orders."""
    place = {node: number for number, node in enumerate(_order(problem))}
    forward = [place[unit.source] < place[unit.target] for unit in problem.units]
    price = [cost([unit]) for unit in problem.units]
    numbers = range(len(problem.units))
    orders = [sorted(numbers, key=lambda i: (not forward[i], -price[i], i))]
    if len(problem.units) < MANY:
        orders.append(sorted(numbers, key=lambda i: (-price[i], not forward[i], i)))
        orders.append(sorted(numbers, key=lambda i: (forward[i], -price[i], i)))
    results = [_put_back(problem, order) for order in orders]
    return min(results, key=lambda units: (cost(units), len(units), [(unit.source, unit.target) for unit in units]))


def _put_back(problem: Problem, order: Sequence[int]) -> tuple[Unit, ...]:
    cut = set(range(len(problem.units)))
    graph = _after(problem, problem.units)
    for number in order:
        unit = problem.units[number]
        if unit.adds:
            trial = _after(problem, [problem.units[i] for i in sorted(cut - {number})])
            if acyclic(trial):
                cut.discard(number)
                graph = trial
        elif not _reaches(graph, unit.target, unit.source):
            cut.discard(number)
            graph[unit.source].add(unit.target)
    return tuple(problem.units[i] for i in sorted(cut))


def _reaches(graph: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, stack = {start}, [start]
    while stack:
        node = stack.pop()
        if node == goal:
            return True
        fresh = graph[node] - seen
        seen |= fresh
        stack.extend(fresh)
    return False


def _order(problem: Problem) -> list[str]:
    """An order of the nodes with few edges pointing back: sources first, sinks last, else the node that sends most and
    receives least (Eades, Lin and Smyth, 1993). Edges that cannot be cut weigh as much as all others together."""
    movable = {(unit.source, unit.target): cost([unit]) for unit in problem.units}
    heavy = sum(movable.values()) + 1
    out: dict[str, dict[str, int]] = {node: {} for node in problem.nodes}
    into: dict[str, dict[str, int]] = {node: {} for node in problem.nodes}
    for source, target in sorted(problem.edges):
        out[source][target] = into[target][source] = movable.get((source, target), heavy)
    left = set(problem.nodes)
    head: list[str] = []
    tail: list[str] = []
    while left:
        sink = min((node for node in left if not out[node]), default="")
        first = min((node for node in left if not into[node]), default="")
        node = sink or first or min(left, key=lambda one: (sum(into[one].values()) - sum(out[one].values()), one))
        (tail if sink else head).append(node)
        left.discard(node)
        for target in out[node]:
            into[target].pop(node, None)
        for origin in into[node]:
            out[origin].pop(node, None)
    return head + tail[::-1]
