"""Where a line goes: the budget of a sprint from its start on, and the trend of the last weeks. Pure.

Times are seconds since 1970; days are UTC.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

DAY = 86_400  # seconds
FIT_WEEKS = 4  # the trend is that of so many weeks before the newest commit
LONGEST_DAYS = 3_653  # what would end later does not end
Point = tuple[float, float]  # a time, and a number of sites


@dataclass(frozen=True, slots=True)
class Trend:
    """Where a line goes. `per_week`: the slope of the fit, in sites. `finish`: when none is left at that rate, or None."""

    per_week: float
    finish: int | None


def trend(points: Sequence[Point]) -> Trend | None:
    """The trend of a line's last FIT_WEEKS weeks; None where there is less than a day of them.

    A least-squares line through the number at the end of each day (a day without a commit has that of the day before),
    so that a day of many commits weighs no more than another. The finish counts from the last number on.
    """
    last, left = points[-1]
    start = max(points[0][0], last - FIT_WEEKS * 7 * DAY)
    if last - start < DAY:
        return None
    steps = int((last - start) // DAY)
    values, at = [], 0
    for step in range(steps + 1):
        when = last - (steps - step) * DAY
        while at + 1 < len(points) and points[at + 1][0] <= when:
            at += 1
        values.append(points[at][1])
    middle, mean = steps / 2, sum(values) / len(values)
    spread = sum((step - middle) ** 2 for step in range(steps + 1))
    slope = sum((step - middle) * (value - mean) for step, value in enumerate(values)) / spread
    days = left / -slope if slope < -1e-9 else math.inf
    return Trend(slope * 7, round(last + days * DAY) if left and days <= LONGEST_DAYS else None)


def budget_line(start: float, sites: int, touched: int, changes: int | None, files: int | None) -> tuple[Point, ...]:
    """What is left each midnight when a sprint does its budget on every weekday from `start` on; empty without a budget.

    `touched` files hold the sites; a budget in files does its share of them. Where both are given, the slower one counts.
    The first weekday is the day of the start, and its work is done when it ends.
    """
    rates = [float(changes)] if changes else []
    rates += [sites * files / touched] if files and touched else []
    if not rates or not sites:
        return ()
    left, points = float(sites), [(start, float(sites))]
    day = int(start // DAY)
    while left > 0 and len(points) < LONGEST_DAYS:
        if (day + 3) % 7 < 5:  # 1970-01-01 was a Thursday, and Monday is 0
            left = max(0.0, left - min(rates))
        day += 1
        points.append((float(day * DAY), left))
    return tuple(points)
