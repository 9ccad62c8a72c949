"""Repositories with a sprint in their rules.yaml, and `rewright branch` run on them."""

import json

import vcs_kit
from test_cli import rewright

BROAD = "def one(path):\n    try:\n        return open(path)\n    except Exception:\n        return None\n"
OLD = "def f(x='x'):\n    try:\n        x()\n    except ConnectionError:\n        raise\n"
RENAME = "rename-exception, options: {from: ConnectionError, to: clients.errors.Unavailable}"
GATE = "python3 -m py_compile {files}"


def rules(sprint="", rule="  - {id: rename, codemod: " + RENAME + ", message: Ours raises another.}\n", more=""):
    """A rules.yaml with one sprint `s` on refactor/s."""
    first = (
        "  - {id: s, rules: ["
        + ", ".join(names(rule))
        + "], branch: refactor/s, applicability: unsafe"
        + (f", {sprint}" if sprint else "")
    )
    return f"version: 1\nrules:\n{rule}sprints:\n{first}}}\n{more}"


def names(rule):
    return [line.partition("id: ")[2].partition(",")[0].rstrip("}") for line in rule.splitlines()]


def repository(folder, sprint="", files=None, count=5, **more):
    """A repository with `count` files that the rule changes, in two folders, and rules.yaml; in one commit on main."""
    found = {f"{'ab'[number % 2]}/m{number}.py": OLD.encode() for number in range(count)} if files is None else files
    found = {path: data.encode() if isinstance(data, str) else data for path, data in found.items()}
    vcs_kit.make(
        folder,
        {"rules.yaml": rules(sprint, **more).encode(), "clients/errors.py": b"class Unavailable(Exception): pass\n"} | found,
    )
    return folder


def branch(folder, *arguments, expect=0, name="s", **more):
    """`rewright branch --sprint s`."""
    return rewright(folder, "branch", "--sprint", name, "--jobs", "1", *arguments, expect=expect, **more)


def told(folder, *arguments, expect=0):
    return json.loads(branch(folder, *arguments, "--output-format", "json", expect=expect).stdout)


def commits(folder, name="refactor/s", base="main"):
    """The subjects from the base on, oldest first."""
    return vcs_kit.git(folder, "log", "--reverse", "--format=%s", f"{base}..{name}").splitlines()


def branches(folder):
    return vcs_kit.git(folder, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").splitlines()


def text(folder, path, name="refactor/s"):
    return vcs_kit.blob(folder, name, path).decode()
