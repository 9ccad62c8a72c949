"""Which column of a layered drawing each node of a graph belongs to. Pure."""

from collections import defaultdict
from collections.abc import Sequence


def columns(count: int, edges: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The column of each of `count` nodes: left of everything its edges lead to, but for edges that would close a circle.

    Nodes without edges are spread over the columns, at least three of them.
    """
    after = _acyclic(count, edges)
    order: list[int] = []
    entering: dict[int, int] = defaultdict(int)
    for others in after.values():
        for other in others:
            entering[other] += 1
    ready = [index for index in range(count) if not entering[index]]
    column = dict.fromkeys(range(count), 0)
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
    busy = {end for edge in edges for end in edge}
    alone = [index for index in range(count) if index not in busy]
    width = max(max(column.values(), default=0) + 1, min(3, len(alone)))
    load = [sum(1 for index in busy if column[index] == number) for number in range(width)]
    for index in alone:
        column[index] = min(range(width), key=lambda number: (load[number], number))
        load[column[index]] += 1
    return column


def _acyclic(count: int, edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Targets of each node, less the edges that lead back to where a walk came from (depth first, in order)."""
    every: dict[int, list[int]] = {index: [] for index in range(count)}
    for source, target in edges:
        if target != source and target not in every[source]:
            every[source].append(target)
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
