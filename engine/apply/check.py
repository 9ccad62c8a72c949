"""Every precondition of every file, checked before the first write.

A plan names paths; this room finds the one real file behind each, and refuses what must not or
cannot be replaced. Nothing here writes.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from dataclasses import dataclass, replace

from engine.apply.layer import Tree, folder, read_file, refusals
from engine.apply.paths import is_inside, is_nameable
from engine.apply.record import Entry
from engine.apply.ties import Ties, tie
from engine.model import FileDelta, Plan, RefusedFile


@dataclass(frozen=True, slots=True)
class Checked:
    """`entries`: files that may be written. `refused`: real path (or the plan's, when there is none) to why not."""

    entries: tuple[Entry, ...]
    refused: dict[str, RefusedFile]
    names: dict[str, tuple[str, ...]]  # real path to the plan's names for it
    folders: frozenset[str]  # missing ones that the entries need
    ties: Ties


def check(plan: Plan, tree: Tree, allow_hardlinks: bool) -> Checked:
    """What of the plan may be written to the tree; the entries have no temporary names yet. Raises OSError for a failing disk."""
    real: dict[str, str] = {}
    refused: dict[str, RefusedFile] = {}
    behind: defaultdict[str, list[FileDelta]] = defaultdict(list)
    for delta in plan.deltas:
        try:
            real[delta.path] = resolve(tree, delta)
        except RefusedFile as error:
            refused[delta.path] = error
        behind[real.get(delta.path, delta.path)].append(delta)
    entries, folders, seen = [], set[str](), dict[tuple[int, int], str]()
    for path, deltas in sorted(behind.items()):
        if path in refused:
            continue
        try:
            entry, identity, missing = _inspect(tree, path, deltas, allow_hardlinks)
            if identity is not None and (other := seen.setdefault(identity, path)) != path:
                refused[other] = RefusedFile("same-file", f"{other!r} was left alone: {path!r} is the same file")
                raise RefusedFile("same-file", f"{path!r} was left alone: {other!r} is the same file; rename one of them in git")
        except RefusedFile as error:
            refused[path] = error
        else:
            entries.append(entry)
            folders.update(missing)
    names = {path: tuple(delta.path for delta in deltas) for path, deltas in behind.items()}
    modes = {entry.path: entry.mode for entry in entries if entry.after is None}
    good = [replace(entry, origin=real.get(entry.origin, "")) for entry in entries if entry.path not in refused]
    good = [replace(entry, mode=modes.get(entry.origin)) if entry.origin else entry for entry in good]
    return Checked(tuple(good), refused, names, frozenset(folders), tie(plan, lambda path: real.get(path, path)))


def resolve(tree: Tree, delta: FileDelta) -> str:
    """The real root-relative path behind a plan's path. Raises RefusedFile for one that leads out of the target."""
    path = delta.path
    if not is_nameable(path):
        raise RefusedFile("name", f"{path!r} was left alone: this system cannot write such a name; rename the file")
    parent, _, name = path.rpartition("/")
    with refusals(path):
        # The name of a file that is made or removed is never followed: whatever stands there is what is meant.
        if delta.before is None or delta.after is None:
            full = os.path.join(tree.layer.realpath(os.path.join(tree.root, parent)), name)
        else:
            full = tree.layer.realpath(os.path.join(tree.root, path))
    relative = os.path.relpath(full, tree.root).replace(os.sep, "/")
    if relative == ".." or relative.startswith("../"):
        raise RefusedFile("outside-root", f"{path!r} was left alone: it is a symlink that leads out of the target, to {full!r}")
    if not is_inside(relative):
        raise RefusedFile("outside-root", f"{path!r} was left alone: it is a symlink into {relative!r}, which is not source")
    return relative


def require_writable(tree: Tree, path: str, status: os.stat_result | None, fd: int) -> None:
    """Raises RefusedFile when the file, or the open folder `fd` around it, is read-only, by mode or for this user.

    The mode counts for root too: who takes the write bit away means it.
    """
    name = path.rpartition("/")[2]
    if status is not None and not (status.st_mode & stat.S_IWUSR and tree.layer.writable(name, folder=fd)):
        raise RefusedFile("read-only", f"{path!r} was left alone: it is read-only; `chmod u+w` it and run again")
    if not (tree.layer.stat(fd).st_mode & stat.S_IWUSR and tree.layer.writable(".", folder=fd)):
        raise RefusedFile("read-only", f"{path!r} was left alone: its folder is read-only; `chmod u+w` the folder and run again")


def edited(path: str) -> RefusedFile:
    """The refusal for a file whose bytes are not the ones that were read."""
    return RefusedFile("edited-meanwhile", f"{path!r} was edited meanwhile: your version is kept, and this run leaves it alone")


def gone(path: str) -> RefusedFile:
    """The refusal for a file that was deleted or renamed."""
    return RefusedFile("deleted-meanwhile", f"{path!r} was deleted or renamed meanwhile, so this run leaves it alone")


def appeared(path: str) -> RefusedFile:
    """The refusal for a file that was to be created."""
    return RefusedFile("exists", f"{path!r} was to be created, but stands there already: it is kept; run again")


_Inspected = tuple[Entry, tuple[int, int] | None, list[str]]


def _inspect(tree: Tree, path: str, deltas: list[FileDelta], allow_hardlinks: bool) -> _Inspected:
    """The entry of one real file, its device and inode, and the folders it lacks. Raises RefusedFile."""
    first, *others = deltas
    if any((other.before, other.after) != (first.before, first.after) for other in others):
        listed = ", ".join(repr(delta.path) for delta in deltas)
        raise RefusedFile("same-file", f"{listed} are one file through symlinks, but would become different; exclude all but one")
    names, before, after = tuple(delta.path for delta in deltas), first.before, first.after
    with refusals(path):
        if before is None:
            return Entry(path, names, "", None, None, after, first.origin), None, _inspect_new(tree, path)
        try:
            status = _inspect_old(tree, path, before, allow_hardlinks)
        except FileNotFoundError as error:
            raise gone(path) from error
    identity = (status.st_dev, status.st_ino) if status.st_nlink == 1 else None
    return Entry(path, names, "", stat.S_IMODE(status.st_mode), before, after), identity, []


def _inspect_old(tree: Tree, path: str, before: bytes, allow_hardlinks: bool) -> os.stat_result:
    *parts, name = path.split("/")
    with folder(tree, parts) as fd:
        data, status = read_file(tree.layer, name, fd)
        if status.st_nlink > 1 and not allow_hardlinks:
            raise RefusedFile(
                "hard-link",
                f"{path!r} was left alone: it has {status.st_nlink} hard links, and replacing it would part them; "
                "copy it over itself, or allow hard links",
            )
        require_writable(tree, path, status, fd)
        if data != before:
            raise edited(path)
        return status


def _inspect_new(tree: Tree, path: str) -> list[str]:
    *parts, name = path.split("/")
    for depth in range(len(parts), -1, -1):
        try:
            with folder(tree, parts[:depth]) as fd:
                require_writable(tree, path, None, fd)
                try:
                    tree.layer.lstat(parts[depth] if depth < len(parts) else name, folder=fd)
                except FileNotFoundError:
                    return ["/".join(parts[:end]) for end in range(depth + 1, len(parts) + 1)]
        except FileNotFoundError:
            continue
        raise appeared(path)
    raise gone(path)
