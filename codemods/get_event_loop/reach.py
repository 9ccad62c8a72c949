"""Who reaches a function: threads, coroutines, test runners. One file's evidence only."""

import ast

from codemods.get_event_loop.places import Parents, Place, place_of
from engine import Source, every_node

_THREADS = frozenset({"Thread", "Timer", "submit", "to_thread", "run_in_executor", "start_new_thread"})


def is_fixture(place: Place) -> bool:
    """Does the expression stand in a test fixture, whose loop the test runner decides?"""
    functions = [node for node in place.chain if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return any(_last_name(decorator) in ("fixture", "yield_fixture") for node in functions for decorator in node.decorator_list)


def _last_name(node: ast.expr) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def only_in_threads(source: Source, place: Place, parents: Parents) -> bool:
    """Is every mention of the function the target of a thread, so that its thread is its own?

    A public method may be called from other files: it does not count.
    """
    function = place.function
    if function is None or place.context != "function" or function.decorator_list:
        return False
    if isinstance(parents[function], ast.ClassDef) and not function.name.startswith("_"):
        return False
    mentions = _mentions(source, function.name)
    return bool(mentions) and all(_is_thread_target(node, parents) for node in mentions)


def both_ways(source: Source, place: Place, parents: Parents) -> bool:
    """Is the function called by a coroutine of this file, and the target of a thread as well?"""
    function = place.function
    if function is None or place.context != "function":
        return False
    mentions = _mentions(source, function.name)
    called = [node for node in mentions if getattr(parents[node], "func", None) is node]
    from_coroutine = any(place_of(node, parents).context == "coroutine" for node in called)
    return from_coroutine and any(_is_thread_target(node, parents) for node in mentions)


def _mentions(source: Source, name: str) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in every_node(source.tree):
        if (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name):
            found.append(node)
    return found


def _is_thread_target(node: ast.expr, parents: Parents) -> bool:
    holder = parents[node]
    if isinstance(holder, ast.keyword):
        call, fits = parents[holder], holder.arg in ("target", "function")
    else:
        call, fits = holder, isinstance(holder, ast.Call) and node in holder.args
    return fits and isinstance(call, ast.Call) and _last_name(call.func) in _THREADS
