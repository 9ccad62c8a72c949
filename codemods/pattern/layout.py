"""New code in the layout of the code that it replaces: line breaks, alignment, trailing commas and comments stay where they were.

Text in, text out. What the result means, its caller proves; where that fails the new code stands as it was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from codemods.pattern.brackets import Group, Node, Places, Run, parenthesised, read_run
from codemods.pattern.columns import column_of, is_aligned, moved_blank, stands_on_lines
from codemods.pattern.items import LAST, NEWLINE, Items, bare, split
from codemods.pattern.pairing import aligned, closest, common, comparable
from codemods.pattern.text import comments

_WIDTH = 79  # a line may grow to this, or to what the old code has
_LINE_START = re.compile(r"(\r\n|\n|\r)([ \t]*)(?![ \t\r\n])")  # of a line that is not blank


def keeps(text: str, *others: str) -> bool:
    """Does a text hold every comment that one of the others holds, as often, and no other?"""
    wanted: Counter[str] = Counter()
    for other in others:
        wanted |= Counter(_comments(other))
    return wanted == Counter(_comments(text))


def _comments(text: str) -> list[str]:
    return comments(f"({text}\n)")


def relaid(old: str, new: str, column: int = 0, indent: str = "", held: tuple[Places, Places] = ((), ())) -> str:
    """`new`, laid out as `old` was where they have brackets in common; `new` as it is where they cannot be compared.

    `column`: 0-based place of `old` on its first line, which begins with `indent`. `held`: what metavariables hold in each,
    by offsets; its brackets are not those of the template.
    """
    if old == new:
        return new
    try:
        was, now = read_run(old, held[0]), read_run(new, held[1])
        if was is None or now is None or not was.nodes or not now.nodes:
            return new
        if "\n" in old:
            was, now = closest(was, now)
        merger = _Merger(old, new, column, indent)
        merger.begin(was, now)
        merger.run(was, now)
    except RecursionError:
        return new
    return new[: now.start] + "".join(merger.parts) + new[now.end :]


class _Merger:
    """Writes the new code from left to right, with the old one's white space."""

    def __init__(self, old: str, new: str, column: int, indent: str) -> None:
        self.old, self.new, self.indent = old, new, indent
        self.parts: list[str] = []
        self.first = column
        self.width = max(_WIDTH, *map(len, (" " * column + old).splitlines()))
        self.column = column
        self.shift = 0  # how far lines inside the bracket at hand have moved to the right
        self.floor = 0  # those that were indented at least so far

    def begin(self, was: Run, now: Run) -> None:
        """What is compared may begin further on in the new code, or come from deeper inside the old."""
        self.column = column_of(self.new, now.start, self.first)
        if NEWLINE.search(self.old[: was.start]):
            self.shift = len(self.indent) - (column_of(self.old, was.start, self.first))

    # -- writing -------------------------------------------------------------------------

    def write(self, text: str) -> None:
        self.parts.append(text)
        line = LAST.search(text)
        self.column = len(line[0].lstrip("\r\n")) if line else self.column + len(text)

    def gap(self, text: str) -> None:
        """White space and comments of the old code; its lines move along with what they are aligned with."""
        if self.shift:
            text = _LINE_START.sub(lambda found: found[1] + moved_blank(found[2], self.shift, self.floor), text)
        self.write(text)

    def kept(self, nodes: Sequence[Node]) -> None:
        """Old code as it stands, but for lines that are aligned with what has moved."""
        start, end = nodes[0].start, nodes[-1].end
        if not self.shift and self.column == column_of(self.old, start, self.first):
            self.write(self.old[start:end])
            return
        for at, node in enumerate(nodes):
            if at:
                self.gap(self.old[nodes[at - 1].end : node.start])
            if isinstance(node, Group):
                self.kept_group(node)
            else:
                self.write(self.old[node.start : node.end])

    def kept_group(self, group: Group) -> None:
        moved = self.opened(group, self.old[group.start : group.start + 1])
        for before, item, behind in zip(group.before, group.items, group.behind, strict=True):
            self.gap(self.old[slice(*before)])
            self.kept(item.nodes)
            self.gap(self.old[slice(*behind)])
            self.write("," if item is not group.items[-1] or group.comma else "")
        self.gap(self.old[slice(*group.tail)])
        self.write(self.old[group.end - 1 : group.end])
        self.shift, self.floor = moved

    def opened(self, group: Group, bracket: str) -> tuple[int, int]:
        """Write the opening bracket; what the lines in it are to move by. Returns what they moved by around it."""
        shift, floor, column = self.shift, self.floor, column_of(self.old, group.start + 1, self.first)
        self.write(bracket)
        if is_aligned(group, self.old, column):
            self.shift, self.floor = self.column - column, column
        return shift, floor

    # -- words in a row ------------------------------------------------------------------

    def run(self, was: Run, now: Run) -> None:
        outer, wanted = parenthesised(was), parenthesised(now)
        if outer is None and wanted is not None:
            self.write("(")
            self.run(was, wanted.items[0])
            self.write(")")
            return
        if was.key == now.key:
            self.kept(was.nodes)
            return
        if outer is not None and not outer.held and wanted is None and common(outer.items[0], now):
            moved = self.opened(outer, "(")
            self.gap(self.old[slice(*outer.before[0])])
            self.run(outer.items[0], now)
            self.gap(self.old[slice(*outer.tail)])
            self.write(")")
            self.shift, self.floor = moved
            return
        pairs = aligned(was.nodes, now.nodes)
        for place, (i, j) in enumerate(pairs):
            if place:
                self.between(was, now, pairs[place - 1][0], i, j)
            self.node(None if i is None else was.nodes[i], now.nodes[j])

    def between(self, was: Run, now: Run, before: int | None, i: int | None, j: int) -> None:
        """The gap before the new node `j`: the old one where it stood there, or where a line ended there."""
        gap = self.new[now.nodes[j - 1].end : now.nodes[j].start]
        if i:
            written = self.old[was.nodes[i - 1].end : was.nodes[i].start]
            same = before == i - 1 and _as_before(was.nodes[i - 1], now.nodes[j - 1]) and _as_before(was.nodes[i], now.nodes[j])
            if same or (NEWLINE.search(written) and before in (i - 1, None)):
                self.gap(written)
                return
        self.write(gap)

    def node(self, was: Node | None, now: Node) -> None:
        if was is not None and was.key == now.key:
            self.kept((was,))
        elif comparable(was, now):
            assert isinstance(was, Group) and isinstance(now, Group)
            self.group(was, now)
        else:
            self.write(self.new[now.start : now.end])

    # -- brackets ------------------------------------------------------------------------

    def group(self, was: Group, now: Group) -> None:
        moved = self.opened(was, self.new[now.start : now.start + 1])
        if now.items and (stands_on_lines(now, self.new) and not stands_on_lines(was, self.old)):
            self.as_new(was, now)
        elif now.items and not was.items:
            self.filled(was, now)
        else:
            Items(self, was, now).write()
        self.write(self.new[now.end - 1 : now.end])
        self.shift, self.floor = moved

    def as_new(self, was: Group, now: Group) -> None:
        """Items in the new layout: the old code stood on one line."""
        for place, (i, j) in enumerate(aligned(was.items, now.items)):
            low, high = now.before[j]
            self.write(self.new[now.behind[j - 1][0] : high] if place else self.new[low:high])
            self.item(None if i is None else was.items[i], now.items[j])
        self.write(self.new[now.items[-1].end : now.end - 1])

    def filled(self, was: Group, now: Group) -> None:
        """Items in a bracket that held none."""
        tail = self.old[slice(*was.tail)]
        same, rest = split(tail)
        if not rest:
            self.write(self.new[now.start + 1 : now.end - 1])
            return
        inner = f"{bare(rest)}{_step(self.indent)}"
        for place, item in enumerate(now.items):
            self.write("," if place else same)
            self.write(inner)
            self.write(self.new[item.start : item.end])
        self.write("," if now.comma else "")
        self.gap(rest)

    def item(self, was: Run | None, now: Run) -> None:
        if was is None:
            self.write(self.new[now.start : now.end])
        else:
            self.run(was, now)


def _as_before(was: Node, now: Node) -> bool:
    return was.key == now.key or (isinstance(was, Group) and isinstance(now, Group) and was.sort == now.sort)


def _step(indent: str) -> str:
    return "\t" if "\t" in indent else "    "
