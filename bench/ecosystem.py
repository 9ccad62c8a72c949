"""All shipped rules over code that nobody wrote for us. `make ecosystem`; exits with 1 on any breach.

First, every rule with --unsafe over the standard library and six PyPI projects: whatever
compiled still compiles, a second run changes nothing, no line outside an edit has moved, undo
restores every byte. Then, with broad-except on `preserve`, the projects' own test suites
give the same outcome for each test before and after.
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import common, suites
from bench.projects import PROJECTS, Project, environment, unpack
from bench.replay import moved_lines

PAGE = common.REPO / "docs" / "ecosystem.md"
TARGETS = common.WORK / "targets"


@dataclass(frozen=True, slots=True)
class Landing:
    """What every rule did to one target. The last five must all be zero."""

    name: str
    files: int
    lines: int
    changes: int
    changed: int
    failures: int  # files or changes refused, with their reason in the report: nothing was written
    broken: tuple[str, ...]  # files that compiled before and do not after
    again: int  # changes of a second run
    moved: tuple[str, ...]  # files with a line that moved outside every edit
    stray: tuple[str, ...]  # files whose bytes changed though the report names no change in them
    lost: tuple[str, ...]  # files that undo did not restore

    @property
    def breaches(self) -> list[str]:
        """What must not be."""
        facts = {
            "does not compile": self.broken,
            "lines moved": self.moved,
            "changed silently": self.stray,
            "not undone": self.lost,
        }
        told = [f"{self.name}: {what}: {', '.join(names[:5])}" for what, names in facts.items() if names]
        return told + ([f"{self.name}: a second run proposes {self.again} changes"] if self.again else [])


@dataclass(frozen=True, slots=True)
class Suite:
    """One project's tests before and after."""

    name: str
    before: suites.Before
    after: suites.After
    changes: int
    left: Mapping[str, int]  # reason to the number of broad handlers that were not rewritten for it


def main() -> None:
    """Measure, write the page, say what was breached."""
    TARGETS.mkdir(parents=True, exist_ok=True)
    where = common.machine()
    landings = [land("standard library", common.copy_standard_library(TARGETS / "standard-library"))]
    landings += [land(project.pin, unpack(project, TARGETS / project.name)) for project in PROJECTS]
    compared = [compare(project) for project in PROJECTS]
    text = page(where, landings, compared)
    common.write_between(PAGE, "ecosystem", text)
    print(text)
    breaches = [breach for landing in landings for breach in landing.breaches]
    breaches += [f"{one.name}: {told}" for one in compared for told in one.after.told]
    if breaches:
        sys.exit("breached:\n  " + "\n  ".join(breaches))


# -- every rule ------------------------------------------------------------------------------


def land(name: str, target: Path) -> Landing:
    """Apply every shipped rule to a target of our own, check it, and take it back."""
    common.say(f"{name}: all rules ...")
    files, lines = common.lines_of(target)
    digests, texts = common.digests(target), {path: path.read_bytes() for path in common.python_files(target)}
    compiled = {path for path, data in texts.items() if compiles(data)}
    rules = ["--unsafe", "--jobs", "2", "--rules", str(common.REPO / "rules.yaml"), "--output-format", "jsonl", "."]
    report = items(rewright("apply", *rules, target=target))
    after = common.digests(target)
    broken = [path for path in compiled if not path.is_file() or not compiles(path.read_bytes())]
    again = items(rewright("diff", *rules, target=target))
    changes = [item for item in report if item["type"] == "change"]
    moved = moved_lines(target, texts, changes)
    edited = {str(edit["path"]) for item in changes for edit in item["edits"]}
    changed = {path for path in digests if after.get(path) != digests[path]}
    if changes:
        rewright("undo", ".", target=target)
    restored = common.digests(target)
    lost = [path for path in {*digests, *restored} if restored.get(path) != digests.get(path)]
    kinds = Counter(item["type"] for item in report)
    return Landing(
        name=name,
        files=files,
        lines=lines,
        changes=len(changes),
        changed=len(changed),
        failures=kinds["failure"],
        broken=tuple(sorted(path.relative_to(target).as_posix() for path in broken)),
        again=sum(item["type"] == "change" for item in again),
        moved=tuple(moved),
        stray=tuple(sorted(changed - edited)),
        lost=tuple(sorted(lost)),
    )


def rewright(*arguments: str, target: Path) -> bytes:
    """What a Rewright command prints. It starts from an empty cache, so that no earlier result is taken for a new one."""
    cache = common.WORK / "cache" / "ecosystem" / target.parent.name / target.name
    shutil.rmtree(cache, ignore_errors=True)
    return common.run([common.REWRIGHT, *arguments], target, codes=(0, 1), env={"XDG_CACHE_HOME": str(cache)}).stdout


def compiles(data: bytes) -> bool:
    """Does the running interpreter compile this file?"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "file", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def items(output: bytes) -> list[dict[str, Any]]:
    """The objects of a jsonl report, without the summary."""
    return [item for item in map(json.loads, output.splitlines()) if item["type"] != "summary"]


# -- the projects' own tests -----------------------------------------------------------------


def compare(project: Project) -> Suite:
    """One project's tests, twice before and once after broad-except on `preserve`."""
    python, target = environment(project), unpack(project, TARGETS / project.name)
    known = suites.before(project, python, target, "preserve")
    rules = ["--unsafe", "--rules", str(common.REPO / "bench" / "ecosystem-rules.yaml"), "--output-format", "jsonl", "."]
    report = items(rewright("apply", *rules, target=target))
    found = suites.after(project, python, target, "preserve", known)
    changes = sum(item["type"] == "change" for item in report)
    left = Counter(str(item["reason"] or item["type"]) for item in report if item["type"] != "change")
    return Suite(project.pin, known, found, changes, left)


# -- the page --------------------------------------------------------------------------------


def page(where: str, landings: list[Landing], compared: list[Suite]) -> str:
    """What goes between the markers."""
    head = ["target", "files", "lines", "changes", "files changed", "refused"]
    head += ["stopped compiling", "second run", "moved lines", "not undone"]
    rows = []
    for one in landings:
        counts = [one.files, one.lines, one.changes, one.changed, one.failures]
        counts += [len(one.broken), one.again, len(one.moved) + len(one.stray), len(one.lost)]
        rows.append([one.name, *(f"{count:,}" for count in counts)])
    tests = [
        [
            one.name,
            f"{len(one.before.outcomes):,}",
            str(one.before.failing),
            str(len(one.before.unstable | one.after.unstable)),
            str(one.changes),
            ", ".join(f"{reason} {count}" for reason, count in sorted(one.left.items())) or "none",
            str(len(one.after.different)),
            one.after.share,
        ]
        for one in compared
    ]
    second = ["project", "tests", "failing before", "unstable"]
    second += ["changes", "left alone", "different after", "changed lines executed"]
    executed, lines = sum(one.after.executed for one in compared), sum(one.after.lines for one in compared)
    share = f"Together the suites execute {executed} of {lines} changed lines."
    return "\n\n".join(["", f"{common.heading()} {where}.", common.table(head, rows), common.table(second, tests), share, ""])


if __name__ == "__main__":
    main()
