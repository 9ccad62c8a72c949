"""What to plan: the target, its files, the rules, and how much is allowed. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.model import Item
from engine.process import BoundRule
from engine.suppress import RuleNames


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule bound to its options, the files it is for, and its alarm."""

    bound: BoundRule
    covers: Callable[[str], bool] = lambda path: True
    scope: str = ""  # what `covers` stands for, as text, for the cache
    max_files_percent: float = 100.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to plan. Everything the plan depends on, besides the bytes of the files."""

    root: Path
    files: tuple[str, ...]  # to examine: root-relative, posix, sorted
    known: frozenset[str]  # every Python file of the target, excluded ones too
    rules: tuple[PlannedRule, ...]
    templates: Mapping[str, bytes]  # support module templates by file name
    program: bytes  # digest of the program itself
    python: tuple[int, int] = (3, 8)
    unsafe: bool = False
    names: RuleNames = field(default_factory=RuleNames)  # the rules of the rule file
    max_bytes: int = 4_000_000  # a larger file is refused unread
    project_seconds: float = 600.0  # that a rule may take which looks at the whole target at once
    parse_all: bool = False  # report files that do not parse even where no rule looks
    left_out: Callable[[str], bool] = lambda path: False  # what a wildcard among a fact's files must not find
    notes: tuple[Item, ...] = ()  # what discovery had to say
    declined: Mapping[str, str] = field(default_factory=dict)  # fingerprint as reports give it to the sentence that says why
    accepted: frozenset[str] = frozenset()  # fingerprints of unsafe changes that a person has read: admitted without `unsafe`
    equal: Mapping[str, int] = field(default_factory=dict)  # decided fingerprint to how many equal sites its file had then
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
