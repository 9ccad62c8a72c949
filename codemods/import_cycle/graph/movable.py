"""Definitions that could stand in a module of their own, and functions that an event could call instead of an import."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from codemods.import_cycle.graph.uses import chain_of, names_in
from codemods.import_cycle.nouns import Function, Movable
from engine import Source, every_node

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLAIN = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.Name)
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
_ENUMS = frozenset(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "NamedTuple", "TypedDict", "Protocol"))
_OWN = frozenset(("__name__", "__file__", "__path__", "__package__", "__spec__", "super", "globals", "locals", "vars"))


def functions(tree: ast.Module) -> tuple[Function, ...]:
    """The module-level functions that take plain parameters and are defined once, undecorated."""
    named = Counter(node.name for node in tree.body if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))
    found = []
    for node in tree.body:
        if isinstance(node, _FUNCTIONS) and named[node.name] == 1 and not node.decorator_list and not node.args.posonlyargs:
            given = node.args
            if given.vararg or given.kwarg or given.kwonlyargs:
                continue
            defaults = [None] * (len(given.args) - len(given.defaults)) + list(given.defaults)
            if all(default is None or isinstance(default, ast.Constant) for default in defaults):
                texts = ["" if default is None else ast.unparse(default) for default in defaults]
                names = [argument.arg for argument in given.args]
                found.append(Function(node.name, tuple(zip(names, texts, strict=True)), isinstance(node, ast.AsyncFunctionDef)))
    return tuple(found)


def movable(source: Source, imported: frozenset[str]) -> tuple[Movable, ...]:
    """Constants, exceptions, dataclasses and enumerations that stand alone at module level.

    `needs` names what each takes from the module, imports included; whether that can move too is for the plan to say.
    """
    candidates = [(node, kind, name) for node in source.tree.body for kind, name in [_kind(node)] if kind]
    if not candidates or any(part.name == "*" for node in source.statements(ast.ImportFrom) for part in node.names):
        return ()
    counts = Counter(name for node in source.statements(ast.stmt) for name in _binds(node))
    own = frozenset(counts) | imported
    changed = {name for node in source.statements(ast.Global) for name in node.names}
    found = []
    for node, kind, name in candidates:
        if counts[name] != 1 or name in changed or name in imported or not _stands_alone(source, node):
            continue
        used = names_in([node])
        if used & _OWN or any(isinstance(part, (ast.Global, ast.Import, ast.ImportFrom)) for part in every_node(node)):
            continue
        found.append(Movable(name, kind, tuple(sorted((used & own) - {name}))))
    return tuple(found)


def _binds(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id


def _kind(node: ast.stmt) -> tuple[str, str]:
    """What sort of movable definition a statement is, and its name; two empty texts for any other."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        plain = _CONSTANT.fullmatch(name) and all(isinstance(part, _PLAIN) for part in every_node(node.value))
        return ("constant", name) if plain else ("", "")
    if isinstance(node, ast.ClassDef):
        return _class_kind(node), node.name
    return "", ""


def _class_kind(node: ast.ClassDef) -> str:
    bases = [chain_of(base).rpartition(".")[2] for base in node.bases]
    decorators = [chain_of(one.func if isinstance(one, ast.Call) else one).rpartition(".")[2] for one in node.decorator_list]
    if node.keywords or any(isinstance(part, _FUNCTIONS) and part.decorator_list for part in node.body):
        return ""
    if decorators:
        return "dataclass" if decorators == ["dataclass"] and not bases else ""
    if bases and all(base.endswith(("Error", "Exception", "Warning")) for base in bases):
        return "exception"
    return "enum" if len(bases) == 1 and bases[0] in _ENUMS else ""


def _stands_alone(source: Source, node: ast.stmt) -> bool:
    """Is the definition on lines of its own, without a comment in it, beside it or directly above it?"""
    first = min([node, *getattr(node, "decorator_list", [])], key=lambda part: part.lineno)
    start, end = source.line_start(source.start(first)), source.line_end(source.end(node))
    above = source.text[source.line_start(start - 1) : start].strip() if start else ""
    tail = source.text[source.end(node) : end]
    return not (above.startswith("#") or above.endswith("\\") or "#" in source.text[start:end] or tail.strip())
