"""Where brackets and lines stand in a text, and what is aligned with what."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from codemods.pattern.brackets import Group
from codemods.pattern.items import NEWLINE, bare


def stands_on_lines(group: Group, text: str) -> bool:
    """Does the bracket itself stand on several lines, not only what an item of it holds?"""
    return any(NEWLINE.search(text[low:high]) for low, high in (*group.before, *group.behind, group.tail))


def column_of(text: str, at: int, first: int) -> int:
    """The 0-based column of an offset; `first` is that of the text's first character."""
    line = text.rfind("\n", 0, at) + 1
    return at - line + (0 if line else first)


def is_aligned(group: Group, text: str, column: int) -> bool:
    """Do the lines of a bracket begin where its first item does?"""
    if not group.items or NEWLINE.search(text[slice(*group.before[0])]):
        return False
    place = column + group.items[0].start - group.start - 1
    within = [text[one.end : other.start] for item in group.items for one, other in itertools.pairwise(item.nodes)]
    between = _indents(text[low:high] for low, high in group.before[1:])
    deep = _indents(within)
    return place in (*between, *deep) and all(one == place for one in between) and all(one >= place for one in deep)


def _indents(gaps: Iterable[str]) -> list[int]:
    """How far the code behind each line break is indented."""
    return [len(bare(gap).lstrip("\r\n")) for gap in gaps if NEWLINE.search(gap)]


def moved_blank(blank: str, shift: int, floor: int) -> str:
    """Indentation that grows by blanks at its end, or loses some of those."""
    if len(blank) < floor:
        return blank
    spaces = len(blank) - len(blank.rstrip(" "))
    return blank + " " * shift if shift >= 0 else blank[: len(blank) - min(-shift, spaces)]
