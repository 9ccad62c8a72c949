"""Files to workers and results back, or from the cache; again where a rewrite of several files cannot land whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine import groups, suppress
from engine.cache import Cache, canonical, digest
from engine.model import Failure, Site
from engine.parallel import Crash, Runner
from engine.process import BoundRule, FileResult, process
from engine.project import Project
from engine.request import Request


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file, and the indexes of the rules that look into it."""

    path: str
    data: bytes
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every worker needs to know, once."""

    rules: tuple[BoundRule, ...]
    project: Project
    unsafe: bool
    complete: bool
    withheld: frozenset[str] = frozenset()  # groups that cannot land: see engine.groups


_HEAD = 8000  # bytes; a mark that a file is generated stands in its first 2,000 characters


def run_files(
    request: Request,
    data: Mapping[str, bytes],
    project: Project,
    runner: Runner,
    cache: Cache,
    progress: Callable[[int, int], None] = lambda done, total: None,
    withheld: frozenset[str] = frozenset(),
    parsed: frozenset[str] = frozenset(),
) -> tuple[list[FileResult], int]:
    """Every file that a rule looks into, from the cache or from a worker; and how many came from the cache.

    `parsed`: files that need not be looked at only to see whether they parse.
    """
    context = RunContext(tuple(rule.bound for rule in request.rules), project, request.unsafe, request.complete, withheld)
    stamp = digest(request.program, canonical(context))
    jobs = []
    for path, raw in data.items():
        covering = (i for i, rule in enumerate(request.rules) if rule.covers(path))
        rules = tuple(i for i in covering if request.rules[i].bound.matches(raw) or suppress.MARK in raw)
        if rules or (request.parse_all and (path not in parsed or b"@generated" in raw[:_HEAD])):
            jobs.append(FileJob(path, raw, rules))
    keys = {job.path: digest("file", stamp, job.path, job.data, repr(job.rules)) for job in jobs}
    known = cache.get(keys.values())
    results = [known[keys[job.path]] for job in jobs if keys[job.path] in known]
    cached = len(results)
    fresh = {}
    for job, result in runner.run(run_batch, context, [job for job in jobs if keys[job.path] not in known]):
        if isinstance(result, Crash):
            results.append(FileResult(job.path, (Failure(Site(job.path, 1), result.reason, result.message),)))
        else:
            results.append(result)
            fresh[keys[job.path]] = result
        progress(len(results), len(jobs))
    cache.put(fresh)
    return results, cached


def run_batch(context: RunContext, batch: Sequence[FileJob]) -> list[FileResult]:
    """Runs in a worker."""
    return [
        process(
            job.path,
            job.data,
            [context.rules[i] for i in job.rules],
            context.project,
            context.unsafe,
            context.complete,
            context.withheld,
        )
        for job in batch
    ]


def whole_groups(
    request: Request,
    data: Mapping[str, bytes],
    project: Project,
    runner: Runner,
    cache: Cache,
    results: list[FileResult],
) -> list[FileResult]:
    """The results without the groups that cannot land whole: the files that hold their changes are planned again without them."""
    withheld: frozenset[str] = frozenset()
    while bad := groups.unfinished(results, lambda path: os.path.lexists(request.root / path)):
        withheld |= frozenset(bad)
        again = set().union(*bad.values())
        redone, _ = run_files(request, {path: data[path] for path in sorted(again)}, project, runner, cache, withheld=withheld)
        results = [one for one in results if one.path not in again] + redone
    return results
