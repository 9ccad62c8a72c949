"""Ports of the reference target: facts, registry, rewrite, undo. Writes docs/reference-target.md; exits with 1 on a breach.

Usage: python -m bench.ports_page CHECKOUT

CHECKOUT is read only; the work is done on a copy under .bench/, with bench/ports-rules.yaml.
"""

import collections
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench import common
from bench.ports import CENSUS, facts_of, plain
from codemods.port_literal.nouns import Birth, Use

PAGE = common.REPO / "docs" / "reference-target.md"
RULES = ["--rules", str(common.REPO / "bench" / "ports-rules.yaml")]
DIFF = [*RULES, "--unsafe", "--select", "port-literal", "--jobs", "2", "--output-format", "jsonl"]
COLD = 20.0  # seconds, the bar


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    topology, times, _ = facts_of(checkout)
    work = common.copy(checkout, common.WORK / "ports-target")
    with tempfile.TemporaryDirectory() as cache:
        checks, seconds, tables = landed(work, {"XDG_CACHE_HOME": cache})
    steps = [[name, f"{spent:.2f}"] for name, spent in seconds.items()]
    parts = [
        "",
        f"{common.heading()} {common.machine()}.",
        common.table(["check", "held"], [[name, "yes" if held else "**no**"] for name, held in checks]),
        common.table(["step", "seconds, one run"], steps),
        f"The facts take {times['all']:.1f} s of processor time: parsing {times['parse']:.1f}, scanning {times['scan']:.1f}, "
        f"combining {times['combine']:.1f}.",
        *births(topology.births),
        *uses(topology.uses),
        *tables,
        "",
    ]
    common.write_between(PAGE, "ports", "\n\n".join(parts))
    print("\n".join(f"{'ok  ' if held else 'FAIL'} {name}" for name, held in checks))
    sys.exit(any(not held for _, held in checks))


def landed(work: Path, env: dict[str, str]) -> tuple[list[tuple[str, bool]], dict[str, float], list[str]]:
    """Sync twice, check, diff, apply, diff again, undo. Returns what held, how long each step took, and tables."""
    before = common.digests(work)
    seconds: dict[str, float] = {}

    def step(name: str, *argv: str, codes: Sequence[int] = (0, 1)) -> str:
        started = time.perf_counter()
        done = common.run([common.REWRIGHT, *argv, work], work, codes, env)
        seconds[name] = time.perf_counter() - started
        return done.stdout.decode("utf-8", "surrogateescape")

    added = step("ports sync, cold", "ports", "sync", *RULES)
    registry = (work / "config" / "ports.yaml").read_bytes()
    again = step("ports sync again", "ports", "sync", *RULES)
    same = registry == (work / "config" / "ports.yaml").read_bytes()
    problems = json.loads(step("ports check", "ports", "check", *RULES, "--output-format", "json"))["problems"]
    synced = common.digests(work)
    shutil.rmtree(Path(env["XDG_CACHE_HOME"]) / "rewright")
    lines = step("diff, cold", "diff", *DIFF).splitlines()
    warm = step("diff, warm", "diff", *DIFF).splitlines()
    items = [item for item in map(json.loads, lines) if item["rule"]]
    step("apply", "apply", *DIFF)
    changed = [path for path, digest in common.digests(work).items() if synced.get(path) != digest]
    pending = [one for one in map(json.loads, step("diff after apply", "diff", *DIFF).splitlines()) if one["type"] == "change"]
    broken = [path for path in changed if path.endswith(".py") and not compiles(work / path)]
    step("undo", "undo")
    restored = common.digests(work) == synced
    step("undo of sync", "undo")
    changes = [item for item in items if item["type"] == "change"]
    proven = [
        one for one in changes if any(part["check"] == "port-value" and part["result"] == "pass" for part in one["evidence"])
    ]
    checks = [
        (f"a second `ports sync` adds nothing ({again.count('added ')} rows)", "added " not in again),
        ("and leaves the registry as it is, byte for byte", same),
        (f"`ports sync` cold takes under {COLD:.0f} s", seconds["ports sync, cold"] < COLD),
        (f"`diff --select port-literal` cold takes under {COLD:.0f} s", seconds["diff, cold"] < COLD),
        ("warm output equals cold output", warm == lines),
        (f"every change carries the proof of its value ({len(proven)} of {len(changes)})", len(proven) == len(changes)),
        (f"every changed file compiles ({len(changed)} files, {len(broken)} do not)", not broken),
        (f"a second diff proposes nothing ({len(pending)} changes)", not pending),
        ("undo restores every byte, of the rewrite and of the registry", restored and common.digests(work) == before),
    ]
    return checks, seconds, told(added, problems, items)


def compiles(file: Path) -> bool:
    try:
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def told(added: str, problems: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[str]:
    """The registry, what contradicts itself, and what the rewrite did, as tables."""
    machines: dict[str, collections.Counter[str]] = {}
    for line in added.splitlines():
        if found := re.match(r"added \S+ \d+(?: on (\S+))? \((\w+)", line):
            counts = machines.setdefault(found[1] or "no machine", collections.Counter())
            counts.update(["rows", *(["disputed"] if "disputed" in line else [])])
    rows = [[name, str(counts["rows"]), str(counts["disputed"])] for name, counts in sorted(machines.items())]
    kinds = collections.Counter(problem["kind"] for problem in problems)
    shapes = collections.Counter((item["type"], str(item["data"].get("shape", item["data"].get("kind", "")))) for item in items)
    reasons = collections.Counter(item["reason"] for item in items if item["type"] == "skip" and item["rule"])
    every = sorted({shape for _, shape in shapes if shape})
    return [
        "Rows that `ports sync` writes; nothing was there before:",
        common.table(["machine", "rows", "of them disputed"], rows),
        "What `ports check` says then:",
        common.table(["problem", "count"], [[kind, f"{count:,}"] for kind, count in kinds.most_common()]),
        "What `port-literal` makes of it:",
        common.table(
            ["birth shape", "changes", "skips"], [[one, str(shapes["change", one]), str(shapes["skip", one])] for one in every]
        ),
        common.table(["skipped because", "count"], [[reason, f"{count:,}"] for reason, count in reasons.most_common()]),
    ]


def births(found: Iterable[Birth]) -> list[str]:
    """Births by shape in the two main folders, beside the census."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    total = 0
    for birth in found:
        total += 1
        counts[birth.path.partition("/")[0]][birth.shape] += 1
    main, pc2 = counts["main_pc_code"], counts["pc2_code"]
    rows = [[shape, str(main[shape]), str(pc2[shape]), f"{one} / {other}"] for shape, (one, other) in CENSUS.items()]
    rows.append(["sum", str(sum(main.values())), str(sum(pc2.values())), "about 1,323"])
    return [
        f"Where ports are born, {total:,} in the whole target. The census counts repaired copies of the files that do not parse, "
        "which is more than half of the main code; we count files as they are.",
        common.table(["birth shape", "main_pc_code", "pc2_code", "CENSUS.md B"], rows),
    ]


def uses(found: Iterable[Use]) -> list[str]:
    """zmq binds and connects as sites in the code, and why some are unresolved."""
    sites = [use for use in found if use.via == "zmq" and not use.subclass_of]
    rows = []
    for direction in ("bind", "connect"):
        some = [use for use in sites if use.direction == direction]
        resolved = sum(bool(use.ports) for use in some)
        reasoned = sum(not use.ports and bool(use.reason) for use in some)
        share = f"{100 * resolved / len(some):.0f}%" if some else ""
        rows.append([direction, str(len(some)), f"{resolved} ({share})", str(reasoned), str(len(some) - resolved - reasoned)])
    reasons = collections.Counter(plain(use.reason) for use in sites if not use.ports)
    return [
        "zmq sites of files that parse, whole target:",
        common.table(["site", "count", "resolved to a port", "unresolved, with the reason", "neither"], rows),
        common.table(["unresolved because", "count"], [[reason, str(count)] for reason, count in reasons.most_common()]),
    ]


if __name__ == "__main__":
    main()
