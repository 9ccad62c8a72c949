"""What a run comes to, for a person and for a shell: exit codes, and the sentence that ends it. Pure; `cli` prints and exits."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
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


# Options that say how a run is shown, and not what it does; with the number of words behind them.
_SHOWN = {"--output-format": 1, "--output": 1, "--jobs": 1, "-j": 1, "--no-cache": 0, "--verbose": 0, "-v": 0, "--strict": 0}


def repeated(arguments: Sequence[str], *verb: str) -> str:
    """The command line that does `verb` with what another was given: `diff --unsafe src` to `rewright apply --unsafe src`."""
    kept, left_out = [], 0
    end = arguments.index("--") if "--" in arguments else len(arguments)  # no word behind it is an option
    for word in arguments[1:end]:
        name = word.partition("=")[0] if word.startswith("--") else word[:2] if word.startswith("-") else ""
        if left_out:
            left_out -= 1
        elif name in _SHOWN:
            left_out = _SHOWN[name] if word == name else 0
        else:
            kept.append(word)
    return shlex.join(["rewright", *verb, *kept, *arguments[end:]])


def with_failures(plan: Plan, failures: Iterable[Failure]) -> Plan:
    """The plan, and after it what went wrong when it was written."""
    return replace(plan, items=(*plan.items, *failures))


def sentence(error: Exception) -> str:
    """What a person is told of an error that ended the run: what they can mend, or that the fault is ours."""
    if isinstance(error, (RewrightError, OSError)):
        return str(error)
    fault = f"{type(error).__name__}: {error}"
    return f"a fault of Rewright itself: {fault}; run again with --verbose and report what it shows"
