"""What must hold of a rewrite of a file that does not parse, each gate broken once; and which rules such a file reaches."""

import pytest

from engine.codemod import Codemod
from engine.gates import Breach
from engine.hunks import text_edits
from engine.model import Applicability, Change, Edit, Finding, Site, Span
from engine.process import BoundRule, process
from engine.project import Project
from engine.source import Source
from engine.text_gates import check

BEFORE = "# a\ndef f(x):\n    print x  # b\n    y = 'print x'\n    return y\n"


def checked(after, before=BEFORE, python=(3, 8)):
    source = Source("a.py", before.encode())
    return check(source, after, text_edits(source, after), python)


def test_a_result_that_holds_is_the_new_file():
    after = BEFORE.replace("print x  #", "print(x)  #")
    assert checked(after).text == after


@pytest.mark.parametrize(
    ("after", "gate"),
    [
        (BEFORE.replace("print x  #", "print (x  #"), "reparse"),
        (BEFORE.replace("print x  # b", "print(x)"), "comments"),
        (BEFORE.replace("print x  #", "print(x)  #").replace("def f", "def g"), "definitions"),
        (BEFORE.replace("print x  #", "(z := x)  #"), "compile"),
        (BEFORE.replace("    print x  # b\n", "    return x  # b\n").replace("return y", "await y"), "compile"),
    ],
)
def test_each_gate_says_no(after, gate):
    found = checked(after, python=(3, 7) if ":=" in after else (3, 8))
    assert isinstance(found, Breach) and found.gate == gate


def test_code_outside_the_edits_must_read_as_before():
    before = Source("a.py", b"print 1\nx = 1\ny = '''2'''\n")
    edits = (Edit("a.py", 0, 7, "z = '''1"), Edit("a.py", 18, 18, ""))
    found = check(before, "z = '''1\nx = 1\ny = '''2'''\n", edits, (3, 8))
    assert isinstance(found, Breach) and found.gate in ("words", "reparse")
    found = check(
        before,
        "z = '''1\nx = 1\ny = ''';2;''''''\n",
        (Edit("a.py", 0, 7, "z = '''1"), Edit("a.py", 21, 25, ";2;'''''''")),
        (3, 8),
    )
    assert isinstance(found, Breach) and found.gate in ("words", "reparse")


def _mend(source, project, options):
    if "print x" in source.text:
        start = source.text.index("print x")
        edit = source.edit(start, start + 7, "print(x)")
        yield Change(
            Site(source.path, 1, 1, 1, 3), "mend", Applicability.UNSAFE, (edit,), (Span(source.path, 0, len(source.text)),)
        )


def _look(source, project, options):
    for call in source.calls:
        yield Finding(source.site(call), "a call", "seen")


MEND = BoundRule("mend", Codemod("mend", "Mend.", 1, _mend, b"print", reads="text"), {})
LOOK = BoundRule("look", Codemod("look", "Look.", 1, _look, b"print"), {})


def test_a_mended_file_is_read_by_the_other_rules():
    result = process("a.py", b"print x\n", [LOOK, MEND], Project(), unsafe=True)
    assert result.after == b"print(x)\n"
    assert [(type(item).__name__, item.rule) for item in result.items] == [("Change", "mend"), ("Finding", "look")]


def test_a_file_that_stays_as_it_is_stays_a_failure():
    result = process("a.py", b"print x\n", [LOOK, MEND], Project(), unsafe=False)
    assert result.after is None
    assert [(type(item).__name__, item.reason) for item in result.items] == [
        ("Finding", "needs-unsafe"),
        ("Failure", "syntax-error"),
    ]
    result = process("a.py", b"print y\n", [LOOK, MEND], Project(), unsafe=True)
    assert [(type(item).__name__, item.reason) for item in result.items] == [("Failure", "syntax-error")]
