"""Conditions on a whole file: something matches anywhere in it."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.pattern.captures import FREE, SORT, TAKEN, File, Found
from codemods.pattern.rules import REST, WAY, Condition, Rule
from codemods.pattern.sites import candidates
from codemods.pattern.words import needed

_OWN = (REST, WAY, TAKEN, FREE, SORT)  # what a match of its own says, and not of the site


def anywhere(rule: Rule, found: Found, file: File) -> Iterator[Found]:
    """What the metavariables hold, for each place in the file that meets the rule, in source order.

    The file is walked once; what is met is known once where the rule shares no metavariable with what is found already.
    """
    key = id(rule)
    if key not in file.walked:
        file.walked[key] = tuple(node for node, _ in candidates(rule, needed(rule, True), file))
    if spoken(rule) & found.keys():
        before = {name: capture for name, capture in found.items() if name not in _OWN}
        for after in _ways(rule, before, file):
            yield _with(found, after)
        return
    if key not in file.met:
        file.met[key] = tuple(_ways(rule, {}, file))
    for after in file.met[key]:
        yield _with(found, after)


def _ways(rule: Rule, found: Found, file: File) -> Iterator[Found]:
    for node in file.walked[id(rule)]:
        yield from rule.matches(node, found, file)


def _with(found: Found, after: Found) -> Found:
    own = {name: found[name] for name in _OWN if name in found}
    return {**found, **{name: capture for name, capture in after.items() if name not in _OWN}, **own}


def spoken(rule: Rule) -> frozenset[str]:
    """Every metavariable that a rule and its conditions name."""
    names = {meta.name for meta in rule.match.parsed.metas if meta.name != "_"} if rule.match else set()
    for inner in (*rule.any, *rule.all, *rule.nots):
        names |= spoken(inner)
    return frozenset(names).union(*map(_spoken_in, rule.where))


def _spoken_in(condition: Condition) -> frozenset[str]:
    names = frozenset({condition.meta} - {""}) | (spoken(condition.rule) if condition.rule is not None else frozenset())
    return names.union(*(_spoken_in(one) for branch in condition.branches for one in branch))
