"""`rope:` what a rule may say, and the codemod that carries it out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.adapters.tool import APPLICABILITY, Tool
from engine.model import Codemod, Option

KEYS: dict[str, set[str]] = {
    "rename": {"to", "docs"},
    "move": {"to"},
    "inline": set(),
    "change_signature": {"parameters", "values"},
}
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_NAMES = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_PARAMETER = re.compile(r"(\*{0,2}[^\W\d]\w*)\s*(=\s*.+)?")
_Faults = list[tuple[tuple[str | int, ...], str]]


def codemod() -> Codemod:
    """The codemod of rope rules."""
    from engine.adapters.rope_rule import run_project

    return Codemod(
        name="rope",
        summary="Run a refactoring of rope over the whole target.",
        version=2,
        run_file=Tool("rope"),
        hints=b"",  # whether a file has a part in it, only rope knows
        options=(
            Option("rope", "map", {}, "rename or move with `to`; inline; change_signature with `parameters`"),
            APPLICABILITY,
        ),
        packages=("rope",),
        extra="rope",
        run_project=run_project,
        check=check,
    )


def operation(options: Mapping[str, Any]) -> tuple[str, str]:
    """The refactoring, and the dotted name of what it is done to."""
    said = options["rope"]
    kind = next(key for key in KEYS if key in said)
    return kind, str(said[kind])


def check(options: Mapping[str, Any]) -> _Faults:
    """What is wrong with the rule's mapping, and where."""
    said = options["rope"]
    kinds = [key for key in KEYS if key in said]
    if len(kinds) != 1:
        example = "{rename: package.module.name, to: new}"
        return [(("rope",), f"rope: say one of {', '.join(KEYS)}, and what it is done to: {example}")]
    kind = kinds[0]
    faults: _Faults = [
        (("rope", key), f"rope: {kind} has no {key!r}; it takes {', '.join(sorted(KEYS[kind])) or 'nothing more'}")
        for key in said
        if key != kind and key not in KEYS[kind]
    ]
    names = _NAMES if kind in ("rename", "move") else _DOTTED  # a module of no package has one name
    if not isinstance(said[kind], str) or not names.fullmatch(said[kind]):
        faults.append((("rope", kind), f"rope: {kind}: expected a dotted name such as package.module.name, got {said[kind]!r}"))
    if kind in ("rename", "move"):
        shape, wanted = (r"[^\W\d]\w*", "a name") if kind == "rename" else (r"[^\W\d]\w*(\.[^\W\d]\w*)*", "a dotted module")
        if not isinstance(said.get("to"), str) or not re.fullmatch(shape, said["to"]):
            faults.append((("rope", "to"), f"rope: to: expected {wanted}, got {said.get('to')!r}"))
    if kind == "change_signature":
        given = said.get("parameters")
        texts = given if isinstance(given, list) and given else [None]
        if not all(isinstance(one, str) and _PARAMETER.fullmatch(one) for one in texts):
            faults.append((("rope", "parameters"), "rope: parameters: expected a list such as [self, name, 'retries=3']"))
        if not isinstance(said.get("values", {}), dict):
            faults.append((("rope", "values"), "rope: values: expected a mapping, new parameter: the code that calls give it"))
    return faults


def parameter(text: str) -> tuple[str, str | None]:
    """A parameter's name, and its default."""
    name, _, default = text.partition("=")
    return name.strip(), default.strip() or None
