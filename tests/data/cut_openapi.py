"""Cut GitHub's published OpenAPI description down to the endpoints that engine/forge uses: `python tests/data/cut_openapi.py`.

Fetches one pinned version of the npm package @octokit/openapi, checks it against the registry's hash, and writes
github-openapi.json beside this file. Needs the network; tests never run it.
"""

import base64
import hashlib
import io
import json
import tarfile
import urllib.request
from pathlib import Path

VERSION = "23.0.2"
SHA512 = "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
ADDRESS = f"https://registry.npmjs.org/@octokit/openapi/-/openapi-{VERSION}.tgz"
MEMBER = "package/generated/api.github.com.json"
OPERATIONS = (
    ("get", "/repos/{owner}/{repo}/pulls"),
    ("post", "/repos/{owner}/{repo}/pulls"),
    ("patch", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/labels"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
)
KEPT = ("operationId", "parameters", "requestBody", "responses")


def references(node):
    """Every `$ref` in a JSON value."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def plain(node, named=False):
    """A JSON value without descriptions and vendors' keys. `named`: its keys are names that people chose."""
    if isinstance(node, dict):
        wanted = {
            k: v for k, v in node.items() if named or not (k.startswith("x-") or (k == "description" and isinstance(v, str)))
        }
        example = "value" if not named else ""
        return {k: v if k == example else plain(v, named=k == "properties") for k, v in wanted.items()}
    return [plain(value) for value in node] if isinstance(node, list) else node


def cut(whole):
    """The wanted operations, and under `components` all that they refer to."""
    paths = {}
    for method, path in OPERATIONS:
        operation = whole["paths"][path][method]
        paths.setdefault(path, {})[method] = plain({key: operation[key] for key in KEPT if key in operation})
    components = {}
    todo = list(references(paths))
    while todo:
        kind, name = todo.pop().removeprefix("#/components/").split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = plain(whole["components"][kind][name])
            todo += references(components[kind][name])
    return {"openapi": whole["openapi"], "info": {"version": VERSION}, "paths": paths, "components": components}


def main():
    with urllib.request.urlopen(ADDRESS) as answer:
        data = answer.read()
    if base64.b64encode(hashlib.sha512(data).digest()).decode() != SHA512:
        raise SystemExit(f"{ADDRESS} is not what was published")
    with tarfile.open(fileobj=io.BytesIO(data)) as package:
        whole = json.load(package.extractfile(MEMBER))
    text = json.dumps(cut(whole), indent=1, sort_keys=True, ensure_ascii=True)
    Path(__file__).with_name("github-openapi.json").write_text(f"{text}\n", encoding="ascii")


if __name__ == "__main__":
    main()
