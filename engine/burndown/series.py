"""Numbers along the history: for each commit the sites of each rule in each top folder. Pure.

Paths come in here: what the target and a rule include and exclude, and the folder. A commit costs what it changes.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.burndown.history import Commit, Step
from engine.burndown.scan import Blob, Count

ROOT_FOLDER = "."  # stands for files that lie in no folder


@dataclass(frozen=True, slots=True)
class Sample:
    """The numbers of one commit, by top folder."""

    commit: Commit
    files: Mapping[str, int]  # Python files of the target
    unparsable: Mapping[str, int]  # those that cannot be looked into
    sites: Mapping[tuple[str, str], int]  # by rule and folder
    touched: int  # files with a site

    def total(self, rule: str | None = None, folder: str | None = None) -> int:
        """All sites, or those of one rule, in one folder or all."""
        return sum(n for (one, place), n in self.sites.items() if rule in (None, one) and folder in (None, place))


def blob_of(path: str, oid: str) -> Blob:
    """What is counted where this path leads to this blob."""
    return Blob(oid, ".pyi" if path.endswith(".pyi") else ".py")


def wanted(steps: Iterable[Step], inside: Callable[[str], bool]) -> dict[Blob, str]:
    """Every blob of the history at a path of the target, with the last such path."""
    return {blob_of(path, oid): path for step in steps for path, oid in step.added.items() if inside(path)}


def samples(
    steps: Iterable[Step],
    counts: Mapping[Blob, Count],
    rules: Sequence[tuple[str, Callable[[str], bool]]],
    inside: Callable[[str], bool],
) -> Iterator[Sample]:
    """One sample a step. `rules`: in the order of the counts, each id and which paths it covers; `inside`: which the target."""
    now = _Tally([(name, functools.cache(covers)) for name, covers in rules])
    tree: dict[str, Count] = {}
    for step in steps:
        for path in (*step.gone, *step.added):
            if path in tree:
                now.add(path, tree.pop(path), -1)
        for path, oid in step.added.items():
            if inside(path):
                tree[path] = counts[blob_of(path, oid)]
                now.add(path, tree[path], +1)
        yield Sample(step.commit, dict(+now.files), dict(+now.unparsable), dict(+now.sites), now.touched)


class _Tally:
    """Running sums over a tree's files."""

    def __init__(self, rules: Sequence[tuple[str, Callable[[str], bool]]]) -> None:
        self._rules = rules
        self.files: collections.Counter[str] = collections.Counter()
        self.unparsable: collections.Counter[str] = collections.Counter()
        self.sites: collections.Counter[tuple[str, str]] = collections.Counter()
        self.touched = 0

    def add(self, path: str, count: Count, sign: int) -> None:
        """Count a file in (sign 1) or out (-1)."""
        if count.kind == "pointer":
            return
        folder = path.partition("/")[0] if "/" in path else ROOT_FOLDER
        self.files[folder] += sign
        if count.kind == "unparsable":
            self.unparsable[folder] += sign
        touched = False
        for (rule, covers), sites in zip(self._rules, count.sites, strict=True):
            if sites and covers(path):
                self.sites[rule, folder] += sign * sites
                touched = True
        self.touched += sign * touched
