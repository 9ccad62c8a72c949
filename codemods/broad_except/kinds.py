"""What a broad handler is for. Pure statement control flow and names of calls; nothing is guessed from comments.

Precedence, first match wins:

1. `re-raise`: every path through the handler ends in `raise`.
2. `import-guard`: the tried body holds imports and, at most, flags set to constants.
3. `rep-reply`: the handler sends on a socket (one that publishes or pushes is none), or the body receives and the handler
   sends or replies.
4. `cleanup`: the body only closes, stops and removes things.
5. `boundary`: a `while` loop's body or a body that holds the loop, the outermost try of a thread target, of `main`
   or of the `__main__` guard, or a handler that exits the process.
6. `fallback`: the handler returns a value, yields or assigns.
7. `swallow`: everything else, `pass` and log-only handlers above all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Literal

from codemods.broad_except.flow import exits
from codemods.broad_except.sites import FUNCTIONS, BroadSite, File, enclosing_class, last_name
from engine import children, every_node

Kind = Literal["re-raise", "import-guard", "rep-reply", "cleanup", "boundary", "fallback", "swallow"]

_SENDS = frozenset({"send_json", "send_string", "send_pyobj", "send_multipart", "send_serialized", "sendall"})
_RECEIVES = frozenset({"recv", "recv_json", "recv_string", "recv_pyobj", "recv_multipart", "recv_serialized"})
_CLOSES = frozenset(
    {"aclose", "cancel", "cleanup", "clear", "close", "destroy", "disconnect", "empty_cache", "flush", "join", "kill", "quit"}
    | {"release", "remove", "removedirs", "rmdir", "rmtree", "server_close", "shutdown", "stop", "term", "terminate", "unlink"}
    | {"unregister", "unsubscribe", "wait_closed"}
)
_EXITS = frozenset({"exit", "_exit", "quit", "abort"})
_ONE_WAY = re.compile(r"(^|_)(pub|publisher|push|pusher)(_|$)", re.I)
_FLAGS = (ast.Constant, ast.Name)


def classify(file: File, site: BroadSite) -> tuple[Kind, str]:
    """The kind of a handler and, in a few words, what it was told by."""
    if exits(site.handler.body) == {"raise"}:
        return "re-raise", "every path through the handler raises"
    if _only_imports(site.tried.body):
        return "import-guard", "the body only imports"
    if _replies(site):
        return "rep-reply", "the handler answers on a socket"
    if all(_closes(part) for part in site.tried.body) and not all(isinstance(part, ast.Pass) for part in site.tried.body):
        return "cleanup", "the body only closes or removes"
    boundary = _boundary(file, site)
    if boundary:
        return "boundary", boundary
    fallback = next(filter(None, map(_fallback, own_nodes(site.handler.body))), "")
    if fallback:
        return "fallback", fallback
    return "swallow", "the handler goes on without a value"


def _only_imports(body: list[ast.stmt]) -> bool:
    found = False
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found = True
        elif isinstance(statement, ast.Assign):
            if not isinstance(statement.value, _FLAGS) or not all(isinstance(target, ast.Name) for target in statement.targets):
                return False
        elif not isinstance(statement, ast.Pass):
            return False
    return found


def _replies(site: BroadSite) -> bool:
    """A socket that publishes or pushes has no peer that waits for an answer."""
    calls = [call for call in _calls(site.handler.body) if not _ONE_WAY.search(last_name(getattr(call.func, "value", call)))]
    sent = {last_name(call.func) for call in calls}
    if sent & _SENDS or any(_sends_on_socket(call) for call in calls):
        return True
    return any("send" in name or "reply" in name or "respond" in name for name in sent) and any(
        last_name(call.func) in _RECEIVES for call in _calls(site.tried.body)
    )


def _sends_on_socket(call: ast.Call) -> bool:
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr == "send" and "sock" in last_name(func.value).lower()


def _closes(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Expr, ast.Assign)):
        value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(statement, ast.Assign):
            return isinstance(value, ast.Constant) and value.value is None
        return isinstance(value, ast.Call) and last_name(value.func) in _CLOSES
    if isinstance(statement, (ast.If, ast.For)):
        return all(_closes(inner) for inner in [*statement.body, *statement.orelse])
    return isinstance(statement, (ast.Delete, ast.Pass))


def _boundary(file: File, site: BroadSite) -> str:
    if any(last_name(call.func) in _EXITS and _exits_process(call.func) for call in _calls(site.handler.body)):
        return "the handler exits the process"
    if site.tried.body and any(isinstance(statement, ast.While) for statement in site.tried.body):
        return "the body holds a loop that runs on"
    around = list(file.source.ancestors(site.tried))
    local = around[: around.index(site.owner)]
    if any(isinstance(part, ast.While) for part in local):
        return "inside a while loop"
    if any(isinstance(part, (ast.Try, ast.TryStar, ast.ExceptHandler)) for part in local):
        return ""
    if isinstance(site.owner, FUNCTIONS):
        return _entry_point(file, site.owner)
    return "under the __main__ guard" if any(_is_main_guard(part) for part in local) else ""


def _entry_point(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    holder = enclosing_class(file.source, function)
    if function.name == "main" and holder is None:
        return "in main"
    if function.name in file.thread_targets:
        return "in a thread's target"
    if function.name == "run" and holder and any(last_name(base).endswith("Thread") for base in holder.bases):
        return "in a thread's run"
    return ""


def _exits_process(func: ast.expr) -> bool:
    return isinstance(func, ast.Name) or (isinstance(func, ast.Attribute) and last_name(func.value) in ("sys", "os"))


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and any(isinstance(one, ast.Name) and one.id == "__name__" for one in every_node(node.test))


def _fallback(node: ast.AST) -> str:
    if isinstance(node, ast.Return) and node.value is not None:
        return "the handler returns a value"
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
        return "the handler assigns"
    return "the handler yields" if isinstance(node, (ast.Yield, ast.YieldFrom)) else ""


def _calls(body: list[ast.stmt]) -> list[ast.Call]:
    return [node for node in own_nodes(body) if isinstance(node, ast.Call)]


def own_nodes(body: list[ast.stmt]) -> Iterable[ast.AST]:
    """Every node of a suite, in no promised order, without the insides of functions that it defines."""
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.Lambda)):
            stack.extend(children(node))
