"""What became of decisions: a function of them, of a plan in which they counted, and of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.baseline import Entry, Reach
from engine.decisions.values import Decision, short
from engine.model import Failure, Plan

State = Literal["in force", "expired", "done", "dangling", "unsure"]
STALE = ("expired", "done", "dangling")

_WARNED: Mapping[str, tuple[str, str]] = {
    "expired": ("decision has expired and counts no more", "decisions have expired and count no more"),
    "dangling": (
        "declined site is gone: its code changed, or its rule is off",
        "declined sites are gone: their code changed, or their rule is off",
    ),
    "unsure": (
        "decision is on one of several equal sites, whose number changed: declined, it counts for all, accepted, for none",
        "decisions are on one of several equal sites, whose number changed: declined, they count for all, accepted, for none",
    ),
}


@dataclass(frozen=True, slots=True)
class Status:
    """A decision and what became of it. `line`: where its site stands now, 1-based; 0 when it is gone, or was not looked for."""

    decision: Decision
    state: State
    line: int = 0


def states(decisions: Iterable[Decision], plan: Plan, today: str, reached: Reach) -> tuple[Status, ...]:
    """Each decision's state, in the order of the file's sort.

    A site that the run could not have seen is taken to be there. An accepted one that is gone is done: applied, mostly.
    """
    decisions = sorted(decisions)
    lines = {item.fingerprint: item.site.line for item in plan.items if item.fingerprint}
    counts = Counter(map(_base, lines))
    declined = Counter(_base(one.fingerprint) for one in decisions if one.decision == "decline" and not one.expired(today))
    failed = {item.site.path for item in plan.of(Failure)}
    out = []
    for one in decisions:
        base = _base(one.fingerprint)
        unseen = one.path in failed or not reached.covers(Entry(one.path, one.rule, one.fingerprint, 0))
        state: State = "in force"
        if one.expired(today):
            state = "expired"
        elif not counts[base]:
            state = "in force" if unseen else "done" if one.decision == "accept" else "dangling"
        elif counts[base] != one.equal and counts[base] == declined[base]:  # the others are gone, see engine.verdicts
            state = "in force" if one.decision == "decline" else "done"
        elif counts[base] != one.equal:
            state = "unsure"
        out.append(Status(one, state, lines.get(one.fingerprint, 0)))
    return tuple(out)


def warnings(found: Sequence[Status], verbose: bool) -> tuple[str, ...]:
    """A sentence for each kind of decision that no longer says what it was meant to; with `verbose` one for each of them."""
    out = []
    for state, (one, many) in _WARNED.items():
        some = [status for status in found if status.state == state]
        if some:
            what = f"1 {one}" if len(some) == 1 else f"{len(some):,} {many}"
            advice = (
                "; decide again" if state == "unsure" else "; `rewright decide forget --stale` takes it out" if verbose else ""
            )
            out.append(f"{what}{advice}{'' if verbose else ' (--verbose lists them)'}")
            out += [f"{short(status.decision.fingerprint)} {told(status)}" for status in some if verbose]
    return tuple(out)


def _base(fingerprint: str) -> str:
    return fingerprint.partition("-")[0]


def told(status: Status) -> str:
    """`path:line rule: declined by NAME on DATE: WHY [in force]`."""
    one = status.decision
    return f"{one.path}{f':{status.line}' if status.line else ''} {one.rule}: {one.sentence()} [{status.state}]"
