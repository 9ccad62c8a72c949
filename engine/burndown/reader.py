"""Git as burndown reads it: plumbing, nothing started, nothing fetched; and what it says of a history that is not all here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.model import RewrightError
from engine.vcs.git import Git, GitError, MissingObject

SECONDS = 900.0  # what one reading of a long history may take


def reader(root: Path) -> tuple[Git, str]:
    """Git at the top of the repository that holds `root`, and the root's path in it (empty, or ending in `/`).

    Raises RewrightError where there is no repository, or no commit yet.
    """
    git = Git(root, variables={"GIT_LITERAL_PATHSPECS": "1"})
    try:
        prefix = git.text("rev-parse", "--show-prefix")
    except GitError as error:
        if "not a git repository" not in error.said:
            raise
        raise RewrightError(f"{root} is in no git repository; burndown reads the history from git") from error
    if not git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}", ok=(0, 1, 128)):
        raise RewrightError(f"{root}: HEAD has no commit yet; burndown counts committed files, so commit first")
    return (replace(git, folder=Path(git.text("rev-parse", "--show-toplevel"))) if prefix else git), prefix


@contextmanager
def all_here() -> Iterator[None]:
    """Turns what git says of an object that a partial clone lacks into what a person can do about it."""
    try:
        yield
    except MissingObject as error:
        why = error.said.rpartition("fatal: ")[2] or str(error)
        raise RewrightError(
            f"this is a partial clone, and part of its history is not here ({why}). Burndown fetches nothing: "
            "name a --since from which on everything is here, or clone again without --filter"
        ) from error


def is_shallow(git: Git) -> bool:
    """Was this repository cloned with --depth? Then its history ends too early."""
    return git.text("rev-parse", "--is-shallow-repository") == "true"


def first_landed(git: Git, sprint: str) -> int | None:
    """When the oldest commit below HEAD, on any parent, was made that has the trailer of this sprint.

    In seconds since 1970; None when there is no such commit.
    """
    pattern = f"^Rewright-Sprint: *{re.escape(sprint)} *$"
    found = git.text("rev-list", "--timestamp", "--extended-regexp", f"--grep={pattern}", "HEAD")
    return int(found.split("\n")[-1].split()[0]) if found else None
