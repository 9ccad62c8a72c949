"""Alternatives with replacements of their own, and replacements of what a metavariable holds."""

import pytest
from pattern_kit import becomes, faults, found, reasons, run

from engine.model import Change, Finding

MOVES = [
    {"match": "str($X)", "replace": "repr($X)"},
    {"match": "max($X, $Y)", "replace": "json.dumps([$X, $Y])", "imports": ["json"]},
]


def test_each_alternative_has_its_replacement_and_imports():
    after = becomes("a = str(1)\nb = max(2, 3)\n", replace=None, any=MOVES)
    assert after == "import json\n\na = repr(1)\nb = json.dumps([2, 3])\n"


def test_alternatives_in_one_another_are_one_change():
    items, after = run("a = str(max(1, str(2)))\n", replace=None, any=MOVES)
    assert after == "import json\n\na = repr(json.dumps([1, repr(2)]))\n"
    assert [type(item) for item in items] == [Change]


def test_an_alternative_without_a_replacement_falls_to_the_rules_own():
    rule = {"any": [{"match": "str($X)", "replace": "repr($X)"}, "len($X)"], "replace": "ascii($X)"}
    assert becomes("str(1)\nlen(2)\n", **rule) == "repr(1)\nascii(2)\n"


def test_an_alternative_without_any_replacement_is_a_finding():
    items, after = run("str(1)\nlen(2)\n", any=[{"match": "str($X)", "replace": "repr($X)"}, "len($X)"])
    assert after == "repr(1)\nlen(2)\n"
    assert [(type(item), item.site.line) for item in items] == [(Change, 1), (Finding, 2)]
    assert items[1].reason == "no-replacement"


def test_the_first_alternative_that_matches_decides():
    rule = {"any": [{"match": "str(1)", "replace": "id()"}, {"match": "str($X)", "replace": "hash($X)"}, "str($$$)"]}
    items, after = run("str(1)\nstr(2)\nstr(1, 2)\n", **rule)
    assert after == "id()\nhash(2)\nstr(1, 2)\n"
    assert [type(item) for item in items] == [Change, Change, Finding]


def test_a_finding_within_a_change_is_told_once():
    items, after = run("str(len(1))\n", any=[{"match": "str($X)", "replace": "repr($X)"}, "len($X)"])
    assert after == "repr(len(1))\n"
    assert [type(item) for item in items] == [Change, Finding]


def test_a_change_within_a_finding():
    items, after = run("len(str(1))\n", any=[{"match": "str($X)", "replace": "repr($X)"}, "len($X)"])
    assert after == "len(repr(1))\n"
    assert sorted(type(item).__name__ for item in items) == ["Change", "Finding"]


def test_the_conditions_of_the_rule_hold_for_every_alternative():
    code = "str(1)\ndef a():\n    str(1)\n    len(2)\n"
    rule = {"any": [{"match": "str($X)", "replace": "repr($X)"}, "len($X)"], "where": {"inside": "function"}}
    items, after = run(code, **rule)
    assert after == "str(1)\ndef a():\n    repr(1)\n    len(2)\n"
    assert [item.site.line for item in items] == [3, 4]


def test_alternatives_that_undo_each_other_end_as_a_failure():
    rule = {"any": [{"match": "str($X)", "replace": "repr($X)"}, {"match": "repr($X)", "replace": "str($X)"}]}
    items, after = run("str(1)\n", **rule)
    assert after == "str(1)\n"
    assert [item.reason for item in items] == ["not-idempotent"]


def test_statements_of_each_kind():
    rule = {
        "any": [
            {"match": "assert not $X, $Y", "replace": "if $X:\n    raise ValueError($Y)"},
            {"match": "assert $X, $Y", "replace": "if not $X:\n    raise ValueError($Y)"},
        ]
    }
    code = "def f(a):\n    assert a or b, 'c'  # d\n    assert not a, 'e'\n"
    after = becomes(code, replace=None, **rule)
    assert (
        after == "def f(a):\n    if not (a or b):\n        raise ValueError('c')  # d\n    if a:\n        raise ValueError('e')\n"
    )


# -- replacements of a part --------------------------------------------------------------


def test_only_what_a_metavariable_holds_is_replaced():
    code = "a = 0\nx = max( a,   # why\n       1 )\n"
    after = becomes(code, "max($A, $B)", {"$B": "$B + 1"}, **{"not": "max($_, 1 + 1)"})
    assert after == code.replace("1 )", "1 + 1 )")


def test_two_parts_of_a_definition():
    rule = {
        "match": "def $_($$$, $NAME=$VALUE, $$$): $$$BODY",
        "where": {"$VALUE": {"is": "list"}},
        "replace": {"$VALUE": "None", "$$$BODY": "if $NAME is None:\n    $NAME = $VALUE\n$$$BODY"},
    }
    code = """\
class A:
    @b
    def f(
        self, *,
        x=[],  # why
        y: int = 1,
    ) -> int:
        # first
        y += 1

        return x  # last
"""
    assert (
        becomes(code, **rule)
        == """\
class A:
    @b
    def f(
        self, *,
        x=None,  # why
        y: int = 1,
    ) -> int:
        if x is None:
            x = []
        # first
        y += 1

        return x  # last
"""
    )


def test_parts_on_one_line_are_left_alone():
    rule = {
        "match": "def $_($NAME=$VALUE): $$$BODY",
        "where": {"$VALUE": {"is": "list"}},
        "replace": {"$VALUE": "None", "$$$BODY": "if $NAME is None:\n    $NAME = $VALUE\n$$$BODY"},
    }
    assert reasons("def f(x=[]): return x\n", **rule) == ["shares-line"]


def test_what_is_no_code_of_its_own_is_no_part():
    assert reasons("import a\n", "import $X", {"$X": "b"}) == ["not-as-meant"]


def test_comments_below_a_block_stay_in_it():
    code = "def f(a):\n    with open(a):\n        pass  # first\n\n        # last\n    # not of it\n    return a\n"
    template = "with open($A):\n    $$$B\nprint($A)"
    after = becomes(code, "with open($A): $$$B", template, where={"not-precedes": "print($_)"})
    assert after == code.replace("# last\n", "# last\n    print(a)\n")


def test_comments_behind_statements_that_stay_are_not_lost():
    code = "def f(a):\n    str(a)\n    repr(a)  # why\n    return a\n"
    after = becomes(code, "str($A)\n$$$B", "if $A:\n    ascii($A)\n$$$B")
    assert after == code.replace("    str(a)\n", "    if a:\n        ascii(a)\n")


@pytest.mark.parametrize(
    "pattern, template, before, after",
    [
        ("def $F($$$P): $$$B", "async def $F($$$P): $$$B", "def f(a) -> {1: int}[1]:", "async def f(a) -> {1: int}[1]:"),
        ("def $F($$$P): $$$B", "@print\ndef $F($$$P): $$$B", "@str\ndef f() -> 'int':", "@str\n@print\ndef f() -> 'int':"),
        ("def $F(): $$$B", "def $F(a={1: 2}): $$$B", "def f() -> int:", "def f(a={1: 2}) -> int:"),
        ("def $F($$$P): $$$B", "def $F($$$P) -> str: $$$B", "def f() -> int:", "def f() -> str:"),
        ("def $F($$$P) -> $R: $$$B", "def $F($$$P): $$$B", "def f() -> int:", "def f():"),
        ("def $F($$$P) -> int: $$$B", "def $F($$$P): $$$B", "def f() -> int:", "def f():"),
        ("def $F($$$P) -> int: $$$B", "def $F($$$P): $$$B", "def f() -> str:", "def f() -> str:"),
    ],
)
def test_a_return_annotation_that_nobody_speaks_of_is_kept(pattern, template, before, after):
    rule = {"match": pattern, "not": ["@print\ndef $_($$$): $$$", "def $_($_={1: 2}): $$$", "def $_($$$) -> str: $$$"]}
    code = f"{before}\n    # why\n    return 1\n"
    assert becomes(code, replace=template, **rule) == code.replace(before, after)


@pytest.mark.parametrize(
    "given, expected",
    [
        ({"match": "f($X)", "replace": {"$Y": "1"}}, "replace.$Y: the pattern binds no $Y; known: X"),
        ({"match": "f($X)", "replace": {"$$$X": "1"}}, "replace.$$$X: the pattern binds no $$$X"),
        ({"match": "f($X)", "replace": {"X": "1"}}, "replace.X: expected a metavariable, such as $X or $$$ARGS, not 'X'"),
        ({"match": "f($X)", "replace": {"$X": "g($Y)"}}, "replace.$X: the pattern binds no $Y; known: X"),
        ({"match": "f($X)", "replace": {"$X": "except A: $$$B"}}, "replace.$X: the pattern binds no $$$B"),
        ({"match": "f($X)", "replace": {"$X": "@a.b(1)"}}, "replace.$X: $X is replaced by an expression or a statement only"),
        ({"match": "f($X)", "replace": {}}, "replace: replace: expected a template, or a mapping"),
        ({"match": "f($X)", "replace": 3}, "replace: expected a pattern as text, and YAML reads this as a number"),
        ({"any": [{"match": "f($X)", "replace": "g($Y)"}]}, "any.0.replace: the pattern binds no $Y; known: X"),
        ({"any": [{"match": "f($X)", "replace": "g("}]}, "any.0.replace: the replacement is not Python"),
        ({"any": [{"match": "f($X)", "imports": ["json"]}]}, "any.0.imports: 'imports' is for a replacement, and this"),
        ({"any": [{"match": "f()", "replace": "g()", "imports": [1]}]}, "any.0.imports.0: 1 is no import"),
        ({"any": [{"match": "f()", "replace": "h(f())"}]}, "any.0.replace: the pattern matches its own replacement"),
        ({"any": [{"any": [{"match": "f()", "replace": "g()"}]}]}, "any.0.any.0.replace: 'replace' stands beside the rule's own"),
        (
            {"match": "f($$$)", "not": [{"match": "f()", "replace": "g()"}]},
            "not.0.replace: 'replace' stands beside the rule's own",
        ),
        ({"any": [{"match": "f()", "replace": "g()"}], "replace": "h()"}, "replace: each alternative of `any` has a `replace`"),
        (
            {"any": [{"match": "f($X)", "replace": "g()"}, "h($Y)"], "replace": "k($X)"},
            "replace: the pattern binds no $X; known: Y",
        ),
    ],
    ids=lambda case: str(case)[:60],
)
def test_faults(given, expected):
    given = {"not_" if name == "not" else name: value for name, value in given.items()}
    assert any(message.startswith(expected) for message in faults(**given)), faults(**given)


# -- the language's small gaps -----------------------------------------------------------


def test_inside_a_definition_with_a_bare_decorator():
    code = "import functools\n@functools.cache\ndef f():\n    g()\n@cache\ndef h():\n    g()\n"
    assert found("g()", code, where={"not-inside": ["@functools.cache"]}) == ["g()"]
    assert [item.site.line for item in run(code, match="g()", where={"inside": "@functools.cache"})[0]] == [4]


@pytest.mark.parametrize("parameters", ["x=[]", "a, x=[]", "x=[], a=1", "a, b, x=[], c=1, *d, **e", "a=1, x=[]"])
def test_a_lambda_with_a_default_in_any_place(parameters):
    rule = {"match": "lambda $$$, $X=$Y, $$$: $_", "where": {"$Y": {"is": "list"}}}
    assert found(code=f"f = lambda {parameters}: x\n", **rule) == [f"lambda {parameters}: x"]
    assert found(code="f = lambda a, b=1: x\n", **rule) == []


# -- matches in one another --------------------------------------------------------------


def test_what_stays_within_a_change_is_told():
    rule = {
        "any": [
            {"match": "str($X)", "replace": "repr($X)"},
            {
                "match": "print($X)",
                "transform": {"$$$N": {"source": "$X", "by": "percent-format"}},
                "replace": "max($$$N)",
            },
        ]
    }
    items, after = run("a = 1\nstr(print(f'{a:3}'))\nstr(print(f'{a}'))\n", **rule)
    assert after == "a = 1\nrepr(print(f'{a:3}'))\nrepr(max('%s', a))\n"
    assert [(type(item), getattr(item, "reason", "")) for item in items] == [(Change, ""), (Finding, "transform"), (Change, "")]


def test_many_matches_in_one_another_take_no_time():
    code = "a = 0\nx = a" + ".f()" * 80 + "\n"
    assert becomes(code, replace=None, any=[{"match": "$X.f()", "replace": "$X.g()"}]) == code.replace(".f()", ".g()")
