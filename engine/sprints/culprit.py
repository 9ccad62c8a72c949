"""Which commit of a batch breaks a gate: found by bisecting, as each is a step of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.config.values import Gate
from engine.errors import RewrightError
from engine.sprints.granules import SUPPORT, Aside, aside_of
from engine.sprints.line import Line
from engine.sprints.task import FILES, Made, Task
from engine.vcs.worktree import Worktree
from engine.verify import GateResult, run_gates

_TOLD = 400  # characters of a gate's output that are remembered: the last ones say most


def guilty(task: Task, line: Line, tree: Worktree, made: Sequence[Made], failed: GateResult, files: Sequence[str]) -> set[Aside]:
    """The files of the first commit at which the gate fails. RewrightError when it fails before all of them."""
    gate, root = failed.gate, tree.root / task.prefix

    def holds(commit: str) -> bool:
        tree.go_to(commit)
        return _passes(gate, root, [path for path in files if (root / path).is_file()])

    task.tell(f"gate {gate.name} failed ({failed.reason}); looking for the commit")
    if not holds(line.tip):
        raise RewrightError(
            f"gate {gate.name!r} fails on {line.name if line.exists else line.base[:10]} without any change of this batch "
            f"({failed.reason}); mend it or take it out of the sprint, and run again. It said:\n{failed.tail}"
        )
    good, bad = -1, len(made) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(made[middle].commit) else (good, middle)
    culprit = made[bad].granule
    why = f"gate {gate.name}: {failed.reason}. {failed.tail.strip()[-_TOLD:]}".rstrip()
    if culprit.label == SUPPORT:  # what needs it cannot land without it
        return {aside for one in made if one.granule.rule == culprit.rule for aside in aside_of(one.granule, why)}
    return set(aside_of(culprit, why))


def _passes(gate: Gate, root: Path, files: Sequence[str]) -> bool:
    return (FILES in gate.command and not files) or run_gates([gate], root, files)[0].passed
