"""Import cycles of other people's code, broken and proved. `python -m bench.cycles [PROJECT ...]`; 1 on any breach.

For each project, at a pin: its module-level cycles before and after `rewright apply --unsafe` with import-cycle alone;
every module of every such cycle imported first, in a fresh interpreter, before and after; the project's own tests twice
before and once after. A module that cannot be imported before (another system, a missing dependency) is said to be so.
A suite that does not run is an error. The page is written only when all projects were measured in one run.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import common, suites
from bench.cycle_projects import PROJECTS, Cyclic
from bench.ecosystem import PAGE, TARGETS, items, rewright
from bench.projects import environment, unpack
from codemods.import_cycle.graph import combine, scan
from codemods.import_cycle.nouns import Graph
from engine.cold import Cold, cold_import
from engine.model import RefusedFile
from engine.project import Project as Target
from engine.source import Source

RULES = common.REPO / "bench" / "cycles-rules.yaml"
SECONDS = 60.0  # that one cold import may take
JOBS = int(os.environ.get("BENCH_JOBS", "2"))  # projects measured at a time: suites wait more than they work


@dataclass(frozen=True, slots=True)
class Broken:
    """What import-cycle did to one project."""

    one: Cyclic
    before: tuple[int, ...]  # sizes of the components
    after: tuple[int, ...]
    kinds: Mapping[str, int]  # way to number of imports
    left: Mapping[str, int]
    safe: bool  # is there any change that is not marked unsafe?
    cold: Mapping[str, Cold]  # every module of all components, imported first, before
    warm: Mapping[str, Cold]  # and after
    again: int  # changes of a second run
    tests: suites.Before
    rerun: suites.After

    @property
    def name(self) -> str:
        """The project and its version."""
        return self.one.project.pin

    @property
    def lost(self) -> list[str]:
        """Modules that could be imported first and cannot any more."""
        return [f"{name}: {self.warm[name].error}" for name, old in self.cold.items() if old.works and not self.warm[name].works]

    @property
    def hidden(self) -> dict[str, list[str]]:
        """Module to the public names that it has no more."""
        both = [name for name, old in self.cold.items() if old.works and self.warm[name].works]
        return {name: sorted(gone) for name in both if (gone := self.cold[name].names - self.warm[name].names)}

    def cause(self, test: str) -> str:
        """Why a test fails after the rewrite; empty when nobody has said."""
        return next((why for part, why in self.one.explained if part in test), "")

    @property
    def breaches(self) -> list[str]:
        """What must not be."""
        told = [f"a second run proposes {self.again} changes"] if self.again else []
        told += ["more cycles than before"] if len(self.after) > len(self.before) else []
        told += [f"not importable first any more: {name}" for name in self.lost]
        told += [line for test, line in zip(self.rerun.different, self.rerun.told, strict=True) if not self.cause(test)]
        told += ["tests differ after changes that were called safe"] if self.rerun.different and self.safe else []
        return [f"{self.name}: {one}" for one in told]


def graph_of(root: Path) -> Graph:
    """The import graph of every Python file below a folder; those that do not parse are left out."""
    files, paths = {}, set()
    for path in common.python_files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".py":
            paths.add(name)
            try:
                found = scan(Source(name, path.read_bytes()))
            except RefusedFile:
                continue
            if found is not None:
                files[name] = found
    return combine(files, Target(frozenset(paths)))


def measure(one: Cyclic) -> Broken:
    """Break one project's cycles, and look. Raises RuntimeError when its tests cannot run."""
    project = one.project
    python, target = environment(project), unpack(project, TARGETS / "cycles" / project.name)
    root = target / one.root
    before = graph_of(root)
    names = sorted({before.modules[path].name for component in before.components for path in component})
    common.say(f"{project.pin}: {len(before.components)} cycles, {len(names)} modules; cold imports ...")
    cold = {name: cold_import(name, [root], python, SECONDS) for name in names}
    known = suites.before(project, python, target, "cycles")
    rules = ["--unsafe", "--rules", str(RULES), "--output-format", "jsonl", "."]
    report = items(rewright("apply", *rules, target=target))
    again = [item for item in items(rewright("diff", *rules, target=target)) if item["type"] == "change"]
    mine = [item for item in report if str(item["path"]).startswith(one.root) and item["rule"] == "import-cycle"]
    changes = [item for item in mine if item["type"] == "change"]
    return Broken(
        one=one,
        before=tuple(len(component) for component in before.components),
        after=tuple(len(component) for component in graph_of(root).components),
        kinds=Counter(kind for item in changes for kind, _ in item["data"]["cuts"]),
        left=Counter(str(item["reason"]) for item in mine if item["type"] != "change"),
        safe=any(item["applicability"] != "unsafe" for item in changes),
        cold=cold,
        warm={name: cold_import(name, [root], python, SECONDS) for name in names},
        again=len(again),
        tests=known,
        rerun=suites.after(project, python, target, "cycles", known),
    )


def page(where: str, found: list[Broken]) -> str:
    """What goes between the markers: the table, then what it leaves unsaid, a line each."""
    head = ["project", "cycles (modules)", "broken", "imports cut, by way", "left", "modules importable first, before → after"]
    head += ["public names gone", "second run", "tests", "failing before", "unstable", "different after"]
    head += ["changed lines executed"]
    rows = [
        [
            one.name,
            f"{len(one.before)} ({', '.join(map(str, one.before))})",
            str(len(one.before) - len(one.after)),
            _counts(one.kinds),
            _counts(one.left),
            f"{_works(one.cold)} → {_works(one.warm)} of {len(one.cold)}",
            str(sum(map(len, one.hidden.values()))),
            str(one.again),
            f"{len(one.tests.outcomes):,}",
            str(one.tests.failing),
            str(len(one.tests.unstable | one.rerun.unstable)),
            str(len(one.rerun.different)),
            one.rerun.share,
        ]
        for one in found
    ]
    total, left = sum(len(one.before) for one in found), sum(len(one.after) for one in found)
    share = f"{total - left} of {total} cycles broken without a manual step ({100 * (total - left) / max(total, 1):.0f}%)."
    notes = [f"- {one.name}: {note}" for one in found for note in _notes(one)]
    return "\n\n".join(["", f"{common.heading()} {where}.", common.table(head, rows), share, "\n".join(notes), ""])


def _notes(one: Broken) -> list[str]:
    told = [f"`{name}` imported first, before: {old.error}" for name, old in one.cold.items() if not old.works]
    told += [f"`{name}` imported first, after: {new.error}" for name, new in one.warm.items() if not new.works]
    told += [f"`{name}` has no {', '.join(gone)} any more" for name, gone in one.hidden.items()]
    return told + [
        f"`{test}`: {old} before, {new} after: {one.cause(test) or 'nobody knows why'}"
        for test, (old, new) in one.rerun.different.items()
    ]


def _works(found: Mapping[str, Cold]) -> int:
    return sum(one.works for one in found.values())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def main(names: list[str]) -> None:
    """Measure the named projects, or all; write the page when all were measured; say what was breached."""
    (TARGETS / "cycles").mkdir(parents=True, exist_ok=True)
    where = common.machine()
    with ThreadPoolExecutor(JOBS) as pool:
        found = list(pool.map(measure, [one for one in PROJECTS if not names or one.project.name in names]))
    text = page(where, found)
    if not names:
        common.write_between(PAGE, "cycles", text)
    print(text)
    if breaches := [breach for one in found for breach in one.breaches]:
        sys.exit("breached:\n  " + "\n  ".join(breaches))


if __name__ == "__main__":
    main(sys.argv[1:])
