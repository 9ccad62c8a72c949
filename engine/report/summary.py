"""Counts of a plan, by type, rule, applicability and reason; every format takes its totals from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from engine.model import JSON, Applicability, Change, Failure, FileDelta, Finding, Item, Plan, Skip
from engine.moves import joined
from engine.words import plural

TYPES = ("change", "finding", "skip", "failure")
WITHHELD = "needs-unsafe"  # the reason of a finding whose rewrite waits for --unsafe


class Cell(NamedTuple):
    """What items are counted by. Empty strings where an item has none."""

    type: str
    rule: str
    applicability: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one plan. `changed`, `created`, `moved` and `removed` count files, each once; a moved one may change, too."""

    cells: Mapping[Cell, int]
    files: int
    changed: int
    created: int
    moved: int = 0
    removed: int = 0

    @property
    def written(self) -> int:
        """How many files the plan touches."""
        return self.changed + self.created + self.moved + self.removed

    def count(self, **wanted: str) -> int:
        """Items whose cell has these values: count(type="change", applicability="safe")."""
        return sum(n for cell, n in self.cells.items() if all(getattr(cell, axis) == value for axis, value in wanted.items()))

    def by(self, key: Callable[[Cell], str]) -> dict[str, int]:
        """Counts by a property of the cell, sorted by it, without the items that have none."""
        totals: Counter[str] = Counter()
        for cell, n in self.cells.items():
            totals[key(cell)] += n
        return {name: totals[name] for name in sorted(totals) if name}


def type_of(item: Item) -> str:
    """An item's `type`, as reports name it."""
    match item:
        case Change():
            return "change"
        case Finding():
            return "finding"
        case Skip():
            return "skip"
        case Failure():
            return "failure"
        case _:
            assert_never(item)


def applicability_of(item: Item) -> Applicability | None:
    """How an item's rewrite may be applied; None where there is no rewrite."""
    return item.applicability if isinstance(item, (Change, Finding)) else None


def reason_of(item: Item) -> str:
    """An item's reason code; empty for a change."""
    return "" if isinstance(item, Change) else item.reason


def summarise(plan: Plan) -> Summary:
    """The counts of a plan."""
    cells = Counter(Cell(type_of(item), item.rule, applicability_of(item) or "", reason_of(item)) for item in plan.items)
    counts = Counter(_kind(delta) for delta in joined(plan.deltas))
    return Summary(cells, plan.files, counts["changed"], counts["created"], counts["moved"], counts["removed"])


def _kind(delta: FileDelta) -> str:
    if delta.origin:
        return "moved"
    if delta.before == delta.after:
        return ""
    return "created" if delta.before is None else "removed" if delta.after is None else "changed"


def as_json(summary: Summary, plan: Plan) -> dict[str, JSON]:
    """The summary as json and jsonl print it. Types and applicabilities are always all there."""
    rules = summary.by(lambda cell: cell.rule)
    baseline = {"baseline": plan.metadata["baseline"]} if "baseline" in plan.metadata else {}
    return {
        "types": {type_: summary.count(type=type_) for type_ in TYPES},
        "rules": {rule: {type_: summary.count(type=type_, rule=rule) for type_ in TYPES} for rule in rules},
        "applicability": {value.value: summary.count(applicability=value) for value in Applicability},
        "reasons": summary.by(lambda cell: cell.reason),
        "withheld": summary.count(reason=WITHHELD),
        "files": summary.files,
        "files_changed": summary.changed,
        "files_created": summary.created,
        "files_moved": summary.moved,
        "files_removed": summary.removed,
        "warnings": list(plan.warnings),
        **baseline,
    }


def sentence(summary: Summary) -> str:
    """The summary in one sentence."""
    counts = [plural(summary.count(type=type_), type_) for type_ in TYPES]
    written = plural(summary.changed, "file") + " changed"
    more = {"created": summary.created, "moved": summary.moved, "removed": summary.removed}
    written += "".join(f", {count} {what}" for what, count in more.items() if count)
    return f"{', '.join(counts)} in {plural(summary.files, 'file')} examined; {written}"
