"""Regenerate, never rebase: the same files planned again from where the base is now, on a branch of the next generation."""

from __future__ import annotations

import os
from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Literal

from engine.config.values import Budget
from engine.errors import RewrightError
from engine.line_diff import changed_blocks
from engine.sprints.land import land, opened
from engine.sprints.line import Line, base_of, following
from engine.sprints.task import Batch, Task
from engine.vcs.compare import Staged, difference
from engine.vcs.git import Git
from engine.vcs.objects import contents

# "merged": the base has the old change by now; "gone": nothing is left to change.
Kind = Literal["same", "differs", "merged", "gone", "new"]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """What a file's change has become from one generation to the next."""

    path: str  # relative to the repository's top
    kind: Kind


def refresh(task: Task, line: Line) -> tuple[Batch, tuple[Difference, ...]]:
    """The files of the sprint's newest branch planned again from the base as it is now. The old branch stays as it is.

    Raises RewrightError when there is no branch yet, or when the base has not moved.
    """
    if not line.exists:
        raise RewrightError(f"sprint {task.sprint.id!r} has no branch yet, so nothing can be planned again; leave --refresh out")
    base = base_of(task.repo, task.sprint)
    if base == line.base:
        raise RewrightError(f"the base of {line.name} has not moved; leave --refresh out for the next batch")
    git = task.repo.git
    old = touched(git, line.base, line.tip)
    new = following(line, task.sprint, base)
    wanted = frozenset(path.removeprefix(task.prefix) for path in old if path.startswith(task.prefix))
    with opened(task, new) as tree:
        done = land(task, new, tree, Budget(), wanted)
    paths = old | touched(git, base, done.tip)
    before, after = _effects(git, line.base, line.tip, paths), _effects(git, base, done.tip, paths)
    moved = _effects(git, line.base, base, paths)
    kinds = {path: _kind(before.get(path, ()), after.get(path, ()), moved.get(path, ())) for path in sorted({*before, *after})}
    return done, tuple(Difference(path, kind) for path, kind in kinds.items())


def effect(before: bytes, after: bytes) -> tuple[bytes, ...]:
    """The lines that a change takes away and adds, wherever they stand: what makes two changes the same to a reader."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    out: list[bytes] = []
    for i1, i2, j1, j2 in changed_blocks(old, new):
        out += [b"-" + line for line in old[i1:i2]]
        out += [b"+" + line for line in new[j1:j2]]
    return tuple(out)


def _kind(before: tuple[bytes, ...], after: tuple[bytes, ...], moved: tuple[bytes, ...]) -> Kind:
    """From the effects of the old branch, the new one, and of what happened to the base between them."""
    if before == after:
        return "same"
    if not after:
        return "merged" if before == moved else "gone"
    return "differs" if before else "new"


def touched(git: Git, base: str, tip: str) -> Set[str]:
    """The paths that a branch changes from its base to its tip, relative to the repository's top.

    What came in by a merge is not the branch's own: a reviewer may have merged the base into it.
    """
    how = ("-z", "--format=", "--name-only", "--no-renames", "--no-ext-diff", "--no-show-signature")
    out = git.run("log", "--first-parent", "--no-merges", *how, f"{base}..{tip}", "--").out
    return _differing(git, base, tip).keys() & {os.fsdecode(name) for name in out.split(b"\0") if name}


def _differing(git: Git, base: str, tip: str) -> dict[str, Staged]:
    return difference(git.run("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", base, tip).out)


def _effects(git: Git, base: str, tip: str, paths: Collection[str]) -> dict[str, tuple[bytes, ...]]:
    """The effect on each of these paths that differs between two commits."""
    changed = {path: one for path, one in _differing(git, base, tip).items() if path in paths}
    blobs = contents(git, {oid for one in changed.values() for oid in (one.old, one.blob)})
    return {path: effect(blobs.get(one.old, b""), blobs.get(one.blob, b"")) for path, one in changed.items()}
