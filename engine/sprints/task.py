"""A sprint to be carried out: what it is about, which files it may touch, and what its worktree must hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.codemod import Codemod
from engine.config.values import Config, Rule, Sprint
from engine.errors import RewrightError
from engine.inputs import filled
from engine.model import FileDelta, Plan
from engine.session import Session
from engine.sprints import ledger
from engine.sprints.granules import Aside, Granule
from engine.sprints.line import Line
from engine.sprints.owners import shard
from engine.vcs.repository import Repository, dirty, untracked
from engine.verify import GateResult
from engine.words import some

BLAME = ".git-blame-ignore-revs"
# What planning and commits read besides the files that the rules' facts name.
_READ = ("*.py", "*.pyi", "pyproject.toml", ".gitignore", ".gitattributes", "CODEOWNERS", f"/{BLAME}")
FILES = "{files}"

# A session on a folder with some of a sprint's rules: (folder, sprint, rule ids).
Planning = Callable[[Path, Sprint, Sequence[str]], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Task:
    """A sprint to be carried out, and how."""

    repo: Repository
    target: Path  # the user's target, absolute; the repository's top or below it
    config: Config
    sprint: Sprint
    codemods: Mapping[str, Codemod]
    planning: Planning
    allow_dirty: bool = False
    dry_run: bool = False
    blame: bool = False  # name the commits in .git-blame-ignore-revs
    tell: Callable[[str], None] = lambda sentence: None  # progress, for a person

    @property
    def prefix(self) -> str:
        """The target below the repository's top, with a `/` at its end; empty when it is the top."""
        return self.repo.prefix_of(self.target)

    @property
    def ledger(self) -> Path:
        """The file that remembers what was set aside."""
        return ledger.path_of(self.repo.common, self.sprint.id)

    @property
    def rules(self) -> tuple[str, ...]:
        """The sprint's rules in the order in which they run: that of rules.yaml."""
        return tuple(rule.id for rule in self.config.rules if rule.id in self.sprint.rules)

    def rule(self, name: str) -> Rule:
        """One of the sprint's rules."""
        return next(rule for rule in self.config.rules if rule.id == name)

    def summary(self, name: str) -> str:
        """What one of the sprint's rules is about, in a sentence."""
        return self.rule(name).message or self.codemods[self.rule(name).codemod].summary


@dataclass(frozen=True, slots=True)
class Made:
    """A granule, and the commit that holds it."""

    commit: str
    granule: Granule


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of one batch."""

    line: Line  # as it was before
    tip: str  # the branch's commit afterwards
    made: tuple[Made, ...] = ()
    aside: tuple[Aside, ...] = ()  # set aside in this batch
    gates: tuple[GateResult, ...] = ()
    complete: bool = False  # every file was looked at: nothing waits for a next batch
    plan: Plan | None = None  # what was planned, of the files that were looked at
    waiting: tuple[str, ...] = ()  # files of that plan that an earlier batch set aside, and what is in one rewrite with them


def require_untouched(task: Task, deltas: Sequence[FileDelta]) -> None:
    """What the batch rewrites must not be edited in the user's checkout, nor what it creates lie there untracked."""
    if task.allow_dirty:
        return
    paths = {task.prefix + delta.path for delta in deltas}
    edited = sorted(paths & dirty(task.repo))
    there = [task.prefix + one.path for one in deltas if one.before is None and (task.target / one.path).exists()]
    stray = sorted(untracked(task.repo, there)) if there else []
    for found, what in ((edited, "edited and not committed"), (stray, "there and not tracked")):
        if found:
            raise RewrightError(
                f"{some(found, 8)}: {what}. The branch would change the same files; commit or stash them, "
                "or run again with --allow-dirty"
            )


def fits_of(task: Task, wanted: Collection[str] | None) -> Callable[[str], bool]:
    """Is a root-relative path one that this batch may hold?"""
    ours = shard(task.repo.top, task.prefix, task.sprint.code_owners)
    return lambda path: (wanted is None or path in wanted) and ours(path)


def patterns(task: Task) -> tuple[str, ...]:
    """What the worktree holds: everything (empty) when a gate does not say {files}, or a rule sees the whole target and may move
    packages, which it must not where something else lies in them; else what planning reads.
    """
    codemods = [task.codemods[task.rule(name).codemod] for name in task.sprint.rules]
    if any(FILES not in gate.command for gate in task.sprint.gates) or any(one.run_project for one in codemods):
        return ()
    read: set[str] = set()
    for name in task.sprint.rules:
        rule = task.rule(name)
        options = {**rule.options, **task.sprint.options.get(name, {})}
        globs = [pattern for fact in task.codemods[rule.codemod].facts for pattern in fact.files]
        read.update(one for pattern in globs for one in filled(pattern, options))
    return (*_READ, *sorted(f"/{task.prefix}{name}" if "/" in name else name for name in read))


def below(prefix: str, deltas: Sequence[FileDelta]) -> list[FileDelta]:
    """The deltas with paths relative to the repository's top."""
    return [replace(one, path=prefix + one.path, origin=prefix + one.origin if one.origin else "") for one in deltas]
