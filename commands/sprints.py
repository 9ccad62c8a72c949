"""`rewright sprints`: the roadmap, how far it is, and when it ends. Like `cli`, it may print; it writes nothing."""

from __future__ import annotations

import datetime
import json
import shutil
import sys
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.screen import columns, say
from engine import outcome
from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.config.values import Config, Sprint
    from engine.sprints.line import Line
    from engine.sprints.schedule import Progress, Row
    from engine.vcs.repository import Repository

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the target.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def sprints(root: Path, rules_file: Path | None, output_format: str, **given: Any) -> None:
    """Show the sprints: what is done, pending or blocked, how many batches are left, and when they end.

    Plans each sprint on the files as they are. The forecast is one batch a weekday for each sprint, from today on; a sprint
    begins when those that it depends on have ended.
    """
    import codemods
    from engine.choice import Choice
    from engine.session import load_config
    from engine.sprints.schedule import schedule
    from engine.target import find_root

    target = find_root(Choice((root,), rules_file=rules_file))
    config = load_config(rules_file, target, codemods.known())
    if not config.sprints:
        raise RewrightError(
            f"{config.path} has no sprints; add some under `sprints:`, as the rules.yaml that comes with Rewright does"
        )
    repo = _repository(target)
    rows = schedule([_progress(target, config, sprint, repo, given) for sprint in config.sprints], datetime.date.today())
    if output_format == "json":
        say(json.dumps({"version": 1, "sprints": [_as_json(row) for row in rows]}, indent=2))
    else:
        for line in _told(rows, shutil.get_terminal_size((110, 40)).columns):
            say(line)
    sys.exit(outcome.PENDING if any(row.batches for row in rows) else outcome.CLEAN)


def _repository(target: Path) -> Repository | None:
    """The target's repository; None, and why, where there is none that may be asked. Its programs do not matter: none starts."""
    from engine.vcs.repository import head, open_repository

    try:
        repo = open_repository(target, consent=True)
        head(repo)
        return repo
    except RewrightError as error:
        say(f"what landed is not known: {error}", err=True)
        return None


def _progress(target: Path, config: Config, sprint: Sprint, repo: Repository | None, given: dict[str, Any]) -> Progress:
    import codemods
    from engine.choice import Choice
    from engine.model import Applicability, Change
    from engine.session import open_session
    from engine.sprints import ledger
    from engine.sprints.granules import digest_of
    from engine.sprints.line import is_within
    from engine.sprints.owners import shard
    from engine.sprints.refresh import touched
    from engine.sprints.schedule import Progress
    from engine.vcs.repository import head

    choice = Choice(root=target, rules_file=Path(config.path), sprint=sprint.id, jobs=given["jobs"], cache=not given["no_cache"])
    with open_session(choice, codemods.known, codemods.templates) as session:
        plan = session.plan()
    prefix = repo.prefix_of(target) if repo else ""
    ours = shard(repo.top if repo else target, prefix, sprint.code_owners)
    left = {delta.path: delta.before for delta in plan.deltas if delta.before is not None and ours(delta.path)}
    line = _line(repo, sprint)
    merged, aside = False, set[str]()
    landed: Set[str] = frozenset()
    if repo and line:
        merged = line.exists and is_within(repo.git, line.tip, head(repo).commit)
        landed = touched(repo.git, line.base, line.tip) if line.exists and not merged else landed
        found = ledger.read(ledger.path_of(repo.common, sprint.id))
        known, names = {(one.path, one.before) for one in found}, {one.path for one in found}
        aside = {path for path, before in left.items() if (path, digest_of(before)) in known}
        aside |= {path for path in left if path in names and prefix + path in landed}  # what another rule made of it is known
    pending = {path for path in left if prefix + path not in landed} - aside
    changes = sum(
        isinstance(item, Change) and item.applicability is not Applicability.MANUAL and item.site.path in pending
        for item in plan.items
    )
    name = line.name if line and line.exists else ""
    commits = sum(bool(one.sprint) for one in line.commits) if line else 0
    return Progress(sprint, len(pending), changes, commits, merged, len(aside), name)


def _line(repo: Repository | None, sprint: Sprint) -> Line | None:
    """The sprint's newest branch; None, and why, where that is not known."""
    from engine.sprints.line import current

    try:
        return current(repo, sprint) if repo else None
    except RewrightError as error:
        say(f"sprint {sprint.id}: what landed is not known: {error}", err=True)
        return None


# -- telling ---------------------------------------------------------------------------------


def _told(rows: Sequence[Row], width: int) -> Iterator[str]:
    from engine.sprints.schedule import gantt

    heading = ("sprint", "state", "waits for", "ends", "files left", "changes", "batches", "landed", "set aside")
    yield from columns([heading, *map(_cells, rows)], 4)
    picture = gantt(rows, width)
    yield from ("", *picture) if picture else ()
    finish = max((row.finish for row in rows if row.finish), default=None)
    if finish:
        yield ""
        yield f"At one batch a weekday for each sprint, all of it ends on {finish:%A, %d %B %Y}."


def _cells(row: Row) -> tuple[str, ...]:
    one = row.progress
    numbers = (one.files, one.changes, row.batches, one.landed, one.aside)
    finish = f"{row.finish:%d %b %Y}" if row.finish else "-"
    return (
        one.sprint.id,
        row.state,
        ", ".join(row.waits_for) or "-",
        finish,
        *(f"{number:,}" if number else "-" for number in numbers),
    )


def _as_json(row: Row) -> dict[str, Any]:
    one = row.progress
    return {
        "sprint": one.sprint.id,
        "name": one.sprint.name,
        "state": row.state,
        "waits_for": list(row.waits_for),
        "branch": one.branch or None,
        "merged": one.merged,
        "files_left": one.files,
        "changes_left": one.changes,
        "batches_left": row.batches,
        "commits_landed": one.landed,
        "files_set_aside": one.aside,
        "start": row.start.isoformat() if row.start else None,
        "finish": row.finish.isoformat() if row.finish else None,
    }
