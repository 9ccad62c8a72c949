"""A replacement keeps the layout of what it replaces: line breaks, alignment, trailing commas, comments, and small edits."""

import re

import pytest
from pattern_kit import becomes, faults, reasons, run

ADD = {"match": "f($$$A)", "replace": "f($$$A, z=1)", "not_": "f($$$, z=$_)"}

ADDED = [
    # one argument a line
    ("f(\n    a,\n    'w',\n)", "f(\n    a,\n    'w',\n    z=1,\n)"),
    ("f(\n    a,\n    'w'\n)", "f(\n    a,\n    'w',\n    z=1\n)"),
    ("f(\n    a\n)", "f(\n    a,\n    z=1\n)"),
    ("f(\n    a,\n)", "f(\n    a,\n    z=1,\n)"),
    ("f(\n    a,\n    b)", "f(\n    a,\n    b,\n    z=1)"),
    ("f(\n    k=a\n    )", "f(\n    k=a,\n    z=1\n    )"),
    ("f(\n\ta,\n)", "f(\n\ta,\n\tz=1,\n)"),
    ("f(\n    a\n    , b\n)", "f(\n    a\n    , b\n    , z=1\n)"),
    # aligned with the first argument
    ("f(a,\n  b)", "f(a,\n  b,\n  z=1)"),
    ("f(a,\n  b,\n  )", "f(a,\n  b,\n  z=1,\n  )"),
    ("f('a'\n  'b')", "f('a'\n  'b', z=1)"),
    ("f(a, b,\n  k=1,\n  l=2)", "f(a, b,\n  k=1,\n  l=2,\n  z=1)"),
    # several arguments a line
    ("f(a, b,\n  c, d)", "f(a, b,\n  c, d, z=1)"),
    ("f(a, b,\n  c)", "f(a, b,\n  c, z=1)"),
    ("f(\n    a, b\n)", "f(\n    a, b, z=1\n)"),
    (f"f(\n    a, {'b' * 70}\n)", f"f(\n    a, {'b' * 70},\n    z=1\n)"),
    # one line, and an argument of several
    ("f( a )", "f( a, z=1 )"),
    ("f(a, )", "f(a, z=1, )"),
    ("f()", "f(z=1)"),
    ("f(\n)", "f(\n    z=1\n)"),
    ("f(a, [\n    1,\n])", "f(a, [\n    1,\n], z=1)"),
    ("f([\n    1,\n], b)", "f([\n    1,\n], b, z=1)"),
    ('f("""a\n  b""")', 'f("""a\n  b""", z=1)'),
    ("f(\n    a, lambda x, y: 1,\n)", "f(\n    a, lambda x, y: 1, z=1,\n)"),
    ("f(\n    a,\n    lambda x, y: 1,\n)", "f(\n    a,\n    lambda x, y: 1,\n    z=1,\n)"),
    # parentheses and strings in parts
    ("f((a), (b))", "f((a), (b), z=1)"),
    (
        "f(\n    (\n        'a'\n        'b'\n    ),\n    c,\n)",
        "f(\n    (\n        'a'\n        'b'\n    ),\n    c,\n    z=1,\n)",
    ),
    ("f(x\n  for x in y)", "f((x\n  for x in y), z=1)"),
    # comments
    ("f(\n    a,  # the file\n)", "f(\n    a,  # the file\n    z=1,\n)"),
    ("f(\n    a  # the file\n)", "f(\n    a,  # the file\n    z=1\n)"),
    ("f(\n    a,\n    # the file\n    b\n)", "f(\n    a,\n    # the file\n    b,\n    z=1\n)"),
    ("f(\n    a,\n    # b,\n)", "f(\n    a,\n    z=1,\n    # b,\n)"),
    ("f(  # call\n    a\n)", "f(  # call\n    a,\n    z=1\n)"),
    ("f(  # call\n)", "f(  # call\n    z=1\n)"),
    ("f(a  # the file\n  )", "f(a, z=1  # the file\n  )"),
    ("f(a,  # one\n  b)  # two", "f(a,  # one\n  b,\n  z=1)  # two"),
    ("f(\n    a, b  # both\n)", "f(\n    a, b, z=1  # both\n)"),
    (
        "f(\n    a,  # one\n    b\n    # two\n    ,\n    # three\n)",
        "f(\n    a,  # one\n    b\n    # two\n    ,\n    z=1,\n    # three\n)",
    ),
    ("f(\n    a,  # type: ignore[arg]\n    b,  # noqa\n)", "f(\n    a,  # type: ignore[arg]\n    b,  # noqa\n    z=1,\n)"),
]


@pytest.mark.parametrize("code, expected", ADDED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_argument_is_added(code, expected, newline):
    code, expected = (
        f"y = b = c = d = 0\n{code}\n".replace("\n", newline),
        f"y = b = c = d = 0\n{expected}\n".replace("\n", newline),
    )
    assert becomes("def f(*a, **k): pass\n".replace("\n", newline) + code, **ADD).partition(newline)[2] == expected


CHANGED = [
    # lost, exchanged, moved
    ("f($A, $B)", "f($A)", "f(\n    a,\n    b,\n)", "f(\n    a,\n)"),
    ("f($A, $B)", "f($B)", "f(\n    a,\n    b,  # b\n)", "f(\n    b,  # b\n)"),
    ("f($A, $B, $C)", "f($A, $C)", "f(a,\n  b,\n  c)", "f(a,\n  c)"),
    ("f($A, $B, $C)", "f($A, $C)", "f(a,  # a\n  b, c)", "f(a,  # a\n  c)"),
    ("f($A, $B)", "f($A)", "f(a,  # a\n  b)", "f(a  # a\n  )"),
    ("f($$$A)", "f(0, $$$A)", "f(\n    # a\n    a,\n)", "f(\n    0,\n    # a\n    a,\n)"),
    ("f($$$A)", "f(0, $$$A)", "f(a,\n  b)", "f(0,\n  a,\n  b)"),
    ("f($A, $$$B)", "f($A, 0, $$$B)", "f(\n    a,  # a\n    b\n)", "f(\n    a,  # a\n    0,\n    b\n)"),
    ("f($$$A, k=$V)", "f($$$A, key=$V)", "f(\n    a,  # a\n    k=b,\n    c=d,\n)", "f(\n    a,  # a\n    c=d,\n    key=b,\n)"),
    ("f($A, b)", "f($A, c + d)", "f(\n    a,  # a\n    b,  # b\n)", "f(\n    a,  # a\n    c + d,  # b\n)"),
    ("f($$$A)", "f($$$A, 0, z=1)", "f(\n    a,  # a\n)", "f(\n    a,  # a\n    0,\n    z=1,\n)"),
    ("f($$$A)", "f($$$A, 0, z=1)", "f(a, b  # both\n  )", "f(a, b, 0, z=1  # both\n  )"),
    ("f($$$A)", "f(0, 1, $$$A)", "f(  # f\n    a,  # a\n)", "f(  # f\n    0,\n    1,\n    a,  # a\n)"),
    ("f($A, $B)", "g($B, $A)", "f(\n    a,\n    b\n)", "g(\n    b,\n    a\n)"),
    ("f($A, $$$B)", "g($$$B)", "f(\n    a,\n    # b\n    b,\n)", "g(\n    # b\n    b,\n)"),
    ("f($A, $$$B)", "g($$$B)", "f(a,\n  # b\n  b)", "g(\n  # b\n  b)"),
    ("f($A, $$$B)", "g($$$B)", "f(a,\n  b)", "g(b)"),
    # another name: what is aligned stays so
    ("f($$$A)", "func($$$A)", "f(a,\n  [1,\n   2],\n  '''\n  s''')", "func(a,\n     [1,\n      2],\n     '''\n  s''')"),
    ("func($$$A)", "f($$$A)", "func(a,\n     b\n)", "f(a,\n  b\n)"),
    ("f($$$A)", "func($$$A)", "f(\n    a,\n)", "func(\n    a,\n)"),
    ("f($X)", "func($X)", "f(a\n  + b)", "func(a\n     + b)"),
    ("f($$$A)", "f($$$A, (0, 1))", "f(a, 'x',\n  b)", "f(a, 'x',\n  b, (0, 1))"),
    # out of one call and into another
    ("f(g($$$A))", "g($$$A)", "f(g(\n    a,\n    b,\n))", "g(\n    a,\n    b,\n)"),
    ("f(g($$$A))", "g($$$A)", "f(\n    g(\n        a,  # a\n        b,\n    )\n)", "g(\n    a,  # a\n    b,\n)"),
    ("f($X)", "$X", "f(\n    g(\n        a,\n    )\n)", "g(\n    a,\n)"),
    ("f($$$A)", "g(f2($$$A, z=1))", "f(\n    a,  # a\n    b,\n)", "g(f2(\n    a,  # a\n    b,\n    z=1,\n))"),
    # a template that has lines of its own
    ("f($A)", "f(\n    $A,\n    z=1,\n)", "if a:\n    x = f(b)", "if a:\n    x = f(\n        b,\n        z=1,\n    )"),
    ("f($A)", "f(\n    $A,\n    z=1,\n)", "f(a,\n  )", "f(a, z=1,\n  )"),
    # other brackets
    ("[$$$A]", "[0, $$$A]", "[\n    a,  # a\n    b,\n]", "[\n    0,\n    a,  # a\n    b,\n]"),
    ("($$$A, c)", "($$$A, c, d)", "x = (a,\n     c)", "x = (a,\n     c,\n     d)"),
    ("{$$$A, c}", "{$$$A, c, d}", "{\n    a,\n    c\n}", "{\n    a,\n    c,\n    d\n}"),
    ("{**$$$A}", "{**$$$A, 'z': 1}", "{\n    'a': a,  # a\n    'b': b,\n}", "{\n    'a': a,  # a\n    'b': b,\n    'z': 1,\n}"),
    ("$X[$A, $B]", "$X[$A, $B, 0]", "a[\n    b,  # b\n    c,\n]", "a[\n    b,  # b\n    c,\n    0,\n]"),
    (
        "from os import $$$A",
        "from os import $$$A, sep",
        "from os import (\n    path,  # why\n)",
        "from os import (\n    path,  # why\n    sep,\n)",
    ),
    (
        "from os import $$$A",
        "from posix import $$$A",
        "from os import (path,\n                link)",
        "from posix import (path,\n                   link)",
    ),
    ("import $$$A", "import $$$A, sys", "import os, \\\n    re", "import os, \\\n    re, sys"),
    (
        "def f($$$P): $$$B",
        "def f($$$P, z=1): $$$B",
        "def f(\n    a,  # a\n    *,\n    b=2,\n):  # f\n    return a",
        "def f(\n    a,  # a\n    *,\n    b=2,\n    z=1,\n):  # f\n    return a",
    ),
    (
        "def f(self, $$$P): $$$B",
        "def f(self, *, $$$P): $$$B",
        "def f(self,\n      a): pass",
        "def f(self,\n      *,\n      a): pass",
    ),
    ("def f($$$P): $$$B", "async def f($$$P): $$$B", "def f(a,\n      b): pass", "async def f(a,\n            b): pass"),
    (
        "class C($$$B): $$$S",
        "class C($$$B, metaclass=D): $$$S",
        "class C(\n    a,\n    b,  # b\n):\n    x = 1",
        "class C(\n    a,\n    b,  # b\n    metaclass=D,\n):\n    x = 1",
    ),
    ("@d($$$A)", "@d($$$A, z=1)", "@d(\n    a,  # a\n)\ndef f(): pass", "@d(\n    a,  # a\n    z=1,\n)\ndef f(): pass"),
    (
        "with f($$$A): $$$B",
        "with f($$$A, z=1): $$$B",
        "with f(\n    a,  # a\n):\n    b()",
        "with f(\n    a,  # a\n    z=1,\n):\n    b()",
    ),
    ("x = f($$$A)", "x = f($$$A, z=1)", "x = f(\n    a,  # a\n)", "x = f(\n    a,  # a\n    z=1,\n)"),
    # what is written without brackets
    ("$A and b", "$A and not b", "x = (a  # a\n     and b)", "x = (a  # a\n     and not b)"),
    ("$A == None", "$A is None", "x = (a\n     == None)", "x = (a\n     is None)"),
    # literals stay as they were written
    ("f('a', $$$A)", "f('a', $$$A, 16)", 'f("a", 0x1,\n  b)', 'f("a", 0x1,\n  b, 16)'),
]


@pytest.mark.parametrize("pattern, replacement, code, expected", CHANGED)
def test_layout(pattern, replacement, code, expected):
    before = "a = b = c = d = f = func = f2 = g = D = 0\n"
    given = {"match": pattern, "replace": replacement}
    done = re.sub(r"\$[A-Z]", "$_", re.sub(r"\$\$\$[A-Z]", "$$$", replacement))
    given |= {"not_": done} if faults(**given) or pattern.startswith("@") else {}  # else it would match what it has written
    items, after = run(before + code + "\n", **given)
    assert [getattr(item, "reason", "") for item in items if getattr(item, "reason", "")] == [] and items
    assert after == before + expected + "\n"


LOST = [
    ("f($A, $B)", "f($A)", "f(\n    a,\n    b,  # b\n)"),
    ("f($A, $B)", "f($B)", "f(\n    # a\n    a,\n    b,\n)"),
    ("f($$$A)", "g", "f(\n    a,  # a\n)"),
    ("f($$$A, k=$V)", "f($$$A, key=$V)", "f(\n    k=a,  # why\n    z=b,\n)"),
    ("f($A)", "$A + 1", "f(  # f\n    a)"),
]


@pytest.mark.parametrize("pattern, replacement, code", LOST)
def test_a_comment_of_what_goes_is_not_lost(pattern, replacement, code):
    assert reasons(f"a = b = g = 0\ndef f(*a): pass\n{code}\n", pattern, replacement) == ["comment"]


def test_matches_in_one_another_keep_their_layouts():
    code = "x = f(\n    f(a,\n      b),  # inner\n    [\n        f(\n            c,\n        ),\n    ],\n)\n"
    expected = "x = f(\n    f(a,\n      b,\n      z=1),  # inner\n    [\n        f(\n            c,\n            z=1,\n"
    expected += "        ),\n    ],\n    z=1,\n)\n"
    assert becomes("a = b = c = 0\ndef f(*a, **k): pass\n" + code, **ADD).endswith(expected)


def test_comments_stay_with_what_they_stand_behind():
    code = "x = [  # all\n    a,  # a\n    [b, [c]],  # b\n    [\n        d,  # d\n    ]  # end\n]\n"
    expected = (
        "x = [  # all\n    0,\n    a,  # a\n    [0, b, [0, c, 1], 1],  # b\n    [\n        0,\n        d,  # d\n        1,\n"
    )
    expected += "    ],  # end\n    1\n]\n"
    given = {"match": "[$X, $$$A]", "replace": "[0, $X, $$$A, 1]", "not_": "[0, $$$]"}
    assert becomes("a = b = c = d = 0\n" + code, **given) == "a = b = c = d = 0\n" + expected


def test_edits_are_small():
    code = "def f(*a, **k): pass\ny = f(\n    1,  # one\n    'two',\n), f(3)\n"
    items, _ = run(code, **ADD)
    assert [(edit.start - code.index("y ="), edit.end - edit.start, edit.text) for item in items for edit in item.edits] == [
        (32, 0, "    z=1,\n"),
        (38, 0, ", z=1"),
    ]
    items, _ = run("def f(a,\n      b):\n    return a\n", match="def f($$$P): $$$B", replace="def func($$$P): $$$B")
    assert [edit.text for edit in items[0].edits] == ["func", "   "]


def test_lines_that_are_not_touched_keep_their_line_endings():
    code = "def f(*a, **k): pass\r\nf(\r\n    1,\n    2,\r\n)\r\n"
    assert becomes(code, **ADD) == code.replace("    2,\r\n", "    2,\r\n    z=1,\r\n")


NAMES = [
    # as the author said it there
    ("import requests\nfrom requests import get as fetch\nrequests.get(1)\nfetch(2)\n", "requests.get(1, z=1)\nfetch(2, z=1)\n"),
    ("import requests as r\nr.get(1)\n", "r.get(1, z=1)\n"),
    ("from requests import get as fetch\nfetch(1)\n", "fetch(1, z=1)\n"),
    # else through the module where it is imported, else through the name
    ("import requests\nfrom requests import get as fetch, post\npost(1)\n", "requests.get(1, z=1)\n"),
    ("from requests import get as fetch, post\npost(1)\n", "fetch(1, z=1)\n"),
    ("import requests\nfrom requests import get as fetch, post\ndef g(requests):\n    post(1)\n", "    fetch(1, z=1)\n"),
    ("import requests\nfrom requests import get as fetch\nrequests.post(fetch)\n", "requests.get(fetch, z=1)\n"),
]


@pytest.mark.parametrize("code, end", NAMES)
def test_a_name_is_said_as_it_was(code, end):
    given = {"any": ["requests.get($$$A)", "requests.post($$$A)"], "not_": "requests.get($$$, z=$_)"}
    assert becomes(code, replace="requests.get($$$A, z=1)", **given).endswith(end)
    given |= {"match": "$CALL($$$A)", "any": ["requests.get($$$)", "requests.post($$$)"]}
    captured = becomes(code, replace="$CALL($$$A, z=1)", **given | {"not_": "$_($$$, z=$_)"})
    assert captured == code.replace("(1)", "(1, z=1)").replace("(2)", "(2, z=1)").replace("post(fetch)", "post(fetch, z=1)")
