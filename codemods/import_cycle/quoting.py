"""Annotations as strings, one by one, where the future import would change what the rest of the file means."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine import SliceError, Source

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def quoted(source: Source, names: frozenset[str]) -> list[tuple[int, int, str]]:
    """Put quotes around every annotation that runs at import time and uses one of these names, as (start, end, text).

    Raises SliceError `quoted-annotation` for one that cannot be put into quotes.
    """
    edits = []
    for node in _annotations(source.tree.body):
        if any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node)):
            text = source.segment(node)
            quote = next((mark for mark in ('"', "'") if mark not in text), "")
            if not quote or "\n" in text or "\\" in text:
                raise SliceError("quoted-annotation", f"line {node.lineno}: the annotation cannot be put into quotes")
            edits.append((source.start(node), source.end(node), f"{quote}{text}{quote}"))
    return edits


def _annotations(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Every annotation outside function bodies, outermost expressions only."""
    for node in body:
        if isinstance(node, _FUNCTIONS):
            given = node.args
            for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
                if argument is not None and argument.annotation is not None:
                    yield argument.annotation
            if node.returns is not None:
                yield node.returns
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation
        else:
            for name in ("body", "orelse", "finalbody"):
                yield from _annotations(getattr(node, name, []))
            for handler in getattr(node, "handlers", []):
                yield from _annotations(handler.body)
