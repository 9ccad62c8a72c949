"""Data files that lie beside our own code: their names, their text, and YAML with the place of every piece.

Codemods may not open files; what they know as data they read through here. Never for files of a target.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

from engine.model import RewrightError

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]  # which of the two classes it is depends on how PyYAML was built
    """Makes nodes without asking what their scalars mean: the readers of our data take all of them for text. Twice as fast."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return "tag:yaml.org,2002:str"

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Nothing to resolve."""

    def ascend_resolver(self) -> None:
        """Nothing to resolve."""


def data_names(package: str, folder: str, suffix: str = ".yaml") -> tuple[str, ...]:
    """The data files of `folder` inside a package of ours, each as `folder/name`, sorted. RewrightError when there is none."""
    place = files(package).joinpath(folder)
    found = sorted(f"{folder}/{entry.name}" for entry in place.iterdir() if entry.name.endswith(suffix)) if place.is_dir() else []
    if not found:
        raise RewrightError(f"{place}: holds no {suffix} file; the installation is incomplete, install rewright again")
    return tuple(found)


def read_data(package: str, name: str) -> str:
    """The text of one data file of ours, as UTF-8. `name` is relative to the package: "data/json.yaml".

    Raises RewrightError when it is not there, cannot be read or is not UTF-8.
    """
    place = files(package).joinpath(*name.split("/"))
    try:
        return place.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RewrightError(f"{place}: cannot be read ({error}); install rewright again") from error


def parse_data(name: str, text: str) -> yaml.Node | None:
    """The YAML nodes of `text`: `id`, `value` and a 0-based `start_mark.line`. Every scalar is text. None for an empty file.

    Raises RewrightError, with `name` and the 1-based line, for text that is not one YAML document.
    """
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RewrightError(f"{name}:{mark.line + 1 if mark else 1}: not YAML: {getattr(error, 'problem', error)}") from error
    return node
