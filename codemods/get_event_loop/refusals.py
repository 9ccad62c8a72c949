"""Why a call outside a coroutine is left alone: a reason code and a sentence, or nothing."""

import ast

from codemods.get_event_loop.places import Parents, Place, guarded_by_runtime_error, is_call, method_of, uses_of, variable_of
from codemods.get_event_loop.reach import both_ways, is_fixture
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
FIXTURE = ("async-fixture", "a test fixture: the test runner decides which loop it gets, and when that loop is closed")
BOTH = (
    "coroutine-and-thread",
    "a coroutine of this file calls the function, and a thread runs it: a loop runs in one and not the other",
)
POLICY = ("loop-policy", "the file sets or asks for an event loop policy, which decides what a new loop is")
NESTED = ("nested-loops", "nest_asyncio lets a loop run inside a running loop; asyncio.run does not")
IN_COROUTINE = ("loop-in-coroutine", "a coroutine makes a second loop; no loop can run inside a running one")


def refusal(source: Source, place: Place, parents: Parents, own: bool = False) -> Refusal | None:
    """What forbids both rewrites, whoever calls this code; None when only the callers matter.

    `own`: the loop was made by new_event_loop, so that setting it is no surprise.
    """
    if place.context == "deferred":
        return DEFERRED
    if is_fixture(place):
        return FIXTURE
    if guarded_by_runtime_error(source, place):
        return GUARD
    name = variable_of(place)
    if not name:
        found = _of_value(source, place, parents)
    elif name in source.names.scope_at(place.statement).outer:
        found = STORED
    else:
        found = _of_variable(source, place, parents, name, own)
    if found is None and both_ways(source, place, parents):
        return BOTH
    return found


def file_refusal(source: Source) -> Refusal | None:
    """What in the file forbids that a loop be made, run and closed by asyncio.run or Runner; None for nothing."""
    for call in source.calls:
        name = source.names.qualified(call.func) or ""
        if name.startswith("nest_asyncio."):
            return NESTED
        if name in ("uvloop.install", "asyncio.set_event_loop_policy", "asyncio.get_event_loop_policy"):
            return POLICY
    return None


def _of_value(source: Source, place: Place, parents: Parents) -> Refusal | None:
    method = method_of(place.node, parents)
    if method:
        return BY_METHOD.get(method)
    holder = place.chain[0]
    if is_call(source, holder, "asyncio.set_event_loop"):
        return THREAD
    if isinstance(holder, (ast.Call, ast.keyword, ast.Return, ast.Yield)):
        return PASSED
    if isinstance(holder, (ast.arguments, ast.Expr)):
        return None  # a default value; a loop made and dropped
    return STORED


def _of_variable(source: Source, place: Place, parents: Parents, name: str, own: bool) -> Refusal | None:
    refusals: list[Refusal] = []
    for use in uses_of(source, place, name):
        holder = parents[use]
        if not isinstance(use.ctx, ast.Load):
            fresh = is_call(source, getattr(holder, "value", None), "asyncio.new_event_loop")
            refusals.append(THREAD if fresh or own else STORED)
        elif method := method_of(use, parents):
            refusals.extend([BY_METHOD[method]] if method in BY_METHOD else [])
        elif is_call(source, holder, "asyncio.set_event_loop"):
            refusals.extend([] if own else [THREAD])
        elif isinstance(holder, ast.keyword) and is_call(source, parents[holder], "asyncio.ensure_future"):
            continue  # the run that takes it is looked at there
        elif isinstance(holder, (ast.Call, ast.keyword, ast.Return, ast.Yield)):
            refusals.append(PASSED)
        else:
            refusals.append(STORED)
    return refusals[0] if refusals else None
