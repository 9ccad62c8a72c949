"""A sprint's branch as git knows it: where it started, what landed on it, which generation it is.

The first generation is the branch that rules.yaml names, the next ones are `NAME-g2`, `NAME-g3`. A branch is ours when one of
its commits says so in a trailer; what others commit on top of it is theirs, and stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.config.values import Sprint
from engine.errors import RewrightError
from engine.sprints.messages import BASE, COUNTS, RULE, SPRINT
from engine.vcs.git import Git
from engine.vcs.repository import Repository, commit_of, head

_FIELDS = ("%H", "%cI", "%s", *(f"%(trailers:key={name},valueonly,separator=%x2C)" for name in (SPRINT, RULE, COUNTS, BASE)))

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit of a sprint's branch."""

    commit: str
    when: str  # committer date, ISO 8601
    subject: str
    sprint: str  # empty: somebody else's
    rule: str
    safe: int
    unsafe: int
    base: str


@dataclass(frozen=True, slots=True)
class Line:
    """One generation of a sprint's branch. Without commits its tip is its base."""

    name: str
    generation: int  # from 1 on
    base: str  # a commit
    tip: str
    exists: bool
    commits: tuple[Landed, ...] = ()  # oldest first
    merged_at: str = ""  # where the branch still points when all of it is in the base: it goes on from there

    @property
    def foreign(self) -> tuple[Landed, ...]:
        """The commits that others made on it."""
        return tuple(one for one in self.commits if not one.sprint)


def base_of(repo: Repository, sprint: Sprint) -> str:
    """The commit that a new generation starts at: the sprint's base, or else what is checked out."""
    return head(repo).commit if sprint.base in ("", "HEAD") else commit_of(repo, sprint.base)


def current(repo: Repository, sprint: Sprint) -> Line:
    """The newest generation of the sprint's branch; one without commits where there is none yet, and where all of it was merged.

    Raises RewrightError for a branch of that name that this sprint did not make.
    """
    known = generations(repo.git, sprint.branch)
    if not known:
        base = base_of(repo, sprint)
        return Line(sprint.branch, 1, base, base, exists=False)
    name, tip = known[max(known)]
    newest = _log(repo.git, "-1", f"--grep=^{SPRINT}: {re.escape(sprint.id)}$", "--extended-regexp", tip)
    if not newest or newest[0].sprint != sprint.id:
        raise RewrightError(
            f"the branch {name} exists, and none of its commits is of sprint {sprint.id!r}; "
            "rename it, or give the sprint another branch"
        )
    base = newest[0].base
    if not _COMMIT.fullmatch(base) or not is_within(repo.git, base, tip):  # a message is text that anybody may have written
        raise RewrightError(
            f"commit {newest[0].commit[:10]} of {name} says that it starts at {base!r}, which is no commit that the branch is "
            "built on; rename the branch, and run again"
        )
    start = base_of(repo, sprint)
    if is_within(repo.git, tip, start):
        return Line(name, max(known), start, start, exists=True, merged_at=tip)
    commits = tuple(reversed(_log(repo.git, "--first-parent", f"{base}..{tip}")))
    return Line(name, max(known), base, tip, exists=True, commits=commits)


def following(line: Line, sprint: Sprint, base: str) -> Line:
    """The generation after this one, still without commits."""
    generation = line.generation + 1
    return Line(f"{sprint.branch}-g{generation}", generation, base, base, exists=False)


def generations(git: Git, branch: str) -> dict[int, tuple[str, str]]:
    """Generation number to branch name and tip, of each that there is."""
    listed = git.text(
        "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", f"refs/heads/{branch}", f"refs/heads/{branch}-g*"
    )
    known: dict[int, tuple[str, str]] = {}
    for entry in listed.splitlines():
        name, _, tip = entry.rpartition(" ")
        number = "1" if name == branch else name.removeprefix(f"{branch}-g")
        if number.isdecimal():
            known[int(number)] = name, tip
    return known


def is_within(git: Git, commit: str, other: str) -> bool:
    """Is `commit` the other one, or one that it was built on?"""
    return git.run("merge-base", "--is-ancestor", commit, other, ok=(0, 1, 128)).code == 0


def _log(git: Git, *arguments: str) -> list[Landed]:
    """The commits that `git log ARGUMENTS` names, as it orders them."""
    out = git.run("log", "-z", f"--format={'%x1f'.join(_FIELDS)}", "--no-show-signature", "--no-notes", *arguments, "--").out
    found = []
    for entry in out.decode("utf-8", "replace").split("\0"):
        parts = entry.strip("\n").split("\x1f")
        if len(parts) == len(_FIELDS):
            commit, when, subject, sprint, rule, counts, base = (part.strip() for part in parts)
            numbers = dict(re.findall(r"(safe|unsafe)=(\d{1,9})", counts))
            found.append(
                Landed(commit, when, subject, sprint, rule, int(numbers.get("safe", 0)), int(numbers.get("unsafe", 0)), base)
            )
    return found
