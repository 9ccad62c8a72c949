"""Reports: a plan as text, json, jsonl or patch. One module and one function each.

Every report is a pure function of the plan and a View: no I/O, no clock, no environment.
A format's module is imported when it is asked for, so that jsonl never loads rich.
Chunks are str. Write them as UTF-8 with the error handler `surrogateescape` and without
newline translation: `patch` carries bytes that are not UTF-8 that way, and file names too.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.model import Plan, RewrightError
from engine.words import near_miss

FORMATS: Mapping[str, str] = {
    "text": "for people: diffs with their reasons, skips, failures and totals",
    "json": "one document: the items, shaped like ruff's, and a summary",
    "jsonl": "one object a line, the summary last",
    "patch": "a unified diff that git apply takes",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the reader wants to see. Only `text` heeds more than `verbose`."""

    verbose: bool = False  # every site, whole new files, tracebacks
    color: bool = False  # ANSI colours
    width: int = 100  # columns; explanations are wrapped to it, code and site lines never
    context: int = 3  # unchanged lines around a change
    diffs: bool = True  # the verb `diff`; False for `scan`, which lists sites
    apply: str = "rewright apply"  # the command that writes what is shown, and the one that takes it back
    undo: str = "rewright undo"


def render(plan: Plan, fmt: str, view: View) -> Iterator[str]:
    """The report in chunks, in order; the last ends with a newline. Raises RewrightError for an unknown format."""
    if fmt not in FORMATS:
        raise RewrightError(f"--output-format {fmt}: there is no such format{near_miss(fmt, FORMATS)}")
    writer: Callable[[Plan, View], Iterator[str]] = importlib.import_module(f"engine.report.{fmt}").render
    return writer(plan, view)
