"""What is wrong with a rules.yaml: places, sentences and near misses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.model import RewrightError
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


class ConfigError(RewrightError):
    """Everything that is wrong with a rules.yaml, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)  # the argument it is unpickled from

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
