"""`rewright test`: the cases of a rule, run. Like `cli`, it may print."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine import outcome as exits
from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.config import Config
    from engine.fixtures import Outcome
    from engine.fixtures.cover import Share

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FAILED = 1
_SECONDS = 0.5  # between two looks of --watch
_UNTRUSTED = """\
An edit of your own Python is run once it is trusted: `rewright trust` in another terminal, and the cases run again.
`rewright test --watch --trust` runs each edit as it is."""


@click.command()
@click.argument("names", nargs=-1, metavar="[RULE | RULE/CASE]...")
@click.option("--update", is_flag=True, help="Write what happens into after/ and case.yaml. Read the diff before you commit it.")
@click.option("--watch", "watching", is_flag=True, help="Run again what a change of a file is about, until Ctrl-C.")
@click.option("--root", type=_FOLDER, default=".", help="Where rules.yaml is looked for, upward. Default: here.")
@click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the root.")
@click.option("--fixtures", "folder", type=_FOLDER, help="The folder of cases. Default: fixtures/ beside the rule file.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core.")
@click.option("--trust", is_flag=True, help="Run the Python that the rule file names, though rules.lock does not record it.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks, and what codemods printed.")
def test(
    names: tuple[str, ...],
    update: bool,
    watching: bool,
    root: Path,
    rules_file: Path | None,
    folder: Path | None,
    jobs: int | None,
    trust: bool,
    output_format: str,
    verbose: bool,
) -> None:
    """Run the cases of your rules: fixtures/RULE/CASE/ with before/, after/ and case.yaml.

    Each is planned, written and planned again in a folder of its own: the result must be after/ and compile, the sites must
    be those of case.yaml, and the second run must change nothing. Without after/ nothing may change. Exit code 1: a case fails.
    """
    if watching:
        again = ["--output-format", output_format, *(["--update"] if update else []), *(["--jobs", str(jobs)] if jobs else [])]
        again += [*(["--trust"] if trust else []), *(["--verbose"] if verbose else [])]
        _watch(names, root, rules_file, folder, again)
    import codemods
    from engine.fixtures import told
    from engine.fixtures.cover import covers
    from engine.session import load_config

    known = codemods.known()
    config = load_config(rules_file, root, known, trusted=trust)
    fixtures = folder or _beside(Path(config.path), root)
    outcomes, branches = _tried(fixtures, names, config, root, jobs)
    updated = _update(outcomes) if update else {}
    if output_format == "json":
        click.echo(told.as_json(outcomes, covers(outcomes, branches), updated))
    else:
        color = bool(os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
        click.echo("\n".join(told.text(outcomes, covers(outcomes, branches), color, verbose)))
    raise SystemExit(_FAILED if any(one.problems for one in outcomes) else exits.CLEAN)


def _beside(rules: Path, root: Path) -> Path:
    """The folder of cases: beside the rule file, but beside the root where that file is the one shipped with us."""
    from engine.target import HOUSE

    shipped = rules.resolve() == (HOUSE / "rules.yaml").resolve() and HOUSE not in (root.resolve(), *root.resolve().parents)
    return (root if shipped else rules.parent) / "fixtures"


def _tried(
    fixtures: Path, names: Sequence[str], config: Config, root: Path, jobs: int | None
) -> tuple[list[Outcome], dict[str, Share]]:
    """What came of each case, and the branches that the cases of each codemod of this repository take."""
    import codemods
    from engine.discover import read_target_python
    from engine.fixtures import Tools, bound_rule, find_cases, not_run, tried
    from engine.fixtures.branches import Measuring, branch_share, can_measure, own_files
    from engine.parallel import Limits, Pool
    from engine.session import OLDEST

    known = config.over(codemods.known())
    outcomes: list[Outcome] = []
    rules = []
    for case in find_cases(fixtures, names, lambda case, error: outcomes.append(not_run(case, str(error)))):
        try:
            rules.append((case, bound_rule(case, config.rules, known)))
        except RewrightError as error:
            outcomes.append(not_run(case, str(error)))
    home = Path(config.path).resolve().parent
    files = {rule.bound.codemod.name: own_files(rule.bound.codemod, home) for _, rule in rules if can_measure()}
    python = config.python or read_target_python(root) or OLDEST
    with Pool(jobs or len(os.sched_getaffinity(0)), Limits(config.limits.file_seconds, config.limits.memory_mb)) as pool:
        measuring = {name: Measuring(pool, own) for name, own in files.items() if own}
        for case, rule in rules:
            runner = measuring.get(rule.bound.codemod.name)
            with runner.here() if runner else contextlib.nullcontext():
                outcomes.append(tried(case, rule, Tools(runner or pool, codemods.templates(), python=python)))
    outcomes.sort(key=lambda one: one.case.id)
    return outcomes, {name: branch_share(one.arcs, one.files, home) for name, one in measuring.items()}


def _update(outcomes: list[Outcome]) -> dict[str, list[str]]:
    """Make what happened what is expected, and replace the outcomes that it settles. Case id to what was done to its files."""
    from dataclasses import replace

    from engine.fixtures import snapshot
    from engine.report.screen import escape

    wrote: dict[str, list[str]] = {}
    for number, outcome in enumerate(outcomes):
        files = snapshot.updates(outcome)
        if not files:
            continue
        if why := snapshot.refusal(outcome):
            click.echo(escape(f"{outcome.case.id}: not updated: {why}"), err=True)
            if any(problem.what == "failures" for problem in outcome.problems):
                click.echo("  where that is meant, write it into case.yaml yourself, under expect: failures:", err=True)
            continue
        for file, what in snapshot.write(outcome.case, files):
            wrote.setdefault(outcome.case.id, []).append(f"{what} {file.relative_to(outcome.case.folder)}")
            click.echo(escape(f"{what} {_short(file)}"), err=True)
        outcomes[number] = replace(outcome, problems=())
    if not wrote:
        click.echo("nothing to update", err=True)
    return wrote


def _short(file: Path) -> str:
    """A path relative to here, where it is below."""
    real, here = file.resolve(), Path.cwd().resolve()
    return str(real.relative_to(here) if real.is_relative_to(here) else file)


def _watch(names: Sequence[str], root: Path, rules_file: Path | None, folder: Path | None, more: Sequence[str]) -> None:
    """Run `rewright test` again and again in a process of its own, so that changed rules and codemods are read afresh."""
    from engine import config as configuration
    from engine.adapters.named import named_files
    from engine.adapters.trust import NAME
    from engine.fixtures.watch import watch
    from engine.target import HOUSE

    rules = (rules_file or configuration.find(root) or HOUSE / "rules.yaml").resolve()
    fixtures = (folder or _beside(rules, root)).resolve()
    argv: list[str | Path] = [
        sys.executable,
        "-P",
        "-m",
        "rewright",
        "test",
        "--root",
        root,
        "--rules",
        rules,
        "--fixtures",
        fixtures,
        *more,
    ]

    def run(cases: list[str]) -> None:
        wanted = [case for case in cases if not names or {case, case.partition("/")[0]} & set(names)]
        if wanted or not cases:
            click.echo(f"-- {time.strftime('%H:%M:%S')}", err=True)
            subprocess.run([*argv, *(wanted or names)], check=False)

    if "--trust" not in more and any(file.suffix == ".py" for file in named_files(rules)):
        click.echo(_UNTRUSTED, err=True)
    places = (rules, fixtures, rules.parent / NAME, rules.parent / "codemods")
    try:
        watch(lambda: (*places, *named_files(rules)), fixtures, run, lambda: time.sleep(_SECONDS))
    except KeyboardInterrupt:
        click.echo(err=True)
    raise SystemExit(exits.CLEAN)
