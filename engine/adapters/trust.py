"""Which Python of the user's may run: what `rules.lock` beside rules.yaml records, or all of it with --trust.

`rules.lock` has a line for each file, as `sha256sum` writes them, so that a change of a file asks to be trusted again, and a
review of the lock is a review of what will run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.adapters.load import Code
from engine.model import RewrightError
from engine.whole_file import replace_file

NAME = "rules.lock"
_HEAD = "# Python that rules.yaml may run, written by `rewright trust`: SHA-256 and path.\n"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_LARGEST = 2_000_000  # bytes of one file


def read_code(folder: Path, path: str) -> list[Code]:
    """The codemods at a path below `folder`: a file; a package, with its modules; each file of a folder that is none.

    Raises RewrightError for what cannot be read or is no Python.
    """
    place = _below(folder, path)
    if not place.is_dir():
        return [_script(folder, path, "a Python file, or a folder of them,")]
    files = sorted(file for file in place.iterdir() if file.suffix == ".py" and file.is_file())
    base = path.rstrip("/")
    if place / "__init__.py" in files:
        texts = ((file.stem if file.stem != "__init__" else "", f"{base}/{file.name}", _bytes(file)) for file in files)
        return [Code(base, tuple(texts), package=True)]
    found = [Code(f"{base}/{file.name}", (("", f"{base}/{file.name}", _bytes(file)),)) for file in files if file.name[0] != "_"]
    if not found:
        raise RewrightError(f"{place} holds no Python file; name the file or folder that holds your codemods")
    return found


def read_script(folder: Path, path: str) -> Code:
    """The Python file at a path below `folder`. Raises RewrightError for what cannot be read or is no Python file."""
    _below(folder, path)
    return _script(folder, path, "a Python file")


def _below(folder: Path, path: str) -> Path:
    from engine.config.options import path_fault  # loads PyYAML, which most runs need not

    if fault := path_fault(path):
        raise RewrightError(fault)
    return folder / path


def _script(folder: Path, path: str, meant: str) -> Code:
    place = folder / path
    if place.suffix != ".py" or not place.is_file():
        why = "is a folder" if place.is_dir() else "is no .py file" if place.exists() else "is not there"
        raise RewrightError(f"{place} {why}; name {meant} relative to {folder}")
    return Code(path, (("", path, _bytes(place)),))


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise RewrightError(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise RewrightError(f"{file} is larger than {_LARGEST:,} bytes; a codemod is not")
    return data


def hashes(codes: Iterable[Code]) -> dict[str, str]:
    """Path to SHA-256 of each file."""
    return {path: hashlib.sha256(text).hexdigest() for code in codes for _, path, text in code.files}


def recorded(folder: Path) -> dict[str, str]:
    """What rules.lock says; nothing where there is none. RewrightError for a line that is none of its own."""
    try:
        text = (folder / NAME).read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise RewrightError(f"{folder / NAME} cannot be read: {error}; `rewright trust` writes it anew") from error
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise RewrightError(f"{folder / NAME}:{number}: expected a SHA-256 and a path; `rewright trust` writes it anew")
        found[match[2]] = match[1]
    return found


def require_trust(folder: Path, codes: Iterable[Code]) -> None:
    """Raises RewrightError for a file that rules.lock does not record, or records with another text."""
    known = recorded(folder)
    for path, seen in hashes(codes).items():
        if known.get(path) != seen:
            why = "has changed since it was trusted" if path in known else "is not trusted"
            raise RewrightError(
                f"{folder / path} {why}, so it was not run. Read it; then `rewright trust` records it in {NAME}, "
                "or --trust runs it this once"
            )


def write_lock(folder: Path, trusted: Mapping[str, str]) -> None:
    """Write rules.lock, whole: in another file that takes its place."""
    text = _HEAD + "".join(f"{seen}  {path}\n" for path, seen in sorted(trusted.items()))
    replace_file(folder / NAME, text.encode())
