"""What the schema alone cannot see: names that must exist, orders, branches, patterns, options.

Works on the plain data, so that these faults are found in the same pass as the schema's, and
on the model, once there is one, to build the `Config`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.config.check_rules import check_rule, rule_of
from engine.config.check_sprints import check_sprints
from engine.config.checker import Checker, mappings
from engine.config.positions import Document, Path
from engine.config.sprints import sprint_of
from engine.config.values import Config, Limits
from engine.model import JSON

if TYPE_CHECKING:
    from engine.config.schema import ConfigModel

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
    levels += [((name, index), entry) for name in ("rules", "sprints") for index, entry in mappings(document.data.get(name))]
    for path, entry in levels:
        if not isinstance(entry, dict):
            continue
        if entry.get("mode") is False and document.place((*path, "mode")).text == "off":
            entry["mode"] = "off"
        for key in MAY_BE_EMPTY & entry.keys():
            if entry[key] is None and document.place((*path, key)).text == "":
                del entry[key]


def checked(checker: Checker, model: ConfigModel | None) -> Config | None:
    """The checked Config; None where the schema found a fault. Look at `problems` either way."""
    data = checker.document.data if isinstance(checker.document.data, dict) else {}
    rules, sprints = mappings(data.get("rules")), mappings(data.get("sprints"))
    options, sound = [], dict[JSON, Mapping[str, JSON]]()  # sound: rule id to its options, where they hold no fault
    for index, rule in rules:
        known = len(checker.problems)
        options.append(check_rule(checker, index, rule))
        if len(checker.problems) == known and isinstance(rule.get("id"), str):
            sound[rule["id"]] = options[-1]
    overrides = check_sprints(checker, sprints, rules, sound)
    checker.unique("rules", "id", rules)
    checker.unique("sprints", "id", sprints)
    checker.unique("sprints", "branch", sprints)
    checker.globs(("target",), data.get("target"), "include", "exclude")
    if model is None:
        return None
    target = model.target
    config = Config(
        path=checker.name,
        digest="",
        python=None if target.python is None else (3, int(target.python.partition(".")[2])),
        include=tuple(target.include),
        exclude=tuple(target.exclude),
        parse_all=target.report_unparsable,
        limits=Limits(**model.limits.model_dump()),
        rules=tuple(rule_of(rule, filled) for rule, filled in zip(model.rules, options, strict=True)),
        sprints=tuple(map(sprint_of, model.sprints, overrides)) if not checker.problems else (),
    )
    said = json.dumps({**dataclasses.asdict(config), "path": ""}, sort_keys=True)
    return dataclasses.replace(config, digest=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest())
