"""Modules and packages that rope moves or renames: what it is shown, what is asked of it, and which files go where."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.adapters.rope_options import operation
from engine.dangling import pointed
from engine.edits import apply_edits
from engine.model import Edit, RewrightError
from engine.source import Source
from engine.walk import statements

_Follow = Callable[[ast.AST, Source, "_Move"], Iterator[Edit]]
_FROM = re.compile(r"from\b([\s.\\]*[\w.\s\\]*?)\bimport\b")


def find(project: Any, dotted: str) -> Any:
    """The file of a module, the folder of a package, of the target's own; None for anything else."""
    found = project.find_module(dotted)
    if found is None or found.project is not project:
        return None
    return found if not found.is_folder() or found.has_child("__init__.py") else None


def changes(project: Any, kind: str, name: str, said: Mapping[str, Any]) -> Any:
    """rope's changes for a module that is there; None when it is where it is wanted. RewrightError for what cannot be."""
    from rope.refactor import move, rename

    module, to = find(project, name), said["to"]
    parent = name.rpartition(".")[0]
    wanted = f"{parent}.{to}".lstrip(".") if kind == "rename" else f"{to}.{name.rpartition('.')[2]}"
    if kind == "move":
        package = find(project, to)
        if package is None or not package.is_folder():
            raise RewrightError(f"rope: there is no package {to} to move {name} to; make its __init__.py first")
        if package == module.parent:
            return None
        if package.path == module.path or package.path.startswith(f"{module.path}/"):
            raise RewrightError(f"rope: {name} cannot be moved into itself")
    there = find(project, wanted)
    if there is not None:
        raise RewrightError(f"rope: {name} would become {wanted}, and {there.path} is there already; choose another name")
    if kind == "rename":
        return rename.Rename(project, module).get_changes(to, docs=bool(said.get("docs")))
    return move.MoveModule(project, module).get_changes(package)


def done(project: Any, kind: str, name: str, to: str) -> bool:
    """Is a module that is not there where it is wanted?"""
    parent, _, last = name.rpartition(".")
    return find(project, f"{parent}.{to}".lstrip(".") if kind == "rename" else f"{to}.{last}") is not None


def places(old: str, new: str, sources: Mapping[str, Source], unread: Sequence[str]) -> dict[str, str]:
    """Old to new path of the files that go with a module or package, stubs included. RewrightError for one that was not read."""
    folder = f"{old}/"
    stuck = [path for path in unread if path.startswith(folder)]
    if stuck:
        raise RewrightError(
            f"rope: {old} cannot be moved, for {', '.join(stuck[:5])} cannot be read or does not parse; mend it first"
        )
    if old in sources:
        stub, target = f"{old}i", f"{new}i"
        return {old: new, **({stub: target} if stub in sources else {})}
    return {path: f"{new}/{path.removeprefix(folder)}" for path in sources if path.startswith(folder)}


# -- imports from the module -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Move:
    """A module or package on its way: its path without suffix, its dotted name now and then, and the folder they count from."""

    path: Sequence[str]
    name: Sequence[str]
    to: Sequence[str]
    root: Sequence[str]


def imported(sources: Mapping[str, Source], place: str, options: Mapping[str, Any]) -> dict[str, str]:
    """The texts in which imports follow a module at `place`, but for those that bind its name, which change every use, too.

    rope is shown these: it misses some inside functions, knows no relative import of what it moves, and to take a name out
    writes a statement anew, without its comments and its layout.
    """
    kind, name = operation(options)
    move = _move(place, kind, name, options["rope"]["to"])
    ours = [other for other in sources.values() if not beside_copy(other.path, sources, place, name)]
    return _followed_in(ours, move, _moved if kind == "move" else _renamed)


def imported_name(sources: Mapping[str, Source], place: str, name: str, to: str, but: Collection[str]) -> dict[str, str]:
    """The texts in which `from` imports follow a name that moves from the module at `place`, but for the files in `but`.

    rope is shown these, for the same reasons; it knows no alias either, and would leave it.
    """
    module, _, last = name.rpartition(".")
    move = _move(f"{place.removesuffix('/__init__.py').removesuffix('.py')}/{last}", "move", name, to)
    ours = [one for one in sources.values() if one.path not in but and not beside_copy(one.path, sources, place, module)]
    return _followed_in(ours, move, _moved)


def _move(place: str, kind: str, name: str, to: str) -> _Move:
    path, parts = place.removesuffix(".py").split("/"), name.split(".")
    goal = [*to.split("."), parts[-1]] if kind == "move" else [*parts[:-1], to]
    return _Move(path, parts, goal, path[: len(path) - len(parts)])


def _followed_in(ours: Sequence[Source], move: _Move, follow: _Follow) -> dict[str, str]:
    edits = {one: [edit for node in statements(one.tree) for edit in follow(node, one, move)] for one in ours}
    return {one.path: apply_edits(one.text, found) for one, found in edits.items() if found}


def beside_copy(path: str, sources: Mapping[str, Source], place: str, name: str) -> bool:
    """Is a module of the same name, and not the one at `place`, within a folder nearer to this file? Then the file means that."""
    tail = name.replace(".", "/")
    folder = path.rpartition("/")[0]
    while folder:
        around = f"{folder}/{tail}"
        if around == place.removesuffix(".py"):
            return False
        if f"{around}.py" in sources or f"{around}/__init__.py" in sources:
            return True
        folder = folder.rpartition("/")[0]
    return False


def _renamed(node: ast.AST, source: Source, move: _Move) -> Iterator[Edit]:
    """The module's name in `from a.module import name` and `from .module import name`; nothing else about the statement."""
    if not isinstance(node, ast.ImportFrom) or not node.module:
        return
    dotted, parts = _dotted(node, source, move), node.module.split(".")
    at = len(parts) - 1 - (len(dotted or ()) - len(move.name))
    if dotted is not None and _within(dotted, move.name) and at >= 0:
        yield from _module_named(node, source, "." * node.level + ".".join([*parts[:at], move.to[-1], *parts[at + 1 :]]))


def _moved(node: ast.AST, source: Source, move: _Move) -> Iterator[Edit]:
    if isinstance(node, ast.ImportFrom):
        yield from _followed(node, source, move)
    elif isinstance(node, ast.Import):  # rope would rename an alias of the module's own name
        for alias in node.names:
            start, old = source.start(alias), alias.name.split(".")
            if alias.asname and _within(old, move.name) and source.text.startswith(alias.name, start):
                yield Edit(source.path, start, start + len(alias.name), ".".join([*move.to, *old[len(move.name) :]]))


def _followed(node: ast.ImportFrom, source: Source, move: _Move) -> Iterator[Edit]:
    dotted = _dotted(node, source, move)
    if dotted is None:
        return
    inside = _within(source.path.rpartition(".")[0].split("/"), move.path)
    moved = [alias for alias in node.names if [*dotted, alias.name] == [*move.name]]
    if _within(dotted, move.name):
        if not (inside and node.level):
            yield from _module_named(node, source, ".".join([*move.to, *dotted[len(move.name) :]]))
    elif len(moved) == len(node.names):
        yield from _module_named(node, source, ".".join(move.to[:-1]))
    else:
        yield from _taken_out(node, source, moved, move)
        if node.level and dotted and inside:
            yield from _module_named(node, source, ".".join(dotted))


def _dotted(node: ast.ImportFrom, source: Source, move: _Move) -> list[str] | None:
    """What the statement imports from, counted from where the module's dotted name begins; None for a place outside of that."""
    base = pointed(node, source.path) if node.level else [*move.root, *(node.module or "").split(".")]
    return base[len(move.root) :] if base is not None and _within(base, move.root) else None


def _module_named(node: ast.ImportFrom, source: Source, said: str) -> Iterator[Edit]:
    match = _FROM.match(source.text, source.start(node))
    if match:
        yield Edit(source.path, match.start(1), match.end(1), f" {said} ")


def _taken_out(node: ast.ImportFrom, source: Source, moved: Sequence[ast.alias], move: _Move) -> Iterator[Edit]:
    """The names leave the statement, and get one of their own before it."""
    start = source.start(node)
    before = source.text[source.line_start(start) : start]
    between = f"\n{before}" if not before.strip() else "; "
    kept = [alias for alias in node.names if alias not in moved]
    behind = [alias for alias in moved if source.start(alias) > source.start(kept[-1])]
    for alias, following in zip(node.names, node.names[1:], strict=False):
        if alias in moved and alias not in behind:
            yield Edit(source.path, source.start(alias), source.start(following), "")
    if behind:
        yield Edit(source.path, source.end(kept[-1]), source.end(behind[-1]), "")
    for alias in moved:
        said = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        yield Edit(source.path, start, start, f"from {'.'.join(move.to[:-1])} import {said}{between}")


def _within(path: Sequence[str], module: Sequence[str]) -> bool:
    return [*path[: len(module)]] == [*module]
