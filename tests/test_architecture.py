"""The walls of the house: import-linter's contracts (pyproject.toml), and what import-linter cannot say, by ast."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent
SUPPORT = REPO / "codemods" / "support"  # templates that run in the target: they may do I/O
CODEMODS = sorted(path for path in (REPO / "codemods").rglob("*.py") if SUPPORT not in path.parents)
OURS = sorted(
    path for folder in ("engine", "codemods", "commands", "rewright", "bench") for path in (REPO / folder).rglob("*.py")
)
OURS += [REPO / "cli.py"]
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint", "exit", "quit", "globals"}
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 70


def name(path):
    return path.relative_to(REPO).as_posix()


def tree(path):
    return ast.parse(path.read_bytes())


def lint(folder):
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    argv = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(
        argv,
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )


def test_contracts_hold():
    done = lint(REPO)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


BREACHES = {
    "the engine knows a codemod": ("engine/edits.py", "import codemods.rename_exception"),
    "the engine knows the command line": ("engine/edits.py", "import cli"),
    "an early room knows a late one": ("engine/names.py", "import engine.run"),
    "a codemod knows the engine's insides": ("codemods/rename_exception.py", "from engine.source import Source"),
    "a codemod does I/O": ("codemods/rename_exception.py", "import os"),
    "a codemod knows another": ("codemods/rename_exception.py", "import codemods.get_event_loop"),
    "the nouns do I/O": ("engine/model.py", "import pathlib"),
    "a gate starts something": ("engine/gates.py", "import subprocess"),
    "a report reads files": ("engine/report/text.py", "from pathlib import Path"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_contracts_can_break(breach, tmp_path):
    for folder in ("engine", "codemods", "commands"):
        shutil.copytree(REPO / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / "pyproject.toml", tmp_path)
    file, line = BREACHES[breach]
    with (tmp_path / file).open("a") as stream:
        stream.write(f"\n{line}  # noqa\n")
    done = lint(tmp_path)
    assert done.returncode == 1 and "BROKEN" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("path", CODEMODS, ids=name)
def test_codemods_neither_print_nor_read(path):
    called = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [f"{name(path)}:{call.lineno} {call.func.id}" for call in called if call.func.id in FORBIDDEN_CALLS] == []


@pytest.mark.parametrize("path", OURS, ids=name)
def test_files_and_functions_are_short(path):
    lines = path.read_bytes().count(b"\n")
    assert lines <= MAX_FILE_LINES, f"{name(path)} has {lines} lines"
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = {
        node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    }
    assert long == {}, f"{name(path)}: {long}"


@pytest.mark.parametrize("path", OURS, ids=name)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path)), f"{name(path)} has no docstring"


def test_nothing_is_imported_from_the_target():
    """The target is data: only the loader of our own codemods and lazy names of our own may import by a computed name.

    And the script that a child process runs where a person asked for it with `--cold-import`, and the loader of codemods and
    commands of the user's, which takes bytes that rules.lock or --trust vouches for, and modules of installed packages.
    """
    names = {"import_module", "__import__", "exec_module", "run_path", "run_module"}
    product = [path for path in OURS if SUPPORT not in path.parents and REPO / "bench" not in path.parents]
    called = {path: [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)] for path in product}
    users = {
        name(path) for path, calls in called.items() if names & {getattr(call, "id", getattr(call, "attr", "")) for call in calls}
    }
    asked = {"engine/cold/script.py", "engine/adapters/load.py"}
    assert users <= {"codemods/__init__.py", "engine/__init__.py", "engine/report/__init__.py"} | asked
