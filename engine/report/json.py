"""`json`: the whole plan as one document, shaped like ruff's output.

    {"version": 1, "root": ..., "items": [...], "summary": {...}}

Every item has `type`, `code` (the rule), `filename` (relative to `root`, posix), `location`
and `end_location` ({row, column}, both 1-based, columns in characters, the end exclusive;
`end_location` is null where only a line is known), `message`, `reason`, `fingerprint`,
`applicability`, `evidence`, `fix` and `data`; null where one does not apply. A change's `fix`
is {applicability, message, edits}; its edits' `start` and `end` are **0-based**, half-open
character offsets, as in jsonl, whose docstring tells the rest. `summary` is jsonl's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.model import JSON, Change, Item, Plan, Site
from engine.report import View
from engine.report.jsonl import data, edits, evidence, plain
from engine.report.summary import applicability_of, as_json, reason_of, summarise, type_of


def render(plan: Plan, view: View) -> Iterator[str]:
    """The document, an item a chunk; indented by item so that a person can read it and git can diff it."""
    encode = json.JSONEncoder(default=plain).encode
    yield f'{{\n  "version": 1,\n  "root": {encode(plan.root)},\n  "items": ['
    for index, item in enumerate(plan.items):
        yield f"{',' if index else ''}\n    {encode(_item(item, view.verbose))}"
    yield "\n  ],\n" if plan.items else "],\n"
    yield f'  "summary": {encode(as_json(summarise(plan), plan))}\n}}\n'


def _item(item: Item, verbose: bool) -> dict[str, JSON]:
    site = item.site
    fix: JSON = None
    if isinstance(item, Change):
        fix = {"applicability": item.applicability, "message": item.message, "edits": edits(item)}
    return {
        "type": type_of(item),
        "code": item.rule or None,
        "filename": site.path,
        "location": {"row": site.line, "column": site.column},
        "end_location": _end(site),
        "message": item.message,
        "reason": reason_of(item) or None,
        "fingerprint": item.fingerprint or None,
        "applicability": applicability_of(item),
        "evidence": evidence(item) if isinstance(item, Change) else None,
        "fix": fix,
        "data": data(item, verbose),
    }


def _end(site: Site) -> JSON:
    return {"row": site.end_line or site.line, "column": site.end_column} if site.end_column else None
