"""Which changes made which hunk of a file's diff.

A change's edits are offsets into the file as its rule saw it; the diff is between the first
and the last text. The way from one to the other is known but for the imports that the engine
inserted between: so an offset is carried forward by the lengths of the other edits, and then
settled by looking for the edit's own text near where it must stand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from engine.model import Applicability, Change, Plan
from engine.report.hunks import Hunk

_NEAR = 4_000  # characters around the estimate in which an edit's text is looked for

# One rule's edits of one file: their starts, and the characters they add before each, and at last in all.
Step = tuple[list[int], list[int]]


def changes_by_path(plan: Plan) -> Mapping[str, list[Change]]:
    """Applied changes under every file that they edit or move, by its present path, in the plan's order. Manual ones: none."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for change in plan.of(Change):
        if change.applicability is not Applicability.MANUAL:
            moved = [change.site.path] if change.moves_to else []
            for path in dict.fromkeys([*moved, *(edit.path for edit in change.edits), *(need.path for need in change.imports)]):
                found[path].append(change)
    return found


@dataclass(frozen=True, slots=True)
class Diff:
    """One file of the plan: its first and its last text, without a byte-order mark, and their hunks."""

    path: str
    before: str
    after: str
    hunks: Sequence[Hunk[str]]


def attribute(diff: Diff, changes: Sequence[Change], rules: Sequence[str]) -> list[list[Change]]:
    """For each hunk of one file the changes that made it: by rule in the given order, then by line."""
    made: list[list[Change]] = [[] for _ in diff.hunks]
    order = {rule: index for index, rule in enumerate(rules)}
    ranked = sorted(changes, key=lambda change: (order.get(change.rule, len(order)), change.site))
    steps = _steps(diff.path, ranked)
    drift = len(diff.after) - len(diff.before) - sum(sums[-1] for _, sums in steps.values())
    lines = [0, *(match.end() for match in re.finditer("\n", diff.after))]
    names = list(steps)
    for change in ranked:
        hit: set[int] = set()
        for edit in change.edits:
            if edit.path == diff.path:
                later = [steps[name] for name in names[names.index(change.rule) + 1 :]]
                start = _settle(diff.after, _carried(edit.start, steps[change.rule], later), edit.text, drift)
                first = bisect_right(lines, start)
                last = bisect_right(lines, max(start + len(edit.text) - 1, start))
                hit.update(_touched(diff.hunks, first, last))
        for index in sorted(hit):
            made[index].append(change)
    return made


def _steps(path: str, ranked: Sequence[Change]) -> dict[str, Step]:
    by_rule: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for change in ranked:
        for edit in change.edits:
            if edit.path == path:
                by_rule[change.rule].append((edit.start, len(edit.text) - edit.end + edit.start))
    return {
        rule: ([start for start, _ in sorted(added)], list(accumulate((n for _, n in sorted(added)), initial=0)))
        for rule, added in by_rule.items()
    }


def _carried(start: int, own: Step, later: Sequence[Step]) -> int:
    """An edit's start in the file as its rule saw it, as an offset into the last text, imports not counted."""
    starts, sums = own
    at = start + sums[bisect_right(starts, start - 1)]
    for starts, sums in later:
        at += sums[bisect_right(starts, at)]
    return at


def _settle(after: str, at: int, text: str, drift: int) -> int:
    """The 0-based offset at which the text of an edit stands in `after`; an estimate where it is not found."""
    estimate = min(max(at + drift, 0), len(after))
    for guess in (estimate, at):
        if after.startswith(text, guess):
            return guess
    ahead = after.find(text, estimate, estimate + len(text) + _NEAR)
    behind = after.rfind(text, max(estimate - _NEAR, 0), estimate + len(text))
    near = [place for place in (ahead, behind) if place >= 0]
    return min(near, key=lambda place: abs(place - estimate)) if near else estimate


def _touched(hunks: Sequence[Hunk[str]], first: int, last: int) -> list[int]:
    """Indexes of the hunks that touch the 1-based new lines first..last; the nearest one when none does."""
    touched = [i for i, hunk in enumerate(hunks) if hunk.new_start <= last and first < hunk.new_start + max(hunk.new_count, 1)]
    return touched or sorted(range(len(hunks)), key=lambda i: abs(hunks[i].new_start - first))[:1]
