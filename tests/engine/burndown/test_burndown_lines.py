"""Trends, budgets, axes and what is told of them: numbers in, text out."""

import csv
import io
import json

import pytest
from burndown_kit import DAY, START
from hypothesis import given
from hypothesis import strategies as st

from engine.burndown.axis import date_ticks, number_ticks
from engine.burndown.history import Commit, day
from engine.burndown.lines import Line, budget_end, burndown, outlook
from engine.burndown.series import Sample
from engine.burndown.tell import ROWS, table, table_csv, table_json
from engine.burndown.trend import Trend, budget_line, trend
from engine.config.values import Budget


def sample(number, sites, step=DAY, touched=10, files=None):
    """The sample of day `number`; `sites`: by rule and folder."""
    folders = {folder for _, folder in sites} if files is None else files
    return Sample(Commit(f"{number:040x}", START + number * step), dict.fromkeys(folders, 20), {}, sites, touched)


def falling(days, start=100, per_day=2, rule="one"):
    return [sample(number, {(rule, "src"): max(0, start - per_day * number)}) for number in range(days)]


def made(samples, rules=("one",), by="rule", **more):
    return burndown("Findings", samples, list(rules), by, **more)


# -- trends ----------------------------------------------------------------------------------------


def test_a_straight_fall_ends_where_it_must():
    points = [(START + number * DAY, 100 - 2 * number) for number in range(30)]
    found = trend(points)
    assert found.per_week == pytest.approx(-14)
    assert day(found.finish) == day(START + 50 * DAY)


def test_only_the_last_four_weeks_count_and_a_busy_day_weighs_no_more():
    points = [(START + number * DAY, 500 + number) for number in range(40)]
    points += [(START + (40 + number) * DAY, 540 - 10 * number) for number in range(29)]
    busy = [*points[:50], *((points[50][0] + second, points[50][1]) for second in range(90)), *points[51:]]
    assert trend(points).per_week == pytest.approx(-70)
    assert trend(busy) == trend(points)


def test_a_gap_keeps_its_last_number():
    assert trend([(START, 10), (START + 7 * DAY, 10)]).per_week == 0
    assert trend([(START, 10), (START + 27 * DAY, 10), (START + 28 * DAY, 0)]).finish is None


@pytest.mark.parametrize(
    ("values", "said"),
    [((5, 5, 5), "not falling"), ((5, 6, 7), "not falling"), ((9, 6, 3), "done by 2025-01-04"), ((9, 5, 0), "none left")],
)
def test_where_a_line_goes_in_words(values, said):
    points = [(START + number * DAY, value) for number, value in enumerate(values)]
    assert outlook(Line("one", values, trend(points))) == said


def test_too_short_and_too_slow():
    assert outlook(Line("one", (5,), trend([(START, 5)]))) == "history too short"
    assert outlook(Line("one", (5,), Trend(-0.001, None))) == "not within ten years"
    slow = [(START + number * DAY, 1_000_000 - number) for number in range(28)]
    assert trend(slow).finish is None and trend(slow).per_week < 0


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9_999)), min_size=1, max_size=40))
def test_a_finish_is_never_past(points):
    points = sorted((START + days * DAY, value) for days, value in points)
    found = trend(points)
    assert found is None or found.finish is None or found.finish >= points[-1][0]


# -- budgets ---------------------------------------------------------------------------------------


def test_a_budget_is_done_on_weekdays_only():
    line = budget_line(START, 50, 10, changes=10, files=None)  # Wednesday
    left = {day(int(when) - 1).isoformat(): rest for when, rest in line[1:]}
    assert left == {
        "2025-01-01": 40, "2025-01-02": 30, "2025-01-03": 20, "2025-01-04": 20, "2025-01-05": 20,
        "2025-01-06": 10, "2025-01-07": 0,
    }  # fmt: skip


def test_files_do_their_share_and_the_slower_budget_counts():
    assert budget_line(START, 100, 10, changes=None, files=5)[1][1] == 50
    assert budget_line(START, 100, 10, changes=60, files=5)[1][1] == 50
    assert budget_line(START, 100, 10, changes=20, files=5)[1][1] == 80
    assert budget_line(START, 100, 10, None, None) == budget_line(START, 0, 0, 5, 5) == ()


def test_a_budget_starts_where_the_sprint_did_or_now():
    samples = falling(20)
    assert made(samples, budget=Budget(changes=5), start=START + 3 * DAY - 60).budget[0] == (START + 3 * DAY, 94)
    assert made(samples, budget=Budget(changes=5), start=None).budget[0] == (START + 19 * DAY, 62)
    assert budget_end(made(samples, budget=Budget(changes=31))) == "budget: done by 2025-01-21"
    assert budget_end(made(samples)) == ""


# -- lines -----------------------------------------------------------------------------------------


def test_lines_by_rule_and_by_folder():
    samples = [sample(0, {("one", "a"): 1, ("two", "b"): 4}), sample(1, {("one", "a"): 2, ("one", "b"): 3})]
    rules = ("one", "two", "three")
    assert [(line.name, line.values) for line in made(samples, rules).lines] == [
        ("one", (1, 5)),
        ("two", (4, 0)),
        ("three", (0, 0)),
    ]
    folders = [(line.name, line.values) for line in made(samples, rules, "folder").lines]
    assert folders == [("a", (1, 2)), ("b", (4, 3)), ("together", (5, 5))]


def test_few_lines_and_the_others_summed():
    samples = [sample(number, {("one", f"f{folder}"): folder for folder in range(1, 12)}) for number in range(2)]
    lines = made(samples, by="folder").lines
    assert [line.name for line in lines] == ["f11", "f10", "f9", "f8", "f7", "f6", "other folders", "together"]
    assert [line.values[0] for line in lines[-2:]] == [15, 66]


# -- axes ------------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
def test_number_ticks_are_round_and_hold_everything(most):
    ticks = number_ticks(most)
    assert ticks[0].at == 0 and ticks[-1].at >= most and 2 <= len(ticks) <= 7
    step = ticks[1].at
    assert [tick.at for tick in ticks] == [step * number for number in range(len(ticks))]
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert number_ticks(ticks[-1].at)[-1] == ticks[-1]


def test_millions_are_short():
    assert [tick.label for tick in number_ticks(2_400_000)] == ["0", "0.5M", "1M", "1.5M", "2M", "2.5M"]


@given(st.integers(0, 250_000_000_000), st.integers(0, 200_000_000_000))
def test_date_ticks_are_few_and_inside(first, span):
    last = min(first + span, 253_402_300_799)
    ticks = date_ticks(first, last)
    assert len(ticks) <= 6 and all(first <= tick.at <= last for tick in ticks)
    assert len({tick.label for tick in ticks}) == len(ticks)
    assert ticks or last - first < 2 * DAY


def test_date_ticks_at_round_distances():
    labels = [[tick.label for tick in date_ticks(START, START + days * DAY)] for days in (3, 20, 90, 1000)]
    assert labels[0] == ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]
    assert labels[1] == ["2025-01-06", "2025-01-13", "2025-01-20"]
    assert labels[2] == ["2025-01", "2025-02", "2025-03", "2025-04"]
    assert labels[3] == ["2025-01", "2025-07", "2026-01", "2026-07", "2027-01", "2027-07"]


# -- tables ----------------------------------------------------------------------------------------


def test_the_table_has_the_newest_last_and_what_changed():
    text = table(made(falling(ROWS + 5)), 100)
    lines = text.splitlines()
    assert lines[0] == "... 5 earlier rows; --csv FILE writes them all"
    assert lines[1].split() == ["date", "commit", "files", "one", "unparsable"]
    assert lines[ROWS + 1].split() == ["2025-02-14", "000000000", "20", "12", "-2", "0"]
    assert "one: done by 2025-02-20 (-14.0 a week)" in lines
    assert "\x1b" not in text and "\x1b" in table(made(falling(3)), 100, color=True)


def test_a_narrow_table_says_less_and_breaks_no_row():
    lines = table(made(falling(3)), 45).splitlines()
    assert lines[3].split() == ["2025-01-03", "000000000", "20", "96", "0"]
    assert len(table(made(falling(3)), 10).splitlines()) == len(lines)


def test_fault_96_names_reach_no_terminal_unescaped():
    text = table(made([sample(0, {("one", "a\x1b]0;x\x07[red]"): 1})], by="folder"), 200, color=False)
    assert "\x1b" not in text and "\\x1b]0;x\\x07[red]" in text


def test_the_csv_reads_back():
    samples = [sample(0, {("one", 'a,"b"'): 3, ("two", "c"): 1}), sample(1, {}, files=())]
    rows = list(csv.DictReader(io.StringIO(table_csv(made(samples, ("one", "two"))))))
    assert [(row["date"], row["folder"], row["files"], row["one"], row["two"]) for row in rows] == [
        ("2025-01-01", 'a,"b"', "20", "3", "0"), ("2025-01-01", "c", "20", "0", "1"), ("2025-01-02", ".", "0", "0", "0"),
    ]  # fmt: skip


def test_the_json_holds_everything():
    known = json.loads(table_json(made(falling(20), budget=Budget(changes=10), start=START)))
    assert known["version"] == 1 and known["rules"] == ["one"]
    assert known["samples"][1]["findings"] == {"one": {"src": 98}}
    assert known["lines"][0]["finish"] == "2025-02-20" and known["lines"][0]["per_week"] == -14
    assert known["budget"][-1] == {"date": "2025-01-15", "sites": 0}
