"""A keyword is renamed in its place: what stands before it stays before it, what stands behind it behind."""

import pytest
from pattern_kit import becomes, captures, found, reasons

BOTH = ("f($$$A, old=$V, $$$B)", "f($$$A, new=$V, $$$B)")
LATER = ("f(old=$V, $$$B)", "f(new=$V, $$$B)")
CALLS = [
    "f(old=2)",
    "f(1, old=2)",
    "f(1, *x, old=2)",
    "f(1, old=a(), z=b())",
    "f(old=2, z=3)",
    "f(old=2, *x)",
    "f(1, old=2, *x, **y)",
    "f(\n    1,  # one\n    old=2,  # two\n    z=3,  # three\n)",
]


@pytest.mark.parametrize("code", [*CALLS, "f(z=a(), old=b())", "f(1, z=a(), old=b(), **y)", "f(**y, old=2)"])
def test_a_keyword_between_two_many_is_renamed_in_its_place(code):
    assert becomes(f"{code}\n", *BOTH) == f"{code}\n".replace("old=", "new=")


@pytest.mark.parametrize("code", CALLS)
def test_a_keyword_before_many_stands_behind_the_arguments_by_place(code):
    assert becomes(f"{code}\n", *LATER) == f"{code}\n".replace("old=", "new=")


@pytest.mark.parametrize("code", ["class C(metaclass=M): pass", "class C(A, *B, metaclass=M, x=1): pass"])
def test_bases_stay_where_they_are(code):
    rule = "class $C($$$A, metaclass=M, $$$B): $$$D", "class $C($$$A, meta=M, $$$B): $$$D"
    assert becomes(f"from m import M\n{code}\n", *rule) == f"from m import M\n{code}\n".replace("metaclass", "meta")
    later = "class $C(metaclass=M, $$$B): $$$D", "class $C(meta=M, $$$B): $$$D"
    assert becomes(f"from m import M\n{code}\n", *later) == f"from m import M\n{code}\n".replace("metaclass", "meta")


def test_each_many_holds_its_side():
    held = captures("f($X, $$$A, k=$V, $$$B)", "f(1, 2, *x, z=3, k=4, y=5, *w)\n")
    assert held == {"X": "1", "A": "2, *x, z=3", "V": "4", "B": "y=5, *w"}


def test_several_keywords_and_the_same_many_twice():
    assert found("f($$$A, k=1, $$$B, l=2)", "f(0, l=2, k=1)\nf(0, k=1)\n") == ["f(0, l=2, k=1)"]
    assert found("g(f($$$A, k=1, $$$B), $$$A)", "g(f(0, k=1), 0)\ng(f(0, k=1), 1)\n") == ["g(f(0, k=1), 0)"]


def test_the_last_argument_by_place():
    assert becomes("f(1, 2, old=3, z=4)\n", "f($$$A, $X, old=$V, $$$B)", "f($$$A, $X, new=$V, $$$B)") == "f(1, 2, new=3, z=4)\n"


OTHERS = [
    ("f(1, 2)\n", "f($V, $$$B)", "f(new=$V, $$$B)"),
    ("f(1, 2, old=3)\n", "f($X, old=$V, $$$B)", "f(x=$X, new=$V, $$$B)"),
]


@pytest.mark.parametrize("code, pattern, replacement", OTHERS)
def test_no_argument_takes_the_place_of_one_before_it(code, pattern, replacement):
    assert reasons(code, pattern, replacement) == ["not-as-meant"]


def test_a_literal_keyword_and_a_call_further_in():
    assert becomes("f(1, 2, old=True, z=3)\n", "f(old=True, $$$B)", "f(new=1, $$$B)") == "f(1, 2, new=1, z=3)\n"
    assert becomes("f(1, old=2, z=3)\n", "f(old=$V, $$$B)", "[$V, f(new=$V, $$$B)]") == "[2, f(1, new=2, z=3)]\n"


def test_within_a_statement_and_within_another_match():
    code = "x = f(1, old=f(2, old=3))\n"
    assert becomes(code, *LATER) == code.replace("old", "new")
    assert becomes("return_ = f(1, old=2)\n", "return_ = f(old=$V, $$$B)", "y = f(new=$V, $$$B)\nprint(y)") == (
        "y = f(1, new=2)\nprint(y)\n"
    )
