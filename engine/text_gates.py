"""What must hold of a rewrite of a file that does not parse: there is no tree to compare with, so words are compared. Pure.

The result must parse, for the target's oldest Python where that can be told. Every word outside the edits, every comment and
every definition must still be there. What the file means is not looked at: an unparsable file has no meaning to compare.
"""

from __future__ import annotations

import bisect
import itertools
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

from engine.edits import Shift
from engine.gates import Breach
from engine.model import Edit, Evidence, Failure, RefusedFile, Site
from engine.source import Source

PASSED = (Evidence("gates", "pass", "round-trip, parse, compile, words, comments, definitions"),)
_QUOTES = r"\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'"
_WORD = re.compile(
    rf"(?P<string>[rRuUbBfF]{{0,2}}(?:{_QUOTES}))|(?P<comment>\#[^\r\n]*)|(?P<name>[^\W\d]\w*)|\d[\w.]*|(?P<space>\s+|\\\r?\n)|.",
    re.S,
)
_Word = tuple[int, int, str, str]  # offsets of its start and end, kind, text


def unread(source: Source) -> Failure | None:
    """The failure of a file that does not parse; None for one that does."""
    try:
        source.tree  # noqa: B018
    except RefusedFile as error:
        return Failure(Site(source.path, error.line, error.column), error.reason, str(error))
    return None


def check(before: Source, text: str, edits: Sequence[Edit], python: tuple[int, int]) -> Source | Breach:
    """The new version of a file that did not parse when every gate holds, else the first breach."""
    try:
        after = Source.of_text(before, text)
        if after.text != text:
            return Breach("round-trip", "the new text does not survive being written and read")
        after.tree  # noqa: B018
    except RefusedFile as error:
        return Breach("reparse" if error.reason == "syntax-error" else error.reason, f"line {error.line}: {error}")
    if not after.parsed_for(python):
        return Breach("compile", f"not valid for Python {python[0]}.{python[1]}, which the target declares")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(after.tree, before.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        return Breach("compile", str(error))
    return _words_kept(before, after, edits) or after


def _words_kept(before: Source, after: Source, edits: Sequence[Edit]) -> Breach | None:
    was, now, shift = words(before.text), words(after.text), Shift(edits)
    ordered = sorted(edits)
    starts = [shift.forward(one.start) for one in ordered]
    areas = [(start, start + len(one.text)) for start, one in zip(starts, ordered, strict=True)]
    old = [(shift.forward(word[0], after=True), word[3]) for word in _outside(was, [(one.start, one.end) for one in ordered])]
    new = [(word[0], word[3]) for word in _outside(now, areas)]
    if old != new:
        at = next((one[0] for one, other in zip(old, new, strict=False) if one != other), 0)
        return Breach("words", f"line {after.position(min(at, len(after.text)))[0]}: code outside the change reads differently")
    lost = _comments(was) - _comments(now)
    if lost:
        return Breach("comments", f"the comment {next(iter(lost))!r} would be lost")
    if _definitions(was) != _definitions(now):
        return Breach("definitions", "a function or class would be lost, added or renamed")
    return None


def words(text: str) -> list[_Word]:
    """The words of a Python text of any version: strings, comments, names, numbers, single characters; no white space."""
    found = ((one.start(), one.end(), one.lastgroup or "other", one.group()) for one in _WORD.finditer(text))
    return [word for word in found if word[2] != "space"]


def _outside(found: Sequence[_Word], areas: Sequence[tuple[int, int]]) -> Iterator[_Word]:
    """The words that no area touches. Areas are in order and do not overlap."""
    ends = [end for _, end in areas]
    for word in found:
        index = bisect.bisect_right(ends, word[0])
        if index == len(areas) or areas[index][0] >= word[1]:
            yield word


def _comments(found: Sequence[_Word]) -> Counter[str]:
    return Counter(text.rstrip() for _, _, kind, text in found if kind == "comment")


def _definitions(found: Sequence[_Word]) -> list[tuple[str, str]]:
    pairs = itertools.pairwise(found)
    return [(one[3], other[3]) for one, other in pairs if one[3] in ("def", "class") and other[2] == "name"]
