"""Facts: what is learned from the whole project before any rule runs. Per-file scan, then one combine."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.cache import Cache, digest
from engine.codemod import Fact
from engine.model import Failure, RefusedFile, RewrightError, Site
from engine.parallel import Crash, Runner
from engine.project import Project
from engine.source import Source

FAILURES = ""  # the key of a file's failures among its facts; no fact has an empty name
RAISED = "fact-error"  # the reason of a failure whose scan raised


@dataclass(frozen=True, slots=True)
class ScanJob:
    """One file and the facts that look into it."""

    path: str
    data: bytes
    facts: tuple[str, ...]


def gather(
    facts: Sequence[Fact],
    files: Mapping[str, bytes],
    others: Mapping[str, Mapping[str, bytes]],
    project: Project,
    runner: Runner,
    cache: Cache,
    program: bytes,
) -> tuple[dict[str, Any], list[Failure], frozenset[str]]:
    """Every fact's value; a failure for each scan that raised and each file that cannot be scanned; the files that parsed.

    `files`: the Python files; `others`: fact name to the non-Python files it reads.
    """
    jobs = []
    for path, data in files.items():
        names = tuple(fact.name for fact in facts if fact.hints is not None and re.search(fact.hints, data))
        if names:
            jobs.append(ScanJob(path, data, names))
    keys = {job.path: digest(program, "scan", job.path, job.data, *job.facts) for job in jobs}
    known = cache.get(keys.values())
    scanned = {job.path: known[keys[job.path]] for job in jobs if keys[job.path] in known}
    fresh = {}
    failures: list[Failure] = []
    todo = [job for job in jobs if job.path not in scanned]
    for job, result in runner.run(scan_batch, tuple(facts), todo):
        if isinstance(result, Crash):
            failures.append(Failure(Site(job.path, 1), result.reason, result.message))
        else:
            scanned[job.path] = fresh[keys[job.path]] = result
    cache.put(fresh)
    failures += [one for found in scanned.values() for one in found.pop(FAILURES, ())]
    failures.sort(key=lambda one: one.site)
    values = {fact.name: _combine(fact, scanned, others.get(fact.name, {}), project) for fact in facts}
    return values, failures, frozenset(scanned) - {one.site.path for one in failures}


def _combine(fact: Fact, scanned: Mapping[str, Mapping[str, Any]], others: Mapping[str, bytes], project: Project) -> Any:
    found = {path: scanned[path][fact.name] for path in sorted(scanned) if scanned[path].get(fact.name) is not None}
    try:
        return fact.combine({**found, **others}, project)
    except Exception as error:  # rewright: ignore[broad-except] it goes on, with the name of the fact
        why = f"{type(error).__name__}: {error}"
        raise RewrightError(f"fact {fact.name} cannot be made of what {len(found)} files say: {why}") from error


def scan_batch(facts: tuple[Fact, ...], batch: Sequence[ScanJob]) -> list[dict[str, Any]]:
    """Runs in a worker: what each file says to each fact. A file that does not parse is a failure, and says nothing."""
    by_name = {fact.name: fact for fact in facts}
    results: list[dict[str, Any]] = []
    for job in batch:
        found: dict[str, Any] = {}
        results.append(found)
        try:
            source = Source(job.path, job.data)
            source.tree  # noqa: B018  refuse here, before a scan asks for it
        except RefusedFile as error:
            found[FAILURES] = [Failure(Site(job.path, error.line, error.column), error.reason, str(error))]
            continue
        for name in job.facts:
            try:
                found[name] = by_name[name].scan(source)
            except Exception as error:  # noqa: BLE001  # rewright: ignore[broad-except] the worker boundary: a scan may raise anything
                message = f"fact {name} raised {type(error).__name__}: {error}"
                failure = Failure(Site(job.path, 1), RAISED, message, detail=traceback.format_exc())
                found.setdefault(FAILURES, []).append(failure)
    return results
