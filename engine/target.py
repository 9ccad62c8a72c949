"""Where the target begins: at its rules.yaml, as a project begins at its pyproject.toml for Ruff and Black."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from engine import config as configuration
from engine.choice import Choice
from engine.model import RewrightError
from engine.ours import JOURNAL

if TYPE_CHECKING:
    from engine.apply import ApplyResult

HOUSE = Path(__file__).resolve().parent.parent  # where we are installed; the rules.yaml there is for targets that have none


def find_root(choice: Choice) -> Path:
    """The target: what --root says, else the target of the one folder that was named, else that of the current folder."""
    if choice.root is not None:
        return _folder(choice.root)
    named = choice.paths[0] if len(choice.paths) == 1 and choice.paths[0].is_dir() else Path.cwd()
    return _folder(named) if choice.rules_file else target_of(named)


def target_of(folder: Path) -> Path:
    """The folder of the nearest rules.yaml at or above `folder`, absolute; `folder` where there is none but the shipped one.

    Patterns in a rule file are relative to it, so a run on a part of a target is one of the whole, narrowed.
    """
    here = _folder(folder)
    found = configuration.find(here)
    return found.parent if found is not None and found.parent != HOUSE else here


def with_runs(folder: Path) -> Path:
    """The target whose runs `undo` and `resume` are asked for: `folder` where it has a journal of its own, else its target."""
    here = _folder(folder)
    return here if here.joinpath(*JOURNAL).is_dir() else target_of(here)


def undo_command(root: Path) -> str:
    """What to type here to take back the newest run on a target."""
    here = Path.cwd()
    return "rewright undo" if with_runs(here) == root else f"rewright undo {shlex.quote(os.path.relpath(root, here))}"


def told(result: ApplyResult, root: Path) -> str:
    """What an apply did to a target, and where it did anything, what takes that back."""
    return f"{result.told}; `{undo_command(root)}` takes them back." if result.written or result.removed else f"{result.told}."


def within(choice: Choice, root: Path) -> tuple[Path, ...]:
    """The PATHS of a run on `root`: those that were named, else the current folder where that is only a part of it."""
    here = Path.cwd()
    part = choice.root is None and here.resolve() != root and here.resolve().is_relative_to(root)
    return choice.paths or ((here,) if part else ())


def _folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise RewrightError(f"{folder} is not a folder; name the folder that holds the target")
    return folder.resolve()
