"""Which part of the old code is which of the new: by what it says, else by its place."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from codemods.pattern.brackets import Group, Node, Run, parenthesised

Pairs = list[tuple[int | None, int]]  # of each new part the old one in whose place it stands
_MOST = 2500  # comparisons of one part with another; beyond that only equal beginnings and ends are found
_SOME = 0.01  # what a pair counts whose words all differ
_LEVELS, _DEEPER = 3, 30  # how many of the items within a text are compared with another text


def aligned(was: Sequence[Node | Run], now: Sequence[Node | Run]) -> Pairs:
    """For each new node the old one whose place it takes, or None; in the order of both."""
    old, new = [node.key for node in was], [node.key for node in now]
    found: list[int | None] = [None] * len(new)
    for i, j, k, m in _differences(old, new, found):
        for one, other in _alike(was[i:j], now[k:m]):
            found[k + other] = i + one
    return [(i, j) for j, i in enumerate(found)]


def _differences(old: list[str], new: list[str], found: list[int | None]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches that differ; `found` gets the pairs that are equal."""
    low, most = 0, min(len(old), len(new))
    while low < most and old[low] == new[low]:
        found[low] = low
        low += 1
    high = 0
    while high < most - low and old[-1 - high] == new[-1 - high]:
        high += 1
        found[len(new) - high] = len(old) - high
    middle = old[low : len(old) - high], new[low : len(new) - high]
    if not all(middle) or max(map(len, middle)) > _MOST // 5:
        yield low, len(old) - high, low, len(new) - high
        return
    for kind, i, j, k, m in difflib.SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if kind == "equal":
            found[low + k : low + m] = range(low + i, low + j)
        else:
            yield low + i, low + j, low + k, low + m


def _alike(was: Sequence[Node | Run], now: Sequence[Node | Run]) -> Iterator[tuple[int, int]]:
    """Pairs of a stretch that differs: items by likeness, brackets by sort, and words one for one where there are as many."""
    if len(was) * len(now) > _MOST:
        yield from ((at, at) for at in range(len(was)) if len(was) == len(now))
        return
    if not was or not now:
        return
    if isinstance(was[0], Run):
        yield from _likest([_words(one.key) for one in was], [_words(one.key) for one in now])
        return
    sorts = [[node.sort if isinstance(node, Group) else "" for node in nodes] for nodes in (was, now)]
    if len(was) == len(now):
        yield from ((at, at) for at in range(len(was)) if sorts[0][at] == sorts[1][at])
        return
    at = 0
    for place, sort in enumerate(sorts[1]):
        if sort and sort in sorts[0][at:]:
            at = sorts[0].index(sort, at)
            yield at, place
            at += 1


def comparable(was: Node | None, now: Node) -> bool:
    """May a new bracket have the layout of an old one? Not where a metavariable holds only one of them."""
    if not isinstance(was, Group) or not isinstance(now, Group) or was.sort[0] != now.sort[0]:
        return False
    return was.held == now.held or (now.held and parenthesised(Run((was,), "")) is not None)


def _words(key: str) -> Counter[str]:
    return Counter(re.findall(r"\w+|[^\w\s]", key))


def _likest(was: Sequence[Counter[str]], now: Sequence[Counter[str]]) -> Iterator[tuple[int, int]]:
    """The pairs in order that have most words in common; where none has any, as many pairs as can be."""

    def likeness(one: Counter[str], other: Counter[str]) -> float:
        return _SOME + 2 * (one & other).total() / max(one.total() + other.total(), 1)

    best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
    for i in reversed(range(len(was))):
        for j in reversed(range(len(now))):
            both = likeness(was[i], now[j]) + best[i + 1][j + 1]
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(was) and j < len(now):
        if best[i][j] == likeness(was[i], now[j]) + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def closest(was: Run, now: Run) -> tuple[Run, Run]:
    """Both, or one of them and what stands in the other and has more in common with it: `f(g(x))` and `g(x, y)`."""
    if was.nodes[0].key == now.nodes[0].key:
        return was, now
    deeper = [(inner, now) for inner in _inner(was)] + [(was, inner) for inner in _inner(now)]
    return max([(was, now), *deeper], key=lambda pair: common(*pair))


def _inner(run: Run) -> list[Run]:
    """The items in a run, and those in them, outermost first."""
    found, level = [run], [run]
    for _ in range(_LEVELS):
        level = [item for one in level for node in one.nodes if isinstance(node, Group) for item in node.items]
        found += level
    return found[1:_DEEPER]


def common(was: Run, now: Run) -> int:
    """The characters that are the same on the first two levels."""
    found = 0
    for i, j in aligned(was.nodes, now.nodes):
        if i is None:
            continue
        one, other = was.nodes[i], now.nodes[j]
        if one.key == other.key:
            found += other.end - other.start
        elif comparable(one, other):
            assert isinstance(one, Group) and isinstance(other, Group)
            items = [(one.items[at], other.items[to]) for at, to in aligned(one.items, other.items) if at is not None]
            found += 1 + sum(new.end - new.start for old, new in items if old.key == new.key)
    return found
