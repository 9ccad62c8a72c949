"""`jsonl`: one JSON object a line, pure ASCII. The contract other tools read.

Every line has these keys, in this order; null where one does not apply:

    type           "change", "finding", "skip", "failure"; the last line is "summary"
    rule           the rule's id; null for a failure that no single rule is to blame for
    path           relative to the target's root, posix separators
    line, column   1-based, columns in characters: the construct that breaks the rule, in the
                   file as its rule saw it (earlier rules of the same plan applied)
    end_line       1-based, the construct's last line
    message        a sentence for a person
    fingerprint    names the site across runs and moved lines; null when it has none
    applicability  "safe", "unsafe", "manual" for a change and for a finding whose rewrite is known
    reason         a stable code saying why nothing is rewritten; null for a change
    evidence       of a change: [{check, result: "pass" | "fail" | "unknown", detail}]
    edits          of a change: [{path, start, end, content}]: put `content` in place of the 0-based
                   half-open range of *characters* start:end (a byte-order mark is not counted; each
                   end of line as written) of the file as its rule saw it
    data           an object, by rule; of a failure, {"detail": traceback} with --verbose; of a change that moves its file,
                   also "moves_to": the file's new path

Imports that a change needs, and support modules, are written once per file and are no edits
of one change: the `patch` format holds every byte that apply would write.

The summary's `message` says it in words. Its `data` holds `types`, `rules` ({rule: {type:
count}}), `applicability`, `reasons`, `withheld` (unsafe rewrites that wait for --unsafe),
`files` (examined), `files_changed` (existing ones), `files_created`, `files_moved` (changed or not), `files_removed` and
`warnings`; under `scan --baseline` also `baseline`: {file, known, new, fixed: [{path, rule, fingerprint, line}], updated}.

A file name that is not UTF-8 carries its odd bytes as lone surrogates (Python's surrogateescape).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.model import JSON, Change, Failure, Item, Plan
from engine.report import View
from engine.report.summary import applicability_of, as_json, reason_of, sentence, summarise, type_of

_KEYS = (
    "type",
    "rule",
    "path",
    "line",
    "column",
    "end_line",
    "message",
    "fingerprint",
    "applicability",
    "reason",
    "evidence",
    "edits",
    "data",
)


def render(plan: Plan, view: View) -> Iterator[str]:
    """One line an item, in the plan's order, then the summary."""
    encode = json.JSONEncoder(default=plain).encode
    for item in plan.items:
        yield encode(record(item, view.verbose)) + "\n"
    summary = summarise(plan)
    last: dict[str, JSON] = dict.fromkeys(_KEYS)
    yield encode(last | {"type": "summary", "message": sentence(summary), "data": as_json(summary, plan)}) + "\n"


def record(item: Item, verbose: bool) -> dict[str, JSON]:
    """An item as one flat object: the keys of the module's docstring."""
    site = item.site
    return {
        "type": type_of(item),
        "rule": item.rule or None,
        "path": site.path,
        "line": site.line,
        "column": site.column,
        "end_line": site.end_line or site.line,
        "message": item.message,
        "fingerprint": item.fingerprint or None,
        "applicability": applicability_of(item),
        "reason": reason_of(item) or None,
        "evidence": evidence(item) if isinstance(item, Change) else None,
        "edits": edits(item) if isinstance(item, Change) else None,
        "data": data(item, verbose),
    }


def evidence(change: Change) -> list[JSON]:
    """What was checked about a change."""
    return [{"check": found.check, "result": found.result, "detail": found.detail} for found in change.evidence]


def edits(change: Change) -> list[JSON]:
    """A change's edits, in its own order; character offsets, 0-based, half-open, into the text before batch `batch`."""
    return [
        {"path": edit.path, "start": edit.start, "end": edit.end, "content": edit.text, "batch": change.batch}
        for edit in change.edits
    ]


def data(item: Item, verbose: bool) -> JSON:
    """What a rule says about an item; a failure's traceback when asked for."""
    if isinstance(item, Failure):
        return {"detail": item.detail} if verbose and item.detail else None
    if isinstance(item, Change) and item.moves_to:
        return {**item.data, "moves_to": item.moves_to}
    return item.data


def plain(value: object) -> object:
    """For json: a mapping that is not a dict, as one. Raises TypeError for what JSON has no word for."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} in an item's data is not JSON; a codemod's data holds only what JSON can")
