"""The chart: one SVG that loads nothing, 800 by 450. Pure: the same numbers give the same bytes.

Lines go in steps, as a number holds until the next commit that is counted. The budget is dashed, a trend dotted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from engine.burndown.axis import date_ticks, number_ticks
from engine.burndown.lines import SUM, Burndown, Line, budget_end, outlook
from engine.burndown.trend import DAY, Point
from engine.picture.text import cut_text

WIDTH, HEIGHT = 800, 450
LEFT, RIGHT, TOP, BOTTOM = 62.0, 556.0, 66.0, 402.0  # of the plot
LEGEND = 578.0  # where the legend begins
ROW = 37.0  # height of a line's place in the legend
AHEAD = 0.5  # of the history's length: as far as the future is shown
# Told apart by people who see red and green as one (Okabe and Ito), the two lightest darkened for a white ground.
COLOURS = ("#0072b2", "#d55e00", "#007f5f", "#b04a8c", "#a36f00", "#2d8bc0", "#6b6b6b", "#1f2328")
BUDGET = "#59636e"
_FONT = "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\""


@dataclass(frozen=True, slots=True)
class _Plot:
    """Numbers to places."""

    first: float
    last: float
    most: float

    def x(self, when: float) -> float:
        """A time, in pixels from the left."""
        return LEFT + (RIGHT - LEFT) * (when - self.first) / (self.last - self.first)

    def y(self, sites: float) -> float:
        """A number of sites, in pixels from the top."""
        return BOTTOM - (BOTTOM - TOP) * sites / self.most


def svg(burndown: Burndown) -> str:
    """The chart of a burndown."""
    times = [sample.commit.when for sample in burndown.samples]
    ends = [line.trend.finish for line in burndown.lines if line.trend and line.trend.finish]
    ends += [int(burndown.budget[-1][0])] if burndown.budget else []
    span = max(times[-1] - times[0], 7 * DAY)
    last = min(max([times[-1], *ends]), times[-1] + span * AHEAD) if ends else times[-1]
    first = times[0]
    if last - first < DAY:
        first, last = first - DAY, last + DAY
    values = [value for line in burndown.lines for value in line.values]
    ticks = number_ticks(max([*values, *(sites for _, sites in burndown.budget)]))
    plot = _Plot(first, last, ticks[-1].at)
    body = [*_axes(plot, times[-1])]
    if burndown.budget:
        body.append(_path(plot, _steps(burndown.budget), f'stroke="{BUDGET}" stroke-width="1.6" stroke-dasharray="7 5"'))
    for number, line in enumerate(burndown.lines):
        body += _drawn(plot, line, times, _colour(burndown, number))
    return "\n".join([*_head(burndown), *body, *_legend(burndown), "</svg>", ""])


def _head(burndown: Burndown) -> Iterator[str]:
    first, last = burndown.samples[0].commit.date, burndown.samples[-1].commit.date
    count = len(burndown.samples)
    when = f"{count:,} commits, {first} to {last}" if count > 1 else f"one commit, {last}"
    told = [f"{line.name}: {line.values[0]:,} then, {line.values[-1]:,} now, {outlook(line)}" for line in burndown.lines]
    told += [budget_end(burndown)] if burndown.budget else []
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-labelledby="burndown-title burndown-desc" {_FONT} font-size="12" fill="#1f2328">'
    )
    yield f'<title id="burndown-title">{_text(burndown.title)}</title>'
    yield f'<desc id="burndown-desc">{_text(". ".join([when, *told]))}.</desc>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield f'<text x="20" y="28" font-size="16" font-weight="600">{_text(burndown.title, 80)}</text>'
    yield f'<text x="20" y="47" fill="#59636e">{when}</text>'


def _axes(plot: _Plot, now: float) -> Iterator[str]:
    for tick in number_ticks(plot.most):
        y = plot.y(tick.at)
        colour = "#8c959f" if tick.at == 0 else "#e2e6ea"
        yield f'<path d="M{LEFT:g} {y:.1f}H{RIGHT:g}" stroke="{colour}"/>'
        yield f'<text x="{LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end" fill="#59636e">{tick.label}</text>'
    for tick in date_ticks(plot.first, plot.last):
        x = plot.x(tick.at)
        yield f'<path d="M{x:.1f} {BOTTOM:g}v5" stroke="#8c959f"/>'
        yield f'<text x="{x:.1f}" y="{BOTTOM + 20:g}" text-anchor="middle" fill="#59636e">{tick.label}</text>'
    if plot.last > now:
        x = plot.x(now)
        yield f'<path d="M{x:.1f} {TOP:g}V{BOTTOM:g}" stroke="#c3cad1"/>'
        yield f'<text x="{x:.1f}" y="{BOTTOM + 37:g}" text-anchor="middle" fill="#59636e">newest commit</text>'


def _drawn(plot: _Plot, line: Line, times: Sequence[int], colour: str) -> Iterator[str]:
    points = [(float(when), float(value)) for when, value in zip(times, line.values, strict=True)]
    when, left = points[-1]
    yield _path(plot, _steps(points), f'stroke="{colour}" stroke-width="2" stroke-linejoin="round"')
    yield f'<circle cx="{plot.x(when):.1f}" cy="{plot.y(left):.1f}" r="3" fill="{colour}"/>'
    if line.trend and line.trend.finish and plot.last > when:
        ahead = [(when, left), (float(line.trend.finish), 0.0)]
        yield _path(plot, ahead, f'stroke="{colour}" stroke-width="2" stroke-dasharray="0.1 5" stroke-linecap="round"')


def _steps(points: Sequence[Point]) -> list[Point]:
    """The corners of a line that holds each number until the next."""
    out = [points[0]]
    for when, value in points[1:]:
        if value != out[-1][1]:
            out += [(when, out[-1][1]), (when, value)]
    return [*out, (points[-1][0], out[-1][1])]


def _path(plot: _Plot, points: Sequence[Point], style: str) -> str:
    """A line through points, cut off where the plot ends. Points of one pixel column become its first, extremes and last."""
    inside = _cut(points, plot.last)
    columns: dict[int, list[tuple[float, float]]] = {}
    for when, value in inside:
        columns.setdefault(round(plot.x(when)), []).append((plot.x(when), plot.y(value)))
    places: list[str] = []
    for column in columns.values():
        few = column
        if len(column) > 4:
            few = [column[0], min(column, key=lambda one: one[1]), max(column, key=lambda one: one[1]), column[-1]]
        places += [f"{x:.1f} {y:.1f}" for x, y in few]
    return f'<path d="M{"L".join(places)}" fill="none" {style}/>'


def _cut(points: Sequence[Point], last: float) -> list[Point]:
    inside = [point for point in points if point[0] <= last]
    if len(inside) < len(points) and inside:
        (when, value), (later, other) = inside[-1], points[len(inside)]
        inside.append((last, value + (other - value) * (last - when) / (later - when)))
    return inside


def _legend(burndown: Burndown) -> Iterator[str]:
    y = TOP + 6
    for number, line in enumerate(burndown.lines):
        colour = _colour(burndown, number)
        yield f'<path d="M{LEGEND:g} {y:g}h18" stroke="{colour}" stroke-width="3"/>'
        yield f'<text x="{LEGEND + 26:g}" y="{y + 4:g}" font-weight="600">{_text(line.name, 23)}</text>'
        yield _small(y, f"{line.values[-1]:,}, {outlook(line)}")
        y += ROW
    if burndown.budget:
        yield f'<path d="M{LEGEND:g} {y:g}h18" stroke="{BUDGET}" stroke-width="2" stroke-dasharray="7 4"/>'
        _, _, end = budget_end(burndown).partition(": ")
        yield f'<text x="{LEGEND + 26:g}" y="{y + 4:g}" font-weight="600">budget</text>'
        yield _small(y, end)
        y += ROW
    if any(line.trend and line.trend.finish for line in burndown.lines):
        dots = f'stroke="{BUDGET}" stroke-width="2" stroke-dasharray="0.1 5" stroke-linecap="round"'
        yield f'<path d="M{LEGEND:g} {y:g}h18" {dots}/>'
        yield f'<text x="{LEGEND + 26:g}" y="{y + 4:g}" fill="#59636e">trend of the last 4 weeks</text>'


def _small(y: float, text: str) -> str:
    return f'<text x="{LEGEND + 26:g}" y="{y + 19:g}" font-size="11" fill="#59636e">{text}</text>'


def _colour(burndown: Burndown, number: int) -> str:
    """The sum is black; the others go through the colours in order."""
    summed = len(burndown.lines) > 1 and burndown.lines[number].name == SUM and number == len(burndown.lines) - 1
    return COLOURS[-1] if summed else COLOURS[number % (len(COLOURS) - 1)]


def _text(text: str, room: int = 2_000) -> str:
    """Text that shows as it reads, no longer than its place."""
    return escape(cut_text(text, room), quote=True)
