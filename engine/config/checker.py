"""What every check of rules.yaml needs: the document, the codemods, and the problems that were found so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.codemod import Codemod
from engine.config.errors import Problem
from engine.config.positions import Document, Path
from engine.globs import problem as glob_problem
from engine.model import JSON
from engine.words import near_miss

Entries = Sequence[tuple[int, Mapping[str, JSON]]]  # of a list: the mappings in it, with their 0-based places


class Checker:
    """Collects `problems` while one document is walked."""

    def __init__(self, document: Document, name: str, codemods: Mapping[str, Codemod]) -> None:
        self.document, self.name, self.codemods = document, name, codemods
        self.problems: list[Problem] = []

    def known(self, at: Path, names: JSON, known: Sequence[str], what: str) -> list[str]:
        """The names of a list that exist; complains about the others and about repeats."""
        good: list[str] = []
        for number, name in enumerate(names if isinstance(names, list) else []):
            if not isinstance(name, str) or self.document.is_broken((*at, number)):
                continue
            if name not in known:
                self.complain((*at, number), f"there is no {what} {name!r}{near_miss(name, known)}", False)
            elif name in good:
                self.complain((*at, number), f"the {what} {name!r} is here twice", False)
            else:
                good.append(name)
        return good

    def unique(self, section: str, key: str, entries: Entries) -> None:
        """Complains about a value of `key` that an earlier entry already has."""
        first: dict[str, int] = {}
        for index, entry in entries:
            value = entry.get(key)
            if isinstance(value, str) and value in first:
                line = self.document.place((section, first[value], key)).line
                self.complain((section, index, key), f"the {key} {value!r} is taken; see line {line}", False)
            elif isinstance(value, str):
                first[value] = index

    def globs(self, at: Path, entry: JSON, *names: str) -> None:
        """Complains about patterns that cannot be used."""
        for name in names:
            patterns = entry.get(name) if isinstance(entry, dict) else None
            for number, pattern in enumerate(patterns if isinstance(patterns, list) else []):
                path = (*at, name, number)
                if isinstance(pattern, str) and not self.document.is_broken(path) and (fault := glob_problem(pattern)):
                    self.complain(path, f"the pattern {pattern!r} {fault}", False)

    def complain(self, path: Path, message: str, is_key: bool) -> None:
        """Notes a problem at the place of a value, or of its key."""
        place = self.document.place(path)
        line, column = (place.key_line, place.key_column) if is_key else (place.line, place.column)
        self.problems.append(Problem(self.name, line, column, message))


def mappings(entries: Any) -> Entries:
    """The mappings of a list, with their 0-based places; none of what is no list."""
    return [(index, entry) for index, entry in enumerate(entries if isinstance(entries, list) else []) if isinstance(entry, dict)]


def ids_of(entries: Entries) -> list[str]:
    """The `id` of each entry that has one, each once."""
    return list(dict.fromkeys(value for _, entry in entries if isinstance(value := entry.get("id"), str)))
