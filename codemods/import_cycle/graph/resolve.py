"""Which file an import names: packages, folders without `__init__`, several roots, relative imports.

A *root* is a folder that Python may have on `sys.path`: the target's own, and every folder that is no package
and holds a package or a module (`src/`, a folder of scripts). What an import names is looked for as Python would
look: in the roots above the importing file, nearest first, then in all others, where it must be the only one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine import STDLIB


@dataclass(slots=True)
class Found:
    """What a dotted name stands for. `chain`: the files of its packages, outermost first; namespace packages have none."""

    target: str = ""  # the module's file; empty for a namespace package, or when nothing was found
    chain: tuple[str, ...] = ()
    folder: str | None = None  # where its submodules are
    candidates: tuple[str, ...] = ()  # more than one: ambiguous


@dataclass(slots=True)
class Layout:
    """The Python files of a project as folders and roots."""

    paths: frozenset[str]
    folders: frozenset[str]
    roots: frozenset[str]
    by_top: dict[str, tuple[str, ...]]  # first part of a dotted name to the roots that provide it
    known: dict[tuple[str, str], Found] = field(default_factory=dict)


def layout(paths: Iterable[str]) -> Layout:
    """`paths`: every Python file, root-relative."""
    files = frozenset(path for path in paths if path.endswith(".py"))
    folders = {""}
    for path in files:
        folder = _folder(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = _folder(folder)
    roots = frozenset(folder for folder in folders if f"{folder}/__init__.py" not in files or not folder)
    by_top: dict[str, set[str]] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if folder in roots and name != "__init__.py":
            by_top.setdefault(name.removesuffix(".py"), set()).add(folder)
    for folder in folders - {""}:
        if _folder(folder) in roots and f"{folder}/__init__.py" in files:
            by_top.setdefault(folder.rpartition("/")[2], set()).add(_folder(folder))
    return Layout(files, frozenset(folders), roots, {top: tuple(sorted(found)) for top, found in by_top.items()})


def module_name(path: str, files: frozenset[str]) -> str:
    """The dotted name of a file from the top of its package; a package's own name for its `__init__`."""
    top = _top(path, files)
    inside = path if top is None else path[len(_folder(top)) + 1 if _folder(top) else 0 :]
    inside = inside.removesuffix(".py").removesuffix("/__init__") if top is not None else _name(path)
    return inside.replace("/", ".")


def around(path: str, files: frozenset[str]) -> tuple[str, ...]:
    """The packages that are loaded before a file is: their `__init__`, outermost first; not the file itself."""
    top = _top(path, files)
    found = []
    folder = _folder(path)
    while top is not None and len(folder) >= len(top):
        if f"{folder}/__init__.py" in files and f"{folder}/__init__.py" != path:
            found.append(f"{folder}/__init__.py")
        folder = _folder(folder)
    return tuple(reversed(found))


def _top(path: str, files: frozenset[str]) -> str | None:
    """The outermost package folder around a file; folders below it without `__init__` are parts of it. None for a script."""
    top, folder = None, _folder(path)
    while folder:
        if f"{folder}/__init__.py" in files:
            top = folder
        folder = _folder(folder)
    return top


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def spelled(path: str, target: str, relative: bool, files: frozenset[str]) -> str:
    """How the file `path` names the module `target`: by its dotted name, or, within one package, with leading dots."""
    name = module_name(target, files)
    if not relative:
        return name
    here, there = _folder(path).split("/"), target.removesuffix("/__init__.py").removesuffix(".py").split("/")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "." * (len(here) - shared + 1) + ".".join(there[shared:])


def resolve(where: Layout, path: str, dotted: str) -> Found:
    """What `dotted`, perhaps with leading dots, names when the file `path` imports it."""
    key = (_folder(path), dotted)
    if key not in where.known:
        where.known[key] = _relative(where, path, dotted) if dotted.startswith(".") else _absolute(where, path, dotted)
    return where.known[key]


def child(where: Layout, found: Found, name: str) -> Found | None:
    """The submodule `name` of what was found; None when it has none of that name."""
    if found.folder is None:
        return None
    inside = _inside(where, found.folder, (name,))
    if inside is None:
        return None
    return Found(inside.target, (*found.chain, *inside.chain), inside.folder)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _relative(where: Layout, path: str, dotted: str) -> Found:
    level = len(dotted) - len(dotted.lstrip("."))
    folder = _folder(path)
    for _ in range(level - 1):
        if not folder:
            return Found()
        folder = _folder(folder)
    init = _join(folder, "__init__.py")
    chain = (*around(init, where.paths), init) if init in where.paths else ()
    rest = dotted[level:]
    if not rest:
        return Found(init if init in where.paths else "", chain, folder)
    inside = _inside(where, folder, tuple(rest.split(".")))
    return Found() if inside is None else Found(inside.target, (*chain, *inside.chain), inside.folder)


def _absolute(where: Layout, path: str, dotted: str) -> Found:
    parts = tuple(dotted.split("."))
    above = list(_roots_above(where, path))
    top = len(around(path, where.paths)) > 0
    for number, root in enumerate(above):
        if parts[0] in STDLIB and root != "" and not (number == 0 and top):
            continue  # a folder of scripts with a `logging/` shadows the standard library only when run from there
        inside = _inside(where, root, parts)
        if inside is not None:
            return inside
    if parts[0] in STDLIB:
        return Found()
    found = {}
    for root in where.by_top.get(parts[0], ()):
        inside = _inside(where, root, parts)
        if inside is not None and (inside.target or inside.folder) and root not in above:
            found[inside.target or f"{inside.folder}/"] = inside
    if len(found) > 1:
        return Found(candidates=tuple(sorted(found)))
    return next(iter(found.values()), Found())


def _roots_above(where: Layout, path: str) -> Iterator[str]:
    """The roots that hold a file, nearest first."""
    folder = _folder(path)
    while True:
        if folder in where.roots:
            yield folder
        if not folder:
            return
        folder = _folder(folder)


def _inside(where: Layout, folder: str, parts: tuple[str, ...]) -> Found | None:
    """Walk down from a folder. None when a part is not there; parts behind a module are attributes, and end the walk."""
    chain: list[str] = []
    for number, part in enumerate(parts):
        below = _join(folder, part)
        init, file = f"{below}/__init__.py", f"{below}.py"
        last = number == len(parts) - 1
        if init in where.paths:
            chain.append(init)
        elif file in where.paths:
            return Found(file, tuple(chain), None) if last else None
        elif below not in where.folders:
            return None
        folder = below
    init = f"{folder}/__init__.py"
    return Found(init if init in where.paths else "", tuple(chain), folder)
