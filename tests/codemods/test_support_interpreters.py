"""The support modules run in the target: small, without dependencies, on every Python since 3.8 that this machine has."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SUPPORT = HERE.parents[1] / "codemods" / "support"
LINES = {"error_handling": 150, "port_registry": 230}  # fewer than
SCRIPTS = (
    *("error_handling", "error_logging", "error_shadow"),
    *("port_registry", "port_registry_claims", "port_registry_sets"),
)
OLDEST = (3, 8)


def interpreters():
    """{version: executable}: this one, what PATH has, and what pyenv has. One for each version, 3.8 and later."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 20))]
    candidates += sorted(str(path) for path in pyenv.glob("versions/3.*/bin/python"))
    found = {}
    for candidate in filter(None, candidates):
        command = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        version = answer.stdout.strip()
        if answer.returncode == 0 and tuple(map(int, version.split("."))) >= OLDEST:  # a pyenv shim may be for nothing
            found.setdefault(version, candidate)
    return found


INTERPRETERS = interpreters()


def test_this_interpreter_is_among_them():
    assert INTERPRETERS["{}.{}".format(*sys.version_info[:2])] == sys.executable


@pytest.mark.parametrize("version", INTERPRETERS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_behaves_the_same_on(name, version):
    script = HERE / f"test_support_{name}.py"
    command = [INTERPRETERS[version], "-B", "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    expected = {node.name for node in ast.parse(script.read_text()).body if getattr(node, "name", "").startswith("test_")}
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize("name", LINES)
def test_marker_size_and_syntax(name):
    text = (SUPPORT / f"{name}.py").read_text(encoding="ascii")
    lines = text.splitlines()
    assert re.fullmatch(rf"# rewright-support: {name} \d", lines[0])
    assert len(lines) < LINES[name]
    tree = ast.parse(text, feature_version=OLDEST)
    assert ast.get_docstring(tree)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in imported} <= sys.stdlib_module_names | {"yaml"}
    assert not [node for node in tree.body if isinstance(node, ast.Import) and node.names[0].name == "yaml"]
