"""A replacement in its place in the file: in the layout of what it replaces, and as edits no larger than they must be."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from codemods.pattern.brackets import Places
from codemods.pattern.captures import Found
from codemods.pattern.language import Meta
from codemods.pattern.layout import keeps, relaid
from codemods.pattern.text import Kept, Lit, Piece, Var, inner_lines
from engine import Edit, Source, changed_blocks, lines_of

_WORD = re.compile(r"\w")


def place_on_line(source: Source, offset: int) -> tuple[int, str]:
    """The 0-based column of an offset, and the blanks that its line begins with."""
    line = source.text[source.line_start(offset) : source.line_end(offset)]
    return offset - source.line_start(offset), line[: len(line) - len(line.lstrip(" \t\f"))]


def indented(
    parts: Sequence[Lit | tuple[str, int, int]], source: Source, node: ast.AST, code: str
) -> list[Lit | tuple[str, int, int]]:
    """An expression of a template, each of its lines indented as the line on which it will stand. `code`: all of it."""
    _, indent = place_on_line(source, source.start(node))
    if "\n" not in code or inner_lines(code):
        return list(parts)
    return [Lit(part.text.replace("\n", f"\n{indent}")) if isinstance(part, Lit) else part for part in parts]


def names_in_brackets(pieces: Sequence[Piece], node: ast.AST, old: str) -> list[Piece]:
    """The new text of a `from ... import (...)`, its names in brackets as they were."""
    found = list(pieces)
    first, last = (found[0], found[-1]) if found else (None, None)
    if not isinstance(node, ast.ImportFrom) or not re.search(r"\bimport[\s\\]*\(", old) or not isinstance(first, Lit):
        return found
    head = re.match(r"from\b.*?\bimport +(?=[^ (*]|$)", first.text)
    if head is None or not isinstance(last, (Lit, Var)) or "\n" in first.text:
        return found
    return [Lit(head[0] + "("), Lit(first.text[head.end() :]), *found[1:], Lit(")")]


def laid_out(
    source: Source, start: int, end: int, pieces: Sequence[Lit | Kept], held: Places, reads: Callable[[str], bool]
) -> str:
    """The new code for text[start:end] in the layout of the old where it still `reads` as it should; else as it is.

    `held`: what metavariables hold, by offsets in the file.
    """
    old, text = source.text[start:end], "".join(piece.text for piece in pieces)
    found = relaid(old, text, *place_on_line(source, start), _held(start, end, held, pieces))
    return found if found != text and keeps(found, old, text) and reads(found) else text


def _held(start: int, end: int, held: Places, pieces: Sequence[Lit | Kept]) -> tuple[Places, Places]:
    """What metavariables hold in text[start:end], by offsets in it, and in the new pieces, by offsets in their text."""
    old = [(low - start, high - start) for low, high in held if start <= low and high <= end]
    ends = [*itertools.accumulate(len(piece.text) for piece in pieces)]
    new = [(stop - len(one.text), stop) for one, stop in zip(pieces, ends, strict=True) if isinstance(one, Kept) or one.held]
    return old, new


def held_places(source: Source, found: Found, whole: tuple[int, int], metas: Sequence[Meta]) -> list[tuple[int, int]]:
    """Where in the file the code stands that metavariables hold: those of the template, and others around none of these.

    `whole`: where the match stands; a metavariable that holds all of it holds no part of it.
    """

    def places(name: str) -> list[tuple[int, int]]:
        nodes = [one for one in found[name].nodes if isinstance(one, ast.AST) and hasattr(one, "lineno")]
        return [place for one in nodes if (place := (source.start(one), source.end(one))) != whole]

    said = {meta.name for meta in metas}
    held = [place for name in found if name in said for place in places(name)]
    others = [place for name in found if name.isidentifier() and name not in said for place in places(name)]
    return [*held, *(one for one in others if not any(one[0] <= low and high <= one[1] for low, high in held))]


def pieces_laid_out(
    source: Source, pieces: Sequence[Lit | Kept], start: int, end: int, held: Places, reads: Callable[[str], bool]
) -> list[Lit | Kept]:
    """The same of code of which parts stay where they are."""
    found: list[Lit | Kept] = []
    at: int = start
    changed: list[Lit | Kept] = []
    for piece in [*pieces, Kept(end, end, "")]:
        if isinstance(piece, Kept) and at <= piece.start and piece.end <= end:
            if text := "".join(one.text for one in changed):
                places = _held(at, piece.start, held, changed)
                found.append(Lit(relaid(source.text[at : piece.start], text, *place_on_line(source, at), places)))
            found.append(piece)
            at, changed = piece.end, []
        else:
            changed.append(piece)
    was, now = "".join(piece.text for piece in pieces), "".join(piece.text for piece in found)
    return found if now != was and keeps(now, source.text[start:end], was) and reads(now) else list(pieces)


def edits_of(source: Source, pieces: Sequence[Lit | Kept], start: int, end: int) -> list[Edit]:
    """The edits that make text[start:end] of the pieces; what is kept in its order is not touched."""
    edits: list[Edit] = []
    at, text = start, ""

    def write(until: int) -> None:
        nonlocal at, text
        if source.text[at:until] != text:
            edits.extend(narrowed(source, [source.edit(at, until, text)]))
        at, text = until, ""

    for piece in pieces:
        if isinstance(piece, Kept) and at <= piece.start and piece.end <= end:
            write(piece.start)
            edits += [source.edit(*one) for one in piece.edits]
            at = piece.end
        else:
            text += piece.text
    write(end)
    return edits


def narrowed(source: Source, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits, of each only the lines that differ, and of those only the words that do."""
    return tuple(found for edit in edits for found in _lines(source, edit))


def _lines(source: Source, edit: Edit) -> list[Edit]:
    old, new = lines_of(source.text[edit.start : edit.end]), lines_of(edit.text)
    if "\r" in source.text:
        new = _as_they_ended(old, new)
    if len(old) < 2:
        return [_trimmed(source, edit.start, edit.end, "".join(new))]
    was, now = ([line.rstrip("\r\n") + "\n" * line.endswith(("\r", "\n")) for line in lines] for lines in (old, new))
    starts = [*itertools.accumulate(map(len, old), initial=edit.start)]
    found = []
    for i, j, k, m in changed_blocks(was, now):
        if j - i == m - k:
            found += [_trimmed(source, starts[i + at], starts[i + at + 1], new[k + at]) for at in range(j - i)]
        else:
            found.append(_trimmed(source, starts[i], starts[j], "".join(new[k:m])))
    return found


def _as_they_ended(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """New lines, each with the line end of the old one that it is, or stands for: a file may have several sorts."""

    def end(line: str) -> str:
        return line[len(line.rstrip("\r\n")) :]

    ends = {line.strip(): end(line) for line in old if line.strip() and end(line)}
    other = [end(line) for line in old] if len(old) == len(new) else [""] * len(new)
    return [
        line.rstrip("\r\n") + (ends.get(line.strip()) or before or end(line)) if end(line) else line
        for line, before in zip(new, other, strict=True)
    ]


def _trimmed(source: Source, start: int, end: int, text: str) -> Edit:
    """Without the beginning and the end that stay; a word is exchanged whole."""
    old = source.text[start:end]
    most, low, high = min(len(old), len(text)), 0, 0
    while low < most and old[low] == text[low]:
        low += 1
    while low and (_splits(old, low) or _splits(text, low)):
        low -= 1
    while high < most - low and old[-1 - high] == text[-1 - high]:
        high += 1
    while high and (_splits(old, len(old) - high) or _splits(text, len(text) - high)):
        high -= 1
    return source.edit(start + low, end - high, text[low : len(text) - high])


def _splits(text: str, at: int) -> bool:
    pair = text[at - 1 : at + 1] if 0 < at < len(text) else ""
    return pair == "\r\n" or (len(pair) == 2 and all(map(_WORD.match, pair)))
