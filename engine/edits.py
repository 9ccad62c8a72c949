"""Text edits as values: applying them, finding overlaps, and mapping positions forward and back."""

from __future__ import annotations

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


def overlap(one: Sequence[Edit], other: Sequence[Edit]) -> bool:
    """Do two sets of edits of one file touch the same character, or insert at the same place?"""
    return any((a.start < b.end and b.start < a.end) or a.start == b.start for a in one for b in other)


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
