"""The roadmap as a table: what is done, what waits for what, how many batches are left, and when it ends at the budget. Pure."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.config.values import Budget, Sprint

State = Literal["done", "in review", "in progress", "pending", "blocked"]
SATURDAY = 5  # datetime.date.weekday


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one sprint is. Files and changes that are left count what its branch has not, set-aside ones not among them."""

    sprint: Sprint
    files: int  # left
    changes: int  # left
    landed: int  # commits on its newest branch
    merged: bool  # that branch is in the base
    aside: int  # files set aside
    branch: str = ""  # its newest branch; empty where there is none


@dataclass(frozen=True, slots=True)
class Row:
    """One sprint of the table."""

    progress: Progress
    state: State
    waits_for: tuple[str, ...]  # sprints that are not done
    batches: int  # left
    start: datetime.date | None  # of the first batch that is left; None when there is none
    finish: datetime.date | None


def schedule(progress: Sequence[Progress], today: datetime.date) -> tuple[Row, ...]:
    """The rows, in the order of rules.yaml. One batch of each sprint a weekday, from today on; a sprint begins when all
    that it depends on has ended."""
    by_id = {one.sprint.id: one for one in progress}
    rows: dict[str, Row] = {}

    def row(name: str) -> Row:
        if name not in rows:
            one = by_id[name]
            before = [row(other) for other in one.sprint.depends_on]
            waits = tuple(other.progress.sprint.id for other in before if other.state != "done")
            batches = batches_of(one.files, one.changes, one.sprint.budget)
            begin = max([today, *(_next(other.finish) for other in before if other.finish)])
            start, finish = (None, None) if batches == 0 else (_weekday(begin), _after(_weekday(begin), batches - 1))
            rows[name] = Row(one, _state(one, batches, waits), waits, batches, start, finish)
        return rows[name]

    return tuple(row(one.sprint.id) for one in progress)


def batches_of(files: int, changes: int, budget: Budget) -> int:
    """How many batches at least, at this budget."""
    if not files:
        return 0
    by_files = math.ceil(files / budget.files) if budget.files else 1
    by_changes = math.ceil(changes / budget.changes) if budget.changes else 1
    return max(by_files, by_changes, 1)


def gantt(rows: Sequence[Row], width: int) -> list[str]:
    """The rows as bars, at most `width` characters wide, under a line of dates. Empty when nothing is left."""
    ahead = [(row.start, row.finish) for row in rows if row.start and row.finish]
    if not ahead:
        return []
    first, last = min(start for start, _ in ahead), max(finish for _, finish in ahead)
    days = (last - first).days + 1
    label = max(len(row.progress.sprint.id) for row in rows) + 2
    room = max(width - label, 20)
    scale = min(1.0, room / days)

    def at(day: datetime.date) -> int:
        return int((day - first).days * scale)

    heading = [" "] * max(at(last) + 1, 10)
    day = first
    while day <= last:
        place = at(day)
        text = f"{day:%d %b}"
        if all(cell == " " for cell in heading[max(place - 1, 0) : place + len(text)]) and place + len(text) <= max(
            len(heading), 10
        ):
            heading[place : place + len(text)] = text
        day += datetime.timedelta(days=7)
    lines = [" " * label + "".join(heading).rstrip()]
    for row in rows:
        bar = ""
        if row.start and row.finish:
            mark = "░" if row.state == "blocked" else "█"
            bar = " " * at(row.start) + mark * max(at(row.finish) - at(row.start) + 1, 1)
        lines.append((row.progress.sprint.id.ljust(label) + (bar or row.state)).rstrip())
    return lines


def _state(one: Progress, batches: int, waits: Sequence[str]) -> State:
    if batches == 0:
        return "done" if one.merged or not one.branch else "in review"
    if waits:
        return "blocked"
    return "in progress" if one.landed and not one.merged else "pending"


def _weekday(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _next(day: datetime.date) -> datetime.date:
    return _weekday(day + datetime.timedelta(days=1))


def _after(day: datetime.date, weekdays: int) -> datetime.date:
    """That many weekdays later; `day` is a weekday."""
    weeks, days = divmod(weekdays, 5)
    later = day + datetime.timedelta(weeks=weeks)
    for _ in range(days):
        later = _next(later)
    return later
