"""The files that a rule file names beside itself: codemods of the user's, and what its tools read or run."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.adapters import trust
from engine.adapters.load import Code
from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.config.positions import Document

_FILES = {"bowler": "code", "ast-grep": "data", "libcst": "class", "fixit": "class"}


def named(file: Path) -> tuple[dict[str, list[Code]], dict[str, list[Code]]]:
    """The Python that a rule file would run, and the data that its tools would read, by "key:path"."""
    from engine.config import positions  # loads PyYAML, which most runs need not

    document = positions.read(str(file), file.read_bytes())
    said: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}
    runs: dict[str, list[Code]] = {}
    reads: dict[str, list[Code]] = {}
    for number, path in enumerate(_texts(said.get("codemods"))):
        with _told_at(f"{file}:{_place(document, ('codemods', number))}: codemods"):
            runs[f"codemods:{path}"] = trust.read_code(file.parent, path)
    for index, rule in enumerate(said["rules"] if isinstance(said.get("rules"), list) else ()):
        for kind, what in _FILES.items():
            value = rule.get(kind) if isinstance(rule, dict) else None
            if not isinstance(value, str):
                continue
            with _told_at(f"{file}:{_place(document, ('rules', index, kind))}: rule {rule.get('id')}: {kind}"):
                if what == "data":
                    reads[f"{kind}:{value}"] = [_data(file.parent, value)]
                elif what == "code" or _is_path(value):
                    path = value.rpartition(":")[0] if what == "class" else value
                    runs[f"{kind}:{value}"] = [trust.read_script(file.parent, path)]
                elif value.removesuffix(":").endswith(".py"):
                    raise RewrightError(_classless(file.parent, value.removesuffix(":")))
    return runs, reads


def _place(document: Document, path: tuple[str | int, ...]) -> str:
    place = document.place(path)
    return f"{place.line}:{place.column}"


@contextlib.contextmanager
def _told_at(place: str) -> Iterator[None]:
    """What is wrong in here, behind where the rule file asks for it."""
    try:
        yield
    except RewrightError as error:
        raise RewrightError(f"{place}: {error}") from error


def named_files(file: Path) -> list[Path]:
    """The files that a rule file names, codemods and what its tools read; none where it, or one of them, cannot be read."""
    try:
        found = named(file)
    except (RewrightError, OSError):
        return []
    return [file.parent / path for codes in found for each in codes.values() for code in each for _, path, _ in code.files]


def _classless(folder: Path, path: str) -> str:
    """What to write in place of a path alone, with the classes that are there; the file is not run."""
    try:
        tree = ast.parse(trust.read_script(folder, path).files[0][2])
    except (SyntaxError, ValueError):
        return f"name the class: {path}:Class"
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    if len(names) == 1:
        return f"name the class: {path}:{names[0]}"
    return f"name the class: {path}:Class" + (f", where Class is one of {', '.join(names)}" if names else "; the file has none")


def _is_path(value: str) -> bool:
    place, _, name = value.rpartition(":")
    return place.endswith(".py") and bool(name)


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _data(folder: Path, path: str) -> Code:
    from engine.config.options import path_fault

    if fault := path_fault(path):
        raise RewrightError(fault)
    try:
        return Code(path, (("", path, (folder / path).read_bytes()),))
    except OSError as error:
        why = f"cannot be read: {error.strerror}; name the rule's file relative to {folder}"
        raise RewrightError(f"{folder / path} {why}") from error
