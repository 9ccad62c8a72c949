"""The title and the description of a pull request, in GitHub-flavoured Markdown, out of a batch. Pure.

What comes from the target or from rules.yaml stands in code (engine.forge.inert); the words around it are ours. The first
line is the hidden marker by which the client knows our pull requests.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, unquote

from engine.forge.inert import block, code, inert
from engine.forge.published import EvidenceCount, GateRow, LeftAlone, Published, Review, RuleRow
from engine.redact import redact
from engine.words import plural, some

LIMIT = 65_536  # characters that GitHub takes
ROOM = 64_000  # what we use of them: whoever counts otherwise has some room
_TITLE = 200  # characters; GitHub takes 256
_CHECKS = 6  # checks named in a cell
_MARKER = re.compile(r"\A\s*<!-- rewright: sprint=([\w.~%-]+) generation=(\d{1,9}) -->")
_CHECKLIST = "## For the reviewer"
_REVIEW = f"{_CHECKLIST}\n\nUnsafe changes change meaning on purpose, or may change it. Tick what you have read:\n"
_RULES = "## What changed\n\n| rule | changes | safe | unsafe | files | evidence |\n|---|---:|---:|---:|---:|---|"
_GATES = "## Gates\n\n| gate | command | result | seconds |\n|---|---|---|---:|"
_LEFT = "\n\n| rule | reason | sites | the first says |\n|---|---|---:|---|"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose pull request it is: the sprint's id, and the branch's generation, from 1."""

    sprint: str
    generation: int


@dataclass(frozen=True, slots=True)
class _Section:
    """`head`, then items, one a line or separated by blank lines, then `tail`. Items are left out whole where room is short."""

    head: str
    items: tuple[str, ...] = ()
    apart: bool = False  # a blank line between items
    tail: str = ""
    total: int = 0  # items that there are; more than ROOM can take are not made

    @property
    def fixed(self) -> int:
        return len(self.head) + len(self.tail) + 60

    def cost(self, item: str) -> int:
        return len(item) + (2 if self.apart else 1)

    def text(self, shown: int) -> str:
        parts = [self.head]
        if shown:
            parts.append(("\n\n" if self.apart else "\n").join(self.items[:shown]))
        joined = ("\n\n" if self.apart else "\n").join(part for part in parts if part)
        more = f"... and {self.total - shown:,} more" if shown < self.total else ""
        return "\n\n".join(part for part in (joined, more, self.tail) if part)


def title(batch: Published) -> str:
    """The title of the pull request: one line of plain text."""
    what = f"{plural(batch.changes, 'change')} in {plural(batch.files, 'file')}"
    name = redact(batch.name or batch.sprint)
    return f"Rewright: {inert(name if len(name) <= _TITLE else f'{name[:_TITLE]}...')[:_TITLE]}: {what}"


def body(batch: Published) -> str:
    """The description, at most ROOM characters: long lists end in "... and N more"."""
    sections = [
        _Section(marker(batch.sprint, batch.generation), tail=_summary(batch)),
        _list(_RULES, batch.rules, _rule),
        _list(_REVIEW, batch.review, _review),
        _list("## Why, and an example of each rule", batch.rules, _example, apart=True),
        _list(_GATES, batch.gates, _gate),
        _list("## Set aside\n", batch.set_aside, lambda item: f"- {code(item.name)}: {code(item.why)}"),
        _list(f"## Sites left alone{_LEFT}", batch.skipped, _left),
        _list(f"## Could not be processed{_LEFT}", batch.failures, _left),
        _how(batch),
    ]
    present = [section for section in sections if section.items or section.tail]
    return "\n\n".join(section.text(shown) for section, shown in zip(present, _fit(present), strict=True)) + "\n"


def marker(sprint: str, generation: int) -> str:
    """The hidden first line."""
    return f"<!-- rewright: sprint={quote(sprint, safe='', errors='surrogatepass')} generation={generation} -->"


def marker_of(text: str) -> Marker | None:
    """The marker that a description begins with; None when it is not ours."""
    found = _MARKER.match(text)
    return Marker(unquote(found[1], errors="surrogatepass"), int(found[2])) if found else None


def keep_ticks(old: str, new: str) -> str:
    """`new` with the boxes that a reviewer ticked in `old`, if both are of one generation: same line, same change."""
    if marker_of(old) != marker_of(new):
        return new
    ticked = {line[6:] for line, listed in _lines(old.replace("\r\n", "\n")) if listed and line[:6].lower() == "- [x] "}
    shown = (
        f"- [x] {line[6:]}" if listed and line[:6] == "- [ ] " and line[6:] in ticked else line for line, listed in _lines(new)
    )
    return "\n".join(shown)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Lines, and whether they stand in the reviewer's list."""
    listed = False
    for line in text.split("\n"):
        listed = line == _CHECKLIST if line.startswith("## ") else listed
        yield line, listed


def _fit(sections: Sequence[_Section]) -> list[int]:
    """How many items of each section are shown. The shorter lists get their room first, and leave what they do not need."""
    left = ROOM - sum(section.fixed for section in sections)
    needs = [sum(section.cost(item) for item in section.items) for section in sections]
    shown = [0] * len(sections)
    order = sorted(range(len(sections)), key=lambda index: (needs[index], index))
    for place, index in enumerate(order):
        share = left // (len(order) - place)
        for item in sections[index].items:
            cost = sections[index].cost(item)
            if cost > share:
                break
            share, left, shown[index] = share - cost, left - cost, shown[index] + 1
    return shown


def _summary(batch: Published) -> str:
    what = f"{plural(batch.changes, 'change')} in {plural(batch.files, 'file')}, {batch.unsafe:,} of them unsafe"
    lines = [
        f"Sprint {code(batch.sprint)}: {code(batch.name or batch.sprint)}",
        f"From {code(batch.branch)} into {code(batch.base)}: {what}.",
    ]
    if batch.owner:
        lines.append(f"Owner: {code(batch.owner)}")
    if batch.remaining:
        lines.append(f"{plural(batch.remaining, 'change')} of this sprint will follow in later batches.")
    return "\n\n".join(lines)


def _list(head: str, rows: Sequence[_T], render: Callable[[_T], str], *, apart: bool = False) -> _Section:
    """Rows as items, as many as could ever find room."""
    items: list[str] = []
    size = 0
    for row in rows:
        items.append(render(row))
        size += len(items[-1])
        if size > ROOM:
            break
    return _Section(head, tuple(items), apart, total=len(rows))


def _rule(row: RuleRow) -> str:
    counts = f"{row.changes:,} | {row.safe:,} | {row.unsafe:,} | {len(row.files):,}"
    return f"| {code(row.rule, 80, cell=True)} | {counts} | {_evidence(row.evidence)} |"


def _evidence(counts: Sequence[EvidenceCount]) -> str:
    shown = []
    for count in counts:
        results = ((count.passed, "passed"), (count.failed, "**failed**"), (count.unknown, "unknown"))
        shown.append(f"{code(count.check, 40, cell=True)} {', '.join(f'{n:,} {word}' for n, word in results if n)}")
    return some(shown, _CHECKS, "; ")


def _review(item: Review) -> str:
    mark = f" ({code(item.fingerprint, 40)})" if item.fingerprint else ""
    return f"- [ ] {code(f'{item.path}:{item.line}')} {code(item.rule, 80)}: {code(item.message)}{mark}"


def _example(row: RuleRow) -> str:
    parts = [f"### {code(row.rule, 80)}", *([code(row.why)] if row.why else [])]
    if row.example:
        place, message = code(f"{row.example.path}:{row.example.line}"), row.example.message
        parts += [f"{place}: {code(message)}" if message else place, block(row.example.diff, "diff")]
    return "\n\n".join(parts)


def _gate(gate: GateRow) -> str:
    result = "passed" if gate.passed else f"**{_word(gate.reason)}**"
    command = code(_command(gate.command), 120, cell=True)
    return f"| {code(gate.name, 80, cell=True)} | {command} | {result} | {gate.seconds:,.1f} |"


def _command(arguments: Sequence[str]) -> str:
    """As a shell takes it. Redacted first: quoting would hide what a secret looks like."""
    return shlex.join(redact(argument) for argument in arguments)


def _word(reason: str) -> str:
    """A gate's reason, which is one of engine.verify's words; anything else is "failed"."""
    return reason if reason in ("timeout", "missing") else "failed"


def _left(row: LeftAlone) -> str:
    rule, reason = code(row.rule or "-", 80, cell=True), code(row.reason, 60, cell=True)
    return f"| {rule} | {reason} | {row.sites:,} | {code(row.message, cell=True)} |"


def _how(batch: Published) -> _Section:
    again = _command(("rewright", "branch", "--sprint", batch.sprint, "--refresh"))
    return _Section(
        "## Regenerate and undo",
        tail="Never rebase this branch. When its base has moved, plan again from there; the old branch is kept:\n\n"
        f"{block([again], 'sh')}\n\n"
        "To undo before the merge, close this pull request and delete the branch. After it, revert the merge:\n\n"
        f"{block(['git revert -m 1 MERGE_COMMIT   # squashed: git revert COMMIT; rebased: git revert FIRST^..LAST'], 'sh')}",
    )
