"""Which modules import which, and the circles that a refactoring would close. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from engine.adapters.rope_scopes import FUNCTIONS
from engine.adapters.rope_world import World
from engine.model import RewrightError
from engine.walk import blocks

_Imports = dict[str, bool]  # file of the target to: is it imported while the importing file is?


def require_no_new_loop(before: World, after: World, paths: Collection[str], name: str, what: str = "move") -> None:
    """Raises RewrightError when one of these files would import a module that comes back to it, and did not do so before.

    Imports in functions count: what is imported may call them at once.
    """
    known: dict[str, _Imports] = {}
    for path in sorted(paths):
        had = imports(before, path)
        for other, early in imports(after, path).items():
            is_new = other not in had or (early and not had[other])
            if is_new and (way := _way(after, other, path, known)):
                raise RewrightError(
                    f"rope: to {what} {name}, {path} would import {' which imports '.join(way)}: a circle that was not there; "
                    f"{what} what {name} needs first, or what needs it"
                )


def _way(world: World, start: str, goal: str, known: dict[str, _Imports]) -> list[str]:
    """The files from `start` to `goal`, each importing the next; empty: none."""
    came: dict[str, str] = {start: ""}
    queue = [start]
    for path in queue:
        if path == goal:
            way = [path]
            while came[way[-1]]:
                way.append(came[way[-1]])
            return way[::-1]
        if path not in known:
            known[path] = imports(world, path)
        for other in known[path]:
            if other not in came:
                came[other] = path
                queue.append(other)
    return []


def imports(world: World, path: str) -> _Imports:
    """The files of the target that a file imports.

    Packages around the file are there already when it runs: one counts where a name of its own is asked for.
    """
    source = world.sources.get(path)
    found: _Imports = {}
    for node, early in _statements(source.tree) if source else ():
        for other in _imported(world, path, node):
            if other.endswith(".py"):
                found[other] = early or found.get(other, False)
    return found


def _imported(world: World, path: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            parts = alias.name.split(".")
            for end in range(1, len(parts) + 1):
                other = world.module(".".join(parts[:end]), path)
                if not path.startswith(other.removesuffix("__init__.py")):
                    yield other
        return
    module = world.imported_from(node, path)
    around = module.endswith("__init__.py") and path.startswith(module.removesuffix("__init__.py"))
    for alias in node.names:
        below = world.submodule(module, alias.name) if module else ""
        if below:
            yield below
        if not (below and around):
            yield module


def _statements(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The imports, but for those for type checkers alone, and whether each runs while the module is imported."""
    stack: list[tuple[ast.AST, bool]] = [(tree, True)]
    while stack:
        node, early = stack.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, early
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in (getattr(node.test, "id", ""), getattr(node.test, "attr", "")):
            stack += [(one, early) for one in node.orelse]
        else:
            stack += [(one, early and not isinstance(node, FUNCTIONS)) for one in blocks(node)]
