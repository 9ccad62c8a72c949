"""One expression for another, proved on the tree."""

import ast

import pytest

from engine import SliceError, Source, replace_expression
from engine.edits import apply_edits


def replaced(text, code):
    """The text with the expression MARK replaced by code, in the innermost statement that holds it."""
    source = Source("m.py", text.encode())
    (mark,) = (node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id == "MARK")
    found = [node for node in source.statements(ast.stmt) if any(part is mark for part in ast.walk(node))]
    statement = found[-1]
    return apply_edits(source.text, replace_expression(source, statement, mark, code).edits)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("x = MARK\n", "a + b", "x = a + b\n"),
        ("x = MARK * c\n", "a + b", "x = (a + b) * c\n"),
        ("x = -MARK\n", "a ** b", "x = -a ** b\n"),
        ("x = MARK ** 2\n", "-a", "x = (-a) ** 2\n"),
        ("x = MARK.y\n", "1", "x = (1).y\n"),
        ("f(MARK)\n", "a, b", "f((a, b))\n"),
        ("f(MARK)\n", "a for a in b", None),
        ("x = MARK if c else d\n", "lambda: 1", "x = (lambda: 1) if c else d\n"),
        ("for x in MARK: pass\n", "a, b", "for x in a, b: pass\n"),
        ("if 1:\n    return_ = (MARK)\n", "yield_", "if 1:\n    return_ = (yield_)\n"),
        ("x = 1; y = MARK; z = 2\n", "a", "x = 1; y = a; z = 2\n"),
        ("if MARK: x = 1\n", "a or b", "if a or b: x = 1\n"),
        (
            "if a:\n    x = 1\nelif MARK:\n    x = 2\nelif b:\n    x = 3\n",
            "c",
            "if a:\n    x = 1\nelif c:\n    x = 2\nelif b:\n    x = 3\n",
        ),
        (
            "if 1:\n  if a: x\n  elif b: x\n  elif MARK * 2: x\n",
            "c + d",
            "if 1:\n  if a: x\n  elif b: x\n  elif (c + d) * 2: x\n",
        ),
        ("if a: x = 1\nelse: x = MARK\n", "c", "if a: x = 1\nelse: x = c\n"),
        ("try: x = 1\nexcept A: x = MARK\nfinally: pass\n", "a + b", "try: x = 1\nexcept A: x = a + b\nfinally: pass\n"),
        ("case = MARK\n", "c", "case = c\n"),
        ("match a:\n  case 1: x = MARK\n  case 2: pass\n", "c", "match a:\n  case 1: x = c\n  case 2: pass\n"),
        ("x = 'ü', MARK\n", "b", "x = 'ü', b\n"),
        ("\x0cx = MARK\n", "b", "\x0cx = b\n"),
        ("class C:\n  \x0c\n  x = [\n MARK,\n]\n", "b", "class C:\n  \x0c\n  x = [\n b,\n]\n"),
        ("with MARK as x:\n    pass\n", "a, b", "with (a, b) as x:\n    pass\n"),
        ("x = MARK,\r\n", "f(\n  1)", "x = f(\r\n  1),\r\n"),
        ("x = not MARK\n", "a == b", "x = not a == b\n"),
        ("@MARK\ndef f(): pass\n", "a.b", "@a.b\ndef f(): pass\n"),
    ],
)
def test_replace(text, code, expected):
    if expected is None:
        with pytest.raises(SyntaxError):
            replaced(text, code + ", 2")
    else:
        assert replaced(text, code) == expected


@pytest.mark.parametrize(("text", "code"), [("MARK = 1\n", "f()"), ("del MARK\n", "1"), ("x = f'{MARK}'\n", "'a' 'b' \"c\"")])
def test_what_cannot_stand_there_is_refused(text, code):
    with pytest.raises(SliceError) as caught:
        replaced(text, code)
    assert caught.value.reason == "not-as-meant"


def test_deep_suites_below_are_not_parsed_again():
    body = "    y = [1, 2, 3]\n" * 20_000
    assert replaced(f"if MARK:\n{body}else:\n{body}", "a") == f"if a:\n{body}else:\n{body}"
