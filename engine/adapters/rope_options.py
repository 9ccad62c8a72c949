"""`rope:` what a rule may say, and the codemod that carries it out."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.adapters.tool import APPLICABILITY, Tool
from engine.codemod import Codemod, Option

KEYS: dict[str, set[str]] = {
    "rename": {"to", "docs"},
    "move": {"to"},
    "inline": set(),
    "change_signature": {"parameters", "values"},
}
_NAME = re.compile(r"[^\W\d]\w*")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_NAMES = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_Faults = list[tuple[tuple[str | int, ...], str]]


def codemod() -> Codemod:
    """The codemod of rope rules."""
    return Codemod(
        name="rope",
        summary="Run a refactoring of rope over the whole target.",
        version=5,
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


def run_project(files: Mapping[str, bytes], options: Mapping[str, Any]) -> Any:
    """See `run_project` of engine.adapters.rope_rule, which is loaded where it runs: in a worker."""
    from engine.adapters import rope_rule

    return rope_rule.run_project(files, options)


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
        shape, wanted = (_NAME, "a name") if kind == "rename" else (_NAMES, "a dotted module")
        if not isinstance(said.get("to"), str) or not shape.fullmatch(said["to"]):
            faults.append((("rope", "to"), f"rope: to: expected {wanted}, got {said.get('to')!r}"))
    if kind == "change_signature":
        given = said.get("parameters")
        texts = given if isinstance(given, list) and given else [None]
        if not all(isinstance(one, str) and _parsed(one) for one in texts):
            faults.append((("rope", "parameters"), "rope: parameters: expected a list such as [self, 'name: str', 'retries=3']"))
        values = said.get("values", {})
        if not isinstance(values, dict) or not all(_is_expression(str(one)) for one in values.values()):
            faults.append((("rope", "values"), "rope: values: expected a mapping, new parameter: the code that calls give it"))
    return faults


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function, as code. `stars`: `*`, `**` or nothing; an empty annotation or default: there is none."""

    stars: str
    name: str
    annotation: str
    default: str

    @property
    def text(self) -> str:
        """As it is written in a header."""
        said = f"{self.stars}{self.name}" + (f": {self.annotation}" if self.annotation else "")
        between = " = " if self.annotation else "="
        return f"{said}{between}{self.default}" if self.default else said


def parameter(text: str) -> Parameter:
    """A parameter as a rule says it, which `check` has found to be one."""
    args = _parsed(text)
    assert args is not None
    one = next(filter(None, (*args.args, args.vararg, args.kwarg)))
    said = f"def f({text}): pass"

    def written(node: ast.expr | None) -> str:
        return (ast.get_source_segment(said, node) or "") if node is not None else ""

    stars = "*" if args.vararg else "**" if args.kwarg else ""
    return Parameter(stars, one.arg, written(one.annotation), written(args.defaults[0] if args.defaults else None))


def _parsed(text: str) -> ast.arguments | None:
    """One parameter, parsed; None when the text is none, or is several."""
    try:
        function = ast.parse(f"def f({text}): pass").body[0]
    except (SyntaxError, ValueError):
        return None
    args = getattr(function, "args", None)
    alone = args is not None and len([*args.args, *filter(None, (args.vararg, args.kwarg))]) == 1
    return args if args is not None and alone and not args.posonlyargs and not args.kwonlyargs else None


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True
