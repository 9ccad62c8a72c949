"""Support modules: where each goes in the target, and the files that the plan creates for it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from engine.codemod import SupportModule
from engine.model import FileDelta

MARK = b"# rewright-support:"


def place(
    root: Path, modules: Sequence[tuple[SupportModule, Mapping[str, Any]]], known: Set[str] = frozenset()
) -> dict[str, str]:
    """Support module name to its root-relative path. `modules`: each with its rule's options.

    The first of `path` and `fallback` where nothing stands, or our own module; a name that
    has neither is left out, and codemods then skip the sites that need it. `known`: the
    target's Python files; a package that imports one of them when it is imported is no place.
    """
    packages = {path.partition("/")[0].removesuffix(".py") for path in known}
    placed: dict[str, str] = {}
    for module, options in modules:
        folder = str(options.get("support-folder", "common_utils")).strip("/")
        for pattern in (module.path, module.fallback):
            path = pattern.format(folder=folder).lstrip("/")
            if module.name not in placed and is_free(root / path, module.name) and not pulls_in(root / path, packages):
                placed[module.name] = path
    return placed


def is_free(file: Path, name: str) -> bool:
    """Is there nothing at this place, or our own module of this name?"""
    if not os.path.lexists(file):
        return not os.path.lexists(file.parent) or file.parent.is_dir()
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.readline().startswith(MARK + b" " + name.encode())


def pulls_in(file: Path, packages: Set[str]) -> bool:
    """Does the package around this file import the target's own code? Importing from it could then close a cycle."""
    init = file.parent / "__init__.py"
    if not init.is_file():
        return False
    found = re.findall(rb"^\s*(?:from|import)\s+(\.|\w+)", init.read_bytes(), re.M)
    return any(name == b"." or name.decode() in packages for name in found)


def is_ours(data: bytes) -> bool:
    """Is this the text of one of our support modules? Rules leave those alone."""
    return data.startswith(MARK)


def deltas(root: Path, needed: Mapping[str, bytes]) -> list[FileDelta]:
    """The files to create: `needed` maps a root-relative path to the module's text.

    A folder that does not exist yet becomes a package. A module that is there already stays
    as it is, whatever its owner has made of it.
    """
    out = {}
    for path, text in needed.items():
        if os.path.lexists(root / path):
            continue
        out[path] = FileDelta(path, None, text)
        for folder in Path(path).parents:
            package = f"{folder.as_posix()}/__init__.py"
            if folder.as_posix() != "." and not os.path.lexists(root / folder):
                out[package] = FileDelta(package, None, b'"""Support code that rewritten code needs at run time."""\n')
    return [out[path] for path in sorted(out)]
