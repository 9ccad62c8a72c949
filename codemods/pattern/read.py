"""The options of a rule of patterns as values, with every fault in them. Cached: workers ask for each file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codemods.pattern.asked import asked, imported, listed, names_of, regex
from codemods.pattern.conditions import KINDS, PLACES
from codemods.pattern.faults import Fault, Faults, Path, contradictions, inside_faults, rule_faults, shape_faults
from codemods.pattern.language import PatternError, parse
from codemods.pattern.messages import message_faults
from codemods.pattern.replacements import OWN, Replacement, read_replacement
from codemods.pattern.rules import Condition, Pattern, Rule
from codemods.pattern.shapes import shape_of
from codemods.pattern.words import hints_of, needed
from engine import elsewhere, near_miss

PARTS = ("match", "any", "all", "not", "where")
_AROUND = ("inside", "has", "follows", "precedes", "imported", "file-has")
_OF_CAPTURE = ("is", "matches", "resolves-to", "match", "has")
WHERE = (*_AROUND, *(f"not-{name}" for name in _AROUND), "any", "all", "not")
CONSTRAINTS = (*_OF_CAPTURE, *(f"not-{name}" for name in _OF_CAPTURE))


@dataclass(frozen=True, slots=True)
class Read:
    """What the options say."""

    rule: Rule
    replacements: Mapping[int, Replacement]  # by the `way` of a match: 0 is the rule's own, n that of its n-th alternative
    modules: frozenset[str]  # first parts of names that the rule itself says are modules
    words: tuple[str, ...]  # of which the first statement of every match holds one
    hints: tuple[bytes, ...]
    faults: tuple[Fault, ...]


_KNOWN: dict[str, Read] = {}


def read(options: Mapping[str, Any]) -> Read:
    """The options as values. What has faults is not to be run."""
    key = repr(options)
    if key not in _KNOWN:
        if len(_KNOWN) > 500:
            _KNOWN.clear()
        _KNOWN[key] = _read(options)
    return _KNOWN[key]


def _read(options: Mapping[str, Any]) -> Read:
    faults = Faults()
    given = {name: options[name] for name in PARTS if options.get(name) not in (None, [], {})}
    if not given.keys() & {"match", "any", "all"}:
        faults.add((), "a pattern rule needs `match`, `any` or `all`: the code to look for")
    rule = _rule(given, (), faults, top=True)
    held = names_of(rule) | faults.unread
    for path, meta in asked(given, ()):
        if meta not in faults.metas:
            faults.add(path, f"no pattern binds ${meta}{near_miss(meta, faults.metas, lambda name: f'${name}')}")
    replacements = _replacements(options, rule, faults)
    for fault in message_faults(str(options.get("message") or ""), held):
        faults.add(("message",), fault)
    modules = {one.module.partition(".")[0] for each in replacements.values() for one in each.imports} | imported(rule)
    words = () if faults.found else needed(rule)
    return Read(
        rule,
        replacements,
        frozenset(modules),
        () if faults.found else needed(rule, True),
        hints_of(rule, words),
        tuple(faults.found),
    )


def _replacements(options: Mapping[str, Any], rule: Rule, faults: Faults) -> Mapping[int, Replacement]:
    """The rule's own, for the alternatives that have none; and theirs."""
    rest = tuple(one for one in rule.any if not one.way)
    own = dataclasses.replace(rule, any=rest if rest or not rule.any else rule.any)
    found = {0: read_replacement(options, own, (), faults)}
    if rule.any and not rest and found[0].templates:
        faults.add(("replace",), "each alternative of `any` has a `replace` of its own, and nothing is left for this one")
    for one in rule.any:
        if one.way:
            path = ("any", one.way - 1)
            found[one.way] = read_replacement(options["any"][one.way - 1], dataclasses.replace(rule, any=(one,)), path, faults)
    return found


# -- rules -------------------------------------------------------------------------------


def _rule(value: object, path: Path, faults: Faults, top: bool = False, way: int = 0) -> Rule:
    """`way`: the 1-based number of an alternative of the whole rule; it may say what takes its place."""
    if not isinstance(value, dict):
        pattern = _pattern(value, path, faults)
        return Rule(match=pattern)
    known = PARTS if top else (*PARTS, *WHERE, *OWN) if way else (*PARTS, *WHERE)
    for key in value:
        if key in OWN and not way:
            faults.add((*path, key), f"{key!r} stands beside the rule's own keys, or in an alternative of its `any`")
        elif key in OWN and "replace" not in value:
            faults.add((*path, key), f"{key!r} is for a replacement, and this alternative has no `replace` of its own")
        elif key not in known and (top or not str(key).startswith("$")):
            faults.add((*path, key), f"unknown key {key!r}{elsewhere(str(key)) or near_miss(str(key), known)}")
    conditions = _where(value["where"], (*path, "where"), faults) if "where" in value else ()
    if not top:
        inline = {key: inner for key, inner in value.items() if (key in WHERE and key not in PARTS) or str(key).startswith("$")}
        conditions += _where(inline, path, faults)
    nots = value.get("not")
    rule = Rule(
        match=_pattern(value["match"], (*path, "match"), faults) if "match" in value else None,
        any=_rules(value, "any", path, faults, top),
        all=_rules(value, "all", path, faults),
        nots=_rules(value, "not", path, faults) if isinstance(nots, list) else (_negated(value, path, faults)),
        where=conditions,
        way=way if "replace" in value else 0,
    )
    for fault in rule_faults(rule):
        faults.add(path if not top else (next(iter(value), "match"),), fault)
    return rule


def _negated(value: Mapping[str, Any], path: Path, faults: Faults) -> tuple[Rule, ...]:
    return (_rule(value["not"], (*path, "not"), faults),) if "not" in value else ()


def _rules(value: Mapping[str, Any], key: str, path: Path, faults: Faults, top: bool = False) -> tuple[Rule, ...]:
    if key not in value:
        return ()
    entries = value[key]
    if not isinstance(entries, list) or not entries:
        faults.add((*path, key), f"{key}: expected a list of patterns")
        return ()
    return tuple(_rule(entry, (*path, key, index), faults, way=index + 1 if top else 0) for index, entry in enumerate(entries))


def _pattern(value: object, path: Path, faults: Faults) -> Pattern | None:
    text = faults.text(value, path)
    if text is None:
        return None
    try:
        parsed = parse(text)
    except PatternError as error:
        message = f"the pattern is {error}" if str(error).startswith("not Python") else f"the pattern: {error}"
        faults.no_pattern(text, path, message)
        return None
    if parsed.kind == "nothing":
        faults.add(path, "the pattern is empty; write the code to look for")
        return None
    faults.metas_of(parsed, path)
    pattern = Pattern(parsed, tuple(map(shape_of, parsed.nodes)))
    for fault in shape_faults(pattern):
        faults.add(path, f"the pattern: {fault}")
    return pattern


# -- where -------------------------------------------------------------------------------


def _where(value: object, path: Path, faults: Faults) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        faults.add(path, "where: expected a mapping, such as {inside: function}")
        return ()
    found: list[Condition] = []
    for key, inner in value.items():
        at, name = (*path, key), str(key)
        if name.startswith("$"):
            found += _constraints(name.lstrip("$"), inner, at, faults)
        elif name in ("any", "all"):
            branches = tuple(_where(one, (*at, index), faults) for index, one in enumerate(listed(inner)))
            if name == "any":
                found.append(Condition("any", branches=branches))
            else:
                found += [one for branch in branches for one in branch]
        elif name == "not":
            found.append(Condition("not", True, branches=tuple(_where(one, at, faults) for one in listed(inner))))
        elif name in WHERE:
            found += _around(name.removeprefix("not-"), name.startswith("not-"), inner, at, faults)
        else:
            faults.add(at, f"unknown condition {name!r}{elsewhere(name) or near_miss(name, WHERE)}")
    for fault in contradictions(found):
        faults.add(path, fault)
    return tuple(found)


def _around(kind: str, negated: bool, value: object, path: Path, faults: Faults) -> list[Condition]:
    """`inside: [loop, function]` asks for both; `not-inside` of a list for neither."""
    found = []
    for entry in listed(value):
        if kind == "imported":
            if isinstance(entry, str) and re.fullmatch(r"\w+(\.\w+)*", entry):
                found.append(Condition(kind, negated, (entry,)))
            else:
                faults.add(path, "imported: expected a dotted name, such as os.path")
        elif kind == "inside" and entry in PLACES:
            found.append(Condition(kind, negated, (str(entry),)))
        else:
            before = len(faults.found)
            rule = _rule(entry, path, faults)
            if kind == "inside" and len(faults.found) == before:
                miss = near_miss(entry, PLACES) if isinstance(entry, str) and entry.isidentifier() else ""
                for fault in inside_faults(rule):
                    faults.add(path, fault + miss)
            found.append(Condition(kind, negated, rule=rule))
    return found


def _constraints(meta: str, value: object, path: Path, faults: Faults) -> list[Condition]:
    if not isinstance(value, dict):
        faults.add(path, f"${meta}: expected a mapping, such as {{is: literal}}")
        return []
    found = []
    for key, inner in value.items():
        at, negated, kind = (*path, key), str(key).startswith("not-"), str(key).removeprefix("not-")
        words = tuple(map(str, listed(inner)))
        if kind not in _OF_CAPTURE:
            hint = "" if key in WHERE else elsewhere(str(key))
            faults.add(at, f"unknown condition {key!r}{hint or near_miss(str(key), CONSTRAINTS)}")
        elif kind == "is":
            for word in words:
                if word not in KINDS:
                    faults.add(at, f"nothing is {word!r}{near_miss(word, KINDS)}")
            found.append(Condition(kind, negated, words, meta=meta))
        elif kind == "resolves-to":
            found.append(Condition(kind, negated, words, meta=meta))
        elif kind == "matches":
            found += regex(meta, negated, inner, at, faults)
        else:
            found.append(Condition(kind, negated, rule=_rule(inner, at, faults), meta=meta))
    return found
