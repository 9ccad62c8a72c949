"""What decisions say of the sites of a file: by fingerprint in, by place out. Pure.

A fingerprint's number is known only when a whole file is planned. So a file that a decision concerns is planned first as if
there were none, and again with the verdicts on its places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.model import Applicability, Change, Finding, Item
from engine.process import FileResult
from engine.request import Request
from engine.suppress import Place

WITHHELD = "needs-unsafe"


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """One site of a file, as it stands on disk (1-based). `declined`: why it is left alone; "" admits an unsafe change."""

    rule: str
    line: int
    column: int
    declined: str


def places(verdicts: Iterable[Verdict]) -> dict[Place, str]:
    """Verdicts by place. Where two differ, the one that declines counts."""
    return {(one.rule, one.line, one.column): one.declined for one in sorted(verdicts)}


def fresh(
    request: Request, results: Sequence[FileResult], known: Mapping[str, Sequence[Verdict]]
) -> dict[str, tuple[Verdict, ...]]:
    """Path to the verdicts on its items that are not in `known`; of each file only those of the first rule that has any.

    What is decided for one rule may give or take sites of the rules after it: these are asked when the file was planned again.
    """
    decided = {*request.declined, *request.accepted}
    bases: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(decided, key=number):
        bases[one.partition("-")[0]].append(one)
    order = {rule.bound.id: i for i, rule in enumerate(request.rules)}
    found = {}
    for result in results if decided else ():
        equal = defaultdict(list)
        for item in result.items:
            if item.fingerprint in bases:
                equal[item.fingerprint].append(item)
        new = [one for base, items in equal.items() for one in _verdicts(request, bases[base], items)]
        new = [one for one in new if one not in known.get(result.path, ())]
        if new:
            first = min(order.get(one.rule, len(order)) for one in new)
            found[result.path] = tuple(sorted(one for one in new if order.get(one.rule, len(order)) == first))
    return found


def _verdicts(request: Request, decided: Sequence[str], items: Sequence[Item]) -> Iterable[Verdict]:
    """The verdicts on the equal sites of a file: `items` have one fingerprint, not numbered yet; `decided` are numbers of it."""
    items = sorted(items, key=lambda item: (item.site.line, item.site.column))
    declined = [name for name in decided if name in request.declined]
    for fingerprint in decided:
        then, now = request.equal.get(fingerprint), len(items)
        why = request.declined.get(fingerprint, "")
        certain = then is None or then == now
        at = number(fingerprint) - 1
        if why and not certain and len(declined) == now:  # the others are gone: these are those that were declined
            certain, at = True, declined.index(fingerprint)
        if why and not certain:
            why += f"; then there were {then} equal sites in this file and now {now}, so each is left alone: decide again"
        for item in items[at : at + 1] if certain else items:
            if (why and isinstance(item, (Change, Finding))) or (not why and certain and _waits(item)):
                yield Verdict(item.rule, item.site.line, item.site.column, why)


def number(fingerprint: str) -> int:
    """Which of the equal sites of its file, 1-based."""
    return int(fingerprint.partition("-")[2] or 1)


def _waits(item: Item) -> bool:
    return isinstance(item, Finding) and item.reason == WITHHELD and item.applicability is Applicability.UNSAFE


def numbers(items: Iterable[Item]) -> list[str]:
    """Each item's fingerprint as reports give it: equal sites of one file are told apart by a number, in order."""
    counts: defaultdict[str, int] = defaultdict(int)
    out = []
    for item in items:
        counts[item.fingerprint] += 1
        again = counts[item.fingerprint]
        out.append(f"{item.fingerprint}-{again}" if item.fingerprint and again > 1 else item.fingerprint)
    return out
