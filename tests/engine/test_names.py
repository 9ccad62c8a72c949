"""Scopes, bindings and qualified names."""

import ast

import pytest

from engine import Source

CASES = {
    "plain import": ("import os.path as p\nMARK(p.join)", "os.path.join"),
    "dotted import": ("import os.path\nMARK(os.path.join)", "os.path.join"),
    "from": ("from a.b import c\nMARK(c.d)", "a.b.c.d"),
    "relative": ("from ..x import y\nMARK(y)", "..x.y"),
    "builtin": ("MARK(Exception)", "builtins.Exception"),
    "own": ("def f(): pass\nMARK(f)", ".f"),
    "unknown": ("MARK(nothing)", None),
    "call": ("import a\nMARK(a().b)", None),
    "shadowed builtin": ("Exception = 1\nMARK(Exception)", ".Exception"),
    "shadowed in a function": ("def f(open):\n    MARK(open)", ".open"),
    "two meanings": ("import a\na = 1\nMARK(a)", None),
    "one meaning twice": ("import a\nimport a\nMARK(a.b)", "a.b"),
    "guarded with a fallback": ("try:\n    import a\nexcept ImportError:\n    import b as a\nMARK(a)", None),
    "guarded without": ("try:\n    import a\nexcept ImportError:\n    pass\nMARK(a)", "a"),
    "star hides builtins": ("from x import *\nMARK(TimeoutError)", None),
    "star leaves Exception": ("from x import *\nMARK(Exception)", "builtins.Exception"),
    "class scope from its method": ("import a\nclass C:\n    a = 1\n    def m(self):\n        MARK(a)", "a"),
    "class scope from its body": ("import a\nclass C:\n    import b as a\n    MARK(a)", "b"),
    "class scope from a nested class": ("import a\nclass C:\n    a = 1\n    class D:\n        MARK(a)", "a"),
    "enclosing function": ("import a\ndef f():\n    import b as a\n    def g():\n        MARK(a)", "b"),
    "global": ("import a\ndef f():\n    a = 1\n    def g():\n        global a\n        MARK(a)", "a"),
    "global that is assigned": ("import a\ndef f():\n    global a\n    a = 1\nMARK(a)", None),
    "global at module level": ("global a\nimport a\nMARK(a)", "a"),
    "nonlocal": ("import a\ndef f():\n    import b as a\n    def g():\n        nonlocal a\n        MARK(a)", "b"),
    "nonlocal that is assigned": (
        "import a\ndef f():\n    import b as a\n    def g():\n        nonlocal a\n        a = 1\n    MARK(a)",
        None,
    ),
    "nonlocal leaves the module alone": (
        "import a\ndef f():\n    a = 0\n    def g():\n        nonlocal a\n        a = 1\nMARK(a)",
        "a",
    ),
    "nonlocal passes over a class": (
        "import x\ndef f():\n    x = 0\n    class C:\n        x = 5\n        def g(self):\n"
        "            nonlocal x\n            x = 1\nMARK(x)",
        "x",
    ),
    "argument": ("import a\ndef f(a):\n    MARK(a)", ".a"),
    "keyword-only, star and double star": ("import a, b, c, d\ndef f(d, /, *a, b, **c):\n    MARK(c)", ".c"),
    "default argument": ("import a\ndef f(\n    x=MARK(a),\n    a=None,\n):\n    pass", "a"),
    "default on the line of def": ("import a\ndef f(a=MARK(a)): pass", "a"),
    "annotation": ("import a\ndef f(\n    a: MARK(a)\n) -> None:\n    pass", "a"),
    "decorator": ("import a\n@MARK(a)\ndef f(a): pass", "a"),
    "decorator of a nested function": ("import a\ndef g():\n    @MARK(a)\n    def f(a): pass", "a"),
    "first statement is decorated": ("import a\ndef g(a):\n    @MARK(a)\n    def f(): pass", ".a"),
    "body on the line of def": ("import a\ndef f(a): MARK(a)", ".a"),
    "base class": ("import a\nclass C(MARK(a)):\n    a = 1", "a"),
    "lambda argument in a default is no argument": ("import a\ndef f(key=lambda a: a):\n    MARK(a)", "a"),
    "inside a lambda": ("import time\nf = lambda time: MARK(time)", None),
    "default of a lambda": ("import time\nf = lambda time=MARK(time): 1", "time"),
    "inside a comprehension": ("import time\nf = [MARK(time) for time in ()]", None),
    "looped over first": ("import time\nf = [time for time in MARK(time)]", "time"),
    "looped over within": ("import time\nf = [time for a in () for time in MARK(time)]", None),
    "looped over first, by a comprehension": ("import time\nf = [time for time in [a for a in MARK(time)]]", "time"),
    "beside a comprehension": ("import time\nf = [time for time in ()], MARK(time)", "time"),
    "comprehension does not bind": ("import x\n[x for x in ()]\nMARK(x)", "x"),
    "comprehension does not bind beside a walrus": ("import x\n[x for x in (y := ())]\nMARK(x)", "x"),
    "walrus in an expression": ("import a\nf((a := 1))\nMARK(a)", None),
    "walrus in a comprehension": ("import a\n[(a := 1) for b in ()]\nMARK(a)", None),
    "walrus in a lambda is its own": ("import a\nf = lambda: (a := 1)\nMARK(a)", "a"),
    "walrus in a condition": ("import a\nwhile (a := 1): pass\nMARK(a)", None),
    "walrus in a default": ("import a\ndef f(x=(a := 1)): pass\nMARK(a)", None),
    "walrus in a guard": ("import a\nmatch 1:\n    case 1 if (a := 1): pass\nMARK(a)", None),
    "walrus in an except clause": ("import a\ntry: pass\nexcept (a := OSError): pass\nMARK(a)", None),
    "walrus in a body binds once": ("import a\nif 1:\n    def f():\n        a = (b := 1)\nMARK(a)", "a"),
    "for target": ("import a\nfor (b, [a, *c]) in (): pass\nMARK(a)", None),
    "async for target": ("import a\nasync def f():\n    async for a in (): MARK(a)", ".a"),
    "with target": ("import a\nwith x() as (a, b): pass\nMARK(a)", None),
    "with context only": ("import a\nwith a: MARK(a)", "a"),
    "attribute target": ("import a\na.b = a[0] = 1\nMARK(a)", "a"),
    "starred target": ("import a\nb, *a = ()\nMARK(a)", None),
    "augmented": ("import a\na += 1\nMARK(a)", None),
    "augmented value": ("import a\nb += a\nMARK(a)", "a"),
    "annotated": ("import a\na: int = 1\nMARK(a)", None),
    "annotation only": ("import a\ndef f():\n    a: int\n    MARK(a)", ".a"),
    "deleted": ("import a\ndel a\nMARK(a)", None),
    "except name": ("import a\ntry: pass\nexcept OSError as a: MARK(a)", None),
    "match capture": ("import a\nmatch 1:\n    case [a, b]: MARK(a)", None),
    "match as": ("import a\nmatch 1:\n    case {'k': 1} as a: MARK(a)", None),
    "match star": ("import a\nmatch 1:\n    case [1, *a]: MARK(a)", None),
    "match rest": ("import a\nmatch 1:\n    case {'k': 1, **a}: MARK(a)", None),
    "match value": ("import a\nmatch 1:\n    case a.b: MARK(a)", "a"),
    "match body": ("import a\nmatch 1:\n    case 1:\n        a = 1\nMARK(a)", None),
    "else and finally": ("import a\ntry: pass\nfinally:\n    a = 1\nMARK(a)", None),
    "second function": ("import a\ndef f(a): pass\ndef g():\n    MARK(a)\ndef h(a): pass", "a"),
    "function in a handler": ("import a\ntry: pass\nexcept OSError:\n    def f(a): MARK(a)\nelse:\n    def g(): pass", ".a"),
    "non-ascii before it": ("import a\ndef f(ü, a): ü, MARK(a)", ".a"),
}


def marked(text):
    source = Source("m.py", (text + "\n").encode())
    (call,) = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MARK")
    return source, call.args[0]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_qualified(text, expected):
    source, node = marked(text)
    assert source.names.qualified(node) == expected


def test_a_deep_elif_chain_is_no_recursion():
    source = Source("m.py", b"import a\nif a: pass\n" + b"elif a: b = 1\n" * 2_000 + b"else:\n    last = 1\n")
    assert len(source.names.module.bindings["b"]) == 2_000
    assert "last" in source.names.module.bindings


def test_guarded_and_line():
    source = Source("m.py", b"import a\nif a:\n    import b\nelse:\n    for c in a: d = 1\n")
    found = {name: (one[0].line, one[0].guarded) for name, one in source.names.module.bindings.items()}
    assert found == {"a": (1, False), "b": (3, True), "c": (5, True), "d": (5, True)}


def test_fresh_avoids_every_word_of_the_file():
    source = Source("m.py", b"# fetch\nx = 'fetch_2'\n")
    assert source.names.fresh("fetch") == "fetch_3"
    assert source.names.fresh("open") == "open_2"
    assert source.names.fresh("new") == "new"


@pytest.mark.parametrize(
    ("text", "module", "name", "before", "expected"),
    [
        ("import os\n", "os", "", 9, "os"),
        ("import os as o\n", "os", "", 9, "o"),
        ("import os.path\n", "os.path", "", 9, "os.path"),
        ("import os\nimport os.path\n", "os.path", "", 9, "os.path"),
        ("import os\nimport os.path\n", "os", "", 9, "os"),
        ("import os\n", "os.path", "", 9, None),
        ("import os.path as p\n", "os.path", "", 9, "p"),
        ("from a import b\n", "a", "b", 9, "b"),
        ("from a import b as c\n", "a", "b", 9, "c"),
        ("from a import b\nb = 1\n", "a", "b", 9, None),
        ("from a import b\ndef f():\n    global b\n    b = 1\n", "a", "b", 9, None),
        ("try:\n    from a import b\nexcept ImportError:\n    pass\n", "a", "b", 9, None),
        ("if TYPE_CHECKING:\n    from a import b\n", "a", "b", 9, None),
        ("def f():\n    from a import b\n", "a", "b", 9, None),
        ("x = 1\nfrom a import b\n", "a", "b", 2, None),
    ],
)
def test_imported_as(text, module, name, before, expected):
    assert Source("m.py", text.encode()).names.imported_as(module, name, before) == expected
