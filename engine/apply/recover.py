"""Taking a run back, and finishing one that was interrupted, from the journal alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.apply import journal
from engine.apply.journal import Pending
from engine.apply.layer import DISK, FileLayer, Tree, opened
from engine.apply.lock import locked
from engine.apply.perform import ApplyResult, failures, names_of, outcome
from engine.apply.record import Phase, Record, State
from engine.apply.ties import spread
from engine.apply.write import backward, clean, forward
from engine.model import Failure, RewrightError
from engine.words import plural


@dataclass(frozen=True, slots=True)
class UndoResult:
    """`restored`: paths with their old bytes again. `removed`: paths that the run had created. `journal`: the run's id."""

    restored: tuple[str, ...]
    removed: tuple[str, ...]
    failures: tuple[Failure, ...]
    journal: str

    @property
    def told(self) -> str:
        """`3 files restored, 1 removed`."""
        return f"{plural(len(self.restored), 'file')} restored, {len(self.removed)} removed"


def pending(root: Path, *, layer: FileLayer = DISK) -> Pending | None:
    """The interrupted run of the target, if there is one. Raises RewrightError for a corrupt journal."""
    with opened(str(root), layer) as tree:
        return journal.interrupted(tree)


def undo(root: Path, *, layer: FileLayer = DISK) -> UndoResult:
    """Take back the newest run that was not taken back yet, finished or interrupted; each call one run more.

    Files edited since are Failures and keep the user's bytes; the rest get their old bytes and
    modes, and files that the run created are removed, and its folders when empty. A run that was
    killed before it wrote anything is taken back too: nothing is restored. Raises RewrightError
    when there is no such run, for a corrupt journal, a concurrent run or a failing disk (the undo
    is then pending, and undoing again goes on).
    """
    with opened(str(root), layer) as tree:
        if not journal.runs(tree) and journal.unsealed(tree) is None:
            raise RewrightError(f"{tree.root}: there is no run to undo; its journal is empty")
        with locked(tree):
            return _undo(tree)


def resume(root: Path, *, layer: FileLayer = DISK) -> ApplyResult | UndoResult:
    """Finish the interrupted run: an apply forward, an undo backward.

    Raises RewrightError when no run is pending, for a corrupt journal, a concurrent run or a
    failing disk (the run then stays pending).
    """
    with opened(str(root), layer) as tree:
        if journal.interrupted(tree) is None:
            raise RewrightError(f"{tree.root}: no run is pending, so there is nothing to resume; run `rewright apply`")
        with locked(tree):
            return _resume(tree)


def _undo(tree: Tree) -> UndoResult:
    try:
        if (run := journal.unsealed(tree)) is not None:
            journal.discard(tree, run)
            return UndoResult((), (), (), run)
        for run, state in journal.runs(tree):
            if state.phase is Phase.UNDONE:
                continue
            record = journal.read_record(tree, run)
            # An interrupted apply may hold new bytes in a file that it was about to drop.
            undoing = State(Phase.UNDOING, () if state.phase is Phase.APPLYING else state.dropped)
            if undoing != state:
                journal.write_state(tree, run, undoing)
            return _take_back(tree, run, record, undoing)
    except OSError as error:
        raise _still_pending(tree, error) from error
    raise RewrightError(f"{tree.root}: there is no run to undo; every run in its journal was taken back")


def _resume(tree: Tree) -> ApplyResult | UndoResult:
    waiting = journal.interrupted(tree)
    if waiting is None:
        raise RewrightError(f"{tree.root}: no run is pending any more; another process has finished it")
    run = waiting.run
    record = journal.read_record(tree, run)
    state = dict(journal.runs(tree))[run]
    try:
        if state.phase is Phase.UNDOING:
            return _take_back(tree, run, record, state)
        clean(tree, record.entries)
        final, refused = forward(tree, run, record, state)
    except OSError as error:
        raise _still_pending(tree, error) from error
    left = failures(refused, spread(final.dropped, record.ties), names_of(record))
    return outcome(record, final, left, run)


def _take_back(tree: Tree, run: str, record: Record, state: State) -> UndoResult:
    entries = [entry for entry in record.entries if entry.path not in state.dropped]
    refused = backward(tree, record, entries)
    journal.write_state(tree, run, State(Phase.UNDONE, state.dropped))
    good = [entry for entry in entries if entry.path not in refused]
    restored = tuple(sorted(name for entry in good if entry.before is not None for name in entry.names))
    removed = tuple(sorted(name for entry in good if entry.before is None for name in entry.names))
    return UndoResult(restored, removed, failures(refused, {}, names_of(record)), run)


def _still_pending(tree: Tree, error: OSError) -> RewrightError:
    return RewrightError(
        f"{tree.root}: {error.strerror or error}; each file has either its old or its new bytes. "
        "Put that right, then run `rewright resume` to go on, or `rewright undo` to take the run back"
    )
