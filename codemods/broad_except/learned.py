"""The fact `learned`: what shadow mode saw reach a function's SafeExecutor blocks, from `.rewright/learned.yaml`.

`rewright learn` writes that file. A record knows the function it happened in by `__qualname__`, and by its plain name where
Python before 3.11 wrote it; its line is one of the rewritten file, so it cannot tell two handlers of one function apart.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from codemods.broad_except.knowledge import load
from codemods.broad_except.sites import FUNCTIONS, BroadSite, File
from engine import Fact, Project, Source

NAME = "learned"
FILE = ".rewright/learned.yaml"

Learned = Mapping[tuple[str, str], tuple[str, ...]]


def learned(project: Project) -> Learned:
    """(path, function) to the exceptions to recover from there, by canonical name."""
    found: Learned = project.facts.get(NAME) or {}
    return found


def learned_at(file: File, site: BroadSite) -> tuple[str, ...]:
    """The exceptions that were learned for the function around a handler, by canonical name, sorted."""
    found = learned(file.project)
    if not found:
        return ()
    qualified = _qualified(file.source, site.tried)
    names = {qualified, qualified.rpartition(".")[2]}
    return tuple(sorted({one for name in names for one in found.get((file.source.path, name), ())}))


def _qualified(source: Source, node: ast.AST) -> str:
    """What `__qualname__` says of the function around a node; "<module>" where there is none."""
    around = [part for part in source.ancestors(node) if isinstance(part, (*FUNCTIONS, ast.ClassDef))]
    name = ""
    for part in reversed(around):
        name = f"{name}.{part.name}" if name else part.name
        name += ".<locals>" if isinstance(part, FUNCTIONS) and part is not around[0] else ""
    return name or "<module>"


def _scan(_: Source) -> None:
    return None


def _combine(files: Mapping[str, Any], _: Project) -> Learned:
    canonical = load().canonical
    from engine import parse_learned

    entries = [entry for data in files.values() for entry in parse_learned(data, FILE)]
    return {(entry.path, entry.function): tuple(map(canonical, entry.exceptions)) for entry in entries if entry.exceptions}


FACT = Fact(NAME, version=1, hints=None, scan=_scan, combine=_combine, files=(FILE,))
