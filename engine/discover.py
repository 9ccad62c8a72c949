"""Target to files: which Python files a run looks at, and what it leaves out and why.

Opens no file but pyproject.toml, and never follows a symlink out of the root. Paths are
root-relative with `/`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.globs import matcher
from engine.listing import ALWAYS_OUT, SUFFIXES, Listing, git, read_regular, walk
from engine.model import Failure, RewrightError, Site, Skip

Kind = Literal["file", "link", "special", "gone"]
# Bytes that are not UTF-8 (as surrogates), control characters, line separators: no report or patch can carry them.
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a run looks at."""

    root: str  # absolute, symlinks resolved
    files: tuple[str, ...]  # sorted; regular files
    all_python: frozenset[str]  # every Python file below the root, excluded ones and links too
    skipped: tuple[Skip | Failure, ...]  # sorted by path
    excluded: int  # Python files that include, exclude or PATHS left out
    listed_by: Literal["git", "walk"]
    note: str = ""  # why git could not be asked, for the report's warnings


def discover(root: Path, paths: Sequence[Path] = (), include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Discovered:
    """The Python files of the target at `root`.

    `include` (empty: everything) and `exclude` are gitignore-style patterns. `paths`, files or
    folders relative to the current folder, narrow the result; what they name is taken even if
    it is excluded or ignored, as ruff does. Raises RewrightError for a root or path that does
    not exist, or a path that lies outside the root once symlinks are resolved.
    """
    top = os.path.realpath(root)
    if not Path(top).is_dir():
        raise RewrightError(f"{root}: no such folder; name the folder that holds the code to refactor")
    named, folders = _named(top, paths)
    found, note = git(top)
    listing = found or walk(top, "")
    for folder in folders:  # an ignored folder is in no list, but the user asked for it
        if not _below(folder, listing.repositories) and not any(name.startswith(folder) for name in listing.python):
            listing.python += walk(top, folder).python

    in_scope = _scope(folders if paths else [""], include, exclude)
    kinds = _kinds(top, {*listing.python, *named})
    chosen = sorted(name for name in kinds if (name in named or in_scope(name)) and not _below(name, listing.repositories))
    files = tuple(name for name in chosen if kinds[name] == "file" and name.endswith(SUFFIXES) and not _NOT_TEXT.search(name))
    among = frozenset(files)
    skipped = [item for name in chosen if name not in among and (item := _left_alone(top, name, kinds[name], among))]
    skipped += _folders_left_alone(top, listing, in_scope, [*named, *folders])
    return Discovered(
        root=top,
        files=files,
        all_python=frozenset(name for name, kind in kinds.items() if _importable(top, name, kind)),
        skipped=tuple(sorted(skipped, key=lambda item: item.site)),
        excluded=len(kinds) - len(chosen),
        listed_by="git" if found else "walk",
        note=note,
    )


def read_target_python(root: Path) -> tuple[int, int] | None:
    """The oldest Python that the target's pyproject.toml declares, such as (3, 8); None when it says nothing usable.

    Reads `project.requires-python` only. A pyproject.toml that is no regular file, or is not TOML, says nothing.
    """
    data = read_regular(f"{root}/pyproject.toml")
    if b"requires-python" not in data:
        return None
    import tomllib

    try:
        declared = tomllib.loads(data.decode("utf-8")).get("project", {}).get("requires-python", "")
    except (ValueError, AttributeError, RecursionError):
        return None
    return oldest_python(declared) if isinstance(declared, str) else None


def oldest_python(specifier: str) -> tuple[int, int] | None:
    """The lower bound of a version specifier: `>=3.8,<4` gives (3, 8). None without one."""
    bounds = re.findall(r"(?:^|,)\s*(?:>=?|~=|={2,3}|\^)\s*(\d{1,3})(?:\.(\d{1,3}))?", specifier)
    return max(((int(major), int(minor or 0)) for major, minor in bounds), default=None)


# -- choosing ----------------------------------------------------------------------------


def _named(top: str, paths: Sequence[Path]) -> tuple[set[str], list[str]]:
    """PATHS as root-relative files and folders; a folder ends in `/`, the root itself is empty."""
    files: set[str] = set()
    folders: list[str] = []
    for path in paths:
        real = os.path.realpath(path)
        if not Path(real).exists():
            raise RewrightError(f"{path}: no such file or folder")
        if real != top and not real.startswith(top.rstrip("/") + "/"):
            raise RewrightError(f"{path}: lies outside the target {top}; name a path inside it, or start Rewright there")
        relative = os.path.relpath(real, top).replace(os.sep, "/")
        if Path(real).is_dir():
            folders.append("" if relative == "." else relative + "/")
        else:
            files.add(relative)
    return files, folders


def _scope(folders: Sequence[str], include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    wanted, left_out = matcher(include), matcher([*ALWAYS_OUT, *exclude])
    # Inside a folder that is excluded and yet was named, the patterns count from that folder on.
    starts = [(folder, len(folder) if folder and left_out(folder) else 0) for folder in folders]

    def in_scope(name: str) -> bool:
        if include and not wanted(name):
            return False
        return any(name.startswith(folder) and not left_out(name[skip:]) for folder, skip in starts)

    return in_scope


def _kinds(top: str, names: Set[str]) -> dict[str, Kind]:
    """What each name is on disk, without opening it; names that are not there, or lie behind a symlink, are left out."""
    real: dict[str, bool] = {"": True}

    def is_real(folder: str) -> bool:
        if folder not in real:  # a loop, not recursion: a path may be 2,000 folders deep
            parts = folder.split("/")
            for depth in range(len(parts)):
                here, above = "/".join(parts[: depth + 1]), "/".join(parts[:depth])
                if here not in real:
                    real[here] = real[above] and not Path(f"{top}/{here}").is_symlink()
        return real[folder]

    kinds = {name: _kind(f"{top}/{name}") for name in names if is_real(name.rpartition("/")[0])}
    return {name: kind for name, kind in kinds.items() if kind != "gone"}


def _kind(path: str) -> Kind:
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "gone"
    except OSError:
        return "file"  # unreadable is not absent: reading it will say so
    if stat.S_ISREG(mode):
        return "file"
    return "link" if stat.S_ISLNK(mode) else "gone" if stat.S_ISDIR(mode) else "special"


def _importable(top: str, name: str, kind: Kind) -> bool:
    if not name.endswith(SUFFIXES) or _NOT_TEXT.search(name):
        return False
    return kind == "file" or (kind == "link" and _target(top, name) is not None)


def _target(top: str, name: str) -> str | None:
    """What a symlink leads to, root-relative; None when that is outside the root."""
    real = os.path.realpath(f"{top}/{name}")
    return real[len(top.rstrip("/")) + 1 :] if real.startswith(top.rstrip("/") + "/") else None


def _below(name: str, folders: Sequence[str]) -> bool:
    return any(name.startswith(folder) for folder in folders)


# -- what is left alone, and why -----------------------------------------------------------


def _left_alone(top: str, name: str, kind: Kind, files: Set[str]) -> Skip | Failure | None:
    site = _site(name)
    if _NOT_TEXT.search(name):
        return Failure(site, "file-name", "the name is not UTF-8 or holds a control character; rename the file")
    if kind == "special":
        return Skip(site, "special-file", "is a FIFO, socket or device, not a file; never opened")
    if kind == "file":
        return Skip(site, "not-python", "the name ends in neither .py nor .pyi")
    target = _target(top, name)
    if target is None:
        return Failure(site, "symlink-outside", "is a symlink that leads out of the target; refactor it where it really lies")
    if target in files:
        return None  # handled once, under its own name
    if not Path(f"{top}/{target}").exists():
        return Skip(site, "dangling-symlink", "is a symlink to nothing")
    return Skip(site, "symlink", f"is a symlink to {target}, which is not among the files of this run")


def _site(name: str) -> Site:
    return Site(_NOT_TEXT.sub(lambda match: ascii(match[0])[1:-1], name), 1)


def _folders_left_alone(
    top: str, listing: Listing, in_scope: Callable[[str], bool], named: Sequence[str]
) -> list[Skip | Failure]:
    skips: list[Skip | Failure] = []
    for name in listing.repositories:
        if in_scope(name) or any(path.startswith(name) for path in named):
            skips.append(Skip(_site(name.rstrip("/")), "submodule", "is a repository of its own; start Rewright in it"))
    for name in listing.links:
        if in_scope(name + "/") and _target(top, name) is None and Path(f"{top}/{name}").is_dir():
            skips.append(Skip(_site(name), "symlink-outside", "is a symlink to a folder outside the target; not followed"))
    return skips
