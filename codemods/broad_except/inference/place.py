"""Where a try stands: its file, its function, and the world in which its names resolve."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.broad_except.inference.model import FileScan, FunctionScan, Meaning, Precedent, Summary
from codemods.broad_except.inference.modules import key_of
from codemods.broad_except.inference.resolve import World
from codemods.broad_except.inference.scan import scan_tree
from codemods.broad_except.inference.summaries import Summaries
from codemods.broad_except.knowledge import Knowledge
from engine import Source


@dataclass(frozen=True, slots=True)
class Place:
    """One try's surroundings."""

    source: Source
    key: str  # of the module
    function: str  # qualified within the module; "" at module level
    scan: FunctionScan
    world: World
    summaries: Mapping[str, Summary]
    precedents: Mapping[str, tuple[Precedent, ...]]

    def meaning(self, text: str) -> Meaning | None:
        """What a chain means here."""
        return self.world.resolve(self.key, self.function, text)

    def spelled(self, name: str) -> str:
        """A qualified name for people: `key:qualname` becomes the dotted name under which it can be imported."""
        module, colon, inside = name.partition(":")
        if not colon:
            return name
        if module == self.key:
            return f"{module}.{inside}"
        for target in self.file.imports.values():
            found = None if not target else self.world.modules.find(target, self.key)
            if found and found[0] == module and not target.startswith("."):
                dotted = target.removesuffix(f".{found[1]}") if found[1] else target
                return f"{dotted}.{inside}"
        return f"{self.world.modules.importable(module)}.{inside}"

    @property
    def file(self) -> FileScan:
        return self.world.scans[self.key]


def place_of(source: Source, node: ast.AST, summaries: Summaries, knowledge: Knowledge) -> Place:
    """The place of a statement. The file's own scan is made afresh: the project's holds less, and may be of an older text."""
    key = key_of(source.path)
    world = _world(source, key, summaries, knowledge)
    function = _function_at(source, node)
    scan = world.scans[key].functions.get(function, FunctionScan("", 1, ""))
    return Place(source, key, scan.name, scan, world, summaries.functions, summaries.precedents)


_LAST: list[tuple[Source, Summaries, World]] = []  # the file at hand: a run looks at one after the other, try by try


def _world(source: Source, key: str, summaries: Summaries, knowledge: Knowledge) -> World:
    if not _LAST or _LAST[0][0] is not source or _LAST[0][1] is not summaries or _LAST[0][2].knowledge is not knowledge:
        world = World(summaries.modules, {**summaries.scans, key: scan_tree(source.tree)}, knowledge)
        _LAST[:] = [(source, summaries, world)]
    return _LAST[0][2]


def _function_at(source: Source, node: ast.AST) -> str:
    """The qualified name of the function around a statement: `Class.method`, `outer.inner`, or ""."""
    parts: list[str] = []
    inside_function = False
    for around in source.ancestors(node):
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside_function = True
            parts.append(around.name)
        elif isinstance(around, ast.ClassDef) and inside_function:
            parts.append(around.name)
    return ".".join(reversed(parts))
