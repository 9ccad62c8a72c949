"""A rule that another tool carries out, as a codemod: its new text of a file becomes changes like any other's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.adapters.blame import blaming
from engine.adapters.contain import contained, unwarned
from engine.adapters.load import Code
from engine.adapters.printed import kept
from engine.codemod import Option
from engine.edits import apply_edits
from engine.model import Applicability, Change, Edit, Evidence, Finding, Site, Skip, Span

if TYPE_CHECKING:
    from engine.project import Project
    from engine.source import Source

Item = Finding | Change | Skip
APPLICABILITY = Option(
    "applicability", "choice", "unsafe", "how bold its changes are: no tool says, so you must", ("safe", "unsafe", "manual")
)
HINTS = Option("hints", "list", (), "regular expressions of which a file must match one to be looked at; empty: every file")
WHOLE = Option("whole-file", "bool", False, "one change a file, also where its hunks hold alone")


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool made of one file: the new text, what it says of a line (1-based), and items that are no text."""

    text: str
    message: str
    by_line: Mapping[int, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """The `run_file` of a tool's rule. `kind`: see engine.adapters.kinds; `stamp` stands for the tool's version."""

    kind: str
    code: Code | None = None
    stamp: str = ""
    printed: str = ""  # the folder that keeps what it prints; see engine.adapters.printed

    def __call__(self, source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Item]:
        """The items of one file. Runs in a worker; raises what the tool raises."""
        from engine.adapters.kinds import module_of

        tool = module_of(self.kind)
        with unwarned():
            tool.prepare()
        with kept(self.printed, source) as stream, blaming(self.code), contained(stream):
            found = tool.run(source, project, options, self.code)
            items = found if isinstance(found, list) else [*found.items, *changes(source, found, options, project.python)]
        return iter(items)


def hints_of(options: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The prefilter that the rule names."""
    return tuple(one.encode() for one in options["hints"]) or (b"",)


def bad_hints(options: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """Each hint that is no regular expression, and where it stands."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for number, hint in enumerate(options["hints"]):
        try:
            re.compile(hint.encode())
        except re.error as error:
            found.append((("hints", number), f"{hint!r} is no regular expression: {error}"))
    return found


def changes(source: Source, told: Told, options: Mapping[str, Any], python: tuple[int, int]) -> Iterator[Change]:
    """One change for each hunk when each holds alone, else one for the file. Not parsed before: one for the file."""
    from engine.gates import Breach, check
    from engine.hunks import Hunk, hunks, text_edits

    if not source.parses:
        edits = text_edits(source, told.text)
        found = [Hunk(edits, Span(source.path, 0, len(source.text)))] if edits else []
    else:
        found = hunks(source, told.text)

    def holds(hunk: Hunk) -> bool:
        text = apply_edits(source.text, hunk.edits)
        return not isinstance(check(source, text, hunk.edits, (hunk.span,), python), Breach)

    if len(found) > 1 and (options["whole-file"] or not all(map(holds, found))):
        yield _change(source, found, told, options)
    else:
        for hunk in found:
            yield _change(source, [hunk], told, options)


def _change(source: Source, found: Sequence[Any], told: Told, options: Mapping[str, Any]) -> Change:
    edits: list[Edit] = [edit for hunk in found for edit in hunk.edits]
    lines = range(source.position(edits[0].start)[0], source.position(edits[-1].end)[0] + 1)
    said = list(dict.fromkeys(told.by_line[line] for line in lines if line in told.by_line))
    return Change(
        found[0].site(source),
        "; ".join(said) or told.message,
        Applicability(options["applicability"]),
        tuple(edits),
        tuple(hunk.span for hunk in found),
        evidence=(Evidence("meaning", "unknown", "another tool made this change, and says nothing of its meaning"),),
    )


def top(source: Source) -> Site:
    """The site of what is said of a whole file."""
    return Site(source.path, 1)
