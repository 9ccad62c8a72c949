"""Commit messages: what, why, how much, how sure; and the trailers by which the next call knows its own work. Pure."""

from __future__ import annotations

import hashlib
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.config.values import Rule
from engine.model import Change, Item, Skip
from engine.sprints.granules import SUPPORT, Granule
from engine.words import plural

WIDTH = 72
_FEW = 20  # files and reasons told of by name
RULE, SPRINT, PLAN, BASE, COUNTS = "Rewright-Rule", "Rewright-Sprint", "Rewright-Plan", "Rewright-Base", "Rewright-Changes"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a commit comes from: what its trailers say."""

    sprint: str
    base: str  # the commit that the branch starts at


def message(granule: Granule, rule: Rule, origin: Origin, why: str, items: Iterable[Item] = ()) -> str:
    """The message of a granule's commit. `why`: what the rule is about; `items`: the plan's, for
    what was left alone in its files."""
    parts = [_subject(granule)]
    if granule.label == SUPPORT:
        parts.append(_filled(f"Support code that {rule.id} needs at run time. Nothing calls it yet."))
    else:
        parts += [_filled(text) for text in (why, rule.note) if text]
        parts += [_counts(granule), _files(granule.changes), _evidence(granule.changes), _left(granule, items)]
    return "\n\n".join([*filter(None, parts), _trailers(granule, rule, origin)]) + "\n"


def plan_digest(granule: Granule) -> str:
    """A name for what a granule does: the same files from the same bytes to the same bytes."""
    state = hashlib.blake2b(granule.rule.encode(), digest_size=8)
    for delta in granule.deltas:
        after = b"\0" if delta.after is None else delta.after  # no Python file holds that
        for part in (delta.path.encode("utf-8", "surrogateescape"), delta.before or b"", after):
            state.update(len(part).to_bytes(8, "big") + part)
    return state.hexdigest()


def _subject(granule: Granule) -> str:
    if granule.label == SUPPORT:
        said = f"{granule.rule}: add {next(path for path in reversed(granule.files) if not path.endswith('/__init__.py'))}"
    else:
        files = len({change.site.path for change in granule.changes})
        said = f"{granule.rule}: {plural(len(granule.changes), 'change')} in "
        room = WIDTH - len(said)
        label = granule.label or plural(files, "file")
        said += label if len(label) <= room else f"...{label[3 - room :]}"
    return said[:WIDTH]


def _counts(granule: Granule) -> str:
    safe = len(granule.changes) - granule.unsafe
    kinds = [f"{safe:,} safe (meaning kept)"] * bool(safe) + [f"{granule.unsafe:,} unsafe (to be read)"] * bool(granule.unsafe)
    return f"{plural(len(granule.changes), 'change')}: {', '.join(kinds)}."


def _files(changes: Sequence[Change]) -> str:
    counts = Counter(change.site.path for change in changes)
    moved = {change.site.path: f", moved to {change.moves_to}" for change in changes if change.moves_to}
    lines = [f"- {path}: {count:,}{moved.get(path, '')}" for path, count in sorted(counts.items())[:_FEW]]
    return "\n".join([*lines, f"- and {len(counts) - _FEW:,} more"] if len(counts) > _FEW else lines)


def _evidence(changes: Sequence[Change]) -> str:
    counts = Counter((one.check, one.result) for change in changes for one in change.evidence)
    told = [f"{check} {result} {count:,}" for (check, result), count in sorted(counts.items())]
    return _filled(f"Evidence: {', '.join(told)}; every change passed the engine's gates.") if told else ""


def _left(granule: Granule, items: Iterable[Item]) -> str:
    files = frozenset(delta.path for delta in granule.deltas)
    reasons = Counter(
        item.reason for item in items if isinstance(item, Skip) and item.site.path in files and item.rule == granule.rule
    )
    if not reasons:
        return ""
    told = [f"{reason} {count:,}" for reason, count in reasons.most_common(_FEW)]
    return _filled(f"Left alone in these files: {', '.join(told)}.")


def _trailers(granule: Granule, rule: Rule, origin: Origin) -> str:
    safe = len(granule.changes) - granule.unsafe
    trailers: Mapping[str, str] = {
        RULE: rule.id,
        SPRINT: origin.sprint,
        COUNTS: f"safe={safe} unsafe={granule.unsafe}",
        BASE: origin.base,
        PLAN: plan_digest(granule),
    }
    return "\n".join(f"{name}: {value}" for name, value in trailers.items())


def _filled(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
