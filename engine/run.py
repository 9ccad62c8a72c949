"""Files, rules and decisions in; a plan out. The order of stages, and nothing of what they do.

The plan is the same for any number of jobs: workers return items and bytes, and everything
is sorted before it is used.
"""

from __future__ import annotations

import collections
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine import facts, support, suppress
from engine.cache import Cache, canonical, digest
from engine.model import Change, Fact, Failure, FileDelta, Finding, Item, Plan, Site, Skip
from engine.parallel import Crash, Runner
from engine.process import BoundRule, FileResult, process
from engine.project import Project


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule bound to its options, the files it is for, and its alarm."""

    bound: BoundRule
    covers: Callable[[str], bool] = lambda path: True
    scope: str = ""  # what `covers` stands for, as text, for the cache
    max_files_percent: float = 100.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to plan. Everything the plan depends on, besides the bytes of the files."""

    root: Path
    files: tuple[str, ...]  # to examine: root-relative, posix, sorted
    known: frozenset[str]  # every Python file of the target, excluded ones too
    rules: tuple[PlannedRule, ...]
    templates: Mapping[str, bytes]  # support module templates by file name
    program: bytes  # digest of the program itself
    python: tuple[int, int] = (3, 8)
    unsafe: bool = False
    complete: bool = True  # no rule of the rule file was left out
    max_bytes: int = 4_000_000  # a larger file is refused unread
    parse_all: bool = False  # report files that do not parse even where no rule looks
    notes: tuple[Item, ...] = ()  # what discovery had to say
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


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


def make_plan(
    request: Request, runner: Runner, cache: Cache, progress: Callable[[int, int], None] = lambda done, total: None
) -> Plan:
    """The plan. Reads files, writes only the cache."""
    data, failures = read(request.root, request.files, request.max_bytes)
    data = {path: raw for path, raw in data.items() if not support.is_ours(raw)}
    codemods = [rule.bound for rule in request.rules]
    modules = [(module, rule.options) for rule in codemods for module in rule.codemod.support]
    placed = support.place(request.root, modules, request.known)
    others = {rule.id: {fact.name: _fact_files(request.root, rule, fact) for fact in rule.codemod.facts} for rule in codemods}
    plan_key = _plan_key(request, data, placed, others)
    known = cache.get([plan_key])
    if plan_key in known:
        body: Plan = known[plan_key]
        stored = tuple(replace(delta, before=data.get(delta.path)) for delta in body.deltas)
        return replace(body, root=str(request.root), deltas=stored, metadata={**request.metadata, "cached": len(data)})
    project = Project(request.known, request.python, {}, placed)
    wanted = {fact.name: fact for rule in codemods for fact in rule.codemod.facts}
    by_fact = {name: files for rule in codemods for name, files in others[rule.id].items()}
    learned, unscanned = facts.gather(list(wanted.values()), data, by_fact, project, runner, cache, request.program)
    project = replace(project, facts=learned)
    results, cached = _run(request, data, project, runner, cache, progress)
    plan = _assemble(request, data, results, [*failures, *unscanned], placed)
    cache.put({plan_key: replace(plan, deltas=tuple(replace(delta, before=None) for delta in plan.deltas))})
    return replace(plan, metadata={**request.metadata, "cached": cached})


def read(root: Path, files: Sequence[str], max_bytes: int = 1 << 30) -> tuple[dict[str, bytes], list[Failure]]:
    """The bytes of each file; what is no regular file, or cannot be read, is a failure."""
    data, failures = {}, []
    for path in files:
        try:
            handle = os.open(root / path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as stream:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    failures.append(Failure(Site(path, 1), "not-a-file", "is no regular file; it was not read"))
                elif status.st_size > max_bytes:
                    message = f"{status.st_size:,} bytes; raise limits.max-bytes above {max_bytes:,} to have it read"
                    failures.append(Failure(Site(path, 1), "too-large", message))
                else:
                    data[path] = stream.read()
        except OSError as error:
            failures.append(Failure(Site(path, 1), "unreadable", f"{error.strerror}; check its permissions"))
    return data, failures


def _fact_files(root: Path, rule: BoundRule, fact: Fact) -> dict[str, bytes]:
    """The non-Python files that a fact reads, by root-relative path. The rule's options may name them: "{registry}"."""
    options = {name: value for name, value in rule.options.items() if isinstance(value, str)}
    names = {pattern.format(**options) for pattern in fact.files}
    inside = [name for name in names if not name.startswith("/") and ".." not in name.split("/")]
    found = sorted({file.relative_to(root).as_posix() for name in inside for file in root.glob(name) if file.is_file()})
    return read(root, found)[0]


def _plan_key(request: Request, data: Mapping[str, bytes], placed: Mapping[str, str], others: Mapping[str, Any]) -> bytes:
    contents = digest(*(part for path in sorted(data) for part in (path, digest(data[path]))))
    rules = canonical([(rule.bound, rule.scope, rule.max_files_percent) for rule in request.rules])
    rest = canonical(
        (request.python, request.unsafe, request.complete, request.parse_all, placed, others, request.notes, request.known)
    )
    unread = canonical(sorted(set(request.files) - set(data)))
    return digest("plan", request.program, contents, rules, rest, unread)


def _run(
    request: Request,
    data: Mapping[str, bytes],
    project: Project,
    runner: Runner,
    cache: Cache,
    progress: Callable[[int, int], None],
) -> tuple[list[FileResult], int]:
    """Every file that a rule looks into, from the cache or from a worker; and how many came from the cache."""
    context = RunContext(tuple(rule.bound for rule in request.rules), project, request.unsafe, request.complete)
    stamp = digest(request.program, canonical(context))
    jobs = []
    for path, raw in data.items():
        covering = (i for i, rule in enumerate(request.rules) if rule.covers(path))
        rules = tuple(i for i in covering if request.rules[i].bound.matches(raw) or suppress.MARK in raw)
        if rules or request.parse_all:
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
        process(job.path, job.data, [context.rules[i] for i in job.rules], context.project, context.unsafe, context.complete)
        for job in batch
    ]


# -- assembling ------------------------------------------------------------------------


def _assemble(
    request: Request,
    data: Mapping[str, bytes],
    results: Sequence[FileResult],
    failures: Sequence[Failure],
    placed: Mapping[str, str],
) -> Plan:
    order = {rule.bound.id: i for i, rule in enumerate(request.rules)}
    items = [item for result in results for item in result.items] + list(failures) + list(request.notes)
    items.sort(key=lambda item: (item.site.path, item.site.line, item.site.column, order.get(item.rule, -1), item.rule))
    items = _numbered(items)
    deltas = [FileDelta(one.path, data[one.path], one.after, one.encoding) for one in results if one.after is not None]
    deltas += _support_deltas(request, items, placed)
    return Plan(
        root=str(request.root),
        rules=tuple(order),
        items=tuple(items),
        deltas=tuple(sorted(deltas, key=lambda delta: delta.path)),
        files=len(data),
        support=placed,
        warnings=(*request.warnings, *_warnings(request, items, len(data))),
        metadata=request.metadata,
    )


def _numbered(items: Sequence[Item]) -> list[Item]:
    """Equal sites of one file get distinct fingerprints, numbered in order."""
    counts: collections.Counter[str] = collections.Counter()
    out: list[Item] = []
    for item in items:
        counts[item.fingerprint] += 1
        number = counts[item.fingerprint]
        again = item.fingerprint and number > 1
        out.append(replace(item, fingerprint=f"{item.fingerprint}-{number}") if again else item)
    return out


def _support_deltas(request: Request, items: Sequence[Item], placed: Mapping[str, str]) -> list[FileDelta]:
    names = {name for item in items if isinstance(item, Change) for name in item.support}
    modules = {module.name: module for rule in request.rules for module in rule.bound.codemod.support}
    needed = {placed[name]: request.templates[modules[name].template] for name in sorted(names)}
    return support.deltas(request.root, needed)


def _warnings(request: Request, items: Sequence[Item], files: int) -> list[str]:
    out = []
    touched = collections.defaultdict(set)
    for item in items:
        if isinstance(item, (Change, Finding, Skip)):
            touched[item.rule].add(item.site.path)
    for rule in request.rules:
        share = 100 * len(touched[rule.bound.id]) / files if files else 0
        if not touched[rule.bound.id]:
            out.append(f"rule {rule.bound.id} matched nothing in {files} files; is it meant for this target?")
        elif share > rule.max_files_percent:
            limit = f"{rule.max_files_percent:g}%"
            out.append(f"rule {rule.bound.id} matched in {share:.0f}% of the files, over its {limit}; is it too broad?")
    return out
