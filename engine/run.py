"""Files, rules and decisions in; a plan out. The order of stages, and nothing of what they do.

The plan is the same for any number of jobs: workers return items and bytes, and everything
is sorted before it is used.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import facts, groups, room, support
from engine.cache import Cache, canonical, digest
from engine.config.values import PATTERN
from engine.dispatch import run_files, settle
from engine.habits import remark
from engine.inputs import fact_files, read
from engine.model import Change, Failure, FileDelta, Item, Plan
from engine.parallel import Runner
from engine.process import FileResult
from engine.project import Project
from engine.request import Request
from engine.verdicts import numbers
from engine.whole import files_of, learn_whole
from engine.words import plural


def make_plan(
    request: Request,
    runner: Runner,
    cache: Cache,
    progress: Callable[[int, int], None] = lambda done, total: None,
    memory: dict[bytes, Any] | None = None,
) -> Plan:
    """The plan. Reads files, writes only the cache. `memory` keeps what is learned of the target for the next plan of it."""
    inputs = _inputs(request)
    data, placed, others = inputs.data, inputs.placed, {**inputs.others, "": {"": inputs.whole}}
    target_key = _target_key(request, data, placed, others)
    plan_key = digest(target_key, canonical((request.declined, request.accepted, request.equal)))
    known = cache.get([plan_key])
    if plan_key in known:
        body: Plan = known[plan_key]
        stored = tuple(replace(delta, before=data.get(delta.path)) for delta in body.deltas)
        warnings = (*request.warnings, *body.warnings)
        told = {**request.metadata, "cached": len(data)}
        room.require_room(request.root, stored)
        return replace(body, root=str(request.root), deltas=stored, warnings=warnings, metadata=told)
    memory = {} if memory is None else memory
    if target_key not in memory:  # no fact depends on what was decided
        learned = _project(request, inputs, runner, cache)
        memory.clear()
        memory[target_key] = learned
    project, unscanned, parsed = memory[target_key]
    results, cached = run_files(request, data, project, runner, cache, progress, parsed=parsed)
    results = settle(request, data, project, runner, cache, results)
    # A file that a scan refuses is refused again, and then reported, by the run.
    failures = [*inputs.failures, *(one for one in unscanned if one.reason == facts.RAISED)]
    plan = _assemble(request, inputs, results, failures)
    cache.put({plan_key: replace(plan, deltas=tuple(replace(delta, before=None) for delta in plan.deltas))})
    return replace(plan, warnings=(*request.warnings, *plan.warnings), metadata={**request.metadata, "cached": cached})


def make_part(
    request: Request,
    runner: Runner,
    cache: Cache,
    enough: Callable[[Sequence[FileResult]], bool],
    only: Collection[str] | None = None,
) -> tuple[Plan, bool]:
    """A plan of the first files, in path order, until what came of them is `enough`; and whether every file was looked at.

    `only`: the files to look at; all when None. Facts are of the whole target. Where a rewrite reaches into a file that
    was not looked at yet, all are.
    """
    inputs = _inputs(request)
    project, unscanned, parsed = _project(request, inputs, runner, cache)
    left = sorted(inputs.data if only is None else inputs.data.keys() & set(only))
    results: list[FileResult] = []
    step = _PART
    while left and not enough(results):
        part, left = left[:step], left[step:]
        results += run_files(request, {path: inputs.data[path] for path in part}, project, runner, cache, parsed=parsed)[0]
        if groups.unfinished(results, lambda path: os.path.lexists(request.root / path)):
            step = len(left)
            enough = _never
    results = settle(request, inputs.data, project, runner, cache, results)
    failures = [*inputs.failures, *(one for one in unscanned if one.reason == facts.RAISED)]
    plan = _assemble(request, inputs, results, failures)
    return replace(plan, warnings=(*request.warnings, *plan.warnings)), not left


_PART = 64  # files looked at before asking whether that is enough


def _never(results: Sequence[FileResult]) -> bool:
    return False


def learn(request: Request, runner: Runner, cache: Cache) -> tuple[Project, tuple[Failure, ...]]:
    """The target with every fact that the request's rules ask for, and each file that could not be asked. Runs no rule."""
    inputs = _inputs(request)
    project, unscanned, _ = _project(request, inputs, runner, cache)
    return project, (*inputs.failures, *unscanned)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What lies on the disk: Python files, those that could not be read, where support modules go, and what facts read."""

    data: Mapping[str, bytes]
    failures: Sequence[Failure]
    placed: Mapping[str, str]
    others: Mapping[str, Mapping[str, Mapping[str, bytes]]]  # rule id, fact, path
    whole: Mapping[str, bytes]  # every Python file, where a rule wants to see all at once; else none


def _inputs(request: Request) -> _Inputs:
    data, failures = read(request.root, request.files, request.max_bytes)
    data = {path: raw for path, raw in data.items() if not support.is_ours(raw)}
    rules = [rule.bound for rule in request.rules]
    modules = [(module, rule.options) for rule in rules for module in rule.codemod.support]
    placed = support.place(request.root, modules, request.known)
    others = {
        rule.id: {fact.name: fact_files(request.root, fact, rule.options, request.left_out) for fact in rule.codemod.facts}
        for rule in rules
    }
    return _Inputs(data, failures, placed, others, files_of(request))


def _project(request: Request, inputs: _Inputs, runner: Runner, cache: Cache) -> tuple[Project, list[Failure], frozenset[str]]:
    """The target with its facts; the files that could not be asked; those that parsed."""
    project = Project(request.known, request.python, {}, inputs.placed)
    wanted = {fact.name: fact for rule in request.rules for fact in rule.bound.codemod.facts}
    by_fact: dict[str, dict[str, bytes]] = {name: {} for name in wanted}
    for rule in request.rules:  # several may ask for one fact, each with its own files
        for name, found in inputs.others[rule.bound.id].items():
            by_fact[name] = dict(sorted((by_fact[name] | dict(found)).items()))
    learned, unscanned, parsed = facts.gather(
        list(wanted.values()), inputs.data, by_fact, project, runner, cache, request.program
    )
    learned |= learn_whole(request, inputs.whole, runner, cache)
    return replace(project, facts=learned), unscanned, parsed


def _target_key(request: Request, data: Mapping[str, bytes], placed: Mapping[str, str], others: Mapping[str, Any]) -> bytes:
    """All that a plan depends on but what was decided of it."""
    contents = digest(*(part for path in sorted(data) for part in (path, digest(data[path]))))
    rules = canonical([(rule.bound, rule.scope, rule.max_files_percent) for rule in request.rules])
    rest = canonical(
        (request.python, request.unsafe, request.names, request.parse_all, placed, others, request.notes, request.known)
    )
    unread = canonical(sorted(set(request.files) - set(data)))
    return digest("plan", request.program, contents, rules, rest, unread)


# -- assembling ------------------------------------------------------------------------


def _assemble(request: Request, inputs: _Inputs, results: Sequence[FileResult], failures: Sequence[Failure]) -> Plan:
    data, placed = inputs.data, inputs.placed
    order = {rule.bound.id: i for i, rule in enumerate(request.rules)}
    items = [item for result in results for item in result.items] + list(failures) + list(request.notes)
    items.sort(key=lambda item: (item.site.path, item.site.line, item.site.column, order.get(item.rule, -1), item.rule))
    named = zip(items, numbers(items), strict=True)
    items = [item if item.fingerprint == name else replace(item, fingerprint=name) for item, name in named]
    deltas = _support_deltas(request, items, placed)
    packages = {delta.path.rpartition("/")[0] for delta in deltas}  # these have their __init__ already
    deltas += groups.written(results, data, lambda path: path in packages or os.path.lexists(request.root / path))
    room.require_room(request.root, deltas)
    room.require_imports({**inputs.whole, **data}, deltas)
    return Plan(
        root=str(request.root),
        rules=tuple(order),
        items=tuple(items),
        deltas=tuple(sorted(deltas, key=lambda delta: delta.path)),
        files=len(data),
        support=placed,
        warnings=tuple(_warnings(request, items, len(data))),
        metadata=request.metadata,
    )


def _support_deltas(request: Request, items: Sequence[Item], placed: Mapping[str, str]) -> list[FileDelta]:
    names = {name for item in items if isinstance(item, Change) for name in item.support}
    modules = {module.name: module for rule in request.rules for module in rule.bound.codemod.support}
    needed = {placed[name]: request.templates[modules[name].template] for name in sorted(names)}
    return support.deltas(request.root, needed)


_MANY = 20  # of fewer files, a share says nothing about a rule


def _warnings(request: Request, items: Sequence[Item], files: int) -> list[str]:
    out = []
    touched = collections.defaultdict(set)
    for item in items:
        touched[item.rule].add(item.site.path)
    for rule in request.rules:
        share = 100 * len(touched[rule.bound.id]) / files if files else 0
        if not touched[rule.bound.id]:
            habit = remark(rule.bound.options) if rule.bound.codemod.name == PATTERN else ""
            why = habit or "is it meant for this target?"
            out.append(f"rule {rule.bound.id} found nothing to do in {plural(files, 'file')}; {why}")
        elif share > rule.max_files_percent and files >= _MANY:
            limit = f"{rule.max_files_percent:g}%"
            out.append(f"rule {rule.bound.id} matched in {share:.0f}% of the files, over its {limit}; is it too broad?")
    return out
