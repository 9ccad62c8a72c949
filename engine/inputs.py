"""Paths in, bytes out: what a run reads before anything is learned or planned."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.codemod import Fact
from engine.globs import matcher, problem
from engine.model import Failure, RewrightError, Site

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
    wildcard finds files as one in rules.yaml does: at any depth when it has no `/`. What `left_out` says of a
    root-relative path, a folder's with a `/` at its end, no wildcard finds. A file named without one is always read.
    RewrightError for a pattern that is of no use.
    """
    names = {name for pattern in fact.files for name in filled(pattern, options)}
    inside = {name for name in names if name and not name.startswith("/") and ".." not in name.split("/")}
    wild = sorted(name for name in inside if not _WILD.isdisjoint(name))
    found = {name for name in inside.difference(wild) if (root / name).is_file()}
    if wild:
        matches = _matches(wild)
        found.update(path for path in _names(root, left_out) if matches(path) and (root / path).is_file())
    return read(root, sorted(found))[0]


def _matches(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Does a path match one of the patterns itself, and not only a folder above it?"""
    for pattern in patterns:
        if complaint := problem(pattern):
            raise RewrightError(f"the pattern {pattern!r} for configuration files {complaint}; mend it in rules.yaml")
    last = re.compile("|".join(fnmatch.translate(pattern.rpartition("/")[2]) for pattern in patterns))
    whole = matcher(patterns)
    return lambda path: last.match(path.rpartition("/")[2]) is not None and whole(path)


def _names(root: Path, left_out: Callable[[str], bool]) -> Iterator[str]:
    """Every file below the root, root-relative; folders that are left out are not entered, nor are links to folders."""
    for place, folders, files in os.walk(root):
        here = os.path.relpath(place, root).replace(os.sep, "/")
        start = "" if here == "." else f"{here}/"
        folders[:] = [folder for folder in folders if not left_out(f"{start}{folder}/")]
        for name in files:
            if not left_out(start + name):
                yield start + name


def filled(pattern: str, options: Mapping[str, Any]) -> Iterator[str]:
    """A pattern with its option in place: once, or once for each text of a list."""
    lists = [name for name, value in options.items() if isinstance(value, list) and f"{{{name}}}" in pattern]
    if lists:
        for value in options[lists[0]]:
            yield pattern.replace(f"{{{lists[0]}}}", value)
    else:
        yield pattern.format(**{name: value for name, value in options.items() if isinstance(value, str)})
