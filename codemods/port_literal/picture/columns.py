"""Which column of a layered drawing each node of a graph belongs to. Pure."""

from collections import defaultdict

from codemods.port_literal.picture.links import Graph


def columns(graph: Graph) -> dict[int, int]:
    """The column of each node: right of everything it connects to, but for edges that would close a circle.

    Nodes without edges are spread over the columns, at least three of them.
    """
    after = _acyclic(graph)
    order: list[int] = []
    entering: dict[int, int] = defaultdict(int)
    for others in after.values():
        for other in others:
            entering[other] += 1
    ready = [index for index in range(len(graph.nodes)) if not entering[index]]
    column = dict.fromkeys(range(len(graph.nodes)), 0)
    while ready:
        node = ready.pop(0)
        order.append(node)
        for other in after[node]:
            column[other] = max(column[other], column[node] + 1)
            entering[other] -= 1
            if not entering[other]:
                ready.append(other)
    targets = {other for others in after.values() for other in others}
    for node in reversed(order):  # who connects to nobody goes as near as it can to who connects to it
        if node not in targets and after[node]:
            column[node] = min(column[other] for other in after[node]) - 1
    busy = {edge.source for edge in graph.edges} | {edge.target for edge in graph.edges}
    alone = [index for index in range(len(graph.nodes)) if index not in busy]
    count = max(max(column.values(), default=0) + 1, min(3, len(alone)))
    load = [sum(1 for index in busy if column[index] == number) for number in range(count)]
    for index in alone:
        column[index] = min(range(count), key=lambda number: (load[number], number))
        load[column[index]] += 1
    return column


def _acyclic(graph: Graph) -> dict[int, list[int]]:
    """Targets of each node, less the edges that lead back to where a walk came from (depth first, in order)."""
    every: dict[int, list[int]] = {index: [] for index in range(len(graph.nodes))}
    for edge in graph.edges:
        if edge.target != edge.source and edge.target not in every[edge.source]:
            every[edge.source].append(edge.target)
    entered = {other for others in every.values() for other in others}
    kept: dict[int, list[int]] = {index: [] for index in every}
    state: dict[int, int] = {}  # 1: on the way, 2: done
    for start in sorted(every, key=lambda index: (index in entered, index)):
        work = [(start, 0)] if start not in state else []
        while work:
            node, step = work.pop()
            state[node] = 1
            if step == len(every[node]):
                state[node] = 2
                continue
            work.append((node, step + 1))
            other = every[node][step]
            if state.get(other) != 1:
                kept[node].append(other)
                if other not in state:
                    work.append((other, 0))
    return kept
