"""The import graph: which file an import names, when it runs, and what is said of each imported name."""

import cycle_kit
import pytest

from codemods.import_cycle.graph import scan
from codemods.import_cycle.graph.components import acyclic, components, shortest_cycle
from engine.source import Source


def aliases(text):
    return {alias.local: alias for alias in scan(Source("pkg/a.py", text.encode())).aliases}


def uses(text, name):
    return set(aliases(text)[name].uses) - {"commented"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "import b", "b.py": ""}, ["a.py -> b.py"]),
        ({"p/__init__.py": "", "p/a.py": "from . import b", "p/b.py": ""}, ["p/a.py -> p/b.py"]),
        ({"p/__init__.py": "b = 1", "p/a.py": "from . import b", "p/b.py": ""}, ["p/a.py -> p/__init__.py"]),
        (
            {"p/__init__.py": "from .b import b", "p/a.py": "from p import b", "p/b.py": "b = 1"},
            ["p/__init__.py -> p/b.py", "p/a.py -> p/__init__.py"],
        ),
        (
            {"p/__init__.py": "from . import b", "p/a.py": "from p import b", "p/b.py": "b = 1"},
            ["p/__init__.py -> p/b.py", "p/a.py -> p/b.py"],
        ),
        (
            {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/a.py": "from ..b import x", "p/b.py": "x = 1"},
            ["p/q/a.py -> p/b.py"],
        ),
        ({"p/__init__.py": "", "p/q/a.py": "from .. import b", "p/b.py": ""}, ["p/q/a.py -> p/b.py"]),
        (
            {"a.py": "import p.q.b", "p/__init__.py": "", "p/q/__init__.py": "", "p/q/b.py": ""},
            ["a.py -> p/__init__.py", "a.py -> p/q/__init__.py", "a.py -> p/q/b.py"],
        ),
        ({"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": ""}, ["p/a.py -> p/b.py"]),
        ({"a.py": "from n.b import x", "n/b.py": "x = 1"}, ["a.py -> n/b.py"]),
        ({"t/a.py": "import b", "t/b.py": "", "b.py": ""}, ["t/a.py -> t/b.py"]),
        ({"tests/a.py": "import p", "src/p/__init__.py": ""}, ["tests/a.py -> src/p/__init__.py"]),
        ({"tests/a.py": "import m", "x/m.py": "", "y/m.py": ""}, []),
        ({"common/a.py": "import logging", "common/logging/__init__.py": ""}, []),
        ({"a.py": "from b import *", "b.py": ""}, ["a.py -> b.py"]),
        ({"a.py": "import a"}, []),
        ({"a.py": "from .....b import x", "b.py": ""}, []),
        ({"a.py": "import missing, b.c", "b.py": "c = 1"}, []),
    ],
)
def test_an_import_leads_to_its_file(files, expected):
    assert cycle_kit.edges(files) == expected


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("import b", "module"),
        ("def f():\n    import b", "function"),
        ("class A:\n    import b", "class"),
        ("class A:\n    def f(self):\n        if 1:\n            import b", "function"),
        ("if x:\n    import b", "conditional"),
        ("if x:\n    pass\nelse:\n    import b", "conditional"),
        ("try:\n    import b\nexcept ImportError:\n    pass", "guarded"),
        ("try:\n    pass\nexcept (KeyError, ModuleNotFoundError):\n    import b", "guarded"),
        ("try:\n    import b\nexcept KeyError:\n    pass", "conditional"),
        ("if TYPE_CHECKING:\n    import b", "type-checking"),
        ("if typing.TYPE_CHECKING:\n    pass\nelse:\n    import b", "module"),
        ("if __name__ == '__main__':\n    import b", "main"),
        ("for i in x:\n    import b", "conditional"),
        ("with x:\n    import b", "module"),
        ("match x:\n    case 1:\n        import b", "conditional"),
    ],
)
def test_an_import_has_the_context_it_runs_in(text, context):
    assert aliases(text)["b"].context == context


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("from m import b", set()),
        ("from m import b\nb()", {"import-time", "function"}),
        ("from m import b\nclass A(b): pass", {"base", "function"}),
        ("from m import b\n@b\ndef f(): pass", {"decorator", "function"}),
        ("from m import b\ndef f(x=b): pass", {"import-time", "function"}),
        ("from m import b\ndef f(x: b) -> b: pass", {"annotation"}),
        ("from m import b\ndef f(x: 'list[b]'): pass", {"annotation"}),
        ("from m import b\n@x\ndef f(x: b): pass", {"annotation-run-time"}),
        ("from m import b\n@staticmethod\ndef f(x: b): pass", {"annotation"}),
        ("from m import b\nclass A(Unknown):\n    x: b", {"annotation-run-time"}),
        ("from m import b\nclass A:\n    x: b = 1", {"annotation"}),
        ("from m import b\nx: b = b()", {"annotation", "import-time"}),
        ("from m import b\ndef f(x: b):\n    return b", {"annotation", "function"}),
        ("from m import b\ndef f():\n    return b", {"function"}),
        ("from m import b\ndef f():\n    b(1)", {"function", "call-only"}),
        ("from m import b\ndef f():\n    x = b(1)", {"function"}),
        ("from m import b\n__all__ = ['b']", {"export", "function"}),
        ("from m import b\ndef f():\n    return b\nX = f()", {"import-time", "function"}),
        ("from m import b\nclass A:\n    def __init__(self):\n        b()\nX = A()", {"import-time", "function"}),
        ("from m import b\nif __name__ == '__main__':\n    b(1)", {"function"}),
        ("from m import b\nif TYPE_CHECKING:\n    X = b", {"annotation"}),
        ("def f():\n    return b\nfrom m import b", {"function"}),
        ("from m import b\nx.b", set()),
        ("from m import b\nX = lambda: b", {"import-time", "function"}),
    ],
)
def test_a_name_is_used_as_it_is_used(text, kinds):
    assert uses(text, "b") == kinds


def test_a_dotted_import_is_used_by_its_whole_name():
    found = aliases("import a.b\nimport a.c\nX = a.b.x\ndef f():\n    return a.c.y")
    assert "import-time" in found["a.b"].uses
    assert set(found["a.c"].uses) == {"function"}


def test_components_are_exact_and_in_order():
    graph = {"a": ["b"], "b": ["c", "x"], "c": ["a"], "d": ["e"], "e": ["d", "a"], "x": []}
    assert components(graph) == (("a", "b", "c"), ("d", "e"))
    assert not acyclic(graph) and acyclic({"a": ["b", "a"], "b": []})
    assert shortest_cycle(graph) == ("d", "e")
    assert shortest_cycle({"a": ["b"], "b": []}) == ()


def test_lazy_imports_close_only_lazy_components():
    whole = cycle_kit.graph({"a.py": "import b", "b.py": "def f():\n    import a"})
    assert whole.components == () and whole.lazy_components == (("a.py", "b.py"),)


def test_two_roots_with_one_name_are_reported():
    whole = cycle_kit.graph({"tests/a.py": "import m", "x/m.py": "", "y/m.py": ""})
    assert whole.ambiguous == (("tests/a.py", "m", ("x/m.py", "y/m.py")),)


def test_changes_of_sys_path_are_noted():
    whole = cycle_kit.graph({"a.py": "import sys\nsys.path.insert(0, 'x')", "b.py": "import sys\nprint(sys.path)"})
    assert whole.sets_path == ("a.py",)


def test_the_graph_is_the_same_for_any_order_of_files():
    files = {"b.py": "import a", "a.py": "import b, c", "c.py": "from a import b"}
    one, other = cycle_kit.graph(files), cycle_kit.graph(dict(reversed(files.items())))
    assert (one.edges, one.components, one.taken) == (other.edges, other.components, other.taken)
