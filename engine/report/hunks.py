"""Line diffs as hunks, over str or bytes. Lines end at \\n only, as git counts them, and keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import AnyStr, Generic, Literal

from engine.line_diff import Changed, changed_blocks

Mark = Literal[" ", "-", "+"]


@dataclass(frozen=True, slots=True)
class Hunk(Generic[AnyStr]):
    """One run of changes with its context. Starts are 1-based lines; where a count is 0, the line before."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[tuple[Mark, AnyStr], ...]

    @property
    def header(self) -> str:
        """`@@ -1,3 +1,4 @@`"""
        return f"@@ -{_range(self.old_start, self.old_count)} +{_range(self.new_start, self.new_count)} @@"


def split_lines(text: AnyStr) -> list[AnyStr]:
    """Lines with their \\n; the last one may lack it."""
    if isinstance(text, bytes):
        return _ended(text.split(b"\n"), b"\n")
    return _ended(text.split("\n"), "\n")


def hunks(before: AnyStr, after: AnyStr, context: int = 3) -> list[Hunk[AnyStr]]:
    """The differences of two texts, with `context` unchanged lines around each; neighbours are joined."""
    old, new = split_lines(before), split_lines(after)
    groups: list[list[Changed]] = []
    for block in changed_blocks(old, new):
        if groups and block[0] - groups[-1][-1][1] <= 2 * context:
            groups[-1].append(block)
        else:
            groups.append([block])
    return [_hunk(old, new, group, context) for group in groups]


def _hunk(old: list[AnyStr], new: list[AnyStr], group: list[Changed], context: int) -> Hunk[AnyStr]:
    before = min(context, group[0][0])
    after = min(context, len(old) - group[-1][1])
    old_start, new_start = group[0][0] - before, group[0][2] - before
    lines: list[tuple[Mark, AnyStr]] = []
    at = old_start
    for a1, a2, b1, b2 in group:
        lines += [(" ", line) for line in old[at:a1]]
        lines += [("-", line) for line in old[a1:a2]]
        lines += [("+", line) for line in new[b1:b2]]
        at = a2
    lines += [(" ", line) for line in old[at : at + after]]
    old_count, new_count = at + after - old_start, group[-1][3] + after - new_start
    return Hunk(old_start + bool(old_count), old_count, new_start + bool(new_count), new_count, tuple(lines))


def _ended(parts: list[AnyStr], newline: AnyStr) -> list[AnyStr]:
    """What split() gave, each part but the last with its newline again."""
    return [part + newline for part in parts[:-1]] + parts[-1:] * bool(parts[-1])


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"
