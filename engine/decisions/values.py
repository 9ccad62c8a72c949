"""A decision as a value, and what decisions mean for a plan on a given day. Pure: the day is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

FINGERPRINT = re.compile(r"[0-9a-f]{16}(-[1-9][0-9]{0,6})?")
Word = Literal["accept", "decline"]


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """One site, as it was when a person decided. Dates are YYYY-MM-DD; "" where there is none."""

    path: str  # root-relative, posix separators; for people, and for what a run has looked at
    rule: str
    fingerprint: str  # as reports give it
    decision: Word
    why: str = ""
    until: str = ""  # the last day on which it counts
    by: str = ""
    date: str = ""  # on which it was made
    equal: int = 1  # how many equal sites the file had: with another number nobody knows which of them is meant

    def expired(self, today: str) -> bool:
        """Is `today` after its last day?"""
        return bool(self.until) and self.until < today

    def sentence(self) -> str:
        """`declined by NAME on DATE: WHY (until DATE)`."""
        parts = [
            f"{self.decision.removesuffix('e')}ed",
            *([f"by {self.by}"] if self.by else []),
            *([f"on {self.date}"] if self.date else []),
        ]
        return " ".join(parts) + (f": {self.why}" if self.why else "") + (f" (until {self.until})" if self.until else "")


@dataclass(frozen=True, slots=True)
class InForce:
    """What the decisions of a day say, as a Request holds it."""

    declined: Mapping[str, str] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    equal: Mapping[str, int] = field(default_factory=dict)


def in_force(decisions: Iterable[Decision], today: str) -> InForce:
    """Those that have not expired. Of two for one site the newer counts."""
    valid = {one.fingerprint: one for one in sorted(decisions, key=lambda one: one.date) if not one.expired(today)}
    return InForce(
        {name: one.sentence() for name, one in valid.items() if one.decision == "decline"},
        frozenset(name for name, one in valid.items() if one.decision == "accept"),
        {name: one.equal for name, one in valid.items()},
    )


def short(fingerprint: str) -> str:
    """What a person types: the first 8 digits, and the number of an equal site."""
    base, dash, number = fingerprint.partition("-")
    return base[:8] + dash + number
