"""Where a needed import goes, and under which name: issue 2, part 4, and trap 7 of the census."""

import pytest

from engine import ImportNeed, Source, need_import
from engine.edits import apply_edits
from engine.imports import clash, import_edits

LINE = "from helpers import fetch\n"

PLACES = {
    "behind the docstring": '"""Doc."""\n\nHERE\nx = USE\n',
    "behind a future import": "from __future__ import annotations\nHEREx = USE\n",
    "behind existing imports": '"""Doc."""\nimport os\nimport sys\nHEREx = USE\n',
    "behind an import in brackets": "from a import (\n    b,\n    c,\n)\nHEREx = USE\n",
    "behind a backslash": "from a import b, \\\n    c\nHEREx = USE\n",
    "behind sys.path set-up": "import sys\nsys.path.insert(0, 'x')\n\nHEREx = USE\n",
    "behind sys.path set-up below a function": "import sys\ndef f(): pass\nsys.path.append('x')\n\nHEREx = USE\n",
    "behind a guarded import": "try:\n    import a\nexcept ImportError:\n    a = None\n\nHEREx = USE\n",
    "behind TYPE_CHECKING": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n\nHEREx = USE\n",
    "above a lazy import": "import os\nHEREdef f():\n    import json\n    return USE\n",
    "above a try that holds the use": "import os\nHEREtry:\n    import json\n    x = USE\nexcept ImportError:\n    pass\n",
    "above an import below the use": "import os\nHEREx = USE\nimport late\n",
    "above an import below a definition": "import os\nHEREdef f():\n    return 1\nimport late\nx = USE\n",
    "behind a statement on the import's line": "import os; y = 1\nHEREx = USE\n",
    "above an import that shares its line with the use": "import sys\nHEREimport os; x = USE\n",
    "above the first import that shares its line with the use": "HEREimport os; x = USE\n",
    "behind a comment on the import's line": "import os  # noqa\nHEREx = USE\n",
    "behind constants between imports": "import os\nY = 1\nimport sys\nHEREx = USE\n",
    "at the top": "HERE\nx = USE\n",
    "behind shebang, cookie and licence": "#!/usr/bin/env python\n# coding: utf-8\n# Licence.\n\nHERE\nx = USE\n",
    "behind a header without a blank line": "#!/usr/bin/env python\nHERE\nx = USE\n",
    "above a comment that belongs to the statement": "# Licence.\n\nHERE\n# what x is\nx = USE\n",
    "above a decorator": "HERE\n@USE\ndef f(): pass\n",
    "not into a string": 'HERE\nx = """\nimport os\n"""\ny = USE\n',
}


def placed(text):
    """The text with `fetch` used at USE, and its import where the planner wants it."""
    source = Source("m.py", text.encode())
    at = text.index("USE")
    local, needs = need_import(source, "helpers", "fetch", at)
    edits = [*import_edits(source, needs, at), source.edit(at, at + 3, local)]
    return apply_edits(text, edits)


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_place(text):
    """HERE stands for the import; blank lines beside it are of no matter."""
    expected = text.replace("HERE", LINE).replace("USE", "fetch")
    assert lines(placed(text.replace("HERE", ""))) == lines(expected)


def lines(text):
    return [line for line in text.split("\n") if line]


def test_blank_lines_keep_the_import_apart():
    assert placed('"""Doc."""\n\nx = USE\n') == '"""Doc."""\n\nfrom helpers import fetch\n\nx = fetch\n'
    assert placed("import os; x = USE\n") == "from helpers import fetch\nimport os; x = fetch\n"
    assert placed("x = USE\n") == "from helpers import fetch\n\nx = fetch\n"
    assert placed("def f(): USE\n") == "from helpers import fetch\n\n\ndef f(): fetch\n"
    assert placed("# Why.\n@USE\nclass A: pass\n") == "# Why.\nfrom helpers import fetch\n\n\n@fetch\nclass A: pass\n"
    assert placed('"""Doc."""\ndef f(): USE\n') == '"""Doc."""\n\nfrom helpers import fetch\n\n\ndef f(): fetch\n'
    assert placed("import os\n\n\nx = USE\n") == "import os\nfrom helpers import fetch\n\n\nx = fetch\n"


@pytest.mark.parametrize(
    ("text", "local", "needs"),
    [
        ("from helpers import fetch\n", "fetch", 0),
        ("from helpers import fetch as get\n", "get", 0),
        ("x = 1\n", "fetch", 1),
        ("# fetch is what we need\n", "fetch", 1),
        ("obj.fetch = 1\n", "fetch", 1),
        ("fetch = 1\n", "fetch_2", 1),
        ("class C:\n    fetch = 1\n", "fetch_2", 1),
        ("print(fetch, fetch_2)\n", "fetch_3", 1),
        ("f(fetch=1)\n", "fetch_2", 1),
        ("try:\n    from helpers import fetch\nexcept ImportError:\n    fetch = None\n", "fetch_2", 1),
        ("if TYPE_CHECKING:\n    from helpers import fetch\n", "fetch_2", 1),
    ],
)
def test_name(text, local, needs):
    got, wanted = need_import(Source("m.py", text.encode()), "helpers", "fetch")
    assert (got, len(wanted)) == (local, needs)


def test_existing_import_below_a_use_at_import_time_is_not_reused():
    source = Source("m.py", b"x = 1\nfrom helpers import fetch\n")
    assert need_import(source, "helpers", "fetch", 0)[0] == "fetch_2"
    assert need_import(source, "helpers", "fetch") == ("fetch", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x = 1\n", "a.b"), ("import a.b\n", "a.b"), ("a = 1\n", "a_b"), ("import a.b as c\n", "c"), ("a = a_b = 1\n", "a_b_2")],
)
def test_module_name(text, expected):
    assert need_import(Source("m.py", text.encode()), "a.b")[0] == expected


def test_several_needs_are_one_sorted_insertion():
    source = Source("m.py", b"import os\r\nx = 1\r\n")
    needs = [
        ImportNeed("m.py", "z", "b"),
        ImportNeed("m.py", "a"),
        ImportNeed("m.py", "z", "b"),
        ImportNeed("m.py", "z", "a", "c"),
    ]
    (edit,) = import_edits(source, needs)
    assert edit.text == "import a\r\nfrom z import a as c\r\nfrom z import b\r\n"
    assert edit.start == edit.end == len("import os\r\n")


def test_no_final_newline():
    source = Source("m.py", b"import os")
    assert apply_edits(source.text, import_edits(source, [ImportNeed("m.py", "a")])) == "import os\nimport a"


@pytest.mark.parametrize(
    ("path", "needs", "problem"),
    [
        ("m.py", [ImportNeed("m.py", "a", "x"), ImportNeed("m.py", "a", "x")], ""),
        ("m.py", [ImportNeed("m.py", "a", "x"), ImportNeed("m.py", "b", "x")], "two places"),
        ("m.py", [ImportNeed("m.py", "a", "x"), ImportNeed("m.py", "b", "y", "x")], "two places"),
        ("p/m.py", [ImportNeed("p/m.py", "p.m", "x")], "itself"),
        ("p/__init__.py", [ImportNeed("p/__init__.py", "p", "x")], "itself"),
        ("p/__init__.py", [ImportNeed("p/__init__.py", "p.m", "x")], ""),
    ],
)
def test_clash(path, needs, problem):
    assert problem in clash(path, needs) and bool(problem) == bool(clash(path, needs))
