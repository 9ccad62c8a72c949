"""How parameters are passed: a `/` and a `*` are compared as written, kept, and never lost."""

import pytest
from pattern_kit import becomes, found, reasons


@pytest.mark.parametrize(
    ("code", "match"),
    [
        ("lambda *, a: 1", "lambda a: 1"),
        ("lambda a, /: 1", "lambda a: 1"),
        ("lambda a: 1", "lambda *, a: 1"),
        ("lambda a: 1", "lambda a, /: 1"),
        ("lambda a, /, b: 1", "lambda a, $P: 1"),
        ("lambda *, a, b: 1", "lambda a, $$$P: 1"),
        ("lambda a, b, /: 1", "lambda $$$P, b: 1"),
        ("def get(a, /, b): pass", "def get(a, b): $$$B"),
        ("def get(*, a, b): pass", "def get(a, b): $$$B"),
        ("def get(self, /, **kw): pass", "def get(self, **kw): $$$B"),
    ],
)
def test_they_must_be_there_as_written(code, match):
    assert found(match, f"{code}\n") == []


@pytest.mark.parametrize(
    ("code", "match"),
    [
        ("lambda *, a: 1", "lambda *, a: 1"),
        ("lambda a, /: 1", "lambda a, /: 1"),
        ("lambda *, a: 1", "lambda $P: 1"),
        ("lambda a, /: 1", "lambda $P: 1"),
        ("lambda *, a=2: 1", "lambda $A=$V: 1"),
        ("lambda *, a: 1", "lambda $$$, a: 1"),
        ("lambda b, *, a: 1", "lambda $$$, a: 1"),
        ("lambda a, /, b: 1", "lambda a, $$$: 1"),
        ("def f(*, k: int = 1): pass", "def f($$$, $NAME: $_ = $V, $$$): $$$B"),
    ],
)
def test_a_hole_may_hold_them(code, match):
    assert found(match, f"{code}\n") == [code]


@pytest.mark.parametrize(
    ("code", "match", "replace", "expected"),
    [
        ("lambda *, a: None", "lambda $$$P: None", "lambda $$$P: 0", "lambda *, a: 0"),
        ("lambda a, /: None", "lambda $$$P: None", "lambda $$$P: 0", "lambda a, /: 0"),
        ("lambda *, a=1, b: None", "lambda $$$P: None", "lambda x, $$$P: 0", "lambda x, *, a=1, b: 0"),
        ("lambda a, b=1, /: None", "lambda $$$P: None", "lambda $$$P, **k: 0", "lambda a, b=1, /, **k: 0"),
        ("def f(a, /): pass", "def f($$$P): $$$B", "def g($$$P, x): $$$B", "def g(a, /, x): pass"),
        ("def f(self, *, a, b): pass", "def f($S, $$$P): $$$B", "def g($S, $$$P): $$$B", "def g(self, *, a, b): pass"),
        ("def f(a, /, *, b): pass", "def f($$$P): $$$B", "def g($$$P): $$$B", "def g(a, /, *, b): pass"),
        ("def f(a, /, *, x, b): pass", "def f($$$P, b): $$$B", "def g($$$P, b): $$$B", "def g(a, /, *, x, b): pass"),
        ("def f(a=1, /): pass", "def f($A=$V): $$$B", "def g($A=$V, /): $$$B", "def g(a=1, /): pass"),
        ("def f(*, a=1): pass", "def f($A=$V): $$$B", "def g(b=$V): $$$B", "def g(b=1): pass"),
    ],
)
def test_many_parameters_keep_them(code, match, replace, expected):
    assert becomes(f"x = 1\n{code}\n", match=match, replace=replace) == f"x = 1\n{expected}\n"


@pytest.mark.parametrize(
    ("code", "match", "replace"),
    [
        ("lambda *, a=1: None", "lambda $A=$V: None", "lambda $A=$V: 0"),
        ("lambda a=1, /: None", "lambda $A=$V: None", "lambda $A=$V, c=1: 0"),
        ("lambda a, /: None", "lambda $$$P: None", "lambda x, $$$P: 0"),
        ("lambda a, *, b: None", "lambda a, $P: None", "lambda a, $P: 0"),
        ("def f(*, a: int = 1): pass", "def f($A: int = $V): $$$B", "def g($A: int = $V): $$$B"),
        ("def f(*, a): pass", "def f($$$P, a): $$$B", "def g($$$P, a): $$$B"),
        ("def f(a, /, b): pass", "def f(a, $$$P): $$$B", "def g(a, $$$P): $$$B"),
    ],
)
def test_they_are_not_lost(code, match, replace):
    assert reasons(f"x = 1\n{code}\n", match=match, replace=replace) == ["not-as-meant"]


def test_a_part_that_is_replaced_leaves_them():
    rule = {"match": "def f($$$, $A=$V, $$$): $$$B", "where": {"$V": {"is": "list"}}, "replace": {"$V": "None"}}
    assert becomes("def f(a, /, *, b=[]): pass\n", **rule) == "def f(a, /, *, b=None): pass\n"
