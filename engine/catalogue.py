"""What rules there are and what they do, as text: `rewright rules` and `rewright explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine import config as configuration
from engine.model import Codemod, Option, RewrightError


def schema(codemods: Mapping[str, Codemod]) -> str:
    """The JSON Schema of rules.yaml, for editors and checks."""
    return json.dumps(configuration.json_schema(codemods), indent=2)


def listing(config: configuration.Config, codemods: Mapping[str, Codemod], output_format: str) -> str:
    """The rules in force, and the codemods that no rule uses; as a table or as JSON."""
    rows = [
        {
            "id": rule.id,
            "codemod": rule.codemod,
            "mode": rule.mode,
            "severity": rule.severity,
            "summary": codemods[rule.codemod].summary,
        }
        for rule in config.rules
    ]
    unused = sorted(set(codemods) - {rule.codemod for rule in config.rules})
    if output_format == "json":
        return json.dumps({"rules_file": config.path, "rules": rows, "unused_codemods": unused}, indent=2)
    width = max([len(row["id"]) for row in rows], default=0)
    lines = [f"{row['id']:<{width}}  {row['mode']:<8}  {row['summary']}" for row in rows]
    lines += [f"\nNot used by any rule: {', '.join(unused)}"] if unused else []
    return "\n".join([f"Rules of {config.path}", "", *lines])


def explanation(name: str, config: configuration.Config, codemods: Mapping[str, Codemod]) -> str:
    """A rule or codemod in full: its documentation, and its options with what this rule file sets them to."""
    rule = next((rule for rule in config.rules if rule.id == name), None)
    codemod = codemods.get(rule.codemod if rule else name)
    if codemod is None:
        names = sorted({*codemods, *(rule.id for rule in config.rules)})
        raise RewrightError(f"no rule or codemod is called {name!r}{configuration.near_miss(name, names)}")
    head = [f"{name}: {codemod.summary}"]
    if rule:
        head += [text for text in (rule.message, rule.note, rule.url) if text]
        head.append(f"Mode {rule.mode}, severity {rule.severity}, from {config.path}")
    options = [
        _option(option, rule.options.get(option.name, option.default) if rule else option.default) for option in codemod.options
    ]
    return "\n".join([*head, "", codemod.doc.strip(), "", "Options in force:", *(options or ["  none"])])


def _option(option: Option, value: object) -> str:
    kind = " | ".join(option.choices) if option.choices else option.type
    return f"  {option.name} = {json.dumps(value)}  ({kind}; default {json.dumps(option.default)})\n      {option.help}"
