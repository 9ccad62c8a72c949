"""A refactoring of rope's, told file by file. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.adapters.load import Code
from engine.adapters.rope_judge import Note, somewhere
from engine.adapters.rope_options import operation
from engine.adapters.tool import Item, top
from engine.codemod import fact_name
from engine.hunks import Hunk, hunks, line_hunks, lines_of, word_edits
from engine.model import Applicability, Change, Evidence, Skip
from engine.project import Project
from engine.source import Source

_PLACE = re.compile(r"\b__(?:file|package|path|spec)__\b")


@dataclass(frozen=True, slots=True)
class Refactored:
    """What rope would do: path to the text before and after, and the files that it could not read.

    `moves`: old to new path. `notes`: what nobody could tell.
    """

    texts: Mapping[str, tuple[str, str]]
    unread: tuple[str, ...]
    message: str
    moves: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # path to those that go from it to another file

    @property
    def paths(self) -> frozenset[str]:
        """Every file that changes or moves."""
        return frozenset(self.texts) | frozenset(self.moves)


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> list[Item]:
    """This file's part of the refactoring. Rules before this one may have changed other lines of it."""
    fact: Refactored = project.facts[fact_name("rope", options)]
    if source.path not in fact.paths:
        return []
    old, new = fact.texts.get(source.path, (source.text, source.text))
    text = _carried(old, new, source.text)
    if text is None:
        where = Source.of_text(source, old)
        site = hunks(where, new)[0].site(where)
        message = "a rule before this one changed the lines that rope would change; put the rope rule first"
        return [Skip(site if site.line <= len(source.line_starts) else top(source), "changed-before", message)]
    found = hunks(source, text)
    return [_change(source, found, fact, options)] if found or source.path in fact.moves else []


def _change(source: Source, found: list[Hunk], fact: Refactored, options: Mapping[str, Any]) -> Change:
    moves_to = fact.moves.get(source.path, "")
    rename = operation(options)[0] == "rename"  # then words change, and nothing of the comments beside them
    said = [f"{len(fact.paths)} files change together", somewhere("not read, so not changed", fact.unread)]
    evidence = [Evidence("rope", "unknown", "; ".join(filter(None, said)))]
    evidence += [Evidence(check, "unknown", detail) for check, detail in fact.notes]
    if moves_to and (seen := sorted(set(_PLACE.findall(source.text)))):
        evidence.append(Evidence("place", "unknown", f"it looks at where it is: {', '.join(seen)}"))
    return Change(
        top(source) if moves_to else found[0].site(source),
        f"rope: {fact.message}",
        Applicability(options["applicability"]),
        tuple(part for hunk in found for edit in hunk.edits for part in (word_edits(source, edit) if rename else (edit,))),
        tuple(hunk.span for hunk in found),
        evidence=tuple(evidence),
        group=" ".join(("rope", *operation(options))) if moves_to or len(fact.paths) > 1 else "",
        group_size=len(fact.paths),
        moves_to=moves_to,
        comments_out=fact.comments.get(source.path, ()),
    )


def _carried(old: str, new: str, now: str) -> str | None:
    """`now` with what turned `old` into `new`; itself when that is done already; None where other changes are in the way."""
    before, after, present = ([line.rstrip("\r\n") for line in lines_of(text)] for text in (old, new, now))
    if present == before:
        return new
    kept, done = _mapped(before, present), _mapped(after, present)
    places = [(i, j, k, m, done(k, m) is not None if m > k else kept(i, j) is None) for i, j, k, m in line_hunks(before, after)]
    if all(is_done for *_, is_done in places):
        return now
    if any(is_done or kept(i, j) is None for i, j, _, _, is_done in places):
        return None
    for i, j, k, m, _ in reversed(places):
        start = kept(i, j) or 0
        present[start : start + j - i] = after[k:m]
    return "\n".join(present) + ("\n" if now[-1:] in ("\r", "\n") else "")


def _mapped(one: list[str], other: list[str]) -> Any:
    """From a region of `one`'s lines to its first line in `other`, when the region stands there whole."""
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()

    def place(start: int, end: int) -> int | None:
        return next((b + start - a for a, b, size in blocks if size and a <= start and end <= a + size), None)

    return place
