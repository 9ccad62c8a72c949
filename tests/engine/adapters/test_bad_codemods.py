"""Codemods of the user's that hang, die, lie or reach around: the failure names the rule, and the screen stays clean."""

import pytest
import tools_kit as kit

from engine.model import Change, Failure
from engine.parallel import Limits, Pool

HEAD = """\
from engine import Applicability, Change, Codemod, Edit, Finding, Site, Skip, Span


def run_file(source, project, options):
"""
TAIL = '\n\nCODEMOD = Codemod(name="{name}", summary="x.", version=1, run_file=run_file, hints=b"quiet")\n'
GOOD = "    yield Skip(Site(source.path, 1), 'seen', str(len(source.text)))\n"
RULES = """\
version: 1
codemods: [mine]
rules:
- id: first
  include: ['a*.py']
- id: bad-one
  include: ['a*.py']
  codemod: {name}
- id: last
  include: ['a*.py']
"""


def target(folder, body, count=1, name="middle"):
    """Three rules of the user's, of which the one in the middle does what `body` says in each file that holds `BAD`."""
    bodies = {"first": GOOD, name: "    if 'BAD' not in source.text:\n        return\n" + body, "last": GOOD}
    files = {f"a{number}.py": "quiet = 1\n" for number in range(count)} | {"abad.py": "quiet = BAD = 1\n"}
    codes = {f"mine/{one}.py": HEAD + text + TAIL.format(name=one) for one, text in bodies.items()}
    return kit.target(folder, {**files, **codes, "rules.yaml": RULES.format(name=name)})


FATAL = {
    "hangs": ("    while True: pass\n    yield\n", "timeout", "took longer than 1 seconds"),
    "dies": ("    import os; os._exit(3)\n    yield\n", "crash", "exit code 3"),
    "ends": ("    import os; os._exit(0)\n    yield\n", "crash", "exit code 0"),
    "faults": ("    import ctypes; ctypes.string_at(0)\n    yield\n", "crash", "exit code -11"),
}


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("name", FATAL)
def test_the_rule_that_was_at_work_is_named(name, jobs, tmp_path, capfd):
    body, reason, sentence = FATAL[name]
    root = target(tmp_path, body, count=5)
    with Pool(jobs, Limits(seconds=1, memory_mb=1500)) as pool:
        made = kit.plan(root, runner=pool)
    [failure] = made.of(Failure)
    assert (failure.site.path, failure.reason, failure.rule) == ("abad.py", reason, "bad-one")
    assert failure.message.startswith("while rule bad-one (codemod middle) ran: ") and sentence in failure.message
    assert sum(item.rule == "first" for item in made.items) == sum(item.rule == "last" for item in made.items) == 5
    assert capfd.readouterr().err == ""


def test_a_file_alone_names_its_rule_too(tmp_path):
    body, _, _ = FATAL["ends"]
    root = target(tmp_path, body, count=0, name="bad-one")
    with Pool(1, Limits(seconds=9, memory_mb=1500)) as pool:
        [failure] = kit.plan(root, runner=pool).items
    assert (failure.rule, failure.message) == ("bad-one", "while rule bad-one ran: the worker process died (exit code 0)")


CHANGE = "    yield Change(Site(source.path, 1), {message}, {applicability}, ({edit},), ({span},))\n"
PARTS = {
    "message": "'m'",
    "applicability": "Applicability.SAFE",
    "edit": "source.edit(0, 5, 'loud')",
    "span": "Span(source.path, 0, 5)",
}
SHAPES = {
    "None for a text": ({"edit": "source.edit(0, 5, None)"}, "yielded an edit whose text is no str but None, at line 1"),
    "bytes": ({"edit": "Edit(source.path, 0, 5, b'loud')"}, "yielded an edit whose text is no str but b'loud'"),
    "no edit": ({"edit": "None"}, "where a tuple of Edit is meant, at line 1"),
    "a span that is a pair": ({"span": "(0, 5)"}, "where a tuple of Span is meant"),
    "an offset": ({"edit": "source.edit(0, '5', 'loud')"}, "an offset that is no int"),
    "a message": ({"message": "None"}, "yielded a message that is no str but None, at line 1"),
    "an applicability": ({"applicability": "'manual'"}, "an applicability that is none: 'manual'"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_change_of_the_wrong_shape_is_blamed_on_its_codemod(name, tmp_path):
    parts, sentence = SHAPES[name]
    root = target(tmp_path, CHANGE.format(**PARTS | parts))
    made = kit.plan(root)
    [failure] = made.of(Failure)
    assert (failure.reason, failure.rule) == ("codemod-error", "bad-one")
    assert failure.message.startswith("middle ") and sentence in failure.message
    assert made.of(Change) == () and sum(item.rule == "last" for item in made.items) == 2


PATCHES = {
    "a function of re": ("    import re; re.finditer = None\n" + GOOD, "re.finditer"),
    "a builtin": ("    import builtins; builtins.len = lambda *_: 1 / 0\n" + GOOD, "builtins.len"),
    "a builtin taken away": ("    import builtins; del builtins.isinstance\n" + GOOD, "builtins.isinstance"),
    "and raises": ("    import os; os.chdir = os.close = None; raise KeyError('x')\n    yield\n", "os.chdir, os.close"),
}


@pytest.mark.parametrize("name", PATCHES)
def test_what_a_codemod_does_to_the_standard_library_is_undone_and_said(name, tmp_path, capfd):
    body, patched = PATCHES[name]
    root = target(tmp_path, body, count=3)
    with Pool(1, Limits(seconds=9, memory_mb=1500)) as pool:
        made = kit.plan(root, runner=pool)
    [failure] = made.of(Failure)
    assert (failure.reason, failure.rule, failure.site.path) == ("codemod-error", "bad-one", "abad.py")
    assert f"a codemod may not change {patched}" in failure.message
    assert sum(item.rule == "last" for item in made.items) == 4
    assert capfd.readouterr().err == ""


def test_a_worker_that_falls_apart_writes_nothing_on_the_screen(tmp_path):
    body = "    import pebble.pool.process as p; p.process_execute = p.send_result = None\n" + GOOD
    root = target(tmp_path, body)
    done = kit.rewright(root, "scan", ".", "--no-cache", "--trust", "-j", "1", code=0)
    assert "Traceback" not in done.stderr + done.stdout
    assert "while rule" not in done.stdout and "crash" in done.stdout
