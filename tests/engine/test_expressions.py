"""replace_expression: exact edits, proved on the tree."""

import ast

import pytest

from engine.expressions import replace_expression
from engine.skeleton import SliceError
from engine.source import Source


def replaced(text, code, pick, statement=None):
    source = Source("a.py", text.encode())
    node = next(node for node in ast.walk(source.tree) if isinstance(node, ast.expr) and source.segment(node) == pick)
    holders = [one for one in source.statements(ast.stmt) if source.start(one) <= source.start(node) < source.end(one)]
    rewrite = replace_expression(source, statement(source) if statement else holders[-1], node, code)
    for edit in sorted(rewrite.edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("text", "code", "pick", "expected"),
    [
        ("x = a * b\n", "p + q", "b", "x = a * (p + q)\n"),
        ("x = a * b\n", "p", "b", "x = a * p\n"),
        ("x = f(a)\n", "p, q", "a", "x = f((p, q))\n"),
        ("x = a.b\n", "lambda: 1", "a", "x = (lambda: 1).b\n"),
        ("if 1:\n\tx = -a ** 2\n", "-b", "a", "if 1:\n\tx = -(-b) ** 2\n"),
        ("x = (a\n  .b())\n", "a\n  .c", "a\n  .b", "x = (a\n  .c())\n"),
        ("x = 'é'; y = a\r\n", "b", "a", "x = 'é'; y = b\r\n"),
        (
            "def f():\n    for x in a:\n        a\n    return 1\n",
            "b",
            "a",
            "def f():\n    for x in b:\n        a\n    return 1\n",
        ),
    ],
)
def test_the_text_around_stays(text, code, pick, expected):
    assert replaced(text, code, pick) == expected


def test_a_header_among_hollowed_suites():
    text = "try:\n    s = '''\nx\n'''\nexcept A:  # é\n    pass\nexcept B:\n    pass\nelse:\n    A\n"
    assert replaced(text, "C", "A", lambda source: source.tree.body[0]) == text.replace("except A", "except C")


def test_what_would_mean_something_else_is_refused():
    with pytest.raises(SliceError) as raised:
        replaced("x = a\n", "1", "x")
    assert raised.value.reason == "not-as-meant"


def test_code_that_is_no_expression_is_an_error():
    with pytest.raises(SyntaxError):
        replaced("x = a\n", "p = q", "a")
