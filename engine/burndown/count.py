"""Every blob of a history counted once: from the cache, or read from git and given to a worker.

Keys hold the blob's id, which is a digest of its bytes, so that a blob that is known is not even read.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.burndown import blobs
from engine.burndown.scan import Alone, Blob, BlobJob, Count, Kind, count_batch
from engine.cache import Cache, canonical, digest
from engine.inputs import fact_files
from engine.parallel import Crash, Runner
from engine.process import BoundRule
from engine.project import Project
from engine.request import Request
from engine.vcs.git import Git

Progress = Callable[[int, int], None]  # blobs done, blobs to do


@dataclass(frozen=True, slots=True)
class Counting:
    """How blobs are counted: the rules, and a stamp for each of all that its number depends on besides the blob."""

    alone: Alone
    stamps: tuple[bytes, ...]
    stamp: bytes  # of what makes a blob unparsable
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The count of each blob, and a sentence for each that cost its worker, is too large or is not there."""

    counts: Mapping[Blob, Count]
    notes: tuple[str, ...]
    read: int  # blobs that the cache did not know


def counting(request: Request) -> Counting:
    """How the rules of a request count. Facts that read no Python (a registry, what shadow mode learned) are today's."""
    rules = tuple(replace(rule.bound, mode="report") for rule in request.rules)
    project = Project(frozenset(), request.python, {}, _support(rules))
    today: dict[str, Any] = {}
    stamps = []
    for rule in rules:
        read: list[Any] = []
        for fact in rule.codemod.facts:
            if fact.hints is None:
                files = fact_files(request.root, fact, rule.options, request.left_out)
                today[fact.name] = fact.combine(files, project)
                read.append((fact.name, files))
        stamps.append(digest("burndown", request.program, canonical((rule, project.python, _support([rule]), read))))
    stamp = digest("burndown", request.program, canonical((project.python, request.max_bytes)))
    return Counting(Alone(rules, replace(project, facts=today)), tuple(stamps), stamp, request.max_bytes)


def _support(rules: Iterable[BoundRule]) -> dict[str, str]:
    """Support modules where they would go in an empty target."""
    return {
        module.name: module.path.format(folder=str(rule.options.get("support-folder", "common_utils")).strip("/"))
        for rule in rules
        for module in rule.codemod.support
    }


def count_blobs(
    git: Git,
    wanted: Mapping[Blob, str],
    how: Counting,
    runner: Runner,
    cache: Cache,
    progress: Progress = lambda done, total: None,
) -> Counted:
    """The count of every blob. `wanted`: each with a path that it had, for what is told of it.

    A blob that costs its worker counts as unparsable, is told, and is tried again by the next run. RewrightError where a
    partial clone lacks one.
    """
    counts = _known(wanted, how, cache)
    todo: dict[str, list[Blob]] = collections.defaultdict(list)
    for blob in wanted:
        if blob not in counts:
            todo[blob.oid].append(blob)
    size = blobs.sizes(git, list(todo))
    notes = [f"{wanted[todo[oid][0]]} ({oid[:10]}): git has not got it; counted as unparsable" for oid in todo if oid not in size]
    large = [oid for oid in size if size[oid] > how.max_bytes]
    notes += [f"{wanted[todo[oid][0]]} ({oid[:10]}): {size[oid]:,} bytes; counted as unparsable" for oid in large]
    small = {oid: size[oid] for oid in sorted(size, key=lambda oid: -size[oid]) if oid not in set(large)}
    done, total = len(counts), len(wanted)
    for chunk in blobs.chunks(git, small):
        jobs = [BlobJob(oid, data, blob.suffix) for oid, data in chunk.items() for blob in todo[oid]]
        fresh: dict[Blob, Count] = {}
        for job, result in runner.run(count_batch, how.alone, jobs):
            blob = Blob(job.path, job.suffix)  # type: ignore[attr-defined]
            if isinstance(result, Crash):
                notes.append(f"{wanted[blob]} ({blob.oid[:10]}): {result.message}; counted as unparsable")
            else:
                fresh[blob] = result
            done += 1
            progress(done, total)
        counts |= fresh
        cache.put({key: value for blob, result in fresh.items() for key, value in _entries(blob, result, how)})
    lost = Count("unparsable", (0,) * len(how.stamps))
    return Counted({blob: counts.get(blob, lost) for blob in wanted}, tuple(notes), sum(map(len, todo.values())))


# -- the cache -------------------------------------------------------------------------------


def _known(wanted: Iterable[Blob], how: Counting, cache: Cache) -> dict[Blob, Count]:
    keys = {blob: _keys(blob, how) for blob in wanted}
    found = cache.get(key for some in keys.values() for key in some)
    known = {}
    for blob, (first, *others) in keys.items():
        kind: Kind | None = found.get(first)
        if kind == "python" and all(key in found for key in others):
            known[blob] = Count(kind, tuple(found[key] for key in others))
        elif kind is not None and kind != "python":
            known[blob] = Count(kind, (0,) * len(others))
    return known


def _entries(blob: Blob, result: Count, how: Counting) -> Sequence[tuple[bytes, str | int]]:
    """A kind for the blob, and a number for each rule, so that another choice of rules finds what it shares."""
    first, *others = _keys(blob, how)
    return [(first, result.kind), *zip(others, result.sites, strict=True)]


def _keys(blob: Blob, how: Counting) -> list[bytes]:
    return [digest(stamp, blob.oid, blob.suffix) for stamp in (how.stamp, *how.stamps)]
