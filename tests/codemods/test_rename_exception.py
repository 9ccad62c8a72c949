"""rename-exception beyond its fixtures: the cheap look at the text, and what resolves."""

import ast
import re

import pytest

from codemods.rename_exception import CODEMOD, hints
from engine import Change, Project, Source

DEFAULTS = {"from": "Exception", "to": "OSError"}


def items(text, **options):
    return list(CODEMOD.run_file(Source("a.py", text.encode()), Project(), DEFAULTS | options))


CLAUSES = [
    "except Exception:",
    "except  Exception as e :",
    "except(Exception):",
    "except (ValueError,Exception):",
    "except (\n        ValueError,\n        Exception\n    ):",
    "except (  # a: b\n        Exception, ValueError):",
    "except \\\n        Exception:",
    "except (ValueError, \\\n        Exception):",
    "except (table['a'], (Exception)):",
    "except* Exception:",
]


def hinted(text, **options):
    return any(re.search(pattern, text.encode()) for pattern in hints(DEFAULTS | options))


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_cheap_look_never_hides_a_clause(clause):
    text = f"def f():\n    try:\n        g()\n    {clause}\n        pass\n"
    assert hinted(text)
    assert any(isinstance(item, Change) for item in items(text))


@pytest.mark.parametrize(
    "imported",
    ["from lib import Boom as B", "from lib import (\n    A,\n    Boom  as B,\n)", "from lib import A, Boom \\\n    as B"],
)
def test_the_cheap_look_follows_an_alias(imported):
    text = f"{imported}\ntry:\n    f()\nexcept B:\n    pass\n"
    assert hinted(text, **{"from": "lib.Boom"})
    assert [type(item) for item in items(text, **{"from": "lib.Boom"})] == [Change]


def test_the_cheap_look_spares_the_parser():
    assert not hinted("try:\n    f()\nexcept (A, B):\n    raise Exception\n")
    assert not hinted("try:\n    raise Exception\nexcept ValueError:\n    Exception\n")
    assert not hinted("from lib import Boom\ntry:\n    f()\nexcept ValueError:\n    raise Boom\n", **{"from": "lib.Boom"})


def test_only_the_name_is_edited():
    text = "try:\n    f()\nexcept (ValueError, Exception) as error:\n    pass\n"
    (change,) = items(text)
    (edit,) = change.edits
    assert (text[edit.start : edit.end], edit.text) == ("Exception", "OSError")
    assert change.applicability == "unsafe"
    assert (change.site.line, change.site.column) == (3, 1)


def test_same_class_twice_is_no_work():
    assert items("try:\n    f()\nexcept Exception:\n    pass\n", to="Exception") == []


def test_every_clause_gets_one_item():
    text = "".join(f"try:\n    f({i})\nexcept Exception:\n    pass\n" for i in range(30))
    found = items(text)
    handlers = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ExceptHandler)]
    assert sorted(item.site.line for item in found) == sorted(handler.lineno for handler in handlers)
