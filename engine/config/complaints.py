"""What pydantic finds wrong with a rules.yaml, as sentences with places."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.config.errors import Problem
from engine.config.positions import Document, Path
from engine.config.schema import ConfigModel, RuleModel, keys
from engine.other_tools import elsewhere
from engine.words import near_miss


def check(document: Document, name: str) -> tuple[ConfigModel | None, list[Problem]]:
    """The document as a model, or None and what is wrong with it. `name` is the file's name for messages."""
    try:
        return ConfigModel.model_validate(document.data), []
    except ValidationError as error:
        return None, [*_problems(error.errors(include_url=False), document, name)]


def _problems(errors: Sequence[ErrorDetails], document: Document, name: str) -> Iterator[Problem]:
    for error in errors:
        path: Path = tuple(error["loc"])
        if document.is_broken(path):
            continue
        place = document.place(path)
        if error["type"] == "extra_forbidden":
            key, model = str(path[-1]), _model_at(path[:-1])
            miss = (elsewhere(key) if model is RuleModel else "") or near_miss(key, keys(model))
            yield Problem(name, place.key_line, place.key_column, f"unknown key {path[-1]!r}{miss}")
        elif error["type"] == "missing":
            around = document.place(path[:-1])
            yield Problem(
                name,
                around.line,
                around.column,
                f"{_where(path[:-1])} lacks the key {path[-1]!r}{_MISSING.get(str(path[-1]), '')}",
            )
        else:
            message = f"{_where(path)}: {_sentence(error, place.text)}{_quote(error, place.text)}"
            yield Problem(name, place.line, place.column, message)


_MISSING = {
    "version": "; begin the file with 'version: 1'",
    "run": "; it is the command",
    "branch": ", such as refactor/exceptions",
}
_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number that ends",
    "list_type": "a list",
    "dict_type": "a mapping, key: value",
    "model_type": "a mapping, key: value",
    "model_attributes_type": "a mapping, key: value",
    "too_short": "at least one entry",
}


def _sentence(error: ErrorDetails, text: str) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        miss = near_miss(text, choices) if len(choices) > 1 else ""
        return f"expected {' or '.join(choices)}, got {_shown(error['input'])}{miss if 'did you' in miss else ''}"
    if kind == "string_pattern_mismatch":
        wanted = "a version such as '3.8'" if "3" in context["pattern"] else "lower-case letters, digits, '-', '_' and '.'"
        return f"expected {wanted}, got {_shown(error['input'])}"
    if kind in _WANTED:
        got = "nothing" if error["input"] is None or kind == "too_short" else _shown(error["input"])
        return f"expected {_WANTED[kind]}, got {got}"
    return f"{error['msg'].replace('Input should be', 'expected a value')}, got {_shown(error['input'])}"


def _quote(error: ErrorDetails, text: str) -> str:
    """The remedy where YAML read a plain word or number as something that is not text."""
    if error["type"] not in ("string_type", "literal_error") or isinstance(error["input"], str | list | dict) or not text:
        return ""
    return f"; YAML reads {text} so: quote it, '{text}', if it is text"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return repr(value)[:60]


def _where(path: Path) -> str:
    """A path as a person writes it: `rules[2].options`."""
    shown = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return shown or "the file"


def _model_at(path: Path) -> type[BaseModel]:
    """The model that stands at a path of keys and indices."""
    model: type[BaseModel] = ConfigModel
    for part in path:
        if isinstance(part, str):
            hint = model.model_fields[part.replace("-", "_")].annotation
            model = next(
                (inner for inner in (hint, *typing.get_args(hint)) if isinstance(inner, type) and issubclass(inner, BaseModel)),
                model,
            )
    return model
