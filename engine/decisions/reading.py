"""decisions.yaml as values, read strictly. Pure.

    version: 1
    decisions:
    - {fingerprint: "1f0c8a2b93d4e5f6", rule: broad-except, path: "a.py", decision: decline, why: "...", by: "...", date: "..."}

One line a decision. YAML is taken event by event: nothing in the file can nest, refer to something else, or become anything
but text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from engine.decisions.values import FINGERPRINT, Decision
from engine.model import RewrightError
from engine.words import near_miss

KEYS = ("fingerprint", "rule", "path", "decision", "why", "until", "by", "date", "equal")
_NEEDED = KEYS[:4]
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |\r?$)")
_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOP = "expected `version: 1` and under it a list `decisions:`"
_LINE = "each decision is one line, `- {fingerprint: ..., rule: ..., path: ..., decision: ..., why: ...}`"


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision and the lines that hold it: 0-based, half-open."""

    decision: Decision
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. `top`: the 0-based line before which a first entry goes; None where there is no list yet."""

    entries: tuple[Entry, ...] = ()
    top: int | None = None
    indent: str = ""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided, in the file's order."""
        return tuple(entry.decision for entry in self.entries)


def parse(text: str, name: str) -> Document:
    """The decisions of a file. Raises RewrightError with every error in it, each with `name`:LINE and what to do."""
    marked = [number for number, line in enumerate(text.split("\n"), 1) if _CONFLICT.match(line)]
    if marked:
        lines = ", ".join(map(str, marked))
        raise RewrightError(
            f"{name}:{marked[0]}: a merge conflict; keep the decisions of both sides and delete the lines with markers ({lines})"
        )
    if odd := _BREAKS.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise RewrightError(f"{name}:{line}: holds the line break {odd[0]!r}; end each line with \\n, or write it as an escape")
    reader = _Reader(text, name)
    try:
        document = reader.document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).split("\n")[0]
        line = mark.line + 1 if mark else 1
        advice = "mend the line, or restore the file from version control"
        raise RewrightError("\n".join([*reader.errors, f"{name}:{line}: is not valid YAML ({problem}); {advice}"])) from error
    reader.contradictions(document.entries)
    if reader.errors:
        raise RewrightError("\n".join(reader.errors))
    return document


class _Reader:
    """One pass over the events of a file. `errors`: those that do not end it."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.errors: list[str] = []
        self._lines = text.split("\n")
        self._events: Iterator[Any] = yaml.parse(text, _LOADER)
        self._after = 0  # the line after the last event

    def document(self) -> Document:
        """The entries. Raises yaml.YAMLError, and RewrightError where nothing more can be read."""
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Document()
        start: Any = next(self._events)
        if not isinstance(start, yaml.MappingStartEvent):
            raise self._fatal(start, _TOP)
        found, seen = Document(), set[str]()
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            word = key.value if isinstance(key, yaml.ScalarEvent) else ""
            if word not in ("version", "decisions") or word in seen:
                raise self._fatal(key, f"{_TOP}, and nothing else{near_miss(word, ('version', 'decisions'))}")
            seen.add(word)
            value = next(self._events)
            if word == "decisions":
                found = self._list(key, value)
            elif getattr(value, "value", "") != "1":
                raise self._fatal(value, "expected `version: 1`; for a file of a later version, update Rewright")
        next(self._events)  # the document ends
        if not isinstance(last := next(self._events), yaml.StreamEndEvent):
            raise self._fatal(last, "a second YAML document; delete the line `---` before it")
        if seen != {"version", "decisions"}:
            raise self._fatal(start, _TOP)
        return found

    def contradictions(self, entries: Sequence[Entry]) -> None:
        """An error for each site that is both accepted and declined. The same said twice, as a merge may, is none."""
        known: dict[str, Entry] = {}
        for entry in entries:
            old, new = known.setdefault(entry.decision.fingerprint, entry), entry
            if old.decision.decision != new.decision.decision:
                said = f"{old.decision.decision} in line {old.first + 1} and {new.decision.decision} in line {new.first + 1}"
                self._error(new.first, f"{new.decision.fingerprint} is decided twice, {said}; delete one of the two lines")

    def _list(self, key: Any, event: Any) -> Document:
        top, at = key.end_mark.line + 1, event.start_mark
        if isinstance(event, yaml.ScalarEvent) and not event.value and event.style in (None, ""):
            return Document((), top)
        if not isinstance(event, yaml.SequenceStartEvent) or event.flow_style:
            raise self._fatal(event, f"`decisions:` is followed by a list of lines; {_LINE}")
        indent = " " * at.column
        entries = []
        while not isinstance(start := self._next(), yaml.SequenceEndEvent):
            line = start.start_mark.line
            alone = self._lines[line][: start.start_mark.column].strip() == "-"
            if not (isinstance(start, yaml.MappingStartEvent) and start.flow_style and alone):
                raise self._fatal(start, _LINE)
            row, end = self._row()
            if (decision := self._decision(row, line)) is not None:
                entries.append(Entry(decision, line, end))
        return Document(tuple(entries), top, indent)

    def _row(self) -> tuple[dict[str, str], int]:
        """A mapping of texts, and the line after it."""
        row: dict[str, str] = {}
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            value = next(self._events) if isinstance(key, yaml.ScalarEvent) else key
            if not isinstance(value, yaml.ScalarEvent):
                raise self._fatal(value, f"only text may stand here; {_LINE}")
            if key.value in row:
                self._error(key.start_mark.line, f"{key.value} stands here twice; delete one")
            if key.value not in KEYS:
                self._error(key.start_mark.line, f"there is no key {key.value!r}{near_miss(key.value, KEYS)}")
            row[key.value] = value.value
        return row, self._after

    def _decision(self, row: Mapping[str, str], line: int) -> Decision | None:
        """The decision that a row makes; None, and errors, where it makes none."""
        before = len(self.errors)
        for key in _NEEDED:
            if not row.get(key):
                self._error(line, f"{key} is missing; {_LINE}")
        if row.get("fingerprint") and not FINGERPRINT.fullmatch(row["fingerprint"]):
            self._error(line, f"{row['fingerprint']!r} is no fingerprint: 16 hex digits as `rewright scan --verbose` shows them")
        word = row.get("decision")
        if word and word not in ("accept", "decline"):
            self._error(line, f"a decision is `accept` or `decline`, not {word!r}{near_miss(word, ('accept', 'decline'))}")
        if word == "decline" and not row.get("why", "").strip():
            self._error(line, 'why is missing; say why the site is declined: `why: "..."`')
        for key in ("until", "date"):
            if row.get(key) and not is_date(row[key]):
                self._error(line, f'{key}: {row[key]!r} is no date; write it as "YYYY-MM-DD"')
        equal = row.get("equal", "1")
        if not (equal.isascii() and equal.isdigit() and 0 < len(equal) < 8 and int(equal)):
            self._error(line, f"equal: {equal!r} is no number of sites; delete it and decide again")
        known = {key: row[key] for key in row if key in KEYS and key != "equal"}
        return Decision(**known, equal=int(equal)) if len(self.errors) == before else None  # type: ignore[arg-type]

    def _next(self) -> Any:
        event = next(self._events)
        self._after = event.end_mark.line + 1
        return event

    def _error(self, line: int, message: str) -> None:
        self.errors.append(f"{self.name}:{line + 1}: {message}")

    def _fatal(self, event: Any, message: str) -> RewrightError:
        """The error that ends the reading, after those before it."""
        self._error(event.start_mark.line, message)
        return RewrightError("\n".join(self.errors))


def is_date(text: str) -> bool:
    """Is this a day, as YYYY-MM-DD?"""
    try:
        return bool(_DATE.fullmatch(text)) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False
