"""A codemod with an option of each type, and rules.yaml files for the tests of engine/config."""

from engine.codemod import Codemod, Option


def nothing(source, project, options):
    return iter(())


def codemod(name, *options):
    return Codemod(name, f"{name} in one line", 1, nothing, b"", options)


STYLES = Option("style", "choice", "safe-executor", "the form", ("safe-executor", "narrow", "off"))
CODEMODS = {
    "broad-except": codemod(
        "broad-except",
        STYLES,
        Option("support-folder", "str", "common_utils", "where"),
        Option("preserve", "bool", False, "keep every meaning"),
        Option("depth", "int", 3, "how far"),
        Option("extra", "list", ["OSError"], "more classes"),
        Option("per-path", "map", {}, "by path"),
        Option("logger", "str", None, "which logger"),
    ),
    "port-literal": codemod("port-literal"),
}
ONE_RULE = "version: 1\nrules:\n  - id: broad-except\n"


FULL = """\
version: 1
target: {python: "3.9", include: [src/], exclude: ["*_pb2.py", "!keep_pb2.py"], report-unparsable: false}
limits: {file-seconds: 5, memory-mb: 800, max-bytes: 1000}
rules:
  - id: broad
    codemod: broad-except
    message: too broad
    note: narrow it
    severity: error
    url: https://example.org
    metadata: {roadmap: [1, {week: 3}]}
    options: {style: narrow, support-folder: lib/common/, extra: [A, b.C], per-path: {x: [1]}, logger: log}
    include: [src/a/]
    exclude: [src/a/b.py]
    mode: report
    max-files-percent: 12.5
    owner: ann
sprints:
  - id: one
    rules: [broad]
    branch: refactor/one
  - id: two
    name: The second
    rules: [broad]
    branch: refactor/two
    base: origin/main
    depends-on: [one]
    budget: {files: 30, changes: 90}
    paths: [src/]
    gates: [{name: tests, run: "python -m pytest -k 'a and b' {files}", timeout-seconds: 60}]
    owner: bob
    applicability: unsafe
    granularity: rule-and-owner
"""
