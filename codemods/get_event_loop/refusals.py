"""Why a call outside a coroutine is left alone: a reason code and a sentence, or nothing."""

import ast

from codemods.get_event_loop.places import Parents, Place, guarded_by_runtime_error, method_of, uses_of, variable_of
from engine import Source

Refusal = tuple[str, str]

BY_METHOD: dict[str, Refusal] = {
    "is_running": ("is-running-branch", "the code asks whether a loop runs and does one thing or another; redesign it by hand"),
    "run_forever": ("run-forever", "the loop runs until it is stopped; asyncio.run needs a coroutine that ends"),
    "add_signal_handler": ("signal-handlers", "the loop has signal handlers; set them inside the coroutine first"),
    "remove_signal_handler": ("signal-handlers", "the loop has signal handlers; set them inside the coroutine first"),
}
STORED = ("stored-loop", "the loop is kept for later; others may use it when no coroutine runs")
PASSED = ("loop-passed-on", "the loop is handed to other code, which may use it when no coroutine runs")
THREAD = ("thread-loop", "the code makes or sets its own event loop as well")
DEFERRED = ("deferred", "a lambda or generator expression may run later, where no loop runs")
GUARD = ("runtime-error-guard", "the try expects the RuntimeError of a thread without a loop; redesign it by hand")
MODULE = ("module-level", "runs while the module is imported; nothing says which loop is meant")
SYNC = ("sync-function", "a plain function may be called where no loop runs")


def refusal(source: Source, place: Place, parents: Parents) -> Refusal | None:
    """What forbids both rewrites, whoever calls this code; None when only the callers matter."""
    if place.context == "deferred":
        return DEFERRED
    if guarded_by_runtime_error(source, place):
        return GUARD
    name = variable_of(place)
    if not name:
        return _of_value(place, parents)
    if name in source.names.scope_at(place.statement).outer:
        return STORED
    return _of_variable(source, place, parents, name)


def _of_value(place: Place, parents: Parents) -> Refusal | None:
    method = method_of(place.node, parents)
    if method:
        return BY_METHOD.get(method)
    holder = place.chain[0]
    if isinstance(holder, (ast.Call, ast.keyword, ast.Return, ast.Yield)):
        return PASSED
    if isinstance(holder, (ast.arguments, ast.Expr)):
        return None  # a default value; a loop made and dropped
    return STORED


def _of_variable(source: Source, place: Place, parents: Parents, name: str) -> Refusal | None:
    refusals: list[Refusal] = []
    for use in uses_of(source, place, name):
        if not isinstance(use.ctx, ast.Load):
            refusals.append(THREAD if _is_new_loop(source, parents[use]) else STORED)
        elif method := method_of(use, parents):
            refusals.extend([BY_METHOD[method]] if method in BY_METHOD else [])
        elif _is_call(source, parents[use], "asyncio.set_event_loop"):
            refusals.append(THREAD)
        elif isinstance(parents[use], (ast.Call, ast.keyword, ast.Return, ast.Yield)):
            refusals.append(PASSED)
        else:
            refusals.append(STORED)
    return refusals[0] if refusals else None


def _is_new_loop(source: Source, statement: ast.AST) -> bool:
    return _is_call(source, getattr(statement, "value", None), "asyncio.new_event_loop")


def _is_call(source: Source, node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and source.names.qualified(node.func) == name
