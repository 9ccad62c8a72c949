"""How an exception class is spelled at a site: through an import that is there, or through one that is planned.

The spelling is read at every entry of the `with` (or when an error is matched), so it must be bound there for sure: an
import counts only when it is unguarded and stands above. A name of the project is planned only from a module that the
file imports already, and one of a library only when the file imports that library: no import may fail that did not run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.broad_except.knowledge import load
from codemods.broad_except.sites import BroadSite, File
from engine import ImportNeed, need_import

# Modules of the standard library that define exceptions and come with every Python: importing them cannot fail.
_ALWAYS_THERE = frozenset(
    {"asyncio", "binascii", "calendar", "concurrent", "configparser", "copy", "csv", "decimal", "email", "fractions", "ftplib"}
    | {"getopt", "http", "imaplib", "ipaddress", "json", "locale", "multiprocessing", "optparse", "pickle", "plistlib", "poplib"}
    | {"queue", "shutil", "smtplib", "socket", "statistics", "string", "struct", "subprocess", "tarfile", "tokenize", "urllib"}
    | {"uuid", "xml", "xmlrpc", "zipfile"}
)
_REBOUND = frozenset({"ConnectionError", "TimeoutError", "BlockingIOError"})  # star imports are known to bring their own


@dataclass(frozen=True, slots=True)
class Spelling:
    """A class as code at one site, and what must be imported for it."""

    code: str
    imports: tuple[ImportNeed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Imported:
    """One import that is surely bound at the site. `target` is absolute; `written` is the module as the file writes it."""

    local: str
    target: str
    written: str


def spell(file: File, site: BroadSite, qualified: str) -> Spelling | None:
    """The spelling of a class (canonical name; builtins bare) at a site; None when it cannot be named there."""
    names = file.source.names
    module, _, last = qualified.rpartition(".")
    if module and load().canonical(qualified) == qualified and load().module(qualified) != module:
        return None  # a class inside a class, such as imaplib.IMAP4.error: what stands before its name is no module
    if not module:
        return _builtin(file, site, last)
    if module in ("", own_module(file.source.path)):
        return _local(file, site, last)
    imported = list(_imported(file, site))
    canonical = load().canonical
    for one in imported:
        if canonical(one.target) == qualified:
            return Spelling(one.local)
    for one in imported:
        if one.target == module or (not one.written and canonical(f"{one.target}.{last}") == qualified):
            return Spelling(f"{one.local}.{last}")
    before = file.source.start(site.tried) if isinstance(site.owner, ast.Module) else None
    dotted = names.imported_as(module, "", _line(site))
    if dotted and _is_module_level(file, site, dotted.partition(".")[0]):
        return Spelling(f"{dotted}.{last}")
    source_module = _importable(file, module, imported)
    if source_module is None:
        return None
    local, needs = need_import(file.source, source_module, last, before=before)
    if not needs and not _is_module_level(file, site, local):
        return None
    return Spelling(local, needs)


def _builtin(file: File, site: BroadSite, name: str) -> Spelling | None:
    names = file.source.names
    if names.lookup(name, names.scope_at(site.handler)) is None:
        return None if names.has_star_import and name in _REBOUND else Spelling(name)
    same = (one.local for one in _imported(file, site) if one.local == name and load().canonical(one.target) == name)
    return next((Spelling(local) for local in same), None)


def own_module(path: str) -> str:
    """The dotted name under which a file is imported from the root: `common/net.py` is common.net."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _line(site: BroadSite) -> int:
    """Module-level code sees only what stands above it; a function runs later."""
    return site.tried.lineno if isinstance(site.owner, ast.Module) else 1 << 30


def _local(file: File, site: BroadSite, name: str) -> Spelling | None:
    """A class that this file defines, once, unguarded, at module level and above."""
    bindings = file.source.names.module.bindings.get(name, [])
    if len(bindings) != 1 or bindings[0].guarded or not isinstance(bindings[0].node, ast.ClassDef):
        return None
    return Spelling(name) if bindings[0].line < _line(site) and _is_module_level(file, site, name) else None


def _is_module_level(file: File, site: BroadSite, name: str) -> bool:
    names = file.source.names
    return names.lookup(name, names.scope_at(site.handler)) is names.module.bindings.get(name)


def _imported(file: File, site: BroadSite) -> Iterator[_Imported]:
    """What imports have surely bound when the try is entered."""
    names = file.source.names
    scope = names.scope_at(site.handler)
    scopes = [names.module] if scope is names.module or scope.is_class else [scope, names.module]
    for one in scopes:
        line = site.tried.lineno if one is not names.module or isinstance(site.owner, ast.Module) else 1 << 30
        for local, bindings in one.bindings.items():
            first = bindings[0]
            alone = bool(first.target) and all(other.target == first.target for other in bindings)
            if alone and not first.guarded and first.line < line and names.lookup(local, scope) is bindings:
                yield from _named(file, local, first.target, first.node)


def _named(file: File, local: str, target: str, node: ast.AST) -> Iterator[_Imported]:
    if not isinstance(node, ast.ImportFrom):
        yield _Imported(local, target, "")
        return
    written = "." * node.level + (node.module or "")
    absolute = _absolute(file.source.path, written)
    if absolute is not None:
        yield _Imported(local, f"{absolute}.{target.rpartition('.')[2]}", written)


def _absolute(path: str, written: str) -> str | None:
    """The dotted name from the root of `.net` or `common.net`, as a file at `path` writes it."""
    plain = written.lstrip(".")
    level = len(written) - len(plain)
    if not level:
        return plain
    folders = path.split("/")[:-1]
    if level > len(folders):
        return None
    return ".".join([*folders[: len(folders) - level + 1], *([plain] if plain else [])])


def _importable(file: File, module: str, imported: list[_Imported]) -> str | None:
    """The module as a new `from ... import` is to write it; None when that import might fail or close a cycle."""
    top = module.partition(".")[0]
    for one in imported:
        if one.written and _absolute(file.source.path, one.written) == module:
            return one.written
        if one.target == module:
            return module
    if f"{module.replace('.', '/')}.py" in file.project.paths or top in file.project.root_packages:
        return None
    folder = file.source.path.rpartition("/")[0]
    beside = f"{folder}/{top}" if folder else top
    if f"{beside}.py" in file.project.paths or f"{beside}/__init__.py" in file.project.paths:
        return None
    if top in _ALWAYS_THERE or any(one.target.partition(".")[0] == top and not one.written.startswith(".") for one in imported):
        return module
    return None
