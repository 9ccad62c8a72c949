"""Applying a plan: check everything, record everything, then write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.apply import emptied, journal
from engine.apply.check import Checked, check
from engine.apply.layer import DISK, FileLayer, Tree, opened
from engine.apply.lock import locked
from engine.apply.paths import require_inside
from engine.apply.record import Phase, Record, State, temp_name
from engine.apply.ties import restrict, spread
from engine.apply.write import Refused, backward, forward
from engine.model import Failure, Plan, RewrightError, Site
from engine.words import plural


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """`written`: the plan's paths that have their new bytes. `journal`: the run's id, "" when nothing was written.

    `removed`: the plan's paths that are no longer there; those of moved files are.
    """

    written: tuple[str, ...]
    failures: tuple[Failure, ...]
    journal: str
    removed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """`3 files written`, `3 files written, 1 removed`."""
        return f"{plural(len(self.written), 'file')} written" + (f", {len(self.removed)} removed" if self.removed else "")


def apply(plan: Plan, *, layer: FileLayer = DISK, allow_hardlinks: bool = False) -> ApplyResult:
    """Write a plan's files, each atomically, with every old byte in the journal first.

    A file that must not or cannot be replaced is a Failure, and with it every file that shares a
    Change with it. `allow_hardlinks` lets a file with several hard links be replaced: its other
    names keep the old bytes. Raises RewrightError, with every file as it was, for a path outside
    the target, a pending or concurrent run, a corrupt journal, or a disk that fails; only when
    putting back fails too does the run stay pending, and the message says so.
    """
    require_inside(plan)
    deltas = tuple(delta for delta in plan.deltas if delta.before != delta.after)
    if not deltas:
        return ApplyResult((), (), "")
    with opened(plan.root, layer) as tree, locked(tree):
        if waiting := journal.interrupted(tree):
            raise RewrightError(
                f"{tree.root}: an earlier run ({waiting.run}) was interrupted while {waiting.phase.value}; "
                "run `rewright resume` to finish it, or `rewright undo` to take it back"
            )
        return _apply(replace(plan, deltas=deltas), tree, allow_hardlinks)


def failures(refused: Refused, dropped: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> tuple[Failure, ...]:
    """One Failure for each of the plan's names of a file left alone, sorted by path.

    `dropped` maps a file to the refused one that it depends on.
    """
    found = []
    for path in {*refused, *dropped}:
        error = refused.get(path)
        reason = "depends-on-refused" if error is None else error.reason
        message = f"{path!r} was left alone: it shares a change with {dropped.get(path, path)!r}" if error is None else str(error)
        found += [Failure(Site(name, 1), reason, message) for name in names.get(path, (path,))]
    return tuple(sorted(found, key=lambda failure: failure.site))


def names_of(record: Record) -> dict[str, tuple[str, ...]]:
    """Real path to the plan's names."""
    return {entry.path: entry.names for entry in record.entries}


def outcome(record: Record, final: State, left: tuple[Failure, ...], run: str) -> ApplyResult:
    """What a run that has ended came to. `left`: of the files that were left alone."""
    kept = [entry for entry in record.entries if entry.path not in set(final.dropped)]
    written = sorted(name for entry in kept if entry.after is not None for name in entry.names)
    removed = sorted(name for entry in kept if entry.after is None for name in entry.names)
    return ApplyResult(tuple(written), left, run if final.phase is Phase.APPLIED else "", tuple(removed))


def _apply(plan: Plan, tree: Tree, allow_hardlinks: bool) -> ApplyResult:
    try:
        journal.prune(tree)
        checked = check(plan, tree, allow_hardlinks)
        run = journal.new_run(tree)
        dropped = spread(checked.refused, checked.ties)
        record = _record(checked, dropped, run, tree)
        if not record.entries:
            return ApplyResult((), failures(checked.refused, dropped, checked.names), "")
        journal.write_record(tree, run, record)
    except OSError as error:
        raise RewrightError(
            f"{tree.root}: {error.strerror or error}; nothing was written. Put that right and run again"
        ) from error
    try:
        final, late = forward(tree, run, record, State())
    except OSError as error:
        raise _taken_back(tree, run, record, error) from error
    later = spread(final.dropped, record.ties)
    return outcome(record, final, failures(checked.refused | late, dropped | later, checked.names), run)


def _record(checked: Checked, dropped: Mapping[str, str], run: str, tree: Tree) -> Record:
    kept = [entry for entry in checked.entries if entry.path not in dropped]
    entries = tuple(replace(entry, temp=temp_name(run, index)) for index, entry in enumerate(kept))
    needed = frozenset(path for path in checked.folders if any(entry.path.startswith(f"{path}/") for entry in entries))
    return Record(needed, restrict(checked.ties, {entry.path for entry in entries}), entries, emptied.modes(tree, entries))


def _taken_back(tree: Tree, run: str, record: Record, error: OSError) -> RewrightError:
    """Put every file back after a failure of the disk; what to tell the user."""
    what = f"{tree.root}: {error.strerror or error}"
    try:
        held = backward(tree, record, record.entries)
        if not held:
            journal.discard(tree, run)
            return RewrightError(f"{what}; every file was put back as it was. Put that right and run again")
        journal.write_state(tree, run, State(Phase.UNDONE))
    except OSError:
        return RewrightError(
            f"{what}; each file has either its old or its new bytes, and the old ones are in the journal ({run}). "
            "Put that right, then run `rewright undo` to take the run back, or `rewright resume` to finish it"
        )
    paths = ", ".join(repr(path) for path in sorted(held))
    return RewrightError(f"{what}; every file was put back, except those edited meanwhile, which are kept: {paths}")
