"""Imports that a plan would leave pointing to where a module no longer is. Pure: the texts before and the plan's files in.

Whoever moves a module also rewrites the imports of it; this looks at what came out, whoever wrote it. A module is known by its
dotted names: from the folder around its outermost package, and from each folder above that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.model import FileDelta, RefusedFile
from engine.source import Source
from engine.walk import statements

Found = tuple[str, int, str, str]  # path and line of the import, what it names, the old path of the module that it means
_SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class _Tree:
    """The target once the plan is written."""

    data: Mapping[str, bytes]  # path to bytes
    origins: Mapping[str, str]  # new path to old path
    gone: Mapping[str, str]  # dotted name to the old path of a module that was called so
    still: Mapping[str, Sequence[str]]  # such a name to the paths of others that are called so, too
    before: Collection[str]  # the paths there were


def dangling(data: Mapping[str, bytes], deltas: Sequence[FileDelta]) -> Iterator[Found]:
    """Every such import, by path. `data`: what each Python file holds now. Files that do not parse are not looked into."""
    origins = {delta.path: delta.origin for delta in deltas if delta.origin}
    if not origins:
        return
    changed = {delta.path: delta.after for delta in deltas}
    after = {path: raw for path, raw in {**data, **changed}.items() if raw is not None}
    gone = {name: old for old in origins.values() for name in names_of(old, data)}
    still: dict[str, list[str]] = {}
    for path in after:
        for name in gone.keys() & {*names_of(path, after)}:
            still.setdefault(name, []).append(path)
    tree = _Tree(after, origins, gone, still, frozenset(data))
    last = {old.removesuffix("/__init__.py").rpartition("/")[2].partition(".")[0] for old in origins.values()}
    hint = re.compile(rb"\b(?:" + b"|".join(sorted(re.escape(one.encode()) for one in last)) + rb")\b")
    for path in sorted(after):
        if path in origins or hint.search(after[path]):
            yield from _of_file(path, tree)


def names_of(path: str, paths: Collection[str]) -> Iterator[str]:
    """What a module may be called: from its outermost package down, and from each folder above it."""
    parts = _parts(path)
    start = len(parts) - 1
    while start > 0 and any("/".join([*parts[:start], f"__init__{suffix}"]) in paths for suffix in _SUFFIXES):
        start -= 1
    yield from (".".join(parts[at:]) for at in range(start, -1, -1) if parts[at:])


def _parts(path: str) -> list[str]:
    """A module's path without its suffix; a package's is its folder's."""
    *folders, name = path.rpartition(".")[0].split("/")
    return folders if name == "__init__" else [*folders, name]


def _of_file(path: str, tree: _Tree) -> Iterator[Found]:
    try:
        nodes = list(statements(Source(path, tree.data[path]).tree))
    except RefusedFile:
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            named = [(alias.name, old) for alias in node.names if (old := _gone(alias.name, path, tree))]
        elif isinstance(node, ast.ImportFrom):
            named = list(_from(node, path, tree))
        else:
            continue
        yield from ((path, node.lineno, name, old) for name, old in named)


def _gone(dotted: str, path: str, tree: _Tree) -> str:
    """The old path of a module that a file means and that is no longer called so, or of a package around it; empty: none."""
    parts = dotted.split(".")
    return next((old for end in range(1, len(parts) + 1) if (old := _meant(".".join(parts[:end]), path, tree))), "")


def _meant(name: str, path: str, tree: _Tree) -> str:
    """Where another module is called the same, a file means the one whose folder is around it; where neither is, who knows."""
    old = tree.gone.get(name, "")
    others = tree.still.get(name, ())
    if not old or any(path.startswith(root_of(other, name)) for other in others):
        return ""
    return "" if others and not path.startswith(root_of(old, name)) else old


def root_of(path: str, name: str) -> str:
    """The folder from which a module is called so, with a `/` at its end; empty: the target's own."""
    parts = _parts(path)
    return "".join(f"{part}/" for part in parts[: len(parts) - name.count(".") - 1])


def _from(node: ast.ImportFrom, path: str, tree: _Tree) -> Iterator[tuple[str, str]]:
    if not node.level:
        module = node.module or ""
        if old := _gone(module, path, tree):
            yield module, old
            return
        for alias in node.names:
            if (old := _meant(f"{module}.{alias.name}", path, tree)) and not _bound(module.split("."), alias.name, tree):
                yield f"{module}.{alias.name}", old
        return
    spelled = "." * node.level + (node.module or "")
    base = pointed(node, path)
    if base is None:
        return
    if old := _left(base, node, path, tree):
        yield spelled, old
        return
    for alias in node.names:
        if (old := _left([*base, alias.name], node, path, tree, alias.name)) and not _defined(base, alias.name, tree):
            yield f"{spelled}{'' if spelled.endswith('.') else '.'}{alias.name}", old


def pointed(node: ast.ImportFrom, path: str) -> list[str] | None:
    """The path, in parts and without suffix, that a relative import of a file names; None: it lies outside of the target."""
    folders = path.split("/")[:-1]
    up = len(folders) - node.level + 1
    return folders[:up] + (node.module.split(".") if node.module else []) if up >= 0 else None


def _left(parts: list[str], node: ast.ImportFrom, path: str, tree: _Tree, name: str = "") -> str:
    """The old path of what stood where a relative import points and stands there no more; the importing file's own old path,
    where it is that which moved away from it; else empty.
    """
    if _files(parts, tree.data) or not parts:
        return ""
    if moved := _files(parts, tree.before):
        return moved
    origin = tree.origins.get(path)
    there = pointed(node, origin) if origin else None
    return origin if origin and there is not None and _files([*there, *([name] if name else [])], tree.before) else ""


def _files(parts: Sequence[str], paths: Collection[str]) -> str:
    stem = "/".join(parts)
    return next((one for suffix in _SUFFIXES for one in (stem + suffix, f"{stem}/__init__{suffix}") if one in paths), "")


def _bound(module: Sequence[str], name: str, tree: _Tree) -> bool:
    """Does some module of this dotted name bind the name itself, so that no submodule is meant?"""
    tail = "/".join(module)
    ends = [f"{tail}/__init__.py", f"{tail}.py"]
    return any(path == end or path.endswith(f"/{end}") for end in ends for path in tree.data if _binds(path, end, name, tree))


def _defined(base: Sequence[str], name: str, tree: _Tree) -> bool:
    path = _files(base, tree.data)
    return bool(path) and _binds(path, path, name, tree)


def _binds(path: str, end: str, name: str, tree: _Tree) -> bool:
    if not path.endswith(end):
        return False
    try:
        return name in Source(path, tree.data[path]).names.module.bindings
    except RefusedFile:
        return False
