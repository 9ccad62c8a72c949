"""What is assigned to or deleted: an attribute there does not become a plain name."""

import pytest
from pattern_kit import becomes, reasons, run

TARGETS = [
    "    os.sep = s\n",
    "    os.sep += s\n",
    "    os.sep: str = s\n",
    "    for os.sep in s: pass\n",
    "    with s as os.sep: pass\n",
    "    del os.sep\n",
    "    os.sep, s = s\n",
    "    [s, *os.sep] = s\n",
    "    s([1 for os.sep in s])\n",
]


@pytest.mark.parametrize("line", TARGETS)
def test_an_attribute_that_is_bound_does_not_become_a_variable(line):
    code = f"import os\nfrom app import SEP\n\n\ndef f(s):\n{line}    return SEP\n"
    assert reasons(code, "os.sep", "SEP") == ["not-as-meant"]


@pytest.mark.parametrize("line", TARGETS)
def test_neither_where_an_import_brings_a_plain_name(line):
    code = f"import os\nfrom posixpath import sep\n\n\ndef f(s):\n{line}    return sep\n"
    assert reasons(code, "os.sep", "posixpath.sep", imports=["posixpath"]) == ["not-as-meant"]


def test_a_shim_keeps_what_it_assigns_to():
    items, after = run("import numpy as np\nnp.float = float\nx = np.float\n", match="numpy.float", replace="float")
    assert after == "import numpy as np\nnp.float = float\nx = float\n"
    assert [item.reason for item in items if hasattr(item, "reason")] == ["not-as-meant"]
    told = items[0].message
    assert told.endswith("not rewritten: np.float is bound or deleted here, and float would be a variable of its own")


def test_a_target_within_a_match_is_left_and_told():
    items, after = run(
        "import os\nfrom app import SEP\nf([1 for os.sep in s])\n",
        any=[{"match": "f($X)", "replace": "g($X)", "imports": ["from app import g"]}, {"match": "os.sep", "replace": "SEP"}],
    )
    assert "g([1 for os.sep in s])" in after
    assert "not-as-meant" in [getattr(item, "reason", "") for item in items]


KEPT = [
    ("a.old = 1\n", "a.old", "a.new", "a.new = 1\n"),
    ("a.old[0] = 1\n", "a.old", "b", "b[0] = 1\n"),
    ("a.old.x = 1\n", "a.old", "b", "b.x = 1\n"),
]


@pytest.mark.parametrize("code, pattern, replacement, expected", KEPT)
def test_other_targets_are_rewritten(code, pattern, replacement, expected):
    first = "from m import a, b\n"
    assert becomes(first + code, pattern, replacement) == first + expected


def test_a_statement_that_says_so_binds_the_name():
    assert becomes("import os\nos.sep = 1\n", "os.sep = $X", "SEP = $X") == "import os\nSEP = 1\n"
