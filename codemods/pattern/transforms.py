"""Code that is computed from what was captured: `transform` of a rule, and each way to compute."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codemods.pattern.captures import Capture, File, Found
from codemods.pattern.fstrings import Hole, Said, literal, taken_apart
from codemods.pattern.language import Meta
from codemods.pattern.shapes import same
from codemods.pattern.shell import Shell, words_of
from engine import SliceError

Made = tuple[ast.expr, str]  # a node that is not in the file, and its text
_CONVERSIONS = {-1: "%s", 115: "%s", 114: "%r", 97: "%a"}


@dataclass(frozen=True, slots=True)
class Transform:
    """`meta` stands for what `by` makes of what `source` holds."""

    meta: Meta
    source: Meta
    by: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to compute: whether it takes and gives many nodes, and the function. Raises SliceError `transform`."""

    takes_many: bool
    gives_many: bool
    make: Callable[[Sequence[ast.AST | str], File], list[Made]]


def computed(transforms: Sequence[Transform], found: Found, file: File) -> tuple[Found, Mapping[ast.AST, str]]:
    """What the metavariables hold, those of the transforms too, and the text of each node that was made for them.

    Raises SliceError `transform` with the reason, as part of a sentence, where one cannot be computed.
    """
    texts: dict[ast.AST, str] = {}
    for one in transforms:
        kind = KINDS[one.by]
        made = kind.make(found[one.source.name].nodes, file)
        texts.update((node, text) for node, text in made if text)
        found = {**found, one.meta.name: Capture(tuple(node for node, _ in made), kind.gives_many)}
    return found, texts


def _refused(why: str) -> SliceError:
    return SliceError("transform", why)


# -- shell-words -------------------------------------------------------------------------


def _shell_words(nodes: Sequence[ast.AST | str], file: File) -> list[Made]:
    """`"ls -l"` to `["ls", "-l"]`."""
    command = _text(nodes[0])
    if command is None:
        raise _refused("the command is no fixed text")
    try:
        words = words_of(command)
    except Shell as error:
        raise _refused(f"the command holds {error}") from None
    like = file.source.segment(nodes[0])  # type: ignore[arg-type]
    text = ", ".join(literal(word, like) for word in words)
    return [(ast.List([ast.Constant(word) for word in words], ast.Load()), f"[{text}]")]


def _text(node: ast.AST | str) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# -- percent-format ----------------------------------------------------------------------


def _percent_format(nodes: Sequence[ast.AST | str], file: File) -> list[Made]:
    """`f"{name} is ready"` to `"%s is ready", name`. Without a value the text stands for itself: no `%` is doubled."""
    node = nodes[0]
    if not isinstance(node, ast.JoinedStr):
        raise _refused("the text is no f-string")
    written = file.source.segment(node)
    holes = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    template = _template(node)
    parts = taken_apart(written)
    marks = iter([_CONVERSIONS[hole.conversion] for hole in holes])
    text = "".join(_kept(part, marks, bool(holes)) for part in parts)
    if not _reads(text, template):
        text = literal(template, written)
    said = [part.text for part in parts if isinstance(part, Hole)]
    if len(said) != len(holes):
        said = [""] * len(holes)
    values = [_value(hole.value, text) for hole, text in zip(holes, said, strict=True)]
    return [(ast.Constant(template), text), *values]


def _template(node: ast.JoinedStr) -> str:
    """The text of the template. Raises SliceError where a value has a format."""
    out: list[str] = []
    count = sum(isinstance(part, ast.FormattedValue) for part in node.values)
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            if isinstance(part.format_spec, ast.JoinedStr) and part.format_spec.values:
                raise _refused("a value in it has a format")
            out.append(_CONVERSIONS[part.conversion])
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            out.append(part.value.replace("%", "%%") if count else part.value)
    return "".join(out)


def _kept(part: Said | Hole | str, marks: Iterator[str], escaped: bool) -> str:
    if isinstance(part, Hole):
        return next(marks, "%s")
    if isinstance(part, Said):
        return part.text.replace("%", "%%") if escaped else part.text
    return part


def _reads(text: str, value: str) -> bool:
    """Is this text a literal of that value?"""
    try:
        return bool(ast.literal_eval(f"({text}\n)") == value)
    except (SyntaxError, ValueError):
        return False


def _value(node: ast.expr, said: str) -> Made:
    """An expression out of an f-string as an argument: as it is written there, in parentheses where it must be."""
    for text in (said.strip(), f"({said.strip()})"):
        try:
            call = ast.parse(f"f(0, {text}\n)", mode="eval").body
        except (SyntaxError, ValueError):
            continue
        if isinstance(call, ast.Call) and len(call.args) == 2 and same(call.args[1], node):
            return node, text
    return node, ast.unparse(node)


# -- percent-arguments -------------------------------------------------------------------


def _percent_arguments(nodes: Sequence[ast.AST | str], file: File) -> list[Made]:
    """What `print` takes, as a logger takes it: `"name:", name` to `"name: %s", name`. One argument stays as it is."""
    given = [node for node in nodes if isinstance(node, ast.expr)]
    if not given:
        raise _refused("there is nothing to say")
    if len(given) != len(nodes):
        raise _refused("it has named arguments")
    if any(isinstance(node, ast.Starred) for node in given):
        raise _refused("how many arguments there are is not known")
    if len(given) == 1:
        return [(given[0], "")]
    texts = [_text(node) for node in given]
    values = [node for node, text in zip(given, texts, strict=True) if text is None]
    template = " ".join("%s" if text is None else text.replace("%", "%%") if values else text for text in texts)
    like = next((file.source.segment(node) for node, text in zip(given, texts, strict=True) if text is not None), '"')
    return [(ast.Constant(template), literal(template, like)), *((node, "") for node in values)]


KINDS: Mapping[str, Kind] = {
    "shell-words": Kind(False, False, _shell_words),
    "percent-format": Kind(False, True, _percent_format),
    "percent-arguments": Kind(True, True, _percent_arguments),
}
