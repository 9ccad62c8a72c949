"""fixtures/agents holds every shape of CENSUS.md A, B and C, and each stands where a marker says it does.

A marker is `Shape: log-only, in-for.` in a function's docstring, or in a comment on the line above a module-level try;
`Port: ...` and `Loop: ...` stand anywhere in the file.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "agents"
BROKEN = "pc2/legacy_bridge.py"
CRLF = "pc2/task_scheduler.py"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
PARSED = {name: ast.parse((ROOT / name).read_bytes()) for name in FILES if name != BROKEN}
LOG = {"debug", "info", "warning", "error", "critical", "exception"}


def text_of(name):
    with tokenize.open(ROOT / name) as source:
        return source.read()


def parents_of(tree):
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


class Handler:
    """A broad handler and what stands around it."""

    def __init__(self, node, parents):
        self.node = node
        self.body = node.body
        self.up = []  # ancestors, innermost first, up to the function
        while node in parents:
            node = parents[node]
            self.up.append(node)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                break
        self.statement = self.up[0]

    def calls(self, nodes=None):
        for statement in self.body if nodes is None else nodes:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")

    def has(self, *kinds, nodes=None):
        return any(isinstance(node, kinds) for statement in nodes or self.body for node in ast.walk(statement))

    def logs(self):
        return any(call in LOG or call == "print" for call in self.calls())

    def returns(self, test):
        last = self.body[-1]
        return isinstance(last, ast.Return) and test(last.value)

    def inside(self, *kinds):
        return any(isinstance(node, kinds) for node in self.up)

    def source(self):
        return ast.unparse(self.node)


def is_default(value):
    return (
        value is None
        or isinstance(value, ast.Constant)
        or (isinstance(value, (ast.List, ast.Dict)) and not ast.unparse(value)[1:-1])
    )


def is_error(value):
    return isinstance(value, ast.Dict) and "error" in ast.unparse(value)


def is_assign(statement):
    return isinstance(statement, (ast.Assign, ast.AugAssign))


def nested_in_try(h):
    return any(isinstance(outer, ast.Try) and inner in outer.body for inner, outer in zip(h.up, h.up[1:], strict=False))


def follows_try(h):
    """Whether a statement stands after the try in its block."""
    siblings = next((b for _, b in ast.iter_fields(h.up[1]) if isinstance(b, list) and h.statement in b), [])
    return bool(siblings) and siblings[-1] is not h.statement


SHAPES = {
    "log-only": lambda h: (
        h.logs() and all(isinstance(s, ast.Expr) for s in h.body) and set(h.calls()) <= LOG | {"format_exc", "type"}
    ),
    "log-return-default": lambda h: h.logs() and (h.returns(is_default) or h.returns(lambda v: isinstance(v, ast.Name))),
    "log-return-error": lambda h: h.logs() and h.returns(is_error),
    "return-error": lambda h: not h.logs() and h.returns(is_error),
    "log-return-value": lambda h: h.logs() and h.returns(lambda v: isinstance(v, ast.Call)),
    "return-default": lambda h: not h.logs() and h.returns(is_default),
    "raise": lambda h: h.has(ast.Raise),
    "sleep-retry": lambda h: "sleep" in h.calls() and h.inside(ast.While),
    "attempt-counter": lambda h: any(isinstance(n, ast.For) and "range(" in ast.unparse(n.iter) for n in h.up),
    "log-assign-state": lambda h: h.logs() and any(map(is_assign, h.body)),
    "assign-only": lambda h: all(map(is_assign, h.body)),
    "pass": lambda h: [type(s) for s in h.body] == [ast.Pass],
    "zmq-error-reply": lambda h: "send_json" in h.calls() and "'error'" in h.source(),
    "log-report-error": lambda h: h.logs() and "report_error" in h.calls(),
    "continue-break": lambda h: isinstance(h.body[-1], (ast.Continue, ast.Break)),
    "sys-exit": lambda h: "sys.exit" in h.source(),
    "cleanup": lambda h: not h.logs() and bool({"close", "destroy", "rollback"} & set(h.calls())),
    "other": lambda h: not h.logs() and [type(s) for s in h.body] == [ast.Expr] and bool({"put", "sleep"} & set(h.calls())),
    "print-only": lambda h: set(h.calls()) == {"print"},
    "logging-module": lambda h: "logging.warning(" in h.source(),
    "in-while": lambda h: h.inside(ast.While),
    "in-for": lambda h: h.inside(ast.For),
    "async": lambda h: h.inside(ast.AsyncFunctionDef),
    "module-level": lambda h: not h.inside(ast.FunctionDef, ast.AsyncFunctionDef),
    "nested-in-try": nested_in_try,
    "nested-in-handler": lambda h: h.inside(ast.ExceptHandler),
    "handler-has-try": lambda h: h.has(ast.Try),
    "after-siblings": lambda h: h.statement.handlers.index(h.node) > 0,
    "else-clause": lambda h: bool(h.statement.orelse),
    "finally": lambda h: bool(h.statement.finalbody) or any(isinstance(n, ast.Try) and n.finalbody for n in h.up),
    "traceback": lambda h: "traceback." in h.source(),
    "exc-info": lambda h: "exc_info=True" in h.source(),
    "exc-info-helper": lambda h: "describe_failure" in h.calls(),
    "e-in-f-string": lambda h: bool(h.node.name) and h.has(ast.JoinedStr),
    "no-as": lambda h: h.node.name is None,
    "bare": lambda h: h.node.type is None,
    "tuple": lambda h: isinstance(h.node.type, ast.Tuple),
    "base-exception": lambda h: ast.unparse(h.node.type or ast.Constant(0)) == "BaseException",
    "mixed-flow": lambda h: h.has(ast.Return, nodes=h.statement.body) and not h.has(ast.Return, ast.Raise) and follows_try(h),
    "yield-in-body": lambda h: h.has(ast.Yield, nodes=h.statement.body),
    "await-in-body": lambda h: h.has(ast.Await, nodes=h.statement.body),
    "continue-in-body": lambda h: h.has(ast.Continue, nodes=h.statement.body),
    "import-guard": lambda h: isinstance(h.statement.body[0], ast.Import),
    "rep-server": lambda h: {"recv_json", "send_json"} <= set(h.calls(h.statement.body)),
    "daemon-loop": lambda h: any(isinstance(n, ast.While) and "self.running" in ast.unparse(n.test) for n in h.up),
}
SCOPE_SHAPES = {"thread-target", "main"}  # of the function, not of the handler
PORTS = {
    "module-constant": r"^[A-Z_]+ = \d{4}\b",
    "class-attribute": r"^    [A-Z_]+ = \d{4}\b",
    "dict-value": r'"port": \d{4}',
    "get-default": r'\.get\("\w*port", \d{4}\)',
    "env-default": r'os\.(environ\.get|getenv)\("\w+_PORT", "?\d{4}',
    "default-argument": r"def .*port(: int)? ?= ?\d{4}",
    "local": r"^        \w+_port = \d{4}",
    "literal-endpoint": r'"tcp://[^"]*:\d{4}"',
    "keyword": r"\(.*\bport=\d{4}",
    "super-init": r"super\(\).__init__\(.*port=\d{4}",
    "url-default": r'"http://[^"]*:\d{4,5}',
    "self-attribute": r"self\.\w+_port = \d{4}",
    "argparse": r'add_argument\("--port", type=int, default=\d{4}\)',
    "uvicorn": r"uvicorn\.run\(.*port=\d{4}",
}
LOOPS = {
    "thread-owned": r"new_event_loop\(\)\n +asyncio\.set_event_loop",
    "coroutine-get-loop": r"async def [^\n]*\n(    [^\n]*\n)*?    loop = asyncio\.get_event_loop\(\)",
    "try-get-loop": r"try:\n +return asyncio\.get_event_loop\(\)\n +except RuntimeError",
    "is-running": r"if self\.loop\.is_running\(\)",
    "sync-create-task": r"asyncio\.get_event_loop\(\)\.create_task\(",
    "loop-time": r"get_event_loop\(\)\.time\(\)",
    "signal-handler": r"loop\.add_signal_handler\(",
    "script-one-coroutine": r"loop = asyncio\.get_event_loop\(\)\n +loop\.run_until_complete\(",
    "stored-loop": r"self\.loop = asyncio\.new_event_loop\(\)",
}


def is_broad(node):
    return isinstance(node, ast.ExceptHandler) and (
        node.type is None or bool(re.search(r"\b(Base)?Exception\b", ast.unparse(node.type)))
    )


def markers(text, kind):
    return [name for line in re.findall(rf"\b{kind}: ([a-z0-9-]+(?:, [a-z0-9-]+)*)\.", text) for name in line.split(", ")]


def marked_scopes():
    """(file, name, shapes, broad handlers, tree) of each function whose docstring, and each try whose comment, names shapes."""
    for name, tree in PARSED.items():
        parents = parents_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                shapes = markers(ast.get_docstring(node) or "", "Shape")
                inner = [Handler(n, parents) for n in ast.walk(node) if is_broad(n)]
                if shapes:
                    yield name, node.name, shapes, inner, tree
        for token in tokenize.generate_tokens(io.StringIO(text_of(name)).readline):
            shapes = markers(token.string, "Shape") if token.type == tokenize.COMMENT else []
            if shapes:
                after = next(n for n in ast.walk(tree) if isinstance(n, ast.Try) and n.lineno == token.start[0] + 1)
                yield name, "<module>", shapes, [Handler(n, parents) for n in after.handlers if is_broad(n)], tree


SCOPES = list(marked_scopes())


@pytest.mark.parametrize(("name", "function", "shapes", "handlers", "tree"), SCOPES, ids=[f"{s[0]}:{s[1]}" for s in SCOPES])
def test_a_named_shape_is_there(name, function, shapes, handlers, tree):
    for shape in shapes:
        if shape == "thread-target":
            assert re.search(rf"target=self\.{function}\b", ast.unparse(tree)), shape
        elif shape == "main":
            assert function in {"main", "<module>"}
        else:
            assert any(SHAPES[shape](handler) for handler in handlers), shape


def test_every_shape_of_the_census_is_named():
    assert {shape for scope in SCOPES for shape in scope[2]} == SHAPES.keys() | SCOPE_SHAPES


def test_every_broad_handler_stands_in_a_named_scope():
    named = {id(handler.node) for scope in SCOPES for handler in scope[3]}
    broad = [(name, node.lineno, id(node)) for name, tree in PARSED.items() for node in ast.walk(tree) if is_broad(node)]
    assert [place[:2] for place in broad if place[2] not in named] == []
    assert len(broad) > 60


@pytest.mark.parametrize(("kind", "patterns"), [("Port", PORTS), ("Loop", LOOPS)])
def test_every_port_and_loop_shape_is_named_and_there(kind, patterns):
    seen = {}
    for name in PARSED:
        for shape in markers(text_of(name), kind):
            seen.setdefault(shape, set()).add(name)
    assert seen.keys() == patterns.keys()
    for shape, names in seen.items():
        for name in names:
            assert re.search(patterns[shape], text_of(name), re.M), (shape, name)


def test_a_handler_in_a_string_is_no_handler():
    strings = [n.value for n in ast.walk(PARSED[CRLF]) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert any("except Exception as e:" in value for value in strings)
