"""What `rewright branch` does with a branch once it is made: push it, ask for its review, or write it to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.model import RewrightError

if TYPE_CHECKING:
    from engine.sprints.line import Line
    from engine.sprints.task import Batch, Task

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)

OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option("--push", "remote", metavar="REMOTE", help="Push the branch to the remote of this name; never forced."),
    click.option("--pr", is_flag=True, help="Open or update its pull request (GITHUB_TOKEN and REPO in the environment)."),
    click.option("--body", type=_FILE, help="Write the pull request's text here. Without a token --pr does so too."),
    click.option("--bundle", type=_FILE, help="Write the branch to a git bundle."),
    click.option("--patches", type=_FOLDER, help="Write the branch as patches for git am."),
)


def wanted(given: dict[str, Any]) -> bool:
    """Is anything of this asked for?"""
    return any(given[name] for name in ("remote", "pr", "body", "bundle", "patches"))


def require(task: Task, given: dict[str, Any]) -> None:
    """What can be known to be wrong before anything lands. Raises RewrightError."""
    from engine.forge.github import from_environment
    from engine.sprints.description import base_name
    from engine.vcs.publish import check_remote

    if given["remote"]:
        check_remote(task.repo.git, given["remote"])
    if given["pr"] or given["body"]:
        base_name(task)
    if given["pr"]:
        from_environment(os.environ)


def publish(task: Task, line: Line, batches: Sequence[Batch], given: dict[str, Any]) -> Iterator[str]:
    """Carry out what was asked for, and say so. Raises RewrightError; what landed stays, and the same call may be repeated."""
    from engine.vcs.export import bundle, patches
    from engine.vcs.publish import push

    if not line.exists:
        raise RewrightError(f"there is no branch {line.name} yet, so nothing can be published")
    if given["bundle"]:
        file = bundle(task.repo.git, line.name, line.base, given["bundle"])
        yield f"{file}: a git bundle; `git fetch FILE {line.name}` reads it"
    if given["patches"]:
        written = patches(task.repo.git, line.name, line.base, given["patches"])
        yield f"{given['patches']}: {len(written)} patches; `git am --keep-cr {given['patches']}/*.patch` applies them"
    if given["remote"]:
        pushed = push(task.repo.git, given["remote"], line.name)
        yield f"{pushed.remote}/{pushed.branch} is at {pushed.commit[:10]} ({pushed.state})"
    if given["pr"] or given["body"]:
        yield from _review(task, line, batches, given)


def _review(task: Task, line: Line, batches: Sequence[Batch], given: dict[str, Any]) -> Iterator[str]:
    from engine.forge.body import body, title
    from engine.forge.github import from_environment
    from engine.sprints.description import published

    gates = next((one.gates for one in reversed(batches) if one.gates), ())
    about = published(task, line, gates)
    text = body(about)
    forge = from_environment(os.environ) if given["pr"] else None
    if given["body"] or forge is None:
        file = given["body"] or task.ledger.with_suffix(".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "replace"))
        why = "" if given["body"] else "; set GITHUB_TOKEN and REPO to open it"
        yield f"{file}: the text of the pull request{why}"
    if forge is not None:
        labels = ("rewright",)
        made = forge.open_or_update(line.name, about.base, title(about), text, draft=about.unsafe > 0, labels=labels)
        yield f"{made.url} {'opened' if made.created else 'updated'}" + (" as a draft" if about.unsafe and made.created else "")
        yield from made.notes
