"""What a person asked for on the command line, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for on the command line."""

    paths: tuple[Path, ...] = ()
    root: Path | None = None
    rules_file: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sprint: str | None = None
    unsafe: bool = False
    jobs: int | None = None
    cache: bool = True
    decisions: Path | None = None  # the file; None: the target's own
    trust: bool = False  # Python that the rule file names may run, also where rules.lock does not record it
    verbose: bool = False  # warn of each decision that went stale, not of their number


def choice_of(given: Mapping[str, Any]) -> Choice:
    """The Choice that the options of a planning command make; `given` holds them under the names that `cli` declares."""
    return Choice(
        paths=given["paths"],
        root=given["root"],
        rules_file=given["rules_file"],
        select=_names(given["select"]),
        ignore=_names(given["ignore"]),
        sprint=given["sprint"],
        unsafe=given["unsafe"],
        jobs=given["jobs"],
        cache=not given["no_cache"],
        trust=given.get("trust", False),
        verbose=given.get("verbose", False),
    )


def site_choice(file: Path, root: Path, rules_file: Path | None, cache: bool) -> Choice:
    """The Choice that plans one file of a target and withholds nothing: what `explain FILE:LINE` looks at."""
    root = root.resolve()
    return Choice(paths=(root, file), root=root, rules_file=rules_file, unsafe=True, cache=cache)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Rule ids of a repeated option, each of which may hold several, separated by commas."""
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())
