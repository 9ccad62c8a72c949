"""What is wrong with a rules.yaml: places, sentences and near misses."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.model import RewrightError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. Line and column are 1-based; columns count characters."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        # The message quotes the file, which may hold terminal escapes.
        message = _CONTROL.sub(lambda match: ascii(match[0])[1:-1], self.message)
        return f"{self.path}:{self.line}:{self.column}: {message}"


class ConfigError(RewrightError):
    """Everything that is wrong with a rules.yaml, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)  # the argument it is unpickled from

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def near_miss(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the known name most like `word`, else `; known: a, b`, else empty."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), names, 1, 0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(names)}" if names else ""
