"""The JSON Schema of rules.yaml, and the rules.yaml that we ship."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from config_kit import CODEMODS, FULL, ONE_RULE, codemod

import codemods
from engine import config

HOUSE = Path(__file__).resolve().parents[2]


def valid(text, codemods=CODEMODS):
    schema = config.json_schema(codemods)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid(yaml.safe_load(text))


def test_the_json_schema_agrees_with_the_loader(load):
    assert valid(FULL)
    assert valid(ONE_RULE)
    for text in (
        "version: 2\nrules: [{id: broad-except}]",
        "version: 1\nrules: []",
        "version: 1\nrules: [{id: other}]",
        "version: 1\nrules: [{id: x, codemod: other}]",
        "version: 1\nrules: [{id: broad-except, colour: red}]",
        "version: 1\nrules: [{id: broad-except, options: {styel: narrow}}]",
        "version: 1\nrules: [{id: broad-except, options: {style: wide}}]",
        "version: 1\nrules: [{id: x, codemod: broad-except, options: {depth: '3'}}]",
        "version: 1\nrules: [{id: broad-except, codemod: port-literal, options: {depth: 3}}]",
        "version: 1\nrules: [{id: broad-except}]\nsprints: [{id: a, rules: [x]}]",
    ):
        assert not valid(text), text
        with pytest.raises(config.ConfigError):
            load(text)


def test_the_json_schema_is_json_and_describes_options():
    schema = json.loads(json.dumps(config.json_schema(CODEMODS)))
    option = schema["$defs"]["options-broad-except"]["properties"]["style"]
    assert option == {"enum": ["safe-executor", "narrow", "off"], "default": "safe-executor", "description": "the form"}


READY = [
    "yaml-load-to-safe-load",
    "subprocess-shell-true",
    "torch-load-weights-only",
    "requests-without-timeout",
    "from-pretrained-quantised",
    "empty-cache-after-inference",
    "spacy-load-cached",
    "zmq-context-instance",
    "utcnow-to-timezone-aware",
    "open-without-encoding",
    "print-to-logger",
    "logging-fstring",
    "assert-in-production",
    "mutable-default",
]
SHIPPED = (HOUSE / "rules.yaml").read_text(encoding="utf-8")


def test_the_shipped_file_fits_the_codemods(load):
    real = codemods.load()
    loaded = load(SHIPPED, real)
    assert [rule.id for rule in loaded.rules] == ["broad-except", "port-literal", "get-event-loop", "import-cycle", *READY]
    assert [rule.id for rule in loaded.rules if rule.mode != "rewrite"] == ["import-cycle", *READY]
    assert all(rule.message and rule.note for rule in loaded.rules)
    assert all(sprint.branch == f"refactor/{sprint.id}" for sprint in loaded.sprints)
    assert all(sprint.budget.files == 30 and sprint.gates and sprint.owner for sprint in loaded.sprints)
    assert valid(SHIPPED, real)


def test_the_ready_rules_say_what_they_may_change(load):
    ready = [rule for rule in load(SHIPPED, codemods.load()).rules if rule.id in READY]
    assert all(rule.codemod == "pattern" and rule.owner for rule in ready)
    for rule in ready:
        assert rule.options["applicability"] == "unsafe", rule.id


@pytest.mark.parametrize("rule", READY)
def test_every_ready_rule_has_cases_page_and_look_alikes(rule):
    page = (HOUSE / "docs" / "ready-rules.md").read_text(encoding="utf-8")
    assert page.count(f"| `{rule}` |") == 1
    found = (HOUSE / "fixtures" / rule).glob("*/case.yaml")
    cases = {case.parent.name: yaml.safe_load(case.read_text("utf-8")) for case in found}
    expect = cases["hits"]["expect"]
    assert expect["changes"]
    assert not cases["left-alone"]["expect"]["changes"] and not cases["left-alone"]["expect"]["findings"]


def test_a_ready_rule_runs_in_some_sprint(load):
    loaded = load(SHIPPED, codemods.load())
    in_sprints = {rule for sprint in loaded.sprints for rule in sprint.rules}
    assert {rule.id for rule in loaded.rules} - in_sprints == {"assert-in-production", "mutable-default"}  # ci-guardrails waits


def test_what_the_shipped_file_plans_loads_once_its_codemods_exist(load):
    text = SHIPPED.replace("#|", "")
    rules = {*re.findall(r"^  - id: ([\w-]+)$", text.partition("\nsprints:")[0], re.M)}
    loaded = load(text, {name: codemod(name) for name in rules} | codemods.load())
    assert loaded.python == (3, 8)
    assert {rule.id for rule in loaded.rules} == rules
    assert {"ci-guardrails", "import-cycles", "gpu", "security", "modernisation"} <= {sprint.id for sprint in loaded.sprints}
