"""The changes that a rule wants of one file: those that go together and pass every gate are applied, the others are failures."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace

from engine import gates, text_gates
from engine.edits import apply_edits, overlap
from engine.imports import clash, import_edits
from engine.model import Change, Edit, Failure, ImportNeed
from engine.overlay import Overlay
from engine.project import Project
from engine.source import Source


def admit(wanted: Sequence[Change], codemod: str, overlay: Overlay, project: Project) -> None:
    """Apply the changes that do not overlap and pass every gate; refuse those that do not pass. `codemod`: who proposes them."""
    winners: list[Change] = []
    taken: list[Edit] = []
    needs: set[ImportNeed] = set()
    for change in sorted(wanted, key=lambda one: (one.site.line, one.site.column, one.edits)):
        both = needs.union(change.imports) if change.imports else needs
        if overlap(change.edits, taken) or (winners and change.imports and clash(change.site.path, both)):
            continue  # it is proposed again in the next pass
        winners.append(change)
        needs = both
        for edit in change.edits:
            bisect.insort(taken, edit)
    winners = _below_imports(winners, overlay.source)
    result = _gated(winners, overlay, project)
    if isinstance(result, gates.Breach):
        alone = [(change, _gated([change], overlay, project)) for change in winners]
        for change, breach in alone:
            if isinstance(breach, gates.Breach):
                _refuse(codemod, change, breach, overlay)
        winners = [change for change, breach in alone if not isinstance(breach, gates.Breach)]
        result = _gated(winners, overlay, project) if winners else result
    if isinstance(result, gates.Breach):
        for change in winners:
            _refuse(codemod, change, result, overlay)
        return
    after, edits = result
    gates_passed = gates.PASSED if overlay.source.parses else text_gates.PASSED
    own = {edit for change in winners for edit in change.edits}
    shared = tuple(edit for edit in edits if edit not in own)  # the imports: told with the first change that needs them
    for change in winners:
        extra, shared = (shared, ()) if change.imports else ((), shared)
        passed = change.evidence + gates_passed
        overlay.record(replace(change, edits=change.edits + extra, evidence=passed, batch=len(overlay.batches)))
    overlay.advance(after, edits)


def _below_imports(changes: list[Change], source: Source) -> list[Change]:
    """The changes. What one inserts where the imports go replaces the first character there, so that it comes behind them."""
    edits = [edit for change in changes for edit in change.edits]
    needs = [need for change in changes for need in change.imports]
    inserted = {edit.start for edit in edits if edit.start == edit.end < len(source.text)}
    if not needs or not inserted:
        return changes
    places = inserted & {edit.start for edit in import_edits(source, needs, min(edit.start for edit in edits))}

    def behind(edit: Edit) -> Edit:
        is_there = edit.start == edit.end and edit.start in places
        return replace(edit, end=edit.end + 1, text=edit.text + source.text[edit.start]) if is_there else edit

    return [replace(change, edits=tuple(map(behind, change.edits))) for change in changes] if places else changes


def _gated(changes: Sequence[Change], overlay: Overlay, project: Project) -> tuple[Source, tuple[Edit, ...]] | gates.Breach:
    edits = [edit for change in changes for edit in change.edits]
    needs = [need for change in changes for need in change.imports]
    if problem := clash(overlay.source.path, needs):
        return gates.Breach("imports", problem)
    if needs:
        edits += import_edits(overlay.source, needs, min(edit.start for edit in edits))
    edits.sort()
    spans = [span for change in changes for span in change.spans]
    try:
        text = apply_edits(overlay.source.text, edits)
    except ValueError as error:
        return gates.Breach("edits", str(error))
    if not overlay.source.parses:
        mended = text_gates.check(overlay.source, text, edits, project.python)
        return mended if isinstance(mended, gates.Breach) else (mended, tuple(edits))
    out = [comment for change in changes if change.group for comment in change.comments_out]
    after = gates.check(overlay.source, text, edits, spans, project.python, out)
    return after if isinstance(after, gates.Breach) else (after, tuple(edits))


def _refuse(codemod: str, change: Change, breach: gates.Breach, overlay: Overlay) -> None:
    overlay.banned.add(overlay.place(change.rule, change.site))
    message = f"{codemod} proposed a rewrite that does not hold ({breach.gate}): {breach.message}"
    overlay.record(Failure(change.site, f"gate:{breach.gate}", message, change.rule))
