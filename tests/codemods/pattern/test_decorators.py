"""Decorators: what neither pattern nor replacement speaks of stays; what is added or left out comes and goes by itself."""

import pytest
from pattern_kit import becomes, captures, found, reasons, run

HEAD = "import functools\ndef a(f): return f\nx = y = b = a\n"
CACHE = "@functools.cache\ndef $F(self): $$$B"


def change(code, match, replace, **given):
    after = becomes(f"{HEAD}{code}", match=match, replace=replace, **given)
    assert after.startswith(HEAD)
    return after[len(HEAD) :]


def test_one_is_added_right_above_the_definition():
    code = "class A:\n    @property  # keep\n    # why\n    def f(self): return 1\nprint(A().f)\n"
    after = change(code, "def $F(self): $$$B", CACHE, not_=CACHE)
    assert after == code.replace("    def", "    @functools.cache\n    def")


@pytest.mark.parametrize(
    ("code", "match", "replace", "expected"),
    [
        ("@x\n@a\n@y\n", "@a\n", "@b\n", "@x\n@b\n@y\n"),
        ("@x\n@a  # why\n@y\n", "@a\n", "@b\n", "@x\n@b  # why\n@y\n"),
        ("@x\n@a\n@y\n", "@a\n", "", "@x\n@y\n"),
        ("@a\n", "@a\n", "", ""),
        ("@x\n@a\n@y\n", "@a\n", "@b\n@a\n", "@x\n@b\n@a\n@y\n"),
        ("@x\n@a\n@y\n", "@a\n", "@a\n@b\n", "@x\n@a\n@y\n@b\n"),
        ("@a\n@x\n@b\n@y\n", "@a\n@b\n", "@b\n", "@x\n@b\n@y\n"),
        ("@a\n@x\n@b\n@y\n", "@a\n@b\n", "@functools.cache\n", "@functools.cache\n@x\n@y\n"),
        ("@a\n@x\n", "@a\n", "@b\n@y\n", "@b\n@y\n@x\n"),
        ("@x\n@y  # why\n", "@$$$D\n", "@b\n@$$$D\n", "@b\n@x\n@y  # why\n"),
        ("@x\n@y\n", "@$$$D\n", "@$$$D\n@b\n", "@x\n@y\n@b\n"),
        ("", "@$$$D\n", "@b\n@$$$D\n", "@b\n"),
        ("@x\n@y\n", "@$$$D\n", "", ""),
        ("@x\n@y\n", "@$$$\n", "", "@x\n@y\n"),
        ("@x\n@y\n", "@$$$\n", "@b\n", "@x\n@y\n@b\n"),
        ("@x\n@a\n@y\n", "@$$$\n@a\n@$$$\n", "@b\n", "@x\n@b\n@y\n"),
        ("@x\n@a(1)\n", "@a($V)\n", "@b($V, 2)\n", "@x\n@b(1, 2)\n"),
        ("@x(\n    1,  # one\n)\n", "@x($V)\n", "@y($V)\n", "@y(\n    1,  # one\n)\n"),
        ("@x\n", "@$D\n", "@functools.wraps($D)\n", "@functools.wraps(x)\n"),
    ],
)
@pytest.mark.parametrize("word", ["def {}()", "class {}", "async def {}()"])
def test_decorators_come_and_go_by_themselves(code, match, replace, expected, word):
    old, new = (f"{word.format(name)}: $$$B" for name in ("f", "g"))
    body = ":\n    pass  # body\n"
    after = change(f"{code}{word.format('f')}{body}", f"{match}{old}", f"{replace}{new}")
    assert after == f"{expected}{word.format('g')}{body}"


def test_only_the_decorator_changes():
    code = "class A:\n    @staticmethod\n    @x\n    def f(a):\n        return a  # why\n"
    after = change(code, "@staticmethod\ndef $F($$$P): $$$B", "def $F($$$P): $$$B")
    assert after == code.replace("    @staticmethod\n", "")
    body = code.replace("    @staticmethod\n", "").replace("        return", "        print(1)\n        return")
    assert change(code, "@staticmethod\ndef $F($$$P): $$$B", "def $F($$$P):\n    print(1)\n    $$$B") == body


def test_decorators_that_the_file_says_otherwise():
    code = "from functools import cache\n@print\n@cache\ndef f(): pass\n"
    after = becomes(code, match="@functools.cache\ndef f(): $$$B", replace="@functools.cache\ndef g(): $$$B")
    assert after == code.replace("f()", "g()")
    after = becomes(
        code, match="@functools.cache\ndef f(): $$$B", replace="@functools.cache\n@functools.wraps(len)\ndef g(): $$$B"
    )
    expected = "import functools\nfrom functools import cache\n@print\n@cache\n@functools.wraps(len)\ndef g(): pass\n"
    assert sorted(after.split("\n")) == sorted(expected.split("\n"))


def test_a_match_in_a_decorator_is_rewritten_too():
    code = f"{HEAD}def old(*a): return a\nnew = old\n@x(old(1))\ndef f(): pass\n"
    rules = [{"match": "@$$$D\ndef f(): $$$B", "replace": "@b\n@$$$D\ndef g(): $$$B"}, {"match": "old(1)", "replace": "new(1)"}]
    _, after = run(code, any_=rules)
    assert after == code.replace("@x(old(1))\ndef f", "@b\n@x(new(1))\ndef g")


def test_a_comment_beside_a_decorator_that_goes():
    code = f"{HEAD}@a  # why\ndef f(): pass\n"
    assert reasons(code, match="@a\ndef f(): $$$B", replace="def f(): $$$B") == ["comment"]


def test_decorators_that_cannot_stay_are_told():
    code = f"{HEAD}@x\ndef f(): return 1\n"
    assert reasons(code, match="def f(): return $V", replace="f = $V") == ["not-as-meant"]
    assert becomes(code, match="@x\ndef f(): return $V", replace="f = $V") == f"{HEAD}f = 1\n"
    inner = "class A:\n    @property\n    def f(self): return 1\n"
    assert reasons(inner, match="class A:\n    def f(self): $$$B", replace="class A:\n    def g(self): $$$B") == ["not-as-meant"]
    later = f"{HEAD}print(1)\n@x\ndef f(): return 1\n"
    assert reasons(later, match="print(1)\ndef f(): $$$B", replace="def g(): $$$B") == ["not-as-meant"]


def test_decorators_of_what_a_metavariable_holds_go_along():
    code = f"{HEAD}@x  # why\ndef f(): return 1\nprint(2)\n"
    moved = becomes(code, match="$S\nprint(2)", replace="print(3)\n$S", where={"$S": {"match": "def f(): $$$"}})
    assert moved == f"{HEAD}print(3)\n@x  # why\ndef f(): return 1\n"
    inner = "class A:\n    x = 1\n    @property\n    def f(self): return 1\n"
    assert becomes(inner, match="class A: $$$B", replace="class B: $$$B", where={"has": "def f(self): $$$"}) == inner.replace(
        "A", "B"
    )


def test_what_is_spoken_of_by_several_patterns():
    code = f"{HEAD}@x\n@a\n@y\ndef f(): pass\n"
    after = becomes(code, all_=["@a\ndef $F($$$): $$$", "def f(): $$$B"], replace="@b\ndef f(): $$$B")
    assert after == code.replace("@a", "@b")


def test_holes_among_decorators():
    code = "@x\n@y\n@z\ndef f(): pass\n"
    assert captures("@x\n@$$$D\ndef f(): $$$", code)["D"] == "y\n@z"
    assert found("@y\n@$$$\ndef f(): $$$", code) == []
    assert found("@$$$A\n@y\n@$$$B\ndef f(): $$$", code) == ["def f(): pass"]
