"""The lines of one statement, with suites left out: what a slice is made of. Text only, no LibCST."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.model import Edit, RewrightError, Span
from engine.source import Source

_FORM_FEED = re.compile(r"(?:[ \t]*\f)*")
HEADER = "if 1:"  # what an indented slice is put under, so that it parses as it stands


class SliceError(RewrightError):
    """A statement that cannot be rewritten in place. `reason` is a skip's or failure's code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits that turn the old statement into the new one, and the statement's extent."""

    edits: tuple[Edit, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the skeleton and the region of the source it stands for (0-based offsets)."""

    text: str
    start: int
    end: int


def own_lines(source: Source, node: ast.stmt, alone: bool = True) -> tuple[int, int]:
    """The offsets of the whole lines a statement occupies, decorators included, newline included.

    A form feed sets the column back to 0, and LibCST drops it: the first line counts from behind it.
    Raises SliceError `shares-line` when other code stands on those lines, unless `alone` is false.
    """
    first = min([*decorators(node), node], key=lambda part: part.lineno)
    start, end = source.line_start(source.start(first)), source.line_end(source.end(node))
    start += len(_FORM_FEED.match(source.text, start)[0])  # type: ignore[index]
    before, after = source.text[start : source.start(first)], source.text[source.end(node) : end]
    lead = before.rstrip("@ \t\f") if decorators(node) else before.strip(" \t\f")
    if alone and (lead or _continues(source, start) or not re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", after)):
        raise SliceError("shares-line", "the statement shares a line with other code; put it on a line of its own")
    return start, end


def _continues(source: Source, start: int) -> bool:
    """Does the line above end in a backslash, so that this line is no beginning?"""
    return start > 0 and bool(re.fullmatch(r"[^#]*\\[\r\n]+", source.text[source.line_start(start - 1) : start]))


def decorators(node: ast.stmt) -> list[ast.stmt | ast.expr]:
    return list(getattr(node, "decorator_list", []))


def first_column(source: Source, start: int) -> int:
    match = re.compile(r"[ \t\f]*").match(source.text, start)
    return match.end() if match else start


def skeleton(source: Source, start: int, end: int, hollow: Sequence[Sequence[ast.stmt]]) -> tuple[list[Piece], dict[str, str]]:
    """The slice as lines, each hollow suite as one line that holds a placeholder name."""
    regions = []
    for block in hollow:
        first, last = block[0], block[-1]
        head = min([*decorators(first), first], key=lambda part: part.lineno)
        low, high = source.line_start(source.start(head)), source.line_end(source.end(last))
        own_start = not source.text[low : source.start(head)].strip(" \t\f@")
        own_end = bool(re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", source.text[source.end(last) : high]))
        if own_start and own_end and source.line_start(low - 1 if low else 0) >= start:
            regions.append((low, high))
    pieces: list[Piece] = []
    kept: dict[str, str] = {}
    at = start
    for number, (low, high) in enumerate(sorted(regions)):
        if low < at:
            continue  # lies in a suite that is left out already
        pieces.extend(_lines(source, at, low))
        name = f"__rewright_suite_{number}__"
        body = source.text[low:high]
        newline = body[len(body.rstrip("\r\n")) :]  # of the last line only: a statement does not end in blank lines
        line = source.text[low : first_column(source, low)] + name + newline
        kept[name] = body
        pieces.append(Piece(line, low, high))
        at = high
    pieces.extend(_lines(source, at, end))
    return pieces, kept


def _lines(source: Source, start: int, end: int) -> list[Piece]:
    pieces = []
    while start < end:
        stop = min(source.line_end(start), end)
        pieces.append(Piece(source.text[start:stop], start, stop))
        start = stop
    return pieces
