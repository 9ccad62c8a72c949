"""The sprints of a rules.yaml: what they name is there, and what they override may be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.config.check_rules import codemod_of
from engine.config.checker import Checker, Entries, ids_of, mappings
from engine.config.options import fill
from engine.config.positions import Path
from engine.config.sprints import Overrides, branch_fault, command_fault, cycles
from engine.model import JSON
from engine.words import near_miss


def check_sprints(
    checker: Checker,
    sprints: Entries,
    rules: Entries,
    sound: Mapping[JSON, Mapping[str, JSON]],
) -> list[Overrides]:
    """Checks what sprints name: rules, one another, branches, commands. Returns the options that each overrides.

    `sound`: rule id to the options of each rule without faults.
    """
    ids = ids_of(sprints)
    before: dict[str, list[str]] = {}
    overrides = []
    for index, sprint in sprints:
        at: Path = ("sprints", index)
        checker.globs(at, sprint, "paths")
        named = checker.known((*at, "rules"), sprint.get("rules"), ids_of(rules), "rule")
        overrides.append(
            _overrides(
                checker,
                (*at, "options"),
                sprint.get("options"),
                {name: rule for _, rule in rules if (name := rule.get("id")) in named},
                sound,
            )
        )
        before[str(sprint.get("id"))] = checker.known((*at, "depends-on"), sprint.get("depends-on"), ids, "sprint")
        for key in ("branch", "base"):
            value = sprint.get(key)
            if key == "base" and value in ("", "HEAD"):
                continue
            if isinstance(value, str) and (fault := branch_fault(value)):
                checker.complain((*at, key), f"{value!r} is no name for a branch: {fault}", False)
        for number, gate in mappings(sprint.get("gates")):
            if isinstance(run := gate.get("run"), str) and (fault := command_fault(run)):
                checker.complain((*at, "gates", number, "run"), fault, False)
    for cycle in cycles(before):
        index = next(index for index, sprint in sprints if sprint.get("id") == cycle[0])
        checker.complain(
            ("sprints", index, "depends-on"), f"sprints depend on each other: {' -> '.join([*cycle, cycle[0]])}", False
        )
    return overrides


def _overrides(
    checker: Checker, at: Path, given: JSON, rules: Mapping[JSON, Mapping[str, JSON]], sound: Mapping[JSON, Mapping[str, JSON]]
) -> Overrides:
    """The options of its rules that a sprint overrides, by rule id; those that it does not name are left out."""
    out: dict[str, dict[str, JSON]] = {}
    for name, options in given.items() if isinstance(given, dict) else ():
        if name not in rules:
            checker.complain((*at, name), f"the sprint runs no rule {name!r}{near_miss(name, map(str, rules))}", True)
        elif codemod := checker.codemods.get(codemod_of(rules[name])):
            said = options if isinstance(options, dict) else {}
            able = codemod if name in sound else replace(codemod, check=None)  # the rule's own faults were told
            filled = fill(able, said, (*at, name), checker.document, checker.complain, sound.get(name, {}))
            out[name] = {key: filled[key] for key in said if key in filled}
    return out
