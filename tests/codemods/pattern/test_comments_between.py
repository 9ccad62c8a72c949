"""Comments between the statements of a match go along with the captured statement below them, where it is clear that they may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import becomes, reasons, run

HEAD = "def a(*x): pass\nlock = a\n"
WITH = {"match": "$L.acquire()\n$$$B\n$L.release()", "replace": "with $L:\n    $$$B"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("lock.acquire()\n# do it\na(1)\nlock.release()\n", "with lock:\n    # do it\n    a(1)\n"),
        (
            "lock.acquire()\n\n# do it\n# really\n\na(1)  # one\n# and then\na(2)\n# done\nlock.release()\n",
            "with lock:\n    # do it\n    # really\n\n    a(1)  # one\n    # and then\n    a(2)\n    # done\n",
        ),
        (
            "# before\nlock.acquire()\n# do it\nif a:\n    a(1)\nlock.release()\n# after\n",
            "# before\nwith lock:\n    # do it\n    if a:\n        a(1)\n# after\n",
        ),
        (
            "if a:\n\tlock.acquire()\n\t# do it\n\t@a\n\tdef f(): pass\n\tlock.release()\n",
            "if a:\n\twith lock:\n\t\t# do it\n\t\t@a\n\t\tdef f(): pass\n",
        ),
        ("lock.acquire()\r\n# do it\r\na(1)\r\nlock.release()\r\n", "with lock:\r\n    # do it\r\n    a(1)\r\n"),
    ],
)
def test_they_go_along(code, expected):
    assert becomes(HEAD + code, **WITH) == HEAD + expected


@pytest.mark.parametrize(
    "code",
    [
        "lock.acquire()  # take it\na(1)\nlock.release()\n",  # it speaks of what goes
        "if a:\n    lock.acquire()\n# shallow\n    a(1)\n    lock.release()\n",
        "lock.acquire()\n    # deep\na(1)\nlock.release()\n",
    ],
)
def test_they_are_not_lost(code):
    assert reasons(HEAD + code, **WITH) == ["comment"]


def test_one_statement_and_the_code_around():
    code = HEAD + "a(0)\n# one\na(1)\na(2)\na(3)\n"
    assert becomes(code, match="a(0)\n$X\na(2)", replace="if a:\n    $X") == HEAD + "if a:\n    # one\n    a(1)\na(3)\n"


def test_what_stands_below_goes_along_too():
    code = HEAD + "a(0)\n# one\na(1)\n# two\na(2)\na(3)\n"
    after = becomes(code, match="a(0)\n$X\na(2)\n$Y", replace="$Y\nif a:\n    $X")
    assert after == HEAD + "a(3)\nif a:\n    # one\n    a(1)\n    # two\n"


def test_what_stands_above_the_match_stays_there():
    code = HEAD + "# one\na(1)\na(2)\n"
    assert becomes(code, match="$X\na(2)", replace="if a:\n    $X") == HEAD + "# one\nif a:\n    a(1)\n"


def test_between_two_captures_it_stays_with_the_first():
    code = HEAD + "a(0)\na(1)\n# two\na(2)\na(3)\n"
    after = becomes(code, match="a(0)\n$X\n$Y\na(3)", replace="if a:\n    $X\nelse:\n    $Y")
    assert after.count("# two") == 1


NOTES = st.sampled_from(["", "# one\n", "\n# two\n", "# one\n\n", "    # deep\n"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(NOTES, min_size=5, max_size=5),
    st.sampled_from(
        [
            ("a(0)\n$$$A\na(2)\n$$$B\na(4)", "if a:\n    $$$A\nelse:\n    $$$B"),
            ("a(0)\n$$$A\na(2)\n$$$B\na(4)", "$$$B\na(5)\n$$$A"),
            ("a(0)\n$X\na(2)\n$Y\na(4)", "while a:\n    $Y\n    $X"),
            ("a(0)\n$X\n$$$A\na(4)", "if a:\n    $$$A\n$X"),
            ("$X\na(1)\n$$$A\na(4)", "if a:\n    $$$A\n$X"),
        ]
    ),
    st.booleans(),
)
def test_each_comment_stands_as_often_as_before(notes, pattern, deep):
    code = "a(0)\n" + "".join(f"{note}a({number})\n" for number, note in enumerate(notes[:4], start=1)) + notes[4]
    code = "if lock:\n" + "".join(f"    {line}\n" if line else "\n" for line in code.splitlines()) if deep else code
    _, after = run(HEAD + code, match=pattern[0], replace=pattern[1])
    for note in ("# one", "# two", "# deep"):
        assert after.count(note) == code.count(note), after
