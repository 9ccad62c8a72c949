"""What a run comes to, for a person and for a shell: exit codes, and the sentence that ends it. Pure; `cli` prints and exits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.model import Change, Failure, Finding, Plan, RewrightError

CLEAN, PENDING, BROKEN = 0, 1, 2  # nothing to do; findings or pending changes; an error, or with --strict a failure


def exit_code(plan: Plan, strict: bool, applied: bool = False) -> int:
    """The exit code for a plan. `applied`: its changes are on disk, so that only findings are left to do.

    `strict`: any failure is an error, whatever else there is.
    """
    if strict and plan.of(Failure):
        return BROKEN
    pending = plan.of(Finding) or (not applied and plan.of(Change))
    return PENDING if pending else CLEAN


def with_failures(plan: Plan, failures: Iterable[Failure]) -> Plan:
    """The plan, and after it what went wrong when it was written."""
    return replace(plan, items=(*plan.items, *failures))


def sentence(error: Exception) -> str:
    """What a person is told of an error that ended the run: what they can mend, or that the fault is ours."""
    if isinstance(error, (RewrightError, OSError)):
        return str(error)
    fault = f"{type(error).__name__}: {error}"
    return f"a fault of Rewright itself: {fault}; run again with --verbose and report what it shows"
