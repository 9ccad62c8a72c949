"""Annotations as strings, one by one, where the future import would change what the rest of the file means."""

from __future__ import annotations

import ast

from codemods.import_cycle.graph.shapes import annotations_of, quotes
from engine import SliceError, Source


def quoted(source: Source, names: frozenset[str]) -> list[tuple[int, int, str]]:
    """Put quotes around every annotation that runs at import time and uses one of these names, as (start, end, text).

    Raises SliceError `quoted-annotation` for one that cannot be put into quotes.
    """
    edits = []
    for node in annotations_of(source.tree.body):
        if any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node)):
            text = quotes(source, node)
            if not text:
                raise SliceError("quoted-annotation", f"line {node.lineno}: the annotation cannot be put into quotes")
            edits.append((source.start(node), source.end(node), text))
    return edits
