"""The room's public functions: find a rules.yaml, load it, and describe its format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.codemod import Codemod
from engine.config.errors import ConfigError, Problem
from engine.config.values import Config

NAME = "rules.yaml"


def find(start: Path) -> Path | None:
    """The nearest rules.yaml at or above `start`, a file or folder; never beyond the git repository that holds it."""
    folder = Path(os.path.realpath(start))
    for here in (folder, *folder.parents):
        if (here / NAME).is_file():
            return here / NAME
        if (here / ".git").exists():
            return None
    return None


def load(path: Path, codemods: Mapping[str, Codemod]) -> Config:
    """The checked contents of a rules.yaml. `codemods` holds every codemod by its name.

    Raises ConfigError with every problem at once.
    """
    from engine.config import check, complaints, positions
    from engine.config.checker import Checker

    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(positions.MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([Problem(name, 1, 1, f"cannot be read: {error.strerror}")]) from error
    document = positions.read(name, data)
    if document.data is None and document.problems:
        raise ConfigError(document.problems)
    check.as_meant(document)
    model, misshapen = complaints.check(document, name)
    checker = Checker(document, name, codemods)
    config = check.checked(checker, model)
    problems = [*document.problems, *misshapen, *checker.problems]
    if problems or config is None:
        raise ConfigError(problems)
    return config


def json_schema(codemods: Mapping[str, Codemod]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of rules.yaml, with each codemod's options."""
    from engine.config import jsonschema

    return jsonschema.describe(codemods)
