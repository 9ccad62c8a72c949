"""Moves that cannot be: a file in the way, something that would stay behind, an import that nobody rewrote.

That is an error of the rule that asks for the move, like a name that is not there: nothing is planned then.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from engine.dangling import dangling
from engine.model import FileDelta, RewrightError
from engine.moves import moved
from engine.words import some

_FEW = 5  # files that a sentence names
_COMPILED = "__pycache__"


def require_room(root: Path, deltas: Sequence[FileDelta]) -> None:
    """Looks at the disk. Raises RewrightError where a file would be moved onto something or through a symlink, where a package
    would leave files behind, or where something would be created in a package that goes away.
    """
    places = moved(deltas)
    for old, new in sorted(places.items()):
        link = next((path for path in _outward(old) if os.path.islink(root / path)), "")
        if link:
            raise RewrightError(f"{old!r} cannot be moved: {link!r} is a symbolic link; name the module where it really lies")
        there = _in_the_way(root, new)
        if there:
            raise RewrightError(f"{old!r} cannot be moved to {new!r}: {there!r} is there already; move it or remove it first")
    packages = _packages(places)
    for old, new in sorted(packages.items()):
        if os.path.lexists(root / new) and not _only_compiled(root / new):
            raise RewrightError(
                f"the package {old!r} cannot be moved to {new!r}: it is there already; move it or remove it first"
            )
        for delta in deltas:
            if delta.before is None and not delta.origin and delta.path.startswith(f"{old}/"):
                raise RewrightError(
                    f"the package {old!r} would move to {new!r}, and another rule would create {delta.path!r} in it; "
                    "apply one of the two first"
                )
        left = list(_left(root, old, places))
        if left:
            raise RewrightError(
                f"the package {old!r} cannot be moved to {new!r}: only Python files that are read and planned are moved, and "
                f"{some([repr(path) for path in left], _FEW)} would stay behind; move or remove what is there yourself first"
            )


def require_imports(data: Mapping[str, bytes], deltas: Sequence[FileDelta]) -> None:
    """Raises RewrightError when a file of the target would import a module from where it no longer is.

    `data`: what every Python file holds now.
    """
    for path, line, name, old in dangling(data, deltas):
        raise RewrightError(
            f"{path} line {line} would still import {name}, and its file {old!r} moves to {moved(deltas)[old]!r}; "
            "write it another way, as `from package.module import name`, and run again"
        )


def _only_compiled(place: Path) -> bool:
    """Is this a folder with nothing of its own, as the one of a package that moved away? An empty one may be a submodule's."""
    return _is_folder(place) and [one.name for one in place.iterdir()] == [_COMPILED]


def _in_the_way(root: Path, path: str) -> str:
    """What stands at a path, or stands as a file or a link where a folder of it is needed; empty: nothing."""
    if os.path.lexists(root / path):
        return path
    around = _outward(path.rpartition("/")[0])
    return next((one for one in around if os.path.lexists(root / one) and not _is_folder(root / one)), "")


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _outward(path: str) -> Iterator[str]:
    """A path and each folder around it below the root."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _packages(places: Mapping[str, str]) -> dict[str, str]:
    """The outermost packages that move: old folder to new folder."""
    folders = {
        old.rpartition("/")[0]: new.rpartition("/")[0] for old, new in places.items() if old.rpartition("/")[2] == "__init__.py"
    }
    return {old: new for old, new in folders.items() if old and not any(one in folders for one in list(_outward(old))[1:])}


def _left(root: Path, folder: str, gone: Collection[str]) -> Iterator[str]:
    """Files below a folder that do not go; empty folders too, for a submodule that is not checked out is one."""
    for place, folders, files in os.walk(root / folder):
        here = os.path.relpath(place, root).replace(os.sep, "/")
        folders[:] = sorted(one for one in folders if one != _COMPILED)
        yield from (f"{here}/{one}" for one in folders if (Path(place) / one).is_symlink())
        if not folders and not files and here != folder and not (Path(place) / _COMPILED).is_dir():
            yield f"{here}/"
        for name in sorted(files):
            if f"{here}/{name}" not in gone and not name.endswith(".pyc"):
                yield f"{here}/{name}"
