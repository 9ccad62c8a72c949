"""The fact `current-exception`: which functions of the project look at the exception being handled.

A helper called in a handler, such as `def log_crash(): logger.error("...", exc_info=True)`, finds none once the
handler runs after the `with`. A function looks when its own body, outside its own handlers, does, or calls one that
does. Calls are resolved by simple name and timidly: within the file, by import, through `self`; a method of
something unknown counts only when every function of that name in the project looks; with `preserve`, when any does.
Only files that hold such a look are searched, so a call chain through a file without any is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from codemods.broad_except.current import looks
from codemods.broad_except.sites import FUNCTIONS, outside_inner_handlers
from engine import Fact, Project, Source

HINTS = (
    rb"exc_info|(format|print)_exc|\.a?exception\s*\(|\braise[ \t]*(#|;|\r?$|\r?\n)|(capture|print)_exception|captureException"
)
NAME = "current-exception"

Call = tuple[str, str]  # (how it is reached: "here", "import", "self" or "attribute"; the simple name)


@dataclass(frozen=True, slots=True)
class Helper:
    """One function: whether its own body looks, and what it calls."""

    name: str
    looks: bool
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Lookers:
    """`here`: (path, name) of functions that look. `named`: their names. `always`: names of which every function looks."""

    here: frozenset[tuple[str, str]] = frozenset()
    named: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()


def scan(source: Source) -> tuple[Helper, ...] | None:
    """The functions of a file, methods and classes (as their `__init__`) included; None when there is none."""
    functions = [node for node in source.statements(ast.AST) if isinstance(node, FUNCTIONS)]
    defined = {node.name for node in functions}
    found = []
    for node in functions:
        own = list(outside_inner_handlers(list(node.body)))
        direct = any(isinstance(part, ast.Raise) and part.exc is None for part in own) or any(True for _ in looks(iter(own)))
        calls = tuple(sorted({call for part in own if isinstance(part, ast.Call) and (call := reach(source, part, defined))}))
        found.append(Helper(node.name, direct, calls))
        holder = source.parents[node]
        if node.name == "__init__" and isinstance(holder, ast.ClassDef):
            found.append(Helper(holder.name, direct, calls))
    return tuple(found) or None


def reach(source: Source, call: ast.Call, defined: Iterable[str]) -> Call | None:
    """How a call reaches a function that the project may define; None when it cannot."""
    func = call.func
    if isinstance(func, ast.Name):
        if func.id in defined:
            return "here", func.id
        bindings = source.names.module.bindings.get(func.id, [])
        if any(isinstance(binding.node, ast.ClassDef) for binding in bindings):
            return "here", func.id
        target = next((binding.target for binding in bindings if binding.target), "")
        return ("import", target.rpartition(".")[2]) if target else None
    if not isinstance(func, ast.Attribute):
        return None
    value = func.value
    if isinstance(value, ast.Name) and value.id in ("self", "cls"):
        return ("here" if func.attr in defined else "self"), func.attr
    return "attribute", func.attr


def combine(scanned: Mapping[str, Any], _: Project) -> Lookers:
    """Close the files' functions over the calls between them."""
    helpers = [(path, helper) for path, found in scanned.items() for helper in found]
    here = {(path, helper.name) for path, helper in helpers if helper.looks}
    while True:
        lookers = _summary(helpers, here)
        more = {
            (path, helper.name) for path, helper in helpers if any(calls_looker(lookers, path, call) for call in helper.calls)
        }
        if more <= here:
            return lookers
        here |= more


def _summary(helpers: list[tuple[str, Helper]], here: set[tuple[str, str]]) -> Lookers:
    named = {name for _, name in here}
    others = {helper.name for path, helper in helpers if (path, helper.name) not in here}
    return Lookers(frozenset(here), frozenset(named), frozenset(named - others))


def calls_looker(lookers: Lookers, path: str, call: Call, timid: bool = False) -> bool:
    """Does this call, made in `path`, reach a function that looks? `timid`: one such function is enough for a method of
    something unknown."""
    how, name = call
    if how == "here":
        return (path, name) in lookers.here
    return name in (lookers.always if how == "attribute" and not timid else lookers.named)


FACT = Fact(NAME, version=2, hints=HINTS, scan=scan, combine=combine)
