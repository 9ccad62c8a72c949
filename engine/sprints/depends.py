"""What a sprint waits for: each sprint that it depends on must have nothing left to do in its base."""

from __future__ import annotations

from dataclasses import replace

from engine.config.values import Budget, Sprint
from engine.errors import RewrightError
from engine.sprints import ledger
from engine.sprints.granules import batch
from engine.sprints.land import first_plan, opened
from engine.sprints.line import Line
from engine.sprints.task import Task, fits_of


def require_dependencies(task: Task, line: Line) -> None:
    """Raises RewrightError for a sprint that has to land first, by name."""
    for sprint in task.config.sprints:
        if sprint.id in task.sprint.depends_on and _is_pending(task, sprint, line):
            raise RewrightError(
                f"sprint {task.sprint.id!r} depends on {sprint.id!r}, which is not done in the base {line.base[:10]}: land its "
                f"branch {sprint.branch} there first, or name that branch as this sprint's base"
            )


def _is_pending(task: Task, sprint: Sprint, line: Line) -> bool:
    """Would the sprint change anything in the base? What it set aside does not count; how it was merged does not matter."""
    theirs = replace(task, sprint=sprint)
    with opened(theirs, Line(sprint.branch, 1, line.base, line.base, exists=False)) as tree:
        aside, fits = set(ledger.read(theirs.ledger)), fits_of(theirs, None)
        plan, _ = first_plan(theirs, tree.root / task.prefix, Budget(files=1), aside, fits)
    return bool(batch(plan, Budget(), aside, fits))
