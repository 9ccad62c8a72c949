"""At which levels a handler logs by itself, the functions of the project that it calls included: the fact `logged`.

The executor must not repeat at one level what the handler says there already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from codemods.broad_except.current import log_calls
from codemods.broad_except.helpers import reach
from codemods.broad_except.sites import FUNCTIONS, BroadSite, File, last_name, outside_inner_handlers
from engine import Fact, Project, Source

NAME = "logged"
HINTS = rb"\.(error|exception|log)\s*\("

_LEVELS = {"exception": "error", "warn": "warning", "fatal": "critical"}
_NUMBERS = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}


def levels_in(nodes: Iterable[ast.AST]) -> set[str]:
    """The levels of the log calls among `nodes`, by name; `?` for one that only the run knows."""
    return {_level(call) for call in log_calls(iter(nodes))}


def _level(call: ast.Call) -> str:
    method = call.func.attr  # type: ignore[attr-defined]
    if method != "log":
        return str(_LEVELS.get(method, method))
    given = call.args[0] if call.args else None
    if isinstance(given, ast.Constant):
        return _NUMBERS.get(given.value, "?") if isinstance(given.value, int) else "?"
    name = last_name(given).lower() if given is not None else ""
    return name if name in _NUMBERS.values() else "?"


def handler_levels(file: File, site: BroadSite) -> set[str]:
    """The levels at which a handler logs; `error` too where a function of the project that it calls does."""
    known: frozenset[tuple[str, str]] = file.project.facts.get(NAME) or frozenset()
    nodes = list(outside_inner_handlers(site.handler.body))
    levels = levels_in(nodes)
    for node in nodes:
        call = reach(file.source, node, file.defined) if isinstance(node, ast.Call) else None
        if call and call[0] != "attribute" and (file.source.path if call[0] == "here" else "", call[1]) in known:
            levels.add("error")
    return levels


def scan(source: Source) -> tuple[str, ...] | None:
    """The functions whose own body logs an error, outside its handlers."""
    found = {
        node.name
        for node in source.statements(ast.AST)
        if isinstance(node, FUNCTIONS) and "error" in levels_in(outside_inner_handlers(list(node.body)))
    }
    return tuple(sorted(found)) or None


def combine(scanned: Mapping[str, Any], _: Project) -> frozenset[tuple[str, str]]:
    """(path, name) of each; under the path "" every name."""
    here = {(path, name) for path, names in scanned.items() for name in names}
    return frozenset(here | {("", name) for _, name in here})


FACT = Fact(NAME, version=1, hints=HINTS, scan=scan, combine=combine)
