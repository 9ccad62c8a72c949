"""The import graph's speed, cold. `python -m bench.graph_speed [CHECKOUT]`: of the standard library, and of the
reference target where a checkout is named. Writes into docs/ecosystem.md; exits with 1 when a bar is missed.

The bar is 10 s on two cores. Processor seconds of all processes, halved, are what the wall time comes to when nothing
else runs: they are told beside it, as a shared machine stretches the wall time.
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import common
from bench.ecosystem import PAGE
from bench.measure import spent

BAR = 10.0  # seconds
CORES = 2
RUNS = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """One target. Seconds are medians."""

    name: str
    files: int
    lines: int
    modules: int
    edges: int
    wall: float
    cpu: float

    @property
    def met(self) -> bool:
        """Does it take less than the bar, or would it with the machine to itself?"""
        return min(self.wall, self.cpu / CORES) < BAR


def measure(name: str, target: Path) -> Speed:
    """The whole command, without its cache, JSON written to a file."""
    out = common.WORK / "out" / "graph.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    rules = ["--rules", str(common.REPO / "rules.yaml"), "--jobs", str(CORES)]
    argv = [common.REWRIGHT, "facts", "imports", "--no-cache", *rules, "--format", "json", "--output", str(out), str(target)]
    runs = [spent(argv, target) for _ in range(RUNS)]
    told = json.loads(out.read_text("utf-8"))
    files, lines = common.lines_of(target)
    wall, cpu = (statistics.median(one) for one in zip(*runs, strict=True))
    return Speed(name, files, lines, len(told["modules"]), len(told["edges"]), wall, cpu)


def page(where: str, found: list[Speed]) -> str:
    """What goes between the markers."""
    head = ["target", "files", "lines", "modules", "edges", "wall", "processor", f"processor / {CORES}", f"under {BAR:g} s"]
    rows = [
        [
            one.name,
            *(f"{count:,}" for count in (one.files, one.lines, one.modules, one.edges)),
            *(f"{seconds:.1f} s" for seconds in (one.wall, one.cpu, one.cpu / CORES)),
            "yes" if one.met else "**no**",
        ]
        for one in found
    ]
    return "\n\n".join(["", f"{common.heading()} {where}. Medians of {RUNS} runs.", common.table(head, rows), ""])


def main(checkouts: list[str]) -> None:
    """Measure, write the page, say what was missed."""
    where = common.machine()
    (common.WORK / "targets").mkdir(parents=True, exist_ok=True)
    found = [measure("standard library", common.copy_standard_library(common.WORK / "targets" / "graph"))]
    found += [measure("reference target", Path(one).resolve()) for one in checkouts]
    text = page(where, found)
    common.write_between(PAGE, "graph", text)
    print(text)
    if missed := [one.name for one in found if not one.met]:
        sys.exit(f"slower than {BAR:g} s: {', '.join(missed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
