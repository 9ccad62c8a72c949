"""What is wrong with a rules.yaml: places, sentences and near misses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.model import RewrightError
from engine.words import near_miss as near_miss  # noqa: PLC0414
from engine.words import visible


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. Line and column are 1-based; columns count characters."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {visible(self.message)}"


# Keys that rules of ast-grep and Semgrep have, and what says the same here.
_ELSEWHERE = {
    **dict.fromkeys(("fix", "rewrite"), "what takes the place of the code is 'replace' here"),
    "pattern": "the code to look for is 'match' here",
    "rule": "the code to look for is 'match' here, beside the id",
    "patterns": "patterns that must all match are 'all' here",
    "pattern-either": "patterns of which one must match are 'any' here",
    "pattern-not": "what must not match is 'not' here",
    "pattern-inside": "what the code must stand in is 'where: {inside: ...}' here",
    "pattern-not-inside": "what the code must not stand in is 'where: {not-inside: ...}' here",
    **dict.fromkeys(("paths", "files"), "the files of a rule are 'include' and 'exclude' here"),
    "ignores": "the files that a rule leaves out are 'exclude' here",
    **dict.fromkeys(("language", "languages"), "leave it out: every rule is for Python"),
}
FOREIGN_SHAPES = ("pattern", "patterns", "pattern-either", "rule")  # a rule with one of these is meant as a pattern rule


def elsewhere(key: str) -> str:
    """`; ` and what to write in place of a rule's key that other tools have; empty for any other key."""
    return f"; {_ELSEWHERE[key]}" if key in _ELSEWHERE else ""


class ConfigError(RewrightError):
    """Everything that is wrong with a rules.yaml, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)  # the argument it is unpickled from

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
