"""From a try statement to the exceptions that its body may raise."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from codemods.broad_except.inference.body import executed
from codemods.broad_except.inference.era import dated
from codemods.broad_except.inference.evidence import Evidence, Risk, Tier, gather
from codemods.broad_except.inference.handlers import stopped
from codemods.broad_except.inference.model import Inference, Step
from codemods.broad_except.inference.place import Place, place_of
from codemods.broad_except.inference.python import BUGS, NEVER
from codemods.broad_except.inference.resolve import World
from codemods.broad_except.inference.select import select
from codemods.broad_except.inference.summaries import is_stopped, stopped_names, summaries_for
from codemods.broad_except.knowledge import Knowledge, load
from engine import Project, Source

_BUGS = BUGS - {"KeyError", "IndexError", "StopIteration"}  # what data from outside may bring about


def infer(source: Source, project: Project, node: ast.Try, handler: ast.ExceptHandler) -> Inference:
    """What the body of `node` may raise that signals the environment or the input and reaches `handler`.

    Exceptions that an earlier handler of the same try catches are left out. Pure; an empty result means "not known".
    """
    return infer_with(source, project, node, handler, load())


def infer_with(source: Source, project: Project, node: ast.Try, handler: ast.ExceptHandler, knowledge: Knowledge) -> Inference:
    """The same, with the knowledge given."""
    place = place_of(source, node, summaries_for(source, project, knowledge), knowledge)
    evidence = gather(place, list(executed(node.body)))
    earlier = stopped(node.handlers[: node.handlers.index(handler)])
    chosen = select(place, node, handler, evidence)
    steps = [step for risk in chosen for step in _steps(place, risk, earlier)]
    also = [
        step
        for risk in evidence.risks
        if risk.besides or _counts(risk)
        for step in _steps(place, risk, earlier, NEVER - {"Exception"})
        if step.exception not in (_BUGS if risk.besides else BUGS)
    ]
    kept = _absorbed(place.world, {step.exception for step in steps})
    named = {place.spelled(name) for name in kept}
    return Inference(tuple(sorted(named)), _unknown(evidence), _shown(place, steps), _shown(place, {*also} - {*steps}))


def _counts(risk: Risk) -> bool:
    """Is this more than a lookup, an operation or an import, of which `select` alone says whether they count?"""
    return Tier.IMPORT < risk.tier <= Tier.PROJECT


def _shown(place: Place, steps: Iterable[Step]) -> tuple[Step, ...]:
    ordered = sorted(set(steps), key=lambda one: (one.line, one.exception, one.what))
    return tuple(Step(place.spelled(one.exception), one.line, one.what, one.source) for one in ordered)


def _steps(place: Place, risk: Risk, earlier: Sequence[str], never: frozenset[str] = NEVER) -> list[Step]:
    """The risk's exceptions that neither an inner handler nor an earlier one of this try stops."""
    stops = stopped_names(place.world, place.key, place.function, (*risk.caught, *earlier))
    return [
        Step(dated(name, place.source.text), risk.line, risk.what, risk.source)
        for name in risk.exceptions
        if name not in never and not is_stopped(place.world, name, stops)
    ]


def _absorbed(world: World, names: Iterable[str]) -> set[str]:
    found = set(names)
    return {name for name in found if not any(name != other and world.is_a(name, other) for other in found)}


def _unknown(evidence: Evidence) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{risk.what} at line {risk.line}" for risk in evidence.unknown))
