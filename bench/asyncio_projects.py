"""get-event-loop over PyPI projects that still ask for an event loop. `make ecosystem` runs it after the other tables.

Each project's own tests run twice before and once after `rewright apply --unsafe --select get-event-loop`;
what differs per test id is a breach.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench import common, suites
from bench.ecosystem import PAGE, TARGETS, items, rewright
from bench.projects import Project, environment, unpack

_PYTEST_7 = ("coverage==7.17.3", "pytest==7.1.3")

_ITERTOOLS = ("asyncio", "builtins", "helpers", "itertools", "more_itertools")

PROJECTS = (
    Project("aiosqlite", "0.17.0", ("aiounittest==1.4.2",), tests=("aiosqlite/tests/smoke.py",)),
    Project("asgiref", "3.2.10", ("pytest-asyncio==1.5.0",)),
    Project("aiochannel", "1.1.1", ("aiounittest==1.4.2", "pytest-asyncio==1.5.0")),
    Project("aioitertools", "0.7.1", tests=tuple(f"aioitertools/tests/{name}.py" for name in _ITERTOOLS)),
    Project("asyncio-dgram", "2.1.2", ("pytest-asyncio==1.5.0",), tests=("test",)),
    Project("pytest-asyncio", "0.18.3", ("flaky==3.7.0", "hypothesis==6.43.0"), tools=_PYTEST_7),
    Project("prompt_toolkit", "3.0.20"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One project: what was done to it, and what its tests say."""

    name: str
    sites: int
    changed: Mapping[str, int]  # kind of change to its number
    skipped: Mapping[str, int]  # reason to number
    failures: int  # refused by a gate, or not processed
    again: int  # changes of a second run
    before: suites.Before
    after: suites.After

    @property
    def mended(self) -> frozenset[str]:
        """Tests that failed before and pass after: Python refuses `loop=` from 3.10 on."""
        unlike = self.after.different.items()
        return frozenset(test for test, (old, new) in unlike if old in suites.FAILED and new == "passed")

    @property
    def different(self) -> list[str]:
        """Any other difference, a line a test."""
        unlike = self.after.different.items()
        return [f"{test}: {old} before, {new} after" for test, (old, new) in unlike if test not in self.mended]

    @property
    def breaches(self) -> list[str]:
        """What must not be."""
        told = [f"{self.name}: {test}" for test in self.different]
        told += [f"{self.name}: {self.failures} failures"] if self.failures else []
        return told + ([f"{self.name}: a second run proposes {self.again} changes"] if self.again else [])


def measure(project: Project) -> Result:
    """Apply the rule to one project, its tests before and after."""
    python, target = environment(project), unpack(project, TARGETS / "asyncio" / project.name)
    known = suites.before(project, python, target, "asyncio")
    rules = ["--unsafe", "--select", "get-event-loop", "--rules", str(common.REPO / "rules.yaml")]
    rules += ["--output-format", "jsonl", "."]
    report = [item for item in items(rewright("apply", *rules, target=target)) if item["rule"] == "get-event-loop"]
    again = [item for item in items(rewright("diff", *rules, target=target)) if item["type"] == "change"]
    return Result(
        name=project.pin,
        sites=len(report),
        changed=Counter(str(item["data"]["context"]) for item in report if item["type"] == "change"),
        skipped=Counter(str(item["reason"]) for item in report if item["type"] in ("skip", "finding")),
        failures=sum(item["type"] == "failure" for item in report),
        again=len(again),
        before=known,
        after=suites.after(project, python, target, "asyncio", known),
    )


def page(where: str, results: list[Result]) -> str:
    """What goes between the markers."""
    head = ["project", "sites", "changed", "left alone", "second run", "tests", "failing before", "unstable"]
    head += ["mended", "different after", "changed lines executed"]
    rows = [
        [
            one.name,
            str(one.sites),
            _counts(one.changed),
            _counts(one.skipped),
            str(one.again),
            f"{len(one.before.outcomes):,}",
            str(one.before.failing),
            str(len(one.before.unstable | one.after.unstable)),
            str(len(one.mended)),
            str(len(one.different)),
            one.after.share,
        ]
        for one in results
    ]
    sites, changed = sum(one.sites for one in results), sum(sum(one.changed.values()) for one in results)
    executed, lines = sum(one.after.executed for one in results), sum(one.after.lines for one in results)
    total = f"{changed} of {sites} sites changed; the suites execute {executed} of {lines} changed lines."
    return "\n\n".join(["", f"{common.heading()} {where}.", common.table(head, rows), total, ""])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def main(names: list[str]) -> None:
    """Measure all projects, or those that are named; write the page when all were measured; say what was breached."""
    (TARGETS / "asyncio").mkdir(parents=True, exist_ok=True)
    where = common.machine()
    results = [measure(project) for project in PROJECTS if not names or project.name in names]
    text = page(where, results)
    if not names:
        common.write_between(PAGE, "asyncio", text)
    print(text)
    breaches = [breach for one in results for breach in one.breaches]
    if breaches:
        sys.exit("breached:\n  " + "\n  ".join(breaches))


if __name__ == "__main__":
    main(sys.argv[1:])
