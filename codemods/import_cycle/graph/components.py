"""Strongly connected components of a small directed graph, and whether it has any cycle. Iterative Tarjan."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Adjacency = Mapping[str, Collection[str]]


def components(graph: Adjacency) -> tuple[tuple[str, ...], ...]:
    """The components of two or more nodes: each sorted, and the whole sorted. Edges to unknown nodes count for nothing."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            for child in children:
                if child not in graph:
                    continue
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, iter(sorted(graph[child]))))
                    break
                if child in on_stack:
                    low[node] = min(low[node], index[child])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    members = _pop(stack, on_stack, node)
                    if len(members) > 1:
                        found.append(tuple(sorted(members)))
    return tuple(sorted(found))


def _pop(stack: list[str], on_stack: set[str], last: str) -> list[str]:
    """The nodes above and with `last`, taken off the stack."""
    members = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        members.append(node)
        if node == last:
            return members


def acyclic(graph: Adjacency) -> bool:
    """Has the graph no cycle at all? A node that points at itself is no cycle here: a module may name its own package."""
    degrees = dict.fromkeys(graph, 0)
    for node, targets in graph.items():
        for target in targets:
            if target in degrees and target != node:
                degrees[target] += 1
    ready = [node for node, degree in degrees.items() if not degree]
    seen = 0
    while ready:
        node = ready.pop()
        seen += 1
        for target in graph[node]:
            if target in degrees and target != node:
                degrees[target] -= 1
                if not degrees[target]:
                    ready.append(target)
    return seen == len(degrees)


def shortest_cycle(graph: Adjacency) -> tuple[str, ...]:
    """The nodes of one shortest cycle, in the order of its edges, from its least node on; empty when there is none."""
    best: tuple[str, ...] = ()
    for start in sorted(graph):
        before: dict[str, str] = {}
        queue = [start]
        for node in queue:
            for target in sorted(graph[node]):
                if target == start and node != start:
                    path = [node]
                    while path[-1] != start:
                        path.append(before[path[-1]])
                    if not best or len(path) < len(best):
                        best = tuple(reversed(path))
                    queue.clear()
                    break
                if target in graph and target not in before and target != start:
                    before[target] = node
                    queue.append(target)
    return best
