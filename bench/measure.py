"""A stopwatch and a memory gauge for commands that start processes of their own."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_SECONDS = 0.05
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Times:
    """The wall times of one job, in seconds, in the order they were taken."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        spread = f" ({min(self.seconds):.2f}–{max(self.seconds):.2f})" if len(self.seconds) > 1 else " (one run)"
        return f"{self.median:.2f} s{spread}"


def timed(
    argv: Sequence[str], cwd: Path, out: Path, env: Mapping[str, str] | None = None, codes: Sequence[int] = (0, 1)
) -> float:
    """Wall seconds of a command whose output goes to `out`. Raises RuntimeError for an exit code that is not in `codes`."""
    errors = out.with_suffix(".err")
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        started = time.perf_counter()
        code = subprocess.call(
            argv, cwd=cwd, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}
        )
        spent = time.perf_counter() - started
    if code not in codes:
        raise RuntimeError(f"{' '.join(argv)}: exit {code}\n{errors.read_text('utf-8', 'replace')[-2000:]}")
    return spent


def peak_memory(argv: Sequence[str], cwd: Path, out: Path, env: Mapping[str, str] | None = None) -> float | None:
    """Mebibytes of resident memory, at its highest, of the largest process that the command started, itself included.

    From VmHWM in /proc, asked every 50 ms of every process of the command's session; None where there is no /proc.
    """
    if not (_PROC / "self" / "status").is_file():
        return None
    with out.open("wb") as stdout:
        started = subprocess.Popen(
            argv,
            cwd=cwd,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    peak = 0
    while started.poll() is None:
        peak = max([peak, *map(_high_water, _session(started.pid))])
        time.sleep(_POLL_SECONDS)
    return peak / 1024


def spent(argv: Sequence[str], cwd: Path, codes: Sequence[int] = (0, 1)) -> tuple[float, float]:
    """Wall and processor seconds of a command and all that it starts; its output goes nowhere.

    Processor seconds from /proc, asked every 50 ms of every process of the command's session, so a little too low.
    Raises RuntimeError for an exit code that is not in `codes`.
    """
    began = time.perf_counter()
    started = subprocess.Popen(
        argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    used: dict[int, float] = {}
    while started.poll() is None:
        for process in _session(started.pid):
            used[process] = max(used.get(process, 0.0), _processor_seconds(process))
        time.sleep(_POLL_SECONDS)
    wall = time.perf_counter() - began
    if started.returncode not in codes:
        raise RuntimeError(f"{' '.join(argv)}: exit {started.returncode}")
    return wall, sum(used.values())


def _processor_seconds(process: int) -> float:
    try:
        fields = (_PROC / str(process) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _session(leader: int) -> list[int]:
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            except OSError:  # gone meanwhile
                continue
            if int(fields[3]) == leader:
                found.append(int(entry.name))
    return found


def _high_water(process: int) -> int:
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", (_PROC / str(process) / "status").read_text("utf-8"))
    except OSError:
        return 0
    return int(found[1]) if found else 0
