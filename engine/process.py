"""One file and the rules in order, each seeing what the one before it left. Runs inside a worker.

A rule runs until it proposes nothing more, and all rules run again over what they left: what
is admitted is therefore idempotent, or it is a failure. Pure: bytes in, items and bytes out.
"""

from __future__ import annotations

import contextlib
import io
import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import at_work, text_gates
from engine.admit import admit
from engine.codemod import Codemod
from engine.contract import checked
from engine.fingerprint import fingerprint
from engine.model import Applicability, Change, Failure, Finding, Item, RefusedFile, Site, Skip
from engine.overlay import Overlay
from engine.project import Project
from engine.source import Source
from engine.suppress import Place, RuleNames, Suppression, generated, left_alone, suppressions, unused

MAX_PASSES = 12  # of one rule over one file
MAX_ROUNDS = 4  # of all rules over one file


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule ready to run: its codemod and its options, defaults filled in."""

    id: str
    codemod: Codemod
    options: Mapping[str, Any]
    mode: str = "rewrite"  # or "report"

    def matches(self, data: bytes) -> bool:
        """The prefilter: may the codemod find something in these bytes?"""
        hints = self.codemod.hints
        patterns = hints(self.options) if callable(hints) else hints
        return any(re.search(pattern, data) for pattern in ((patterns,) if isinstance(patterns, bytes) else patterns))


@dataclass(frozen=True, slots=True)
class FileResult:
    """What the rules made of one file. `after` is None when nothing changes."""

    path: str
    items: tuple[Item, ...]
    after: bytes | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class _Run:
    """One file's run: what stays the same while its overlay moves on."""

    overlay: Overlay
    project: Project
    unsafe: bool
    comments: tuple[Suppression, ...]
    withheld: frozenset[str]  # groups of which a part cannot be admitted elsewhere: their changes are findings here
    verdicts: Mapping[Place, str]  # why a person declined the site there, or "" for an unsafe change that is accepted


def process(
    path: str,
    data: bytes,
    rules: Sequence[BoundRule],
    project: Project,
    unsafe: bool,
    names: RuleNames = RuleNames(),  # noqa: B008  (frozen)
    withheld: frozenset[str] = frozenset(),
    verdicts: Mapping[Place, str] | None = None,
) -> FileResult:
    """Run the rules over one file. Never raises for what the file or a codemod does wrong.

    `names`: the rules of the rule file, so that a suppression can be told to be unused.
    `withheld` and `verdicts`: see _Run.
    """
    try:
        source = Source(path, data)
        if generated(source.text):
            return FileResult(path, (Skip(Site(path, 1), "generated", "marked @generated: change what generates it", rule=""),))
        unread = None if source.parsed_for(project.python) else text_gates.unread(source)
    except RefusedFile as error:
        return FileResult(path, (Failure(Site(path, error.line, error.column), error.reason, str(error)),))
    if unread and not any(rule.codemod.reads == "text" for rule in rules):
        return FileResult(path, (unread,))  # one failure, not one a rule
    run = _Run(Overlay(source, source), project, unsafe, () if unread else suppressions(source), withheld, verdicts or {})
    try:
        if unread:
            _rounds([rule for rule in rules if rule.codemod.reads == "text"], run)
        if run.overlay.source.parses:
            _rounds(rules, run)
        at_work.note("")
    except _EndlessError as error:
        return FileResult(path, (Failure(Site(path, 1), error.reason, str(error), error.rule),))
    items = [*run.overlay.items.values(), *run.overlay.further]
    items += [unread] if unread and not run.overlay.source.parses else []
    idle = unused(path, run.comments, items, [rule.id for rule in rules], names)
    told = (left_alone(one, one.site, (), run.verdicts) for one in idle)
    items += [replace(one, fingerprint=fingerprint(one.rule, one.site, source)) for one in told]
    return FileResult(path, tuple(items), run.overlay.source.data if run.overlay.batches else None, source.encoding)


class _EndlessError(Exception):
    """A rule, or several together, that would never stop. The file keeps its bytes."""

    def __init__(self, reason: str, message: str, rule: str) -> None:
        super().__init__(message)
        self.reason, self.rule = reason, rule


def _rounds(rules: Sequence[BoundRule], run: _Run) -> None:
    """All rules in order, again until none changes anything. Raises _EndlessError when that never comes."""
    seen = {run.overlay.source.data}
    culprits: list[str] = []
    for _ in range(MAX_ROUNDS):
        before = run.overlay.source
        culprits = [rule.id for rule in rules if _settle(rule, run)]
        if run.overlay.source is before:
            return
        if run.overlay.source.data in seen:
            break
        seen.add(run.overlay.source.data)
    names = " and ".join(culprits)
    raise _EndlessError("oscillation", f"{names} keep undoing each other's work here; nothing was changed", culprits[0])


def _settle(rule: BoundRule, run: _Run) -> bool:
    """Run one rule until it proposes nothing more. True when it changed the file."""
    at_work.note(rule.id)
    start = run.overlay.source
    for _ in range(MAX_PASSES):
        source = run.overlay.source
        if run.overlay.quiet.get(rule.id) == source.data or not rule.matches(source.data):
            return source is not start
        wanted = _propose(rule, run)
        if not wanted:
            run.overlay.quiet[rule.id] = source.data
            return source is not start
        admit(wanted, rule.codemod.name, run.overlay, run.project)
    message = f"{rule.codemod.name} still proposes changes after {MAX_PASSES} passes: not idempotent; nothing was changed"
    raise _EndlessError("not-idempotent", message, rule.id)


def _propose(rule: BoundRule, run: _Run) -> list[Change]:
    """The changes a rule wants now; everything else it says goes to the items."""
    found: list[Finding | Change | Skip] = []
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            items = rule.codemod.run_file(run.overlay.source, run.project, rule.options)
            found.extend(checked(item, run.overlay.source) for item in items)
    except RefusedFile as error:
        site = Site(run.overlay.source.path, error.line, error.column)
        own = error.__cause__ or error  # what the user's code raised
        detail = "".join(traceback.format_exception(own)) if error.reason == "codemod-error" else ""
        run.overlay.record(Failure(site, error.reason, str(error), rule.id, detail))
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001  # rewright: ignore[broad-except] the worker boundary: a codemod may raise anything
        message = f"{rule.codemod.name} raised {type(error).__name__}: {error}"
        run.overlay.record(Failure(Site(run.overlay.source.path, 1), "codemod-error", message, rule.id, traceback.format_exc()))
        return []
    wanted = []
    for item in found:
        item = replace(item, rule=rule.id)  # noqa: PLW2901
        if run.comments or run.verdicts:
            item = left_alone(item, run.overlay.original_site(item.site), run.comments, run.verdicts)  # noqa: PLW2901
        if isinstance(item, Change) and (reason := _withheld(rule, item, run)):
            item = Finding(item.site, item.message, reason, item.data, item.applicability, rule.id, "", item.group)  # noqa: PLW2901
        if not isinstance(item, Change):
            run.overlay.record(item)
        elif run.overlay.place(rule.id, item.site) not in run.overlay.banned:
            wanted.append(item)
    return wanted


def _withheld(rule: BoundRule, change: Change, run: _Run) -> str:
    if rule.mode == "report":
        return "report-only"
    if change.applicability is Applicability.MANUAL:
        return "manual"
    if change.group in run.withheld:
        return "incomplete"
    waits = change.applicability is Applicability.UNSAFE and not run.unsafe
    return "needs-unsafe" if waits and run.overlay.place(rule.id, change.site) not in run.verdicts else ""
