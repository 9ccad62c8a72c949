"""Which files stand or fall together: a Change is applied in all its files, or in none, and so is a group of them.

Pure. A file's new bytes hold several Changes at once, so what can be dropped is a file: a
refused file drops every Change that touches it, and with those every other file they touch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from engine.model import Applicability, Change, Plan


@dataclass(frozen=True, slots=True)
class Ties:
    """`groups`: files that one rewrite touches. `support`: a support module's file to the files that need it."""

    groups: tuple[tuple[str, ...], ...] = ()
    support: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def tie(plan: Plan, key: Callable[[str], str]) -> Ties:
    """The ties among a plan's deltas. `key` maps a plan's path to the one real path of that file."""
    created = {key(delta.path) for delta in plan.deltas if delta.before is None}
    known = {key(delta.path) for delta in plan.deltas}
    groups = {tuple(sorted((key(delta.origin), key(delta.path)))) for delta in plan.deltas if delta.origin}
    users, together = defaultdict[str, set[str]](set), defaultdict[tuple[str, str], set[str]](set)
    for change in plan.of(Change):
        if change.applicability is Applicability.MANUAL:
            continue
        files = {key(part.path) for part in (*change.edits, *change.spans, *change.imports)} & known
        groups.add(tuple(sorted(files)))
        if change.group:
            others = {change.site.path, change.moves_to, *(one.path for one in change.creates)}
            together[change.rule, change.group] |= files | ({key(path) for path in others} & known)
        for name in change.support:
            if name in plan.support and (module := key(plan.support[name])) in known:
                users[module] |= files - {module}
    groups |= {tuple(sorted(files)) for files in together.values()}
    touched = {path for group in groups for path in group}
    for module in list(users):  # a package's __init__.py that is made for a support module shares its fate
        for path in created - touched - set(users):
            if path.endswith("__init__.py") and module.startswith(path.removesuffix("__init__.py")):
                users[path] |= users[module]
    return Ties(
        tuple(sorted(group for group in groups if len(group) > 1)),
        {module: tuple(sorted(files)) for module, files in sorted(users.items()) if files},
    )


def restrict(ties: Ties, kept: Set[str]) -> Ties:
    """The ties among the kept files alone."""
    support = {module: tuple(path for path in files if path in kept) for module, files in ties.support.items() if module in kept}
    groups = tuple(group for group in ties.groups if kept >= set(group))
    return Ties(groups, {module: files for module, files in support.items() if files})


def spread(refused: Iterable[str], ties: Ties) -> dict[str, str]:
    """Every file to drop, with the file it is dropped for; a refused file maps to itself.

    Breadth-first over the ties. A refused support module drops its users; a refused user drops
    the module only when nobody is left who needs it.
    """
    follows = defaultdict[str, set[str]](set)
    for group in ties.groups:
        for path in group:
            follows[path].update(group)
    for module, files in ties.support.items():
        follows[module].update(files)
    dropped = {path: path for path in refused}
    queue = list(dropped)
    while queue:
        for path in queue:
            for other in sorted(follows[path] - dropped.keys()):
                dropped[other] = dropped[path]
                queue.append(other)
        queue = [module for module, files in ties.support.items() if module not in dropped and dropped.keys() >= set(files)]
        dropped |= {module: dropped[ties.support[module][0]] for module in queue}
    return dropped
