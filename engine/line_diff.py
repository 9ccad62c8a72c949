"""Which lines differ, over str or bytes, in time that stays near-linear on bad input.

The matcher trims the common ends, anchors on lines that are unique on both sides (patience diff, Bram Cohen), and leaves
only small rests to difflib, whose worst case is cubic; a large rest without an anchor becomes one replacement. The result is
a correct diff, not always the shortest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import AnyStr

Block = tuple[int, int, int]  # a[i:i+n] == b[j:j+n] as (i, j, n)
Changed = tuple[int, int, int, int]  # a[a1:a2] is replaced by b[b1:b2]

_SMALL = 40_000  # product of two line counts that difflib may compare
_DEEP = 40  # rounds of anchoring


def changed_blocks(old: Sequence[AnyStr], new: Sequence[AnyStr]) -> Iterator[Changed]:
    """The replaced regions, as 0-based half-open line ranges, in order."""
    i = j = 0
    for x, y, n in [*sorted(_matching(old, new)), (len(old), len(new), 0)]:
        if x > i or y > j:
            yield i, x, j, y
        i, j = x + n, y + n


def _matching(a: Sequence[AnyStr], b: Sequence[AnyStr]) -> Iterator[Block]:
    todo: list[tuple[int, int, int, int, int]] = [(0, len(a), 0, len(b), 0)]
    while todo:
        a1, a2, b1, b2, depth = todo.pop()
        i, j, end = a1, b1, 0
        while a1 < a2 and b1 < b2 and a[a1] == b[b1]:
            a1, b1 = a1 + 1, b1 + 1
        while a1 < a2 and b1 < b2 and a[a2 - 1] == b[b2 - 1]:
            a2, b2, end = a2 - 1, b2 - 1, end + 1
        if a1 > i:
            yield i, j, a1 - i
        if end:
            yield a2, b2, end
        if a1 == a2 or b1 == b2:
            continue
        anchors: list[tuple[int, int]] = _anchors(a, b, (a1, a2, b1, b2)) if depth < _DEEP else []
        if anchors:
            for i, j in [*anchors, (a2, b2)]:
                todo.append((a1, i, b1, j, depth + 1))
                a1, b1 = i, j
        elif (a2 - a1) * (b2 - b1) <= _SMALL:
            matcher = SequenceMatcher(None, a[a1:a2], b[b1:b2], autojunk=False)
            yield from ((a1 + i, b1 + j, n) for i, j, n in matcher.get_matching_blocks() if n)


def _anchors(a: Sequence[AnyStr], b: Sequence[AnyStr], region: Changed) -> list[tuple[int, int]]:
    """The longest rising run of lines that stand exactly once on each side of the region."""
    a1, a2, b1, b2 = region
    in_a, in_b = Counter(a[a1:a2]), Counter(b[b1:b2])
    place = {line: j for j, line in enumerate(b[b1:b2], b1) if in_b[line] == 1}
    pairs = [(i, place[line]) for i, line in enumerate(a[a1:a2], a1) if in_a[line] == 1 and line in place]
    tails: list[int] = []  # tails[k]: the smallest end, in b, of a rising run of k + 1 pairs
    runs: list[int] = []  # index of the pair that ends it
    previous: list[int] = []
    for index, (_, j) in enumerate(pairs):
        k = bisect_left(tails, j)
        previous.append(runs[k - 1] if k else -1)
        tails[k : k + 1] = [j]
        runs[k : k + 1] = [index]
    chain: list[tuple[int, int]] = []
    index = runs[-1] if runs else -1
    while index >= 0:
        chain.append(pairs[index])
        index = previous[index]
    return chain[::-1]
