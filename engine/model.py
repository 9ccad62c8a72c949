"""The nouns of Rewright as frozen values (docs/design.md, "Words").

This room holds data only: no I/O, no clock, no randomness, no libcst. Every other room
speaks in these types. Offsets are 0-based *character* offsets into the decoded text of a
file (byte-order mark excluded); lines and columns are 1-based, columns in characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from engine.errors import RefusedFile as RefusedFile  # noqa: PLC0414
from engine.errors import RewrightError as RewrightError  # noqa: PLC0414

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]


class Applicability(StrEnum):
    """Ruff's model: may a change be applied without a person reading it?"""

    SAFE = "safe"  # meaning kept
    UNSAFE = "unsafe"  # meaning changes on purpose, or may change
    MANUAL = "manual"  # shown, never applied


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """Where a construct stands. `line` and `column` are 1-based; the end is exclusive."""

    path: str  # relative to the target's root, posix separators
    line: int
    column: int = 1
    end_line: int = 0  # 0: same as line
    end_column: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace text[start:end] of `path` by `text`. An insertion has start == end."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open region text[start:end] of `path` inside which a change may alter the tree."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class ImportNeed:
    """`from module import name as alias`, or `import module` when name is empty.

    The planner (engine.imports) writes it once per file, whoever needs it.
    """

    path: str
    module: str
    name: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was checked about a change, and the result."""

    check: str  # "compiles", "meaning", "import-root", "port-value", ...
    result: Literal["pass", "fail", "unknown"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A site that breaks a rule and gets no rewrite. `reason` says why it gets none."""

    site: Site
    message: str
    reason: str = ""  # "re-raise", "needs-unsafe", "report-only", ...
    data: Mapping[str, JSON] = field(default_factory=dict)
    applicability: Applicability | None = None
    rule: str = ""  # the engine fills in rule and fingerprint
    fingerprint: str = ""
    group: str = ""  # of the change that it stands for


@dataclass(frozen=True, slots=True)
class Creation:
    """A Python file that a change needs and the target lacks. `text` has `\\n` newlines, and is written in UTF-8."""

    path: str  # relative to the target's root, posix separators
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic rewrite. All its edits are applied, or none.

    A rewrite of several files is a *group*: `group_size` changes with one `group` name; the engine admits all, or none.
    One that moves its file has a group, perhaps of its own, and may have no edits: the file goes as the rules leave it.
    """

    site: Site
    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    spans: tuple[Span, ...]
    imports: tuple[ImportNeed, ...] = ()
    support: tuple[str, ...] = ()  # names of the codemod's support modules
    evidence: tuple[Evidence, ...] = ()
    data: Mapping[str, JSON] = field(default_factory=dict)
    rule: str = ""
    fingerprint: str = ""
    creates: tuple[Creation, ...] = ()
    group: str = ""
    group_size: int = 1
    moves_to: str = ""  # where its file goes, root-relative and of the same suffix; empty: it stays
    comments_out: tuple[str, ...] = ()  # comments that leave this file for those of its group; the engine looks for them there
    batch: int = 0  # edits of one batch of a file are offsets into the same text: what the batch before left


@dataclass(frozen=True, slots=True)
class Skip:
    """A site left alone: a stable reason code, and a sentence for a person."""

    site: Site
    reason: str
    message: str
    data: Mapping[str, JSON] = field(default_factory=dict)
    rule: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or codemod that could not be processed. Never mistaken for a skip."""

    site: Site
    reason: str  # "syntax-error", "encoding", "timeout", "crash", "gate:compiles", ...
    message: str
    rule: str = ""  # empty when no single rule is to blame
    detail: str = ""  # a traceback; shown with --verbose only
    fingerprint: str = ""


Item = Finding | Change | Skip | Failure


@dataclass(frozen=True, slots=True)
class FileDelta:
    """One file of the plan. `before` is None for a file that the plan creates, `after` for one that it removes.

    A move is two: the file at its old path goes, and the one at its new path names the old one as its `origin`.
    """

    path: str
    before: bytes | None
    after: bytes | None
    encoding: str = "utf-8"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would happen. All output is a function of it."""

    root: str  # absolute path of the target
    rules: tuple[str, ...]  # ids, in order
    items: tuple[Item, ...]  # sorted by path, line, column, rule
    deltas: tuple[FileDelta, ...]  # sorted by path
    files: int  # files examined
    support: Mapping[str, str] = field(default_factory=dict)  # support module name to its path in the target
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, JSON] = field(default_factory=dict)  # counts of cached files, excluded files

    def of(self, kind: type[Any]) -> tuple[Any, ...]:
        """The items of one kind, in order."""
        return tuple(item for item in self.items if isinstance(item, kind))
