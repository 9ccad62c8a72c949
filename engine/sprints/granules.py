"""A plan in pieces: which files one batch holds, and which of them one commit holds. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.config.values import Budget, Granularity
from engine.model import Applicability, Change, FileDelta, Plan

SUPPORT = "support"  # the label of a granule that holds nothing but support modules


@dataclass(frozen=True, slots=True)
class Granule:
    """What one commit holds: one rule's changes in some files, or the support modules that they need."""

    rule: str
    label: str  # a folder, an owner or a file; empty for everything; SUPPORT
    deltas: tuple[FileDelta, ...]  # sorted by path
    changes: tuple[Change, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it writes, root-relative and sorted."""
        return tuple(delta.path for delta in self.deltas if delta.after is not None)

    @property
    def unsafe(self) -> int:
        """How many of its changes are not safe."""
        return sum(change.applicability is not Applicability.SAFE for change in self.changes)


@dataclass(frozen=True, slots=True, order=True)
class Aside:
    """A file that a rule leaves alone on this branch, as its rewrite broke a gate."""

    rule: str
    path: str
    before: str  # digest of the bytes that the rule would have rewritten: other bytes are another matter
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return self.rule, self.path, self.before


def digest_of(data: bytes) -> str:
    """A name for a file's bytes, 32 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def units(plan: Plan) -> list[tuple[str, ...]]:
    """The files that the plan rewrites, in path order; those that one rewrite holds together are one unit."""
    files = [delta.path for delta in plan.deltas if delta.before is not None]
    leader = {path: path for path in files}

    def find(path: str) -> str:
        while leader[path] != path:
            path = leader[path]
        return path

    first: dict[str, str] = {}
    for change in _changes(plan):
        if change.group and change.site.path in leader:
            one, other = sorted((find(change.site.path), find(first.setdefault(change.group, change.site.path))))
            leader[other] = one
    together: dict[str, list[str]] = defaultdict(list)
    for path in sorted(files):
        together[find(path)].append(path)
    return [tuple(paths) for _, paths in sorted(together.items())]


def batch(
    plan: Plan, budget: Budget, aside: Iterable[Aside] = (), wanted: Callable[[str], bool] = lambda path: True
) -> frozenset[str]:
    """The files of the next batch: units in path order until the next one does not fit; the first fits always.

    `aside`: a unit that holds such a file waits. `wanted`: what else may be in it.
    """
    known = {(one.path, one.before) for one in aside}
    before = {delta.path: delta.before for delta in plan.deltas if delta.before is not None}
    counts = Counter(change.site.path for change in _changes(plan))
    chosen: list[str] = []
    changes = 0
    for unit in units(plan):
        if not all(map(wanted, unit)) or any((path, digest_of(before[path])) in known for path in unit):
            continue
        more = sum(counts[path] for path in unit)
        full = (budget.files is not None and len(chosen) + len(unit) > budget.files) or (
            budget.changes is not None and changes + more > budget.changes
        )
        if chosen and full:
            break
        chosen += unit
        changes += more
    return frozenset(chosen)


def granules(
    plan: Plan,
    rule: str,
    files: Collection[str],
    granularity: Granularity,
    owner: Callable[[str], str],
    aside: Iterable[Aside] = (),
) -> tuple[Granule, ...]:
    """One rule's part of a batch, as commits: support modules first, then by label. `plan` holds this rule alone.

    `aside`: a unit that holds such a file is left out.
    """
    known = {one.key for one in aside}
    deltas = {delta.path: delta for delta in plan.deltas}
    names = {delta.path: (rule, delta.path, digest_of(delta.before)) for delta in plan.deltas if delta.before is not None}
    kept = [unit for unit in units(plan) if not any(names[path] in known for path in unit)]
    label_of = {path: _label(unit[0], granularity, owner) for unit in kept for path in unit if path in files}
    changes = [change for change in _changes(plan) if change.site.path in label_of]
    needed = {plan.support[name] for change in changes for name in change.support} & deltas.keys()
    support = _with_packages(needed, deltas)
    out = [Granule(rule, SUPPORT, tuple(deltas[path] for path in sorted(support)), ())] if support else []
    taken = set(support)
    for label in sorted(set(label_of.values())):
        own = tuple(change for change in changes if label_of[change.site.path] == label)
        made = _with_packages(_arriving(own) & deltas.keys(), deltas) - taken
        taken |= made
        paths = made | {path for path in label_of if label_of[path] == label}
        out.append(Granule(rule, label, tuple(deltas[path] for path in sorted(paths)), own))
    return tuple(out)


def created(plan: Plan, files: Collection[str]) -> list[FileDelta]:
    """What the plan creates for its changes in these files, and where it moves some of them."""
    deltas = {delta.path: delta for delta in plan.deltas if delta.before is None}
    changes = [change for change in _changes(plan) if change.site.path in files]
    needed = {plan.support[name] for change in changes for name in change.support}
    needed |= _arriving(changes)
    return [deltas[path] for path in sorted(_with_packages(needed & deltas.keys(), deltas))]


def _arriving(changes: Iterable[Change]) -> set[str]:
    """The paths of files that changes create, or move one to."""
    return {path for change in changes for path in (*(one.path for one in change.creates), change.moves_to) if path}


def aside_of(granule: Granule, why: str) -> tuple[Aside, ...]:
    """Each file that the granule rewrites, set aside."""
    return tuple(Aside(granule.rule, one.path, digest_of(one.before), why) for one in granule.deltas if one.before is not None)


def _label(path: str, granularity: Granularity, owner: Callable[[str], str]) -> str:
    if granularity == "file":
        return path
    if granularity == "rule-and-directory":
        return path.rpartition("/")[0] + "/" if "/" in path else "./"
    return owner(path) if granularity == "rule-and-owner" else ""


def _with_packages(paths: set[str], deltas: Mapping[str, FileDelta]) -> set[str]:
    """The paths, and each new package that they lie in."""
    out = set(paths)
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder:
            package = f"{folder}/__init__.py"
            if package in deltas and deltas[package].before is None:
                out.add(package)
            folder = folder.rpartition("/")[0]
    return out


def _changes(plan: Plan) -> Sequence[Change]:
    return [item for item in plan.items if isinstance(item, Change) and item.applicability is not Applicability.MANUAL]
