"""What must hold before a change is admitted."""

import pytest

from engine import Source
from engine.edits import apply_edits
from engine.gates import Breach, check
from engine.model import Edit, Span


def checked(text, old, new, span=None, python=(3, 8)):
    """The gates' verdict on replacing `old` by `new`; the span is the line unless given as text."""
    source = Source("m.py", text.encode())
    at = text.index(old)
    low, high = (at, at + len(old)) if span is None else (text.index(span), text.index(span) + len(span))
    edits = [Edit("m.py", at, at + len(old), new)]
    spans = [Span("m.py", source.line_start(low), source.line_end(high - 1))]
    return check(source, apply_edits(text, edits), edits, spans, python)


@pytest.mark.parametrize(
    ("text", "old", "new", "gate"),
    [
        ("x = 1\ny = 2\n", "1", "(", "reparse"),
        ("def f():\n    return 1\n", "1", "1\nreturn 2", "compile"),
        ("def f():\n    return 1\n", "return 1", "await x", "compile"),
        ("x = 1\ny = 2\nz = 3\n", "1\n", "1 + \\\n", "reparse"),
        ("x = 1\n+y\nz = y\n", "1\n", "1 \\\n", "outline"),
        ("x = 1\nif x:\n    y = 1\n    z = 2\n", "    y = 1\n", "    y = 1\nif x:\n", "outline"),
        ("x = '''a'''\ny = 1\nz = '''b'''\n", "'''a'''", "'''a", "reparse"),
        ("x = 1\n", "1", "undefined_thing", "names"),
        ("import os\ndef f():\n    return os.name\n", "import os\n", "x = 1\n", "names"),
        ("def f():\n    a = 1\n    return a\n", "    a = 1\n", "    b = 1\n", "names"),
        ("def f(a, b): return a + b\n", "def f(a, b): return a + b\n", "def f(a): return a + b\n", "names"),
        ("x = 1\ndef f(): return int(x), x\n", "int(x), x", "x, int(y)", "names"),
        ("def f(y):\n    int = 1\n    return int, y\n", "    int = 1\n    return int", "    return int\n    int = 1", "names"),
        ("x = [\n  1,  # why\n]\n", "[\n  1,  # why\n]", "[1]", "comments"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\n', "", "outline"),
    ],
)
def test_breach(text, old, new, gate):
    found = checked(text, old, new)
    assert isinstance(found, Breach) and found.gate == gate, found


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("x = 1\ny = 2\n", "1", "(1)"),
        ("x = 1\r\ny = 2\r\n", "1", "[1,\r\n2]"),
        ("def f():\n    return 1\n\n\ndef g():\n    return f()\n", "return 1", "if g:\n        pass\n    return 2"),
        ("class C:\n    def f(self): pass\n    x = 1\ny = 2", "    x = 1\n", ""),
        ("x = 1  # why\n", "1  # why", "2  # why"),
        ("x = missing\ny = 1\n", "1", "2"),
        ("match 1:\n    case 1:\n        x = 1\n    case 2:\n        x = 2\n", "x = 2", "x = 3"),
        ("try:\n    a = 1\nexcept OSError:\n    a = 2\nelse:\n    a = 3\nfinally:\n    b = 4\n", "OSError", "(OSError)"),
    ],
)
def test_admitted(text, old, new):
    found = checked(text, old, new)
    assert isinstance(found, Source), found
    assert found.text == text.replace(old, new, 1)


def test_many_changes_in_one_file_are_not_quadratic():
    import time

    text = "def f():\n    x = 1\n    return 'old'\n" * 3_000
    source = Source("m.py", text.encode())
    places = [at for at in range(len(text)) if text.startswith("'old'", at)]
    edits = [Edit("m.py", at, at + 5, "'newer'") for at in places]
    spans = [Span("m.py", at, at + 5) for at in places]
    started = time.process_time()
    assert isinstance(check(source, apply_edits(text, edits), edits, spans, (3, 8)), Source)
    assert time.process_time() - started < 5


def test_an_expression_too_deep_for_pyflakes_is_a_breach():
    text = "a = 1\nx = " + " + ".join(["a"] * 900) + "\n"
    found = checked(text, "a = 1\n", "a = 1\nb = a\n")
    assert isinstance(found, (Breach, Source))
    if isinstance(found, Breach):
        assert found.gate in ("too-deep", "compile")


def test_only_the_comments_that_are_told_may_leave():
    text = "x = 1\ny = 2  # why\nz = 3  # who\n"
    source = Source("m.py", text.encode())
    edits, spans = [Edit("m.py", 6, len(text), "")], [Span("m.py", 6, len(text))]
    found = [check(source, "x = 1\n", edits, spans, (3, 8), out) for out in (["# why", "# who"], ["# why"], ["# why"] * 2)]
    assert isinstance(found[0], Source)
    assert [(one.gate, one.message) for one in found[1:]] == [("comments", "the comment '# who' would be lost")] * 2
