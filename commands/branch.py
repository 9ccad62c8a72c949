"""`rewright branch`: the next batch of a sprint, as commits on a branch of its own. Like `cli`, it may print.

Exit codes: 0 something landed or nothing is left, 1 something was set aside, 2 an error; the batch it is about has not landed.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands import publishing
from commands.branch_text import as_json, told
from commands.screen import say
from engine import outcome
from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.config.values import Sprint
    from engine.session import Session
    from engine.sprints.line import Line
    from engine.sprints.refresh import Difference
    from engine.sprints.task import Batch, Task

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)

OPTIONS = (
    click.argument("root", type=click.Path(path_type=Path, file_okay=False, exists=True), default="."),
    click.option("--sprint", "name", metavar="NAME", required=True, help="The sprint, as rules.yaml names it."),
    click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the target."),
    click.option(
        "--batches", type=click.IntRange(0), default=1, show_default=True, help="How many batches to land. 0: only publish."
    ),
    click.option("--all", "every", is_flag=True, help="Land batches until the sprint ends."),
    click.option("--refresh", is_flag=True, help="Plan what landed again, from the base as it is now, on a new branch."),
    click.option("--retry", is_flag=True, help="Forget what was set aside, and try it again."),
    click.option("--dry-run", is_flag=True, help="Commit and run the gates off to the side, and leave no branch."),
    click.option("--run-hooks", is_flag=True, help="Let the repository's git hooks run. They are off by default."),
    click.option("--trust-config", is_flag=True, help="Go on although the repository's configuration names programs."),
    click.option("--allow-dirty", is_flag=True, help="Go on although files of the batch are edited in your checkout."),
    click.option("--blame-ignore-revs", is_flag=True, help="Name the commits in .git-blame-ignore-revs."),
    *publishing.OPTIONS,
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True),
    click.option("--verbose", "-v", is_flag=True, help="Show progress, and tracebacks."),
)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), command)


@click.command()
@_options
def branch(**given: Any) -> None:
    """Land the next batch of a sprint on its branch.

    Plans, commits and runs the sprint's gates in a worktree off to the side; your checkout, index and stash stay as they
    are. A commit that breaks a gate is found and set aside, and the rest lands. Run it again for the next batch.
    """
    if given["refresh"] and (given["every"] or given["batches"] != 1):
        raise click.UsageError("--refresh plans again what has landed; --all and --batches land more")
    if given["dry_run"] and publishing.wanted(given):
        raise click.UsageError("--dry-run leaves no branch, so there is nothing to publish")
    task = _task(given)
    publishing.require(task, given)
    line, batches, differences = _carried_out(task, given)
    if given["output_format"] == "json":
        say(json.dumps(as_json(task, line, batches, differences), indent=2))
    else:
        for sentence in told(task, line, batches, differences):
            say(sentence)
    if publishing.wanted(given):
        for sentence in publishing.publish(task, _newest(task), batches, given):
            say(sentence, err=given["output_format"] == "json")
    sys.exit(outcome.PENDING if any(one.aside for one in batches) else outcome.CLEAN)


def _task(given: dict[str, Any]) -> Task:
    """What was asked for. RewrightError for a sprint that is not there, and for a repository that allows no branch."""
    import codemods
    from engine.choice import Choice
    from engine.decisions.store import place
    from engine.session import load_config, open_session, sprint_of
    from engine.sprints.task import Task
    from engine.target import find_root
    from engine.vcs.repository import check_branch_name, identity, open_repository

    target = find_root(Choice((given["root"],), rules_file=given["rules_file"]))
    config = load_config(given["rules_file"], target, codemods.known())
    known = config.over(codemods.known())
    sprint = sprint_of(given["name"], config)
    repo = open_repository(target, hooks=given["run_hooks"], consent=given["trust_config"])
    identity(repo)
    check_branch_name(repo, sprint.branch)

    def planning(folder: Path, sprint: Sprint, rules: Sequence[str]) -> AbstractContextManager[Session]:
        choice = Choice(
            root=folder,
            rules_file=Path(config.path),
            select=tuple(rules),
            sprint=sprint.id,
            jobs=given["jobs"],
            cache=not given["no_cache"],
            decisions=place(target),  # those of the checkout, committed or not
        )
        return open_session(choice, codemods.known, codemods.templates)

    tell = functools.partial(say, err=True) if given["verbose"] else lambda sentence: None
    return Task(
        repo, target, config, sprint, known, planning, given["allow_dirty"], given["dry_run"], given["blame_ignore_revs"], tell
    )


def _carried_out(task: Task, given: dict[str, Any]) -> tuple[Line, list[Batch], tuple[Difference, ...]]:
    from engine.sprints import ledger
    from engine.sprints.depends import require_dependencies
    from engine.sprints.line import current
    from engine.sprints.refresh import refresh
    from engine.vcs.repository import checked_out
    from engine.words import plural

    if given["retry"]:
        ledger.write(task.ledger, ())
    line = current(task.repo, task.sprint)
    if not given["refresh"] and (where := checked_out(task.repo, line.name)):
        raise RewrightError(f"{line.name} is checked out in {where}; switch to another branch there, as this one will move")
    require_dependencies(task, line)
    if given["refresh"]:
        done, differences = refresh(task, line)
        return line, [done], differences
    batches: list[Batch] = []
    try:
        batches.extend(_batches(task, line, None if given["every"] else given["batches"]))
    except RewrightError as error:
        landed = sum(len(one.made) for one in batches)
        if not landed or task.dry_run:
            raise
        raise RewrightError(f"{error}\nWhat landed before that stays: {plural(landed, 'commit')} on {line.name}") from error
    return line, batches, ()


def _batches(task: Task, line: Line, count: int | None) -> Iterator[Batch]:
    """Batch after batch, `count` of them, or until nothing is left when that is None. For 0 one that holds nothing."""
    from engine.sprints.land import land, opened
    from engine.sprints.task import Batch

    if count == 0:
        yield Batch(line, line.tip)
        return
    landed = 0
    with opened(task, line) as tree:
        while count is None or landed < count:
            done = land(task, line, tree, task.sprint.budget)
            yield done
            landed += 1
            if done.complete or not (done.made or done.aside):
                return
            landed_now = bool(done.made) and not task.dry_run
            line = replace(line, tip=done.tip, exists=line.exists or landed_now, merged_at="" if landed_now else line.merged_at)


def _newest(task: Task) -> Line:
    from engine.sprints.line import current

    return current(task.repo, task.sprint)
