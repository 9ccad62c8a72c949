"""What is not rewritten, or not wholly: a finding that says why, and the sites beside it go on."""

import pytest
from pattern_kit import becomes, reasons, run

from engine.model import Applicability, Finding

REASONS = [
    ("import json\ndef f(json):\n    return str(1)\n", "str($X)", "json.dumps($X)", "shadowed"),
    ("def f(repr):\n    return str(1)\n", "str($X)", "repr($X)", "shadowed"),
    ("x = str(\n    # why\n    1)\n", "str($X)", "$X", "comment"),
    ("x = f'{str(1)}'\n", "str($X)", "repr($X)", "f-string"),
    ("x = str(1)\n", "str($X)", "y = $X", "no-statement"),
    ("x = str(1)\n", "str($X)", "", "no-statement"),
    ("f(\n    # why\n    a,\n    # why\n    b)\n", "f($A, $B)", "f($A)", "comment"),
    ("if a:\n    # why\n    x()\n    y()  # why\n    y()\n", "if $A:\n    $B\n    y()\n    y()", "if $A:\n    $B", "comment"),
    ("x = 1; print(1)\n", "print($X)", "", "shares-line"),
    ("x = 1; print(1)\n", "print($X)", "if $X: print($X, 2)", "shares-line"),
    ("print(1)  # why\n", "print($X)", "", "comment"),
    ("if 1: pass\nelif 2: pass\n", "if 2: $$$B", "if 3: $$$B", "elif"),
    (
        "try:\n    import json\nexcept ImportError:\n    json = None\njson.dumps(1)\n",
        "json.dumps($X)",
        "repr($X)",
        "ambiguous-name",
    ),
    ("x = str(1)()\n", "$F()", "def $F(): pass", "no-statement"),
    ("x[1]()\n", "$F()", "import $F", "not-as-meant"),
    ("try:\n    a\nexcept KeyError:\n    pass\n", "except KeyError: pass", "", "gate:reparse"),
    ("str(1)\n", "str($X)", "undefined_name($X)", "not-imported"),
    ("str(1)\n", "str($X)", "yaml.dump($X)", "not-imported"),
    ("# yaml\nstr(1)\n", "str($X)", "if $X: yaml.dump($X)", "not-imported"),
    ("def f(): yaml = 1\nstr(yaml)\n", "str($X)", "yaml.dump($X)", "not-imported"),
    ("class A: yaml = 1\nstr(1)\n", "str($X)", "yaml.dump($X)", "not-imported"),
    ("from ruamel import yaml\nstr(1)\n", "str($X)", "yaml.dump($X)", "shadowed"),
    ("import ruamel as yaml\nstr(1)\n", "str($X)", "yaml.dump($X)", "shadowed"),
    ("try:\n    from ruamel import yaml\nexcept A:\n    yaml = None\nstr(1)\n", "str($X)", "yaml.dump($X)", "shadowed"),
    ("def f():\n    from ruamel import yaml\n    str(1)\n", "str($X)", "yaml.dump($X)", "shadowed"),
    ("from stuff import *\ngo(1)\n", "go($X)", "yaml.dump($X)", "shadowed"),
]


@pytest.mark.parametrize("code, pattern, replacement, reason", REASONS)
def test_what_is_left_alone(code, pattern, replacement, reason):
    assert reasons(code, pattern, replacement) == [reason]


def test_what_breaks_the_rule_and_is_not_rewritten_says_so():
    items, _ = run("x = str(\n    # why\n    1)\n", match="str($X)", replace="$X", message="no str of $X.")
    assert (items[0].message, items[0].applicability) == (
        "no str of 1; not rewritten: the comment '# why' would be lost",
        Applicability.MANUAL,
    )
    assert items[0].data == {"captures": {"X": "1"}, "because": "the comment '# why' would be lost"}
    items, _ = run("x = str(1)\ny = f'{str(1)}'\n", match="str($X)", replace="repr($X)", unsafe=False, message="no str")
    assert [(item.reason, item.message) for item in items] == [
        ("needs-unsafe", "no str"),
        ("f-string", "no str; not rewritten: it stands inside an f-string"),
    ]


def test_code_that_nests_too_deeply_is_found_all_the_same():
    items, after = run(f"x = str(1{' + 1' * 900})\n", match="str($X)", replace="repr($X)")
    assert [(type(item), item.reason) for item in items] == [(Finding, "not-as-meant")]
    assert items[0].message.endswith("; not rewritten: the code is nested too deeply")


def test_one_site_that_fails_costs_no_other():
    code = "import json\nx = str(1)\ndef f(json):\n    return str(2)\ny = str(3)\n"
    items, after = run(code, match="str($X)", replace="json.dumps($X)")
    assert [type(item).__name__ for item in items] == ["Change", "Finding", "Change"]
    assert after == code.replace("str(1)", "json.dumps(1)").replace("str(3)", "json.dumps(3)")


DELETED = [
    ("pass", "def f():\n    pass\n", "def f():\n    pass\n"),
    ("pass", "def f():\n    x = 1\n    pass\nif 1: pass\n", "def f():\n    x = 1\nif 1: pass\n"),
    ("pass", "def f():\n    pass\n    pass\n    pass\npass\n", "def f():\n    pass\n"),
    ("print($X)", "def f():\n    pass\n    print(1)\n", "def f():\n    pass\n"),
    ("pass\n$$$", "def f():\n    pass\n", "def f():\n    pass\n"),
]


@pytest.mark.parametrize("pattern, code, expected", DELETED)
def test_pass_stays_where_nothing_else_would(pattern, code, expected):
    assert becomes(code, pattern, "") == expected
    assert becomes(code, replace="", any=[pattern, "print($$$)"]) == expected


DONE = [
    ("x = f'{go(1)}'\n", "go($X)", "go(1)"),
    ("from stuff import *\ngo(settings.A)\n", "go($X)", "go(settings.A)"),
    ("from stuff import settings\ngo(settings.A)\n", "go($X)", "go(settings.A)"),
    ("if 1: pass\nelif 2: pass\n", "if 2: $$$B", "if 2: pass"),
    ("x = 1; go(1)  # why\n", "go($X)", "go(1)"),
    ("from stuff import *\nprint(1)\n", "print($X)", "print(1)"),
]


@pytest.mark.parametrize("code, pattern, replacement", DONE)
def test_what_says_it_already_is_no_finding(code, pattern, replacement):
    assert run(code, match=pattern, replace=replacement) == ((), code)


def test_what_is_inside_such_a_match_goes_on():
    code = "x = go(go(2, a=1), a=1)\n"
    assert becomes(
        code, replace=None, any=[{"match": "go($X, a=1)", "replace": "go($X, a=1)"}, {"match": "2", "replace": "3"}]
    ) == code.replace("2", "3")


KNOWN = [
    ("import yaml\nstr(1)\n", "str($X)", "yaml.dump($X)"),
    ("import yaml.x\nstr(1)\n", "str($X)", "yaml.dump($X)"),
    ("yaml = 1\nstr(1)\n", "str($X)", "yaml.dump($X)"),
    ("def f(yaml):\n    str(1)\n", "str($X)", "yaml.dump($X)"),
    ("from ruamel import yaml\nyaml.load(1)\n", "yaml.load($X)", "yaml.dump($X)"),
    ("from ruamel import dump\nstr(1)\n", "str($X)", "dump($X)"),
    ("from stuff import *\ngo(1)\n", "go($X)", "dump($X)"),
    ("x = [str(1) for yaml in [2]]\n", "str($X)", "yaml.dump($X)"),
    ("x = lambda yaml: str(1)\n", "str($X)", "yaml.dump($X)"),
    ("str(1)\n", "str($X)", "[yaml.dump for yaml in [$X]]"),
    ("str(1)\n", "str($X)", "with open($X) as yaml: yaml.dump()"),
    ("str(1)\n", "str($X)", "import yaml\nyaml.dump($X)"),
    ("str(1)\n", "str($X)", "lambda yaml: yaml.dump($X)"),
    ("str(1)\n", "str($X)", "print(__file__, __name__, $X)"),
]


@pytest.mark.parametrize("code, pattern, replacement", KNOWN)
def test_names_that_the_file_knows(code, pattern, replacement):
    assert becomes(code, pattern, replacement) != code


def test_a_name_that_a_condition_speaks_of_is_the_files_own():
    code = "from app.log import logger\nprint(1)\n"
    given = {"match": "print($X)", "replace": "logger.info($X)"}
    assert reasons(code, **given) == ["shadowed"]
    assert becomes(code, where={"file-has": "from $_ import logger"}, **given) == code.replace("print", "logger.info")
    assert becomes(code, imports=["from app.log import logger"], **given) == code.replace("print", "logger.info")


def test_a_module_that_the_file_does_not_know_comes_with_a_remedy():
    items, _ = run("str(1)\n", match="str($X)", replace="yaml.dump($X)", message="no str")
    assert (
        items[0].message == "no str; not rewritten: yaml means nothing in this file; say it under `imports` (try: --import yaml)"
    )
    items, _ = run("str(1)\n", match="str($X)", replace="dump($X)", message="no str")
    assert items[0].message.endswith("; say it under `imports` (try: --import 'from MODULE import dump')")
    items, _ = run("str(1)\n", match="str($X)", replace="self.dump($X)", message="no str")
    assert items[0].message == "no str; not rewritten: self means nothing in this file"
    items, _ = run("from ruamel import yaml\nstr(1)\n", match="str($X)", replace="yaml.dump($X)", message="no str")
    assert "yaml is ruamel.yaml here; say under `imports` what it is" in items[0].message
    assert becomes("str(1)\n", "str($X)", "yaml.dump($X)", imports=["yaml"]) == "import yaml\n\nyaml.dump(1)\n"
