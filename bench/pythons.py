"""A real `pip install` and the core tests on each Python 3.11 or later at hand. `make pythons`; exits with 1 when one fails.

Interpreters: python3.11 to python3.19 on the PATH, pyenv's, and those that the environment
variable PYTHONS names (paths, separated by spaces).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from bench import common

CORE = ("tests/engine", "tests/codemods", "tests/test_fixtures.py", "tests/test_catalogue.py")
NEEDED = ("pytest==", "pytest-snapshot==", "pytest-xdist==", "hypothesis==", "hypothesmith==", "jsonschema==")


def main() -> None:
    """Try each, say how it went."""
    wheel = build(common.WORK / "wheel")
    verdicts = {version: attempt(version, python, wheel) for version, python in interpreters().items()}
    for version, verdict in verdicts.items():
        print(f"{version}: {verdict or 'passed'}")
    if not verdicts:
        sys.exit("no Python 3.11 or later found; name some in PYTHONS")
    if any(verdicts.values()):
        sys.exit(1)


def build(out: Path) -> Path:
    """The wheel, from this checkout."""
    shutil.rmtree(out, ignore_errors=True)
    common.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, common.REPO], common.REPO)
    (wheel,) = out.glob("*.whl")
    return wheel


def interpreters() -> dict[str, str]:
    """Version to path, oldest first; one of each version."""
    named = os.environ.get("PYTHONS", "").split()
    on_path = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"))
    found: dict[tuple[int, ...], str] = {}
    for candidate in [*named, sys.executable, *filter(None, on_path), *map(str, pyenv)]:
        code = "import sys; print(*sys.version_info[:3])"
        asked = subprocess.run([candidate, "-I", "-c", code], capture_output=True, text=True, check=False)
        version = tuple(int(part) for part in asked.stdout.split()) if asked.returncode == 0 else ()
        if version >= (3, 11):
            found.setdefault(version, candidate)
    return {".".join(map(str, version)): found[version] for version in sorted(found)}


def attempt(version: str, python: str, wheel: Path) -> str:
    """Install the wheel into a bare environment, run it, then the core tests. Returns what went wrong, or an empty text."""
    common.say(f"Python {version}: installing ...")
    place = common.WORK / "pythons" / version
    extra = tomllib.loads((common.REPO / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["dev"]
    tools = [pin for pin in extra if pin.startswith(NEEDED)]
    pip: list[str | Path] = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    try:
        common.run([python, "-m", "venv", "--clear", place], common.REPO)
        common.run([*pip, wheel], place)
        common.run([place / "bin" / "rewright", "--version"], place)
        agents = common.REPO / "fixtures" / "agents"
        common.run([place / "bin" / "rewright", "diff", "--unsafe", "--no-cache", agents], place, codes=(1,))
        common.run([*pip, *tools], place)
        common.say(f"Python {version}: core tests ...")
        pytest: list[str | Path] = [place / "bin" / "python", "-m", "pytest", "-n", "2", "-p", "no:cacheprovider"]
        done = common.run([*pytest, *CORE], common.REPO, env={"PYTHONDONTWRITEBYTECODE": "1"})
    except RuntimeError as error:
        common.say(f"Python {version}: failed")
        return str(error)
    common.say(f"Python {version}: {done.stdout.decode().strip().splitlines()[-1]}")
    return ""


if __name__ == "__main__":
    main()
