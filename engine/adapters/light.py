"""The little that every run needs of this room: does a rule file name anything foreign, and is what a codemod needs installed?"""

from __future__ import annotations

import re

from engine.model import Codemod

_NAMES = re.compile(rb"(?m)(?:^[ \t-]*|[{,]\s*)[\"']?(?:codemods|libcst|bowler|fixit|ast-grep|rope)[\"']?\s*:")


def names_any(data: bytes) -> bool:
    """May this rule file name a tool, or codemods of the user's?"""
    return _NAMES.search(data) is not None


def missing(codemod: Codemod) -> str:
    """Which package of a codemod is not installed, as a sentence; empty when all are. Imports none of them."""
    for package in codemod.packages:
        if not is_installed(package):
            return f"{codemod.name} needs {package}, which is not installed: pip install 'rewright[{codemod.extra}]'"
    return ""


def is_installed(package: str) -> bool:
    """Could this top-level package be imported?"""
    from importlib.util import find_spec

    return find_spec(package) is not None
