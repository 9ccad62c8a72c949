"""Paths in, bytes out: what a run reads before anything is learned or planned."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.model import Fact, Failure, Site

_WILD = frozenset("*?[")


def read(root: Path, files: Sequence[str], max_bytes: int = 1 << 30) -> tuple[dict[str, bytes], list[Failure]]:
    """The bytes of each file; what is no regular file, or cannot be read, is a failure."""
    data, failures = {}, []
    for path in files:
        try:
            handle = os.open(root / path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as stream:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    failures.append(Failure(Site(path, 1), "not-a-file", "is no regular file; it was not read"))
                elif status.st_size > max_bytes:
                    message = f"{status.st_size:,} bytes; raise limits.max-bytes above {max_bytes:,} to have it read"
                    failures.append(Failure(Site(path, 1), "too-large", message))
                else:
                    data[path] = stream.read()
        except OSError as error:
            failures.append(Failure(Site(path, 1), "unreadable", f"{error.strerror}; check its permissions"))
    return data, failures


def fact_files(
    root: Path, fact: Fact, options: Mapping[str, Any], left_out: Callable[[str], bool] = lambda path: False
) -> dict[str, bytes]:
    """The non-Python files that a fact reads, by root-relative path.

    The rule's options may name them: "{registry}" stands for a text, and for each text of a list. A pattern with a
    wildcard and no `/` finds files at any depth, as in rules.yaml; what `left_out` says of a root-relative path, no
    wildcard finds. A file named without one is always read.
    """
    names = {name for pattern in fact.files for name in _filled(pattern, options)}
    found = set()
    for name in names:
        if name and not name.startswith("/") and ".." not in name.split("/"):
            wild = not _WILD.isdisjoint(name)
            places = root.rglob(name) if wild and "/" not in name else root.glob(name)
            files = (file.relative_to(root).as_posix() for file in places if file.is_file())
            found |= {file for file in files if not (wild and left_out(file))}
    return read(root, sorted(found))[0]


def _filled(pattern: str, options: Mapping[str, Any]) -> Iterator[str]:
    """A pattern with its option in place: once, or once for each text of a list."""
    lists = [name for name, value in options.items() if isinstance(value, list) and f"{{{name}}}" in pattern]
    if lists:
        for value in options[lists[0]]:
            yield pattern.replace(f"{{{lists[0]}}}", value)
    else:
        yield pattern.format(**{name: value for name, value in options.items() if isinstance(value, str)})
