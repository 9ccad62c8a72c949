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


SHARED_LINES = [
    "def g(a,\n      b): return MARK\n",
    "x = (1,\n 2); MARK\n",
    "MARK; x = (1,\n 2)\n",
    "y = (1,\n 2); MARK; x = (1,\n 2)\n",
    "y = (1,\n 2); z = (3,\n 4); MARK; u; x = (1,\n 2); y\n",
    "if (x and\n    y): MARK\n",
    "if (x and\n    y): MARK\nelse: z\n",
    "if a: z\nelif (x and\n    y): MARK\nelse: z\n",
    "if a:\n  if b:\n    z\n  elif (x and\n    y): z; MARK; x = [1,\n2]; b\n  else: z\n",
    "with (x\n): MARK\n",
    "for x in (1,\n 2): MARK\nelse: y\n",
    "class A(B,\n C): x = MARK\n",
    "try: a\nexcept (A,\n  B): MARK\nelse: x\nfinally: y\n",
    "try: a\nexcept A: pass\nelse: x = (1,\n 2); MARK\n",
    "match x:\n  case (1,\n   2): MARK\n  case 3: y\n",
    "match x:\n  case (1,\n   2) if MARK: y\n  case 3: y\n",
    'def f():\n    """a\n    b"""; return MARK\n',
    "class A:\n    @a(1,\n   2)\n    def f(self,\n     b): return MARK\n    x = 1\n",
    "class A:\n    @a(1,\n   2)\n    def f(self,\n     b): return (1,\n  MARK); \n    x = 1\n",
    "if a: x = (1,\n 2); MARK\nelse: z = (1,\n 2); y\n",
    "if a: x = (1,\n 2); y\nelse: z = (1,\n 2); MARK\n",
    "async def f(a,\n b):  return MARK # x\n",
    "while (a\n ): x = 'ü'; MARK; y = 'ü'\n",
    "while (a\r\n ): x = 'ü'; MARK; y = 'ü'\r\n",
    "if a: \\\n  MARK\n",
    "x = 1; \\\n  MARK\n",
    "x = \\\n  1; MARK\n",
    "class A: x = (1,\n 2); MARK\n",
    "try: x = (1,\n 2); MARK\nfinally: y = (1,\n 2)\n",
    "for a in b: x\nelse: y = (1,\n 2); MARK\n",
    "x = lambda: (1,\n 2); lambda: MARK\n",
    "if 1:\n  x = (1,\n 2); y = [\n MARK,\n ]; z\n",
    "try: MARK\nfinally: y\n",
    "if a:\n  try: MARK\n  except A: y\n  else: z\n",
    "try: MARK; x = (1,\n 2)\nexcept A: y\n",
]


@pytest.mark.parametrize("text", SHARED_LINES)
def test_lines_that_begin_or_end_within_other_code(text):
    assert replaced(text, "f(a)") == text.replace("MARK", "f(a)")
    wanted = text.replace("MARK", "MARK.y")
    assert replaced(wanted, "a or b") == wanted.replace("MARK", "(a or b)")


def test_deep_suites_below_are_not_parsed_again():
    body = "    y = [1, 2, 3]\n" * 20_000
    assert replaced(f"if MARK:\n{body}else:\n{body}", "a") == f"if a:\n{body}else:\n{body}"
