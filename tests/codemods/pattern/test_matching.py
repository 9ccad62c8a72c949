"""What a pattern matches, and what not: one line a meaning."""

import pytest
from pattern_kit import captures, found

IMPORTS = "import asyncio\n"
CASES = [
    # one node
    ("f($X)", "f(1); f(); f(1, 2); g(1)", ["f(1)"]),
    ("$F(1)", "f(1); a.b(1); f(2)", ["f(1)", "a.b(1)"]),
    ("$X + $X", "a + a; a + b; (1+2) + (1 + 2)", ["a + a", "(1+2) + (1 + 2)"]),
    ("$X.append($Y)", "a.append(1); b().append(2); append(3)", ["a.append(1)", "b().append(2)"]),
    ("$_ == $_", "a == b; c == c; a == b == c", ["a == b", "c == c"]),
    ("$X is not None", "a is not None; a is None; not a is None", ["a is not None"]),
    # many
    ("f($$$)", "f(); f(1, 2, *a, k=3, **d); g()", ["f()", "f(1, 2, *a, k=3, **d)"]),
    ("f($$$A, 2, $$$B)", "f(2); f(1, 2); f(1, 3); f(2, 2)", ["f(2)", "f(1, 2)", "f(2, 2)"]),
    ("f($$$A, $$$A)", "f(1, 1); f(1, 2); f()", ["f(1, 1)", "f()"]),
    ("[$$$, 0]", "[0]; [1, 0]; [0, 1]; (1, 0)", ["[0]", "[1, 0]"]),
    ("{$K: 1, **$$$R}", "{'a': 1}; {'a': 1, 'b': 2, **c}; {'b': 2}", ["{'a': 1}", "{'a': 1, 'b': 2, **c}"]),
    ("{1: $A, $$$R}", "{1: 2}; {1: 2, 3: 4}", ["{1: 2}", "{1: 2, 3: 4}"]),
    # keyword arguments
    ("f(a=1, b=2)", "f(b=2, a=1); f(a=1, b=2); f(a=1, b=2, c=3); f(a=1)", ["f(b=2, a=1)", "f(a=1, b=2)"]),
    ("f($$$A, shell=True)", "f(x, y=1, shell=True, z=2); f(shell=False)", ["f(x, y=1, shell=True, z=2)"]),
    ("f(shell=True, $$$A)", "f(x, shell=True, z=2); f(x)", ["f(x, shell=True, z=2)"]),
    ("f($K=1)", "f(a=1); f(a=2); f(**a)", ["f(a=1)"]),
    ("f(**$D)", "f(**a); f(a)", ["f(**a)"]),
    ("f($X, *$A)", "f(1, *b); f(*b)", ["f(1, *b)"]),
    # literals by value
    ("f('a')", "f('a'); f(\"a\"); f('''a'''); f('\\x61'); f(b'a'); f('' 'a')", 5),
    ("f(16)", "f(0x10); f(16); f(16.0); f(1_6)", ["f(0x10)", "f(16)", "f(1_6)"]),
    ("f(1)", "f(1); f(True); f(1.0)", ["f(1)"]),
    ("f'{$X}!'", "f'{a}!'; f\"{b!r}!\"; f'{c}?'", ["f'{a}!'"]),
    # names by meaning
    ("asyncio.run($X)", IMPORTS + "asyncio.run(a)", ["asyncio.run(a)"]),
    ("asyncio.run($X)", "from asyncio import run as go\ngo(a)\nrun(b)", ["go(a)"]),
    ("asyncio.run($X)", "import asyncio as aio\naio.run(a)\naio.walk(a)", ["aio.run(a)"]),
    ("asyncio.run($X)", "def f(asyncio):\n    asyncio.run(1)", []),
    ("asyncio.run($X)", "asyncio = 1\nasyncio.run(1)", []),
    ("asyncio.run($X)", "from asyncio import (  # why\n    run  # here\n    as go,\n)\ngo(1)", ["go(1)"]),
    ("os.path.join($$$)", "from os import path\nfrom os.path import join\npath.join(1)\njoin(2)", ["path.join(1)", "join(2)"]),
    ("print($X)", "print(1)\ndef f(print):\n    print(2)", ["print(1)"]),
    ("print($X)", "import builtins\nbuiltins.print(1)", ["builtins.print(1)"]),
    ("print($X)", "[print(1) for print in a]", []),
    ("requests.get($$$)", "import requests as r\nr.get(1)", ["r.get(1)"]),
    ("logger.warn($$$)", "logger = make()\nlogger.warn('x')\nself.logger.warn('x')", ["logger.warn('x')"]),
    ("self.$A", "self.x; self.y.z; other.x", ["self.x", "self.y"]),
    ("np.array($X)", "import numpy as np\nnp.array(1)", ["np.array(1)"]),
    # statements
    ("$X = $X", "a = a; a = b; a.b = a.b", ["a = a", "a.b = a.b"]),
    ("return None", "def f():\n    return None\ndef g():\n    return", ["return None"]),
    ("$X += 1", "a += 1; a += 2; a -= 1", ["a += 1"]),
    ("import $M", "import a\nimport b.c\nimport d as e\nimport f, g", ["import a", "import b.c", "import d as e"]),
    ("from $M import $$$N", "from a import b, c as d\nfrom .x import y", ["from a import b, c as d"]),
    ("del $X", "del a; del b, c", ["del a"]),
    ("raise $E", "raise\nraise a\nraise a from b", ["raise a"]),
    ("x: $T = $V", "x: int = 1\nx: str", ["x: int = 1"]),
    ("a()\nb()", "a()\nb()\na()\nc()", ["a()\nb()"]),
    ("a()\n$$$\nb()", "a()\nx()\ny()\nb()\nz()", ["a()\nx()\ny()\nb()"]),
    (
        "$L.acquire()\n$$$B\n$L.release()",
        "a.acquire()\nx\na.release()\nb.acquire()\nc.release()",
        ["a.acquire()\nx\na.release()"],
    ),
    ("a()\n$$$REST", "if 1:\n    a()\n    b()\n    c()\nd()", ["a()\n    b()\n    c()"]),
    # compound statements
    ("if $C: $$$B", "if a:\n    b\nif c:\n    d\nelse:\n    e", ["if a:\n    b"]),
    ("if $C: $$$B\nelse: $$$E", "if a:\n    b\nif c:\n    d\nelse:\n    e", ["if c:\n    d\nelse:\n    e"]),
    ("for $I in range(len($X)): $$$B", "for i in range(len(a)):\n    b", ["for i in range(len(a)):\n    b"]),
    ("with $C as $V: $$$B", "with a as b: c\nwith a: c\nwith a as b, d as e: c", ["with a as b: c"]),
    ("with $$$ITEMS: $$$B", "with a as b, d: c\nasync def f():\n    async with a: c", ["with a as b, d: c"]),
    ("async with $C: $$$B", "async def f():\n    async with a: c\n    with a: c", ["async with a: c"]),
    ("while True: $$$B", "while True: a\nwhile 1: b", ["while True: a"]),
    ("try: $$$B\nexcept $E: pass", "try:\n    a\nexcept X: pass\ntry: a\nexcept X: b", ["try:\n    a\nexcept X: pass"]),
    ("def $F($$$P): $$$B", "def f(): pass\nasync def g(): pass\nclass C: pass", ["def f(): pass"]),
    ("def $F($$$, $P=[], $$$): $$$", "def f(a, b=[], *c): pass\ndef g(*, k=[]): pass\ndef h(a): pass", 2),
    ("def $F(self, $X): $$$", "def f(self, a=1): 0\ndef g(self): 0\ndef h(this, a): 0", ["def f(self, a=1): 0"]),
    ("def $F($X: int) -> $R: $$$", "def f(a: int) -> str: 0\ndef g(a: int): 0\ndef h(a) -> str: 0", ["def f(a: int) -> str: 0"]),
    ("def $F(*$A, **$K): $$$", "def f(*a, **k): 0\ndef g(*a): 0", ["def f(*a, **k): 0"]),
    ("class $C(Base): $$$", "class A(Base): 0\nclass B: 0\nclass D(Base, X): 0", ["class A(Base): 0"]),
    ("class $C($$$, metaclass=$M): $$$", "class A(B, metaclass=M): 0\nclass D(B): 0", ["class A(B, metaclass=M): 0"]),
    ("@cached\ndef $F($$$): $$$", "@a\n@cached\n@b\ndef f(): 0\n@a\ndef g(): 0", ["def f(): 0"]),
    ("lambda $X: $X", "lambda a: a; lambda a: b; lambda: a", ["lambda a: a"]),
    ("lambda: $X", "lambda: a; lambda b: a", ["lambda: a"]),
    ("lambda $$$A: $X", "lambda: a; lambda b, c=1: a", ["lambda: a", "lambda b, c=1: a"]),
    ("[$X for $X in $Y]", "[a for a in b]; [a for c in b]; [a for a in b if a]", ["[a for a in b]"]),
    ("await $X", "async def f():\n    await a\n    a", ["await a"]),
    ("yield $X", "def f():\n    yield a\n    b = yield c", ["yield a", "yield c"]),
    ("$A and $B", "a and b; a and b and c; a or b", ["a and b"]),
    ("$$$A and c", "a and b and c; c", ["a and b and c"]),
    # clauses
    ("except $E as $N: $$$B", "try: a\nexcept X as x: b\nexcept Y: c", ["except X as x: b"]),
    ("except: $$$", "try: a\nexcept: b\ntry: a\nexcept X: b", ["except: b"]),
    ("except* $E: $$$", "try: a\nexcept* X: b\ntry: a\nexcept X: b", ["except* X: b"]),
    ("except $E: $$$", "try: a\nexcept* X: b\ntry: a\nexcept X: b", ["except X: b"]),
    ("except ($$$, OSError, $$$): $$$", "try: a\nexcept (X, OSError): b\nexcept OSError: c", ["except (X, OSError): b"]),
    ("case $P: pass", "match a:\n    case 1: pass\n    case [b]: pass\n    case c: d", ["case 1: pass", "case [b]: pass"]),
    ("case Point($$$): $$$", "match a:\n    case Point(x=1): pass\n    case 2: pass", ["case Point(x=1): pass"]),
    (
        "case Point($$$A): $$$",
        "match a:\n    case Point(x=1): pass\n    case Point(1): 0\n    case 2: pass",
        ["case Point(1): 0"],
    ),
    (
        "case Point(x=$X, $$$): 0",
        "match a:\n    case Point(1, y=2, x=3): 0\n    case Point(y=2): 0",
        ["case Point(1, y=2, x=3): 0"],
    ),
    ("case Point(x=1, y=2): 0", "match a:\n    case Point(y=2, x=1): 0\n    case Point(x=1): 0", ["case Point(y=2, x=1): 0"]),
    ("@app.route($$$)", "@app.route('/')\n@other\ndef f(): pass\napp.route(1)", ["app.route('/')"]),
    # not in strings and comments
    ("f($X)", "# f(1)\n'f(1)'\n", []),
    ("f(\n    $X,\n)", "f(1)", ["f(1)"]),
]


@pytest.mark.parametrize("pattern, code, expected", CASES)
def test_matches(pattern, code, expected):
    got = found(pattern, code)
    assert len(got) == expected if isinstance(expected, int) else sorted(got) == sorted(expected), got


CAPTURES = [
    ("f($A, $$$B)", "f(1, 2, k=3)", {"A": "1", "B": "2, k=3"}),
    ("f($$$A, k=$V)", "f(1, k=2, z=3)", {"A": "1, z=3", "V": "2"}),
    ("except $E as $N: $$$B", "try: 0\nexcept A as b:\n    c()\n    d()", {"E": "A", "N": "b", "B": "c()\n    d()"}),
    ("def $F($P): $$$B", "def f(a: int = 1): pass", {"F": "f", "P": "a: int = 1", "B": "pass"}),
    ("import $M", "import a.b", {"M": "a.b"}),
    ("$X.$A", "a.b", {"X": "a", "A": "b"}),
    ("f($_, $X)", "f(1, 2)", {"X": "2"}),
]


@pytest.mark.parametrize("pattern, code, expected", CAPTURES)
def test_captures(pattern, code, expected):
    assert captures(pattern, code) == expected
