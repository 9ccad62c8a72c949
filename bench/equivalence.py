"""`make equivalence`: small try statements and their `preserve` rewrites, run side by side, until the time is up.

First every program of the grammar in tests/codemods/equivalence_programs.py up to three departures from the plainest,
then every SPARSE-th program of four. Exits with 1 on any difference, or when a planted wrong rewrite is not caught.
"""

from __future__ import annotations

import itertools
import multiprocessing
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from bench import common

KITCHEN = common.REPO / "tests" / "codemods"
PAGE = common.REPO / "docs" / "equivalence.md"
EXHAUSTIVE = 3  # departures
SPARSE = 7  # of the programs with one departure more
MINUTES = 12.0
LEAST = 50_000  # programs
CHUNK = 240  # programs that a worker takes at once


def main() -> None:
    """Takes the time budget in minutes, and the number of processes, as optional arguments."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    where, start = common.machine(), time.monotonic()
    _prepare()
    kit = import_module("equivalence_kit")
    caught = _control(kit)
    total = kit.Tally()
    with multiprocessing.get_context("fork").Pool(jobs, _prepare) as pool:
        room = threading.Semaphore(4 * jobs)  # the pool would take all batches at once, whatever the time
        for number, counted in enumerate(pool.imap(_work, _batches(start + 60 * minutes, room)), 1):
            room.release()
            total += counted
            if number % 20 == 0 or counted.differences:
                common.say(
                    f"{time.monotonic() - start:5.0f} s  {total.programs:,} programs, {len(total.differences)} differences"
                )
    for text in total.differences[:5]:
        print(text)
    report = _report(total, caught, f"{where}. {time.monotonic() - start:.0f} s, {jobs} processes")
    print(report)
    common.write_between(PAGE, "equivalence", report)
    missed = [wrong for wrong, tried, told in caught if not told]
    sys.exit(bool(total.differences or missed or total.programs < LEAST))


def _prepare() -> None:
    warnings.simplefilter("ignore")  # a program that is closed early never awaits its coroutine
    if str(KITCHEN) not in sys.path:
        sys.path.insert(0, str(KITCHEN))
    import_module("equivalence_kit").install()


def _batches(until: float, room: threading.Semaphore) -> Iterator[list[Any]]:
    """All programs of the exhaustive part, whatever the time; of the sparse part, as many as the time allows."""
    programs = import_module("equivalence_programs").programs
    for chunk in _chunks(iter(programs(EXHAUSTIVE))):
        room.acquire()
        yield chunk
    for chunk in _chunks(itertools.islice(programs(EXHAUSTIVE + 1, exactly=True), 0, None, SPARSE)):
        room.acquire()
        if time.monotonic() > until:
            return
        yield chunk


def _chunks(programs: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(itertools.islice(programs, CHUNK)):
        yield chunk


def _work(chunk: list[Any]) -> Any:
    return import_module("equivalence_kit").tally(chunk)


def _control(kit: Any) -> list[tuple[str, int, int]]:
    """Each wrong rewrite, how many programs it applies to, and how many of them tell it from the right one."""
    programs = import_module("equivalence_programs").programs
    sample = list(itertools.islice(programs(2), 0, None, 5))
    kept, usual = kit.rewrite(sample)[0], kit.rewrite(sample, preserve=False)[0]
    results = {}
    for wrong in kit.MUTANTS:
        pairs = usual if wrong == "exc_info as it was" else kept  # preserve leaves handlers that pass exc_info alone
        results[wrong] = [kit.difference(pair)[1] for pair in kit.planted(pairs, wrong)]
    return [(wrong, len(found), len(found) - found.count(None)) for wrong, found in results.items()]


def _report(total: Any, caught: list[tuple[str, int, int]], where: str) -> str:
    counts = [
        ("programs", total.programs),
        ("programs that the rewrite changed", total.rewritten),
        ("pairs of runs compared", total.runs),
        ("differences", len(total.differences)),
    ]
    kinds = [[kind, f"{number:,}"] for kind, number in sorted(total.kinds.items())]
    reasons = [[reason, f"{number:,}"] for reason, number in total.reasons.most_common()]
    mutants = [[wrong, f"{tried:,}", f"{told:,}"] for wrong, tried, told in caught]
    return "\n\n".join(
        [
            "",
            f"{common.heading()} {where}.",
            common.table(["what", "count"], [[name, f"{number:,}"] for name, number in counts]),
            common.table(["changed programs, by kind", "count"], kinds),
            common.table(["handlers left alone, by reason", "count"], reasons),
            common.table(["planted wrong rewrite", "programs it applies to", "that tell it"], mutants),
            "",
        ]
    )


if __name__ == "__main__":
    main()
