"""One batch of a sprint: planned off to the side, committed granule by granule, gates passed, and only then on its branch.

Nothing that the user sees changes before the branch moves, in one step, at the end. A granule that breaks a gate is found by
bisecting the commits and set aside; the batch is then made again without it, so that what lands is what was tested.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.config.values import Budget
from engine.model import Applicability, Change, FileDelta, Plan
from engine.process import FileResult
from engine.sprints import ledger
from engine.sprints.culprit import guilty
from engine.sprints.granules import Aside, batch, created, digest_of, granules
from engine.sprints.line import Line
from engine.sprints.messages import Origin, message
from engine.sprints.owners import NOBODY, owners
from engine.sprints.task import BLAME, Batch, Made, Task, below, fits_of, patterns, require_untouched
from engine.vcs.refs import advance_branch, create_branch
from engine.vcs.worktree import Worktree, worktree
from engine.verify import run_gates
from engine.words import plural


@contextmanager
def opened(task: Task, line: Line) -> Iterator[Worktree]:
    """A worktree at the branch's tip, sparse where no gate needs more."""
    folder = task.repo.common / ledger.FOLDER / "worktrees" / task.sprint.id
    with worktree(task.repo, line.tip, folder, patterns(task)) as tree:
        yield tree


def land(task: Task, line: Line, tree: Worktree, budget: Budget, wanted: Collection[str] | None = None) -> Batch:
    """The next batch on the branch. `wanted`: only these files, all of them when None.

    Raises RewrightError where the user's own edits are in the way, where a gate fails without any change of ours, or where
    git refuses; nothing has landed then.
    """
    root = tree.root / task.prefix
    aside = set(ledger.read(task.ledger))
    fits = fits_of(task, wanted)
    first, complete = first_plan(task, root, budget, aside, fits, wanted)
    chosen = batch(first, budget, aside, fits)
    if not chosen and not complete:  # what was found belongs to rewrites that may not be in it
        first, complete = first_plan(task, root, Budget(), aside, fits, wanted)
        chosen = batch(first, budget, aside, fits)
    waiting = tuple(sorted(batch(first, Budget(), (), fits) - batch(first, Budget(), aside, fits)))
    if not chosen:
        return Batch(line, line.tip, complete=complete, plan=first, waiting=waiting)
    complete = complete and chosen == batch(first, Budget(), aside, fits)
    task.tell(f"{plural(len(chosen), 'file')} in this batch")
    require_untouched(task, [*(one for one in first.deltas if one.path in chosen), *created(first, chosen)])
    dropped: set[Aside] = set()
    while True:
        made = _commits(task, line, tree, first, chosen, aside | dropped)
        files = sorted({delta.path for one in made for delta in one.granule.deltas})
        results = run_gates(task.sprint.gates, root, [path for path in files if (root / path).is_file()]) if made else ()
        failed = next((one for one in results if not one.passed), None)
        if failed is None:
            break
        dropped |= guilty(task, line, tree, made, failed, files)
        tree.go_to(line.tip)
    tip = made[-1].commit if made else line.tip
    if results:
        tree.go_to(tip)  # a gate may have written files, or made commits
    if dropped:
        ledger.write(task.ledger, aside | dropped | _as_landed(dropped, made))
    return _move(task, line, tree, Batch(line, tip, tuple(made), tuple(sorted(dropped)), results, complete, first, waiting))


def _as_landed(aside: Iterable[Aside], made: Sequence[Made]) -> set[Aside]:
    """The same files with the bytes that other rules leave them with, so that they are not tried again for those alone."""
    deltas = [delta for one in made for delta in one.granule.deltas]
    after = {delta.path: digest_of(delta.after) for delta in deltas if delta.after is not None}
    return {replace(one, before=after[one.path]) for one in aside if one.path in after}


def first_plan(
    task: Task, root: Path, budget: Budget, aside: set[Aside], fits: Callable[[str], bool], wanted: Collection[str] | None = None
) -> tuple[Plan, bool]:
    """A plan of as many files as one batch may need, and whether it is of all of them."""
    known = {(one.path, one.before) for one in aside}

    @functools.cache
    def counts(path: str) -> bool:
        return fits(path) and (path, digest_of((root / path).read_bytes())) not in known

    def enough(results: Sequence[FileResult]) -> bool:
        changed = [one for one in results if one.after is not None and counts(one.path)]
        changes = sum(
            isinstance(item, Change) and item.applicability is not Applicability.MANUAL for one in changed for item in one.items
        )
        over_files = budget.files is not None and len(changed) > budget.files
        return over_files or (budget.changes is not None and changes > budget.changes)

    with task.planning(root, task.sprint, task.sprint.rules) as session:
        return session.part(enough, wanted)


def _commits(task: Task, line: Line, tree: Worktree, first: Plan, chosen: frozenset[str], aside: set[Aside]) -> list[Made]:
    """The batch as commits on the worktree, rule by rule."""
    root, made, here = tree.root / task.prefix, list[Made](), chosen
    owned = owners(tree.root)
    origin = Origin(task.sprint.id, line.base)

    def owner(path: str) -> str:
        return next(iter(owned(task.prefix + path)), NOBODY)

    for name in task.rules:
        plan = first
        if len(task.sprint.rules) > 1:
            with task.planning(root, task.sprint, (name,)) as session:
                plan, _ = session.part(only=here)
        for part in granules(plan, name, here, task.sprint.granularity, owner, aside):
            text = message(part, task.rule(name), origin, task.summary(name), plan.items)
            commit = tree.commit(below(task.prefix, part.deltas), text)
            made.append(Made(commit, part))
            here |= {delta.path for delta in part.deltas if delta.origin}  # a later rule finds it there
            task.tell(f"{commit[:10]} {name} {part.label}".rstrip())
    return made


def _move(task: Task, line: Line, tree: Worktree, done: Batch) -> Batch:
    """Move the branch to where the batch ends."""
    if not done.made:
        return done
    if task.blame:
        done = replace(done, tip=_blamed(tree, done))
    if task.dry_run:
        return done
    if line.exists:
        advance_branch(task.repo, line.name, line.merged_at or line.tip, done.tip)
    else:
        create_branch(task.repo, line.name, done.tip)
    return done


def _blamed(tree: Worktree, done: Batch) -> str:
    """One more commit, which names the batch's commits in .git-blame-ignore-revs."""
    file = tree.root / BLAME
    before = file.read_bytes() if file.is_file() else None
    text = (before or b"").rstrip(b"\n") + b"\n" * bool(before)
    text += b"".join(
        f"# {one.granule.rule} {one.granule.label}".rstrip().encode() + b"\n" + one.commit.encode() + b"\n" for one in done.made
    )
    subject = f"Leave the rewrites out of git blame\n\ngit config blame.ignoreRevsFile {BLAME}\n"
    return tree.commit([FileDelta(BLAME, before, text)], subject)
