""".pre-commit-hooks.yaml: the hooks are well-formed, and their entries work as pre-commit would run them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kit import REPO

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text("utf-8"))}
BROAD = "def f(job):\n    try:\n        job()\n    except Exception:\n        print('lost')\n"
NARROW = BROAD.replace("Exception", "OSError")
RULES = "version: 1\nrules:\n  - {id: broad-except}\n"


@pytest.fixture
def repository(tmp_path):
    """A git repository with a broad handler in two of its files; one name needs quoting, one begins with a dash."""
    root = tmp_path / "repository"
    (root / "a folder").mkdir(parents=True)
    files = {"a folder/a b.py": BROAD, "-b.py": BROAD, "c.pyi": "x: int\n", "d.py": NARROW, "rules.yaml": RULES}
    for name, text in files.items():
        (root / name).write_text(text)
    (root / "tool").write_text("#!/usr/bin/env python3\n" + BROAD)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def staged(root):
    """What pre-commit would hand to a hook of types_or [python, pyi]: a python shebang makes a file python too."""
    listed = subprocess.run(
        ["git", "diff", "--staged", "--name-only", "-z"], cwd=root, check=True, capture_output=True, text=True
    )
    names = [name for name in listed.stdout.split("\0") if name.endswith((".py", ".pyi")) or name == "tool"]
    # pre-commit puts ./ before a name that begins with a dash.
    return [f"./{name}" if name.startswith("-") else name for name in names]


def run(hook, root, *names, args=()):
    """The hook's entry, its arguments and the names, started in the root of the repository."""
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": f"{root}/../cache",
    }
    argv = [*shlex.split(HOOKS[hook]["entry"]), *args, *names]
    return subprocess.run(argv, cwd=root, env=env, capture_output=True, check=False, text=True, timeout=120)


def test_the_hooks_are_what_users_are_told():
    assert list(HOOKS) == ["rewright-scan", "rewright-diff"]
    for hook in HOOKS.values():
        assert set(hook) >= {"id", "name", "description", "entry", "language"}
        assert (hook["language"], hook["types_or"], hook["require_serial"]) == ("python", ["python", "pyi"], True)
        assert hook.get("pass_filenames", True) and shlex.split(hook["entry"])[0] == "rewright"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_fails_on_what_is_staged_and_names_it(repository, hook):
    done = run(hook, repository, *staged(repository))
    assert done.returncode == 1, done.stderr
    assert "a folder/a b.py" in done.stdout and "-b.py" in done.stdout and "d.py:" not in done.stdout
    status = subprocess.run(["git", "status", "--porcelain"], cwd=repository, check=True, capture_output=True, text=True)
    assert {line[:2] for line in status.stdout.splitlines()} == {"A "}  # nothing was written


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("names", [["tool"], ["c.pyi", "d.py", "tool"]])
def test_a_hook_passes_where_nothing_is_wrong(repository, hook, names):
    done = run(hook, repository, *names)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("hook", HOOKS)
def test_one_file_alone_is_looked_at_from_the_repositorys_root(repository, hook):
    done = run(hook, repository, "a folder/a b.py")
    assert done.returncode == 1 and "a folder/a b.py" in done.stdout


def test_the_baseline_goes_with_the_hook(repository):
    args = ["--baseline", "rewright-baseline.jsonl"]
    assert run("rewright-scan", repository, args=[*args, "--update-baseline"]).returncode == 0
    done = run("rewright-scan", repository, *staged(repository), args=args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run("rewright-scan", repository, "d.py", args=args).returncode == 0  # what was not handed over is not fixed
    (repository / "d.py").write_text(BROAD)
    done = run("rewright-scan", repository, "d.py", args=args)
    assert done.returncode == 1 and "d.py:4" in done.stdout and "0 fixed" in done.stderr


def test_the_documents_name_the_hooks():
    text = (REPO / "docs" / "baseline.md").read_text("utf-8")
    assert all(f"id: {name}" in text for name in HOOKS)
