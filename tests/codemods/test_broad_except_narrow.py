"""Narrowing by unit: how a class is spelled at a site, what earlier handlers take, and when Exception is kept.

What inference says is given here; what it finds by itself is the business of its own tests.
"""

import textwrap

import pytest

from codemods.broad_except import CODEMOD
from codemods.broad_except.inference import Inference, Step
from engine.edits import apply_edits
from engine.imports import import_edits
from engine.model import Change, Skip
from engine.project import Project
from engine.source import Source

SUPPORT = {"error_handling": "common_utils/error_handling.py"}
PATHS = frozenset({"pkg/a.py", "pkg/net.py", "pkg/__init__.py"})
OPTIONS = {"preserve": False, "support-folder": "common_utils", "style": "narrow", "opaque": "keep", "recoverable": {}}


@pytest.fixture
def run(monkeypatch):
    """Runs the codemod over one file; inference finds `exceptions` and does not know `unknown`."""

    def run(text, *exceptions, unknown=(), also=(), paths=PATHS, python=(3, 12), **options):
        steps = tuple(Step(name, 2, f"call_{number}(x)", "a page") for number, name in enumerate(exceptions))
        found = Inference(exceptions, unknown, steps, tuple(Step(name, 3, "other()", "a page") for name in also))
        monkeypatch.setattr("codemods.broad_except.recover.infer", lambda *_: found)
        source = Source("pkg/a.py", textwrap.dedent(text).lstrip("\n").encode())
        given = OPTIONS | {name.replace("_", "-"): value for name, value in options.items()}
        return source, list(CODEMOD.run_file(source, Project(paths=paths, python=python, support=SUPPORT), given))

    return run


def clause(found):
    """What the first change writes behind `except`, and the lines it imports."""
    source, items = found
    change = items[0]
    assert isinstance(change, Change), change
    imported = "".join(edit.text for edit in import_edits(source, change.imports)).strip()
    return written(source, change), imported


def written(source, change):
    """What stands behind the last `except`, once the change is applied."""
    return apply_edits(source.text, change.edits).rpartition("except ")[2].partition(":")[0]


TRY = """
def f(x):
    try:
        x()
    except Exception:
        x.y()
"""


@pytest.mark.parametrize(
    ("head", "name", "spelled", "imported"),
    [
        ("", "OSError", "OSError", ""),
        ("import zmq", "zmq.ZMQError", "zmq.ZMQError", ""),
        ("import zmq as z", "zmq.ZMQError", "z.ZMQError", ""),
        ("from zmq.error import ZMQError", "zmq.ZMQError", "ZMQError", ""),
        ("from zmq import ZMQError as Z", "zmq.ZMQError", "Z", ""),
        ("from zmq import Context", "zmq.ZMQError", "ZMQError", "from zmq import ZMQError"),
        ("import json", "json.JSONDecodeError", "json.JSONDecodeError", ""),
        ("", "json.JSONDecodeError", "JSONDecodeError", "from json import JSONDecodeError"),
        (
            "def JSONDecodeError(): pass",
            "json.JSONDecodeError",
            "JSONDecodeError_2",
            "from json import JSONDecodeError as JSONDecodeError_2",
        ),
        ("import urllib.request", "urllib.error.URLError", "URLError", "from urllib.error import URLError"),
        ("import urllib.error", "urllib.error.URLError", "urllib.error.URLError", ""),
        ("from urllib import error as bad", "urllib.error.URLError", "bad.URLError", ""),
        ("from .net import ask", "pkg.net.Lost", "Lost", "from .net import Lost"),
        ("from . import net", "pkg.net.Lost", "net.Lost", ""),
        ("from pkg import net as n", "pkg.net.Lost", "n.Lost", ""),
        ("from pkg.net import ask", "pkg.net.Lost", "Lost", "from pkg.net import Lost"),
        ("class Lost(Exception): pass", "pkg.a.Lost", "Lost", ""),
        ("from os import *", "OSError", "OSError", ""),
    ],
)
def test_a_class_is_spelled_through_what_is_there_or_planned(run, head, name, spelled, imported):
    assert clause(run(f"{head}\n{TRY}", name)) == (spelled, imported)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("", "zmq.ZMQError"),  # the library is not imported
        ("def g():\n    import zmq", "zmq.ZMQError"),
        ("try:\n    import zmq\nexcept ImportError:\n    zmq = None", "zmq.ZMQError"),
        ("if DEBUG:\n    import zmq", "zmq.ZMQError"),
        ("import zmq\nzmq = wrap(zmq)", "zmq.ZMQError"),
        ("", "pkg.net.Lost"),  # importing it might close a cycle
        ("import pkg", "pkg.net.Lost"),
        ("if DEBUG:\n    class Lost(Exception): pass", "pkg.a.Lost"),
        ("class Outer:\n    class Lost(Exception): pass", "pkg.a.Outer.Lost"),
        ("OSError = ValueError", "OSError"),
        ("from redis import *", "ConnectionError"),
        ("from .... import net", "pkg.net.Lost"),
    ],
)
def test_a_class_that_cannot_be_named_keeps_exception(run, head, name):
    _, items = run(f"{head}\n{TRY}", name)
    skip = [item for item in items if item.site.line > 2][-1]
    assert isinstance(skip, Skip) and skip.reason == "nothing-narrower"
    assert f"inferred name cannot be named here: {name}" in skip.data["because"] and skip.data["inferred"] == [name]


def test_a_module_of_the_target_shadows_the_standard_library(run):
    _, items = run(TRY, "json.JSONDecodeError", paths=PATHS | {"pkg/json.py"})
    assert items[0].reason == "nothing-narrower"
    _, items = run(TRY, "json.JSONDecodeError", paths=PATHS | {"json/__init__.py"})
    assert items[0].reason == "nothing-narrower"


def test_module_level_code_sees_only_what_stands_above(run):
    text = "try:\n    go()\nexcept Exception:\n    x = 1\nimport zmq\ndef go(): pass\n"
    assert run(text, "zmq.ZMQError")[1][0].reason == "nothing-narrower"
    assert clause(run("import zmq\ndef go(): pass\n" + text, "zmq.ZMQError"))[0] == "zmq.ZMQError"
    local = "try:\n    go()\nexcept Exception:\n    x = 1\nclass Lost(Exception): pass\ndef go(): pass\n"
    assert run(local, "pkg.a.Lost")[1][0].reason == "nothing-narrower"


def test_an_import_in_the_function_counts_when_it_stands_above_the_try(run):
    above = "def f(x):\n    import zmq\n    try:\n        x()\n    except Exception:\n        x.y()\n"
    inside = "def f(x):\n    try:\n        import zmq\n        x()\n    except Exception:\n        x.y()\n"
    assert clause(run(above, "zmq.ZMQError"))[0] == "zmq.ZMQError"
    assert run(inside, "zmq.ZMQError")[1][0].reason == "nothing-narrower"


@pytest.mark.parametrize(
    ("before", "caught", "left"),
    [
        ("ValueError", ("ValueError", "OSError"), "OSError"),
        ("OSError", ("FileNotFoundError", "KeyError"), "KeyError"),
        ("FileNotFoundError", ("OSError",), "OSError"),
        ("(KeyError, IOError)", ("OSError", "KeyError", "ValueError"), "ValueError"),
        ("unknown()", ("OSError", "ValueError"), "(OSError, ValueError)"),
    ],
)
def test_a_narrowed_set_drops_what_earlier_handlers_catch(run, before, caught, left):
    text = TRY.replace("    except", f"    except {before}:\n        pass\n    except")
    assert clause(run(text, *caught))[0] == left


def test_parents_absorb_children_and_each_class_is_named_once(run):
    text = TRY.replace("Exception", "(KeyError, Exception)")
    assert clause(run(text, "FileNotFoundError", "OSError", "KeyError"))[0] == "(KeyError, OSError)"


def test_members_beside_exception_stay_as_they_are_written(run):
    head = "try:\n    import zmq\nexcept ImportError:\n    pass\n"
    text = head + TRY.replace("Exception", "(zmq.ZMQError, pick(), Exception)")
    source, items = run(text, "OSError")
    assert written(source, items[-1]) == "(OSError, zmq.ZMQError, pick())"


@pytest.mark.parametrize("style", ["narrow", "safe-executor"])
@pytest.mark.parametrize(
    ("unknown", "exceptions", "why"),
    [
        (("self.go() at line 3",), ("OSError",), "nothing is known of self.go() at line 3"),
        (("a() at line 3", "b() at line 3"), (), "nothing is known of a() at line 3 and of 1 more"),
        ((), (), "nothing in the body is known to raise"),
        ((), ("Exception", "OSError"), "a call in the body raises Exception itself"),
    ],
)
def test_exception_is_kept_where_inference_knows_too_little(run, style, unknown, exceptions, why):
    _, (item,) = run(TRY, *exceptions, unknown=unknown, style=style)
    assert why in item.data["because"]
    assert item.data["inferred"] == list(exceptions) and item.data["unknown"] == list(unknown)
    if style == "safe-executor":
        assert isinstance(item, Change) and "recoverable=(Exception,)" in item.edits[0].text
        assert item.applicability == "unsafe"
        assert [one.check for one in item.evidence if one.result != "pass"] == ["import-root"]
    else:
        assert item.reason == "nothing-narrower"


def test_narrowing_is_unsafe_and_carries_its_proof(run):
    _, (item,) = run(TRY, "OSError", "json.JSONDecodeError", style="safe-executor")
    assert item.applicability == "unsafe" and item.data["recoverable"] == ["OSError", "json.JSONDecodeError"]
    (evidence,) = [one for one in item.evidence if one.check == "inferred"]
    assert (evidence.result, evidence.detail) == ("pass", "call_0 -> OSError; call_1 -> json.JSONDecodeError")


def test_preserve_never_narrows(run):
    for style in ("narrow", "safe-executor"):
        _, (item,) = run(TRY, "OSError", preserve=True, style=style)
        assert "preserve never narrows" in item.data["because"]
        assert "OSError" not in "".join(edit.text for edit in getattr(item, "edits", ()))


@pytest.mark.parametrize("given", [{"*.py": "OSError"}, {"*.py": [1]}])
def test_a_malformed_option_is_refused(run, given):
    with pytest.raises(ValueError, match="needs a list of exception names"):
        run(TRY, "OSError", recoverable=given)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("gone()", "gone"),
        ("x(lambda word: word + lost)", "lost"),
        ("[word for word in x], missing", "missing"),
        ("def g(): return nowhere", "nowhere"),
    ],
)
def test_a_masked_name_error_keeps_exception(run, body, name):
    _, (item,) = run(TRY.replace("x()\n", f"{body}\n", 1), "OSError")
    assert f"masked-name-error: {name} is bound nowhere" in item.data["because"]


@pytest.mark.parametrize(
    "body",
    ["x(later)", "x([a for a in x], {b: c for b, c in x}, (d := 1), d)", "x(lambda *p, q=1: (p, q))", "print(__file__, __doc__)"],
)
def test_bound_names_are_not_taken_for_masked_ones(run, body):
    assert clause(run(TRY.replace("x()\n", f"{body}\n", 1) + "later = 1\n", "OSError"))[0] == "OSError"
    assert clause(run("from os import *\n" + TRY.replace("x()\n", "gone()\n", 1), "OSError"))[0] == "OSError"


@pytest.mark.parametrize(
    ("raised", "kept"),
    [
        ("Exception('x')", True),
        ("BaseException", True),
        ("x.error('bad')", True),
        ("x()('bad')", True),
        ("x", True),
        ("ValueError('x')", False),
        ("Own('x')", False),
        ("Own.Inner('x')", False),
        ("json.JSONDecodeError('x', 'y', 0)", False),
    ],
)
def test_a_body_that_raises_exception_itself_was_written_for_this_handler(run, raised, kept):
    text = "import json\nclass Own(Exception): pass\n" + TRY.replace("x()\n", f"raise {raised}\n", 1)
    _, (item,) = run(text, "OSError")
    assert ("the body itself raises Exception" in item.data["because"]) is kept


def test_a_raise_in_a_function_that_the_body_defines_is_not_the_bodys(run):
    assert clause(run(TRY.replace("x()\n", "def g(): raise Exception\n", 1), "OSError"))[0] == "OSError"


def test_what_the_body_may_raise_besides_is_not_lost(run):
    source, (item,) = run(TRY, "OSError", also=("ValueError", "FileNotFoundError"))
    assert item.data["inferred"] == ["OSError"] and item.data["recoverable"] == ["OSError", "ValueError"]
    assert "ValueError from other() at line 3: a page" in item.data["steps"] and written(source, item) == "(OSError, ValueError)"
    _, (item,) = run(TRY, "OSError", also=("Exception",))
    assert item.reason == "nothing-narrower" and "a call in the body raises Exception itself" in item.data["because"]


def test_an_import_that_is_all_that_is_known_does_not_speak_for_the_calls_behind_it(run):
    _, (item,) = run(TRY.replace("x()\n", "import gone\n        gone.go()\n", 1), "ImportError")
    assert "the body imports, and then calls" in item.data["because"]
    assert clause(run(TRY.replace("x()\n", "import gone\n        y = gone.x[1]\n", 1), "ImportError"))[0] == "ImportError"


@pytest.mark.parametrize(
    ("names", "statements", "kept"),
    [
        (("KeyError",), 1, False),
        (("KeyError", "IndexError"), 4, False),
        (("KeyError",), 5, True),
        (("AttributeError",), 1, False),
        (("AttributeError", "KeyError"), 2, True),
        (("KeyError", "OSError"), 9, False),
    ],
)
def test_bugs_and_lookups_count_where_the_body_is_about_them(run, names, statements, kept):
    _, (item,) = run(TRY.replace("x()\n", "\n        ".join(["x()"] * statements) + "\n", 1), *names)
    assert ("is known, by the way" in item.data["because"]) is kept


@pytest.mark.parametrize(
    ("head", "python", "spelled"),
    [
        ("import asyncio", (3, 8), "(TimeoutError, asyncio.TimeoutError)"),
        ("import asyncio", (3, 11), "TimeoutError"),
        ("import asyncio as a, socket", (3, 9), "(TimeoutError, a.TimeoutError, socket.timeout)"),
        ("import json", (3, 8), "TimeoutError"),
        ("from asyncio import TimeoutError", (3, 11), "TimeoutError"),
    ],
)
def test_an_older_python_tells_classes_apart(run, head, python, spelled):
    written_, _ = clause(run(f"{head}\n{TRY}", "TimeoutError", python=python))
    assert sorted(written_.strip("()").split(", ")) == sorted(spelled.strip("()").split(", "))
