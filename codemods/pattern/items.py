"""The items of a bracket in a new text: those that stay keep their lines, new ones get lines like their neighbours'."""

from __future__ import annotations

import re
from typing import Protocol

from codemods.pattern.brackets import Group, Run
from codemods.pattern.pairing import aligned

NEWLINE = re.compile(r"\r\n|\n|\r")
LAST = re.compile(r"(?:\r\n|\n|\r)[^\r\n]*\Z")


class Out(Protocol):
    """Where the new text goes, from left to right."""

    old: str
    column: int  # 0-based, of what comes next
    width: int  # of the old code's longest line, or more

    def write(self, text: str) -> None:
        """New code."""

    def gap(self, text: str) -> None:
        """White space and comments of the old code."""

    def item(self, was: Run | None, now: Run) -> None:
        """An item, in the layout of the old one."""


class Items:
    """One bracket: its old items, and the gaps around them."""

    def __init__(self, out: Out, was: Group, now: Group) -> None:
        self.out, self.was, self.now, self.count = out, was, now, len(was.items)
        self.before = [out.old[slice(*place)] for place in was.before]
        self.behind = [out.old[slice(*place)] for place in was.behind]
        self.tail = out.old[slice(*was.tail)]
        self.filled = _is_filled(self.before, self.behind)
        self.pending = ""  # a comment that still belongs to the line at hand
        alone = len(now.items) == 1 and was.sort in ("(", "[call")  # there a comma makes a tuple
        self.last = "," if (now if alone else was).comma else ""

    def write(self) -> None:
        last: int | None = -1  # the old place of the item before; -1 at the beginning
        for place, (i, j) in enumerate(aligned(self.was.items, self.now.items)):
            if place == 0:
                self.begin(i)
            else:
                self.between(last, i, self.now.items[j])
            self.out.item(None if i is None else self.was.items[i], self.now.items[j])
            last = i
        if last != -1:
            self.end(last)

    def begin(self, i: int | None) -> None:
        if i == 0 or not self.before:
            self.out.gap("".join(self.before[:1]))
            return
        same, rest = split(self.before[0])
        own = split(self.before[i])[1] if i else ""
        if rest:
            self.out.gap(same + (own or bare(rest)))
        else:
            self.out.gap(own if "#" in own else self.before[0])

    def between(self, last: int | None, i: int | None, item: Run) -> None:
        if i is None:
            self.to_new(last, item)
        elif last is None:
            behind, before = self.style(i)
            self.comma(behind, self.pending + (split(self.before[i])[1] or before))
            self.pending = ""
        elif i == last + 1:
            self.comma(self.behind[last], self.before[i])
        else:  # what stood between is gone
            same, rest = split(self.before[last + 1])
            gap = split(self.before[i])[1] or (bare(rest) if rest else self.before[i])
            self.comma(self.behind[last], same + gap)

    def to_new(self, last: int | None, item: Run) -> None:
        """From an item to a new one behind it."""
        after = self.count if last is None else last + 1
        behind, before = self.style(after)
        if self.filled:  # several items on a line: there is room for it, or there is not
            line = next((bare(gap) for gap in reversed(self.before) if NEWLINE.search(gap)), "")
            wide = self.out.column + len(", ,") + item.end - item.start > self.out.width
            behind, before = "", line if wide and line else " " if NEWLINE.search(before) else before
        same = ""
        if last is not None:
            same, rest = split(self.before[after] if after < self.count else self.tail)
            same = same if rest else ""
        has_comma = last is not None and (after < self.count or self.was.comma)
        if last is not None and has_comma:
            behind = self.behind[last]
        if NEWLINE.search(behind) and not NEWLINE.search(before) and not has_comma:
            self.out.gap(same)
            self.comma(behind, before)
        elif NEWLINE.search(before):
            self.comma(behind, same + before)
        else:
            self.pending += same
            self.comma(behind, before)

    def comma(self, behind: str, before: str) -> None:
        self.out.gap(behind)
        self.out.write(",")
        self.out.gap(before)

    def end(self, last: int | None) -> None:
        if last == self.count - 1:
            self.out.gap(self.behind[last])
            self.out.write(self.last)
            self.out.gap(self.tail)
            return
        rest = split(self.tail)[1] or self.tail
        self.out.write(self.last)
        if last is not None:  # what stood behind it is gone
            same, line = split(self.before[last + 1])
            self.pending = same + (bare(line) if "#" in same and not NEWLINE.search(rest) else "") if line else ""
        self.out.gap(self.pending + rest)

    def style(self, place: int) -> tuple[str, str]:
        """What stands before and behind the comma before a new item at this place among the old ones."""
        if place < self.count and place > 0:
            return _blank(self.behind[place - 1]), _blank(self.before[place])
        if self.count > 1:
            at = self.count - 1 if place else 1
            return _blank(self.behind[at - 1]), _blank(self.before[at])
        line = split(self.before[0])[1] if self.before else ""
        return "", bare(line) if line else " "


def _is_filled(before: list[str], behind: list[str]) -> bool:
    """Do several items share a line, the last two lines included?"""
    lines = [bool(NEWLINE.search(one) or NEWLINE.search(other)) for one, other in zip(before, ["", *behind], strict=False)]
    return not all(lines[1:]) and not all(lines[-2:])


def split(gap: str) -> tuple[str, str]:
    """The rest of the line at hand, comment and all, and what comes from its line break on; ("", "") where it breaks none."""
    found = NEWLINE.search(gap)
    return (gap[: found.start()], gap[found.start() :]) if found else ("", "")


def bare(gap: str) -> str:
    """The last line break of a gap and the indentation behind it."""
    found = LAST.search(gap)
    return found[0] if found else ""


def _blank(gap: str) -> str:
    return bare(gap) if NEWLINE.search(gap) else gap
