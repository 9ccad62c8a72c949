"""Which handlers are broad, and where each of them stands. No decision is taken here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from codemods.broad_except.flow import exits
from engine import Project, Source, children

Function = ast.FunctionDef | ast.AsyncFunctionDef
Owner = Function | ast.ClassDef | ast.Module
Try = ast.Try | ast.TryStar
Caught = Literal["exception", "bare", "base", "tuple"]

SUPPORT = "error_handling"  # the support module that the with-form needs
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.While, ast.For, ast.AsyncFor)
_OWNERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_CURRENT = re.compile(r"exc_info|format_exc|\.exception\b")
_BROAD = {"builtins.Exception": "exception", "builtins.BaseException": "base"}


@dataclass(frozen=True, slots=True)
class BroadSite:
    """One broad handler. `depth` counts the rewritable tries of the same scope whose `attempt` is still needed around it."""

    handler: ast.ExceptHandler
    tried: Try
    owner: Owner
    caught: Caught
    depth: int = 0


@dataclass(slots=True)
class File:
    """What the rooms of this codemod share about one file. `thread_targets` are simple names."""

    source: Source
    project: Project
    preserve: bool
    extras: tuple[str, ...] = ()  # canonical names that the option `recoverable` adds in this file
    sites: tuple[BroadSite, ...] = ()
    thread_targets: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()  # simple names of the functions that the file defines
    uses: dict[tuple[ast.AST, str], Any] = field(default_factory=dict)  # what `uses` has found in a scope, kept for its next site


def read(source: Source, project: Project, preserve: bool, extras: tuple[str, ...] = ()) -> File:
    """The file with its broad handlers, in source order."""
    defined = frozenset(node.name for node in source.statements(ast.AST) if isinstance(node, FUNCTIONS))
    return File(source, project, preserve, extras, tuple(_sites(source)), _thread_targets(source), defined)


def _sites(source: Source) -> Iterator[BroadSite]:
    found = [(handler, caught) for handler in source.statements(ast.ExceptHandler) if (caught := _caught(source, handler))]
    broad = {source.parents[handler] for handler, _ in found}
    for handler, caught in found:
        tried = source.parents[handler]
        depth, inner, owner = 0, tried, tried
        for owner in source.ancestors(tried):
            if isinstance(owner, _OWNERS):
                break
            depth += owner in broad and _attempt_lives(source, owner, inner)  # type: ignore[arg-type]
            inner = owner
        yield BroadSite(handler, tried, owner, caught, depth)  # type: ignore[arg-type]


def _attempt_lives(source: Source, outer: Try, inner: ast.AST) -> bool:
    """Would the `attempt` of a rewritten `outer` still be read after `inner`, which stands in its body or handler?"""
    if len(outer.handlers) != 1 or outer.finalbody or exits(outer.handlers[0].body) == {"raise"}:
        return False
    return inner in outer.body or (inner in outer.handlers and bool(_CURRENT.search(source.segment(outer.handlers[0]))))


def _caught(source: Source, handler: ast.ExceptHandler) -> Caught | None:
    """What makes a handler broad; None when it is not."""
    if handler.type is None:
        return "bare"
    if isinstance(handler.type, ast.Tuple):
        return "tuple" if any(source.names.qualified(part) in _BROAD for part in handler.type.elts) else None
    return _BROAD.get(source.names.qualified(handler.type) or "")  # type: ignore[return-value]


def _thread_targets(source: Source) -> frozenset[str]:
    """The simple names that the file hands to a Thread as its target."""
    if "Thread" not in source.text:
        return frozenset()
    targets = set()
    for call in source.calls:
        if last_name(call.func).endswith("Thread"):
            targets |= {last_name(keyword.value) for keyword in call.keywords if keyword.arg == "target"}
    return frozenset(targets - {""})


def last_name(node: ast.AST) -> str:
    """`c` of `a.b.c`, of `c`, and of `f().c`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def enclosing_class(source: Source, owner: ast.AST) -> ast.ClassDef | None:
    """The class in whose body a function is defined; None for other functions."""
    for ancestor in source.ancestors(owner):
        if isinstance(ancestor, ast.ClassDef):
            return ancestor
        if isinstance(ancestor, _OWNERS):
            return None
    return None


def outside_inner_handlers(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node below `body`, without what stands in the handlers of inner tries: those have an exception of their own."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.ExceptHandler):
            continue
        yield node
        stack.extend(children(node))
