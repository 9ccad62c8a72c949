"""A whole new text of a file as small edits: one hunk for each run of lines that differ, none larger than it must be.

Tools that give back a file and not a list of edits come in here. Lines are compared without their newlines, so that a tool
which writes others changes nothing by that. Pure.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.line_diff import changed_blocks
from engine.model import Edit, Site, Span
from engine.source import Source

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_WORD = re.compile(r"\w+|\W+")
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Edits that belong together, and the region in which they may alter the tree. Offsets of the old text."""

    edits: tuple[Edit, ...]
    span: Span

    def site(self, source: Source) -> Site:
        """From the first character that is not white space to the last one of the edits' lines."""
        start, end = self.edits[0].start, self.edits[-1].end
        kept = source.text[start:end]
        if not kept.strip():
            return Site(source.path, *source.position(start))
        start += len(kept) - len(kept.lstrip())
        return Site(source.path, *source.position(start), *source.position(end - len(kept) + len(kept.rstrip())))


def lines_of(text: str) -> list[str]:
    """The lines of a text with their newlines, as the tokenizer counts them: a form feed or U+2028 ends none."""
    return _LINE.findall(text)


def text_edits(source: Source, text: str) -> tuple[Edit, ...]:
    """The edits of whole lines that turn the file into `text`; its own newlines are kept, and inserted lines get them."""
    old, new = lines_of(source.text), lines_of(text)
    return tuple(_edit(source, new, *place) for place in line_hunks(old, new))


def line_hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """(first, end) of the old lines and (first, end) of the new ones that take their place, 0-based, in order."""
    was, now = [line.rstrip("\r\n") for line in old], [line.rstrip("\r\n") for line in new]
    for i, j, k, m in changed_blocks(was, now):
        if j - i == m - k:
            yield from ((i + at, i + at + 1, k + at, k + at + 1) for at in range(j - i))
        else:
            yield i, j, k, m


def _edit(source: Source, new: Sequence[str], i: int, j: int, k: int, m: int) -> Edit:
    starts = [*source.line_starts, len(source.text)]
    start, end = starts[min(i, len(starts) - 1)], starts[min(j, len(starts) - 1)]
    text = "".join(line.rstrip("\r\n") + (source.newline if line[-1] in "\r\n" else "") for line in new[k:m])
    unended = bool(source.text) and source.text[-1] not in "\r\n"
    if unended and end == len(source.text):  # the last line keeps having no newline
        text = text.removesuffix(source.newline)
        text = source.newline + text if start == end else text
    elif text and text[-1] not in "\r\n" and end < len(source.text):
        text += source.newline
    kept = 0  # indentation stays: statements then begin where they began
    while kept < min(len(text), end - start) and text[kept] in " \t" and text[kept] == source.text[start + kept]:
        kept += 1
    return Edit(source.path, start + kept, end, text[kept:])


def word_edits(source: Source, edit: Edit) -> tuple[Edit, ...]:
    """The edit as one of each word that it changes; itself where it changes more than words."""
    old = list(_WORD.finditer(source.text, edit.start, edit.end))
    new = _WORD.findall(edit.text)
    if len(old) != len(new):
        return (edit,)
    changed = [(was, now) for was, now in zip(old, new, strict=True) if was[0] != now]
    if not all(_is_word(was[0]) and _is_word(now) for was, now in changed):
        return (edit,)
    return tuple(Edit(edit.path, was.start(), was.end(), now) for was, now in changed)


def _is_word(text: str) -> bool:
    return text[0].isalnum() or text[0] == "_"


def hunks(source: Source, text: str) -> list[Hunk]:
    """The edits that turn a file that parses into `text`, those of one statement together, in order."""
    found: list[Hunk] = []
    for edit in text_edits(source, text):
        start, end = _region(source, edit)
        last = found[-1] if found else None
        if last is not None and start < last.span.end:
            low, high = min(start, last.span.start), max(end, last.span.end)
            found[-1] = Hunk((*last.edits, edit), Span(source.path, low, high))
        else:
            found.append(Hunk((edit,), Span(source.path, start, end)))
    return found


def _region(source: Source, edit: Edit) -> tuple[int, int]:
    """The statements that an edit of whole lines touches, or the header of one; or just the edit, between statements."""
    start, end = edit.start, edit.end
    if start == end and edit.text[:1].isspace() and start:  # more of a block: it grows from its last statement
        start = len(source.text[:start].rstrip())
        start = source.line_start(max(start - 1, 0))
    block: Sequence[ast.stmt] = source.tree.body
    while True:
        touched = [node for node in block if _first(source, node) < end and start < source.line_end(source.end(node))]
        if not touched:
            return start, end
        low, high = _first(source, touched[0]), source.line_end(source.end(touched[-1]))
        inner = _around(source, touched[0], start, end) if len(touched) == 1 else None
        if inner is None:
            return min(start, low), max(end, high)
        if isinstance(inner, tuple):
            return inner
        block = inner


def _around(source: Source, node: ast.stmt, start: int, end: int) -> Sequence[ast.stmt] | tuple[int, int] | None:
    """The block of a statement that holds the region, or the extent of the header that does; None: it is in no single part."""
    parts = [node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    for part in parts:
        for name in _BLOCKS:
            block = getattr(part, name, None)
            if block and _first(source, block[0]) <= start and end <= source.line_end(source.end(block[-1])):
                return list(block)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and _first(source, node) <= start and end <= (limit := _first(source, body[0])):
        return _first(source, node), limit
    return None


def _first(source: Source, node: ast.stmt) -> int:
    """Where the lines of a statement begin, its decorators included."""
    decorators = getattr(node, "decorator_list", ())
    return source.line_start(min(source.start(one) for one in (node, *decorators)))
