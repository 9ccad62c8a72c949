"""A comment stands once: a bracket of the template takes nothing from the brackets of what a metavariable holds."""

import io
import tokenize
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pattern_kit import becomes, reasons, run

LIST = "[  # list\n    1,\n    2,  # two\n]"
TUPLE = "(  # open\n    1,\n    2,\n)"


def comments(text):
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def test_a_call_of_the_template_and_one_that_is_captured():
    code = 'd = {}\nf = max\nw = d["k"] if "k" in d else f(\n    3,  # three\n)\n'
    after = becomes(code, match="$D[$K] if $K in $D else $V", replace="$D.get($K, $V)")
    assert after == 'd = {}\nf = max\nw = d.get("k", f(\n    3,  # three\n))\n'


@pytest.mark.parametrize(
    ("held", "replace", "expected"),
    [
        (LIST, "[$A, $B]", "[[  # list\n    1,\n    2,  # two\n], y]"),
        (TUPLE, "($A, $B)", "((  # open\n    1,\n    2,\n), y)"),
        (LIST, "new([1, 2], $A)", "new([1, 2], [  # list\n    1,\n    2,  # two\n])"),
        ("[  # none\n]", "new([], $A)", "new([], [  # none\n])"),
        ("{  # dict\n    1: 2,\n}", "{3: $A}", "{3: {  # dict\n    1: 2,\n}}"),
        ("g(\n    x,  # x\n)", "[g($B), $A]", "[g(y), g(\n    x,  # x\n)]"),
        ("[  # list\n    1,\n]", "[$B, [$A]]", "[y, [[  # list\n    1,\n]]]"),
    ],
)
def test_what_is_captured_keeps_its_brackets_for_itself(held, replace, expected):
    head = "x = y = 0\ndef old(*a): return a\nnew = g = old\n"
    assert becomes(f"{head}w = old({held}, y)\n", match="old($A, $B)", replace=replace) == f"{head}w = {expected}\n"


def test_the_brackets_of_the_match_itself_are_shared():
    code = "x = y = 0\ndef old(*a): return a\nnew = old\nw = old(\n    [  # list\n        1,\n    ],\n    y,  # why\n)\n"
    assert becomes(code, match="old($A, $B)", replace="new($A, $B, 1)") == code.replace("\nw = old", "\nw = new").replace(
        "y,  # why\n", "y,  # why\n    1,\n"
    )


def test_a_comment_of_what_goes_is_not_moved_elsewhere():
    code = "y = 0\ndef old(*a): return a\nw = old([  # list\n    1,\n], y)\n"
    assert reasons(code, match="old($A, $B)", replace="[$B]") == ["comment"]


def test_a_match_in_a_match_keeps_its_comments_once():
    code = "y = 0\ndef old(*a): return a\nw = old(old([  # list\n    1,\n    2,  # two\n], y), y)\n"
    after = becomes(code, match="old($A, $B)", replace="[$A, $B]")
    assert comments(after) == comments(code)


# -- the law ---------------------------------------------------------------------------------

ATOMS = ["a", "[1]", "(a, b)", "f(a)", "{1: a}"]
NOTES = st.sampled_from(["", "", " ", "\n    ", "  # one\n    ", "  # two\n", "\n    # own\n    "])


@st.composite
def values(draw, depth=2):
    """An expression in any layout, with comments in its brackets."""
    kind = draw(st.sampled_from(["atom", "[", "(", "f(", "old(", "{"]))
    if kind == "atom" or not depth:
        return draw(st.sampled_from(ATOMS))
    count = 2 if kind in ("old(", "(") else draw(st.integers(0, 3))
    items = [draw(values(depth=depth - 1)) for _ in range(count)]
    if kind == "{":
        items = [f"{number}: {item}" for number, item in enumerate(items)]
    text = kind + draw(NOTES)
    for number, item in enumerate(items):
        comma = "," if number < count - 1 or draw(st.booleans()) else ""
        text += item + draw(NOTES) + (comma + draw(NOTES) if comma else "")
    return text + {"[": "]", "{": "}"}.get(kind[-1], ")")


PATTERNS = st.sampled_from(
    [
        ("old($A, $B)", "[$A, $B]"),
        ("old($A, $B)", "($B, $A)"),
        ("old($A, $B)", "f($A)([$B])"),
        ("old($A, $B)", "{1: $A, 2: $B}"),
        ("old($$$A)", "f([$$$A])"),
        ("old($$$A)", "[f(1, $$$A), (a, b)]"),
        ("old($$$A, $B)", "f($B, [1], $$$A)"),
        ("$D[$K] if $K in $D else $V", "$D.get($K, $V)"),
        ("old($A, $B)", "f(a)[$B]"),
        ("w = $A", "w = [$A]"),
        ("w = old($A, $B)", "f($B)\nw = ($A, f(a))"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, values(), values())
@example(("old($A, $B)", "[$A, $B]"), LIST, "a")
@example(("old($A, $B)", "[$A, $B]"), f"old({LIST}, a)", "a")
def test_no_comment_stands_more_often(pattern, one, other):
    match, replace = pattern
    head = "a = b = 0\ndef old(*x): return x\nf = old\n"
    text = f"a[{one}] if {one} in a else {other}" if "$D" in match else f"old({one}, {other})"
    code = f"{head}w = {text}\n"
    _, after = run(code, match=match, replace=replace, not_="w = [$_]" if match == "w = $A" else None)
    assert not comments(after) - comments(code), after


def test_what_is_captured_and_taken_apart_shares_its_brackets():
    code = "y = 0\ndef old(*a): return a\nnew = old\nw = old(\n    1,  # one\n    y,\n)\n"
    expected = code.replace("\nw = old", "\nw = new").replace("    y,\n", "    y,\n    2,\n")
    where = {"$X": {"match": "old($$$A)"}}
    assert becomes(code, match="w = $X", where=where, replace="w = new($$$A, 2)") == expected
