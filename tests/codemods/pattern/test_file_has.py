"""Conditions on the whole file, and names that a replacement carries from one place to another."""

import pytest
from pattern_kit import becomes, faults, found, reasons, run

from codemods.pattern import hints, rules, whole
from codemods.pattern.captures import File
from codemods.pattern.read import read
from engine.source import Source

LOGGER = {"file-has": {"match": "$LOGGER = logging.getLogger($$$)", "inside": "module"}}
HEAD = "import logging\nlog = logging.getLogger(__name__)\n"


def test_something_matches_anywhere():
    assert found("f()", "f()\ng()\n", where={"file-has": "g()"}) == ["f()"]
    assert found("f()", "f()\ndef a():\n    return [g() for _ in ()]\n", where={"file-has": "g()"}) == ["f()"]
    assert found("f()", "f()\nh()\n", where={"file-has": "g()"}) == []
    assert found("f()", "f()\nh()\n", where={"not-file-has": "g()"}) == ["f()"]
    assert found("f()", "f()\ng()\n", where={"not-file-has": "g()"}) == []


def test_several_are_all_of_them():
    assert found("f()", "f()\ng()\n", where={"file-has": ["g()", "h()"]}) == []
    assert found("f()", "f()\ng()\nh()\n", where={"file-has": ["g()", "h()"]}) == ["f()"]
    assert found("f()", "f()\nh()\n", where={"not-file-has": ["g()", "h()"]}) == []


def test_captures_are_shared():
    code = "a.open()\nb.open()\nb.close()\n"
    assert found("$X.open()", code, where={"not-file-has": "$X.close()"}) == ["a.open()"]
    assert found("$X.open()", code, where={"file-has": "$X.close()"}) == ["b.open()"]


def test_conditions_of_its_own_may_speak_of_the_site():
    code = "f(a)\ng(1)\nb = a\n"
    where = {"file-has": {"match": "g($N)", "where": {"$N": {"is": "number"}, "$X": {"is": "name"}}}}
    assert found("f($X)", code, where=where) == ["f(a)"]
    assert found("f($X)", code.replace("(a)", "('a')"), where=where) == []


def test_what_it_binds_can_be_written():
    code = f"{HEAD}def f():\n    print(1)\n"
    assert becomes(code, "print($X)", "$LOGGER.info($X)", where=LOGGER) == code.replace("print", "log.info")


def test_of_several_the_first_one_that_meets_everything():
    code = "import logging\na = logging.getLogger()\nb = logging.getLogger('b')\ndef f():\n    print(1)\n"
    where = {**LOGGER, "$LOGGER": {"matches": "b"}}
    assert becomes(code, "print($X)", "$LOGGER.info($X)", where=where) == code.replace("print", "b.info")


def test_in_an_alternative_of_several_statements():
    code = "a()\nb()\nc()\n"
    rule = {"match": "a()\nb()", "where": {"file-has": "b()\nc()"}}
    assert found(code=code, **rule) == ["a()\nb()"]


def test_beside_alternatives():
    rule = {"any": [{"match": "str($X)", "where": {"file-has": "len($Y)"}, "replace": "repr($X, $Y)"}, "str($X)"]}
    assert becomes("str(1)\nlen(2)\n", replace=None, **rule) == "repr(1, 2)\nlen(2)\n"


@pytest.mark.parametrize(
    "code, reason",
    [
        (f"{HEAD}def f(log):\n    print(1)\n", "shadowed"),
        (f"{HEAD}def f():\n    print(1)\n    log = 1\n", "shadowed"),
        (f"{HEAD}def f():\n    return [print(1) for log in ()]\n", "shadowed"),
        (f"{HEAD}f = lambda log: print(1)\n", "shadowed"),
        ("import logging\nclass A:\n    log = logging.getLogger()\n    def f(self):\n        print(1)\n", "shadowed"),
        ("import logging\nprint(1)\nlog = logging.getLogger()\n", "shadowed"),
    ],
)
def test_a_name_that_means_something_else_is_not_carried(code, reason):
    assert reasons(code, "print($X)", "$LOGGER.info($X)", where=LOGGER) == [reason]


def test_a_name_that_is_there_in_time_is_carried():
    code = f"{HEAD}print(1)\nclass A:\n    print(2)\n    def f(self):\n        print(3)\n"
    items, after = run(code, match="print($X)", replace="$LOGGER.info($X)", where=LOGGER)
    assert after == code.replace("print", "log.info")


def test_the_file_is_walked_once(monkeypatch):
    walks = []
    monkeypatch.setattr(whole, "candidates", lambda *given: walks.append(given) or iter(()))
    code = "f(1)\n" * 50
    assert found("f($X)", code, where={"file-has": "g()"}) == []
    assert len(walks) == 1
    assert found("f($X)", code, where={"file-has": "g($X)"}) == []
    assert len(walks) == 2


def test_hints_are_of_the_rarer_word():
    plain = {"match": "print($X)", "where": LOGGER}
    assert hints(plain) == hints({"match": "getLogger()"})
    assert hints({"match": "print($X)", "where": {"not-file-has": "logging.getLogger()"}}) == hints({"match": "print($X)"})
    either = {"any": ["print()", {"match": "print($X)", "where": LOGGER}]}
    assert any(b"print" in one for one in hints(either)) and any(b"getLogger" in one for one in hints(either))


def test_an_alias_is_found_by_the_hints():
    code = "from logging import getLogger as g\nlog = g()\ndef f():\n    print(1)\n"
    assert becomes(code, "print($X)", "$LOGGER.info($X)", where=LOGGER) == code.replace("print", "log.info")


def test_what_it_names_is_known_to_other_conditions():
    rule = read({"match": "f($X)", "where": {"file-has": "g($Y)", "$Y": {"is": "name"}}})
    assert rule.faults == () and whole.spoken(rule.rule) == {"X", "Y"}
    file = File(Source("a.py", b"f(1)\ng(a)\n"), frozenset())
    assert [one["Y"].nodes[0].id for one in whole.anywhere(rule.rule.where[0].rule, {}, file)] == ["a"]
    assert isinstance(rule.rule, rules.Rule)


@pytest.mark.parametrize(
    "where, expected",
    [
        ({"file-hsa": "f()"}, "where.file-hsa: unknown condition 'file-hsa'; did you mean 'file-has'?"),
        ({"file-has": "f("}, "where.file-has: the pattern is not Python"),
        ({"file-has": "$X"}, "where.file-has: the pattern: `$X` alone matches everything"),
        ({"not-file-has": "g($Y)", "$Z": {"is": "name"}}, "where.$Z: no pattern binds $Z"),
    ],
)
def test_faults(where, expected):
    assert any(message.startswith(expected) for message in faults(match="f($X)", where=where)), faults(match="f($X)", where=where)


def test_what_is_only_denied_binds_nothing():
    assert faults(match="f($X)", where={"not-file-has": "g($Y)"}, replace="h($Y)") == [
        "replace: the pattern binds no $Y; known: X"
    ]


# -- imports that are nearer -------------------------------------------------------------

NEAR = {"match": "json.load($X)", "replace": "json.loads($X)"}


@pytest.mark.parametrize(
    "code",
    [
        "def f(a):\n    import json\n    return json.load(a)\n",
        "def f(a):\n    import json as j\n    return j.load(a)\n",
        "def f(a):\n    import json\n    def g():\n        return json.load(a)\n    return g\n",
        "try:\n    import json\nexcept ImportError:\n    pass\ndef f(a):\n    return json.load(a)\n",
        "try:\n    import json\n    a = json.load('')\nexcept ImportError:\n    pass\n",
        "if 1:\n    import json as j\na = j.load('')\n",
    ],
)
def test_an_import_nearby_is_used(code):
    assert becomes(code, **NEAR) == code.replace("load(", "loads(")


def test_an_import_that_comes_too_late_is_not_used():
    code = "def f(a):\n    b = str(a)\n    import json\n    return json, b\n"
    after = becomes(code, "str($X)", "json.dumps($X)")
    assert after == "import json as json_2\n\n\n" + code.replace("str(", "json_2.dumps(")
