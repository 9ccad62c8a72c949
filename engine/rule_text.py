"""What one rule is for and what it says, as text: in a line for `rewright rules`, and as lines of YAML for `rewright explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine import config as configuration
from engine.codemod import Codemod
from engine.config.values import PATTERN, PATTERN_KEYS, SHAPES, TOOL_KEYS, TOOLS

_MANUALS = {PATTERN: "docs/patterns.md says what all of it means; `rewright explain pattern`, why a site is left as it is."}
_OTHER = "docs/adapters.md says what becomes of what this tool makes."
_BESIDE = (*TOOL_KEYS, *PATTERN_KEYS)  # keys that stand beside a rule's id, in the order in which they are told


def summary(rule: configuration.Rule, codemod: Codemod) -> str:
    """What a rule is for: its own message where it is one of several that a codemod may serve, else what it is made of."""
    if rule.message and rule.id != codemod.name:
        return rule.message
    kind = kind_of(rule)
    if kind in TOOLS:
        return f"{kind}: {_flow(rule.options.get(kind))}"
    shape = next((key for key in SHAPES if rule.options.get(key)), "")
    if kind != PATTERN or not shape:
        return codemod.summary
    pattern, instead = _flow(rule.options[shape]), rule.options.get("replace")
    return (f"{shape}: {pattern}" if shape != "match" else pattern) + ("" if instead is None else f" -> {_flow(instead)}")


def kind_of(rule: configuration.Rule) -> str:
    """The codemod's name; for a rule of a tool the tool's key."""
    return rule.codemod.partition(":")[0]


def is_made_here(rule: configuration.Rule) -> bool:
    """Is this a rule of a pattern or of a tool, of which the rule file says everything?"""
    return kind_of(rule) in (PATTERN, *TOOLS)


def said(rule: configuration.Rule, codemod: Codemod) -> Iterator[str]:
    """What a rule of a pattern or a tool says, in lines of YAML; where to read more last."""
    yield from written(rule, codemod)
    yield from ("", _MANUALS.get(kind_of(rule), _OTHER))


def written(rule: configuration.Rule, codemod: Codemod) -> list[str]:
    """What a rule of a pattern or a tool says of what it does, in lines of YAML, without what is the default."""
    defaults = {option.name: option.default for option in codemod.options}
    shown = {name: value for name, value in rule.options.items() if value != defaults.get(name) and name != "message"}
    if rule.options.get("replace") is not None or kind_of(rule) in TOOLS:
        shown["applicability"] = rule.options.get("applicability")
    told = {key: shown[key] for key in _BESIDE if key in shown}
    more = {key: value for key, value in shown.items() if key not in told}
    told |= {"options": more} if more else {}
    told |= {key: list(paths) for key, paths in (("include", rule.include), ("exclude", rule.exclude)) if paths}
    return _yaml(told)


def _yaml(data: Mapping[str, Any]) -> list[str]:
    import yaml  # most runs need it not

    class Dumper(yaml.SafeDumper):
        """Text of several lines as such."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    plain = json.loads(json.dumps(data))  # no tuples, and nothing twice that YAML would make an alias of
    return yaml.dump(plain, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10_000).splitlines()


def _flow(value: Any) -> str:
    """A value on one line: text as it is, the rest as YAML in braces and brackets."""
    import yaml  # most runs need it not

    if isinstance(value, str):
        return " ".join(value.split())
    plain = json.loads(json.dumps(value))
    return " ".join(yaml.safe_dump(plain, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000).split())
