"""What a pull request says about a sprint's branch: all that is on it, planned again where it started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import RewrightError
from engine.forge.published import GateRow, Published, SetAside, with_plan
from engine.sprints import ledger
from engine.sprints.land import opened
from engine.sprints.line import Line
from engine.sprints.refresh import touched
from engine.sprints.task import Task
from engine.vcs.repository import head
from engine.verify import GateResult


def base_name(task: Task) -> str:
    """The branch that a pull request would be merged into. Raises RewrightError where that is not known."""
    said = task.sprint.base
    if said in ("", "HEAD"):
        name = head(task.repo).branch
    else:
        full = task.repo.git.text("rev-parse", "--verify", "--quiet", "--symbolic-full-name", said, ok=(0, 1, 128))
        kind, _, rest = full.removeprefix("refs/").partition("/")
        name = {"heads": rest, "remotes": rest.partition("/")[2]}.get(kind)
    if not name:
        what = f"its base {said} is no branch" if said else "no branch is checked out"
        raise RewrightError(f"{what}, so it is not known what to merge into; give sprint {task.sprint.id!r} a branch as `base`")
    return name


def published(task: Task, line: Line, gates: Sequence[GateResult]) -> Published:
    """The branch as it is now, as values. `gates`: how they ended at its tip."""
    start = task.prefix
    files = {path.removeprefix(start) for path in touched(task.repo.git, line.base, line.tip) if path.startswith(start)}
    with (
        opened(task, replace(line, tip=line.base)) as tree,
        task.planning(tree.root / start, task.sprint, task.sprint.rules) as session,
    ):
        plan, _ = session.part(only=files)
    why = {name: task.summary(name) for name in task.sprint.rules}
    about = Published(
        sprint=task.sprint.id,
        name=task.sprint.name,
        branch=line.name,
        base=base_name(task),
        generation=line.generation,
        owner=task.sprint.owner,
        set_aside=tuple(SetAside(f"{one.path} ({one.rule})", one.why) for one in ledger.read(task.ledger)),
        gates=tuple(GateRow(one.gate.name, one.gate.command, one.passed, one.reason, one.seconds) for one in gates),
    )
    return with_plan(about, plan, why)
