"""An import counts as present only where it has surely run when the replacement is evaluated."""

import pytest
from pattern_kit import becomes, reasons

TYPING = "from typing import TYPE_CHECKING\n\n"
GIVEN = {"match": "old.dumps($X)", "replace": "json.dumps($X)", "imports": ["json"]}

NOT_THERE = [
    f"{TYPING}if TYPE_CHECKING:\n    import json\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "import typing\nif typing.TYPE_CHECKING:\n    import json\nold.dumps(1)\n",
    "def f(x):\n    if x:\n        import json\n        return json.dumps(x)\n    return old.dumps(x)\n",
    "def f(y):\n    for x in y:\n        import json\n    return old.dumps(x)\n",
    "def f(y):\n    while y:\n        import json\n    return old.dumps(y)\n",
    "def f(x):\n    match x:\n        case 1:\n            import json\n    return old.dumps(x)\n",
    "def f(x):\n    with x:\n        import json\n    return old.dumps(x)\n",
    "def f(x):\n    y = old.dumps(x)\n    import json\n    return json, y\n",
    "def f(x):\n    def g():\n        return old.dumps(x)\n    import json\n    return g, json\n",
    "def f(x):\n    if old.dumps(x):\n        import json\n    return json\n",
    "def f(x):\n    global json\n    import json\n\n\ndef g(x):\n    return old.dumps(x)\n",
    'def f(x):\n    return old.dumps(x)\n\n\nif __name__ == "__main__":\n    import json\n    f(json)\n',
    "if False:\n    import json\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "class K:\n    import json\n    f = lambda x: old.dumps(x)\n",
    "def f(x):\n    return old.dumps(x)\n\n\nf(1)\nimport json\n",
    "x = sorted(y, key=lambda v: old.dumps(v))\nimport json\n",
    "class K:\n    import json\n    f = [old.dumps(x) for x in y]\n",
    "class K:\n    import json\n\n    def f(self):\n        return old.dumps(self)\n",
]


@pytest.mark.parametrize("code", NOT_THERE)
def test_an_import_that_may_not_have_run_is_not_used(code):
    after = becomes(code, **GIVEN)
    assert "json_2.dumps(" in after
    assert "import json as json_2\n" in after


OPTIONAL = [
    "def f(x):\n    try:\n        import json\n    except ImportError:\n        pass\n    return old.dumps(x)\n",
    "def f(x):\n    try:\n        import json\n    except ImportError:\n        return old.dumps(x)\n",
    "try:\n    import json\nexcept (OSError, ImportError):\n    json = None\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "try:\n    from json import loads\nexcept Exception:\n    loads = None\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "try:\n    import json\nexcept:\n    pass\n\n\ndef f(x):\n    return old.dumps(x)\n",
]


@pytest.mark.parametrize("code", OPTIONAL)
def test_a_module_that_the_file_can_do_without_is_not_imported_for_good(code):
    assert reasons(code, **GIVEN) == ["not-imported"]


THERE = [
    "import json\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "def f(x):\n    return old.dumps(x)\n\n\nimport json\n",
    "def f(x):\n    return old.dumps(x)\n\n\nclass K:\n    pass\n\n\nimport json\n\nf(1)\n",
    "import json; old.dumps(1)\n",
    "def f(x):\n    import json\n    return old.dumps(x)\n",
    "def f(x):\n    import json\n    if x:\n        return [old.dumps(x) for y in x]\n",
    "def f(x):\n    import json\n    def g():\n        return old.dumps(x)\n    return g\n",
    "def f(x):\n    if x:\n        import json\n        return old.dumps(x)\n",
    "if DEBUG:\n    import json\n\n    def f(x):\n        return old.dumps(x)\n",
    "try:\n    import json\nexcept ImportError:\n    raise SystemExit(2)\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "class K:\n    import json\n    f = old.dumps(1)\n",
    "class K:\n    import json\n    f = [x for x in old.dumps(1)]\n",
]


@pytest.mark.parametrize("code", THERE)
def test_an_import_that_has_run_is_used(code):
    assert becomes(code, **GIVEN) == code.replace("old.dumps", "json.dumps")


ANNOTATED = [
    f"from __future__ import annotations\n{TYPING}if TYPE_CHECKING:\n    import json\n\n\ndef f(x: old.Kind) -> None: ...\n",
    f"from __future__ import annotations\n{TYPING}if TYPE_CHECKING:\n    import json\n\n\ndef f() -> list[old.Kind]: ...\n",
    f"from __future__ import annotations\n{TYPING}if TYPE_CHECKING:\n    import json\n\n\nx: old.Kind\n",
    f"{TYPING}if TYPE_CHECKING:\n    import json\n\n\ndef f():\n    x: old.Kind = 1\n    return x\n",
]


@pytest.mark.parametrize("code", ANNOTATED)
def test_an_annotation_that_is_not_evaluated_may_use_what_only_checkers_import(code):
    assert becomes(code, "old.Kind", "json.Kind", imports=["json"]) == code.replace("old.Kind", "json.Kind")


def test_an_annotation_that_is_evaluated_may_not():
    code = ANNOTATED[0].replace("from __future__ import annotations\n", "")
    assert "x: json_2.Kind" in becomes(code, "old.Kind", "json.Kind", imports=["json"])


def test_an_import_of_a_checker_is_no_import_of_a_module_that_the_template_names():
    code = (
        f"{TYPING}if TYPE_CHECKING:\n    import asyncio\n\n\n"
        "def f() -> 'asyncio.Task':\n    from asyncio import get_event_loop\n    return get_event_loop()\n"
    )
    after = becomes(code, "asyncio.get_event_loop()", "asyncio.get_running_loop()")
    assert "import asyncio as asyncio_2\n" in after
    assert "return asyncio_2.get_running_loop()" in after


def test_one_name_of_a_module_that_only_checkers_import():
    code = (
        "from __future__ import annotations\nfrom datetime import datetime\nfrom typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n    from datetime import timezone\n\n\n"
        "def now(zone: timezone):\n    return datetime.utcnow()\n"
    )
    after = becomes(
        code, "datetime.datetime.utcnow()", "datetime.now(timezone.utc)", imports=["from datetime import datetime, timezone"]
    )
    assert "import timezone as timezone_2\n" in after
    assert "datetime.now(timezone_2.utc)" in after


def test_a_local_import_that_may_not_have_run_hides_the_one_of_the_module():
    code = "import json\n\n\ndef f(x):\n    if x:\n        import json\n    return old.dumps(x)\n"
    assert "return json_2.dumps(x)" in becomes(code, **GIVEN)


UNKNOWN = [
    f"{TYPING}if TYPE_CHECKING:\n    from ruamel import dump\n\n\ndef f(x):\n    return old.dumps(x)\n",
    "def f(x):\n    if x:\n        from ruamel import dump\n    return old.dumps(x)\n",
    "old.dumps(1)\nfrom ruamel import dump\n",
]


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_plain_name_of_the_template_must_have_been_imported_too(code):
    assert reasons(code, "old.dumps($X)", "dump($X)") == ["not-imported"]


def test_a_name_that_a_condition_asks_for_must_have_been_imported_too():
    code = f"{TYPING}if TYPE_CHECKING:\n    from app.log import logger\nprint(1)\n"
    where = {"file-has": "from $_ import logger"}
    assert reasons(code, "print($X)", "logger.info($X)", where=where) == ["not-imported"]
    assert becomes(code.replace("print(", "logger.x("), "logger.x($X)", "logger.info($X)", where=where) == code.replace(
        "print(", "logger.info("
    )


SPELLED = [
    ("from json import dumps\nold(1)\n", "old($X)", "lambda dumps: json.dumps($X, dumps)"),
    ("import json\nx = [old(json) for json in y]\n", "old($X)", "json.dumps($X)"),
    ("x = [old(len) for len in y]\n", "old($X)", "len($X)"),
]


@pytest.mark.parametrize("code, pattern, replacement", SPELLED)
def test_how_the_file_says_a_name_may_mean_something_else_in_the_template(code, pattern, replacement):
    assert reasons(code, pattern, replacement) == ["shadowed"]


READ = [
    "def f(x):\n    if x:\n        import json\n    return json.load(x)\n",
    "def f(x):\n    if x:\n        import json\n    with json.load(x) as y:\n        print(y)\n",
]


@pytest.mark.parametrize("code", READ)
def test_what_is_replaced_may_read_an_import_that_may_not_have_run(code):
    assert becomes(code, "json.load($X)", "json.open($X)") == code.replace("load", "open")


def test_it_does_so_first_or_it_does_not_count():
    code = "def f(x):\n    if x:\n        import json\n    old(lambda: json.x)\n"
    assert "json_2.go(lambda: json.x)" in becomes(code, "old($X)", "json.go($X)")
    with_one = "def f(x):\n    if x:\n        import json as j\n    with old(j.open(x)):\n        print(x)\n"
    assert "    j.close()" in becomes(with_one, "with old($M): $$$B", "with $M:\n    $$$B\njson.close()", imports=["json"])


def test_what_stands_in_a_later_statement_of_the_match_is_carried_from_nowhere():
    code = "x = 1\na = 2\nprint(x)\n"
    assert becomes(code, "$A = 2\nprint($X)", "print($X)") == "x = 1\nprint(x)\n"
