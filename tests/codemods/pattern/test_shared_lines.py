"""Code on a line that begins, or ends, within other code: behind a header of several lines, or beside a long statement."""

import pytest
from pattern_kit import becomes

CODE = [
    "def g(a,\n      b): return f(a)\n",
    "x = (1,\n 2); f(3)\n",
    "if (x and\n    y): f(4)\n",
    "if x: y\nelif (x and\n    y): f(4)\nelse: f(5)\n",
    "with (x,\n    y): f(4)\n",
    "for a in (x,\n    y): f(4)\nelse: f(5)\n",
    "class A(B,\n        C): x = f(1)\n",
    "try: f(1)\nexcept (A,\n        B): f(2)\nelse: f(3)\nfinally: f(4)\n",
    "match x:\n    case (1,\n          2): f(3)\n    case f(x): f(y)\n",
    '"""d\n"""; f(1)\n',
    "def g(a=f(1),\n      b=f(2)): f(3); x = (f(4),\n    f(5)); f(6)\n",
    "async def g(a,\n      b): x = await f(a); y = [\n    f(f(1)),\n]; return f(x)\n",
]


@pytest.mark.parametrize("code", CODE)
def test_all_of_it_is_rewritten(code):
    wanted = code.replace("f(", "print(").replace("case print(x)", "case f(x)")
    assert becomes(code, "f($A)", "print($A)") == wanted


def test_parentheses_there():
    assert becomes("x = (1,\n 2); y = f(a, b) * 2\n", "f($A, $B)", "$A + $B") == "x = (1,\n 2); y = (a + b) * 2\n"


def test_a_statement_in_several_lines_there():
    code = "x = (1,\n 2); y = f(\n    1,  # one\n    2,\n); z = (3,\n 4)\n"
    assert becomes(code, "f($A, $B)", "print($B, $A)") == code.replace(
        "f(\n    1,  # one\n    2,", "print(\n    2,\n    1,  # one"
    )
