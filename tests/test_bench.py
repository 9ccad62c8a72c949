"""What the measurements of `make ecosystem` rest on: comparing suites, pins, time limits, and what counts as a breach."""

import sys
import time
from dataclasses import replace

import pytest

from bench import common, cycles, graph_speed, measure, projects, suites
from bench.cycle_projects import Cyclic
from engine.cold import Cold

JUNIT = """<testsuites><testsuite>
<testcase classname="a" name="one"/>
<testcase classname="a" name="two"><failure/></testcase>
<testcase classname="a" name="two"><skipped/></testcase>
<testcase classname="a" name="three"><system-out/><error/></testcase>
</testsuite></testsuites>"""


def test_outcomes_by_test_id(tmp_path):
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT, "utf-8")
    assert suites.outcomes(junit) == {"a::one": "passed", "a::two": "failure", "a::two'": "skipped", "a::three": "error"}


def test_lines_that_a_diff_writes():
    diff = "--- a/x.py\n+++ b/x.py\n@@ -1,0 +2,3 @@\n+a\n+b\n+c\n@@ -9 +12 @@\n-d\n+e\n@@ -20,2 +22,0 @@\n-f\n-g\n"
    assert suites.written_lines(diff) == {"x.py": {2, 3, 4, 12}}


def test_what_differs_leaves_unstable_tests_out(tmp_path, monkeypatch):
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT, "utf-8")
    monkeypatch.setattr(suites, "suite", lambda *_: (junit, tmp_path))
    monkeypatch.setattr(suites, "executed_lines", lambda *_: (3, 2))
    known = suites.Before({"a::one": "passed", "a::two": "passed", "a::three": "passed", "a::x": "passed"}, frozenset({"a::two"}))
    found = suites.after(projects.Project("a", "1"), tmp_path, tmp_path, "mark", known)
    assert found.different == {
        "a::x": ("passed", "absent"),
        "a::three": ("passed", "error"),
        "a::two'": ("absent", "skipped"),
    }
    assert found.told[-1] == "a::x: passed before, absent after"
    assert found.share == "2 of 3"


def test_a_difference_that_goes_away_is_unstable(tmp_path, monkeypatch):
    (first := tmp_path / "first.xml").write_text(JUNIT, "utf-8")
    (second := tmp_path / "second.xml").write_text(JUNIT.replace("<error/>", ""), "utf-8")
    monkeypatch.setattr(suites, "suite", lambda *given: (second if given[-1] == "mark-after-again" else first, tmp_path))
    monkeypatch.setattr(suites, "executed_lines", lambda *_: (0, 0))
    known = suites.Before({**suites.outcomes(second), "a::one": "failure"}, frozenset())
    found = suites.after(projects.Project("a", "1"), tmp_path, tmp_path, "mark", known)
    assert found.unstable == {"a::three"}
    assert found.different == {"a::one": ("failure", "passed")}


def test_unpinned_requirements_are_told():
    frozen = "Typing_Extensions==4.16.0\nzope.event==6.2\nloose==1.0\nlocal @ file:///somewhere\n"
    told = projects.unpinned(frozen, ["typing-extensions==4.16.0", "zope-event==6.2", "loose==1.1"])
    assert told == ["loose==1.0", "local @ file:///somewhere"]


def test_every_requirement_of_every_project_is_pinned():
    lines = projects.CONSTRAINTS.read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    for project in projects.PROJECTS:
        pins += [*project.packages, *project.tools]
    assert [pin for pin in pins if pin.count("==") != 1] == []


def test_a_command_and_its_children_end_with_the_time_limit(tmp_path):
    child = "import pathlib, os, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(RuntimeError, match="took longer than 3 seconds"):
        common.run([sys.executable, "-c", parent], tmp_path, seconds=3)
    pid = int((tmp_path / "pid").read_text("utf-8"))
    for _ in range(100):
        if not _alive(pid):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_fails_says_what_it_said(tmp_path):
    with pytest.raises(RuntimeError, match="exit 3\n.*deep trouble"):
        common.run([sys.executable, "-c", "print('deep trouble'); raise SystemExit(3)"], tmp_path)


def test_processor_seconds_count_children(tmp_path):
    busy = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    wall, processor = measure.spent([sys.executable, "-c", parent], tmp_path)
    assert wall > 0.5
    assert processor > 0.3


# -- breaches of import-cycle ---------------------------------------------------------------

FINE = cycles.Broken(
    one=Cyclic(projects.Project("a", "1"), explained=(("::known", "it patches the imported name"),)),
    before=(2,),
    after=(),
    kinds={"sibling": 1},
    left={},
    safe=False,
    cold={"a.b": Cold("a.b", True, frozenset({"x", "y"})), "a.c": Cold("a.c", False, error="no")},
    warm={"a.b": Cold("a.b", True, frozenset({"x"})), "a.c": Cold("a.c", True)},
    again=0,
    tests=suites.Before({"t": "passed"}, frozenset()),
    rerun=suites.After({}, frozenset(), 1, 1),
)


def test_what_is_no_breach():
    assert FINE.breaches == []
    assert FINE.hidden == {"a.b": ["y"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"again": 2}, "a second run proposes 2 changes"),
        ({"after": (2, 2)}, "more cycles than before"),
        (
            {"warm": {"a.b": Cold("a.b", False, error="no"), "a.c": Cold("a.c", True)}},
            "not importable first any more: a.b: no",
        ),
        (
            {"rerun": suites.After({"m::new": ("passed", "failure")}, frozenset(), 1, 1)},
            "m::new: passed before, failure after",
        ),
        (
            {"rerun": suites.After({"m::known": ("passed", "failure")}, frozenset(), 1, 1), "safe": True},
            "tests differ after changes that were called safe",
        ),
    ],
)
def test_what_is_a_breach(change, told):
    assert replace(FINE, **change).breaches == [f"a==1: {told}"]


def test_an_explained_difference_is_no_breach_and_is_on_the_page():
    known = replace(FINE, rerun=suites.After({"m::known": ("passed", "failure")}, frozenset(), 1, 1))
    assert known.breaches == []
    text = cycles.page("here", [known])
    assert "`m::known`: passed before, failure after: it patches the imported name" in text
    assert "`a.c` imported first, before: no" in text
    assert "1 of 1 cycles broken" in text


def test_a_graph_that_is_too_slow():
    slow = graph_speed.Speed("x", 1, 1, 1, 1, wall=30.0, cpu=24.0)
    assert not slow.met
    assert replace(slow, cpu=12.0).met  # the wall time was somebody else's
    assert "**no**" in graph_speed.page("here", [slow])
