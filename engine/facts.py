"""Facts: what is learned from the whole project before any rule runs. Per-file scan, then one combine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.cache import Cache, digest
from engine.model import Fact, RefusedFile
from engine.parallel import Crash, Runner
from engine.project import Project
from engine.source import Source


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
) -> dict[str, Any]:
    """Every fact's value. `files`: the Python files; `others`: fact name to the non-Python files it reads."""
    jobs = []
    for path, data in files.items():
        names = tuple(fact.name for fact in facts if fact.hints is not None and re.search(fact.hints, data))
        if names:
            jobs.append(ScanJob(path, data, names))
    keys = {job.path: digest(program, "scan", job.path, job.data, *job.facts) for job in jobs}
    known = cache.get(keys.values())
    scanned = {job.path: known[keys[job.path]] for job in jobs if keys[job.path] in known}
    fresh = {}
    todo = [job for job in jobs if job.path not in scanned]
    for job, result in runner.run(scan_batch, tuple(facts), todo):
        if not isinstance(result, Crash):  # the run itself reports what a file does to a worker
            scanned[job.path] = fresh[keys[job.path]] = result
    cache.put(fresh)
    return {fact.name: _combine(fact, scanned, others.get(fact.name, {}), project) for fact in facts}


def _combine(fact: Fact, scanned: Mapping[str, Mapping[str, Any]], others: Mapping[str, bytes], project: Project) -> Any:
    found = {path: scanned[path][fact.name] for path in sorted(scanned) if scanned[path].get(fact.name) is not None}
    return fact.combine({**found, **others}, project)


def scan_batch(facts: tuple[Fact, ...], batch: Sequence[ScanJob]) -> list[dict[str, Any]]:
    """Runs in a worker: what each file says to each fact. A file that does not parse says nothing."""
    by_name = {fact.name: fact for fact in facts}
    results: list[dict[str, Any]] = []
    for job in batch:
        found = {}
        try:
            source = Source(job.path, job.data)
            source.tree  # noqa: B018  refuse here, before a scan asks for it
            found = {name: by_name[name].scan(source) for name in job.facts}
        except RefusedFile:
            pass
        results.append(found)
    return results
