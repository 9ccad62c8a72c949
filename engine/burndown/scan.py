"""One blob, counted alone: what each rule finds in it when it is the whole project. Runs in a worker; pure.

A history cannot afford facts for every commit, and a count must not depend on the path, so that a blob is counted once:
each is looked at as a file `blob.py` (or `.pyi`) of a project that holds nothing else. Every rule only reports, so that
none sees what another would have written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine import facts
from engine.cache import Cache
from engine.model import Change, Failure, Finding
from engine.parallel import Inline
from engine.process import BoundRule, process
from engine.project import Project
from engine.support import is_ours
from engine.suppress import RuleNames

Kind = Literal["python", "unparsable", "pointer"]
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Blob:
    """What a path leads to: a blob's id, and the suffix of the name, `.py` or `.pyi`."""

    oid: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Count:
    """What a blob is, and how many sites each rule has in it, by the rule's place. A pointer (Git LFS) is no Python at all."""

    kind: Kind
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BlobJob:
    """A blob to count. `path` names it to the pool: its id."""

    path: str
    data: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class Alone:
    """What every worker needs to know, once: the rules, and the project that holds nothing, but facts that read no Python."""

    rules: tuple[BoundRule, ...]  # all in the mode `report`
    project: Project


def count_batch(alone: Alone, batch: Sequence[BlobJob]) -> list[Count]:
    """Runs in a worker."""
    return [count(alone, job.data, job.suffix) for job in batch]


def count(alone: Alone, data: bytes, suffix: str = ".py") -> Count:
    """The sites of each rule in these bytes: what `rewright scan` calls changes and findings; skips are none."""
    nothing = (0,) * len(alone.rules)
    if data.startswith(_POINTER):
        return Count("pointer", nothing)
    if is_ours(data):
        return Count("python", nothing)
    path = f"blob{suffix}"
    rules = [rule for rule in alone.rules if rule.matches(data)]
    project = replace(alone.project, paths=frozenset({path}))
    if rules:
        project = replace(project, facts={**project.facts, **_own_facts(rules, path, data, project)})
    items = process(path, data, rules, project, unsafe=False, names=RuleNames(all_ran=False)).items
    if any(isinstance(item, Failure) and not item.rule for item in items):
        return Count("unparsable", nothing)
    found = [item.rule for item in items if isinstance(item, (Change, Finding))]
    return Count("python", tuple(found.count(rule.id) for rule in alone.rules))


def _own_facts(rules: Sequence[BoundRule], path: str, data: bytes, project: Project) -> Mapping[str, Any]:
    """The facts of a project that is this one file."""
    wanted = {fact.name: fact for rule in rules for fact in rule.codemod.facts if fact.hints is not None}
    return facts.gather(list(wanted.values()), {path: data}, {}, project, Inline(), Cache(None), b"")[0]
