"""Moving files from the bytes they hold to the bytes they get, each wholly or not at all.

First every temporary file is written, checked and synced beside its target (stage); only then
are they renamed over the targets (commit), each after its target was read once more. So a full
disk shows before any target changes. Both directions are the same move with its ends swapped.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.apply.check import appeared, edited, gone, require_writable
from engine.apply.emptied import clear, refill
from engine.apply.journal import write_state
from engine.apply.layer import CREATE, READ, Tree, folder, read_file, refusals, write_all
from engine.apply.record import Entry, Phase, Record, State
from engine.apply.ties import spread
from engine.model import RefusedFile

Refused = dict[str, RefusedFile]  # real path to why the file was left alone
Found = tuple[bytes, os.stat_result]


@dataclass(frozen=True, slots=True)
class Move:
    """Take a file from `old` bytes to `new` ones; None stands for "no file"."""

    entry: Entry
    old: bytes | None
    new: bytes | None
    mode: int | None  # required of the file before the move; None: any
    like: str = ""  # the path whose owner and attributes the file gets; empty: its own


def forward(tree: Tree, run: str, record: Record, state: State) -> tuple[State, Refused]:
    """Give every file its new bytes, except dropped ones, which end with their old bytes.

    Idempotent: what is done already is left as it is. Returns the final state, which is also in
    the journal, and the files refused on the way. Raises OSError for a failing disk; the
    journal then still says "applying".
    """
    kept = [entry for entry in record.entries if entry.path not in state.dropped]
    moves = [Move(entry, entry.before, entry.after, entry.mode, entry.origin) for entry in kept]
    staged, refused = _stage(tree, moves, record.folders)
    dropped = spread({*state.dropped, *refused}, record.ties)
    if refused:
        write_state(tree, run, State(Phase.APPLYING, tuple(dropped)))
    late = _commit(tree, [move for move in staged if move.entry.path not in dropped])
    if late:
        refused |= late
        dropped = spread(dropped.keys() | late.keys(), record.ties)
        write_state(tree, run, State(Phase.APPLYING, tuple(dropped)))
    if dropped:
        held = backward(tree, record, [entry for entry in record.entries if entry.path in dropped])
        refused = held | refused
    _sync(tree, record.entries)
    clear(tree, record.emptied)
    done = any(entry.path not in dropped for entry in record.entries)
    final = State(Phase.APPLIED if done else Phase.UNDONE, tuple(sorted(dropped)))
    write_state(tree, run, final)
    return final, refused


def backward(tree: Tree, record: Record, entries: Sequence[Entry]) -> Refused:
    """Give these files their old bytes and modes, and remove created ones, and created folders left empty.

    Idempotent. A file that holds neither its old nor its new bytes is the user's: refused, not
    touched. Raises OSError for a failing disk.
    """
    clean(tree, entries)
    refill(tree, record.emptied, entries)
    moved_to = {entry.origin: entry.path for entry in entries if entry.origin}
    moves = [Move(entry, entry.after, entry.before, None, moved_to.get(entry.path, "")) for entry in entries]
    staged, refused = _stage(tree, moves, frozenset())
    refused |= _commit(tree, staged)
    clean(tree, [entry for entry in entries if entry.path in refused])
    for path in sorted(record.folders, reverse=True):
        *parts, name = path.split("/")
        with _absent_is_fine(), folder(tree, parts) as fd:
            tree.layer.rmdir(name, folder=fd)
    _sync(tree, entries)
    return refused


def clean(tree: Tree, entries: Iterable[Entry]) -> None:
    """Remove the entries' temporary files, and no others: those names are this run's alone. Raises OSError."""
    for entry in entries:
        with _absent_is_fine(), folder(tree, _folder_of(entry)) as fd:
            tree.layer.unlink(entry.temp, folder=fd)


def _stage(tree: Tree, moves: Iterable[Move], make: frozenset[str]) -> tuple[list[Move], Refused]:
    """Write the temporary files. Returns the moves still to be committed, and the refused files."""
    staged: list[Move] = []
    refused: Refused = {}
    for move in moves:
        entry = move.entry
        try:
            with refusals(entry.path):
                if _stage_one(tree, move, make):
                    staged.append(move)
        except RefusedFile as error:
            refused[entry.path] = error
    return staged, refused


def _stage_one(tree: Tree, move: Move, make: frozenset[str]) -> bool:
    """False when the file has its new bytes already."""
    entry, layer = move.entry, tree.layer
    try:
        with folder(tree, _folder_of(entry), make) as fd:
            found = _look(tree, entry, fd)
            if (None if found is None else found[0]) == move.new:
                return False
            status = _require(move, found)
            require_writable(tree, entry.path, status, fd)
            if move.new is None:
                return True
            handle = layer.open(entry.temp, CREATE, 0o666 if entry.mode is None else 0o600, folder=fd)
            try:
                write_all(layer, handle, move.new)
                if entry.mode is not None:
                    _keep_owner_and_attributes(tree, move, fd, handle)
                    layer.chmod(handle, entry.mode)
                    if stat.S_IMODE(layer.stat(handle).st_mode) != entry.mode:
                        raise RefusedFile("attributes", f"{entry.path!r} was left alone: its mode cannot be kept")
                layer.fsync(handle)
                if layer.stat(handle).st_size != len(move.new) or layer.read(handle) != move.new:
                    raise OSError(errno.EIO, "the disk gave back other bytes than were written")
            finally:
                layer.close(handle)
            return True
    except FileNotFoundError as error:
        if move.new is None:
            return False
        raise gone(entry.path) from error


def _keep_owner_and_attributes(tree: Tree, move: Move, fd: int, handle: int) -> None:
    """Give the temporary file the owner, group, ACL and other extended attributes of its target, or of the file that it is
    moved from or back from, as long as that is there. Raises RefusedFile.
    """
    layer, entry = tree.layer, move.entry
    *parts, name = (move.like or entry.path).split("/")
    try:
        with folder(tree, parts) if move.like else contextlib.nullcontext(fd) as place:
            source = layer.open(name, READ, folder=place)
    except FileNotFoundError:
        return
    try:
        wanted, now = layer.stat(source), layer.stat(handle)
        attributes = layer.attributes(source)
        try:
            if (wanted.st_uid, wanted.st_gid) != (now.st_uid, now.st_gid):
                layer.chown(handle, wanted.st_uid, wanted.st_gid)
            for name in layer.attributes(handle).keys() - attributes.keys():
                layer.set_attribute(handle, name, None)
            for name, value in attributes.items():
                layer.set_attribute(handle, name, value)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
                raise
            raise _unkept(entry) from error
        now = layer.stat(handle)
        if (wanted.st_uid, wanted.st_gid) != (now.st_uid, now.st_gid) or layer.attributes(handle) != attributes:
            raise _unkept(entry)
    finally:
        layer.close(source)


def _commit(tree: Tree, moves: Iterable[Move]) -> Refused:
    """Rename the temporary files over their targets, then remove what goes: a moved file is at one place at least at any time.

    Each target is read once more right before.
    """
    refused: Refused = {}
    for move in sorted(moves, key=lambda move: move.new is None):
        entry = move.entry
        *parts, name = entry.path.split("/")
        try:
            with refusals(entry.path), folder(tree, parts) as fd:
                _require(move, _look(tree, entry, fd))
                if move.new is None:
                    tree.layer.unlink(name, folder=fd)
                else:
                    tree.layer.replace(entry.temp, name, folder=fd)
        except RefusedFile as error:
            refused[entry.path] = error
    return refused


def _look(tree: Tree, entry: Entry, fd: int) -> Found | None:
    try:
        return read_file(tree.layer, entry.path.rpartition("/")[2], fd)
    except FileNotFoundError:
        return None


def _require(move: Move, found: Found | None) -> os.stat_result | None:
    """The status of a file that holds what the move expects. Raises RefusedFile when it does not."""
    path = move.entry.path
    if found is None:
        if move.old is not None:
            raise gone(path)
        return None
    data, status = found
    if move.old is None:
        raise appeared(path)
    if data != move.old or move.mode not in (None, stat.S_IMODE(status.st_mode)):
        raise edited(path)
    return status


def _sync(tree: Tree, entries: Iterable[Entry]) -> None:
    """Make renames durable: once per folder, before the journal says that they are done."""
    for parts in sorted({_folder_of(entry) for entry in entries}):
        with _absent_is_fine(), folder(tree, parts) as fd:
            tree.layer.fsync(fd)


def _folder_of(entry: Entry) -> tuple[str, ...]:
    return tuple(entry.path.split("/")[:-1])


def _unkept(entry: Entry) -> RefusedFile:
    return RefusedFile(
        "attributes",
        f"{entry.path!r} was left alone: its owner, ACL or extended attributes cannot be kept; run as its owner",
    )


@contextlib.contextmanager
def _absent_is_fine() -> Iterator[None]:
    """What is gone, not empty, or behind a path that was changed is not ours to remove."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENOTEMPTY, errno.EEXIST):
            raise
