"""What a codemod is: a function, and what it says of itself. Data, as engine.model is.

This room holds no I/O, no clock, no randomness, no libcst.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.model import JSON, Change, Finding, Skip

if TYPE_CHECKING:
    from engine.project import Project
    from engine.source import Source


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a codemod, as rules.yaml may set it."""

    name: str
    type: Literal["bool", "int", "str", "choice", "list", "map", "json"]  # list: of strings; map: name to JSON; json: any
    default: JSON
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportModule:
    """Code that rewritten code needs at run time, created in the target when missing.

    The engine places it at `path`; where a file of somebody else's stands there, at
    `fallback`. A file is ours when its first line is the template's first line.
    """

    name: str
    path: str  # "{folder}/error_handling.py"; {folder} is the rule's option `support-folder`
    fallback: str
    template: str  # the file's name in codemods/support/


@dataclass(frozen=True, slots=True)
class Fact:
    """Something learned from the whole project before rules run.

    `scan` sees one file and returns a small picklable value, or None for "nothing here";
    `combine` sees {path: value} in path order and returns the fact. Both are pure.
    A fact that reads a file which is not Python (a registry) names it in `files`:
    `combine` then finds its bytes under that path, and `scan` is not asked.
    """

    name: str
    version: int
    hints: bytes | None  # a bytes regex; only files that match are scanned. b"" means every file, None none
    scan: Callable[[Source], Any]
    combine: Callable[[Mapping[str, Any], Project], Any]
    files: tuple[str, ...] = ()  # globs of non-Python files, root-relative; "{name}" stands for the rule's option


# One or several bytes regexes, of which any may match. One that begins with a literal is searched twenty times as fast.
Hints = bytes | tuple[bytes, ...]
# Options, defaults filled in, to each fault in them: the path of keys and 0-based indices that leads to it, and a sentence.
CheckOptions = Callable[[Mapping[str, Any]], Sequence[tuple[tuple[str | int, ...], str]]]
# (path to bytes of every Python file, options) to a picklable value. Runs once a plan, in a worker.
RunProject = Callable[[Mapping[str, bytes], Mapping[str, Any]], Any]
RunFile = Callable[["Source", "Project", Mapping[str, Any]], Iterator[Finding | Change | Skip]]


@dataclass(frozen=True, slots=True)
class Codemod:
    """Code: one way of finding and rewriting something. A value; one file in codemods/ holds it.

    Only files that match `hints` are given to `run_file(source, project, options)`, which yields
    findings, changes and skips of one file. `project.facts[name]` holds each fact it asked for.
    It must be pure and deterministic.
    """

    name: str
    summary: str
    version: int  # raise it when behaviour changes: the cache is keyed by it
    run_file: RunFile
    hints: Hints | Callable[[Mapping[str, Any]], Hints]  # the prefilter, perhaps made from the options
    options: tuple[Option, ...] = ()
    globs: tuple[str, ...] = ("*.py", "*.pyi")  # matched against the file's name
    facts: tuple[Fact, ...] = ()
    support: tuple[SupportModule, ...] = ()
    doc: str = ""  # the module's docstring; five headings, see tests/test_catalogue.py
    reads: Literal["tree", "text"] = "tree"  # "text": it is asked of files that do not parse, too, and then uses `text` only
    packages: tuple[str, ...] = ()  # importable names that it needs besides ours
    extra: str = ""  # the extra of rewright that installs them
    run_project: RunProject | None = None  # what it learns of the whole target at once: project.facts[fact_name(name, options)]
    check: CheckOptions | None = None  # what types cannot say of the options; the rule file is refused for what it finds


def fact_name(codemod: str, options: Mapping[str, JSON]) -> str:
    """The fact that holds what a codemod's `run_project` learned under these options."""
    return f"{codemod} {json.dumps(options, sort_keys=True)}"
