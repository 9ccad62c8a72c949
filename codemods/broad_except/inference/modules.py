"""Which file of the project a dotted name means, as seen from another file; and the dotted name of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codemods.broad_except.inference.python import STANDARD
from engine import beginnings

_ROOTS = frozenset({"src", "lib", "python", "source"})


@dataclass(frozen=True, slots=True)
class Modules:
    """The project's modules. Keys are dotted names from the root: `lib.ansible.errors` for `lib/ansible/errors/__init__.py`."""

    paths: dict[str, str]  # key to path
    suffixes: dict[str, str]  # every trailing part of at least one component to the key; "" when ambiguous
    packages: frozenset[str]  # keys of those that are packages
    folders: frozenset[str]  # every folder above a module, packages or not

    def find(self, dotted: str, importer: str) -> tuple[str, str] | None:
        """(key, rest) for the longest beginning of `dotted` that is a module, seen from `importer`; rest: "" or "a.b"."""
        if dotted.startswith("."):
            absolute = self._absolute(dotted, importer)
            return None if absolute is None else self._longest(absolute, ("",))
        top = dotted.partition(".")[0]
        package = importer if importer in self.packages else importer.rpartition(".")[0]
        roots = ("", f"{package}.") if package and top not in STANDARD else ("",)
        found = self._longest(dotted, roots)
        if found is not None and (top not in STANDARD or "." in found[0]):
            return found
        if top in STANDARD:
            return None
        return (dotted, "") if dotted in self.folders else self._by_suffix(dotted)

    def _absolute(self, dotted: str, importer: str) -> str | None:
        plain = dotted.lstrip(".")
        level = len(dotted) - len(plain) - (importer in self.packages)
        parts = importer.split(".")
        if level > len(parts):
            return None
        return ".".join([*parts[: len(parts) - level], *([plain] if plain else [])])

    def _longest(self, dotted: str, roots: Iterable[str]) -> tuple[str, str] | None:
        found = ((root + head, rest) for root in roots for head, rest in beginnings(dotted) if root + head in self.paths)
        return next(found, None)

    def _by_suffix(self, dotted: str) -> tuple[str, str] | None:
        """Below a source root (`src/`, `lib/`): the module or package whose path ends like this, if only one does."""
        for head, rest in beginnings(dotted):
            key = self.suffixes.get(head, "")
            if key and ("." in head or key in self.packages or not rest):
                return key, rest
        return None

    def importable(self, key: str) -> str:
        """The name that an import would use: without a source root such as `src` above the package."""
        parts = key.split(".")
        roots = [end for end in range(1, len(parts)) if parts[end - 1] in _ROOTS and ".".join(parts[:end]) not in self.packages]
        return ".".join(parts[max(roots, default=0) :])


def modules_of(paths: Iterable[str]) -> Modules:
    """The modules that these root-relative posix paths are."""
    found: dict[str, str] = {}
    packages: set[str] = set()
    for path in sorted(paths):
        if path.endswith((".py", ".pyi")):
            key = key_of(path)
            found.setdefault(key, path)
            if path.endswith(("/__init__.py", "/__init__.pyi")):
                packages.add(key)
    suffixes: dict[str, str] = {}
    for key in found:
        tail = key
        while tail:
            suffixes[tail] = key if suffixes.get(tail, key) == key else ""
            tail = tail.partition(".")[2]
    folders = {".".join(parts[:end]) for parts in (key.split(".") for key in found) for end in range(1, len(parts))}
    return Modules(found, suffixes, frozenset(packages), frozenset(folders))


def key_of(path: str) -> str:
    """The dotted name of a path from the root."""
    return path.rpartition(".")[0].removesuffix("/__init__").replace("/", ".")
