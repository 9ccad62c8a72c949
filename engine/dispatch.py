"""Files to workers and results back, or from the cache; again where a rewrite of several files cannot land whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine import groups, suppress, verdicts
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
    decided: tuple[verdicts.Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every worker needs to know, once."""

    rules: tuple[BoundRule, ...]
    project: Project
    unsafe: bool
    names: suppress.RuleNames
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
    decided: Mapping[str, tuple[verdicts.Verdict, ...]] | None = None,
) -> tuple[list[FileResult], int]:
    """Every file that a rule looks into, from the cache or from a worker; and how many came from the cache.

    `parsed`: files that need not be looked at only to see whether they parse. `decided`: verdicts on sites, by path.
    """
    context = RunContext(tuple(rule.bound for rule in request.rules), project, request.unsafe, request.names, withheld)
    stamp = digest(request.program, canonical(context))
    jobs = []
    for path, raw in data.items():
        covering = (i for i, rule in enumerate(request.rules) if rule.covers(path))
        rules = tuple(i for i in covering if request.rules[i].bound.matches(raw) or suppress.MARK in raw)
        if rules or (request.parse_all and (path not in parsed or b"@generated" in raw[:_HEAD])):
            jobs.append(FileJob(path, raw, rules, (decided or {}).get(path, ())))
    keys = {job.path: digest("file", stamp, job.path, job.data, repr(job.rules), canonical(job.decided)) for job in jobs}
    known = cache.get(keys.values())
    results = [known[keys[job.path]] for job in jobs if keys[job.path] in known]
    cached = len(results)
    fresh = {}
    for job, result in runner.run(run_batch, context, [job for job in jobs if keys[job.path] not in known]):
        if isinstance(result, Crash):
            results.append(FileResult(job.path, (_lost(job.path, result, context.rules),)))
        else:
            results.append(result)
            fresh[keys[job.path]] = result
        progress(len(results), len(jobs))
    cache.put(fresh)
    return results, cached


def _lost(path: str, crash: Crash, rules: Sequence[BoundRule]) -> Failure:
    """A file that cost its worker, with the rule that was looked at, where one was."""
    name = next((rule.codemod.name for rule in rules if rule.id == crash.rule), crash.rule)
    codemod = f" (codemod {name})" if name != crash.rule else ""
    during = f"while rule {crash.rule}{codemod} ran: " if crash.rule else ""
    return Failure(Site(path, 1), crash.reason, during + crash.message, crash.rule)


def run_batch(context: RunContext, batch: Sequence[FileJob]) -> list[FileResult]:
    """Runs in a worker."""
    return [
        process(
            job.path,
            job.data,
            [context.rules[i] for i in job.rules],
            context.project,
            context.unsafe,
            context.names,
            context.withheld,
            verdicts.places(job.decided),
        )
        for job in batch
    ]


def settle(
    request: Request,
    data: Mapping[str, bytes],
    project: Project,
    runner: Runner,
    cache: Cache,
    results: list[FileResult],
) -> list[FileResult]:
    """The results with what was decided, and without the groups that cannot land whole. Only files that this concerns are
    planned again: the others' results do not depend on any decision.
    """
    withheld: frozenset[str] = frozenset()
    decided: dict[str, tuple[verdicts.Verdict, ...]] = {}
    while True:
        fresh = verdicts.fresh(request, results, decided)
        bad = {} if fresh else groups.unfinished(results, lambda path: os.path.lexists(request.root / path))
        if not fresh and not bad:
            return results
        decided |= {path: (*decided.get(path, ()), *more) for path, more in fresh.items()}
        withheld |= frozenset(bad)
        again = set(fresh).union(*bad.values())
        texts = {path: data[path] for path in sorted(again)}
        redone, _ = run_files(request, texts, project, runner, cache, withheld=withheld, decided=decided)
        results = [one for one in results if one.path not in again] + redone
