"""The texts of a new rule: its entry in rules.yaml, its case.yaml, and for a codemod its code and the code it is shown on."""

from __future__ import annotations

import keyword
import re

from engine.model import RewrightError
from engine.scaffold.insert import pair, scalar

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 60  # characters


def require_name(name: str) -> None:
    """Raises RewrightError unless a rule, a folder and a module may be called so."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(module_of(name)):
        raise RewrightError(
            f"{name!r} is no name for a rule: small letters and digits, words joined by '-', at most {_LONGEST}: no-event-loop"
        )


def module_of(name: str) -> str:
    """The module of a codemod: `no-print` is in no_print.py."""
    return name.replace("-", "_")


def pattern_entry(name: str, match: str, replacement: str | None) -> str:
    """The rule for a pattern, as lines of YAML without dash and indentation."""
    first = " ".join((match if replacement is None else replacement).split())
    shown = first if len(first) <= _LONGEST else first[:_LONGEST] + " ..."
    message = f"{shown} is not wanted here." if replacement is None else f"Write {shown} instead." if shown else "Leave this out."
    lines = [f"id: {name}", pair("message", message), pair("match", match)]
    return "\n".join([*lines, *([] if replacement is None else [pair("replace", replacement)])])


def codemod_entry(name: str) -> str:
    """The rule for a codemod."""
    return f"id: {name}\n{pair('message', 'time.clock is gone since Python 3.8.')}"


def case_file(summary: str) -> str:
    """A case.yaml that expects nothing yet but what before/ and after/ say."""
    return f"summary: {scalar(summary)}\n"


def codemod_source(name: str) -> str:
    """A codemod that is small, whole, and passes its first case. Edit it into yours."""
    return _CODEMOD.replace("NAME", name)


CODEMOD_BEFORE = """\
import time
from time import clock


def measure(work):
    start = time.clock()
    work()
    return time.clock() - start, clock()
"""
CODEMOD_AFTER = CODEMOD_BEFORE.replace("time.clock()", "time.perf_counter()")
CODEMOD_EXPECT = """\
expect:
  changes:
    - a.py:6
    - a.py:8
  findings: []
  skips:
    - a.py:8 imported-by-name
  failures: []
"""
_CODEMOD = '''"""Call another function of the same module.

What it does
    `time.clock()` becomes `time.perf_counter()`, whatever the file calls the module. The rest keeps its bytes.

Why
    A function was renamed or removed.

When it skips
    `imported-by-name`: the function was imported by its own name, so the import would have to change too.

Applicability
    Always unsafe: another function runs than before.

Options
    `from`: the function that is called now, dotted.
    `to`: the name of the function in the same module that takes its place.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from engine import Applicability, Change, Codemod, Option, Project, Skip, Source


def run_file(source: Source, _: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each call of `from`."""
    for call in source.calls:
        if source.names.qualified(call.func) != options["from"]:
            continue
        if not isinstance(call.func, ast.Attribute):
            yield Skip(source.site(call), "imported-by-name", "the function was imported by its own name: change the import too")
            continue
        end = source.end(call.func)
        edit = source.edit(end - len(call.func.attr), end, options["to"])
        message = f"call {options['to']} in place of {call.func.attr}"
        yield Change(source.site(call), message, Applicability.UNSAFE, (edit,), (source.span(call),))


def hints(options: Mapping[str, Any]) -> bytes:
    """Only files that match are looked at."""
    name: str = options["from"].rpartition(".")[2]
    return name.encode()


CODEMOD = Codemod(
    name="NAME",
    summary="Call another function of the same module.",
    version=1,
    run_file=run_file,
    hints=hints,
    options=(
        Option("from", "str", "time.clock", "the function that is called now, dotted"),
        Option("to", "str", "perf_counter", "the function of the same module that takes its place"),
    ),
    doc=__doc__ or "",
)
'''
