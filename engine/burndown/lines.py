"""What is shown: a line for each rule or folder, their sum where a budget is for it, trends and the budget. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.burndown.history import day
from engine.burndown.series import Sample
from engine.burndown.trend import Point, Trend, budget_line, trend
from engine.config.values import Budget

By = Literal["rule", "folder"]
MOST = 6  # lines of their own; the smallest others are added up
SUM = "together"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a number for each sample, in their order, and where it goes."""

    name: str
    values: tuple[int, ...]
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Burndown:
    """Everything that is told. All output is a function of it."""

    title: str
    samples: tuple[Sample, ...]  # oldest first; at least one
    rules: tuple[str, ...]
    lines: tuple[Line, ...]
    budget: tuple[Point, ...] = ()  # empty: none
    notes: tuple[str, ...] = ()


def burndown(
    title: str,
    samples: Sequence[Sample],
    rules: Sequence[str],
    by: By,
    budget: Budget | None = None,
    start: int | None = None,
    notes: Sequence[str] = (),
) -> Burndown:
    """Samples to lines. `budget` counts from `start` (seconds since 1970) on, or from the newest sample where that is None."""
    names = rules if by == "rule" else sorted({folder for sample in samples for _, folder in sample.sites})
    series = _grouped({name: tuple(sample.total(**{by: name}) for sample in samples) for name in names}, f"other {by}s")
    if len(series) != 1 and (budget is not None or by == "folder"):
        series.append((SUM, tuple(sample.total() for sample in samples)))
    times = [sample.commit.when for sample in samples]
    lines = tuple(Line(name, values, trend(list(zip(times, values, strict=True)))) for name, values in series)
    points: tuple[Point, ...] = ()
    if budget is not None:
        first = next((one for one in samples if start is not None and one.commit.when >= start), samples[-1])
        points = budget_line(first.commit.when, first.total(), first.touched, budget.changes, budget.files)
    return Burndown(title, tuple(samples), tuple(rules), lines, points, tuple(notes))


def _grouped(series: Mapping[str, tuple[int, ...]], others: str) -> list[tuple[str, tuple[int, ...]]]:
    """As they are where they are few; else those with most sites now or, where they have as many, at their worst, and a sum."""
    if len(series) <= MOST + 1:
        return list(series.items())
    order = sorted(series, key=lambda name: (-series[name][-1], -max(series[name]), name))
    rest = [series[name] for name in order[MOST:]]
    return [*((name, series[name]) for name in order[:MOST]), (others, tuple(map(sum, zip(*rest, strict=True))))]


def outlook(line: Line) -> str:
    """Where a line goes, in words."""
    if not line.values[-1]:
        return "none left"
    if line.trend is None:
        return "history too short"
    if line.trend.per_week >= 0:
        return "not falling"
    if line.trend.finish is None:
        return "not within ten years"
    return f"done by {day(line.trend.finish)}"


def budget_end(burndown_: Burndown) -> str:
    """When the budget has done everything, in words."""
    if not burndown_.budget:
        return ""
    when, left = burndown_.budget[-1]
    return "budget: not within ten years" if left else f"budget: done by {day(int(when) - 1)}"
