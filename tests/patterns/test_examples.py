"""Ideas of rules that ast-grep, Semgrep and Ruff document for Python, as Rewright patterns; the code is our own.

docs/patterns.md lists those that cannot be said.
"""

import pytest
from rewrites import REWRITES
from searches import SEARCHES

from codemods.pattern import CODEMOD, check
from engine.model import Change, Finding
from engine.process import BoundRule, process
from engine.project import Project


def run(options, code):
    filled = {option.name: option.default for option in CODEMOD.options} | options
    assert check(filled) == ()
    return process("a.py", code.encode(), [BoundRule("r", CODEMOD, filled)], Project(frozenset(), (3, 10), {}, {}), True)


@pytest.mark.parametrize("name, options, code, lines", SEARCHES, ids=[case[0] for case in SEARCHES])
def test_search(name, options, code, lines):
    items = run(options, code).items
    assert all(isinstance(item, Finding) for item in items)
    assert sorted(item.site.line for item in items) == lines


@pytest.mark.parametrize("name, options, code, after", REWRITES, ids=[case[0] for case in REWRITES])
def test_rewrite(name, options, code, after):
    result = run(options, code)
    assert all(isinstance(item, Change) for item in result.items), result.items
    assert (result.after or b"").decode() == after


def test_there_are_enough():
    assert len({case[0] for case in [*SEARCHES, *REWRITES]}) >= 40
