"""Speed against other tools that do the same mechanical job. `make bench`; exits with 1 when a bar is missed.

Settings, by environment:
    BENCH_RUNS          runs of each job but LibCST's and Fixit's (5); they are interleaved, medians are compared
    BENCH_LIBCST_RUNS   runs of the LibCST codemod CLI, which takes minutes (1); 0 leaves it out
    BENCH_FIXIT_RUNS    runs of Fixit, which takes longer still (0)
    REFERENCE_TARGET    a checkout of the reference target (docs/reference-target.md)
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import common
from bench.measure import Times, peak_memory, timed

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
JOBS = "2"
OUT = common.WORK / "out"
BENCH = common.REPO / "bench"
PAGE = common.REPO / "docs" / "performance.md"
JSONL = ("--output-format", "jsonl", "--jobs", JOBS)
OURS = [common.REWRIGHT, "diff", "--unsafe", "--rules", f"{BENCH}/rules.yaml", "--select", "rename-exception", *JSONL, "."]
DEFAULT_RULES = [common.REWRIGHT, "diff", "--unsafe", "--rules", f"{common.REPO}/rules.yaml", *JSONL, "."]
AST_GREP = [str(common.BIN / "ast-grep"), "scan", "--threads", JOBS, "--rule", f"{BENCH}/ast-grep.yml", "--json=stream", "."]
LIBCST = [
    sys.executable,
    "-m",
    "libcst.tool",
    "codemod",
    "-x",
    "--no-format",
    "--include-generated",
    "--hide-progress",
    f"--jobs={JOBS}",  # `-j 2` would be taken for the command's name
]
FIXIT = [str(common.BIN / "fixit"), "--quiet", "--tags", "", "--rules", "fixit_rename:RenameException", "fix", "--automatic", "."]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `met` is None where there is no bar, or nothing was measured."""

    job: str
    measured: str
    bar: str = ""
    met: bool | None = None

    def cells(self) -> list[str]:
        """As text."""
        return [self.job, self.measured, self.bar, {True: "yes", False: "**no**", None: ""}[self.met]]


def main() -> None:
    """Measure, write the page, say what was missed."""
    OUT.mkdir(parents=True, exist_ok=True)
    where = common.machine()
    common.say("copying the standard library ...")
    library = common.copy_standard_library(common.WORK / "stdlib")
    files, lines = common.lines_of(library)
    cold, warm, grep = interleaved(library)
    rows = compared(cold, warm, grep)
    rows += slow(
        "LibCST codemod CLI, `--no-format`", "LIBCST", "1", [*LIBCST, "libcst_rename.RenameException", "."], library, cold
    )
    rows += slow("Fixit", "FIXIT", "0", FIXIT, library, None)
    rows += reference()
    rows += [memory(library), start_up()]
    text = page(where, files, lines, rows, agreement())
    common.write_between(PAGE, "bench", text)
    print(text)
    missed = [row.job for row in rows if row.met is False]
    if missed:
        sys.exit(f"missed: {'; '.join(missed)}")


# -- jobs ----------------------------------------------------------------------------------


def interleaved(library: Path) -> tuple[Times, Times, Times]:
    """Our cold and warm times and ast-grep's, taken in turns. One round before is not counted."""
    rounds: list[tuple[float, float, float]] = []
    warm_cache = cache("warm", fresh=True)
    for number in range(-1, RUNS):
        times = (
            timed(OURS, library, OUT / "cold.jsonl", cache("cold", fresh=True)),
            timed(OURS, library, OUT / "warm.jsonl", warm_cache),
            timed(AST_GREP, library, OUT / "ast-grep.jsonl"),
        )
        common.say(f"round {number + 1} of {RUNS}: cold {times[0]:.2f}, warm {times[1]:.2f}, ast-grep {times[2]:.2f} s")
        if number >= 0:
            rounds.append(times)
    cold, warm, grep = zip(*rounds, strict=True)
    return Times(cold), Times(warm), Times(grep)


def compared(cold: Times, warm: Times, grep: Times) -> list[Row]:
    """Ours against ast-grep's."""
    slower, again = cold.median / grep.median, warm.median / grep.median
    return [
        Row("ast-grep", str(grep)),
        Row("Rewright, cold", f"{cold}: {slower:.2f} times ast-grep", "at most 1.5 times (aim: 1.0)", slower <= 1.5),
        Row("Rewright, warm", f"{warm}: {again:.2f} times ast-grep", "at most 0.2 times", again <= 0.2),
    ]


def slow(name: str, key: str, default: str, argv: list[str], library: Path, cold: Times | None) -> list[Row]:
    """A tool that takes minutes, on fresh copies; against our cold time where there is a bar."""
    runs = int(os.environ.get(f"BENCH_{key}_RUNS", default))
    bar = "ours at most 1/60" if cold else ""
    if not runs:
        return [Row(name, f"not run (BENCH_{key}_RUNS=1 runs it)", bar)]
    seconds = []
    for _ in range(runs):
        target = common.copy(library, common.WORK / key.lower())
        common.say(f"{name}: this takes minutes ...")
        env = {"PYTHONPATH": str(BENCH)}
        seconds.append(timed(argv, target, OUT / f"{key.lower()}.txt", env, codes=(0, 1, 2)))
    times = Times(tuple(seconds))
    changed = common.run(["git", "diff", "--numstat"], target).stdout.splitlines()
    sites = sum(int(line.split()[0]) for line in changed if line[:1].isdigit())
    if not sites:
        raise RuntimeError(f"{name} changed nothing: see {OUT}/{key.lower()}.txt and .err")
    if cold is None:
        return [Row(name, f"{times}; {sites} lines")]
    ratio = times.median / cold.median
    return [Row(name, f"{times}; {sites} lines; ours is 1/{ratio:.0f}", bar, ratio >= 60)]


def reference() -> list[Row]:
    """The whole default rule set over the reference target."""
    place = os.environ.get("REFERENCE_TARGET")
    if not place:
        skipped = "not run (REFERENCE_TARGET names a checkout)"
        return [
            Row("Default rules, reference target, cold", skipped, "under 25 s"),
            Row("Default rules, reference target, warm", skipped, "under 1.5 s"),
        ]
    target, cold, warm = Path(place).resolve(), [], []
    for _ in range(min(RUNS, 3)):
        env = cache("reference", fresh=True)
        cold.append(timed(DEFAULT_RULES, target, OUT / "reference.jsonl", env))
        warm.append(timed(DEFAULT_RULES, target, OUT / "reference-warm.jsonl", env))
    first, second = Times(tuple(cold)), Times(tuple(warm))
    return [
        Row("Default rules, reference target, cold", str(first), "under 25 s", first.median < 25),
        Row("Default rules, reference target, warm", str(second), "under 1.5 s", second.median < 1.5),
    ]


def memory(library: Path) -> Row:
    """The largest process of the largest run at hand, in a run of its own, as asking costs time."""
    place, argv = os.environ.get("REFERENCE_TARGET"), OURS
    highest = peak_memory(argv, library, OUT / "memory.jsonl", cache("memory", fresh=True))
    what = "standard library"
    if place and highest is not None:
        other = peak_memory(DEFAULT_RULES, Path(place), OUT / "memory.jsonl", cache("memory", fresh=True)) or 0
        what = f"standard library {highest:.0f} MiB, reference target {other:.0f} MiB"
        highest = max(highest, other)
    shown = "not measured (no /proc)" if highest is None else f"{highest:.0f} MiB ({what})"
    return Row("Peak memory of the largest process", shown, "under 400 MB", None if highest is None else highest * 1.048576 < 400)


def start_up() -> Row:
    """`rewright --version`."""
    argv = [common.REWRIGHT, "--version"]
    times = Times(tuple(timed(argv, common.REPO, OUT / "version.txt", codes=(0,)) for _ in range(max(RUNS, 5) * 2)))
    return Row("`rewright --version`", f"{times.median:.3f} s", "under 0.15 s", times.median < 0.15)


def cache(name: str, fresh: bool) -> dict[str, str]:
    """The environment that puts the cache into a folder of our own; empty when `fresh`."""
    place = common.WORK / "cache" / name
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    return {"XDG_CACHE_HOME": str(place)}


# -- do the tools agree? -------------------------------------------------------------------


def agreement() -> str:
    """How many sites Rewright and ast-grep name, and the files where they name a different number."""
    ours: Counter[str] = Counter()
    failed: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    for item in records(OUT / "cold.jsonl"):
        kinds[str(item["type"])] += 1
        if item["type"] in ("change", "skip", "finding") and item["rule"] == "rename-exception":
            ours[str(item["path"])] += 1
        elif item["type"] == "failure":
            failed[str(item["path"])] = str(item["reason"])
    theirs = Counter(str(item["file"]).removeprefix("./") for item in records(OUT / "ast-grep.jsonl"))
    differ = {name: theirs[name] - ours[name] for name in sorted({*ours, *theirs}) if ours[name] != theirs[name]}
    unparsed = {name: count for name, count in differ.items() if name in failed}
    others = {name: count for name, count in differ.items() if name not in failed}
    lines = [
        f"Rewright names {sum(ours.values())} sites ({kinds['change']} changes, {kinds['skip']} skips) and reports"
        f" {kinds['failure']} failures; ast-grep names {sum(theirs.values())} sites."
    ]
    if unparsed:
        lines.append(
            f"{sum(unparsed.values())} of ast-grep's stand in {len(unparsed)} files that Rewright refuses: {listed(unparsed)}."
        )
    lines.append(
        f"Elsewhere they differ in {len(others)} files: {listed(others)}." if others else "Elsewhere they agree in every file."
    )
    return "\n".join(lines)


def listed(counts: Mapping[str, int]) -> str:
    """File names with ast-grep's surplus."""
    return ", ".join(f"`{name}` ({count:+d} ast-grep)" for name, count in counts.items())


def records(path: Path) -> list[dict[str, object]]:
    """The objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def page(where: str, files: int, lines: int, rows: list[Row], agreed: str) -> str:
    """What goes between the markers."""
    tools = ", ".join(f"{name} {common.version(name)}" for name in ("ast-grep-cli", "libcst", "fixit") if common.version(name))
    intro = f"{common.heading()} {where}. Compared with {tools}."
    corpus = f"Corpus: the standard library of that CPython, {files:,} Python files, {lines:,} lines; {JOBS} processes each."
    counted = f"Medians of {RUNS} interleaved runs, lowest and highest in brackets."
    return "\n\n".join(
        [
            "",
            f"{intro}\n{corpus} {counted}",
            common.table(["job", "measured", "bar", "met"], [row.cells() for row in rows]),
            agreed,
            "",
        ]
    )


if __name__ == "__main__":
    main()
