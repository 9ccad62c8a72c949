"""Other people's tests, before and after: outcomes by test id, what differs, and which changed lines they execute."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bench import common
from bench.projects import Project, git, suite

FAILED = ("failure", "error")


@dataclass(frozen=True, slots=True)
class Before:
    """A suite on untouched code, run twice."""

    outcomes: Mapping[str, str]  # test id to passed, skipped, failure or error
    unstable: frozenset[str]  # tests that differ between the two runs

    @property
    def failing(self) -> int:
        """How many fail without our doing."""
        return sum(outcome in FAILED for outcome in self.outcomes.values())


@dataclass(frozen=True, slots=True)
class After:
    """A suite on rewritten code. `different`: test id to (outcome before, outcome after), unstable ones left out."""

    different: Mapping[str, tuple[str, str]]
    unstable: frozenset[str]  # tests that differed, and did not in a second run
    lines: int  # executable lines among those that Rewright wrote into existing files
    executed: int

    @property
    def told(self) -> tuple[str, ...]:
        """What differs, a line a test."""
        return tuple(f"{test}: {old} before, {new} after" for test, (old, new) in self.different.items())

    @property
    def share(self) -> str:
        """Executed lines of written ones, for a table."""
        return f"{self.executed} of {self.lines}" if self.lines else "nothing to execute"


def before(project: Project, python: Path, target: Path, mark: str) -> Before:
    """Run the suite twice on untouched code, and stage what is there, so that `git diff` tells our changes alone.

    `mark` goes into the names of the reports. Raises RuntimeError when the suite cannot run, or takes too long.
    """
    common.say(f"{project.pin}: tests before ({mark}) ...")
    first, second = (outcomes(suite(project, python, target, f"{mark}-before{turn}")[0]) for turn in ("", "-again"))
    git(target, "add", "-A")
    return Before(first, frozenset(test for test in {*first, *second} if first.get(test) != second.get(test)))


def after(project: Project, python: Path, target: Path, mark: str, known: Before) -> After:
    """Run the suite on rewritten code and compare; where tests differ, once more. Raises RuntimeError as `before` does."""
    common.say(f"{project.pin}: tests after ({mark}) ...")
    junit, coverage = suite(project, python, target, f"{mark}-after")
    different, unstable = _differences(known, outcomes(junit)), frozenset[str]()
    if different:  # as before, a test that differs between two runs of the same code says nothing
        again = _differences(known, outcomes(suite(project, python, target, f"{mark}-after-again")[0]))
        unstable = frozenset(different) - frozenset(again)
    kept = {test: pair for test, pair in different.items() if test not in unstable}
    return After(kept, unstable, *executed_lines(target, coverage))


def _differences(known: Before, found: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    tests = sorted({*known.outcomes, *found} - known.unstable)
    pairs = {test: (known.outcomes.get(test, "absent"), found.get(test, "absent")) for test in tests}
    return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}


def outcomes(junit: Path) -> dict[str, str]:
    """Test id to outcome. Tests that share an id are told apart by their order."""
    found: dict[str, str] = {}
    for case in ElementTree.parse(junit).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        while name in found:
            name += "'"
        found[name] = next((child.tag for child in case if child.tag in (*FAILED, "skipped")), "passed")
    return found


def executed_lines(target: Path, coverage: Path) -> tuple[int, int]:
    """Of the lines that Rewright wrote into existing files: how many can be executed, and how many the suite did execute."""
    measured: Mapping[str, dict[str, list[int]]] = json.loads(coverage.read_text("utf-8"))["files"]
    by_path = {str((target / name).resolve()): lines for name, lines in measured.items()}
    total = executed = 0
    for name, written in written_lines(git(target, "diff", "-U0", "--no-color", "--no-ext-diff")).items():
        lines = by_path.get(str((target / name).resolve()), {})
        done = written & set(lines.get("executed_lines", ()))
        total += len(done) + len(written & set(lines.get("missing_lines", ())))
        executed += len(done)
    return total, executed


def written_lines(diff: str) -> dict[str, set[int]]:
    """File to the line numbers, 1-based and of the new text, that a diff without context adds."""
    found: dict[str, set[int]] = {}
    name = ""
    for line in diff.split("\n"):
        if line.startswith("+++ b/"):
            name = line.removeprefix("+++ b/").rstrip("\t")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            found.setdefault(name, set()).update(range(start, start + count))
    return found
