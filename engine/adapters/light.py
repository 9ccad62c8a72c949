"""The little that every run needs of this room: does a rule file name anything foreign, and is what a codemod needs installed?"""

from __future__ import annotations

import re
from pathlib import Path

from engine.codemod import Codemod
from engine.model import RewrightError

_NAMES = re.compile(rb"(?m)(?:^[ \t-]*|[{,]\s*)[\"']?(?:codemods|libcst|bowler|fixit|ast-grep|rope)[\"']?\s*:")


def names_any(data: bytes) -> bool:
    """May this rule file name a tool, or codemods of the user's?"""
    return _NAMES.search(data) is not None


def lacking(codemod: Codemod) -> tuple[str, ...]:
    """The packages that a codemod needs and that are not installed, by the names that `pip` knows. Imports none of them."""
    return tuple(_distribution(package) for package in codemod.packages if not is_installed(package))


def missing(codemod: Codemod) -> str:
    """What a codemod needs that is not installed, as a sentence with both remedies; empty when nothing is."""
    absent = lacking(codemod)
    if not absent:
        return ""
    are = "which is not installed" if len(absent) == 1 else "which are not installed"
    every = " ".join(map(_distribution, codemod.packages))
    return f"{codemod.name} needs {' and '.join(absent)}, {are}: pip install {every}, or pip install 'rewright[{codemod.extra}]'"


def require_installed(file: str, rule: str, codemod: Codemod) -> None:
    """Raises RewrightError, with the rule's place in the rule file, when a package that it needs is not installed."""
    if complaint := missing(codemod):
        raise RewrightError(f"{placed(file, rule)}: {complaint}")


def placed(file: str, rule: str, *keys: str) -> str:
    """`rules.yaml:4:3: rule it`: where a rule of this id stands, or what its keys hold; 1-based. Reads the file again."""
    from engine.config import positions  # loads PyYAML, which most runs need not

    try:
        document = positions.read(file, Path(file).read_bytes())
    except OSError:
        return f"{file}: rule {rule}"
    said = document.data if isinstance(document.data, dict) else {}
    rules = said.get("rules")
    every = enumerate(rules if isinstance(rules, list) else [])
    index = next((index for index, one in every if isinstance(one, dict) and one.get("id") == rule), 0)
    place = document.place(("rules", index, *keys))
    return f"{file}:{place.line}:{place.column}: rule {rule}"


def is_installed(package: str) -> bool:
    """Could this top-level package be imported?"""
    from importlib.util import find_spec

    return find_spec(package) is not None


def _distribution(package: str) -> str:
    return package.replace("_", "-")
