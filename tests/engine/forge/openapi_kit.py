"""GitHub's published OpenAPI description (tests/data/github-openapi.json), and what breaks it in a request or an answer."""

import json
import re
from pathlib import Path

import jsonschema

DESCRIPTION = json.loads((Path(__file__).parents[2] / "data" / "github-openapi.json").read_text())
EXAMPLES = {name: example["value"] for name, example in DESCRIPTION["components"]["examples"].items()}
for one in [EXAMPLES["pull-request"], *EXAMPLES["pull-request-simple-items"]]:
    one["requested_teams"] = []  # GitHub's own example lacks what its schema requires of a team


def modern(node):
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, dict):
        node = {key: modern(value) for key, value in node.items()}
        if node.pop("nullable", None) is True:
            return {"anyOf": [node, {"type": "null"}]}
        return node
    return [modern(item) for item in node] if isinstance(node, list) else node


COMPONENTS = modern(DESCRIPTION["components"])


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        kind, name = node["$ref"].removeprefix("#/components/").split("/")
        node = DESCRIPTION["components"][kind][name]
    return node


def problems(value, schema):
    validator = jsonschema.Draft202012Validator({**modern(schema), "components": COMPONENTS})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def unknown_keys(value, schema):
    """Keys of a request's body that the description does not name: it would let them pass."""
    known = {name for one in [schema, *schema.get("oneOf", [])] for name in one.get("properties", {})}
    return [f"body: {name} is not described" for name in value if name not in known]


def operation(method, path):
    """(path template, operation, path parameters) of a request; None when it is not described."""
    for template, methods in DESCRIPTION["paths"].items():
        found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), path)
        if found and method.lower() in methods:
            return template, methods[method.lower()], found.groupdict()
    return None


def check_request(method, path, query, headers, body):
    """What is wrong with a request, as sentences."""
    found = operation(method, path)
    if found is None:
        return [f"{method} {path} is not described"]
    _, described, values = found
    wrong = []
    parameters = {(one["in"], one["name"]): one for one in map(resolve, described["parameters"])}
    for place, given in (("query", query), ("path", values)):
        for name, text in given.items():
            if (place, name) not in parameters:
                wrong.append(f"{place}: {name} is not described")
                continue
            schema = resolve(parameters[place, name]["schema"])
            value = int(text) if schema.get("type") == "integer" and text.isdecimal() else text
            wrong += [f"{place} {name}: {problem}" for problem in problems(value, schema)]
    request = described.get("requestBody")
    if request is None:
        wrong += ["a body where none is described"] if body else []
    else:
        schema = request["content"]["application/json"]["schema"]
        value = json.loads(body)
        wrong += problems(value, schema) + unknown_keys(value, schema)
        if headers.get("Content-Type") != "application/json":
            wrong.append("Content-Type is not application/json")
    for name, value in (
        ("Accept", "application/vnd.github+json"),
        ("X-GitHub-Api-Version", "2022-11-28"),
        ("User-Agent", "rewright"),
    ):
        if headers.get(name) != value:
            wrong.append(f"header {name}: {headers.get(name)!r}")
    return wrong


def check_answer(method, path, status, body):
    described = operation(method, path)[1]["responses"]
    answer = resolve(described[str(status)])
    return problems(json.loads(body), answer["content"]["application/json"]["schema"])
