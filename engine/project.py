"""What a codemod may know of the target beyond its own file: paths, facts, support modules.

A picklable value, built once by the parent and sent to the workers. No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Project:
    """The whole target as seen from one file."""

    paths: frozenset[str] = frozenset()  # every Python file, root-relative, posix; excluded ones too
    python: tuple[int, int] = (3, 8)  # the oldest Python the target declares
    facts: Mapping[str, Any] = field(default_factory=dict)  # fact name to value
    support: Mapping[str, str] = field(default_factory=dict)  # support module to its path; absent: no free place

    @cached_property
    def root_packages(self) -> frozenset[str]:
        """Names importable from the target's root: top-level folders that hold Python, and top-level modules."""
        return frozenset(path.partition("/")[0].removesuffix(".py") for path in self.paths)

    def support_import(self, name: str) -> str | None:
        """The dotted module under which a support module is imported; None when it has no place."""
        path = self.support.get(name)
        return None if path is None else path.removesuffix(".py").replace("/", ".")
