"""What `rewright branch` tells of what it did: sentences for a person, JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from commands.screen import columns

if TYPE_CHECKING:
    from engine.sprints.granules import Aside
    from engine.sprints.line import Line
    from engine.sprints.refresh import Difference
    from engine.sprints.task import Batch, Task

_FEW = 8  # files named in one sentence


def told(task: Task, line: Line, batches: Sequence[Batch], differences: Sequence[Difference]) -> Iterator[str]:
    from engine.words import plural

    last = batches[-1]
    made = [one for batch in batches for one in batch.made]
    name = last.line.name if made else line.name
    base = f"{task.sprint.base or 'HEAD'} {last.line.base[:10]}"
    again = "" if last.line.generation == line.generation else " planned again" if not made else f", {line.name} planned again,"
    yield f"{name}{again} from {base}" + (", not moved: dry run" if task.dry_run else "")
    rows = [("commit", "rule", "what", "files", "changes", "unsafe")]
    for one in made:
        part = one.granule
        counts = (f"{len(part.files):,}", f"{len(part.changes):,}", f"{part.unsafe:,}")
        rows.append((one.commit[:10], part.rule, part.label or "all", *counts))
    yield from ("", *columns(rows, 3)) if made else ()
    yield ""
    for done in batches:
        for gate in done.gates:
            yield f"gate {gate.gate.name}: {'passed' if gate.passed else gate.reason} in {gate.seconds:.1f} s"
        yield from _aside(done.aside)
    yield from (f"{file.kind}: {file.path}" for file in differences if file.kind != "same")
    if differences:
        same = sum(difference.kind == "same" for difference in differences)
        yield f"{plural(same, 'file')} as on {line.name}, which is kept; {plural(len(differences) - same, 'file')} not"
    for foreign in line.foreign if differences else ():
        yield f"not carried over: {foreign.commit[:10]} {foreign.subject}"
    yield _ending(task, line, batches, differences)
    yield from _left(task, last)


def _aside(found: Sequence[Aside]) -> Iterator[str]:
    """One sentence for what was set aside together, and what the gate said under it."""
    for rule, why in dict.fromkeys((one.rule, one.why) for one in found):
        paths = [one.path for one in found if (one.rule, one.why) == (rule, why)]
        names = ", ".join(paths[:_FEW]) + (f" and {len(paths) - _FEW:,} more" if len(paths) > _FEW else "")
        first, *more = why.split("\n")
        yield f"set aside: {names} ({rule}): {first}"
        yield from (f"    {line}" for line in more)


def _ending(task: Task, line: Line, batches: Sequence[Batch], differences: Sequence[Difference]) -> str:
    from engine.words import plural

    last = batches[-1]
    files = {path for batch in batches for one in batch.made for path in one.granule.files}
    commits = sum(len(batch.made) for batch in batches)
    done = f"{plural(len(files), 'file')} in {plural(commits, 'commit')}." if commits else "Nothing landed."
    look = f" `git log {last.line.name}` shows the branch." if commits and not task.dry_run else ""
    if last.line.generation != line.generation:
        if commits:
            return f"{done} Run it again without --refresh for the next batch.{look}"
        if differences and all(one.kind == "merged" for one in differences):
            return f"{done} All of {line.name} is in the base; `git branch -D {line.name}` lets the next batch start there."
        return f"{done} No branch was made, and {line.name} stays the newest."
    if not last.complete:
        how = "without --dry-run to land it" if task.dry_run else "for the next batch"
        return f"{done} More {'is' if last.plan else 'may be'} left: run it again {how}.{look}"
    return f"{done} Nothing {'else ' if last.aside or last.waiting else ''}is left of sprint {task.sprint.id}.{look}"


def _left(task: Task, last: Batch) -> Iterator[str]:
    """Why a sprint that found something has nothing to land."""
    from engine.words import plural

    if last.waiting:
        yield f"Set aside before: {plural(len(last.waiting), 'file')}; --retry tries again."
    if withheld := _withheld(task, last):
        yield f"{plural(withheld, 'unsafe change')} left out: `applicability: unsafe` lets the sprint hold them."
    for name in task.rules:
        if task.rule(name).mode == "report":
            yield f"rule {name} changes nothing, as its mode is report."


def _withheld(task: Task, last: Batch) -> int:
    """How many changes the sprint's applicability keeps out of it, of the files that were looked at last."""
    from engine.model import Finding
    from engine.sprints.task import fits_of
    from engine.verdicts import WITHHELD

    fits = fits_of(task, None)
    found = last.plan.items if last.plan else ()
    return sum(isinstance(item, Finding) and item.reason == WITHHELD and fits(item.site.path) for item in found)


def as_json(task: Task, line: Line, batches: Sequence[Batch], differences: Sequence[Difference]) -> dict[str, Any]:
    last = batches[-1]
    return {
        "version": 1,
        "sprint": task.sprint.id,
        "branch": last.line.name,
        "generation": last.line.generation,
        "base": last.line.base,
        "tip": last.tip,
        "dry_run": task.dry_run,
        "complete": last.complete,
        "set_aside_before": list(last.waiting),
        "unsafe_left_out": _withheld(task, last),
        "batches": [
            {
                "commits": [
                    {
                        "commit": one.commit,
                        "rule": one.granule.rule,
                        "label": one.granule.label,
                        "files": list(one.granule.files),
                        "changes": len(one.granule.changes),
                        "unsafe": one.granule.unsafe,
                    }
                    for one in batch.made
                ],
                "set_aside": [{"rule": one.rule, "path": one.path, "why": one.why} for one in batch.aside],
                "gates": [
                    {"name": one.gate.name, "passed": one.passed, "reason": one.reason, "seconds": round(one.seconds, 3)}
                    for one in batch.gates
                ],
            }
            for batch in batches
        ],
        "differences": [{"path": one.path, "kind": one.kind} for one in differences],
        "foreign": [{"commit": one.commit, "subject": one.subject} for one in line.foreign],
    }
