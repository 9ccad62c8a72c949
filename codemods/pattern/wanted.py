"""Imports that a replacement asks for: how they are written in rules.yaml, and how a file can say what they bring."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from codemods.pattern.binding import Bound
from codemods.pattern.captures import File, Found
from codemods.pattern.known import require_known
from codemods.pattern.language import meta_of
from codemods.pattern.shapes import holed
from codemods.pattern.spots import Spot
from codemods.pattern.substitute import identifier
from engine import STDLIB, ImportNeed, SliceError, every_node, need_import

# Modules of packages that `import package` alone does not load.
_NAMES = """
concurrent.futures urllib.parse urllib.request urllib.error urllib.response xml.etree.ElementTree xml.dom.minidom
importlib.metadata importlib.resources importlib.util importlib.machinery importlib.abc logging.handlers logging.config
http.client http.server http.cookies http.cookiejar multiprocessing.pool multiprocessing.managers unittest.mock
collections.abc email.message email.policy email.utils email.mime.text email.mime.multipart json.decoder os.path
wsgiref.simple_server curses.ascii dbm.dumb xmlrpc.client xmlrpc.server
"""
_SUBMODULES = frozenset(_NAMES.split())


@dataclass(frozen=True, slots=True)
class Wanted:
    """`from module import name as alias`, or `import module as alias` when the name is empty."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def local(self) -> str:
        """How the replacement says it."""
        return self.alias or self.name or self.module


def wanted_imports(line: object) -> tuple[Wanted, ...]:
    """The imports that a line of `imports` asks for, one or several; none when it is no import."""
    if not isinstance(line, str):
        return ()
    words = line.split()
    text = line if words[:1] in (["import"], ["from"]) else f"import {line}"
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    node = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(node, (ast.Import, ast.ImportFrom)) or any(alias.name == "*" for alias in node.names):
        return ()
    if isinstance(node, ast.Import):
        return tuple(Wanted(alias.name, "", alias.asname or "") for alias in node.names)
    module = node.module if not node.level else None
    return tuple(Wanted(module, alias.name, alias.asname or "") for alias in node.names) if module else ()


def said_beside(
    bound: Bound, node: ast.AST, name: str, wanted: tuple[Wanted, ...], own: frozenset[str], spot: Spot, found: Found
) -> tuple[str, tuple[ImportNeed, ...]]:
    """`spelling` for a name at `node` of a template that itself binds names."""
    inside = bound.inside.get(id(node))
    around = (inside or frozenset()) | bound.outer.keys()
    if name.partition(".")[0] in around:
        return name, ()
    if inside is not None:
        spot = spot.apart()
    there = spot.file.as_said(name, spot.nodes, found) if not spot.hidden else ""
    said, needs = (there, ()) if there else spelling(name, wanted, own, spot)
    if said.partition(".")[0] in around:
        raise SliceError("shadowed", f"{said.partition('.')[0]} is how this file says {name}, and the replacement binds it")
    return said, needs


def spelling(name: str, wanted: tuple[Wanted, ...], own: frozenset[str], spot: Spot) -> tuple[str, tuple[ImportNeed, ...]]:
    """How this file says, at a spot, a name of the replacement; and the imports for it.

    `own`: names that need no import.
    Raises SliceError `shadowed` where the name means something else there, `not-imported` where it means nothing.
    """
    file, before = spot.file, spot.before
    found = _module_of(name, wanted, file)
    if found is None:
        require_known(name, own, spot)
        return name, ()
    one, rest = found
    local, needs = need_import(file.source, one.module, one.name, before)
    target = ".".join(part for part in (one.module, one.name) if part)
    if needs and (near := _nearby(target, spot)) is not None:
        return ".".join(part for part in (near, rest) if part), ()
    if not one.name and not one.alias and rest and (needs or not _is_free(local, target, spot)):
        first, _, more = rest.partition(".")
        direct = file.source.names.imported_as(one.module, first, _line(file, before))
        if direct is not None and _is_free(direct, f"{one.module}.{first}", spot):
            return ".".join(part for part in (direct, more) if part), ()
    if needs and one.alias and not file.source.names.module.bindings.get(one.alias):
        local, needs = one.alias, (ImportNeed(file.source.path, one.module, one.name, one.alias),)
    if not _is_free(local, target, spot):
        if not _means(local.partition(".")[0], target, spot):
            raise SliceError("shadowed", f"{local} means something else here")
        local = file.source.names.fresh(one.name or one.module.replace(".", "_"))  # an import here may not have run
        needs = (ImportNeed(file.source.path, one.module, one.name, local),)
    if needs and one.module.partition(".")[0] in file.optional:
        raise SliceError("not-imported", f"this file goes on without {one.module}, and may not have it where this runs")
    return ".".join(part for part in (local, rest) if part), needs


def _nearby(target: str, spot: Spot) -> str | None:
    """The name under which an import of the function around, or a guarded one, has brought `target` to a spot."""
    for local, _, targets in spot.visible():
        if targets == {target} and _is_free(local, target, spot):
            return local
    return None


def _line(file: File, before: int | None) -> int:
    return 1 << 30 if before is None else file.source.position(before)[0]


def _module_of(name: str, wanted: tuple[Wanted, ...], file: File) -> tuple[Wanted, str] | None:
    """The import that a dotted name begins with, and what follows; None when it is a plain name of the file."""
    for one in sorted(wanted, key=lambda one: -len(one.local)):
        if name == one.local or name.startswith(f"{one.local}."):
            return one, name[len(one.local) + 1 :]
    parts = name.split(".")
    for length in range(len(parts), 1, -1):
        if (module := ".".join(parts[:length])) in _SUBMODULES and module != "os.path":
            return Wanted(module), ".".join(parts[length:])
    if len(parts) > 1 and parts[0] in STDLIB:
        return Wanted(parts[0]), ".".join(parts[1:])
    if len(parts) > 1 and file.means_module(name):
        return Wanted(parts[0]), ".".join(parts[1:])
    return None


def _is_free(local: str, target: str, spot: Spot) -> bool:
    """Does the name, read at a spot, surely mean what is imported, or nothing yet?"""
    root = local.partition(".")[0]
    meanings = spot.meanings(root)
    if meanings is None:
        return not spot.is_inner(root)
    return _means(root, target, spot) and spot.is_there(root)


def _means(root: str, target: str, spot: Spot) -> bool:
    """Does the name, read at a spot, mean what is imported wherever it means anything?"""
    every = [one for _, one in spot.meanings(root) or ()]
    return not spot.is_inner(root) and bool(every) and all(one and f"{target}.".startswith(f"{one}.") for one in every)


def carried(found: Found, metas: Iterable[str], spot: Spot, whole: tuple[int, int]) -> None:
    """Names that were captured outside the match, and are written at a spot, mean there what they mean where they stand.

    `whole`: start and end of the match. Raises SliceError `shadowed`.
    """
    names, source = spot.file.source.names, spot.file.source
    for node in [node for meta in metas for node in found[meta].nodes if isinstance(node, ast.expr) and hasattr(node, "lineno")]:
        if whole[0] <= source.start(node) < whole[1]:
            continue
        for name in [inner for inner in every_node(node) if isinstance(inner, ast.Name)]:
            known = names.lookup(name.id, names.scope_at(name))
            if spot.is_inner(name.id) or names.lookup(name.id, names.scope_at(spot.place)) != known:
                raise SliceError("shadowed", f"{name.id} means something else here")
            if spot.before is not None and known and spot.before < source.start(name):
                raise SliceError("shadowed", f"{name.id} means nothing yet where this runs")


def concrete(name: str, found: Found) -> str:
    """A dotted name of a template with what its metavariables hold. Raises SliceError where that is no name."""
    metas = [(part, meta_of(part)) for part in name.split(".")]
    return ".".join(part if meta is None else identifier(found[meta.name]) for part, meta in metas)


def chains(nodes: tuple[ast.AST, ...]) -> list[tuple[ast.AST, str]]:
    """The dotted names that code reads, each with its topmost node; metavariables behind the first part are as parsed."""
    found: list[tuple[ast.AST, str]] = []
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        name = ".".join(holed(node))
        if name and isinstance(getattr(node, "ctx", None), ast.Load):
            found.append((node, name))
        else:
            stack += ast.iter_child_nodes(node)
    return found
