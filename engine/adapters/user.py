"""Codemods of the user's own: what one says of itself, and its run over one file, held to more than ours are.

Each file gets a module that was executed anew, and a Source of its own, twice: what a codemod keeps in its globals or does to
the tree reaches no other file, and a codemod that says different things of the same file is told so.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.adapters.blame import blaming
from engine.adapters.contain import contained
from engine.adapters.load import Code, fresh
from engine.adapters.printed import kept
from engine.adapters.tool import Item
from engine.codemod import Codemod
from engine.model import RefusedFile, RewrightError
from engine.project import Project
from engine.source import Source


@dataclass(frozen=True, slots=True)
class UserRun:
    """The `run_file` of a codemod of the user's. Runs in a worker."""

    code: Code
    asks: bool = False  # its hints are a function of the options, which is asked here and not in the main process
    printed: str = ""  # the folder that keeps what it prints; see engine.adapters.printed

    def __call__(self, source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Item]:
        """The items of one file. Raises what the codemod raises, and RefusedFile when two runs differ."""
        if self.asks and not self._wanted(source, options):
            return iter(())
        with kept(self.printed, source) as stream:
            first = self._items(source, project, options, stream)
        second = self._items(source, project, options)
        if first != second:
            raise RefusedFile(
                "not-deterministic",
                f"{self.code.path} says different things when it looks at this file twice: it must depend "
                "on the file and the options only",
            )
        return iter(first)

    def _wanted(self, source: Source, options: Mapping[str, Any]) -> bool:
        with blaming(self.code), contained():
            hints = fresh(self.code).CODEMOD.hints(dict(options))
        return any(re.search(hint, source.data) for hint in ((hints,) if isinstance(hints, bytes) else hints))

    def _items(
        self, source: Source, project: Project, options: Mapping[str, Any], stream: io.TextIOBase | None = None
    ) -> list[Item]:
        own = Source(source.path, source.data)
        with blaming(self.code), contained(stream):
            return list(fresh(self.code).CODEMOD.run_file(own, project, dict(options)))


def described(code: Code) -> Codemod:
    """The codemod, with UserRun in place of its functions. Runs in a worker. Raises RewrightError, or what the code raises."""
    with contained():
        found = getattr(fresh(code), "CODEMOD", None)
    if not isinstance(found, Codemod):
        raise RewrightError("it has no CODEMOD = Codemod(...), which is what a codemod is")
    hints = b"" if callable(found.hints) else found.hints
    if not all(isinstance(one, bytes) for one in ((hints,) if isinstance(hints, bytes) else hints)):
        raise RewrightError("its hints are no bytes: name one or several regular expressions, or a function that makes them")
    unwanted = [name for name in ("facts", "support", "run_project", "check") if getattr(found, name)]
    if unwanted:
        raise RewrightError(f"it has {unwanted[0]!r}, which only codemods that come with Rewright may have")
    return Codemod(
        name=str(found.name),
        summary=str(found.summary),
        version=found.version,
        run_file=UserRun(code, callable(found.hints)),
        hints=hints if isinstance(hints, bytes) else tuple(hints),
        options=tuple(found.options),
        globs=tuple(found.globs),
        doc=str(found.doc),
        reads=found.reads,
    )
