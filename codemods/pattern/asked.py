"""What a rule's conditions speak of, and what its patterns bind."""

from __future__ import annotations

import re
from typing import Any

from codemods.pattern.faults import Faults, Path
from codemods.pattern.rules import Condition, Rule

_WRITTEN = ("replace", "transform")  # where a metavariable is a key, and no condition


def asked(value: object, path: Path) -> list[tuple[Path, str]]:
    """Each metavariable of which a condition speaks, wherever in a rule it stands."""
    if isinstance(value, list):
        return [one for index, entry in enumerate(value) for one in asked(entry, (*path, index))]
    if not isinstance(value, dict):
        return []
    own = [((*path, key), str(key).lstrip("$")) for key in value if str(key).startswith("$")]
    return own + [one for key, inner in value.items() if key not in _WRITTEN for one in asked(inner, (*path, key))]


def names_of(rule: Rule) -> set[str]:
    """The metavariables that every match binds."""
    found = {meta.name for meta in rule.match.parsed.metas if meta.name != "_"} if rule.match else set()
    if rule.any:
        found |= set.intersection(*map(names_of, rule.any))
    for inner in rule.all:
        found |= names_of(inner)
    for condition in rule.where:
        if condition.rule is not None and not condition.negated:
            found |= names_of(condition.rule)
    return found


def imported(rule: Rule) -> set[str]:
    """The first parts of the modules that a match's file must import."""
    own = {word.partition(".")[0] for one in rule.where if one.kind == "imported" for word in one.words}
    return own.union(*(imported(one) for one in (*rule.any, *rule.all)))


def regex(meta: str, negated: bool, value: object, path: Path, faults: Faults) -> list[Condition]:
    """The condition that a metavariable matches a regular expression; none where it is no such expression."""
    try:
        return [Condition("matches", negated, meta=meta, pattern=re.compile(str(value)))]
    except re.error as error:
        faults.add(path, f"not a regular expression: {error}")
        return []


def listed(value: object) -> list[Any]:
    """One or several values as a list."""
    return value if isinstance(value, list) else [value]
