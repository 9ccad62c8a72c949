"""Join what the files say into one graph: edges with the aliases that make them, components, and who takes what from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemods.import_cycle.graph.components import components
from codemods.import_cycle.graph.resolve import Found, Layout, around, child, layout, module_name, resolve, spelled
from codemods.import_cycle.nouns import Alias, Edge, FileImports, Graph, Module
from engine import Project


@dataclass(frozen=True, slots=True)
class Loads:
    """What one alias loads. `named`: the module that the statement is about; `name`: what is taken from it, if not itself."""

    named: str = ""
    name: str = ""
    implicit: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


Table = Mapping[tuple[str, int], Loads]


def combine(files: Mapping[str, FileImports], project: Project) -> Graph:
    """The graph of a project. Pure, and the same for any order of `files`."""
    where = layout({*project.paths, *files})
    table = {(path, alias.index): _loads(where, files, path, alias) for path in sorted(files) for alias in files[path].aliases}
    edges = tuple(_edges(files, table))
    eager: dict[str, set[str]] = {path: set() for path in files}
    both: dict[str, set[str]] = {path: set() for path in files}
    for edge in edges:
        both[edge.source].add(edge.target)
        if edge.eager:
            eager[edge.source].add(edge.target)
    found, lazy = components(eager), components(both)
    members = {path for component in (*found, *lazy) for path in component}
    modules = {path: Module(path, module_name(path, where.paths), path.endswith("__init__.py")) for path in sorted(files)}
    traits = {trait for one in files.values() for trait in one.traits}
    return Graph(
        modules=modules,
        edges=edges,
        components=found,
        lazy_components=lazy,
        files={path: files[path] for path in sorted(members)},
        origins=dict(_origins(files, table, where, members)),
        taken=frozenset(pair for pair in _taken(files, table, modules) if pair[0] in members),
        unreadable={path: names for path in sorted(members) if (names := _unreadable(files, table, path))},
        ambiguous=tuple(
            sorted((path, files[path].aliases[i].module, one.candidates) for (path, i), one in table.items() if one.candidates)
        ),
        annotations_read=bool(traits & {"reads-annotations", "evaluates-annotations"}),
        sets_path=tuple(path for path in sorted(files) if "sets-path" in files[path].traits),
    )


def _loads(where: Layout, files: Mapping[str, FileImports], path: str, alias: Alias) -> Loads:
    found = resolve(where, path, alias.module)
    if found.candidates:
        return Loads(candidates=found.candidates)
    own = {path, *around(path, where.paths)}
    if alias.name not in ("", "*"):
        below = child(where, found, alias.name)
        if below is not None and (below.target or below.folder) and not _attribute(where, files, found, alias.name):
            found, name = below, ""
        else:
            name = alias.name
    else:
        name = alias.name
    implicit = tuple(package for package in found.chain if package not in own and package != found.target)
    return Loads(found.target if found.target != path else "", name, implicit)


def _attribute(where: Layout, files: Mapping[str, FileImports], package: Found, name: str) -> bool:
    """Does the package bind the name to anything but its submodule of that name?"""
    if package.target not in files:
        return False
    init = files[package.target]
    if name in init.bound:
        return True
    for alias in init.aliases:
        if alias.eager and alias.local == name and alias.name:
            below = resolve(where, package.target, alias.module)
            if not (below.folder == package.folder and alias.name == name):
                return True
    return False


def _edges(files: Mapping[str, FileImports], table: Table) -> Iterator[Edge]:
    for path in sorted(files):
        found: dict[tuple[str, bool], list[tuple[int, bool]]] = defaultdict(list)
        for alias in files[path].aliases:
            loads = table[path, alias.index]
            if alias.context == "type-checking":
                continue
            for target in loads.implicit:
                found[target, alias.eager].append((alias.index, True))
            if loads.named:
                found[loads.named, alias.eager].append((alias.index, False))
        for (target, is_eager), causes in sorted(found.items()):
            if target in files and target != path:
                indexes = tuple(sorted({index for index, _ in causes}))
                yield Edge(path, target, indexes, all(implicit for _, implicit in causes), is_eager)


def _unreadable(files: Mapping[str, FileImports], table: Table, path: str) -> tuple[str, ...]:
    named = {table[path, alias.index].named for alias in files[path].aliases if alias.eager}
    return tuple(sorted(name for name in named if name and name not in files))


# -- re-exports ------------------------------------------------------------------------------


def _taken(files: Mapping[str, FileImports], table: Table, modules: Mapping[str, Module]) -> Iterator[tuple[str, str]]:
    """(path, name) for each imported name that somebody takes from `path`, where it is not defined."""
    tails = defaultdict(list)
    for path, module in modules.items():
        tails[module.name.rpartition(".")[2]].append(path)
    for path, one in files.items():
        for alias in one.aliases:
            loads = table[path, alias.index]
            if loads.named not in files:
                continue
            if loads.name == "*":
                yield from ((loads.named, name) for name in _public(files[loads.named]))
            elif loads.name:
                yield loads.named, loads.name
        for index, attribute in one.reads:
            loads = table[path, index]
            if loads.named in files and not loads.name:
                yield loads.named, attribute
        for dotted in one.strings:
            head, _, name = dotted.rpartition(".")
            yield from ((target, name) for target in tails.get(head.rpartition(".")[2], ()))


def _public(one: FileImports) -> Iterator[str]:
    """The imported names that a star import takes along."""
    for alias in one.aliases:
        if alias.eager and _is_public(one, alias.local):
            yield alias.local


def _is_public(one: FileImports, name: str) -> bool:
    """Does a star import take this name along?"""
    return name in one.exports if one.exports is not None else not name.startswith("_")


def _origins(
    files: Mapping[str, FileImports], table: Table, where: Layout, members: set[str]
) -> Iterator[tuple[tuple[str, int], tuple[str, str, str]]]:
    for path in sorted(members):
        for alias in files[path].aliases:
            loads = table[path, alias.index]
            if loads.name not in ("", "*") and loads.named in files:
                origin = _origin(files, table, loads.named, loads.name, {})
                if origin is None or origin[0] in (loads.named, path):
                    continue
                dotted = spelled(path, origin[0], relative=alias.module.startswith("."), files=where.paths)
                if resolve(where, path, dotted).target == origin[0]:
                    yield (path, alias.index), (*origin, dotted)


Known = dict[tuple[str, str], tuple[str, str] | None]


def _origin(files: Mapping[str, FileImports], table: Table, path: str, name: str, known: Known) -> tuple[str, str] | None:
    """The module that defines a name, followed through plain re-exports; the name is empty for a module. None when unsure.

    `known`: what this search has found; packages that pass on each other's stars would be walked for ever without it.
    """
    if (path, name) not in known:
        known[path, name] = None  # while it is being asked for: a ring of stars defines nothing
        known[path, name] = _defined(files, table, path, name, known)
    return known[path, name]


def _defined(files: Mapping[str, FileImports], table: Table, path: str, name: str, known: Known) -> tuple[str, str] | None:
    one = files.get(path)
    if one is None:
        return None
    if name in one.bound:
        return path, name
    if "has-getattr" in one.traits:
        return None
    direct = [alias for alias in one.aliases if alias.eager and alias.local == name]
    if len(direct) == 1 and direct[0].context == "module" and direct[0].name:
        loads = table[path, direct[0].index]
        if not loads.named:
            return None
        return _origin(files, table, loads.named, loads.name, known) if loads.name else (loads.named, "")
    if direct:
        return None
    stars = [table[path, alias.index].named for alias in one.aliases if alias.eager and alias.name == "*"]
    found = {
        origin
        for star in stars
        if star in files
        and (name in (files[star].exports or ()) if files[star].exports is not None else not name.startswith("_"))
        if (origin := _origin(files, table, star, name, known)) is not None
    }
    return found.pop() if len(found) == 1 else None
