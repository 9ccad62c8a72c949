"""Text edits as values: applying them, finding overlaps, and mapping positions forward and back."""

from __future__ import annotations

import bisect
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


def forward(edits: Sequence[Edit], offset: int, after: bool = False) -> int:
    """An offset of the old text in the new text. `after`: behind text that is inserted exactly there.

    Inside a replaced region the result is the start of what replaced it.
    """
    delta = 0
    for edit in sorted(edits):
        if edit.end < offset or (edit.end == offset and (edit.start < offset or after)):
            delta += len(edit.text) - (edit.end - edit.start)
        elif edit.start < offset:
            return edit.start + delta
    return offset + delta


def backward(edits: Sequence[Edit], offset: int) -> int:
    """An offset of the new text in the old text; inside new text, the start of what it replaced."""
    delta = 0
    for edit in sorted(edits):
        start = edit.start + delta
        if offset < start:
            break
        if offset < start + len(edit.text):
            return edit.start
        delta += len(edit.text) - (edit.end - edit.start)
    return offset - delta
