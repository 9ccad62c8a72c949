"""Text edits as values: applying them, finding overlaps, and mapping positions forward and back."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence

from engine.model import Edit


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit applied, in any order. Raises ValueError for edits that overlap or lie outside the text."""
    out, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            raise ValueError(f"edits overlap at offset {edit.start}")
        if not edit.start <= edit.end <= len(text):
            raise ValueError(f"an edit from {edit.start} to {edit.end} does not lie in a text of {len(text)} characters")
        out += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*out, text[at:]])


def overlap(edits: Sequence[Edit], taken: Sequence[Edit]) -> bool:
    """Does an edit touch a character that one of `taken` touches, or insert where one begins?

    `taken` is sorted and free of overlaps, so that its neighbours are all that can collide.
    """
    for edit in edits:
        index = bisect.bisect_left(taken, edit.start, key=lambda other: other.start)
        for other in taken[max(index - 1, 0) : index + 1]:
            if other.start == edit.start or (edit.start < other.end and other.start < edit.end):
                return True
    return False


class Shift:
    """Edits of one text, free of overlaps, as a map between offsets of the old text and of the new one."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = sorted(edits)
        self._ends = [edit.end for edit in self._edits]
        grown = (len(edit.text) - (edit.end - edit.start) for edit in self._edits)
        self._deltas = [0, *itertools.accumulate(grown)]  # how far the text before edit i moved what follows
        self._starts = [edit.start + delta for edit, delta in zip(self._edits, self._deltas, strict=False)]

    def forward(self, offset: int, after: bool = False) -> int:
        """An offset of the old text in the new text. `after`: behind text that is inserted exactly there.

        Inside a replaced region the result is the start of what replaced it.
        """
        index = bisect.bisect_left(self._ends, offset)
        while index < len(self._edits) and (edit := self._edits[index]).start <= offset:
            if edit.end == offset and (edit.start < offset or after):
                index += 1
            elif edit.start < offset:
                return self._starts[index]
            else:
                break
        return offset + self._deltas[index]

    def backward(self, offset: int) -> int:
        """An offset of the new text in the old text; inside new text, the start of what it replaced."""
        index = bisect.bisect_right(self._starts, offset)
        if index and offset < self._starts[index - 1] + len(self._edits[index - 1].text):
            return self._edits[index - 1].start
        return offset - self._deltas[index]
