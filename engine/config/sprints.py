"""What a sprint may say: branches that git takes, commands that need no shell, an order without circles."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.config.values import Budget, Gate, Sprint
from engine.model import JSON, Applicability

if TYPE_CHECKING:
    from engine.config.schema import SprintModel

Overrides = Mapping[str, Mapping[str, JSON]]  # rule id to options
_SHELL = {"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"}


def branch_fault(name: str) -> str:
    """Why git would not take `name` as a branch, by the rules of git-check-ref-format; empty when it would."""
    parts = name.split("/")
    if name.startswith("-"):
        return "it would be read as an option"
    if "" in parts:
        return "empty, or a slash too many"
    if any(part.startswith(".") or part.endswith(".lock") for part in parts) or name.endswith("."):
        return "no part may begin with '.' or end with '.lock', and the name not with '.'"
    if ".." in name or "@{" in name or name in ("@", "HEAD") or re.search(r"[\x00-\x20\x7f~^:?*\[\\]", name):
        return "git allows no HEAD, space, '..', '@{', '~', '^', ':', '?', '*', '[' or '\\' in it"
    return ""


def command_fault(run: str) -> str:
    """Why a gate's command cannot be run without a shell; empty when it can."""
    try:
        words = shlex.split(run)
    except ValueError as error:
        return f"not a command: {error}"
    if not words:
        return "not a command: it is blank"
    shell = next((word for word in words if word in _SHELL), "")
    return f"gates run without a shell, so {shell!r} means nothing; give each command its own gate" if shell else ""


def cycles(before: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """One list for each set of sprints that depend on each other, from its first in file order."""
    cycles: list[list[str]] = []
    done: set[str] = set()
    for start in before:
        trail: list[str] = []
        pending: list[tuple[str, bool]] = [(start, False)]
        while pending:
            name, leaving = pending.pop()
            if leaving:
                trail.pop()
                done.add(name)
            elif name in trail:
                cycles.append(trail[trail.index(name) :])
            elif name not in done:
                trail.append(name)
                pending.append((name, True))
                pending += [(other, False) for other in before[name]]
    return cycles


def sprint_of(sprint: SprintModel, overrides: Overrides) -> Sprint:
    """The model as a value; `overrides`: the options of its rules that it overrides."""
    return Sprint(
        id=sprint.id,
        name=sprint.name or sprint.id,
        rules=tuple(sprint.rules),
        branch=sprint.branch,
        base=sprint.base,
        depends_on=tuple(sprint.depends_on),
        budget=Budget(**sprint.budget.model_dump()),
        paths=tuple(sprint.paths),
        code_owners=tuple(sprint.code_owners),
        options=overrides,
        gates=tuple(Gate(gate.name, tuple(shlex.split(gate.run)), gate.timeout_seconds) for gate in sprint.gates),
        owner=sprint.owner,
        applicability=Applicability(sprint.applicability),
        granularity=sprint.granularity,
    )
