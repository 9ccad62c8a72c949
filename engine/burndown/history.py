"""Which commits there are to look at, when each was made, and what each changed. Reads git; starts nothing of the repository's.

Plumbing only: no setting of a person or a repository alters what these commands print.
"""

from __future__ import annotations

import bisect
import datetime
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.burndown.reader import SECONDS, all_here
from engine.listing import SUFFIXES
from engine.model import RewrightError
from engine.vcs.git import Git

Every = Literal["commit", "day", "week"]
_LATEST = 253_402_300_799  # the last second of the year 9999: what `datetime` can hold
_PAIRS = 1_000  # commits compared by one git
_REGULAR = (b"100644", b"100755")  # no symlink (120000), no submodule (160000)
_SUFFIXES = tuple(suffix.encode() for suffix in SUFFIXES)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the history. `when`: seconds since 1970, never less than that of the commit before it."""

    oid: str
    when: int

    @property
    def date(self) -> datetime.date:
        """The day, in UTC."""
        return day(self.when)


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the history: days in UTC, both included; one commit of each day or week, the last; which parents."""

    since: datetime.date | None = None
    until: datetime.date | None = None
    every: Every = "week"
    first_parent: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What a commit's tree has that the one before it has not: path to blob; and the paths that are gone. Python files only."""

    commit: Commit
    added: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def day(when: int) -> datetime.date:
    """The day of a time, in UTC."""
    return datetime.datetime.fromtimestamp(when, datetime.UTC).date()


# -- commits ---------------------------------------------------------------------------------


def commits(git: Git, window: Window) -> tuple[Commit, ...]:
    """The commits to look at, oldest first: the line that leads to HEAD, within the window. RewrightError when there is none."""
    order = ("--first-parent",) if window.first_parent else ("--date-order",)
    done = git.run("rev-list", "--timestamp", *order, "HEAD", seconds=SECONDS)
    pairs = [entry.split() for entry in reversed(done.out.decode("ascii").splitlines())]
    times = in_order([min(max(int(stamp), 0), _LATEST) for stamp, _ in pairs])
    every = [Commit(oid, when) for (_, oid), when in zip(pairs, times, strict=True)]
    inside = [one for one in every if (window.since or one.date) <= one.date <= (window.until or one.date)]
    if not inside:
        raise RewrightError(
            f"no commit lies between {window.since or 'the first'} and {window.until or 'now'}: "
            f"the history goes from {every[0].date} to {every[-1].date}"
        )
    return sampled(inside, window.every)


def in_order(times: Sequence[int]) -> list[int]:
    """Times of one line of commits, made to never fall: a clock that was wrong is told by its neighbours.

    The longest subsequence that never falls is believed (patience sorting); any other commit gets the time of the
    believed one before it, or that of the first believed one.
    """
    ends: list[int] = []  # the smallest last time of a run of each length
    places: list[int] = []  # the index of that time
    before = [-1] * len(times)
    for index, when in enumerate(times):
        at = bisect.bisect_right(ends, when)
        before[index] = places[at - 1] if at else -1
        ends[at : at + 1], places[at : at + 1] = [when], [index]
    believed: dict[int, int] = {}
    index = places[-1] if places else -1
    while index >= 0:
        believed[index], index = times[index], before[index]
    out: list[int] = []
    last = min(believed.values(), default=0)
    for index in range(len(times)):
        last = believed.get(index, last)
        out.append(last)
    return out


def sampled(line: Sequence[Commit], every: Every) -> tuple[Commit, ...]:
    """The last commit of each period; the last of all is always there. A week ends on Sunday."""
    periods: dict[Every, Callable[[Commit], object]] = {
        "commit": lambda one: one.oid,
        "day": lambda one: one.date,
        "week": lambda one: one.date.isocalendar()[:2],
    }
    return tuple({periods[every](one): one for one in line}.values())


# -- trees -----------------------------------------------------------------------------------


def steps(git: Git, line: Sequence[Commit], prefix: str) -> Iterator[Step]:
    """What each commit has that the one before it has not: at first, all. Paths are relative to `prefix`.

    Raises RewrightError where a partial clone lacks a tree.
    """
    within = ("--", prefix) if prefix else ()
    with all_here():
        done = git.run("ls-tree", "-r", "-z", "--full-tree", line[0].oid, *within, seconds=SECONDS)
    first = Step(line[0])
    for entry in done.out.split(b"\0")[:-1]:
        about, _, raw = entry.partition(b"\t")
        mode, _, oid = about.split()
        if mode in _REGULAR and raw.endswith(_SUFFIXES):
            first.added[os.fsdecode(raw)[len(prefix) :]] = oid.decode("ascii")
    yield first
    for at in range(0, len(line) - 1, _PAIRS):
        yield from _compared(git, line[at : at + _PAIRS + 1], prefix, within)


def _compared(git: Git, line: Sequence[Commit], prefix: str, within: Sequence[str]) -> Iterator[Step]:
    """A step for each commit but the first. Each line sent names a commit and, as if it were its parent, the one before."""
    pairs = "".join(f"{newer.oid} {older.oid}\n" for older, newer in itertools.pairwise(line))
    flags = ("--stdin", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--always")
    with all_here():
        done = git.run("diff-tree", *flags, *within, stdin=pairs.encode("ascii"), seconds=SECONDS)
    found = {one.oid: Step(one) for one in line[1:]}
    step = Step(line[0])
    parts = iter(done.out.split(b"\0")[:-1])
    for part in parts:
        if not part.startswith(b":"):
            step = found[part.decode("ascii")]
            continue
        raw = next(parts)
        _, mode, _, oid, _ = part.split(b" ")
        path = os.fsdecode(raw)[len(prefix) :]
        if raw.endswith(_SUFFIXES) and mode in _REGULAR:
            step.added[path] = oid.decode("ascii")
        elif raw.endswith(_SUFFIXES):
            step.gone.append(path)
    yield from found.values()
