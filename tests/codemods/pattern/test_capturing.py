"""Names that a template binds catch no name of what is captured, nor of the code around."""

import pytest
from pattern_kit import becomes, reasons, run

from engine.model import Finding

LOOP = ("for $I in range(len($S)): $$$B", "for $I, item in enumerate($S):\n    $$$B")
HANDLER = ("except $E: $$$B", "except $E as err:\n    $$$B")

CAUGHT = [
    ("i = 3\na = old(i)\n", "old($X)", "[$X for i in range(3)]", "i"),
    ("i = 3\na = old(i)\n", "old($X)", "[x for x in range(3) if $X for i in y]", "i"),
    ("i = 3\na = old(i)\n", "old($X)", "lambda i: $X", "i"),
    ("i = 3\na = old(i)\n", "old($X)", "def go(i):\n    return $X", None),
    ("i = 3\nold(i)\n", "old($X)", "def go(i):\n    return $X", "i"),
    ("i = 3\nold(i)\n", "old($X)", "def go():\n    i = 2\n    return $X", "i"),
    ("err = 1\ntry:\n    a()\nexcept E:\n    print(err)\n", *HANDLER, "err"),
    ("def f(err):\n    try:\n        a()\n    except E:\n        print(err)\n", *HANDLER, "err"),
    ("def f(err):\n    try:\n        a()\n    except E:\n        pass\n    return err\n", *HANDLER, "err"),
    ("def f():\n    try:\n        a()\n    except E:\n        pass\n    return err\n", *HANDLER, "err"),
    ("def f():\n    try:\n        a()\n    except E:\n        pass\n    return lambda: err\n", *HANDLER, "err"),
    ("def f():\n    global err\n    try:\n        a()\n    except E:\n        pass\n", *HANDLER, "err"),
    ("def f(s, item):\n    for i in range(len(s)):\n        print(s[i], item)\n", *LOOP, "item"),
    ("for i in range(len(s)):\n    item = 1\n", *LOOP, "item"),
    ("n = 1\nprint(old(n))\n", "old($X)", "(n := $X)", "n"),
    ("n = 1\nprint(old(n))\n", "old($X)", "[n := x for x in $X]", "n"),
    ("class K:\n    v = 1\n    w = old(v)\n", "old($X)", "[$X for _ in range(3)]", "v"),
    ("class K:\n    v = 1\n    w = old(v)\n", "old($X)", "lambda: $X", "v"),
    ("class K:\n    v = 1\n    w = old(1)\n", "old($X)", "[v for _ in range(3)]", None),
    ("class K:\n    v = 1\n    w = v.old(1)\n", "v.old($X)", "[v.new($X) for _ in range(3)]", "v"),
]


@pytest.mark.parametrize("code, pattern, replacement, name", CAUGHT)
def test_a_name_that_would_be_caught_is_refused(code, pattern, replacement, name):
    items, after = run(code, match=pattern, replace=replacement)
    assert after == code
    if name is None:
        assert [item.reason for item in items] in (["no-statement"], ["not-imported"])
    else:
        assert [item.reason for item in items] == ["shadowed"]
        assert f"not rewritten: {name} " in items[0].message


KEPT = [
    ("i = 3\na = old(i)\n", "old($X)", "[1 for i in $X]", "[1 for i in i]"),
    ("i = 3\na = old(i)\n", "old($X)", "[$X for _ in range(3)]", "[i for _ in range(3)]"),
    ("a = old([i for i in y])\n", "old($X)", "[$X for i in range(3)]", "[[i for i in y] for i in range(3)]"),
    ("a = map(lambda i: i + 1, y)\n", "map(lambda $V: $E, $S)", "[$E for $V in $S]", "[i + 1 for i in y]"),
    ("a = [i for i in range(3)]\n", "[$X for i in range(3)]", "[$X for i in range(4)]", "[i for i in range(4)]"),
    ("class K:\n    v = 1\n    w = old(v)\n", "old($X)", "[x for x in $X]", "[x for x in v]"),
    ("v = 1\nclass K:\n    w = old(v)\n", "old($X)", "[$X for _ in range(3)]", "[v for _ in range(3)]"),
]


@pytest.mark.parametrize("code, pattern, replacement, expected", KEPT)
def test_a_name_that_is_not_caught_is_rewritten(code, pattern, replacement, expected):
    assert becomes(code, pattern, replacement).rstrip().endswith(expected)


FREE = [
    ("def f(s):\n    for i in range(len(s)):\n        print(s[i])\n", LOOP, "for i, item in enumerate(s):"),
    ("def g(item):\n    return item\n\n\nfor i in range(len(s)):\n    print(s[i])\n", LOOP, "for i, item in enumerate(s):"),
    ("try:\n    a()\nexcept A:\n    pass\nexcept B:\n    pass\n", HANDLER, "except B as err:"),
    (
        "def f():\n    try:\n        a()\n    except A:\n        pass\n    except B as err:\n        print(err)\n",
        HANDLER,
        "A as err:",
    ),
]


@pytest.mark.parametrize("code, rule, expected", FREE)
def test_a_name_that_nobody_else_says_is_bound(code, rule, expected):
    assert expected in becomes(code, *rule)


def test_a_name_that_the_pattern_binds_is_its_own():
    code = "try:\n    a()\nexcept A as err:\n    print(err)\n"
    assert becomes(code, "except A as err: $$$B", "except OSError as err: $$$B") == code.replace("A as", "OSError as")
    assert becomes("n = old(n)\nprint(n)\n", "n = old($X)", "n = new($X)", imports=["from b import new"]).endswith(
        "n = new(n)\nprint(n)\n"
    )


def test_an_import_of_the_template_may_be_there_already():
    code = "import yaml\n\nold(1)\nyaml.x()\n"
    assert becomes(code, "old($X)", "import yaml\nyaml.dump($X)") == code.replace("old(1)", "import yaml\nyaml.dump(1)")
    assert reasons("yaml = 1\nold(1)\n", "old($X)", "import yaml\nyaml.dump($X)") == ["shadowed"]
    code = "from json import dumps\n\nold(1)\nprint(dumps)\n"
    assert "from json import dumps\ndumps(1)\n" in becomes(code, "old($X)", "from json import dumps\ndumps($X)")
    assert reasons(code, "old($X)", "from yaml import dumps\ndumps($X)") == ["shadowed"]
    code = "import yaml\n\n\ndef f():\n    yaml.x()\n    old(1)\n"
    assert reasons(code, "old($X)", "import yaml\nyaml.dump($X)") == ["shadowed"]


def test_one_that_binds_a_name_waits_for_those_within():
    code = "try:\n    a()\nexcept A:\n    try:\n        b()\n    except B:\n        pass\n    c()\n"
    given = {"match": "except $E: $$$B", "replace": "except $E as err:\n    $$$B\n    print(err)"}
    items, after = run(code, **given)
    assert [item.reason for item in items if isinstance(item, Finding)] == ["nested"]
    assert after == code.replace("except B:\n        pass", "except B as err:\n        pass\n        print(err)")
    assert reasons(after, **given) == ["shadowed"]
