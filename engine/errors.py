"""The two ways of saying no."""

from __future__ import annotations


class RewrightError(Exception):
    """A refusal that a person can act on: what happened, where, and what to do. Exit code 2."""


class RefusedFile(RewrightError):
    """A file the engine will not touch. `reason` is the failure's code."""

    def __init__(self, reason: str, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.reason, self.line, self.column = reason, line, column
