"""rules.yaml as a JSON Schema, so that editors complete and check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.codemod import Codemod, Option
from engine.config.check import MAY_BE_EMPTY
from engine.config.schema import ConfigModel
from engine.config.values import PATTERN, SHAPES, TOOLS

_TYPES: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "str": {"type": "string"},
    "list": {"type": "array", "items": {"type": "string"}},
    "map": {"type": "object"},
    "json": {},
}


_PATTERN = [{"required": [key]} for key in SHAPES]
_TOOL = [{"required": [key]} for key in TOOLS]


def describe(codemods: Mapping[str, Codemod]) -> dict[str, Any]:
    """The schema; a rule's `options` are those of its codemod, which is its `codemod` key or else its id."""
    schema = ConfigModel.model_json_schema(by_alias=True)
    for model in (schema, *schema["$defs"].values()):
        for key in MAY_BE_EMPTY & model.get("properties", {}).keys() - set(model.get("required", ())):
            model["properties"][key] = {"anyOf": [model["properties"][key], {"type": "null"}]}
    rule = schema["$defs"]["RuleModel"]
    rule["properties"]["codemod"] = {"enum": sorted(codemods), "description": rule["properties"]["codemod"]["description"]}
    rule["allOf"] = []
    for name, codemod in sorted(codemods.items()):
        schema["$defs"][f"options-{name}"] = _options(codemod)
        by_key = {"properties": {"codemod": {"const": name}}, "required": ["codemod"]}
        by_id = {"properties": {"id": {"const": name}}, "not": {"anyOf": [{"required": ["codemod"]}, *_PATTERN, *_TOOL]}}
        options = {"properties": {"options": {"anyOf": [{"$ref": f"#/$defs/options-{name}"}, {"type": "null"}]}}}
        rule["allOf"].append({"if": {"anyOf": [by_key, by_id]}, "then": options})
    # Without a `codemod` key, and without a tool or a pattern, the id must name one.
    named = {"not": {"anyOf": [{"required": ["codemod"]}, *_TOOL, *(_PATTERN if PATTERN in codemods else ())]}}
    rule["allOf"].append({"if": named, "then": {"properties": {"id": {"enum": sorted(codemods)}}}})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "rules.yaml", **schema}


def _options(codemod: Codemod) -> dict[str, Any]:
    properties = {option.name: _option(option) for option in codemod.options}
    return {"type": "object", "description": codemod.summary, "properties": properties, "additionalProperties": False}


def _option(option: Option) -> dict[str, Any]:
    shape: dict[str, Any] = {"enum": [*option.choices]} if option.type == "choice" else dict(_TYPES[option.type])
    if option.default is None:
        shape = {"anyOf": [shape, {"type": "null"}]}
    return {**shape, "default": option.default, "description": option.help}
