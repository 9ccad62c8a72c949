"""The evidence `cold-import`: what the modules of each rewritten cycle do when imported first, before a plan and after it.

A rewrite after which a module imports no more, or has lost a name of its own, is taken out and the plan made again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cold.child import Cold, cold_import
from engine.cold.layout import Copy
from engine.cold.names import Name, imported, names_of
from engine.model import Change, Evidence, Failure, Item, Plan, RewrightError
from engine.moves import moved
from engine.words import some

if TYPE_CHECKING:
    from engine.session import Session

CHECK = "cold-import"
_FEW = 3  # modules or names that a sentence tells
_Unit = tuple[str, str]  # the group of a rewrite, or the fingerprint of one that is alone


@dataclass(frozen=True, slots=True)
class Seen:
    """One module imported first, before and after.

    `gone`: public names that it has no more; of these `cut` were bound by its imports, and `below` are a package's own modules.
    """

    before: Cold
    after: Cold
    gone: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()

    @property
    def broken(self) -> str:
        """Why the rewrite must not be; empty when it may."""
        if not self.before.works:
            return ""
        if not self.after.works:
            return f"{self.before.module} imports first before, and not after: {self.after.error}"
        lost = self.gone - self.cut
        why = ", which nothing loads with it any more" if lost and lost <= self.below else ""
        return f"{self.before.module} loses {some(sorted(lost), _FEW)}{why}" if lost else ""


def proven(session: Session, plan: Plan, python: Path) -> Plan:
    """The plan, or the plan without what does not hold; each change that asks for it with its evidence `cold-import`.

    Runs the target's modules, in copies and in child processes: see `cold_import`. `python`: the interpreter to run them.
    """
    if not _units(plan):
        return plan
    _runnable(python)
    declined: dict[str, str] = {}
    modules: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="rewright-cold-", ignore_cleanup_errors=True) as folder:
        before = Copy(Path(plan.root), Path(folder, "before"), {})
        known: dict[str, Cold] = {}
        while units := _units(plan):
            modules |= {path for changes in units.values() for path in _component(changes)}
            after = Copy(Path(plan.root), Path(folder, "after"), {delta.path: delta.after for delta in plan.deltas})
            names = names_of(before.target, sorted(modules))
            seen = _looked(names, _renamed(names, plan, after), (before, after), known, python)
            refused = _refused(units, {path: one.broken for path, one in seen.items() if one.broken})
            if not refused:
                return replace(plan, items=tuple(_told(item, units, seen) for item in _failed(plan.items, declined)))
            declined |= refused
            request = session.request
            plan = replace(session, request=replace(request, declined={**request.declined, **declined})).plan()
    return replace(plan, items=tuple(_failed(plan.items, declined)))


def _runnable(python: Path) -> None:
    found = cold_import("json", (), python) if shutil.which(python) else Cold("json", False, error="it is no program")
    if not found.works:
        raise RewrightError(f"{python} runs no Python ({found.error}); name an interpreter with --cold-import-python")


def _units(plan: Plan) -> dict[_Unit, list[Change]]:
    """The changes that ask for this evidence, those of one group together."""
    found: dict[_Unit, list[Change]] = defaultdict(list)
    for change in plan.of(Change):
        if any(one.check == CHECK for one in change.evidence):
            found[change.rule, change.group or change.fingerprint].append(change)
    return found


def _component(changes: Iterable[Change]) -> list[str]:
    paths: set[str] = set()
    for change in changes:
        named: Any = change.data["component"]
        paths.update(named)
    return sorted(paths)


def _refused(units: Mapping[_Unit, Sequence[Change]], broken: Mapping[str, str]) -> dict[str, str]:
    """Fingerprint to the reason, for each change of the rewrites that broke a module; all of them, when it is of none."""
    reasons: dict[_Unit, str] = {}
    for path, why in broken.items():
        mine = [unit for unit, changes in units.items() if path in _component(changes)]
        for unit in mine or units:
            reasons.setdefault(unit, why)
    return {change.fingerprint: why for unit, why in reasons.items() for change in units[unit]}


# -- looking ---------------------------------------------------------------------------------


def _renamed(names: Mapping[str, Name], plan: Plan, after: Copy) -> Mapping[str, Name]:
    """What the modules are called once the plan is written, by their present paths: another name where it moves one."""
    places = moved(plan.deltas)
    if places.keys().isdisjoint(names):
        return names
    now = names_of(after.fresh(), sorted(places.get(path, path) for path in names))
    return {path: now[places.get(path, path)] for path in names}


def _looked(
    names: Mapping[str, Name], renamed: Mapping[str, Name], copies: tuple[Copy, Copy], known: dict[str, Cold], python: Path
) -> dict[str, Seen]:
    """Each module in both copies, which is done at the same time. What breaks is tried again, for it may be chance."""
    before, after = copies
    seen: dict[str, Seen] = {}
    with ThreadPoolExecutor(1) as beside:
        for path in names:
            was = beside.submit(_one, before, path, names, python) if path not in known else None
            now = _one(after, path, renamed, python)
            if was is not None:
                known[path] = was.result()
            seen[path] = _seen(path, before.target, known[path], now)
            if seen[path].broken:
                seen[path] = _seen(path, before.target, known[path], _one(after, path, renamed, python))
    return seen


def _one(copy: Copy, path: str, names: Mapping[str, Name], python: Path) -> Cold:
    folder = copy.fresh()
    root, module = names[path]
    front = list(dict.fromkeys([folder / root, folder]))
    behind = sorted({folder / other for other, _ in names.values()} - set(front))
    return cold_import(module, front, python, behind=behind)


def _seen(path: str, target: Path, before: Cold, after: Cold) -> Seen:
    gone = before.names - after.names if before.works and after.works else frozenset()
    cut = gone & imported(target / path) if gone else gone
    return Seen(before, after, gone, cut, frozenset(name for name in gone if _below(target / path, name)))


def _below(file: Path, name: str) -> bool:
    """Is this the name of a module in the package whose `__init__` the file is?"""
    inside = file.parent / name
    return file.name == "__init__.py" and (inside.is_dir() or inside.with_suffix(".py").is_file())


# -- telling ---------------------------------------------------------------------------------


def _failed(items: Iterable[Item], declined: Mapping[str, str]) -> Iterable[Item]:
    """The items; a failure in place of each that was declined here."""
    for item in items:
        if item.fingerprint in declined:
            message = f"{item.rule} proposed a rewrite that does not hold ({CHECK}): {declined[item.fingerprint]}"
            yield Failure(item.site, f"gate:{CHECK}", message, item.rule, fingerprint=item.fingerprint)
        else:
            yield item


def _told(item: Item, units: Mapping[_Unit, Sequence[Change]], seen: Mapping[str, Seen]) -> Item:
    changes = units.get((item.rule, item.group or item.fingerprint)) if isinstance(item, Change) else None
    if not isinstance(item, Change) or changes is None:
        return item
    found = evidence([seen[path] for path in _component(changes)])
    return replace(item, evidence=tuple(found if one.check == CHECK else one for one in item.evidence))


def evidence(seen: Sequence[Seen]) -> Evidence:
    """What is said of a component none of whose modules was broken."""
    both = sum(one.before.works and one.after.works for one in seen)
    gained = [one.before.module for one in seen if one.after.works and not one.before.works]
    not_here = [one.before for one in seen if not one.before.works and not one.after.works]
    cut = [f"{one.before.module}.{name}" for one in seen for name in sorted(one.cut)]
    same = "the same public names" + (f" but for those of imports that were cut: {some(sorted(cut), _FEW)}" if cut else "")
    parts = []
    if both:
        parts.append(f"{both} module{' imports' if both == 1 else 's import'} first, before and after, with {same}")
    if gained:
        parts.append(f"only after the change: {some(sorted(gained), _FEW)}")
    if not_here:
        told = [f"{one.module}: {one.error}" for one in not_here]
        parts.append(f"not importable here: {some(told, _FEW, '; ')}")
    return Evidence(CHECK, "unknown" if not_here else "pass", "; ".join(parts))
