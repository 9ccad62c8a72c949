"""From what a person typed to the lines that are written: which site is meant, and what deciding on it comes to. Pure."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.decisions.values import Decision, Word, short
from engine.model import Applicability, Change, Finding, Item, Plan, RewrightError, Skip

_TYPED = re.compile(r"([0-9a-f]{4,16})(-[0-9]+)?")
_FEW = 5


@dataclass(frozen=True, slots=True)
class Note:
    """What a person says with a decision. Dates are YYYY-MM-DD."""

    word: Word
    why: str = ""
    until: str = ""
    by: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Lines to write, fingerprints whose lines go, and what to tell."""

    add: tuple[Decision, ...]
    drop: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


def meant(typed: str, known: Mapping[str, str], what: str) -> str:
    """The one fingerprint that a prefix of it, at least 4 digits, stands for. `known`: fingerprint to where its site is.

    An equal site's number is typed too: `1f0c8a2b-2`. Raises RewrightError for none and for several.
    """
    match = _TYPED.fullmatch(typed.strip().lower())
    if match is None:
        raise RewrightError(f"{typed!r} is no fingerprint: type 4 to 16 hex digits, and `-2` where the report shows a number")
    base, number = match[1], match[2] or ""
    found = sorted(name for name in known if name.startswith(base) and name[16:] == number)
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{name} ({known[name]})" for name in found[:_FEW]) + (", ..." if len(found) > _FEW else "")
        raise RewrightError(f"{typed} stands for {len(found)} {what}s: {some}; type more digits")
    near = difflib.get_close_matches(base + number, {name[: len(base)] + name[16:] for name in known}, 1, 0.7)
    hint = f"did you mean {near[0]}?" if near else "`rewright scan --verbose` shows those that there are"
    raise RewrightError(f"no {what} has the fingerprint {typed}; {hint}")


def places(plan: Plan) -> dict[str, str]:
    """Fingerprint to `path:line rule`, for each item that has one."""
    return {one.fingerprint: f"{one.site.path}:{one.site.line} {one.rule}" for one in plan.items if one.fingerprint}


def choose(plan: Plan, rule: str, inside: Callable[[str], bool]) -> list[Item]:
    """The changes and findings of one rule in some files: what `--all-in` means."""
    return [one for one in plan.items if isinstance(one, (Change, Finding)) and one.rule == rule and inside(one.site.path)]


def decide(plan: Plan, items: Sequence[Item], note: Note, existing: Iterable[Decision]) -> Record:
    """What to write so that the decision counts for each of these sites. Raises RewrightError where it can mean nothing.

    One part of a rewrite of several files accepts them all; one that is declined brings the others down by itself.
    Where an older decision is on an equal site and their number changed since, all were left alone: those on which nothing is
    said now are declined, each by its own line, for the reason given then.
    """
    remarks = [remark for item in items if (remark := _remark(item, note))]
    sites = [*items]
    if note.word == "accept":
        groups = {item.group for item in items if isinstance(item, (Change, Finding)) and item.group}
        parts = [one for one in plan.items if isinstance(one, (Change, Finding)) and one.group in groups]
        sites += [one for one in parts if one not in sites]
        if len(sites) > len(items):
            remarks.append(f"{len(sites) - len(items)} more sites belong to the same rewrite, and are accepted with it")
    equal = defaultdict(list)
    for one in plan.items:
        equal[_base(one.fingerprint)].append(one)
    add = {one.fingerprint: _decision(one, note, len(equal[_base(one.fingerprint)])) for one in sites}
    drop = set()
    for old in existing:
        there = equal[_base(old.fingerprint)]
        if old.equal != len(there) and any(one.fingerprint in add for one in there):
            drop.add(old.fingerprint)
            for one in there if old.decision == "decline" else ():
                kept = replace(old, fingerprint=one.fingerprint, path=one.site.path, equal=len(there))
                add.setdefault(one.fingerprint, kept)
    return Record(tuple(sorted(add.values())), frozenset(drop), tuple(remarks))


def _decision(item: Item, note: Note, equal: int) -> Decision:
    why = " ".join(note.why.split())
    return Decision(item.site.path, item.rule, item.fingerprint, note.word, why, note.until, note.by, note.date, equal)


def _remark(item: Item, note: Note) -> str:
    """What to tell of a decision that is recorded and yet changes nothing. RewrightError when it can never mean anything."""
    where = f"{short(item.fingerprint)} {item.site.path}:{item.site.line} {item.rule}"
    again = isinstance(item, Skip) and item.reason == "declined"
    if again or isinstance(item, Change):
        manual = isinstance(item, Change) and item.applicability is Applicability.MANUAL and note.word == "accept"
        return f"{where}: recorded; it is a manual change, which is shown and never applied" if manual else ""
    if not isinstance(item, Finding):
        kind = "is left alone already" if isinstance(item, Skip) else "could not be processed"
        raise RewrightError(f"{where} {kind} ({item.reason}: {item.message}); there is nothing to decide")
    if note.word == "decline":
        return ""
    if item.applicability is None:
        raise RewrightError(f"{where} has no rewrite that could be accepted ({item.reason or item.message})")
    if item.applicability is Applicability.MANUAL:
        return f"{where}: recorded; it is a manual change, which is shown and never applied"
    return "" if item.reason == "needs-unsafe" else f"{where}: recorded; it is not applied as long as it is {item.reason}"


def _base(fingerprint: str) -> str:
    return fingerprint.partition("-")[0]
