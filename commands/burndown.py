"""`rewright burndown`: findings along the git history, as a table, a chart and a CSV file. Like `cli`, it may print.

Exit codes: 0, or 2 for an error. Writes only the files that it is told to, and the cache.
"""

from __future__ import annotations

import datetime
import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import outcome
from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.burndown.lines import Burndown
    from engine.config.values import Config, Sprint
    from engine.session import Session

# Codemods whose sites are no property of a file: alone, a file is in no cycle of imports.
WHOLE = frozenset({"import-cycle"})
_FEW = 8  # notes that are told one by one

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)

OPTIONS = (
    click.argument("root", type=_FOLDER, default="."),
    click.option("--since", metavar="DATE", help="The first day, as 2025-06-30 (UTC). Default: the first commit's."),
    click.option("--until", metavar="DATE", help="The last day. Default: the newest commit's."),
    click.option(
        "--every", type=click.Choice(("commit", "day", "week")), default="week", show_default=True, help="Which commits to count."
    ),
    click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the target."),
    click.option("--select", multiple=True, metavar="RULE", help="Count only these rules. Repeat, or separate by commas."),
    click.option("--sprint", metavar="NAME", help="Count the rules of this sprint on its paths, beside its budget."),
    click.option("--by", type=click.Choice(("rule", "folder")), default="rule", show_default=True, help="One line for each."),
    click.option(
        "--first-parent/--all-parents", default=True, show_default=True, help="Follow merges, or go into what they merged."
    ),
    click.option("--svg", type=_FILE, help="Write a chart here."),
    click.option("--csv", "csv_file", type=_FILE, help="Write the numbers here, by commit, top folder and rule."),
    click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True),
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    click.option("--verbose", "-v", is_flag=True, help="Tell every note, and show tracebacks."),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is counted: the rule file, the rules of it that cannot be counted alone, and the sprint."""

    config: Config
    left_out: tuple[str, ...]
    sprint: Sprint | None


def _options(command: Callable[..., None]) -> Callable[..., None]:
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), command)


@click.command()
@_options
def burndown(**given: Any) -> None:
    """Count findings along the git history.

    By rule and top folder, at commits along the first parents of HEAD: a table, and on request a chart and a CSV file.

    A site is what scan calls a change or a finding, under the rules of today. Each blob is counted once and alone, as if
    it were the whole project, so numbers differ somewhat from scan's, and import-cycle, which is about several files, is
    left out. Files that do not parse have a column of their own. The trend is that of the last four weeks. The budget is
    the sprint's, on each weekday from its first commit in the history on, else from --since, else from now.
    """
    from engine.burndown.chart import svg
    from engine.burndown.tell import table, table_csv, table_json

    found = _counted(given)
    for file, text in ((given["svg"], svg), (given["csv_file"], table_csv)):
        if file is not None:
            _write(file, text(found))
    if given["output_format"] == "json":
        click.echo(table_json(found), nl=False)
    else:
        color = bool(os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
        click.echo(table(found, shutil.get_terminal_size((120, 40)).columns, color), nl=False, color=color)
    _tell(found.notes, given["verbose"])
    sys.exit(outcome.CLEAN)


def _counted(given: dict[str, Any]) -> Burndown:
    """Commits, trees, blobs, numbers: the order of things."""
    from engine.burndown.count import count_blobs, counting
    from engine.burndown.history import Window, commits, steps
    from engine.burndown.lines import burndown as lines_of
    from engine.burndown.reader import first_landed, is_shallow, reader
    from engine.burndown.series import samples, wanted
    from engine.choice import Choice
    from engine.target import find_root

    since, until = _day(given, "since"), _day(given, "until")
    root = find_root(Choice((given["root"],), rules_file=given["rules_file"]))
    git, prefix = reader(root)
    line = commits(git, Window(since, until, given["every"], given["first_parent"]))
    notes = []
    if is_shallow(git):
        notes.append(f"this clone is shallow: its history begins at {line[0].date}; `git fetch --unshallow` brings the rest")
    with _session(root, given) as (session, asked):
        rules = [(rule.bound.id, rule.covers) for rule in session.request.rules]
        inside = _inside(asked.config)
        trees = list(steps(git, line, prefix))
        with _progress(given) as progress:
            every = wanted(trees, inside)
            counted = count_blobs(git, every, counting(session.request), session.pool, session.cache, progress)
        numbers = tuple(samples(trees, counted.counts, rules, inside))
    notes += [*_left_out(asked.left_out), *counted.notes]
    budget, start = None, None
    if asked.sprint is not None:
        budget, start = asked.sprint.budget, first_landed(git, asked.sprint.id)
        if start is None and since is not None:
            start = int(datetime.datetime.combine(since, datetime.time(), datetime.UTC).timestamp())
    title = f"Findings in {root.name}" + (f": {asked.sprint.name or asked.sprint.id}" if asked.sprint else "")
    return lines_of(title, numbers, [name for name, _ in rules], given["by"], budget, start, notes)


@contextmanager
def _session(root: Path, given: dict[str, Any]) -> Iterator[tuple[Session, _Asked]]:
    """A session with the rules that can be counted file by file."""
    import codemods
    from engine.session import Choice, load_config, open_session, sprint_of

    names = tuple(name.strip() for part in given["select"] for name in part.split(",") if name.strip())
    config = load_config(given["rules_file"], root, codemods.known())
    sprint = sprint_of(given["sprint"], config) if given["sprint"] is not None else None
    asked = names or (sprint.rules if sprint else tuple(rule.id for rule in config.rules if rule.mode != "off"))
    whole = tuple(rule.id for rule in config.rules if rule.codemod in WHOLE)
    left_out = tuple(name for name in whole if name in asked)
    if left_out and set(asked) <= set(whole):
        raise RewrightError(f"{_left_out(left_out)[0]}; choose other rules with --select")
    choice = Choice(
        root=root,
        rules_file=given["rules_file"],
        select=names,
        ignore=whole,
        sprint=given["sprint"],
        jobs=given["jobs"],
        cache=not given["no_cache"],
    )
    with open_session(choice, codemods.known, codemods.templates) as session:
        yield session, _Asked(config, left_out, sprint)


def _left_out(rules: tuple[str, ...]) -> list[str]:
    """What is said of rules that were asked for and are not counted."""
    return [f"{', '.join(rules)}: not counted, as its sites lie between files and each file is counted alone"] if rules else []


def _inside(config: Config) -> Callable[[str], bool]:
    """Which paths are the target's, as discovery decides it."""
    from engine.globs import matcher
    from engine.listing import ALWAYS_OUT

    wanted, unwanted = matcher(config.include), matcher((*ALWAYS_OUT, *config.exclude))
    return functools.cache(lambda path: (not config.include or wanted(path)) and not unwanted(path))


def _day(given: dict[str, Any], name: str) -> datetime.date | None:
    if given[name] is None:
        return None
    try:
        return datetime.date.fromisoformat(given[name])
    except ValueError as error:
        raise click.BadParameter(f"{given[name]!r} is no date; write it as 2025-06-30", param_hint=f"--{name}") from error


@contextmanager
def _progress(given: dict[str, Any]) -> Iterator[Callable[[int, int], None]]:
    """A progress bar where somebody looks."""
    if given["output_format"] != "text" or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    bar: Any = click.progressbar(length=1, label="counting", file=sys.stderr)
    with bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _write(file: Path, text: str) -> None:
    try:
        file.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise RewrightError(f"{file}: cannot be written ({error.strerror}); name a file in a folder that is there") from error


def _tell(notes: tuple[str, ...], verbose: bool) -> None:
    from engine.report.screen import escape

    for note in notes if verbose or len(notes) <= _FEW else notes[:_FEW]:
        click.echo(escape(note), err=True)
    if len(notes) > _FEW and not verbose:
        click.echo(f"... and {len(notes) - _FEW} more; --verbose tells them all", err=True)
