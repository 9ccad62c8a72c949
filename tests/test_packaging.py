"""What `pip install` gives: one command, one name; and a target's own names and traps never meet ours."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent
# Modules that we, our workers or our dependencies import. A target that holds files of these names must not be asked for them.
TRAPS = (
    "yaml",
    "threading",
    "libcst",
    "click",
    "rich",
    "pebble",
    "pydantic",
    "tokenize",
    "sqlite3",
    "pathspec",
    "rewright",
    "resource",
    "pathlib",
)
TRAP = "with open(__file__.replace('.py', '.sprung'), 'w') as stream:\n    stream.write('imported')\n"


def run(argv, cwd, **env):
    """Run a command in an environment that knows nothing of this checkout."""
    clean = {"PATH": os.defpath, "HOME": str(cwd), "XDG_CACHE_HOME": str(Path(cwd).parent / "cache"), **env}
    return subprocess.run(
        [str(part) for part in argv], cwd=cwd, env=clean, capture_output=True, check=False, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", out, REPO]
    done = run(argv, out)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory):
    """A bare environment with the wheel; its dependencies are lent by the running one, through a .pth that runs no other .pth."""
    place = tmp_path_factory.mktemp("bare") / "env"
    done = run([sys.executable, "-m", "venv", "--without-pip", place], place.parent)
    assert done.returncode == 0, done.stderr
    argv = [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "--disable-pip-version-check", "install", "-q"]
    done = run([*argv, "--no-deps", "--no-index", wheel], place.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = (place / "lib").glob("python3*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return place


@pytest.fixture
def target(tmp_path):
    """A target with our folder names, and with traps."""
    root = tmp_path / "target"
    for name in ("engine/__init__.py", "engine/core.py", "codemods/__init__.py", "cli.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("OWNER = 'target'\n")
    (root / "agent.py").write_text("try:\n    import torch\nexcept Exception:\n    torch = None\n")
    (root / "rules.yaml").write_text(
        "version: 1\nrules:\n  - id: rename-exception\n    options: {from: Exception, to: OSError}\n"
    )
    (root / "test_names.py").write_text(
        "import cli\nimport codemods\nimport engine.core\n\n\ndef test_names_are_the_targets_own():\n"
        "    assert cli.OWNER == codemods.OWNER == engine.core.OWNER == 'target'\n"
    )
    return root


@pytest.fixture
def trapped(target):
    for name in TRAPS:
        (target / f"{name}.py").write_text(TRAP)
    return target


def sprung(root):
    return sorted(path.name for path in root.rglob("*.sprung"))


def changes(done):
    """The paths of the changes in a jsonl report."""
    assert done.returncode == 1, done.stdout + done.stderr
    items = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item for item in items if item["type"] == "failure"] == []
    return [item["path"] for item in items if item["type"] == "change"]


def test_wheel_holds_one_name(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "rewright",
        next(name for name in names if ".dist-info/" in name).split("/")[0],
    }
    for file in (
        "__main__.py",
        "cli.py",
        "commands/ports.py",
        "rules.yaml",
        "engine/model.py",
        "codemods/rename_exception.py",
        "codemods/support/error_handling.py",
    ):
        assert f"rewright/{file}" in names


def test_wheel_holds_every_file_of_the_house(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = [
        path
        for folder in ("engine", "codemods", "commands")
        for path in (REPO / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    assert [path for path in ours if f"rewright/{path.relative_to(REPO).as_posix()}" not in names] == []


def test_wheel_holds_the_pages_that_explain_cuts_its_examples_from(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    pages = [path.name for path in (REPO / "docs" / "rules").iterdir()]
    assert pages and [name for name in pages if f"rewright/docs/rules/{name}" not in names] == []


def test_wheel_has_one_console_script_and_two_plugins(wheel):
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
    script, plugin, pytest_plugin = archive.read(entry_points).decode().split("\n\n")
    assert script.split() == ["[console_scripts]", "rewright", "=", "rewright.__main__:main"]
    assert plugin.split() == ["[flake8.extension]", "E900", "=", "rewright.flake8_plugin:BroadExcept"]
    assert pytest_plugin.split() == ["[pytest11]", "rewright", "=", "rewright.pytest_plugin"]


def test_installed_names(bare):
    (packages,) = (bare / "lib").glob("python3*/site-packages")
    ours = sorted(path.name for path in packages.iterdir() if path.name != "lent.pth" and not path.name.endswith(".dist-info"))
    assert ours == ["rewright"]
    assert sorted(
        path.name for path in (bare / "bin").iterdir() if "python" not in path.name.lower() and "ctivate" not in path.name
    ) == ["rewright"]


def test_version_names_the_installed_one(bare, tmp_path):
    from rewright import __version__

    done = run([bare / "bin" / "rewright", "--version"], tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, f"rewright, version {__version__}")


@pytest.mark.parametrize("start", ["script", "module"])
def test_a_targets_names_and_traps_never_meet_ours(bare, trapped, start):
    if start == "module":
        (trapped / "rewright.py").unlink()  # `python -m rewright` would be that file: the user's own doing
    command = [bare / "bin" / "rewright"] if start == "script" else [bare / "bin" / "python", "-m", "rewright"]
    done = run([*command, "--version"], trapped)
    assert done.returncode == 0, done.stderr
    done = run([*command, "diff", "--unsafe", "--jobs", "2", "--output-format", "jsonl"], trapped)
    assert changes(done) == ["agent.py"]
    assert sprung(trapped) == []


def test_the_traps_would_spring(bare, trapped):
    done = run([bare / "bin" / "python", "-c", "import yaml"], trapped)
    assert done.returncode == 0 and sprung(trapped) == ["yaml.sprung"]


@pytest.mark.parametrize("path", [".", "src"])
def test_python_path_cannot_smuggle_the_target_in(bare, trapped, path):
    (trapped / "src").mkdir()
    (trapped / "src" / "threading.py").write_text(TRAP)
    (trapped / "rewright.py").unlink()  # PYTHONPATH puts it before the installed one: nothing of ours has run by then
    done = run([bare / "bin" / "rewright", "diff", "--unsafe", "--output-format", "jsonl"], trapped, PYTHONPATH=path)
    assert changes(done) == ["agent.py"]
    assert sprung(trapped) == []


def test_pytest_in_a_target_gets_the_targets_names(bare, target):
    done = run([bare / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider"], target)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def test_flake8_in_a_target_finds_the_installed_plugin(bare, target):
    (target / "agent.py").write_text("try:\n    work()\nexcept Exception:\n    pass\n")
    done = run([bare / "bin" / "python", "-m", "flake8", "--isolated", "--select=E900", "-j1", "agent.py"], target)
    assert (done.returncode, done.stdout[:19], done.stderr) == (1, "agent.py:3:1: E900 ", "")
    where = run([bare / "bin" / "python", "-P", "-c", "import rewright.flake8_plugin as it; print(it.__file__)"], target)
    assert where.stdout.startswith(str(bare))


def test_shipped_rules_serve_where_there_are_none(bare, target):
    (target / "rules.yaml").unlink()
    done = run([bare / "bin" / "rewright", "rules"], target)
    assert done.returncode == 0, done.stderr
    assert "broad-except" in done.stdout and str(bare) in done.stdout
