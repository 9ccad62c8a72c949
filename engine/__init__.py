"""Rewright's engine. What this module hands out is all that a codemod may know of it.

Names that need LibCST are loaded on first use, so that `rewright --version` and a run that
finds everything in the cache never import it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from engine.codemod import Codemod, Fact, Option, SupportModule
from engine.model import Applicability, Change, Creation, Edit, Evidence, Finding, ImportNeed, RewrightError, Site, Skip, Span
from engine.walk import SIMPLE, children, every_node, parents_of

if TYPE_CHECKING:
    from engine.bindings import scopes
    from engine.data import data_names, parse_data, read_data
    from engine.expressions import replace_expression
    from engine.globs import matcher
    from engine.hunks import lines_of, text_edits
    from engine.imports import need_import
    from engine.learned import parse_learned
    from engine.line_diff import changed_blocks
    from engine.names import BUILTINS
    from engine.other_tools import elsewhere
    from engine.picture.layout import Block, Box, Layout, Wire, laid_out
    from engine.picture.page import page_head, page_table
    from engine.picture.style import page_style
    from engine.picture.svg import arrow_head, box_place, curve, html_text
    from engine.picture.text import cut_text, shown_text, text_width
    from engine.project import Project
    from engine.skeleton import Rewrite, SliceError
    from engine.slices import Statement, Transform
    from engine.source import Source
    from engine.stdlib import EVERYWHERE, STDLIB
    from engine.words import beginnings, near_miss, visible

_LAZY = {
    "BUILTINS": "engine.names",
    "Block": "engine.picture.layout",
    "Box": "engine.picture.layout",
    "EVERYWHERE": "engine.stdlib",
    "Layout": "engine.picture.layout",
    "Project": "engine.project",
    "Rewrite": "engine.skeleton",
    "STDLIB": "engine.stdlib",
    "SliceError": "engine.skeleton",
    "Source": "engine.source",
    "Statement": "engine.slices",
    "Wire": "engine.picture.layout",
    "arrow_head": "engine.picture.svg",
    "beginnings": "engine.words",
    "box_place": "engine.picture.svg",
    "changed_blocks": "engine.line_diff",
    "curve": "engine.picture.svg",
    "cut_text": "engine.picture.text",
    "data_names": "engine.data",
    "elsewhere": "engine.other_tools",
    "html_text": "engine.picture.svg",
    "laid_out": "engine.picture.layout",
    "lines_of": "engine.hunks",
    "matcher": "engine.globs",
    "near_miss": "engine.words",
    "need_import": "engine.imports",
    "page_head": "engine.picture.page",
    "page_style": "engine.picture.style",
    "page_table": "engine.picture.page",
    "parse_data": "engine.data",
    "parse_learned": "engine.learned",
    "read_data": "engine.data",
    "scopes": "engine.bindings",
    "replace_expression": "engine.expressions",
    "shown_text": "engine.picture.text",
    "text_edits": "engine.hunks",
    "text_width": "engine.picture.text",
    "visible": "engine.words",
}

__all__ = [
    "BUILTINS",
    "EVERYWHERE",
    "SIMPLE",
    "STDLIB",
    "Applicability",
    "Block",
    "Box",
    "Change",
    "Codemod",
    "Creation",
    "Edit",
    "Evidence",
    "Fact",
    "Finding",
    "ImportNeed",
    "Layout",
    "Option",
    "Project",
    "RewrightError",
    "Rewrite",
    "Site",
    "Skip",
    "SliceError",
    "Source",
    "Span",
    "Statement",
    "SupportModule",
    "Wire",
    "arrow_head",
    "beginnings",
    "box_place",
    "changed_blocks",
    "children",
    "curve",
    "cut_text",
    "data_names",
    "elsewhere",
    "every_node",
    "html_text",
    "laid_out",
    "lines_of",
    "matcher",
    "near_miss",
    "need_import",
    "page_head",
    "page_style",
    "page_table",
    "parents_of",
    "parse_data",
    "parse_learned",
    "read_data",
    "replace_expression",
    "rewrite_statement",
    "scopes",
    "shown_text",
    "text_edits",
    "text_width",
    "visible",
]


def rewrite_statement(source: Source, node: ast.stmt, transform: Transform, hollow: Sequence[Sequence[ast.stmt]] = ()) -> Rewrite:
    """Rewrite one statement through LibCST, which is loaded by the first call: see engine.slices."""
    from engine.slices import rewrite_statement as rewrite

    return rewrite(source, node, transform, hollow)


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
