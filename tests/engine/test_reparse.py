"""engine/reparse.py: what the masked parse says is what a parse of the whole file says."""

import ast
import random
import sysconfig
import warnings
from pathlib import Path

import pytest

from engine.edits import apply_edits
from engine.gates import Breach, check
from engine.model import Edit, RefusedFile
from engine.reparse import reparse
from engine.source import Source

PYTHON = (3, 8)
LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = ["abc.py", "argparse.py", "cmd.py", "codeop.py", "dataclasses.py", "enum.py", "functools.py", "queue.py", "textwrap.py"]
PIECES = ["x = 1\n", "pass", "(", ")", '"""', "'", "\\\n", "\n", "    ", "else:\n", "@dec\n", "#", ";"]
PIECES += ["from __future__ import annotations\n"]
PIECES += ["if a:\n    b\n", "except E:\n", "global x\n", "\f", "\r\n", "return\n", "await x\n", "é", "import os\n"]


def edited(text, *edits):
    """The two versions of a file: `edits` are (start, end, new text)."""
    made = [Edit("m.py", *edit) for edit in edits]
    before = Source("m.py", text.encode())
    return before, Source.of_text(before, apply_edits(text, made)), made


def replaced(text, old, new):
    at = text.index(old)
    return edited(text, (at, at + len(old), new))


def dumped(tree):
    return ast.dump(tree, include_attributes=True)


def outcome(parts):
    """Does it parse, does it compile, and which positions has it?"""
    before, after, edits = parts
    try:
        part = reparse(before, after, edits, PYTHON)
        tree = after.tree
    except RefusedFile:
        return "refused"
    return compiles(part.compiled), dumped(tree)


def expected(after):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(after.text, feature_version=PYTHON)
    except (SyntaxError, ValueError):
        try:
            tree = Source("m.py", after.data).tree
        except RefusedFile:
            return "refused"
    return compiles(tree), dumped(tree)


def compiles(tree):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "m.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def mutated(chance, text):
    """One to three edits at random places, as rough as a broken codemod could make them."""
    edits, at = [], 0
    for place in sorted(chance.sample(range(len(text) + 1), chance.choice([1, 2, 3]))):
        start = text.rfind("\n", 0, place) + 1 if chance.random() < 0.5 else place
        if start >= at:
            at = min(len(text), start + chance.choice([0, 0, 1, 5, 80, 400]))
            edits.append((start, at, chance.choice(PIECES) if chance.random() < 0.8 else ""))
            at += 1
    return edits


@pytest.mark.parametrize("name", FILES)
def test_random_edits_of_real_files_parse_as_the_whole_does(name):
    chance, text = random.Random(name), (LIBRARY / name).read_text("utf-8")
    parsed = 0
    for _ in range(30):
        parts = edited(text, *mutated(chance, text))
        wanted = expected(parts[1])
        assert outcome(parts) == wanted, [(edit.start, edit.end, edit.text) for edit in parts[2]]
        parsed += wanted != "refused"
    assert parsed


SMALL = '''"""Doc."""
from __future__ import annotations
import os; import sys
x = (1,
     2)
@(
  dec)
def f(a):
    global y
    y = 1
    return """
text
"""
# a comment \\
if x:
    z = 1 \\
        + 2
class C:
    def m(self):
        pass
last = 3'''


def test_random_edits_of_a_nasty_file_parse_as_the_whole_does():
    chance = random.Random(7)
    parsed = 0
    for text in (SMALL, SMALL + "\n", SMALL.replace("\n", "\r\n"), SMALL.replace("\n", "\r", 9), "global x\n" + SMALL):
        for _ in range(1000):
            try:
                parts = edited(text, *mutated(chance, text))
            except RefusedFile:  # nothing but lone carriage returns is left
                continue
            wanted = expected(parts[1])
            assert outcome(parts) == wanted, (text, [(edit.start, edit.end, edit.text) for edit in parts[2]])
            parsed += wanted != "refused"
    assert parsed > 400


def test_only_the_touched_statements_are_parsed_again():
    text = "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef h():\n    return 3\n"
    before, after, edits = replaced(text, "return 2", "return 20")
    part = reparse(before, after, edits, PYTHON)
    assert [node.name for node in part.after.body] == [node.name for node in part.before.body] == ["g"]
    assert [type(node).__name__ for node in part.compiled.body] == ["Pass", "FunctionDef", "Pass"]
    assert after.tree.body[0] is before.tree.body[0]
    assert after.tree.body[2] is before.tree.body[2]


def test_statements_that_move_down_get_their_new_lines():
    text = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
    parts = edited(text, (0, 0, "import os\n"))
    assert outcome(parts) == expected(parts[1])
    assert [node.lineno for node in parts[1].tree.body] == [1, 2, 6]


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("a = 1\nb = 2\nc = 3\n", "a = 1", 'a = """'),
        ('a = 1\nb = """ """\n', "a = 1", 'a = """'),
        ("a = 1\nb = 2\nc = (3\n)\n", "a = 1\n", "a = (\n"),
        ("a = 1\ndef f():\n    pass\n", "a = 1\n", "@\n"),
        ("a = 1\nb = 2\n", "a = 1\n", "a = 1 + \\\n"),
        ("if a:\n    b\nc = 1\nd = 2\n", "c = 1\n", "else:\n    c = 1\n"),
        ("a = 1\nb = 2\n", "a = 1\n", "a = 1"),
    ],
)
def test_an_edit_that_reaches_beyond_its_lines_is_seen(text, old, new):
    parts = replaced(text, old, new)
    assert outcome(parts) == expected(parts[1])


def test_the_gate_sees_a_future_import_that_no_longer_comes_first():
    before, after, edits = edited('"""Doc."""\nfrom __future__ import annotations\nx = 1\n', (0, 0, "import os\n"))
    breach = check(before, after.text, edits, [], PYTHON)
    assert isinstance(breach, Breach)


def test_the_gate_sees_a_name_used_before_its_global():
    text = "a = 1\nif a:\n    global b\n    b = 1\n"
    before, after, edits = replaced(text, "a = 1", "a = b")
    breach = check(before, after.text, edits, [], PYTHON)
    assert isinstance(breach, Breach)
    assert breach.gate == "compile"
