"""Regenerate, never rebase: the same files planned again from where the base is now, on a branch of the next generation."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.config.values import Budget
from engine.errors import RewrightError
from engine.sprints.land import land, opened
from engine.sprints.line import Line, base_of, following
from engine.sprints.task import Batch, Task
from engine.vcs.git import Git

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
    paths = sorted(old | touched(git, base, done.tip))
    before, after = _effects(git, line.base, line.tip, paths), _effects(git, base, done.tip, paths)
    moved = _effects(git, line.base, base, paths)
    kinds = {path: _kind(before[path], after[path], moved[path]) for path in paths if before[path] or after[path]}
    return done, tuple(Difference(path, kind) for path, kind in kinds.items())


def effect(before: bytes, after: bytes) -> tuple[bytes, ...]:
    """The lines that a change takes away and adds, wherever they stand: what makes two changes the same to a reader."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    out: list[bytes] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
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


def touched(git: Git, base: str, tip: str) -> frozenset[str]:
    """The paths that differ between two commits, relative to the repository's top."""
    out = git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", base, tip).out
    return frozenset(os.fsdecode(name) for name in out.split(b"\0") if name)


def _effects(git: Git, base: str, tip: str, paths: Iterable[str]) -> Mapping[str, tuple[bytes, ...]]:
    names = list(paths)
    old, new = _blobs(git, base, names), _blobs(git, tip, names)
    return {name: effect(old[name], new[name]) for name in names}


def _blobs(git: Git, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
    """The bytes of each path at a commit; none where it is not there."""
    names = list(paths)
    asked = b"".join(os.fsencode(f"{commit}:{name}") + b"\n" for name in names)
    out = git.run("cat-file", "--batch", stdin=asked).out
    found: dict[str, bytes] = {}
    for name in names:
        heading, _, rest = out.partition(b"\n")
        if heading.endswith(b" missing"):
            found[name], out = b"", rest
        else:
            size = int(heading.rpartition(b" ")[2])
            found[name], out = rest[:size], rest[size + 1 :]
    return found
