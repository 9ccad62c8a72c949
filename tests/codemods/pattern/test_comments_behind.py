"""A comment behind a captured statement stays behind it, alone on its line; blank lines and headers keep theirs."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import becomes, reasons, run

HEAD = "def a(*x, **k): pass\nlock = b = c = a\n"
HELD = {"match": "$L.acquire()\n$$$B\n$L.release()", "replace": "with $L:\n    $$$B"}
GUARDED = {"match": "def f(a): $$$B", "replace": "def f(a, k=0):\n    try:\n        $$$B\n    finally:\n        print(k)"}
LOOPED = {"match": "if $C:\n    $S\n    $$$B", "replace": "while $C:\n    $S\n    $$$B"}
BROKEN = {"match": "if $C: $$$B", "replace": "while $C:\n    $$$B\n    break"}
PRINTED = {"match": "if $C:\n    $S\n    $$$B", "replace": "while $C:\n    print($C)\n    $S\n    print(1)\n    $$$B"}
PART = {"match": "def f(a): $$$A", "replace": {"$$$A": "a(0)\n$$$A\na(9)"}, "not_": "def f(a):\n    a(0)\n    $$$"}
TRIED = {**PART, "replace": {"$$$A": "try:\n    $$$A\nfinally:\n    a(0)"}, "not_": "def f(a):\n    try: $$$\n    finally: $$$"}
OPENED = {"match": "with a($X): $$$B", "replace": "a($X)\n$$$B\nc()"}
CLASS = {
    "match": "class $C:\n    $$$A\n    def run(self): $$$B\n    $$$D",
    "replace": "class $C:\n    $$$A\n    def main(self): $$$B\n    $$$D",
}


@pytest.mark.parametrize(
    ("rule", "code", "expected"),
    [
        # behind the last statement of the match
        (
            GUARDED,
            "def f(a):\n    b = a\n    return b  # type: ignore\n",
            "def f(a, k=0):\n    try:\n        b = a\n        return b  # type: ignore\n    finally:\n        print(k)\n",
        ),
        (
            GUARDED,
            "def f(a):\n    if a:\n        return b  # noqa\n",
            "def f(a, k=0):\n    try:\n        if a:\n            return b  # noqa\n    finally:\n        print(k)\n",
        ),
        (PART, "def f(a):\n    return b  # noqa\n", "def f(a):\n    a(0)\n    return b  # noqa\n    a(9)\n"),
        (OPENED, "with a(1):\n    b  # one\n    c  # two\n", "a(1)\nb  # one\nc  # two\nc()\n"),
        (LOOPED, "if a:\n    b  # noqa\n", "while a:\n    b  # noqa\n"),
        (LOOPED, "if a:\n    b\nc\n", "while a:\n    b\nc\n"),
        # behind the header, and above the first statement
        (BROKEN, "if a:  # why\n    b\n", "while a:  # why\n    b\n    break\n"),
        (LOOPED, "if a:  # why\n    # one\n    b\n    # two\n    c\n", "while a:  # why\n    # one\n    b\n    # two\n    c\n"),
        (
            PRINTED,
            "if a:\n    # one\n    b\n\n    # two\n    c\n",
            "while a:\n    print(a)\n    # one\n    b\n    print(1)\n\n    # two\n    c\n",
        ),
        (TRIED, "def f(a):  # f\n    return b\n", "def f(a):  # f\n    try:\n        return b\n    finally:\n        a(0)\n"),
        # blanks
        (
            {**HELD, "replace": "with $L: $$$B"},
            "lock.acquire()\nb\nc\nlock.release()\n",
            "with lock:\n    b\n    c\n",
        ),
        (HELD, "lock.acquire()\n\nb\n\nc\n\nlock.release()\n", "with lock:\n    b\n\n    c\n"),
        (
            CLASS,
            "class C:\n    x = 1\n\n    def run(self): return 1\n\n    y = 2\n",
            "class C:\n    x = 1\n\n    def main(self): return 1\n\n    y = 2\n",
        ),
        (
            {"match": "a(0)\n$$$A\na(1)\n$$$B\na(2)", "replace": "a(3)\n$$$A\n$$$B\na(4)"},
            "a(0)\nb\n\n\na(1)\n\nc\na(2)\n",
            "a(3)\nb\n\n\nc\na(4)\n",
        ),
        (
            {"match": "a(0)\n$$$A\na(1)\n$$$B\na(2)", "replace": "a(3)\n$$$A\n$$$B\na(4)"},
            "a(0)\nb\n\n\na(1)\n\na(2)\n",
            "a(3)\nb\n\n\na(4)\n",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_becomes_of_it(rule, code, expected, newline):
    assert becomes((HEAD + code).replace("\n", newline), **rule) == (HEAD + expected).replace("\n", newline)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (HELD, "lock.acquire()\nb\nlock.release()  # noqa\n"),  # it speaks of what goes
        (HELD, "lock.acquire()\nb  # one\nlock.release()  # two\n"),
        (HELD, "lock.acquire()\nb\n# one\nlock.release()  # two\n"),
        (GUARDED, "def f(a):  # type: ignore\n    return a\n"),  # of the `def`, not of the `try`
    ],
)
def test_it_would_stand_behind_other_code(rule, code):
    assert reasons(HEAD + code, **rule) == ["comment"]


def test_the_new_code_keeps_the_comment_of_the_old():
    code = HEAD + "a(1)\nb\na(2)  # why\n"
    assert becomes(code, match="a(1)\n$X\na(2)", replace="a(3)\n$X\na(4)") == HEAD + "a(3)\nb\na(4)  # why\n"


# -- the law ---------------------------------------------------------------------------------


@st.composite
def blocks(draw, size=3, depth=1):
    """Lines of statements x1, x2, ... each with a comment behind it, and perhaps others above."""
    lines, count = [], draw(st.integers(1, size))
    for _ in range(count):
        lines += draw(st.sampled_from([[], [], [""], ["# above"], ["# above", "# above"], ["", "# above"], ["# above", ""]]))
        if depth and draw(st.integers(0, 3)) == 0:
            lines += ["for _ in a:  # behind", *(f"    {line}" if line else "" for line in draw(blocks(size=2, depth=depth - 1)))]
            lines += draw(st.sampled_from([[], ["    # below"]]))
        else:
            lines.append("x = 1  # behind")
    return lines


NOTE = st.sampled_from(["", "", "", "", "  # outer"])
RULES = {
    "held": (HELD, "lock.acquire(){}\n", "lock.release(){}\n", 0),
    "one line": ({**HELD, "replace": "with $L: $$$B"}, "lock.acquire(){}\n", "lock.release(){}\n", 0),
    "guarded": (GUARDED, "def f(a):{}\n", "", 1),
    "looped": (LOOPED, "if c:{}\n", "", 1),
    "broken": (BROKEN, "if c:{}\n", "", 1),
    "printed": (PRINTED, "if c:{}\n", "", 1),
    "part": (PART, "def f(a):{}\n", "", 1),
    "tried": (TRIED, "def f(a):{}\n", "", 1),
    "opened": (OPENED, "with a(1):{}\n", "", 1),
    "closed": (
        {"match": "try: $$$B\nfinally: $X.close()", "replace": "with a($X):\n    $$$B"},
        "try:{}\n",
        "finally:\n    b.close(){}\n",
        1,
    ),
    "turned": (
        {"match": "if c: $$$A\nelse: $$$B", "replace": "if not c: $$$B\nelse: $$$A"},
        "if c:{}\n    y = 1\nelse:{}\n",
        "",
        1,
    ),
    "around": ({"match": "a(0)\n$S\n$$$B\na(9)", "replace": "if b:\n    $S\nelse:\n    $$$B"}, "a(0){}\n", "a(9){}\n", 0),
}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(RULES)),
    blocks(),
    st.lists(NOTE, min_size=3, max_size=3),
    st.booleans(),
    st.sampled_from(["", "b = 1\n"]),
)
def test_comments_stay_where_they_stood(name, lines, notes, deep, below):
    rule, before, behind, level = RULES[name]
    notes = iter(notes)
    text = before + "".join(f"{'    ' * level}{line}\n" if line else "\n" for line in lines) + behind
    text = re.sub(r"\{\}", lambda _: next(notes), text) + below
    text = "".join(f"    {line}\n" if line else "\n" for line in ["if lock:", *text.splitlines()])[4:] if deep else text
    numbers = iter(range(1, 100))
    text = re.sub(r"\bx\b|behind|above|below|outer", lambda word: f"{word[0]}{next(numbers)}", text)
    items, after = run(HEAD + text, **rule)
    if after == HEAD + text:
        assert [item.reason for item in items] == ["comment"]
        return
    old, new = ([line.strip() for line in code.splitlines()] for code in (text, after))
    assert all(line == line.rstrip() and line.count("#") < 2 for line in after.splitlines()), after
    assert sorted(re.findall("#.*", text)) == sorted(re.findall("#.*", after)), after
    for line in old:  # code with its comment; a comment of its own
        assert new.count(line) == 1 or "outer" in line or not line or "#" not in line, (line, after)
    for one, other in zip(old, old[1:], strict=False):
        if one.startswith("# above"):
            assert new[new.index(one) + 1] == other, after
