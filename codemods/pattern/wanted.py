"""Imports that a replacement asks for: how they are written in rules.yaml, and how a file can say what they bring."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from codemods.pattern.captures import File
from codemods.pattern.shapes import dotted
from engine import BUILTINS, STDLIB, ImportNeed, SliceError, need_import

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


def wanted_import(line: object) -> Wanted | None:
    """The import that a line of `imports` asks for; None when it is none."""
    if not isinstance(line, str):
        return None
    words = line.split()
    text = line if words[:1] in (["import"], ["from"]) else f"import {line}"
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    node = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(node, (ast.Import, ast.ImportFrom)) or len(node.names) != 1 or node.names[0].name == "*":
        return None
    alias = node.names[0]
    if isinstance(node, ast.Import):
        return Wanted(alias.name, "", alias.asname or "")
    return Wanted(node.module, alias.name, alias.asname or "") if node.module and not node.level else None


def spelling(
    name: str, wanted: tuple[Wanted, ...], file: File, place: ast.AST, before: int | None
) -> tuple[str, tuple[ImportNeed, ...]]:
    """How this file says, at `place`, a name of the replacement; and the imports for it.

    `before`: see need_import. Raises SliceError `shadowed` where the name means something else there.
    """
    found = _module_of(name, wanted, file)
    if found is None:
        if name in BUILTINS and file.source.names.lookup(name, file.source.names.scope_at(place)) is not None:
            raise SliceError("shadowed", f"{name} means something else here")
        return name, ()
    one, rest = found
    if not one.name and not one.alias and rest:
        first, _, more = rest.partition(".")
        local = file.source.names.imported_as(one.module, first, _line(file, before))
        if local is not None and _is_free(local, f"{one.module}.{first}", file, place):
            return ".".join(part for part in (local, more) if part), ()
    local, needs = need_import(file.source, one.module, one.name, before)
    if needs and one.alias and not file.source.names.module.bindings.get(one.alias):
        local, needs = one.alias, (ImportNeed(file.source.path, one.module, one.name, one.alias),)
    if not _is_free(local, ".".join(part for part in (one.module, one.name) if part), file, place):
        raise SliceError("shadowed", f"{local} means something else here")
    return ".".join(part for part in (local, rest) if part), needs


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


def _is_free(local: str, target: str, file: File, place: ast.AST) -> bool:
    """Does the name, read at `place`, mean what is imported, or nothing yet?"""
    root = local.partition(".")[0]
    names = file.source.names
    meanings = names.lookup(root, names.scope_at(place))
    if meanings is None:
        inner = ast.Name(root, ast.Load(), lineno=place.lineno, col_offset=place.col_offset)  # type: ignore[attr-defined]
        return not names._is_inner(inner)
    return all(one.target and (one.target == target or target.startswith(f"{one.target}.")) for one in meanings)


def chains(nodes: tuple[ast.AST, ...]) -> list[tuple[ast.AST, str]]:
    """The dotted names that code reads, each with its topmost node."""
    found: list[tuple[ast.AST, str]] = []
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        name = dotted(node)
        if name and isinstance(getattr(node, "ctx", None), ast.Load):
            found.append((node, name))
        else:
            stack += ast.iter_child_nodes(node)
    return found
