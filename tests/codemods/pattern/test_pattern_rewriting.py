"""What a replacement makes of a match: text kept, parentheses where they must be, blocks moved, imports planned."""

import pytest
from pattern_kit import becomes, run

EXPRESSIONS = [
    # parentheses exactly where they must be
    ("len($X) == 0", "not $X", "x = len(a) == 0", "x = not a"),
    ("len($X) == 0", "not $X", "x = len(a or b) == 0", "x = not (a or b)"),
    ("len($X) == 0", "not $X", "x = len(a == b) == 0", "x = not a == b"),
    ("len($X) == 0", "not $X", "x = (len(a) == 0)", "x = (not a)"),
    ("len($X) == 0", "not $X", "x = (len(a) == 0) is b", "x = (not a) is b"),
    ("len($X) == 0", "not $X", "x = len(a) == 0 or b", "x = not a or b"),
    ("not $X", "len($X) == 0", "x = -(not a)", "x = -(len(a) == 0)"),
    ("pow($X, $Y)", "$X ** $Y", "x = pow(a + b, -c)", "x = (a + b) ** -c"),
    ("pow($X, $Y)", "$X ** $Y", "x = pow(-a, 2)", "x = (-a) ** 2"),
    ("pow($X, $Y)", "$X ** $Y", "x = -pow(a, b)", "x = -a ** b"),
    ("pow($X, $Y)", "$X ** $Y", "x = pow(a, b).c", "x = (a ** b).c"),
    ("str($X)", "$X.text", "x = str(1)", "x = (1).text"),
    ("str($X)", "$X.text", "x = str(a + b)", "x = (a + b).text"),
    ("str($X)", "$X.text", "x = str(lambda: 0)", "x = (lambda: 0).text"),
    ("list($X)", "sorted($X)", "x = list(a for a in b)", "x = sorted(a for a in b)"),
    ("list($X)", "sorted($X, key=str)", "x = list(a for a in b)", "x = sorted((a for a in b), key=str)"),
    ("str($X)", "sum($X, 0)", "x = str((a, b))", "x = sum((a, b), 0)"),
    # text is kept
    ("str($X)", "repr($X)", "x = str(  {'a':1,   # one\n  'b': 0x10}  )", "x = repr(  {'a':1,   # one\n  'b': 0x10}  )"),
    (
        "str($$$A)",
        "repr($$$A)",
        "x = str(a,\n        b = 'c',  # d\n        *e)",
        "x = repr(a,\n         b = 'c',  # d\n         *e)",
    ),
    ("str($$$A, k=$V)", "repr($$$A, key=$V)", "x = str(1, k=2, z=3)", "x = repr(1, z=3, key=2)"),
    ("str($$$A, k=$V)", "repr($$$A, key=$V)", "x = str(k=2)", "x = repr(key=2)"),
    ("str($A, $$$B)", "repr($$$B, $A)", "x = str(1)", "x = repr(1)"),
    ("str($A, $B)", "repr($B, $A, $B)", "x = str(1, 2)", "x = repr(2, 1, 2)"),
    ("str($X)", "$X", "x = str(a, ) + str('é')", "x = a + 'é'"),
    ("$X == None", "$X is None", "x = a == None and b == None", "x = a is None and b is None"),
    ("dict($K=$V)", "{'k': $V}", "x = dict(a=1)", "x = {'k': 1}"),
    ("$X.old", "$X.new", "a.old = b.old\ndel c.old", "a.new = b.new\ndel c.new"),
    # matches in one another: one change
    ("str($X)", "repr($X)", "x = str(a + str(b))", "x = repr(a + repr(b))"),
    ("str($X)", "not $X", "x = str(a + str(b))", "x = not a + (not b)"),
    ("$X + $Y", "sum([$X, $Y])", "x = a + b + c + d", "x = sum([sum([sum([a, b]), c]), d])"),
    ("$X + $Y", "$Y - $X", "x = a + (b + c) * 2", "x = (c - b) * 2 - a"),
    ("$X.f()", "repr($X)", "x = a.f().g().f()", "x = repr(repr(a).g())"),
]


@pytest.mark.parametrize("pattern, replacement, code, expected", EXPRESSIONS)
def test_expressions(pattern, replacement, code, expected):
    names = "a = b = c = d = e = 0\n" if "a.old" not in code else "a = b = c = 0\n"
    assert becomes(names + code + "\n", pattern, replacement) == names + expected + "\n"


@pytest.mark.parametrize("depth", [1, 13, 40])
def test_matches_in_one_another_have_no_limit_of_passes(depth):
    code = "str(" * depth + "0" + ")" * depth + "\n"
    assert becomes(code, "str($X)", "repr($X)") == code.replace("str", "repr")


STATEMENTS = [
    # the header changes, the block stays where it is
    (
        "except OSError as $E: $$$B",
        "except (OSError, ValueError) as $E: $$$B",
        "try:\n    a()\nexcept OSError as e:  # why\n    # first\n    b(e)  # last\n    # behind\nc()\n",
        "try:\n    a()\nexcept (OSError, ValueError) as e:  # why\n    # first\n    b(e)  # last\n    # behind\nc()\n",
    ),
    # blocks move; strings keep their insides
    (
        "if $A:\n    if $B: $$$C",
        "if $A and $B:\n    $$$C",
        "if a or c:\n    if b:\n        '''\n  in\n'''\n        a(b,\n          c)\n\n        # note\n        b()\nc()\n",
        "if (a or c) and b:\n    '''\n  in\n'''\n    a(b,\n      c)\n\n    # note\n    b()\nc()\n",
    ),
    (
        "$L.acquire()\n$$$B\n$L.release()",
        "with $L:\n    $$$B",
        "a.acquire()\nb()\nif b:\n  c()\na.release()\n",
        "with a:\n  b()\n  if b:\n    c()\n",
    ),
    ("with $C: $$$B", "$C\n$$$B", "if a:\n\twith b:\n\t\ta()\n\t\tc()\n", "if a:\n\tb\n\ta()\n\tc()\n"),
    (
        "if True: $$$B",
        "$$$B",
        "if a:\n    if True:\n        # why\n        b()\n    c()\n",
        "if a:\n    # why\n    b()\n    c()\n",
    ),
    (
        "try: $$$B\nexcept $E: pass",
        "with contextlib.suppress($E): $$$B",
        "import contextlib\ntry:\n    a()\nexcept KeyError:\n    pass\n",
        "import contextlib\nwith contextlib.suppress(KeyError):\n    a()\n",
    ),
    # several for one, one for several
    ("print($X)", "a($X)\nb($X)", "if c:\n    print(1)\n", "if c:\n    a(1)\n    b(1)\n"),
    ("$X = $V\nreturn $X", "return $V", "def f():\n    x = a\n    return x\n", "def f():\n    return a\n"),
    # deleting
    ("print($$$)", "", "a()\nprint(1)\nb()\n", "a()\nb()\n"),
    ("print($$$)", "", "def f():\n    print(1)\n    print(2)\n", "def f():\n    pass\n"),
    ("import os", "", "import os\nimport sys\n", "import sys\n"),
    ("@staticmethod", "", "class A:\n    @staticmethod\n    def f(): pass\n", "class A:\n    def f(): pass\n"),
    ("assert $X", "", "if a: assert b\nc()\n", "if a: pass\nc()\n"),
    # definitions and clauses
    (
        "def $F(self, $$$P): $$$B",
        "def $F(self, *, $$$P): $$$B",
        "class A:\n    # c\n    @a\n    def f(self, x=1, **k):  # d\n        '''doc'''\n        b()\n",
        "class A:\n    # c\n    @a\n    def f(self, *, x=1, **k):  # d\n        '''doc'''\n        b()\n",
    ),
    (
        "async def $F($$$P): $$$B",
        "def $F($$$P): $$$B",
        "async def f(a,\n            b): return a\n",
        "def f(a,\n      b): return a\n",
    ),
    (
        "class $C(object): $$$B",
        "class $C: $$$B",
        "class A(object):\n    '''a'''\n    x = 1\n",
        "class A:\n    '''a'''\n    x = 1\n",
    ),
    ("@a\ndef $F($$$P): $$$B", "@b\ndef $F($$$P): $$$B", "@a\ndef f():\n    c()\n", "@b\ndef f():\n    c()\n"),
    ("@a($X)", "@b($X)", "@a(1)\ndef f(): pass\n", "@b(1)\ndef f(): pass\n"),
    (
        "for $I in range(len($X)): $$$B",
        "for $I, _ in enumerate($X): $$$B",
        "for i in range(len(a)):\r\n    b(i)\r\n",
        "for i, _ in enumerate(a):\r\n    b(i)\r\n",
    ),
    ("$X = $X + $Y", "$X += $Y", "c = c + (a or b)\n", "c += a or b\n"),
]


@pytest.mark.parametrize("pattern, replacement, code, expected", STATEMENTS)
def test_statements(pattern, replacement, code, expected):
    names = "a = b = c = d = e = 0\n" if "\r" not in code else "a = b = 0\r\n"
    assert becomes(names + code, pattern, replacement) == names + expected


def test_blocks_within_blocks():
    loop = "for a in b:\n    if a:\n        for c in d:\n            for e in c:\n                print(e)\n    print(a)\n"
    given = {
        "match": "for $I in $X: $$$B",
        "replace": "for $I in iter($X):\n    if $I:\n        $$$B",
        "not_": "for $_ in iter($_): $$$",
    }
    items, after = run("b = d = ()\n" + loop, **given)
    assert [(type(item).__name__, item.site.line) for item in items] == [("Change", 2), ("Change", 4), ("Change", 5)]
    assert after.count("iter(") == 3 and "                        if e:\n                            print(e)\n" in after
    items, after = run("b = d = ()\n" + loop, unsafe=False, **given)
    assert [item.reason for item in items] == ["nested", "nested", "needs-unsafe"]


def test_case_clauses():
    code = "def f(x):\n    match x:\n        case 1:\n            pass\n        case 2:\n            return 0\n"
    assert becomes(code, "case 1: $$$B", "case 1 | 3: $$$B", python=(3, 10)) == code.replace("case 1", "case 1 | 3")


IMPORTS = [
    ("import asyncio as aio\naio.get_event_loop()\n", "import asyncio as aio\naio.get_running_loop()\n"),
    (
        "from asyncio import get_event_loop as g\ng()\n",
        "from asyncio import get_event_loop as g\nimport asyncio\nasyncio.get_running_loop()\n",
    ),
    (
        "from asyncio import get_event_loop, get_running_loop as r\nget_event_loop()\n",
        "from asyncio import get_event_loop, get_running_loop as r\nr()\n",
    ),
    ("import asyncio.tasks\nasyncio.get_event_loop()\n", "import asyncio.tasks\nasyncio.get_running_loop()\n"),
]


@pytest.mark.parametrize("code, expected", IMPORTS)
def test_names_of_modules_are_said_as_the_file_says_them(code, expected):
    assert becomes(code, "asyncio.get_event_loop()", "asyncio.get_running_loop()") == expected


def test_imports_are_planned():
    code = "def f(x):\n    return str(x)\n"
    assert becomes(code, "str($X)", "json.dumps($X)") == "import json\n\n\n" + code.replace("str", "json.dumps")
    assert becomes(code, "str($X)", "dumps($X)", imports=["from json import dumps"]).startswith("from json import dumps\n")
    assert becomes(code, "str($X)", "parse.quote($X)", imports=["from urllib import parse"]).startswith(
        "from urllib import parse\n"
    )
    assert becomes(code, "str($X)", "concurrent.futures.wait($X)").startswith("import concurrent.futures\n")
    assert becomes(code, "str($X)", "J.dumps($X)", imports=["import json as J"]).startswith("import json as J\n")
    assert becomes("import json\n" + code, "str($X)", "json.dumps($X)").count("import") == 1
    two = becomes(code, "str($X)", "loads(D($X))", imports=["from json import dumps as D, loads"])
    assert two == "from json import dumps as D\nfrom json import loads\n\n\ndef f(x):\n    return loads(D(x))\n"
    two = becomes(code, "str($X)", "yaml.load(json.dumps($X))", imports=["json, yaml"])
    assert two.startswith("import json\nimport yaml\n")


def test_a_replacement_that_says_the_same_is_no_change():
    for code, pattern in [
        ("x = f( 1 )\n", "f($X)"),
        ("assert (lambda: 0)\n", "assert $X"),
        ("@a\ndef f(b=(1)): 0\n", "def f(b=$X): 0"),
    ]:
        assert run(code, match=pattern, replace=pattern) == ((), code)


def test_bytes_outside_are_kept():
    code = "\ufeff# é\r\nx = 'é' + str(1)\r\n\x0c\r\ny = 2"
    assert becomes(code, "str($X)", "repr($X)") == code.replace("str", "repr")


def test_applicability_and_message():
    items, _ = run("str(1)\n", match="str($X)", replace="repr($X)", applicability="manual", message="no $X here, $y")
    assert (items[0].reason, items[0].message) == ("manual", "no 1 here, $y")
    items, _ = run("str(1)\n", unsafe=False, match="str($X)", replace="repr($X)")
    assert items[0].reason == "needs-unsafe"
    items, _ = run("str(1)\n", unsafe=False, match="str($X)", replace="repr($X)", applicability="safe")
    assert items[0].applicability == "safe"
