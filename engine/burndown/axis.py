"""Axes of a chart: round numbers, and dates at round distances. Pure; times are seconds since 1970, in UTC."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.burndown.trend import DAY


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in the axis' own unit, and what stands there."""

    at: float
    label: str


def number_ticks(most: float, count: int = 6) -> list[Tick]:
    """From 0 to the first round number that is not below `most`: whole numbers, steps of 1, 2 or 5 times a power of ten."""
    rough = max(most, 1) / (count - 1)
    power = 10 ** max(0, math.floor(math.log10(rough)))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    values = [number * step for number in range(math.ceil(max(most, 1) / step) + 1)]
    millions = values[-1] >= 1_000_000
    return [Tick(value, f"{value / 1_000_000:g}M" if millions and value else f"{value:,}") for value in values]


def date_ticks(first: float, last: float, count: int = 6) -> list[Tick]:
    """At most `count` dates from `first` to `last`: days, weeks (Mondays), months or years apart, whichever is the closest."""
    for starts, form in _SCALES:
        inside = (when for when in itertools.takewhile(lambda when: when <= last, starts(first)) if when >= first)
        ticks = [Tick(when, form(when)) for when in itertools.islice(inside, count + 1)]
        if len(ticks) <= count:
            return ticks
    return []


def _days(step: int, offset: int = 0) -> Callable[[float], Iterator[float]]:
    def starts(first: float) -> Iterator[float]:
        day = (math.floor(first / DAY) - offset) // step * step + offset
        while True:
            yield float(day * DAY)
            day += step

    return starts


def _months(step: int) -> Callable[[float], Iterator[float]]:
    def starts(first: float) -> Iterator[float]:
        date = datetime.datetime.fromtimestamp(first, datetime.UTC)
        month = (date.year * 12 + date.month - 1) // step * step
        while month < 9_999 * 12:
            if month >= 12:  # there is no year 0
                yield datetime.datetime(month // 12, month % 12 + 1, 1, tzinfo=datetime.UTC).timestamp()
            month += step

    return starts


def _form(pattern: str) -> Callable[[float], str]:
    return lambda when: datetime.datetime.fromtimestamp(when, datetime.UTC).strftime(pattern)


_DAY, _MONTH, _YEAR = _form("%Y-%m-%d"), _form("%Y-%m"), _form("%Y")
_MONDAY = 4  # 1970-01-05
_SCALES = (
    *((_days(step), _DAY) for step in (1, 2)),
    *((_days(7 * step, _MONDAY), _DAY) for step in (1, 2)),
    *((_months(step), _MONTH) for step in (1, 2, 3, 6)),
    *((_months(12 * step), _YEAR) for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)),
)
