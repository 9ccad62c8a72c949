"""Rewright's engine. What this module hands out is all that a codemod may know of it.

Names that need LibCST are loaded on first use, so that `rewright --version` and a run that
finds everything in the cache never import it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from engine.model import (
    Applicability,
    Change,
    Codemod,
    Creation,
    Evidence,
    Fact,
    Finding,
    ImportNeed,
    Option,
    RewrightError,
    Site,
    Skip,
    SupportModule,
)
from engine.walk import children, every_node

if TYPE_CHECKING:
    from engine.data import data_names, parse_data, read_data
    from engine.expressions import replace_expression
    from engine.globs import matcher
    from engine.imports import need_import
    from engine.learned import parse_learned
    from engine.project import Project
    from engine.skeleton import Rewrite, SliceError
    from engine.slices import Statement, Transform
    from engine.source import Source

_LAZY = {
    "Project": "engine.project",
    "Rewrite": "engine.skeleton",
    "SliceError": "engine.skeleton",
    "Source": "engine.source",
    "Statement": "engine.slices",
    "data_names": "engine.data",
    "matcher": "engine.globs",
    "need_import": "engine.imports",
    "parse_data": "engine.data",
    "parse_learned": "engine.learned",
    "read_data": "engine.data",
    "replace_expression": "engine.expressions",
}

__all__ = [
    "Applicability",
    "Change",
    "Codemod",
    "Creation",
    "Evidence",
    "Fact",
    "Finding",
    "ImportNeed",
    "Option",
    "Project",
    "RewrightError",
    "Rewrite",
    "Site",
    "Skip",
    "SliceError",
    "Source",
    "Statement",
    "SupportModule",
    "children",
    "data_names",
    "every_node",
    "matcher",
    "need_import",
    "parse_data",
    "parse_learned",
    "read_data",
    "replace_expression",
    "rewrite_statement",
]


def rewrite_statement(source: Source, node: ast.stmt, transform: Transform, hollow: Sequence[Sequence[ast.stmt]] = ()) -> Rewrite:
    """Rewrite one statement through LibCST, which is loaded by the first call: see engine.slices."""
    from engine.slices import rewrite_statement as rewrite

    return rewrite(source, node, transform, hollow)


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
