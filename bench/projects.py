"""PyPI projects at a pin: their source, an environment for their tests, and one run of these.

Everything that a suite needs is pinned: what a project names itself in `Project`, what that pulls in in constraints.txt.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import common

SDISTS = common.WORK / "sdists"
CONSTRAINTS = common.REPO / "bench" / "constraints.txt"
TOOLS = ("coverage==7.17.3", "pytest==9.2.0", "iniconfig==2.3.1", "packaging==26.3", "pluggy==1.7.0", "pygments==2.21.0")


@dataclass(frozen=True, slots=True)
class Project:
    """An sdist with a fast suite."""

    name: str
    version: str
    packages: tuple[str, ...] = ()  # what its tests need besides the tools and itself, pinned
    tests: tuple[str, ...] = ("tests",)  # what pytest is given
    arguments: tuple[str, ...] = ()
    tools: tuple[str, ...] = TOOLS  # what runs the tests
    seconds: int = 1800  # that one run of the tests may take

    @property
    def pin(self) -> str:
        """As pip wants it."""
        return f"{self.name}=={self.version}"


WERKZEUG = Project(
    "werkzeug",
    "3.1.9",
    ("cffi==2.1.1", "cryptography==50.0.2", "ephemeral-port-reserve==1.1.4", "pytest-timeout==2.4.0", "watchdog==7.1.0"),
    # Two servers that watch every installed module for changes: minutes of a whole core, and then a time limit.
    arguments=("--deselect", "tests/test_serving.py::test_reloader_sys_path"),
)
FABRIC = ("pytest-relaxed==2.0.2", "icecream==2.1.3")  # what the tests of Fabric's family need
PARAMIKO = Project("paramiko", "5.1.0", FABRIC, tests=("tests",), arguments=("-m", "not slow"))
# The files that test what broad-except changes; the others start servers and wait for them.
_GUNICORN_TEXT = """
arbiter asgi_error_handling asgi_protocol_http asgi_worker config dirty_arbiter dirty_client dirty_stash dirty_worker gthread
http2_async_connection http2_connection logger pidfile util
"""
_GUNICORN_NEEDS_TEXT = """
gevent==26.9.0 h2==4.4.1 httpx==0.28.1 inotify==0.2.12 pytest-asyncio==1.5.0 tornado==6.6.1 uvloop==0.23.0
"""

# For the first two tables: broad handlers that `preserve` can rewrite, and tests that reach them without a network.
PROJECTS = (
    Project("boltons", "26.2.0"),
    Project(
        "structlog",
        "26.1.0",
        ("pytest-asyncio==1.5.0", "simplejson==4.3.0", "time-machine==3.6.0"),
        arguments=("-p", "no:randomly"),
    ),
    Project("pluggy", "1.7.0", ("pytest-benchmark==5.3.1",), tests=("testing",)),
    WERKZEUG,
    PARAMIKO,
    Project(
        "gunicorn",
        "27.0.1",
        tuple(_GUNICORN_NEEDS_TEXT.split()),
        tests=("tests/ctl", *(f"tests/test_{name}.py" for name in _GUNICORN_TEXT.split())),
        arguments=("-o", "addopts="),
    ),
)


def unpack(project: Project, into: Path) -> Path:
    """The project's source, downloaded once, as a git repository of its own."""
    SDISTS.mkdir(parents=True, exist_ok=True)
    archive = SDISTS / f"{project.name}-{project.version}.tar.gz"
    if not archive.is_file():
        common.say(f"downloading {project.pin} ...")
        argv = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"]
        common.run([*argv, "--dest", SDISTS, project.pin], SDISTS)
    shutil.rmtree(into, ignore_errors=True)
    with tarfile.open(archive) as opened:
        opened.extractall(into.with_suffix(".unpacking"), filter="data")
    (inner,) = into.with_suffix(".unpacking").iterdir()
    inner.rename(into)
    into.with_suffix(".unpacking").rmdir()
    return common.tracked(into)


def environment(project: Project) -> Path:
    """A virtual environment with the project's test dependencies; made once for a set of pins. Returns its Python.

    Raises RuntimeError when anything cannot be installed, and when anything came along that is not pinned.
    """
    place = common.WORK / "environments" / f"{project.name}-{project.version}"
    python, stamp = place / "bin" / "python", place / "ready"
    pins = [project.pin, *project.tools, *project.packages]
    if not stamp.is_file() or stamp.read_text("utf-8").split() != pins:
        common.say(f"installing what the tests of {project.name} need ...")
        common.run([sys.executable, "-m", "venv", "--clear", place], common.REPO)
        argv: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
        common.run([*argv, "install", "-q", "-c", CONSTRAINTS, *pins], place)
        loose = unpinned(common.run([*argv, "freeze"], place).stdout.decode(), [*pins, *CONSTRAINTS.read_text("utf-8").split()])
        if loose:
            raise RuntimeError(f"{project.name}: not pinned in bench/: {', '.join(loose)}")
        stamp.write_text("\n".join(pins), "utf-8")
    return python


def unpinned(frozen: str, pins: Sequence[str]) -> list[str]:
    """The lines of `pip freeze` that no pin names. Spelling of names does not count."""
    known = {_normal(pin) for pin in pins}
    return [line for line in frozen.split("\n") if line.strip() and _normal(line) not in known]


def _normal(pin: str) -> str:
    name, _, version = pin.strip().partition("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


def suite(project: Project, python: Path, target: Path, name: str) -> tuple[Path, Path]:
    """Run a project's tests under coverage, from the target's root. Returns the JUnit report and the coverage report as JSON.

    Raises RuntimeError when pytest could not run at all (exit codes other than 0 and 1), or took longer than it may.
    """
    out = common.WORK / "suites"
    out.mkdir(parents=True, exist_ok=True)
    junit, data, report = (out / f"{project.name}-{name}.{kind}" for kind in ("xml", "coverage", "json"))
    for path in (junit, data, report):
        path.unlink(missing_ok=True)
    env = {"PYTHONPATH": f"{target}:{target / 'src'}", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    settings = out / f"{project.name}-{name}.coveragerc"
    settings.write_text("[run]\nbranch = False\nparallel = False\n", "utf-8")
    # A project without pytest settings would otherwise get ours: pytest looks for them in every folder above.
    (target.parent / "pytest.ini").write_text("[pytest]\n", "utf-8")
    coverage: list[str | Path] = [python, "-m", "coverage"]
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={junit}", *project.arguments, *project.tests]
    measure = ["run", f"--rcfile={settings}", f"--data-file={data}", f"--source={target}"]
    done = common.run([*coverage, *measure, *pytest], target, codes=(0, 1), env=env, seconds=project.seconds)
    (out / f"{project.name}-{name}.txt").write_bytes(done.stdout + done.stderr)
    common.run([*coverage, "json", "-q", "-i", f"--rcfile={settings}", f"--data-file={data}", "-o", report], target, env=env)
    return junit, report


def git(target: Path, *argv: str) -> str:
    """What git says in the target. Undecodable bytes are kept as surrogates."""
    return subprocess.run(["git", *argv], cwd=target, capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")
