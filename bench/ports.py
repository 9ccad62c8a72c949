"""What the port facts find in a target: births by shape, binds and connects, and a sample to judge by eye.

Usage: python -m bench.ports TARGET [--sample 60 --seed N] [--folders main_pc_code pc2_code]

TARGET is read only. The counts of CENSUS.md B stand beside ours; they include repaired copies of files that do not
parse, so ours are lower.
"""

import argparse
import collections
import random
import re
import time
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from codemods.port_literal.nouns import Birth, Topology, Use
from codemods.port_literal.topology import CONFIG_FILES, TOPOLOGY
from engine import Project, Source
from engine.globs import matcher
from engine.model import RefusedFile

# CENSUS.md B: main and pc2, repaired copies included. An f-string of a connect is an endpoint.
CENSUS = {
    "dict-value": (202, 208),
    "module-constant": (119, 117),
    "get-default": (144, 34),
    "env-default": (17, 123),
    "default-argument": (29, 75),
    "local": (35, 17),
    "endpoint": (23, 15),
    "keyword": (8, 17),
    "super-init": (1, 11),
    "url-default": (9, 15),
    "helper-call": (12, 3),
    "self-attribute": (3, 11),
    "class-attribute": (10, 3),
    "argparse-default": (3, 4),
    "socket-tuple": (0, 0),
}
_OLD = re.compile(r"backup|trash|archive|needtoverify")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folders", nargs=2, default=["main_pc_code", "pc2_code"])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    topology, times, files = facts_of(options.target)
    if options.sample:
        print_sample(options.target, topology.births, options.sample, options.seed)
        return
    print_births(topology.births, options.folders)
    print_uses(topology.uses)
    print(f"\nservices {len(topology.services)}, notes {len(topology.notes)}, heirs {len(topology.heirs)}")
    print(f"{files} files; CPU seconds: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in times.items()))


def facts_of(target: Path) -> tuple[Topology, dict[str, float], int]:
    """The topology of a target, CPU seconds (of parsing, of scanning without it, of combining), and how many Python files."""
    started = time.process_time()
    found: dict[str, Any] = {}
    paths = []
    parsing = scanning = 0.0
    is_config = matcher(CONFIG_FILES)
    for file in sorted(target.rglob("*")):
        path = file.relative_to(target).as_posix()
        if path.startswith((".git/", ".rewright/")) or not file.is_file():
            continue
        if is_config(path):
            found[path] = file.read_bytes()
        if path.endswith(".py"):
            paths.append(path)
            before = time.process_time()
            value, parsed = scan_one(path, file.read_bytes())
            parsing += parsed
            scanning += time.process_time() - before - parsed
            if value is not None:
                found[path] = value
    before = time.process_time()
    topology: Topology = TOPOLOGY.combine(dict(sorted(found.items())), Project(frozenset(paths)))
    now = time.process_time()
    return topology, {"parse": parsing, "scan": scanning, "combine": now - before, "all": now - started}, len(paths)


def scan_one(path: str, data: bytes) -> tuple[Any, float]:
    """The fact's part of one file, and the CPU seconds that parsing it took."""
    if TOPOLOGY.hints is not None and not re.search(TOPOLOGY.hints, data):
        return None, 0.0
    started = time.process_time()
    try:
        source = Source(path, data)
        source.tree  # noqa: B018  parse now
    except RefusedFile:
        return None, time.process_time() - started
    parsed = time.process_time() - started
    return TOPOLOGY.scan(source), parsed


def print_births(births: Iterable[Birth], folders: list[str]) -> None:
    """Births by shape in two folders, beside the census."""
    counts: dict[str, Mapping[str, collections.Counter[str]]] = {
        folder: {"use": collections.Counter(), "name": collections.Counter()} for folder in folders
    }
    total = 0
    for birth in births:
        total += 1
        folder = birth.path.partition("/")[0]
        if folder in counts:
            counts[folder][birth.evidence][birth.shape] += 1
    first, second = folders
    print(f"{'shape':18} {first:>22} {second:>22}   census")
    sums = [0, 0]
    for shape, (one, other) in CENSUS.items():
        cells = []
        for number, folder in enumerate((first, second)):
            used, named = counts[folder]["use"][shape], counts[folder]["name"][shape]
            sums[number] += used + named
            cells.append(f"{used + named} ({used} use, {named} name)")
        print(f"{shape:18} {cells[0]:>22} {cells[1]:>22}   {one}/{other}")
    print(f"{'sum':18} {sums[0]:>22} {sums[1]:>22}   in the whole target: {total}")


def print_uses(uses: Iterable[Use]) -> None:
    """zmq binds and connects as sites in the code (inherited ones are no sites of their own), and why some are unresolved."""
    every = list(uses)
    for where in ("the whole target", "without backups and trash"):
        chosen = [use for use in every if where.startswith("the") or not _OLD.search(use.path)]
        print(f"\nzmq in {where}")
        for direction in ("bind", "connect"):
            sites = [use for use in chosen if use.via == "zmq" and use.direction == direction and not use.subclass_of]
            resolved = [use for use in sites if use.ports]
            reasoned = [use for use in sites if not use.ports and use.reason]
            print(f"  {direction}: {len(sites)}, resolved {len(resolved)}, unresolved with a reason {len(reasoned)}")
            reasons = collections.Counter(plain(use.reason) for use in reasoned)
            for reason, count in reasons.most_common():
                print(f"    {count:4} {reason}")
        heirs = [use for use in chosen if use.subclass_of and use.direction == "bind"]
        print(f"  inherited binds: {len(heirs)}, resolved {sum(1 for use in heirs if use.ports)}")
    kinds = collections.Counter((use.via, use.direction, bool(use.ports)) for use in every)
    print("\nall uses:")
    for (via, way, known), count in sorted(kinds.items()):
        print(f"    {count:4} {via} {way} {'resolved' if known else 'unresolved'}")


def plain(reason: str) -> str:
    """A reason without the names in it."""
    reason = re.sub(r'as "[^"]*" in \S+', 'as "K" in X', reason)
    reason = re.sub(r"[\w.]+\(\)", "F()", reason)
    reason = re.sub(r"\b[A-Z]\w+ is a base class: each of its \d+", "C is a base class: each of its N", reason)
    reason = re.sub(r"variable \w+", "variable V", reason)
    reason = re.sub(r"parameter \w+", "parameter P", reason)
    return re.sub(r"the port is [\w.]+, ", "the port is X, ", re.sub(r"sets [\w.]+", "sets C.X", reason))


def print_sample(target: Path, births: tuple[Birth, ...], size: int, seed: int) -> None:
    """Some births with their lines, to be judged by a person."""
    for birth in sorted(random.Random(seed).sample(births, min(size, len(births))), key=lambda one: one.key):
        line = (target / birth.path).read_text(encoding="utf-8", errors="replace").split("\n")[birth.line - 1].strip()
        print(f"{birth.path}:{birth.line} {birth.port} {birth.shape} {birth.name} ({birth.evidence})\n    {line[:150]}")


if __name__ == "__main__":
    main()
