"""A sprint on a clone of the reference target: batches, a planted failure, a moved base. Writes docs/reference-target.md.

Usage: python -m bench.sprints CHECKOUT

CHECKOUT is read only. The clone holds its Python and configuration files. The checkout may lack large objects, so the clone says
that it is partial: git then asks for no object that nobody needs. Exits with 1 on a breach.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import common

PAGE = common.REPO / "docs" / "reference-target.md"
RULES = common.REPO / "bench" / "sprints-rules.yaml"
BRANCH = "refactor/exceptions"
WARM = 15.0  # seconds of one batch of 30 files, planning included: the bar
BATCHES = 3
SINCE, COMMITS = "2025-08-06", 200  # the burndown: from when on, and how many commits it must take at least
# The second gate: fails for a file that holds the word below and SafeExecutor.
GATE = """import sys
texts = [open(name, errors="replace").read() for name in sys.argv[1:]]
sys.exit(any("PLANTED" in text and "as attempt" in text for text in texts))
"""
WANTED = ("*.py", "*.pyi", "*.toml", "*.yaml", "*.yml", ".gitignore", ".gitattributes")


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    work = clone(checkout, common.WORK / "sprints-target")
    with tempfile.TemporaryDirectory() as cache:
        steps, checks, facts = carried_out(work, {"XDG_CACHE_HOME": cache})
        history(work, {"XDG_CACHE_HOME": f"{cache}/history"}, steps, checks, facts)
    parts = [
        "",
        f"{common.heading()} {common.machine()}. Written by `python -m bench.sprints`, part of `make reference`.",
        common.table(["check", "held"], [[name, "yes" if held else "**no**"] for name, held in checks]),
        common.table(["step", "seconds, one run"], [[name, f"{spent:.1f}"] for name, spent in steps]),
        *facts,
        "",
    ]
    common.write_between(PAGE, "sprints", "\n\n".join(parts))
    print("\n".join(f"{'ok  ' if held else 'FAIL'} {name}" for name, held in checks))
    print("\n".join(f"{spent:6.1f} s {name}" for name, spent in steps))
    sys.exit(any(not held for _, held in checks))


def clone(checkout: Path, work: Path) -> Path:
    """A clone with its own branch `main`, an identity, and the files that planning reads."""
    shutil.rmtree(work, ignore_errors=True)
    common.run(["git", "clone", "-q", "--shared", "--no-checkout", checkout, work], checkout)
    for name, value in {
        "user.name": "Rewright",
        "user.email": "bench@example.org",
        "remote.origin.promisor": "true",
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
    }.items():
        common.run(["git", "config", name, value], work)
    common.run(["git", "sparse-checkout", "set", "--no-cone", *WANTED], work)
    common.run(["git", "checkout", "-q", "-B", "main"], work)
    (work / ".git-gate.py").write_text(GATE)
    common.run(["git", "add", "--sparse", ".git-gate.py"], work)
    common.run(["git", "commit", "-qm", "A gate"], work)
    return work


def carried_out(work: Path, env: dict[str, str]) -> tuple[list[tuple[str, float]], list[tuple[str, bool]], list[str]]:
    """The batches, the planted failure and the refresh; seconds of each step, what held, and tables."""
    steps: list[tuple[str, float]] = []
    checks: list[tuple[str, bool]] = []

    def branch(name: str, *more: str, codes: Sequence[int] = (0,)) -> dict[str, Any]:
        argv: list[str | Path] = [
            common.REWRIGHT,
            "branch",
            "--sprint",
            "exceptions",
            "--rules",
            RULES,
            "--output-format",
            "json",
            *more,
            work,
        ]
        before, started = state(work), time.perf_counter()
        done = common.run(argv, work, codes, env)
        steps.append((name, time.perf_counter() - started))
        checks.append((f"{name}: checkout, index, HEAD and status as before", state(work) == before))
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    rows = []
    for number in range(1, BATCHES + 1):
        told = branch(f"batch {number}" + (", nothing cached" if number == 1 else ""))
        rows.append(row(number, told))
        checks.append((f"batch {number}: 30 files, every gate passed", counted(told) == 30 and passed(told)))
    planted = plant(work, told)
    told = branch("batch 4, a file planted that breaks a gate", "--refresh", codes=(1,))
    aside = [one["path"] for batch in told["batches"] for one in batch["set_aside"]]
    checks.append(
        ("the planted file's commit is set aside, the rest lands", planted in aside and counted(told) > 0 and passed(told))
    )
    kinds = {one["path"]: one["kind"] for one in told["differences"]}
    checks.append(("the old generation is kept", bool(common.run(["git", "rev-parse", BRANCH], work).stdout)))
    same = sum(kind == "same" for kind in kinds.values())
    facts = [
        common.table(["batch", "commits", "files", "changes", "unsafe"], rows),
        f"After a commit on the base, `--refresh` made generation {told['generation']}: {same} files as before, "
        f"{len(kinds) - same} not; set aside: {len(aside)}.",
    ]
    warm = statistics.median(spent for name, spent in steps if name in ("batch 2", "batch 3"))
    checks.append((f"a batch of 30 files, planning included, within {WARM:.0f} s warm (median {warm:.1f} s)", warm <= WARM))
    return steps, checks, facts


def history(
    work: Path, env: dict[str, str], steps: list[tuple[str, float]], checks: list[tuple[str, bool]], facts: list[str]
) -> None:
    """The burndown along the history, with nothing cached and again; adds its steps, checks and a sentence."""
    argv: list[str | Path] = [common.REWRIGHT, "burndown", "--every", "commit", "--since", SINCE, "--select", "broad-except"]
    argv += ["--rules", RULES, "--output-format", "json", "--svg", common.WORK / "burndown.svg", work]
    told = []
    for name in ("nothing cached", "again"):
        started = time.perf_counter()
        told.append(json.loads(common.run(argv, work, (0, 1), env).stdout))
        steps.append((f"burndown since {SINCE}, {name}", time.perf_counter() - started))
    count = len(told[0]["samples"])
    checks.append(
        (f"burndown over at least {COMMITS} commits ({count}), the same when cached", count >= COMMITS and told[0] == told[1])
    )
    facts.append(f"The burndown took {count} commits; its chart is drawn to `.bench/burndown.svg`.")


def plant(work: Path, told: dict[str, Any]) -> str:
    """A commit on the base that makes one rewritten file break the second gate; its path."""
    files = [name for one in told["batches"][0]["commits"] if one["changes"] for name in one["files"]]
    path: str = next(name for name in files if "as attempt" in text(work, name))
    file = work / path
    file.write_bytes(file.read_bytes() + b"\n# PLANTED\n")
    common.run(["git", "commit", "-qam", "The base moves"], work)
    return path


def text(work: Path, path: str) -> str:
    """A file as it is on the branch."""
    return common.run(["git", "show", f"{BRANCH}:{path}"], work).stdout.decode("utf-8", "replace")


def state(work: Path) -> tuple[Any, ...]:
    """What must not change: every file of the checkout, the index, HEAD, what `git status` says, the stash."""
    says = [
        common.run(["git", "--no-optional-locks", *words], work, (0, 1)).stdout
        for words in (["status", "--porcelain=v2"], ["stash", "list"], ["rev-parse", "HEAD"])
    ]
    return (
        common.digests(work),
        (work / ".git" / "index").read_bytes(),
        (work / ".git" / "HEAD").read_bytes(),
        says,
        os.listdir(work),
    )


def row(number: int, told: dict[str, Any]) -> list[str]:
    commits = told["batches"][0]["commits"]
    return [
        str(number),
        str(len(commits)),
        str(counted(told)),
        *(str(sum(one[key] for one in commits)) for key in ("changes", "unsafe")),
    ]


def counted(told: dict[str, Any]) -> int:
    """Files that were rewritten; support modules are not among them."""
    return len(
        {name for batch in told["batches"] for one in batch["commits"] if one["label"] != "support" for name in one["files"]}
    )


def passed(told: dict[str, Any]) -> bool:
    gates = [gate["passed"] for batch in told["batches"] for gate in batch["gates"]]
    return bool(gates) and all(gates)


if __name__ == "__main__":
    main()
