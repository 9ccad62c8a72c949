"""The longest chain through a graph that may hold circles. Pure."""

from collections.abc import Iterable, Sequence

Link = tuple[int, ...]


def longest_chain(names: Sequence[str], needs: Iterable[tuple[int, int]]) -> tuple[Link, ...]:
    """The longest chain of nodes, each link needed by the next; empty when nothing needs anything.

    `names[i]` is node i, and settles ties: of two chains as long, the one whose names come first. `needs` holds (who
    needs, who is needed). Nodes that need each other in a circle are one link, which is as long as it has members.
    """
    wanted: list[list[int]] = [[] for _ in names]
    for who, whom in sorted(set(needs)):
        if who != whom:
            wanted[who].append(whom)
    links = circles(wanted)
    of = {node: number for number, link in enumerate(links) for node in link}
    best: list[tuple[int, tuple[str, ...], tuple[int, ...]]] = []  # minus the length, names, links: the chain that ends here
    for number, link in enumerate(links):  # a link comes after every one that it needs
        below = {of[whom] for who in link for whom in wanted[who]} - {number}
        length, said, chain = min((best[other] for other in below), default=(0, (), ()))
        best.append((length - len(link), (*said, *(names[node] for node in link)), (*chain, number)))
    if not best:
        return ()
    length, _, chain = min(best)
    return tuple(links[number] for number in chain) if length < -1 else ()


def circles(wanted: Sequence[Sequence[int]]) -> list[Link]:
    """Strongly connected components, each sorted, each after those it leads to (Tarjan 1972, with a stack of its own)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    found: list[Link] = []
    path: list[int] = []
    on_path: set[int] = set()
    for start in range(len(wanted)):
        work = [(start, 0)] if start not in index else []
        while work:
            node, step = work.pop()
            if step == 0:
                index[node] = low[node] = len(index)
                path.append(node)
                on_path.add(node)
            else:
                low[node] = min(low[node], low[wanted[node][step - 1]])
            for number in range(step, len(wanted[node])):
                other = wanted[node][number]
                if other not in index:
                    work += [(node, number + 1), (other, 0)]
                    break
                if other in on_path:
                    low[node] = min(low[node], index[other])
            else:
                if low[node] == index[node]:
                    cut = path.index(node)
                    found.append(tuple(sorted(path[cut:])))
                    on_path.difference_update(path[cut:])
                    del path[cut:]
    return found
