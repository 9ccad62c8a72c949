"""Import cycles of other people's code, broken and proved. `python -m bench.cycles [--no-tests] [PROJECT ...]`; 1 on any breach.

For each project, at a pin: its module-level cycles before and after `rewright apply --unsafe` with import-cycle alone;
every module of every such cycle imported first, in a fresh interpreter, before and after; the project's own tests
before and after. A module that cannot be imported before (another system, a missing dependency) is said to be so.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import common
from bench.ecosystem import items, outcomes, rewright
from bench.projects import Project, environment, suite, unpack
from codemods.import_cycle.graph import combine, scan
from codemods.import_cycle.nouns import Graph
from engine.model import RefusedFile
from engine.project import Project as Target
from engine.source import Source

PAGE = common.REPO / "docs" / "ecosystem.md"
RULES = common.REPO / "bench" / "cycles-rules.yaml"
TARGETS = common.WORK / "targets" / "cycles"
RESULTS = common.WORK / "cycles"  # what each project gave, so that they can be measured one at a time
SECONDS = 60.0  # that one cold import may take

# What the child prints: the module's public names. Nothing else of it is looked at.
_CHILD = (
    "import importlib, json, sys; m = importlib.import_module(sys.argv[1]); "
    "print('\\n' + json.dumps(sorted(n for n in dir(m) if n[:1] != '_')))"
)


@dataclass(frozen=True, slots=True)
class Cyclic:
    """A project with cycles, and the folder of its sdist that holds its packages."""

    project: Project
    root: str = ""  # "src"


PROJECTS = (
    Cyclic(Project("click", "8.5.1"), "src"),
    Cyclic(Project("invoke", "3.0.3", ("pytest-relaxed==2.0.2", "icecream==2.1.3")), ""),
    Cyclic(
        Project("werkzeug", "3.1.9", ("cryptography", "ephemeral-port-reserve", "pytest-timeout", "watchdog"), ("tests",)), "src"
    ),
    Cyclic(
        Project(
            "anyio",
            "4.16.0",
            ("trio", "exceptiongroup", "psutil", "hypothesis", "truststore", "blockbuster", "pytest-mock"),
            ("tests",),
        ),
        "src",
    ),
    Cyclic(Project("jedi", "0.20.1", (), ("test/test_api", "test/test_inference")), ""),
    Cyclic(Project("rope", "1.15.2", ("pytest-timeout", "pytest-cov"), ("ropetest",)), ""),
    Cyclic(Project("prompt_toolkit", "3.0.53", (), ("tests",)), "src"),
    Cyclic(Project("paramiko", "5.1.0", ("pytest-relaxed==2.0.2", "icecream==2.1.3"), ("tests",)), ""),
)


# -- cold imports ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cold:
    """What came of importing one module first, in a fresh interpreter."""

    module: str
    works: bool
    names: frozenset[str] = frozenset()  # public ones
    error: str = ""  # the last line of what it said


def cold_import(module: str, path: Sequence[Path], python: Path, seconds: float = SECONDS) -> Cold:
    """Import `module` first in a child process: empty environment, own temporary folder as home and working directory,
    no network where the system can take it away, everything it started killed after `seconds`."""
    with tempfile.TemporaryDirectory(prefix="rewright-cold-") as folder:
        env = {"PYTHONPATH": os.pathsep.join(map(str, path)), "HOME": folder, "TMPDIR": folder, "PATH": "/usr/bin:/bin"}
        env |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
        argv = [*_without_network(), str(python), "-c", _CHILD, module]
        with subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as child:
            try:
                said, complained = child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                return Cold(module, False, error=f"took longer than {seconds:g} seconds")
    if child.returncode:
        lines = complained.decode("utf-8", "replace").strip().splitlines()
        return Cold(module, False, error=lines[-1][:200] if lines else f"exit {child.returncode}")
    return Cold(module, True, frozenset(json.loads(said.decode("utf-8", "replace").splitlines()[-1])))


def _without_network() -> list[str]:
    """A prefix that takes the network away from a command, where unprivileged name spaces are allowed."""
    prefix = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
        return prefix
    return []


# -- the graph -------------------------------------------------------------------------------


def graph_of(root: Path) -> Graph:
    """The import graph of every Python file below a folder; those that do not parse are left out."""
    files, paths = {}, set()
    for path in common.python_files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".py":
            paths.add(name)
            try:
                found = scan(Source(name, path.read_bytes()))
            except RefusedFile:
                continue
            if found is not None:
                files[name] = found
    return combine(files, Target(frozenset(paths)))


# -- one project -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Broken:
    """What import-cycle did to one project."""

    name: str
    before: tuple[int, ...]  # sizes of the components
    after: tuple[int, ...]
    kinds: Mapping[str, int]  # way to number of imports
    left: Mapping[str, int]
    modules: int  # of all components
    imported: int  # of them, cold and first, before
    lost: tuple[str, ...]  # those that were importable and are not any more
    gained: int  # those that are importable only now
    hidden: Mapping[str, tuple[str, ...]]  # module to public names that it has no more
    again: int
    tests: int
    different: tuple[str, ...]
    unstable: int
    suite_error: str = ""


def measure(one: Cyclic, suites: bool = True) -> Broken:
    """Break one project's cycles, and look; with `suites` run its tests too."""
    project = one.project
    target = unpack(project, TARGETS / project.name)
    python = environment(project)
    root = target / one.root
    before = graph_of(root)
    names = {before.modules[path].name for component in before.components for path in component}
    common.say(f"{project.pin}: {len(before.components)} cycles, {len(names)} modules; cold imports ...")
    cold = {name: cold_import(name, [root], python) for name in sorted(names)}
    tests, unstable, error = _twice(project, python, target) if suites else ({}, set(), "left out: --no-tests")
    rules = ["--unsafe", "--rules", str(RULES), "--output-format", "jsonl", "."]
    report = items(rewright("apply", *rules, target=target))
    again = [item for item in items(rewright("diff", *rules, target=target)) if item["type"] == "change"]
    after = graph_of(root)
    common.say(f"{project.pin}: after ...")
    warm = {name: cold_import(name, [root], python) for name in sorted(names)}
    changed = {} if error else outcomes(suite(project, python, target, "cycles-after")[0])
    mine = [item for item in report if str(item["path"]).startswith(one.root)]
    return Broken(
        name=project.pin,
        before=tuple(len(component) for component in before.components),
        after=tuple(len(component) for component in after.components),
        kinds=dict(Counter(kind for item in mine if item["type"] == "change" for kind, _ in item["data"]["cuts"])),
        left=dict(Counter(str(item["reason"]) for item in mine if item["type"] != "change" and item["rule"] == "import-cycle")),
        modules=len(names),
        imported=sum(found.works for found in cold.values()),
        lost=tuple(f"{name}: {warm[name].error}" for name in cold if cold[name].works and not warm[name].works),
        gained=sum(warm[name].works and not cold[name].works for name in cold),
        hidden={
            name: gone
            for name in cold
            if cold[name].works and warm[name].works and (gone := tuple(sorted(cold[name].names - warm[name].names)))
        },
        again=len(again),
        tests=len(tests),
        different=tuple(
            f"{test}: {tests.get(test, 'absent')} before, {changed.get(test, 'absent')} after"
            for test in sorted({*tests, *changed} - unstable)
            if not error and tests.get(test) != changed.get(test)
        ),
        unstable=len(unstable),
        suite_error=error,
    )


def _twice(project: Project, python: Path, target: Path) -> tuple[dict[str, str], set[str], str]:
    """The suite's outcomes on untouched code, the tests that differ between two runs, and why it could not run."""
    try:
        first = outcomes(suite(project, python, target, "cycles-before")[0])
        second = outcomes(suite(project, python, target, "cycles-before-again")[0])
    except RuntimeError as error:
        return {}, set(), str(error).strip().splitlines()[-1][:120]
    return first, {test for test in {*first, *second} if first.get(test) != second.get(test)}, ""


# -- the page --------------------------------------------------------------------------------


def page(where: str, found: Sequence[Broken]) -> str:
    """What goes between the markers."""
    head = ["project", "cycles (modules)", "broken", "imports cut, by way", "left", "modules importable first, before → after"]
    head += ["public names gone", "second run", "tests", "different after"]
    rows = []
    for one in found:
        broken = len(one.before) - len(one.after)
        hidden = sum(map(len, one.hidden.values()))
        rows.append(
            [
                one.name,
                f"{len(one.before)} ({', '.join(map(str, one.before))})",
                str(broken),
                ", ".join(f"{kind} {count}" for kind, count in sorted(one.kinds.items())) or "none",
                ", ".join(f"{reason} {count}" for reason, count in sorted(one.left.items())) or "none",
                f"{one.imported} → {one.imported - len(one.lost) + one.gained} of {one.modules}",
                str(hidden),
                str(one.again),
                f"{one.tests:,}" + (f" ({one.unstable} unstable)" if one.unstable else "") if not one.suite_error else "not run",
                str(len(one.different)) if not one.suite_error else "-",
            ]
        )
    total, left = sum(len(one.before) for one in found), sum(len(one.after) for one in found)
    share = f"{total - left} of {total} cycles broken without a manual step ({100 * (total - left) / max(total, 1):.0f}%)."
    return "\n\n".join(["", f"{common.heading()} {where}.", common.table(head, rows), share, ""])


def main() -> None:
    """Measure the named projects, or all; write the page from what is known of each; say what was breached."""
    TARGETS.mkdir(parents=True, exist_ok=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    where = common.machine()
    wanted = [argument for argument in sys.argv[1:] if argument != "--no-tests"]
    found = []
    for one in PROJECTS:
        if not wanted or one.project.name in wanted:
            found.append(measure(one, suites="--no-tests" not in sys.argv))
            (RESULTS / f"{one.project.pin}.json").write_text(json.dumps(asdict(found[-1])), "utf-8")
    print(page(where, found))
    for broken in found:
        for name, gone in broken.hidden.items():
            print(f"{broken.name}: {name} has no {', '.join(gone)} any more")
        if broken.suite_error:
            print(f"{broken.name}: the suite did not run: {broken.suite_error}")
    known = [file for one in PROJECTS if (file := RESULTS / f"{one.project.pin}.json").is_file()]
    common.write_between(PAGE, "cycles", page(where, [Broken(**json.loads(file.read_text("utf-8"))) for file in known]))
    breaches = [f"{one.name}: {what}" for one in found for what in (*one.lost, *one.different)]
    breaches += [f"{one.name}: a second run proposes {one.again} changes" for one in found if one.again]
    breaches += [f"{one.name}: more cycles than before" for one in found if len(one.after) > len(one.before)]
    if breaches:
        sys.exit("breached:\n  " + "\n  ".join(breaches))


if __name__ == "__main__":
    main()
