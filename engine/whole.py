"""What codemods learn of the whole target at once, before any file is planned: once a plan, in a worker, cached by content."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.cache import Cache, canonical, digest
from engine.codemod import fact_name
from engine.inputs import read
from engine.model import RewrightError
from engine.parallel import Crash, Runner
from engine.process import BoundRule
from engine.request import Request


@dataclass(frozen=True, slots=True)
class WholeJob:
    """One rule, and how long it may take."""

    path: str  # the rule's id
    seconds: float
    data: bytes = b""


def rules_of(request: Request) -> list[BoundRule]:
    """The rules that want to see the whole target."""
    return [rule.bound for rule in request.rules if rule.bound.codemod.run_project is not None]


def files_of(request: Request) -> dict[str, bytes]:
    """Every Python file of the target when a rule wants to see them, those that the run leaves out included."""
    return read(request.root, sorted(request.known), request.max_bytes)[0] if rules_of(request) else {}


def learn_whole(request: Request, files: Mapping[str, bytes], runner: Runner, cache: Cache) -> dict[str, Any]:
    """Fact name to value. Raises RewrightError when a rule cannot be carried out at all."""
    facts: dict[str, Any] = {}
    contents = digest(*(part for path in sorted(files) for part in (path, files[path]))) if files else b""
    for rule in rules_of(request):
        key = digest("whole", request.program, contents, canonical((rule.codemod, rule.options)))
        known = cache.get([key])
        if key not in known:
            job = WholeJob(rule.id, request.project_seconds)
            [(_, result)] = runner.run(run_whole, (rule, files), [job])
            if isinstance(result, Crash):
                slow = f"took longer than {job.seconds:g} seconds; raise limits.project-seconds to allow it more"
                raise RewrightError(f"rule {rule.id}: {slow if result.reason == 'timeout' else result.message}")
            value, complaint = result
            if complaint:
                raise RewrightError(f"rule {rule.id}: {complaint}")
            known[key] = value
            cache.put(known)
        facts[fact_name(rule.codemod.name, rule.options)] = known[key]
    return facts


def run_whole(context: tuple[BoundRule, Mapping[str, bytes]], batch: Sequence[WholeJob]) -> list[tuple[Any, str]]:
    """Runs in a worker: the value, and what is wrong, for the one job of the batch."""
    rule, files = context
    run = rule.codemod.run_project
    assert run is not None
    try:
        return [(run(files, rule.options), "") for _ in batch]
    except RewrightError as error:
        return [(None, str(error))]
    except (Exception, SystemExit) as error:  # noqa: BLE001  # rewright: ignore[broad-except] the worker boundary: a tool may raise anything
        last = traceback.extract_tb(error.__traceback__)[-1]
        return [(None, f"{rule.codemod.name} raised {type(error).__name__}: {error} ({last.name}, line {last.lineno})")]
