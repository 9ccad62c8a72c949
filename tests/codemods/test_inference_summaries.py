"""The fact: what project functions may raise, across calls, methods, bases, files and recursion."""

import ast
import pickle
import textwrap

import pytest
from inference_kit import KNOWLEDGE, infer_in, project_of

from codemods.broad_except import CODEMOD
from codemods.broad_except.inference.modules import modules_of
from codemods.broad_except.inference.scan import scan_tree
from codemods.broad_except.inference.summaries import SUMMARIES, summarise
from engine.cache import canonical
from engine.source import Source

SHAPES = {
    "raises": ("def f():\n    raise ValueError", {"ValueError"}, True),
    "calls a library": ("import os\ndef f(p):\n    os.remove(p)", {"OSError"}, True),
    "calls another": ("def g():\n    raise KeyError\ndef f():\n    g()", {"KeyError"}, True),
    "recursion": ("def f(n):\n    if n:\n        f(n - 1)\n    raise ValueError", {"ValueError"}, True),
    "two that call each other": (
        "def f(n):\n    g(n)\ndef g(n):\n    if n:\n        raise KeyError\n    f(n)",
        {"KeyError"},
        True,
    ),
    "caught inside": (
        "def g():\n    raise KeyError\ndef f():\n    try:\n        g()\n    except LookupError:\n        pass",
        set(),
        True,
    ),
    "not caught by another": (
        "def g():\n    raise KeyError\ndef f():\n    try:\n        g()\n    except IndexError:\n        pass",
        {"KeyError"},
        True,
    ),
    "raised again": (
        "def f():\n    try:\n        raise KeyError\n    except KeyError:\n        print(1)\n        raise",
        {"KeyError"},
        True,
    ),
    "raised again by name": (
        "def f():\n    try:\n        raise KeyError\n    except KeyError as error:\n        raise error",
        {"KeyError"},
        True,
    ),
    "translated": (
        "def f():\n    try:\n        raise KeyError\n    except KeyError as error:\n        raise ValueError from error",
        {"ValueError"},
        True,
    ),
    "else is outside": (
        "def f():\n    try:\n        pass\n    except KeyError:\n        pass\n    else:\n        raise KeyError",
        {"KeyError"},
        True,
    ),
    "suppressed": (
        "import contextlib, os\ndef f(p):\n    with contextlib.suppress(OSError):\n        os.remove(p)",
        set(),
        False,
    ),
    "a function inside is not run": ("def f():\n    def g():\n        raise KeyError\n    return g", set(), True),
    "unless it is called": ("def f():\n    def g():\n        raise KeyError\n    g()", {"KeyError"}, True),
    "a lambda is not run": ("import os\ndef f(p):\n    return lambda: os.remove(p)", set(), True),
    "a comprehension is": ("import json\ndef f(p):\n    return [json.loads(x) for x in p]", {"json.JSONDecodeError"}, True),
    "a generator": ("def f():\n    yield 1\n    raise KeyError", {"KeyError"}, True),
    "a coroutine": ("async def g():\n    raise KeyError\nasync def f():\n    await g()", {"KeyError"}, True),
    "an opaque call": ("def f(x):\n    x.solve()", set(), False),
    "an opaque call further down": ("def g(x):\n    x.solve()\ndef f(x):\n    g(x)", set(), False),
    "opaque, but all is caught": ("def f(x):\n    try:\n        x.solve()\n    except Exception:\n        pass", set(), True),
    "not implemented": ("def f(x):\n    if x:\n        raise NotImplementedError\n    return 1", {"NotImplementedError"}, True),
    "a lazy import": ("def f():\n    import numpy", {"ImportError"}, True),
    "a lazy import of what is always there": ("def f():\n    import json", set(), True),
    "an own exception": ("class Broken(ValueError):\n    pass\ndef f():\n    raise Broken()", {"a:Broken"}, True),
    "caught by its base": (
        "class Broken(ValueError):\n    pass\ndef f():\n    try:\n        raise Broken()\n    except ValueError:\n        pass",
        set(),
        True,
    ),
    "a constructor": (
        "class A:\n    def __init__(self):\n        raise ValueError\ndef f():\n    return A()",
        {"ValueError"},
        True,
    ),
    "the base's constructor": (
        "class B:\n    def __init__(self):\n        raise ValueError\nclass A(B):\n    pass\ndef f():\n    return A()",
        {"ValueError"},
        True,
    ),
    "a method of a local": (
        "class A:\n    def go(self):\n        raise ValueError\ndef f():\n    one = A()\n    one.go()",
        {"ValueError"},
        True,
    ),
    "an instance that is called": (
        "class A:\n    def __call__(self):\n        raise ValueError\ndef f():\n    one = A()\n    one()",
        {"ValueError"},
        True,
    ),
}


def functions(files):
    return project_of(files).facts[SUMMARIES.name].functions


@pytest.mark.parametrize("shape", SHAPES)
def test_function(shape):
    text, expected, complete = SHAPES[shape]
    summary = functions({"a.py": text}).get("a:f")
    assert (set(summary.exceptions) if summary else set()) == expected
    assert (summary.complete if summary else False) is complete


METHODS = """
    import zmq
    class Base:
        def __init__(self):
            self.sock = zmq.Context().socket(1)
        def fetch(self):
            return self.sock.recv_json()
        def step(self):
            raise NotImplementedError
    class Agent(Base):
        def step(self):
            super().fetch()
        def through_self(self):
            self.fetch()
        def through_super(self):
            return super().fetch()
        @classmethod
        def made(cls):
            return cls()
        @staticmethod
        def plain(x):
            raise KeyError
        def calls_plain(self):
            self.plain(1)
    """


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("Base.fetch", {"zmq.ZMQError"}),
        ("Base.step", set()),
        ("Agent.step", {"zmq.ZMQError"}),
        ("Agent.through_self", {"zmq.ZMQError"}),
        ("Agent.through_super", {"zmq.ZMQError"}),
        ("Agent.made", {"zmq.ZMQError"}),
        ("Agent.calls_plain", {"KeyError"}),
    ],
)
def test_method(method, expected):
    assert set(functions({"a.py": METHODS})[f"a:{method}"].exceptions) == expected


LAYOUTS = {
    "from the root": ({"pkg/net.py": "NET", "main.py": "from pkg.net import fetch\nUSE"}, "main.py"),
    "module import": ({"pkg/net.py": "NET", "main.py": "from pkg import net\nUSE net"}, "main.py"),
    "dotted import": ({"pkg/net.py": "NET", "main.py": "import pkg.net\nUSE pkg.net"}, "main.py"),
    "relative": ({"pkg/__init__.py": "", "pkg/net.py": "NET", "pkg/app.py": "from .net import fetch\nUSE"}, "pkg/app.py"),
    "relative to the parent": ({"pkg/net.py": "NET", "pkg/sub/app.py": "from ..net import fetch\nUSE"}, "pkg/sub/app.py"),
    "re-export": (
        {"pkg/__init__.py": "from pkg.net import fetch\n", "pkg/net.py": "NET", "main.py": "from pkg import fetch\nUSE"},
        "main.py",
    ),
    "star": ({"pkg/net.py": "NET", "main.py": "from pkg.net import *\nUSE"}, "main.py"),
    "src layout": (
        {"src/pkg/__init__.py": "", "src/pkg/net.py": "NET", "tests/t.py": "from pkg.net import fetch\nUSE"},
        "tests/t.py",
    ),
    "beside, by sys.path": ({"agents/net.py": "NET", "agents/app.py": "from net import fetch\nUSE"}, "agents/app.py"),
    "renamed": ({"pkg/net.py": "NET", "main.py": "from pkg.net import fetch as get_it\nUSE get_it"}, "main.py"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_across_files(layout):
    files, path = LAYOUTS[layout]
    net = "class Broken(Exception):\n    pass\ndef fetch():\n    raise Broken\n"
    head, _, module = files[path].rpartition("USE")
    called = {"": "fetch", " get_it": "get_it"}.get(module, f"{module.strip()}.fetch")
    use = f"{head}def run():\n    try:\n        {called}()\n    except Exception:\n        pass\n"
    found = infer_in({name: net if text == "NET" else use if name == path else text for name, text in files.items()}, path)
    assert found.exceptions == (("net.Broken",) if path.startswith("agents") else ("pkg.net.Broken",))
    assert found.unknown == () and found.steps[0].source.endswith("net.py:4 def fetch")


def test_an_ambiguous_module_is_unknown():
    net = "def fetch():\n    raise KeyError\n"
    use = "from far.net import fetch\ntry:\n    fetch()\nexcept Exception:\n    pass\n"
    found = infer_in({"x/far/net.py": net, "y/far/net.py": net, "main.py": use}, "main.py")
    assert found.exceptions == () and found.unknown == ("fetch() at line 3",)


def test_the_standard_library_is_not_hidden_by_a_file():
    files = {
        "tools/json.py": "def loads(x):\n    raise KeyError\n",
        "tools/app.py": "import json\ntry:\n    json.loads(x)\nexcept Exception:\n    pass\n",
    }
    assert infer_in(files, "tools/app.py").exceptions == ("json.JSONDecodeError",)


def test_the_nearest_raise_is_meant():
    text = """
        def deep():
            raise KeyError
        def near(x):
            if not x:
                raise ValueError
            deep()
        def run(x):
            try:
                near(x)
            except Exception:
                pass
        """
    assert infer_in({"a.py": text}).exceptions == ("ValueError",)


def test_modules():
    found = modules_of(["lib/pkg/__init__.py", "lib/pkg/a.py", "main.py"])
    assert found.find("pkg.a.thing", "main") == ("lib.pkg.a", "thing")
    assert found.importable("lib.pkg.a") == "pkg.a"
    assert found.find(".a", "lib.pkg") == found.find(".a", "lib.pkg.b") == ("lib.pkg.a", "")
    assert found.find("..a", "lib.pkg.b.c") == ("lib.pkg.a", "")
    assert found.find("..a", "lib.pkg.b") is found.find("....a", "lib.pkg.b") is None
    assert found.find("json.a", "main") is None


def test_the_fact_does_not_depend_on_order_and_can_be_sent():
    files = {"a.py": METHODS, "b.py": "import a\ndef f():\n    a.Agent().step()\n"}
    scans = {path: scan_tree(ast.parse(textwrap.dedent(text))) for path, text in files.items()}
    one = summarise(scans, files, KNOWLEDGE)
    other = summarise(dict(reversed(scans.items())), reversed(files), KNOWLEDGE)
    assert canonical(one) == canonical(other) == canonical(pickle.loads(pickle.dumps(one)))
    assert set(one.functions["b:f"].exceptions) == {"zmq.ZMQError"}


def test_deep_code_is_no_problem():
    chained = "x" + ".a()" * 150
    added = "+".join(["g()"] * 900)
    nested = "".join(f"{'    ' * depth}if a:\n" for depth in range(1, 60)) + "    " * 60 + "raise KeyError\n"
    scan = scan_tree(ast.parse(f"def f():\n    y = {chained}\n    z = {added}\ndef h():\n{nested}"))
    assert scan.functions["h"].raises == (("KeyError", 64, ()),)
    assert ("g", 3, ()) in scan.functions["f"].calls and scan.functions["f"].values["y"] == "?"


def test_the_codemod_asks_for_the_fact():
    assert SUMMARIES in CODEMOD.facts
    assert SUMMARIES.scan(Source("a.py", b"def f():\n    raise KeyError\n")).functions["f"].raises == (("KeyError", 2, ()),)
