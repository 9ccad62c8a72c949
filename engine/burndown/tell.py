"""A burndown as a table, as CSV and as JSON. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.burndown.history import day
from engine.burndown.lines import Burndown, Line, budget_end, outlook
from engine.burndown.series import ROOT_FOLDER, Sample
from engine.model import JSON
from engine.report.screen import escape

ROWS = 40  # that a person reads; --csv holds all


def table(burndown: Burndown, width: int, color: bool = False) -> str:
    """The last rows, newest at the end, and where it goes. Each number has how much it differs from the row before, if there is
    room. A row is never broken: where the terminal is too narrow, it breaks them.
    """
    stream = io.StringIO()
    console = Console(file=stream, width=10_000, force_terminal=color, no_color=not color, highlight=False, markup=False)
    grid = _grid(burndown, True)
    if console.measure(grid).maximum > width:
        grid = _grid(burndown, False)
    if len(burndown.samples) > ROWS:
        console.print(f"... {len(burndown.samples) - ROWS:,} earlier rows; --csv FILE writes them all")
    console.print(grid)
    rows = [row.rstrip() for row in stream.getvalue().splitlines()]
    lines = [f"{escape(line.name)}: {outlook(line)}{_rate(line)}" for line in burndown.lines]
    return "\n".join([*rows, "", *lines, *filter(None, [budget_end(burndown)]), ""])


def _grid(burndown: Burndown, changes: bool) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    columns = [
        ("files", [sum(sample.files.values()) for sample in burndown.samples]),
        *((line.name, line.values) for line in burndown.lines),
        ("unparsable", [sum(sample.unparsable.values()) for sample in burndown.samples]),
    ]
    for name in ("date", "commit"):
        grid.add_column(name, no_wrap=True)
    for name, _ in columns:
        grid.add_column(Text(escape(name)), justify="right", no_wrap=True)
    for row in range(max(0, len(burndown.samples) - ROWS), len(burndown.samples)):
        commit = burndown.samples[row].commit
        grid.add_row(str(commit.date), commit.oid[:9], *(_cell(column, row, changes) for _, column in columns))
    return grid


def _cell(column: Sequence[int], row: int, changes: bool) -> Text:
    change = column[row] - column[row - 1] if row and changes else 0
    text = Text(f"{column[row]:,}")
    if change:
        text.append(f" {change:+,}", style="red" if change > 0 else "green")
    return text


def _rate(line: Line) -> str:
    return f" ({line.trend.per_week:+,.1f} a week)" if line.trend and round(line.trend.per_week, 1) else ""


def table_csv(burndown: Burndown) -> str:
    """A row for each commit and each top folder that has Python files in it then; a commit without any has one row."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["date", "commit", "folder", "files", "unparsable", *burndown.rules])
    for sample in burndown.samples:
        for folder in sorted(sample.files) or [ROOT_FOLDER]:
            sites = [sample.sites.get((rule, folder), 0) for rule in burndown.rules]
            numbers = [sample.files.get(folder, 0), sample.unparsable.get(folder, 0), *sites]
            writer.writerow([sample.commit.date, sample.commit.oid, escape(folder), *numbers])
    return stream.getvalue()


def table_json(burndown: Burndown) -> str:
    """Everything, for other programs."""
    lines: list[JSON] = [
        {
            "name": escape(line.name),
            "values": list(line.values),
            "per_week": None if line.trend is None else round(line.trend.per_week, 3),
            "finish": None if line.trend is None or line.trend.finish is None else str(day(line.trend.finish)),
        }
        for line in burndown.lines
    ]
    answer: JSON = {
        "version": 1,
        "rules": list(burndown.rules),
        "samples": [_sample(sample, burndown.rules) for sample in burndown.samples],
        "lines": lines,
        "budget": [{"date": str(day(int(when))), "sites": round(left, 3)} for when, left in burndown.budget],
        "notes": [escape(note) for note in burndown.notes],
    }
    return json.dumps(answer, indent=2) + "\n"


def _sample(sample: Sample, rules: Sequence[str]) -> JSON:
    return {
        "date": str(sample.commit.date),
        "commit": sample.commit.oid,
        "files": sum(sample.files.values()),
        "unparsable": sum(sample.unparsable.values()),
        "findings": {rule: dict(_by_folder(sample, rule)) for rule in rules},
    }


def _by_folder(sample: Sample, rule: str) -> Iterator[tuple[str, int]]:
    for (one, folder), sites in sorted(sample.sites.items()):
        if one == rule:
            yield escape(folder), sites
