"""The chart: well-formed, everything inside the picture, nothing loaded, names inert, the same bytes for the same numbers."""

import re
from xml.etree import ElementTree

import pytest
from burndown_kit import DAY, START
from test_burndown_lines import falling, made, sample

from engine.burndown.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, svg
from engine.config.values import Budget

SVG = "{http://www.w3.org/2000/svg}"
BUDGET = Budget(changes=3)
CASES = {
    "sprint": lambda: made(falling(40), budget=BUDGET, start=START + 5 * DAY),
    "one-commit": lambda: made([sample(0, {("one", "src"): 7})]),
    "nothing": lambda: made([sample(number, {}, files=()) for number in range(3)]),
    "rising": lambda: made(
        [sample(number, {("one", "a"): number * number, ("two", "b"): 40}) for number in range(60)], ("one", "two")
    ),
    "many-rules": lambda: made(
        [sample(n, {(f"rule-{k}", "src"): 5**k for k in range(9)}) for n in range(3)],
        [f"rule-{k}" for k in range(9)],
        budget=BUDGET,
    ),
    "long": lambda: made(falling(3_000, start=9_000, per_day=1)),
}


def parsed(text):
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("name", CASES)
def test_the_picture_is_what_it_was(snapshot, name):
    snapshot.snapshot_dir = "tests/snapshots/burndown"
    if name != "long":
        snapshot.assert_match(svg(CASES[name]()), f"{name}.svg")
    assert svg(CASES[name]()) == svg(CASES[name]())


@pytest.mark.parametrize("name", CASES)
def test_everything_lies_inside_the_picture(name):
    root = parsed(svg(CASES[name]()))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("800", "450", "0 0 800 450")
    bold = 0
    for text in root.iter(f"{SVG}text"):
        x, y, size = float(text.get("x")), float(text.get("y")), float(text.get("font-size", 12))
        wide = len(text.text) * size * 0.58
        start = x - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor"), 0)
        assert start >= 0 and start + wide <= WIDTH + 4 and size < y < HEIGHT, text.text
        bold += text.get("font-weight") == "600"
    assert bold >= 2
    drawn = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]
    assert drawn
    for path in drawn:
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d")):
            assert LEFT - 0.1 <= float(x) <= RIGHT + 0.1 and TOP - 0.1 <= float(y) <= BOTTOM + 0.1


def test_text_that_stands_below_one_another_does_not_overlap():
    for case in CASES.values():
        places = {}
        for text in parsed(svg(case())).iter(f"{SVG}text"):
            places.setdefault((text.get("x"), text.get("text-anchor")), []).append(float(text.get("y")))
        for heights in places.values():
            heights.sort()
            assert all(later - one >= 12 for one, later in zip(heights, heights[1:]))


def test_dates_do_not_overlap():
    for days in (1, 2, 5, 9, 20, 45, 100, 400, 3_000):
        root = parsed(svg(made(falling(days, start=9_999, per_day=0))))
        labels = [text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "middle" and text.text[0].isdigit()]
        ends = sorted(
            (float(text.get("x")) - len(text.text) * 3.6, float(text.get("x")) + len(text.text) * 3.6) for text in labels
        )
        assert labels and all(after[0] >= before[1] for before, after in zip(ends, ends[1:]))


def test_told_to_who_cannot_see_it():
    root = parsed(svg(CASES["sprint"]()))
    assert root.get("role") == "img"
    told = {child.get("id"): child.text for child in root if child.get("id")}
    assert root.get("aria-labelledby").split() == list(told)
    assert "one: 100 then, 22 now, done by 2025-02-20. budget: done by" in told["burndown-desc"]


def test_budget_dashed_trend_dotted():
    dashes = [path.get("stroke-dasharray") for path in parsed(svg(CASES["sprint"]())).iter(f"{SVG}path")]
    assert {"7 5", "0.1 5"} <= set(dashes)
    assert not any(path.get("stroke-dasharray") for path in parsed(svg(CASES["rising"]())).iter(f"{SVG}path"))


def test_fault_92_names_are_inert_and_nothing_is_loaded():
    evil = '</text><script>alert(1)</script><img src="http://x" onerror="y">\u202e&'
    text = svg(made([sample(0, {("one", evil): 1})], by="folder"))
    root = parsed(text)
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "text", "path", "circle")
    }
    assert "\u202e" not in text and "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http://x", "")
    assert not re.search(r"\b(href|src|style|on\w+)=", re.sub(r">[^<]*<", "><", text))


def test_a_long_history_is_a_small_picture():
    assert len(svg(CASES["long"]())) < 40_000


def test_a_spike_between_two_pixels_is_seen():
    samples = falling(3_000, start=100, per_day=0)
    samples[1_500] = sample(1_500, {("one", "src"): 900})
    heights = [
        float(y)
        for y in re.findall(
            r"[\d.]+ ([\d.]+)",
            next(path.get("d") for path in parsed(svg(made(samples))).iter(f"{SVG}path") if path.get("fill") == "none"),
        )
    ]
    assert min(heights) < TOP + (BOTTOM - TOP) * 0.2
