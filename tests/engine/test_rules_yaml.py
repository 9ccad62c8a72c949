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


SHIPPED = (HOUSE / "rules.yaml").read_text(encoding="utf-8")


def test_the_shipped_file_fits_the_codemods(load):
    real = codemods.load()
    loaded = load(SHIPPED, real)
    assert [rule.id for rule in loaded.rules] == ["broad-except", "port-literal", "get-event-loop", "import-cycle"]
    assert [rule.id for rule in loaded.rules if rule.mode != "rewrite"] == ["import-cycle"]
    assert all(rule.message and rule.note for rule in loaded.rules)
    assert all(sprint.branch == f"refactor/{sprint.id}" for sprint in loaded.sprints)
    assert all(sprint.budget.files == 30 and sprint.gates and sprint.owner for sprint in loaded.sprints)
    assert valid(SHIPPED, real)


def test_what_the_shipped_file_plans_loads_once_its_codemods_exist(load):
    text = SHIPPED.replace("#|", "").replace("    rules: [get-event-loop]\n", "")
    rules = {*re.findall(r"^  - id: ([\w-]+)$", text.partition("\nsprints:")[0], re.M)}
    loaded = load(text, {name: codemod(name) for name in rules} | codemods.load())
    assert loaded.python == (3, 8)
    assert {rule.id for rule in loaded.rules} == rules
    assert {"ci-guardrails", "import-cycles", "gpu", "security"} < {sprint.id for sprint in loaded.sprints}
