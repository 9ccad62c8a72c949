"""What one body says: operations of the language, library calls, receiver types, and which of them a handler is about."""

import ast
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inference_kit import KNOWLEDGE, infer_body, infer_in, project_of

from codemods.broad_except.inference import Inference
from codemods.broad_except.inference.conclude import infer_with
from engine.source import Source

IMPORTS = "import importlib, json, os, pathlib, re, subprocess, time, zmq\n"

OPERATIONS = {
    "import": ("import numpy", ["ImportError"]),
    "from-import": ("from numpy import array\nready = True", ["ImportError"]),
    "import by name": ("importlib.import_module('x')", ["ImportError"]),
    "key": ("x = data['name']", ["KeyError"]),
    "key of a variable": ("x = data[item]", ["KeyError"]),
    "delete a key": ("del data[item]", ["KeyError"]),
    "store": ("data['name'] = 1", []),
    "index": ("x = data[0]", ["IndexError"]),
    "negative index": ("x = data[-1]", ["IndexError"]),
    "index of split": ("x = item.split()[0]", ["IndexError"]),
    "slice": ("x = data[1:2]", []),
    "environment": ("x = os.environ['HOME']", ["KeyError"]),
    "pop a key": ("data.pop('x')", ["KeyError"]),
    "pop with a default": ("data.pop('x', None)", []),
    "pop from a list": ("data.pop()", ["IndexError"]),
    "int": ("x = int(item)", ["ValueError"]),
    "float of text": ("x = float(item.strip())", ["ValueError"]),
    "int of a look-up": ("x = int(data.get('n'))", ["TypeError", "ValueError"]),
    "int of the environment": ("x = int(os.environ.get('N'))", ["TypeError", "ValueError"]),
    "int of a look-up with a default": ("x = int(os.environ['N'])", ["ValueError"]),
    "int of arithmetic": ("x = int(item - 1)", ["TypeError"]),
    "int of a number": ("x = int(len(data))", []),
    "int of a literal": ("x = int(3)", []),
    "attribute of an optional": ("x = re.match('a', item).group(1)", ["AttributeError"]),
    "attribute of a look-up with a default": ("x = os.environ.get('A', 'b').lower()", []),
    "attribute of a look-up without": ("x = os.environ.get('A').lower()", ["AttributeError"]),
    "the same, converted": ("x = int(re.match('a', item).group(1))", ["AttributeError"]),
    "attribute alone": ("x = item.size", ["AttributeError"]),
    "method without arguments alone": ("x = item.sort_key()", ["AttributeError"]),
    "an action is not duck typing": ("item.stop()", []),
    "next": ("x = next(item)", ["StopIteration"]),
    "next with a default": ("x = next(item, None)", []),
    "division alone": ("x = data / item", ["ZeroDivisionError"]),
    "unpack a split": ("host, port = item.split(':')", ["ValueError"]),
    "raise": ("raise ValueError('x')", ["ValueError"]),
    "raise a class": ("raise KeyError", ["KeyError"]),
    "exit is never named": ("raise SystemExit(1)", []),
    "assert alone": ("assert item", ["AssertionError"]),
    "list.index": ("x = data.index(item)", ["ValueError"]),
    "list.remove": ("data.remove(item)", ["ValueError"]),
    "open": ("with open(path) as stream:\n    text = stream.read()", ["OSError"]),
    "parse": ("x = json.loads(item)", ["json.JSONDecodeError"]),
    "read and parse": ("x = json.loads(open(path).read())", ["OSError", "json.JSONDecodeError"]),
    "known to be quiet": ("time.sleep(1)", []),
    "I/O silences look-ups": ("os.remove(data['path'])", ["OSError"]),
    "I/O and conversion": ("x = int(open(path).read())", ["OSError", "ValueError"]),
    "an argument by keyword adds": ("subprocess.run(item, check=True)", ["OSError", "RuntimeError"]),
    "unless it is false": ("subprocess.run(item, check=False)", ["OSError"]),
    "a function inside does not run": ("def later():\n    os.remove(path)", []),
    "a lambda does not run": ("later = lambda: os.remove(path)", []),
    "its default runs": ("later = lambda x=os.remove(path): x", ["OSError"]),
    "a comprehension runs": ("x = [json.loads(one) for one in data]", ["json.JSONDecodeError"]),
    "a method is opaque": ("self.solve(item)", []),
}


@pytest.mark.parametrize("case", OPERATIONS)
def test_operation(case):
    body, expected = OPERATIONS[case]
    assert list(infer_body(body, IMPORTS).exceptions) == expected


RECEIVERS = {
    "constructor": "sock = zmq.Context().socket(1)\n{}",
    "with": "with zmq.Context().socket(1) as sock:\n    {}",
    "annotation": "sock: zmq.Socket = data\n{}",
    "string annotation": "sock: 'zmq.Socket' = data\n{}",
    "optional annotation": "sock: Optional[zmq.Socket] = data\n{}",
    "union with None": "sock: zmq.Socket | None = data\n{}",
    "or": "sock = zmq.Context().socket(1) or None\n{}",
    "walrus": "(sock := zmq.Context().socket(1))\n{}",
}


@pytest.mark.parametrize("shape", RECEIVERS)
def test_receiver_of_a_local(shape):
    found = infer_body(RECEIVERS[shape].format("x = sock.recv_json()"), IMPORTS)
    assert found.exceptions == ("zmq.ZMQError",) and found.unknown == ()


CLASSES = {
    "attribute of self": """
        class Agent:
            def __init__(self):
                self.context = zmq.Context()
                self.sock = self.context.socket(1)
            def run(self):
                {}
        """,
    "attribute set elsewhere, None first": """
        class Agent:
            def __init__(self):
                self.sock = None
            def run(self):
                {}
            def open(self):
                self.sock = zmq.Context().socket(1)
        """,
    "attribute of the base": """
        class Base:
            sock: zmq.Socket
        class Agent(Base):
            def run(self):
                {}
        """,
    "parameter": """
        class Agent:
            def __init__(self, sock: zmq.Socket):
                self.sock = sock
            def run(self):
                {}
        """,
    "return annotation": """
        def make(n) -> zmq.Socket:
            return n
        class Agent:
            def __init__(self):
                self.sock = make(1)
            def run(self):
                {}
        """,
    "what a function returns": """
        def make(n):
            return zmq.Context().socket(n)
        class Agent:
            def __init__(self):
                self.sock = make(1)
            def run(self):
                {}
        """,
    "property": """
        class Agent:
            @property
            def sock(self) -> zmq.Socket:
                return self._sock
            def run(self):
                {}
        """,
}


@pytest.mark.parametrize("shape", CLASSES)
def test_receiver_of_self(shape):
    tried = "try:\n    x = self.sock.recv_json()\nexcept Exception:\n    pass"
    text = "import zmq\n" + textwrap.dedent(CLASSES[shape]).replace("        {}", textwrap.indent(tried, "        "))
    found = infer_in({"a.py": text})
    assert found.exceptions == ("zmq.ZMQError",) and found.unknown == ()


def test_a_name_with_two_meanings_is_unknown():
    found = infer_body("sock.recv_json(1)", IMPORTS, function="def run(a):\n    sock = zmq.Context().socket(1)\n    sock = a")
    assert found == Inference((), ("sock.recv_json() at line 7",), ())


def test_a_parameter_hides_the_import():
    assert infer_body("x = json.loads(item)", IMPORTS, function="def run(json, item):").exceptions == ("ValueError",)
    assert infer_body("x = json.load_all(item)", IMPORTS, function="def run(json, item):").exceptions == ()


def test_one_class_under_two_names():
    before = "import zmq\n"
    body = "try:\n    sock.recv_json()\nexcept zmq.error.ZMQError:\n    pass"
    function = "def run():\n    sock = zmq.Context().socket(1)"
    assert infer_body(body, before, function=function).exceptions == ()
    assert infer_body(body.replace("error.ZMQError", "Again"), before, function=function).exceptions == ("zmq.ZMQError",)


def test_earlier_handlers_take_theirs():
    text = "import json\ntry:\n    json.loads(open(path).read())\nexcept OSError:\n    pass\nexcept Exception:\n    pass\n"
    assert infer_in({"a.py": text}).exceptions == ("json.JSONDecodeError",)


def test_steps_say_where_and_why():
    (step,) = infer_body("x = json.loads(item)", IMPORTS).steps
    assert (step.exception, step.line, step.what, step.source) == (
        "json.JSONDecodeError",
        5,
        "json.loads()",
        "https://docs.example/",
    )


def test_old_code_gets_the_old_name():
    assert infer_body("x = json.loads(item)", "from __future__ import print_function\n" + IMPORTS).exceptions == ("ValueError",)


HINTS = {
    "named for parsing": ("x = self.reader.parse_line(item)", "pass", ["ValueError"]),
    "the handler complains": ("x = self.reader.fetch_line(item)", "log.error('Invalid line: %s', item)", ["ValueError"]),
    "neither": ("x = self.reader.fetch_line(item)", "log.error('failed: %s', item)", []),
    "called like a file": ("self.proc.stdin.write(item)", "pass", ["OSError"]),
    "a cursor of the one database module": ("self.cursor.execute(item)", "pass", ["psycopg2.Error"]),
}


@pytest.mark.parametrize("case", HINTS)
def test_hints_leave_the_call_unknown(case):
    body, handler, expected = HINTS[case]
    found = infer_body(body, "import psycopg2\n", handler)
    assert list(found.exceptions) == expected and len(found.unknown) == 1


def test_precedent():
    text = """
        import zmq
        def first(link):
            try:
                link.exchange(1)
            except zmq.Again:
                pass
        def second(link):
            try:
                link.exchange(2)
            except Exception:
                pass
        """
    found = infer_in({"a.py": text})
    assert found.exceptions == ("zmq.Again",)
    assert found.steps[0].source == "caught so at a.py:5" and found.unknown == ("link.exchange() at line 10",)


STATEMENTS = st.sampled_from(
    [body for body, _ in OPERATIONS.values()] + ["self.parse(item)", "x = helper(item)", "x = other(item)"]
)
HANDLERS = st.sampled_from(["OSError", "ValueError", "(KeyError, IndexError)", "Exception", "LookupError", "zmq.ZMQError"])
HELPERS = IMPORTS + "def helper(x):\n    raise KeyError(x)\ndef other(x):\n    helper(x)\n    raise ValueError(x)\n"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, min_size=1, max_size=4), HANDLERS, st.data())
def test_a_handler_inside_never_adds(statements, caught, data):
    wrapped = data.draw(st.integers(0, len(statements) - 1))
    inner = "try:\n" + textwrap.indent(statements[wrapped], "    ") + f"\nexcept {caught}:\n    pass"
    plain = infer_body("\n".join(statements), HELPERS)
    guarded = infer_body("\n".join([*statements[:wrapped], inner, *statements[wrapped + 1 :]]), HELPERS)
    raised = set(plain.exceptions)
    assert all(any(KNOWLEDGE.is_a(name, other) for other in raised) for name in guarded.exceptions)


def test_what_ranking_leaves_out_is_named():
    before = "import os\nclass A(Exception):\n    pass\nclass B(Exception):\n    pass\nclass C(Exception):\n    pass\n"
    before += "def far(x):\n    if x:\n        raise A\n    if x + 1:\n        raise B\n    raise C\n"
    found = infer_body("os.remove(path)\nfar(path)", before)
    assert found.exceptions == ("OSError",)
    assert [(step.exception, step.what) for step in found.also] == [("a.A", "far()"), ("a.B", "far()"), ("a.C", "far()")]


def test_the_same_twice():
    files = {
        "a.py": HELPERS
        + "def run(d):\n    try:\n        other(d[0])\n        os.remove(d)\n    except Exception:\n        pass\n"
    }
    source = Source("a.py", files["a.py"].encode())
    handler = source.statements(ast.ExceptHandler)[0]
    tried = source.parents[handler]
    results = {infer_with(source, project_of(files), tried, handler, KNOWLEDGE) for _ in range(3)}
    assert len(results) == 1 and results.pop().exceptions == ("OSError",)
