"""By execution: what `preserve` makes of a try statement does what the try statement did.

More than 2,000 programs of the grammar in equivalence_programs.py, up to two departures from the plainest; `make equivalence`
runs all of them and goes on from there. And the control: wrong rewrites, and rewrites that forget to ask one of their
questions, are caught.
"""

import ast
import functools
import sys

import equivalence_kit as kit
import pytest
from equivalence_programs import KINDS, programs

from codemods.broad_except import obligations

PARTS = 8
INVISIBLE = {"place", "introspection", "header_comment"}  # class bodies, locals() and comments are not in the grammar

QUESTIONS = [question for question in obligations._QUESTIONS if question.__name__.strip("_") not in INVISIBLE]

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True, scope="module")
def support():
    kit.install()
    yield
    for name in ("common_utils.error_handling", "common_utils"):
        del sys.modules[name]


@functools.cache
def small():
    return tuple(programs(2))


def some():
    """All programs with one departure, and two thirds of those with two."""
    return small()[:90] + tuple(program for number, program in enumerate(small()[90:]) if number % 3)


@functools.cache
def pairs(preserve=True):
    return tuple(kit.rewrite(small()[:90] + small()[90::12], preserve)[0])


def test_the_grammar_gives_what_it_promises():
    found = small()
    assert len(found) > 3000
    assert len(some()) > 2000
    assert len({program.text for program in found}) == len(found)
    assert {program.kind for program in found} == set(KINDS)
    assert found[0].what == "plainest" and found[0].cost == 0
    whole = "".join(program.text for program in found)
    assert {type(node) for node in ast.walk(ast.parse(kit.HEAD + whole.replace("await", "")))} > {
        *(ast.Try, ast.Raise, ast.Return, ast.Break, ast.Continue, ast.Yield, ast.Assign, ast.For, ast.While, ast.With),
        *(ast.Global, ast.Nonlocal, ast.Lambda, ast.ListComp, ast.Delete, ast.Assert, ast.AsyncFunctionDef, ast.ClassDef),
    }
    for program in found:
        compile(program.text, program.what, "exec")


@pytest.mark.parametrize("part", range(PARTS))
def test_preserve_keeps_the_meaning(part):
    counted = kit.tally(some()[part::PARTS])
    assert not counted.differences, counted.differences[0]
    assert counted.rewritten > counted.programs / 2
    assert set(counted.kinds) >= set(KINDS) - {"module"}
    assert counted.runs > 10 * counted.rewritten


def test_preserve_keeps_the_meaning_at_module_level():
    modules = [program for program in programs(3) if program.kind == "module" and "except Exception:" in program.text]
    counted = kit.tally(modules[::2])
    assert not counted.differences, counted.differences[0]
    assert counted.rewritten >= 20


def test_the_default_keeps_the_meaning_where_it_keeps_exception():
    """Without preserve, a bare except and BaseException stop catching signals, a name may stay at module level, and no more."""
    left_out = {"module", "bare", "base"}
    functions = [program for program in small()[::12] if left_out.isdisjoint([program.kind, *program.what.split(", ")])]
    counted = kit.tally(functions, preserve=False)
    assert not counted.differences, counted.differences[0]
    assert counted.rewritten > counted.programs / 2


@pytest.mark.parametrize("wrong", kit.MUTANTS)
def test_a_wrong_rewrite_is_caught(wrong):
    preserve = wrong != "exc_info as it was"  # preserve leaves every handler alone that passes exc_info
    assert any(kit.difference(pair)[1] for pair in kit.planted(pairs(preserve), wrong)), f"no program tells that {wrong}"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_a_question_that_is_not_asked_is_missed(question, monkeypatch):
    monkeypatch.setattr(obligations, "_QUESTIONS", tuple(one for one in obligations._QUESTIONS if one is not question))
    assert any(map(is_caught, small()[:90] + small()[90::9])), f"no program needs {question.__name__}"


def is_caught(program):
    try:
        changed, _ = kit.rewrite([program])
    except AssertionError:  # a gate refused what came out
        return True
    return any(kit.difference(pair)[1] for pair in changed)
