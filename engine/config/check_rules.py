"""The rules of a rules.yaml: what carries each out, and its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.config.checker import Checker
from engine.config.options import fill
from engine.config.positions import Path
from engine.config.values import PATTERN, PATTERN_KEYS, SHAPES, TOOL_KEYS, TOOLS, Rule
from engine.model import JSON
from engine.other_tools import FOREIGN_SHAPES
from engine.words import near_miss

if TYPE_CHECKING:
    from engine.config.schema import RuleModel


def check_rule(checker: Checker, index: int, rule: Mapping[str, JSON]) -> dict[str, JSON]:
    """Checks one rule and returns its options, defaults filled in."""
    at: Path = ("rules", index)
    checker.globs(at, rule, "include", "exclude")
    key = "codemod" if rule.get("codemod") is not None else "id"
    given: JSON = rule.get("options", {})
    if tools := [name for name in TOOLS if name in rule]:
        return _tool(checker, at, rule, tools, given if isinstance(given, dict) else {})
    if (said := [name for name in PATTERN_KEYS if name in rule]) and not _is_other(checker, at, rule, said):
        return _pattern(checker, at, rule, said)
    name = rule.get(key)
    if not isinstance(name, str) or checker.document.is_broken((*at, key)):
        return {}
    codemod = checker.codemods.get(name)
    if codemod is None and key == "id" and _has_foreign_shape(rule):
        return {}
    if codemod is None:
        why = "" if key == "codemod" else " (a rule without 'codemod' runs the one that its id names)"
        checker.complain((*at, key), f"there is no codemod {name!r}{why}{near_miss(name, checker.codemods)}", False)
        return {}
    return fill(codemod, given if isinstance(given, dict) else {}, (*at, "options"), checker.document, checker.complain)


def _has_foreign_shape(rule: Mapping[str, JSON]) -> bool:
    """Is it meant as a pattern rule, in the words of another tool? The schema says what they are here: that is enough."""
    return any(shape in rule for shape in FOREIGN_SHAPES)


def _tool(
    checker: Checker, at: Path, rule: Mapping[str, JSON], tools: Sequence[str], options: Mapping[str, JSON]
) -> dict[str, JSON]:
    """A rule that another tool carries out: the tool's key, and `arguments` and `applicability`, stand beside its id."""
    others = [key for key in (*tools[1:], "codemod", *PATTERN_KEYS) if key in rule and key != "applicability"]
    for key in others:
        checker.complain((*at, key), f"a rule of {tools[0]} has no {key!r}: what carries it out is said once", True)
    codemod = checker.codemods.get(tools[0])
    if codemod is None:
        checker.complain((*at, tools[0]), f"rules of {tools[0]} cannot be run here", True)
    if others or codemod is None:
        return {}
    given = {key: rule[key] for key in (tools[0], "arguments", "applicability") if key in rule}
    return fill(codemod, {**options, **given}, at, checker.document, checker.complain)


def _is_other(checker: Checker, at: Path, rule: Mapping[str, JSON], said: Sequence[str]) -> bool:
    """Is this a rule of another codemod, which has no use for the keys of a pattern? Complains about them."""
    other = rule.get("codemod") or (rule.get("id") if rule.get("id") in checker.codemods else None)
    pattern = checker.codemods.get(PATTERN)
    if pattern is not None and (other == PATTERN or (not rule.get("codemod") and any(key in SHAPES for key in said))):
        return False
    for key in said if other is not None or not _has_foreign_shape(rule) else ():
        if other is None:
            checker.complain((*at, key), f"{key!r} belongs to a pattern rule; say the code to look for under 'match'", True)
        else:
            checker.complain((*at, key), f"{key!r} is a key of pattern rules, and this one runs {other!r}", True)
    return True


def _pattern(checker: Checker, at: Path, rule: Mapping[str, JSON], said: Sequence[str]) -> dict[str, JSON]:
    """A rule whose pattern stands beside its id: its keys are the options of the codemod `pattern`."""
    if rule.get("options"):
        checker.complain((*at, "options"), "a pattern rule's options stand beside its id; move them there", True)
        return {}
    if empty := [path for path in _empty_replaces(at, rule) if not checker.document.is_broken(path)]:
        for path in empty:
            why = "'replace' holds nothing: write replace: \"\" to delete what matches, or leave the key out to report it only"
            checker.complain(path, why, True)
        return {}
    given = {key: rule[key] for key in said}
    if isinstance(rule.get("message"), str):
        given["message"] = rule["message"]
    return fill(checker.codemods[PATTERN], given, at, checker.document, checker.complain)


def _empty_replaces(at: Path, rule: Mapping[str, JSON]) -> Iterator[Path]:
    """Each `replace:` with nothing behind it, of the rule and of its `any`. One was left out by mistake, or means deletion."""
    branches = rule.get("any")
    held: list[tuple[Path, JSON]] = [((), rule)]
    held += [(("any", number), entry) for number, entry in enumerate(branches if isinstance(branches, list) else [])]
    for path, entry in held:
        if isinstance(entry, dict) and "replace" in entry and entry["replace"] is None:
            yield (*at, *path, "replace")


def rule_of(rule: RuleModel, options: Mapping[str, JSON]) -> Rule:
    left_out = {"codemod", "options", "include", "exclude", *(_field(key) for key in (*PATTERN_KEYS, *TOOL_KEYS))}
    said = rule.model_dump(exclude=left_out)
    return Rule(
        **said, codemod=rule.codemod or _by_shape(rule), options=options, include=tuple(rule.include), exclude=tuple(rule.exclude)
    )


def codemod_of(rule: Mapping[str, JSON]) -> str:
    """The name of the codemod that a rule's data names, directly or by a tool or a pattern."""
    tool = next((key for key in TOOLS if key in rule), None)
    return str(rule.get("codemod") or tool or (PATTERN if any(key in rule for key in SHAPES) else rule.get("id")))


def _field(key: str) -> str:
    return "not_" if key == "not" else key.replace("-", "_")


def _by_shape(rule: RuleModel) -> str:
    """The codemod of a rule that names none."""
    tool = next((key for key in TOOLS if getattr(rule, _field(key)) is not None), None)
    return tool or (PATTERN if any(getattr(rule, key) is not None for key in SHAPES) else rule.id)
