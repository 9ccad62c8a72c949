"""rope inlines: each use says what the name stands for, or nothing is changed and a sentence says where."""

import subprocess
import sys

import pytest
import tools_kit as kit

from engine.apply import apply
from engine.model import RewrightError


def target(folder, name, **files):
    rules = f"version: 1\nrules:\n- id: it\n  rope: {{inline: {name}}}\n"
    return kit.target(folder, {"rules.yaml": rules, **{f"{path}.py": text for path, text in files.items()}})


def run(root):
    done = subprocess.run([sys.executable, "-m", "main"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("name", "m", "main", "after"),
    [
        ("m.times", "def times(x, y):\n    return x * y\n", "print(m.times(2, 3))\n", "print(2 * 3)\n"),
        ("m.times", 'def times(x, n=2):\n    """Said."""\n    return x * n\n', "y = 3\nprint(m.times(y))\n", "print(y * 2)\n"),
        ("m.times", "def times(x, y):\n    return x * y\n", "print(m.times(y=2, x=3))\n", "print(3 * 2)\n"),
        ("m.root", "import math\n\n\ndef root(x):\n    return math.sqrt(x)\n", "print(m.root(4))\n", "sqrt(4))\n"),
        ("m.say", "def say(x):\n    print(x)\n", "m.say(3)\n", "print(3)\n"),
        ("m.RATE", "RATE = 2\n", "print(4 * m.RATE, [m.RATE for x in (1, 2)])\n", "print(4 * 2, [2 for x in (1, 2)])\n"),
        ("m.RATE", "RATE = 2 + 1\n", "print(m.RATE, [m.RATE])\n", "print(2 + 1, [2 + 1])\n"),
        ("m.RATE", "class A:\n    x = 1\n\n\nRATE: type = A\n", "print(m.RATE.x)\n", "print(A.x)\n"),
        ("m.size", "def size(x):\n    return x.a\n", "class A:\n    a = 3\n\n\nd = A\nprint(m.size(d))\n", "print(d.a)\n"),
        ("m.size", "def size(x):\n    return x.a\n", "class A:\n    a = 3\n\n\nprint(m.size(A))\n", "print(A.a)\n"),
        ("m.add", "def add(n, m=1):\n    return n + m\n", "print(m.add(1))\n", "print(1 + 1)\n"),
    ],
)
def test_the_program_runs_as_before(tmp_path, name, m, main, after):
    root = target(tmp_path, name, m=m, main=f"import m\n\n{main}")
    said = run(root)
    assert not apply(kit.plan(root)).failures
    assert after in (root / "main.py").read_text() and name.split(".")[-1] not in (root / "m.py").read_text()
    assert run(root) == said
    assert kit.plan(root).deltas == ()


def test_who_imports_it_gets_what_it_needs(tmp_path):
    main = "from m import times, other\n\n\ndef f(x):\n    return times(x, 2) + other()\n\n\nprint(f(3))\n"
    m = "import math\n\n\ndef times(x, y):\n    return math.pow(x, y)\n\n\ndef other():\n    return 1\n"
    root = target(tmp_path, "m.times", m=m, main=main)
    said = run(root)
    assert not apply(kit.plan(root)).failures
    assert "return math.pow(x, 2) + other()" in (root / "main.py").read_text() and run(root) == said


DIFFERS = "would not say what it says with m.* in its place"
ORDER = "cannot be inlined: what it gives would be computed more than once, not at all, or in another order"
VALUE = "its value may be another one at each use"


@pytest.mark.parametrize(
    ("name", "m", "main", "sentence"),
    [
        # precedence
        ("m.times", "def times(x, y):\n    return x * y\n", "print(times(1 + 1, 3))\n", f"main.py line 3 {DIFFERS}"),
        ("m.RATE", "RATE = 2 + 1\n", "x = 3\nprint(x * RATE)\n", f"main.py line 4 {DIFFERS}"),
        ("m.RATE", "RATE = 1, 2\n", "print(RATE[0])\n", f"main.py line 3 {DIFFERS}"),
        ("m.RATE", "RATE = 1 if True else 2\n", "print(RATE + 1)\n", f"main.py line 3 {DIFFERS}"),
        ("m.RATE", "RATE = -1\n", "print(RATE ** 2)\n", f"main.py line 3 {DIFFERS}"),
        ("m.F", "F = lambda x: x\n", "print(F(1))\n", f"m.F cannot be inlined: m.py line 1: {VALUE}"),
        # a line twice
        ("m.T.m", "class T:\n    def m(self, a):\n        return a\n", "print(T().m(1), T().m(2))\n", "m.T.m of m.py cannot"),
        ("m.f.y", "def f(x):\n    y = x\n    return y\n", "print(f(1))\n", "m.f.y of m.py cannot be inlined: only what stands"),
        ("m.one", "def one(a):\n    return a\n", "print(one(1), one(2))\n", f"main.py line 3 {DIFFERS}"),
        # captured
        (
            "m.pick",
            "def pick(a):\n    return [a for x in range(2)]\n",
            "def f(x):\n    return pick(x)\n\n\nprint(f(1))\n",
            "m.pick cannot be inlined: m.py line 1: only a function that is one `return`",
        ),
        (
            "m.get",
            "STATE = 1\n\n\ndef get(x):\n    return x + STATE\n",
            "STATE = 99\nprint(get(1))\n",
            "main.py line 3 would not say|main.py line 4 would not say",
        ),
        (
            "m.get",
            "STATE = 1\n\n\ndef get(x):\n    return x + STATE\n\n\ndef put():\n    global STATE\n    STATE = 2\n",
            "print(get(1))\n",
            "main.py line 3 cannot be inlined: STATE of m.py is set more than once",
        ),
        (
            "m.get",
            "STATE = 1\n\n\ndef get(x):\n    return x + STATE\n",
            "print([get(STATE) for STATE in [1]])\n",
            f"main.py line 3 {DIFFERS}",
        ),
        ("m.RATE", "ONE = 1\nRATE = ONE\n", "print((lambda ONE: RATE)(2))\n", f"main.py line 3 {DIFFERS}"),
        # not the same value
        (
            "m.add",
            "N = 1\n\n\ndef add(x, n=N):\n    return x + n\n\n\nN = 2\n",
            "print(add(1))\n",
            "m.add cannot .*: the default of n",
        ),
        ("m.add", "def add(x, n=[]):\n    return x + n\n", "print(add([1]))\n", "m.add cannot .*: the default of n"),
        ("m.L", "L = [1]\n", "L.append(2)\nprint(L)\n", f"m.L cannot be inlined: m.py line 1: {VALUE}"),
        ("m.T", "import time\n\nT = time.time()\n", "print(T == T)\n", f"m.T cannot be inlined: m.py line 3: {VALUE}"),
        ("m.T", "ONE = 1\nT = ONE\nONE = 2\n", "print(T)\n", f"m.T cannot be inlined: m.py line 2: {VALUE}"),
        ("m.T", "T = 1\nT = 2\n", "print(T)\n", "m.T cannot be inlined: m.py line 1 is not the only place that sets it"),
        ("m.T", "for i in (1, 2):\n    T = i\n", "print(T)\n", "m.T cannot be inlined: m.py line 2 is not the only place"),
        ("m.T", "T = U = 1\n", "print(T)\n", "m.T cannot be inlined: m.py line 1 is not `T = value` by itself"),
        ("m.T", "T = 1\n__all__ = ['T']\n", "print(T)\n", "m.T cannot be inlined: m.py line 1: it is named in __all__"),
        ("m.T", "T = 1\n", "import m\nm.T = 2\nprint(T)\n", "rope cannot inline m.T: Syntax error in file <main.py> line <4>"),
        # arguments that do something
        ("m.sq", "def sq(x):\n    return x * x\n", "print(sq(print(3) or 2))\n", f"main.py line 3 {ORDER}"),
        ("m.no", "def no(x):\n    return 1\n", "print(no(print(3)))\n", f"main.py line 3 {ORDER}"),
        ("m.sub", "def sub(x, y):\n    return y - x\n", "print(sub(int(3), int(4)))\n", f"main.py line 3 {ORDER}"),
        ("m.sub", "def sub(x, y):\n    return x and y\n", "print(sub(int(0), int(4)))\n", f"main.py line 3 {ORDER}"),
        ("m.sub", "def sub(x, y):\n    return print(y) or x\n", "n = 1\nn = 2\nprint(sub(n, 2))\n", f"main.py line 5 {ORDER}"),
        (
            "m.sub",
            "def sub(x, y):\n    return [y, x]\n",
            "class A:\n    b = 1\n\n\nprint(sub(int(1), A.b))\n",
            f"main.py line 7 {ORDER}",
        ),
        (
            "m.sub",
            "def sub(*x):\n    return x\n",
            "print(sub(1))\n",
            "m.sub cannot be inlined: m.py line 1: it has parameters with",
        ),
        ("m.sub", "def sub(x):\n    return x\n", "print(sub(*[1]))\n", "main.py line 3 cannot be inlined: nobody can tell"),
        ("m.R", "R = (\n    1\n    + 2\n)\n", "print(R)\n", "rope does not find m.R at m.py line 1; write it on one line first"),
        # a function that means its place
        (
            "m.here",
            "def here():\n    return __name__\n",
            "print(here())\n",
            "m.here cannot be inlined: m.py line 1: __name__ means",
        ),
        (
            "m.f",
            "import functools\n\n\n@functools.cache\ndef f(x):\n    return x\n",
            "print(f(1))\n",
            "m.f .*: it has a decorator",
        ),
        ("m.f", "def f(x):\n    x += 1\n    return x\n", "print(f(1))\n", "m.f cannot .* line 1: only a function that is one"),
    ],
)
def test_what_would_say_something_else_is_refused(tmp_path, name, m, main, sentence):
    root = target(tmp_path, name, m=m, main=f"from m import {name.split('.')[1]}\n\n{main}")
    with pytest.raises(RewrightError, match=f"^rule it: (?:rope: )?(?:{sentence})"):
        kit.plan(root)
