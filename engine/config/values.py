"""What a rules.yaml says, checked and with every default filled in. Plain picklable data."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.codemod import Codemod
from engine.model import JSON, Applicability

PATTERN = "pattern"  # the codemod of rules that hold a pattern
SHAPES = ("match", "any", "all")  # a rule with one of these keys and no codemod is a rule of that codemod
PATTERN_KEYS = (*SHAPES, "not", "where", "replace", "imports", "transform", "applicability")

TOOLS = ("libcst", "bowler", "rope", "fixit", "ast-grep")  # a rule with one of these keys is carried out by that tool
TOOL_KEYS = (*TOOLS, "arguments")

Severity = Literal["error", "warning", "info", "hint"]
Mode = Literal["rewrite", "report", "off"]
Granularity = Literal["rule", "rule-and-directory", "rule-and-owner", "file"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it is given up."""

    file_seconds: float = 30.0
    memory_mb: int = 1500  # mebibytes of one worker process
    max_bytes: int = 4_000_000
    project_seconds: float = 600.0  # of a rule that looks at the whole target at once


@dataclass(frozen=True, slots=True)
class Rule:
    """A codemod with options, paths and a mode."""

    id: str
    codemod: str
    message: str = ""
    note: str = ""
    severity: Severity = "warning"
    url: str = ""
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    options: Mapping[str, JSON] = field(default_factory=dict)  # every option of the codemod, defaults filled in
    include: tuple[str, ...] = ()  # gitignore-style patterns; empty: every file of the target
    exclude: tuple[str, ...] = ()
    mode: Mode = "rewrite"
    max_files_percent: float = 50.0  # a rule with sites in a larger share of the files gets a warning
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one batch of a sprint may hold. None: no limit."""

    files: int | None = None
    changes: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A command that must succeed on a sprint's branch. Run without a shell."""

    name: str
    command: tuple[str, ...]  # an argument `{files}` stands for the changed files
    timeout_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Sprint:
    """A named batch: rules, branch, budget, gates, owner."""

    id: str
    name: str
    rules: tuple[str, ...]  # rule ids; they run in the order of the file
    branch: str
    base: str = ""  # empty: the branch that is checked out
    depends_on: tuple[str, ...] = ()  # sprint ids
    budget: Budget = Budget()
    paths: tuple[str, ...] = ()  # gitignore-style patterns; empty: the whole target
    code_owners: tuple[str, ...] = ()  # only files that CODEOWNERS gives to one of these; empty: whoever owns them
    options: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)  # rule id to the options that the sprint overrides
    gates: tuple[Gate, ...] = ()
    owner: str = ""
    applicability: Applicability = Applicability.SAFE  # the boldest change the sprint may hold
    granularity: Granularity = "rule"  # what one commit holds


@dataclass(frozen=True, slots=True)
class Config:
    """One rules.yaml."""

    path: str  # as it was given to `load`
    digest: str  # SHA-256, hexadecimal, of what the file says; comments and layout do not count
    python: tuple[int, int] | None  # the oldest Python the target supports; None: not said
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    parse_all: bool  # `report-unparsable`: a file that does not parse is a failure even if no rule's hints match it
    limits: Limits
    rules: tuple[Rule, ...]
    sprints: tuple[Sprint, ...]
    codemods: Mapping[str, Codemod] = field(default_factory=dict)  # of the user's, and tools: by the name that a rule says

    def over(self, known: Mapping[str, Codemod]) -> Mapping[str, Codemod]:
        """Every codemod that a rule of this file may name: its own, and those that are known."""
        return ChainMap(dict(self.codemods), known) if self.codemods else known  # type: ignore[arg-type]
