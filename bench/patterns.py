"""Pattern rules against ast-grep: the same pattern over the standard library, time and sites. `make bench`.

Settings, by environment: BENCH_RUNS, runs of each job (5); they are interleaved, medians are compared.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import common
from bench.measure import Times, timed
from bench.speed import JOBS, OUT, RUNS, cache, records

PAGE = common.REPO / "docs" / "performance.md"
BAR = 1.5  # times ast-grep's cold wall time
Site = tuple[str, int, int]  # path, line, column; both 1-based


@dataclass(frozen=True, slots=True)
class Job:
    """One pattern, in both tools' words. ast-grep reads a clause within a statement only: `context` and `selector`."""

    name: str
    match: str
    context: str = ""
    selector: str = ""

    def ours(self, place: Path) -> list[str]:
        """Our command; its rule file is written into `place`."""
        rule = {"id": self.name, "match": self.match, "max-files-percent": 100}
        file = place / f"{self.name}-rules.yaml"
        file.write_text(json.dumps({"version": 1, "target": {"report-unparsable": False}, "rules": [rule]}), "utf-8")
        return [common.REWRIGHT, "scan", "--rules", str(file), "--output-format", "jsonl", "--jobs", JOBS, "."]

    def theirs(self, place: Path) -> list[str]:
        """ast-grep's command; its rule file is written into `place`."""
        pattern = {"context": self.context, "selector": self.selector} if self.context else self.match
        said = {"id": self.name, "language": "python", "severity": "warning", "message": self.name, "rule": {"pattern": pattern}}
        file = place / f"{self.name}-ast-grep.yml"
        file.write_text(json.dumps(said), "utf-8")
        return [str(common.BIN / "ast-grep"), "scan", "--threads", JOBS, "--rule", str(file), "--json=stream", "."]


PATTERNS = (
    Job("except-oserror", "except OSError as $E: $$$B", "try:\n  pass\nexcept OSError as $E:\n  $$$B", "except_clause"),
    Job("len-zero", "len($X) == 0"),
    Job("append", "$X.append($Y)"),
    Job("deepcopy", "copy.deepcopy($X)"),
    Job("path-join", "os.path.join($$$A)"),
)


def main() -> None:
    """Measure, write the table, say what was missed."""
    OUT.mkdir(parents=True, exist_ok=True)
    where = common.machine()
    common.say("copying the standard library ...")
    library = common.copy_standard_library(common.WORK / "stdlib")
    rows, notes, missed = [], [], []
    for job in PATTERNS:
        ours, theirs = interleaved(job, library)
        ratio = ours.median / theirs.median
        mine, others, refused = sites(job)
        cells = [f"`{job.match}`", str(theirs), f"{ours}: {ratio:.2f} times", f"{len(others)}", f"{len(mine)}"]
        rows.append([*cells, "yes" if ratio <= BAR else "**no**"])
        notes.append(difference(job, mine, others, refused))
        if ratio > BAR:
            missed.append(job.name)
    head = ["pattern", "ast-grep", "Rewright, cold", "sites of ast-grep", "sites of Rewright", f"at most {BAR} times"]
    intro = (
        f"{common.heading()} {where}. ast-grep {common.version('ast-grep-cli')}; {JOBS} processes or threads; medians of {RUNS}."
    )
    text = "\n\n".join(["", intro, common.table(head, rows), "\n".join(notes), ""])
    common.write_between(PAGE, "patterns", text)
    print(text)
    if missed:
        sys.exit(f"missed: {'; '.join(missed)}")


def interleaved(job: Job, library: Path) -> tuple[Times, Times]:
    """Our cold times and ast-grep's, taken in turns. One round before is not counted."""
    ours, theirs = job.ours(OUT), job.theirs(OUT)
    rounds = []
    for number in range(-1, RUNS):
        times = (
            timed(ours, library, OUT / f"{job.name}-ours.jsonl", cache("patterns", fresh=True)),
            timed(theirs, library, OUT / f"{job.name}-ast-grep.jsonl"),
        )
        common.say(f"{job.name}, round {number + 1} of {RUNS}: {times[0]:.2f}, ast-grep {times[1]:.2f} s")
        if number >= 0:
            rounds.append(times)
    mine, others = zip(*rounds, strict=True)
    return Times(mine), Times(others)


def sites(job: Job) -> tuple[set[Site], set[Site], set[str]]:
    """Where each tool finds the pattern, and the files that we refuse."""
    mine, refused = set(), set()
    for item in records(OUT / f"{job.name}-ours.jsonl"):
        if item["type"] == "finding":
            mine.add((str(item["path"]), int(str(item["line"])), int(str(item["column"]))))
        elif item["type"] == "failure":
            refused.add(str(item["path"]))
    others = set()
    for item in records(OUT / f"{job.name}-ast-grep.jsonl"):
        start: Mapping[str, Mapping[str, int]] = item["range"]  # type: ignore[assignment]
        others.add((str(item["file"]).removeprefix("./"), start["start"]["line"] + 1, start["start"]["column"] + 1))
    return mine, others, refused


def difference(job: Job, mine: set[Site], others: set[Site], refused: set[str]) -> str:
    """The sites that one tool names and the other does not, by file."""
    extra, missing = Counter(site[0] for site in mine - others), Counter(site[0] for site in others - mine)
    unread = sum(count for path, count in missing.items() if path in refused)
    left_out = sum(count for path, count in missing.items() if path.startswith("venv/"))
    rest = {path: count for path, count in missing.items() if path not in refused and not path.startswith("venv/")}
    told = [
        f"{sum(extra.values())} only Rewright{listed(extra)}",
        f"{unread} only ast-grep in files that do not compile",
        f"{left_out} in the folder `venv`, which Rewright leaves out",
        f"{sum(rest.values())} elsewhere only ast-grep{listed(rest)}",
    ]
    return f"- `{job.match}`: {'; '.join(told)}."


def listed(counts: Mapping[str, int]) -> str:
    """Files with their counts."""
    return f" ({', '.join(f'`{path}` {count}' for path, count in sorted(counts.items()))})" if counts else ""


if __name__ == "__main__":
    main()
