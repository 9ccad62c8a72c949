"""What the schema alone cannot see: names that must exist, orders, branches, patterns, options.

Works on the plain data, so that these faults are found in the same pass as the schema's, and
on the model, once there is one, to build the `Config`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.config.errors import Problem, near_miss
from engine.config.options import fill
from engine.config.positions import Document, Path
from engine.config.sprints import Overrides, branch_fault, command_fault, cycles, sprint_of
from engine.config.values import PATTERN, PATTERN_KEYS, SHAPES, TOOL_KEYS, TOOLS, Config, Limits, Rule
from engine.globs import problem as glob_problem
from engine.model import JSON, Codemod

if TYPE_CHECKING:
    from engine.config.schema import ConfigModel, RuleModel

# A key with nothing behind it, its entries perhaps commented out, is the same as no key.
MAY_BE_EMPTY = {
    *("target", "limits", "rules", "sprints", "options", "metadata"),
    *("include", "exclude", "paths", "gates", "depends-on", "budget", "code-owners", "codemods", "arguments"),
}


def as_meant(document: Document) -> None:
    """Two readings of YAML that nobody means: `mode: off` as false, and `sprints:` with nothing behind it as null."""
    if not isinstance(document.data, dict):
        return
    levels: list[tuple[Path, Any]] = [((), document.data), (("target",), document.data.get("target"))]
    levels += [((name, index), entry) for name in ("rules", "sprints") for index, entry in _mappings(document.data.get(name))]
    for path, entry in levels:
        if not isinstance(entry, dict):
            continue
        if entry.get("mode") is False and document.place((*path, "mode")).text == "off":
            entry["mode"] = "off"
        for key in MAY_BE_EMPTY & entry.keys():
            if entry[key] is None and document.place((*path, key)).text == "":
                del entry[key]


class Checker:
    """Collects `problems` while it walks one document."""

    def __init__(self, document: Document, name: str, codemods: Mapping[str, Codemod]) -> None:
        self.document, self.name, self.codemods = document, name, codemods
        self.problems: list[Problem] = []

    def config(self, model: ConfigModel | None) -> Config | None:
        """The checked Config; None where the schema found a fault. Look at `problems` either way."""
        data = self.document.data if isinstance(self.document.data, dict) else {}
        rules, sprints = _mappings(data.get("rules")), _mappings(data.get("sprints"))
        options = [self.rule(index, rule) for index, rule in rules]
        overrides = self.sprints(sprints, rules)
        self.unique("rules", "id", rules)
        self.unique("sprints", "id", sprints)
        self.unique("sprints", "branch", sprints)
        self.globs(("target",), data.get("target"), "include", "exclude")
        if model is None:
            return None
        target = model.target
        config = Config(
            path=self.name,
            digest="",
            python=None if target.python is None else (3, int(target.python.partition(".")[2])),
            include=tuple(target.include),
            exclude=tuple(target.exclude),
            parse_all=target.report_unparsable,
            limits=Limits(**model.limits.model_dump()),
            rules=tuple(_rule(rule, filled) for rule, filled in zip(model.rules, options, strict=True)),
            sprints=tuple(map(sprint_of, model.sprints, overrides)) if not self.problems else (),
        )
        said = json.dumps({**dataclasses.asdict(config), "path": ""}, sort_keys=True)
        return dataclasses.replace(config, digest=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest())

    # -- rules ---------------------------------------------------------------------------

    def rule(self, index: int, rule: Mapping[str, JSON]) -> dict[str, JSON]:
        """Checks one rule and returns its options, defaults filled in."""
        at: Path = ("rules", index)
        self.globs(at, rule, "include", "exclude")
        key = "codemod" if rule.get("codemod") is not None else "id"
        given: JSON = rule.get("options", {})
        if tools := [name for name in TOOLS if name in rule]:
            return self._tool(at, rule, tools, given if isinstance(given, dict) else {})
        if (said := [name for name in PATTERN_KEYS if name in rule]) and not self._is_other(at, rule, said):
            return self._pattern(at, rule, said)
        name = rule.get(key)
        if not isinstance(name, str) or self.document.is_broken((*at, key)):
            return {}
        codemod = self.codemods.get(name)
        if codemod is None:
            why = "" if key == "codemod" else " (a rule without 'codemod' runs the one that its id names)"
            self.complain((*at, key), f"there is no codemod {name!r}{why}{near_miss(name, self.codemods)}", False)
            return {}
        return fill(codemod, given if isinstance(given, dict) else {}, (*at, "options"), self.document, self.complain)

    def _tool(self, at: Path, rule: Mapping[str, JSON], tools: Sequence[str], options: Mapping[str, JSON]) -> dict[str, JSON]:
        """A rule that another tool carries out: the tool's key, and `arguments` and `applicability`, stand beside its id."""
        others = [key for key in (*tools[1:], "codemod", *PATTERN_KEYS) if key in rule and key != "applicability"]
        for key in others:
            self.complain((*at, key), f"a rule of {tools[0]} has no {key!r}: what carries it out is said once", True)
        codemod = self.codemods.get(tools[0])
        if codemod is None:
            self.complain((*at, tools[0]), f"rules of {tools[0]} cannot be run here", True)
        if others or codemod is None:
            return {}
        given = {key: rule[key] for key in (tools[0], "arguments", "applicability") if key in rule}
        return fill(codemod, {**options, **given}, at, self.document, self.complain)

    def _is_other(self, at: Path, rule: Mapping[str, JSON], said: Sequence[str]) -> bool:
        """Is this a rule of another codemod, which has no use for the keys of a pattern? Complains about them."""
        other = rule.get("codemod") or (rule.get("id") if rule.get("id") in self.codemods else None)
        pattern = self.codemods.get(PATTERN)
        if pattern is not None and (other == PATTERN or (not rule.get("codemod") and any(key in SHAPES for key in said))):
            return False
        for key in said:
            if other is None:
                self.complain((*at, key), f"{key!r} belongs to a pattern rule; say the code to look for under 'match'", True)
            else:
                self.complain((*at, key), f"{key!r} is a key of pattern rules, and this one runs {other!r}", True)
        return True

    def _pattern(self, at: Path, rule: Mapping[str, JSON], said: Sequence[str]) -> dict[str, JSON]:
        """A rule whose pattern stands beside its id: its keys are the options of the codemod `pattern`."""
        if rule.get("options"):
            self.complain((*at, "options"), "a pattern rule's options stand beside its id; move them there", True)
            return {}
        given = {key: rule[key] for key in said}
        if isinstance(rule.get("message"), str):
            given["message"] = rule["message"]
        return fill(self.codemods[PATTERN], given, at, self.document, self.complain)

    # -- sprints -------------------------------------------------------------------------

    def sprints(
        self, sprints: Sequence[tuple[int, Mapping[str, JSON]]], rules: Sequence[tuple[int, Mapping[str, JSON]]]
    ) -> list[Overrides]:
        """Checks what sprints name: rules, one another, branches, commands. Returns the options that each overrides."""
        ids = _ids(sprints)
        before: dict[str, list[str]] = {}
        overrides = []
        for index, sprint in sprints:
            at: Path = ("sprints", index)
            self.globs(at, sprint, "paths")
            named = self.known((*at, "rules"), sprint.get("rules"), _ids(rules), "rule")
            overrides.append(
                self.overrides(
                    (*at, "options"),
                    sprint.get("options"),
                    {name: rule for _, rule in rules if (name := rule.get("id")) in named},
                )
            )
            before[str(sprint.get("id"))] = self.known((*at, "depends-on"), sprint.get("depends-on"), ids, "sprint")
            for key in ("branch", "base"):
                value = sprint.get(key)
                if key == "base" and value in ("", "HEAD"):
                    continue
                if isinstance(value, str) and (fault := branch_fault(value)):
                    self.complain((*at, key), f"{value!r} is no name for a branch: {fault}", False)
            for number, gate in _mappings(sprint.get("gates")):
                if isinstance(run := gate.get("run"), str) and (fault := command_fault(run)):
                    self.complain((*at, "gates", number, "run"), fault, False)
        for cycle in cycles(before):
            index = next(index for index, sprint in sprints if sprint.get("id") == cycle[0])
            self.complain(
                ("sprints", index, "depends-on"), f"sprints depend on each other: {' -> '.join([*cycle, cycle[0]])}", False
            )
        return overrides

    def overrides(self, at: Path, given: JSON, rules: Mapping[JSON, Mapping[str, JSON]]) -> Overrides:
        """The options of its rules that a sprint overrides, by rule id; those that it does not name are left out."""
        out: dict[str, dict[str, JSON]] = {}
        for name, options in given.items() if isinstance(given, dict) else ():
            if name not in rules:
                self.complain((*at, name), f"the sprint runs no rule {name!r}{near_miss(name, map(str, rules))}", True)
            elif codemod := self.codemods.get(_codemod_of(rules[name])):
                said = options if isinstance(options, dict) else {}
                filled = fill(codemod, said, (*at, name), self.document, self.complain, whole=False)
                out[name] = {key: filled[key] for key in said if key in filled}
        return out

    def known(self, at: Path, names: JSON, known: Sequence[str], what: str) -> list[str]:
        """The names of a list that exist; complains about the others and about repeats."""
        good: list[str] = []
        for number, name in enumerate(names if isinstance(names, list) else []):
            if not isinstance(name, str) or self.document.is_broken((*at, number)):
                continue
            if name not in known:
                self.complain((*at, number), f"there is no {what} {name!r}{near_miss(name, known)}", False)
            elif name in good:
                self.complain((*at, number), f"the {what} {name!r} is here twice", False)
            else:
                good.append(name)
        return good

    # -- both ----------------------------------------------------------------------------

    def unique(self, section: str, key: str, entries: Sequence[tuple[int, Mapping[str, JSON]]]) -> None:
        """Complains about a value of `key` that an earlier entry already has."""
        first: dict[str, int] = {}
        for index, entry in entries:
            value = entry.get(key)
            if isinstance(value, str) and value in first:
                line = self.document.place((section, first[value], key)).line
                self.complain((section, index, key), f"the {key} {value!r} is taken; see line {line}", False)
            elif isinstance(value, str):
                first[value] = index

    def globs(self, at: Path, entry: JSON, *names: str) -> None:
        """Complains about patterns that cannot be used."""
        for name in names:
            patterns = entry.get(name) if isinstance(entry, dict) else None
            for number, pattern in enumerate(patterns if isinstance(patterns, list) else []):
                path = (*at, name, number)
                if isinstance(pattern, str) and not self.document.is_broken(path) and (fault := glob_problem(pattern)):
                    self.complain(path, f"the pattern {pattern!r} {fault}", False)

    def complain(self, path: Path, message: str, is_key: bool) -> None:
        """Notes a problem at the place of a value, or of its key."""
        place = self.document.place(path)
        line, column = (place.key_line, place.key_column) if is_key else (place.line, place.column)
        self.problems.append(Problem(self.name, line, column, message))


def _mappings(entries: Any) -> list[tuple[int, Mapping[str, JSON]]]:
    return [(index, entry) for index, entry in enumerate(entries if isinstance(entries, list) else []) if isinstance(entry, dict)]


def _ids(entries: Sequence[tuple[int, Mapping[str, JSON]]]) -> list[str]:
    return list(dict.fromkeys(value for _, entry in entries if isinstance(value := entry.get("id"), str)))


def _rule(rule: RuleModel, options: Mapping[str, JSON]) -> Rule:
    left_out = {"codemod", "options", "include", "exclude", *(_field(key) for key in (*PATTERN_KEYS, *TOOL_KEYS))}
    said = rule.model_dump(exclude=left_out)
    return Rule(
        **said, codemod=rule.codemod or _by_shape(rule), options=options, include=tuple(rule.include), exclude=tuple(rule.exclude)
    )


def _codemod_of(rule: Mapping[str, JSON]) -> str:
    """The name of the codemod that a rule's data names, directly or by a tool or a pattern."""
    tool = next((key for key in TOOLS if key in rule), None)
    return str(rule.get("codemod") or tool or (PATTERN if any(key in rule for key in SHAPES) else rule.get("id")))


def _field(key: str) -> str:
    return "not_" if key == "not" else key.replace("-", "_")


def _by_shape(rule: RuleModel) -> str:
    """The codemod of a rule that names none."""
    tool = next((key for key in TOOLS if getattr(rule, _field(key)) is not None), None)
    return tool or (PATTERN if any(getattr(rule, key) is not None for key in SHAPES) else rule.id)
