"""Conditions and compositions: any, all, not, where."""

import pytest
from pattern_kit import found

CODE = """
import asyncio
from a.b import c
x(0)
for i in y:
    x(1)
    def f():
        x(2)
else:
    x(3)
while x(4):
    pass
async def g(d=x(5)):
    x(6)
    lambda: x(7)
    with a:
        x(8)
class C:
    x(9)
    def m(self):
        x(10)
        try:
            x(11)
        except E:
            x(12)
"""

PLACES = [
    ("function", "2 6 7 8 10 11 12"),
    ("coroutine", "6 8"),
    ("method", "10 11 12"),
    ("class", "9 10 11 12"),
    ("loop", "1 4"),
    ("with", "8"),
    ("try", "11"),
    ("handler", "12"),
    ("module", "0 1 3 4 5 9"),
]


def numbers(where):
    return " ".join(text[2:-1] for text in sorted(found("x($N)", CODE, where=where), key=lambda text: int(text[2:-1])))


@pytest.mark.parametrize("word, expected", PLACES)
def test_inside_words(word, expected):
    assert numbers({"inside": word}) == expected
    every = {str(number) for number in range(13)}
    assert set(numbers({"not-inside": word}).split()) == every - set(expected.split())


def test_a_class_body_runs_where_it_stands():
    code = "for i in y:\n    class C:\n        x(0)\n        def m(self): x(1)\n"
    code += "try:\n    class D:\n        x(2)\nexcept E:\n    pass\n"
    assert found("x($N)", code, where={"inside": "loop"}) == ["x(0)"]
    assert found("x($N)", code, where={"not-inside": ["loop", "try"]}) == ["x(1)"]


WHERE = [
    ({"inside": "for $I in y: $$$\nelse: $$$"}, "1 2 3"),
    ({"inside": ["function", "class"]}, "10 11 12"),
    ({"not-inside": ["function", "class"]}, "0 1 3 4 5"),
    ({"inside": {"any": ["class C: $$$", "with a: $$$"]}}, "8 9 10 11 12"),
    ({"any": [{"inside": "with"}, {"inside": "try"}]}, "8 11"),
    ({"all": [{"inside": "class"}, {"not-inside": "function"}]}, "9"),
    ({"not": {"inside": "function"}}, "0 1 3 4 5 9"),
    ({"imported": "asyncio", "inside": "with"}, "8"),
    ({"imported": "a.b", "inside": "with"}, "8"),
    ({"imported": "a.x"}, ""),
    ({"not-imported": "a.b"}, ""),
    ({"precedes": "lambda: $_"}, "6"),
    ({"follows": "$_ = $_"}, ""),
    ({"$N": {"matches": "^1.$"}}, "10 11 12"),
    ({"$N": {"not-matches": "^1"}, "inside": "method"}, ""),
    ({"$N": {"is": ["string", "name"]}}, ""),
    ({"$N": {"is": "number", "match": "12"}}, "12"),
]


@pytest.mark.parametrize("where, expected", WHERE)
def test_where(where, expected):
    assert numbers(where) == expected


@pytest.mark.parametrize(
    "code, word",
    [
        ("import a.b.c\nx(1)\n", "a.b"),
        ("def f():\n    import a.b.c as d\nx(1)\n", "a.b"),
        ("from a.b import *\nx(1)\n", "a.b"),
        ("from a.b import *\nx(1)\n", "a"),
    ],
)
def test_what_is_imported_is_part_of_all_that_holds_it(code, word):
    assert found("x($X)", code, where={"imported": word}) == ["x(1)"]
    assert found("x($X)", code, where={"imported": f"{word}.z"}) == []


KINDS = [
    ("literal", "1 -1 's' None True b'x' ..."),
    ("string", "'s'"),
    ("number", "1 -1"),
    ("bool", "True"),
    ("none", "None"),
    ("bytes", "b'x'"),
    ("name", "n"),
    ("dotted", "n n.m"),
    ("call", "c()"),
    ("f-string", "f'{n}'"),
    ("list", "[]"),
    ("tuple", "()"),
    ("dict", "{}"),
    ("set", "{1}"),
    ("lambda", "lambda:0"),
    ("comprehension", "[_for_in_n]"),
]
VALUES = "1 -1 's' None True b'x' ... n n.m c() f'{n}' [] () {} {1} lambda:0".split() + ["[z for z in n]"]


@pytest.mark.parametrize("kind, expected", [pair for pair in KINDS if pair[0] != "comprehension"])
def test_is(kind, expected):
    code = "\n".join(f"f({value})" for value in VALUES)
    assert [text[2:-1] for text in found("f($X)", code, where={"$X": {"is": kind}})] == expected.split()


def test_is_comprehension():
    assert found("f($X)", "f([z for z in n])\nf(1)", where={"$X": {"is": "comprehension"}}) == ["f([z for z in n])"]


def test_resolves_to():
    code = "from os import path as p\nimport os\nf(p.join)\nf(os.path.join)\nf(join)\nf(len)\n"
    assert found("f($X)", code, where={"$X": {"resolves-to": "os.path.join"}}) == ["f(p.join)", "f(os.path.join)"]
    assert found("f($X)", code, where={"$X": {"resolves-to": ["len", "x.y"]}}) == ["f(len)"]
    assert len(found("f($X)", code, where={"$X": {"not-resolves-to": "len"}})) == 3


def test_has_looks_below():
    code = "def f():\n    yield 1\ndef g():\n    if a:\n        return [b()]\n"
    assert found("def $F(): $$$B", code, where={"has": "yield $_"})[0].startswith("def f")
    assert found("def $F(): $$$B", code, where={"$$$B": {"has": "b()"}})[0].startswith("def g")
    assert found("def $F(): $$$B", code, where={"not-has": ["yield $_", "b()"]}) == []


def test_conditions_share_metavariables():
    code = "def f(a, b):\n    use(a)\n    use(c)\ndef g(b):\n    use(a)\n"
    assert found("use($X)", code, where={"inside": "def $F($X, $$$): $$$"}) == ["use(a)"]
    assert found("use($X)", code, where={"not-inside": "def $F($X, $$$): $$$"}) == ["use(c)", "use(a)"]


def test_another_way_to_match_is_tried_when_a_condition_refuses_the_first():
    assert found("f($$$, $X, $$$)", "f(1, 'a', 2)\nf(1)\n", where={"$X": {"is": "string"}}) == ["f(1, 'a', 2)"]


def test_inside_a_decorated_function():
    code = "@app.route('/')\ndef f():\n    x()\n@other\ndef g():\n    x()\n"
    assert found("x()", code, where={"inside": "@app.route($$$)"}) == ["x()"]


def test_any_all_not():
    code = "f(1)\ng(1)\ng(2)\nh(1)\n"
    assert found(code=code, any=["f($X)", "g($X)"]) == ["f(1)", "g(1)", "g(2)"]
    assert found(code=code, any=["f($X)", "g($X)"], not_="$_(2)") == ["f(1)", "g(1)"]
    assert found(code=code, any=["f($X)", {"match": "g($X)", "where": {"$X": {"matches": "2"}}}]) == ["f(1)", "g(2)"]
    assert found(code=code, all=["$F(1)", {"not": "f($$$)"}]) == ["g(1)", "h(1)"]
    assert found(code=code, all=["$F($X)", {"$F": {"matches": "[gh]"}}, {"$X": {"matches": "1"}}]) == ["g(1)", "h(1)"]
    assert found("$F($X)", code, not_=["f($$$)", "h($$$)"]) == ["g(1)", "g(2)"]


def test_except_star_and_several_statements_in_where():
    assert found("a()", "b()\na()\nc()\na()\n", where={"follows": "b()"}) == ["a()"]
    assert found("a()\n$$$\nz()", "a()\nz()\ny()\n", where={"precedes": "y()"}) == ["a()\nz()"]


def test_an_expression_on_a_line_of_its_own_is_what_it_is():
    pattern = "def $_():\n    $FIRST\n    $$$"
    code = 'def a():\n    "doc"\n\ndef b():\n    f()\n'
    assert found(pattern, code, where={"$FIRST": {"is": "string"}}) == ['def a():\n    "doc"']
    assert found(pattern, code, where={"$FIRST": {"matches": "^doc$"}}) == ['def a():\n    "doc"']
    assert found(pattern, code, where={"$FIRST": {"is": "call"}}) == ["def b():\n    f()"]
