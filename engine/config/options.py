"""A rule's options against its codemod's declaration: names, types, choices, defaults, paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.codemod import Codemod, Option
from engine.config.positions import Document, Path
from engine.model import JSON
from engine.words import near_miss

Complain = Callable[[Path, str, bool], None]  # where, what, and whether the key rather than the value is meant

_WANTED = {
    "bool": "true or false",
    "int": "a whole number",
    "str": "text",
    "list": "a list of texts",
    "map": "a mapping, key: value",
    "json": "anything",
}
# Windows and macOS fold case, drop trailing dots and spaces, and know .git as git~1.
_GIT = re.compile(r"\.git[. ]*|git~\d+", re.I)


def fill(
    codemod: Codemod,
    given: Mapping[str, JSON],
    at: Path,
    document: Document,
    complain: Complain,
    base: Mapping[str, JSON] | None = None,
) -> dict[str, JSON]:
    """Every option of the codemod with its value: the given one, or the one in `base`, or the default. Faults go to `complain`.

    `base`: what a rule says, where a sprint overrides some of it; the codemod's own check looks at all of it together.
    """
    declared = {option.name: option for option in codemod.options}
    for name in given:
        if name not in declared:
            extra = near_miss(name, declared) if declared else "; this codemod has no options"
            complain((*at, name), f"{codemod.name} has no option {name!r}{extra}", True)
    values: dict[str, JSON] = {}
    faults = 0

    def told(path: Path, message: str, is_key: bool) -> None:
        nonlocal faults
        faults += 1
        complain(path, message, is_key)

    for option in codemod.options:
        values[option.name] = (base or {}).get(option.name, option.default)
        path = (*at, option.name)
        if option.name in given and not document.is_broken(path):
            value = _as_written(option, given[option.name], document.place(path).text)
            if complaint := _complaint(option, value, document.place(path).text):
                told(path, f"{option.name}: {complaint}", False)
            else:
                values[option.name] = value.rstrip("/") if isinstance(value, str) and _is_path(option) else value
        faults += document.is_broken(path)
    if codemod.check is not None and not faults:
        for keys, message in codemod.check(values):
            complain((*at, *keys) if base is None or keys[:1] in [(name,) for name in given] else at, message, False)
    return values


def _as_written(option: Option, value: JSON, text: str) -> JSON:
    """A choice is compared as it is written: `off` is a word here, whatever YAML makes of it."""
    return text if option.type == "choice" and text in option.choices else value


def _complaint(option: Option, value: JSON, text: str) -> str:
    if option.type == "choice":
        if isinstance(value, str) and value in option.choices:
            return ""
        got = repr(text) if text else _named(value, text)
        return f"expected one of {', '.join(option.choices)}, got {got}{_guess(text, option.choices)}"
    if value is None and option.default is None:
        return ""
    if not _fits(option, value):
        quote = f"; YAML reads {text} so: quote it, '{text}'" if option.type == "str" and text else ""
        bracket = f"; write a list: [{text}]" if option.type == "list" and isinstance(value, str) else ""
        return f"expected {_WANTED[option.type]}, got {_named(value, text)}{quote}{bracket}"
    if _is_path(option):
        paths = value if isinstance(value, list) else [value]
        return next((fault for path in paths if (fault := path_fault(str(path)))), "")
    return ""


def _fits(option: Option, value: JSON) -> bool:
    if option.type == "json":
        return True  # the codemod's own check looks at it
    if option.type == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    wanted = {"bool": bool, "int": int, "str": str, "map": dict}[option.type]
    return isinstance(value, wanted) and (option.type == "bool" or not isinstance(value, bool))


def _guess(text: str, choices: tuple[str, ...]) -> str:
    miss = near_miss(text, choices)
    return miss if "did you" in miss else ""


def _named(value: JSON, text: str) -> str:
    if isinstance(value, list | dict):
        return "a list that holds other things" if isinstance(value, list) else "a mapping"
    return text or "nothing"


def _is_path(option: Option) -> bool:
    return option.name.endswith(("-folder", "-file", "-folders", "-files"))


def path_fault(path: str) -> str:
    """Why a path may not be written to: it must be relative, with `/`, and stay inside the target. Empty when it may."""
    parts = path.rstrip("/").split("/")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return f"{path!r} is absolute; write a path relative to the target"
    if ".." in parts:
        return f"{path!r} leads out of the target"
    if any(_GIT.fullmatch(part) for part in parts):
        return f"{path!r} is inside git's own folder"
    if "" in parts or "." in parts or "\\" in path or any(ord(character) < 32 for character in path):
        return f"{path!r} is no plain relative path; write it as folder/name"
    return ""
