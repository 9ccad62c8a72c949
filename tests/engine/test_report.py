"""Reports over a hand-made plan that holds an item of every kind."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from report_plan import PLAN, many

from engine.model import Plan, RewrightError
from engine.report import FORMATS, View, render
from engine.report.summary import summarise


def text_of(plan, fmt="text", **view):
    return "".join(render(plan, fmt, View(**view)))


# Snapshots are compared as bytes: text mode would translate newlines.
@pytest.mark.parametrize(
    "name, fmt, view",
    [
        ("diff.txt", "text", {"diffs": True}),
        ("diff-verbose-color.txt", "text", {"diffs": True, "verbose": True, "color": True, "apply": "rewright apply --unsafe"}),
        ("scan.txt", "text", {"diffs": False}),
        ("plan.jsonl", "jsonl", {}),
        ("plan-verbose.jsonl", "jsonl", {"verbose": True}),
        ("plan.json", "json", {}),
        ("plan.patch", "patch", {}),
    ],
)
def test_report_is_as_reviewed(snapshot, name, fmt, view):
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots" / "report"
    snapshot.assert_match(text_of(PLAN, fmt, **view).encode("utf-8", "surrogateescape"), name)


def test_every_format_reports_an_empty_plan():
    empty = Plan("/t", (), (), (), 0)
    shown = {fmt: text_of(empty, fmt) for fmt in FORMATS}
    assert shown["patch"] == ""
    assert json.loads(shown["json"])["items"] == []
    assert json.loads(shown["jsonl"])["type"] == "summary"
    assert shown["text"] == "0 changes, 0 findings, 0 skips, 0 failures in 0 files examined; 0 files changed.\n"


def test_unknown_format_names_the_near_miss():
    with pytest.raises(RewrightError, match="did you mean 'jsonl'"):
        render(PLAN, "jsonnl", View())


def test_a_report_is_a_function_of_its_plan(monkeypatch):
    before = [text_of(PLAN, fmt, color=True) for fmt in FORMATS]
    for name, value in {"NO_COLOR": "1", "COLUMNS": "20", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert [text_of(PLAN, fmt, color=True) for fmt in FORMATS] == before


def test_machine_formats_do_not_load_rich():
    code = (
        "import sys; from engine.model import Plan; from engine.report import View, render\n"
        "for fmt in ('json', 'jsonl', 'patch'): list(render(Plan('/t', (), (), (), 0), fmt, View()))\n"
        "sys.exit('rich' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# -- jsonl and json ----------------------------------------------------------------------


def test_jsonl_lines_have_the_same_keys_in_the_contract_order():
    keys = "type rule path line column end_line message fingerprint applicability reason evidence edits data".split()
    lines = text_of(PLAN, "jsonl").splitlines()
    assert [list(json.loads(line)) for line in lines] == [keys] * (len(PLAN.items) + 1)


def test_summary_agrees_with_the_lines():
    *items, last = map(json.loads, text_of(PLAN, "jsonl").splitlines())
    data = last["data"]
    assert last["type"] == "summary"
    for axis, key in (("type", "types"), ("applicability", "applicability"), ("reason", "reasons")):
        counted = {}
        for item in items:
            if item[axis] is not None:
                counted[item[axis]] = counted.get(item[axis], 0) + 1
        assert {name: n for name, n in data[key].items() if n} == counted
    assert sum(sum(types.values()) for types in data["rules"].values()) == sum(item["rule"] is not None for item in items)
    assert (data["files"], data["files_changed"], data["files_created"]) == (57, 2, 2)
    assert data["withheld"] == 1


def test_jsonl_is_ascii_even_for_odd_names():
    odd = replace(PLAN.items[0], site=replace(PLAN.items[0].site, path="caf\udce9/\u202e\x1b.py"), message="\u2028")
    line, _ = text_of(replace(PLAN, items=(odd,)), "jsonl").splitlines()
    assert line.isascii() and "\x1b" not in line
    assert json.loads(line)["path"] == "caf\udce9/\u202e\x1b.py"


def test_traceback_only_with_verbose():
    for fmt in ("text", "json", "jsonl"):
        assert "most recent call last" not in text_of(PLAN, fmt)
        assert "most recent call last" in text_of(PLAN, fmt, verbose=True)
    assert "most recent call last" in text_of(PLAN, diffs=False, verbose=True)


def test_json_is_one_document_with_fixes():
    document = json.loads(text_of(PLAN, "json"))
    assert list(document) == ["version", "root", "items", "summary"]
    assert [item["fix"] is not None for item in document["items"]] == [item["type"] == "change" for item in document["items"]]
    assert document["summary"] == json.loads(text_of(PLAN, "jsonl").splitlines()[-1])["data"]


# -- counts ------------------------------------------------------------------------------


def test_an_unchanged_delta_is_no_changed_file():
    same = replace(PLAN.deltas[0], after=PLAN.deltas[0].before)
    plan = replace(PLAN, deltas=(same,))
    assert summarise(plan).changed == 0
    assert text_of(plan, "patch") == ""


# -- speed, and reports of any size -------------------------------------------------------


def test_big_plans_are_reported_fast():
    plan = many(files=500, changes=10)
    for fmt, limit in (("jsonl", 0.15), ("text", 1.5)):
        best = min(_seconds(plan, fmt) for _ in range(3))
        assert best < limit * 2, (fmt, best)  # twice the promise: the machine is shared


def test_fault_94_a_report_of_any_size_streams():
    plan = many(files=300, changes=2)
    calls = []

    class Counted(type(plan.deltas)):
        def __iter__(self):
            for delta in super().__iter__():
                calls.append(delta.path)
                yield delta

    chunks = render(replace(plan, deltas=Counted(plan.deltas)), "text", View())
    calls.clear()
    first = next(chunks)
    calls_then = len(calls)
    assert first.startswith("pkg/m000.py")
    assert first.count("pkg/") == 1
    assert len(list(chunks)) >= 299
    assert calls_then <= len(plan.deltas) + 1


def _seconds(plan, fmt):
    start = time.perf_counter()
    for _ in render(plan, fmt, View()):
        pass
    return time.perf_counter() - start
