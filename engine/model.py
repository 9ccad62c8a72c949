"""The nouns of Rewright as frozen values (docs/design.md, "Words").

This room holds data only: no I/O, no clock, no randomness, no libcst. Every other room
speaks in these types. Offsets are 0-based *character* offsets into the decoded text of a
file (byte-order mark excluded); lines and columns are 1-based, columns in characters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from engine.errors import RefusedFile as RefusedFile  # noqa: PLC0414
from engine.errors import RewrightError as RewrightError  # noqa: PLC0414

if TYPE_CHECKING:
    from engine.project import Project
    from engine.source import Source

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
class Option:
    """One option of a codemod, as rules.yaml may set it."""

    name: str
    type: Literal["bool", "int", "str", "choice", "list", "map", "json"]  # list: of strings; map: name to JSON; json: any
    default: JSON
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportModule:
    """Code that rewritten code needs at run time, created in the target when missing.

    The engine places it at `path`; where a file of somebody else's stands there, at
    `fallback`. A file is ours when its first line is the template's first line.
    """

    name: str
    path: str  # "{folder}/error_handling.py"; {folder} is the rule's option `support-folder`
    fallback: str
    template: str  # the file's name in codemods/support/


@dataclass(frozen=True, slots=True)
class Fact:
    """Something learned from the whole project before rules run.

    `scan` sees one file and returns a small picklable value, or None for "nothing here";
    `combine` sees {path: value} in path order and returns the fact. Both are pure.
    A fact that reads a file which is not Python (a registry) names it in `files`:
    `combine` then finds its bytes under that path, and `scan` is not asked.
    """

    name: str
    version: int
    hints: bytes | None  # a bytes regex; only files that match are scanned. b"" means every file, None none
    scan: Callable[[Source], Any]
    combine: Callable[[Mapping[str, Any], Project], Any]
    files: tuple[str, ...] = ()  # globs of non-Python files, root-relative; "{name}" stands for the rule's option


# One or several bytes regexes, of which any may match. One that begins with a literal is searched twenty times as fast.
Hints = bytes | tuple[bytes, ...]
# Options, defaults filled in, to each fault in them: the path of keys and 0-based indices that leads to it, and a sentence.
CheckOptions = Callable[[Mapping[str, Any]], Sequence[tuple[tuple[str | int, ...], str]]]
# (path to bytes of every Python file, options) to a picklable value. Runs once a plan, in a worker.
RunProject = Callable[[Mapping[str, bytes], Mapping[str, Any]], Any]
RunFile = Callable[["Source", "Project", Mapping[str, Any]], Iterator[Finding | Change | Skip]]


@dataclass(frozen=True, slots=True)
class Codemod:
    """Code: one way of finding and rewriting something. A value; one file in codemods/ holds it.

    Only files that match `hints` are given to `run_file(source, project, options)`, which yields
    findings, changes and skips of one file. `project.facts[name]` holds each fact it asked for.
    It must be pure and deterministic.
    """

    name: str
    summary: str
    version: int  # raise it when behaviour changes: the cache is keyed by it
    run_file: RunFile
    hints: Hints | Callable[[Mapping[str, Any]], Hints]  # the prefilter, perhaps made from the options
    options: tuple[Option, ...] = ()
    globs: tuple[str, ...] = ("*.py", "*.pyi")  # matched against the file's name
    facts: tuple[Fact, ...] = ()
    support: tuple[SupportModule, ...] = ()
    doc: str = ""  # the module's docstring; five headings, see tests/test_catalogue.py
    reads: Literal["tree", "text"] = "tree"  # "text": it is asked of files that do not parse, too, and then uses `text` only
    packages: tuple[str, ...] = ()  # importable names that it needs besides ours
    extra: str = ""  # the extra of rewright that installs them
    run_project: RunProject | None = None  # what it learns of the whole target at once: project.facts[fact_name(name, options)]
    check: CheckOptions | None = None  # what types cannot say of the options; the rule file is refused for what it finds


def fact_name(codemod: str, options: Mapping[str, JSON]) -> str:
    """The fact that holds what a codemod's `run_project` learned under these options."""
    return f"{codemod} {json.dumps(options, sort_keys=True)}"


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
