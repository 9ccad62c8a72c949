"""The journal on disk: `.rewright/journal/<run>/` holds `record` and `state`, and git never sees it.

`record` is written as `record.part`, synced and renamed before the run touches any file, and
never changes again: a run without it has written nothing. `state` says how far the run has
come, and is replaced atomically. So at every moment each of the two is whole or absent, and
one that cannot be read was damaged by somebody else.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from engine.apply.layer import REWRITE, Tree, folder, read_file, replace_file, write_all
from engine.apply.record import RUN, Corrupt, Phase, Record, State, decode, decode_state, encode, encode_state
from engine.model import RefusedFile, RewrightError
from engine.ours import JOURNAL, OURS

KEEP = 10  # finished runs
_IGNORES = {(OURS,): b"/journal/\n/lock\n/.gitignore\n", JOURNAL: b"*\n"}


@dataclass(frozen=True, slots=True)
class Pending:
    """An interrupted run: its id, and whether it was applying or undoing."""

    run: str
    phase: Phase


def prepare(tree: Tree) -> None:
    """Make the journal's folder, hidden from git. Raises RewrightError where that is impossible."""
    with _reported(tree, "/".join(JOURNAL)):
        for parts, text in _IGNORES.items():
            with folder(tree, parts, None) as fd:
                try:
                    old, _ = read_file(tree.layer, ".gitignore", fd)
                except FileNotFoundError:
                    old = b""
                if old != text and text.startswith(old):  # absent, or cut short by a crash; anything else is the user's
                    handle = tree.layer.open(".gitignore", REWRITE, 0o644, folder=fd)
                    try:
                        write_all(tree.layer, handle, text)
                    finally:
                        tree.layer.close(handle)


def unsealed(tree: Tree) -> str | None:
    """The newest run, when it was killed before it wrote anything."""
    return next((run if "record" not in names else None for run, names in _folders(tree)), None)


def runs(tree: Tree) -> list[tuple[str, State]]:
    """Every recorded run with its state, newest first. Raises RewrightError for a corrupt one."""
    found = []
    for run, names in _folders(tree):
        if "record" in names:
            found.append((run, _read_state(tree, run) if "state" in names else State()))
    return found


def interrupted(tree: Tree) -> Pending | None:
    """The newest run that neither ended nor was undone."""
    open_phases = (Phase.APPLYING, Phase.UNDOING)
    return next((Pending(run, state.phase) for run, state in runs(tree) if state.phase in open_phases), None)


def new_run(tree: Tree) -> str:
    """An id for a run that is newer than every other."""
    return f"{max((_number(run) for run, _ in _folders(tree)), default=0) + 1:06d}-{secrets.token_hex(4)}"


def write_record(tree: Tree, run: str, record: Record) -> None:
    """Store a run's record durably. Raises OSError; what was begun is then removed by `prune`, or at once where possible."""
    layer = tree.layer
    try:
        with folder(tree, (*JOURNAL, run), None) as fd:
            handle = layer.open("record.part", REWRITE, folder=fd)
            try:
                for frame in encode(record):
                    write_all(layer, handle, frame)
                layer.fsync(handle)
            finally:
                layer.close(handle)
            layer.replace("record.part", "record", folder=fd)
            layer.fsync(fd)
    except OSError:
        with contextlib.suppress(OSError):
            discard(tree, run)
        raise


def read_record(tree: Tree, run: str) -> Record:
    """A run's record. Raises RewrightError when it is corrupt."""
    with _reported(tree, _path(run, "record")), folder(tree, (*JOURNAL, run)) as fd:
        return decode(read_file(tree.layer, "record", fd)[0], run)


def write_state(tree: Tree, run: str, state: State) -> None:
    """Replace a run's state durably. Raises OSError."""
    with folder(tree, (*JOURNAL, run)) as fd:
        replace_file(tree.layer, "state", encode_state(state), fd)


def prune(tree: Tree) -> None:
    """Remove runs that never wrote anything, and finished ones beyond the newest KEEP. Raises OSError."""
    empty = [run for run, names in _folders(tree) if "record" not in names]
    finished = [run for run, state in runs(tree) if state.phase in (Phase.APPLIED, Phase.UNDONE)]
    for run in (*empty, *finished[KEEP:]):
        discard(tree, run)


def discard(tree: Tree, run: str) -> None:
    """Remove a run of which no file has the new bytes. Raises OSError."""
    with folder(tree, JOURNAL) as journal:
        with folder(tree, (*JOURNAL, run)) as fd:
            # Without its record a run counts as one that wrote nothing, so a crash here leaves no half of a run.
            for name in sorted(tree.layer.list(fd), key=lambda name: name != "record"):
                tree.layer.unlink(name, folder=fd)
        tree.layer.rmdir(run, folder=journal)


def _folders(tree: Tree) -> list[tuple[str, list[str]]]:
    """Each run's folder with the names in it, newest first."""
    with _reported(tree, "/".join(JOURNAL)):
        found = []
        try:
            with folder(tree, JOURNAL) as fd:
                names = [name for name in tree.layer.list(fd) if RUN.fullmatch(name)]
        except FileNotFoundError:
            return []
        for run in sorted(names, key=_number, reverse=True):
            with contextlib.suppress(FileNotFoundError), folder(tree, (*JOURNAL, run)) as fd:  # another process may prune
                found.append((run, tree.layer.list(fd)))
        return found


def _read_state(tree: Tree, run: str) -> State:
    with _reported(tree, _path(run, "state")), folder(tree, (*JOURNAL, run)) as fd:
        return decode_state(read_file(tree.layer, "state", fd)[0])


@contextlib.contextmanager
def _reported(tree: Tree, path: str) -> Iterator[None]:
    """Name the file of the journal that cannot be used, and what to do."""
    try:
        yield
    except Corrupt as error:
        raise RewrightError(
            f"{tree.root}/{path}: the journal is corrupt: {error}. Nothing was changed. Restore that file from a backup; "
            f"or, when the target is as you want it, delete the folder {tree.root}/{path.rpartition('/')[0]}"
        ) from error
    except RefusedFile as error:
        raise RewrightError(f"{tree.root}/{path}: the journal cannot be used: {error}. Nothing was changed. Remove it") from error
    except OSError as error:
        raise RewrightError(
            f"{tree.root}/{path}: the journal cannot be used ({error.strerror}), so nothing was changed. "
            f"{OURS} must be a plain folder that you may write, on a disk with room"
        ) from error


def _path(run: str, name: str) -> str:
    return "/".join((*JOURNAL, run, name))


def _number(run: str) -> int:
    return int(run.partition("-")[0])
