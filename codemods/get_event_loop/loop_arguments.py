"""`loop=` for functions that lost that parameter with Python 3.10."""

import ast

from codemods.get_event_loop.cuts import as_written
from codemods.get_event_loop.places import Parents, place_of
from codemods.get_event_loop.refusals import Refusal
from codemods.get_event_loop.running import is_running_loop
from engine import Applicability, Change, Evidence, SliceError, Source, every_node

_AWAITED = frozenset({"sleep", "wait_for", "wait", "gather", "shield"})
_BOUND = frozenset({"Queue", "PriorityQueue", "LifoQueue", "Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore"})
_OTHERS = frozenset(
    {"as_completed", "open_connection", "start_server", "open_unix_connection", "start_unix_server"}
    | {"create_subprocess_exec", "create_subprocess_shell"}
)


def loop_argument(source: Source, call: ast.Call) -> ast.keyword | None:
    """The `loop=` of a call that takes none from Python 3.10 on."""
    if not any(word.arg == "loop" for word in call.keywords):
        return None
    name = source.names.qualified(call.func) or ""
    if name.removeprefix("asyncio.") not in _AWAITED | _BOUND | _OTHERS or not name.startswith("asyncio."):
        return None
    return next(word for word in call.keywords if word.arg == "loop")


def without_loop(
    source: Source, call: ast.Call, word: ast.keyword, parents: Parents, python: tuple[int, int]
) -> Change | Refusal:
    """Take the argument out, where the running loop is meant or Python refuses the argument anyway. Raises SliceError."""
    place = place_of(call, parents)
    name = source.segment(call.func)
    kind = (source.names.qualified(call.func) or "").removeprefix("asyncio.")
    awaited = place.context == "coroutine" and isinstance(parents[call], ast.Await) and kind in _AWAITED
    running = place.context == "coroutine" and is_running_loop(source, word.value, place, parents)
    if any(isinstance(node, ast.Call) for node in every_node(word.value)) and not running:
        return ("loop-argument", f"the loop that {name} is given comes from a call, which may do more than that")
    if not awaited and not running and python < (3, 10):
        return ("loop-argument", f"before Python 3.10 {name} works on the loop that it is given, which may be another one")
    as_written(source, call)
    start, end = _region(source, call, word)
    if "#" in source.text[start:end]:
        raise SliceError("shares-line", "a comment stands beside the loop argument")
    safe = running or awaited
    detail = "the call is awaited here, where only the running loop can serve it" if awaited else "it is the running loop"
    proof = (
        Evidence("loop", "pass", detail) if safe else Evidence("loop", "unknown", "from Python 3.10 on the argument is an error")
    )
    statement = place.statement
    return Change(
        source.site(word),
        f"{name} takes no loop from Python 3.10 on",
        Applicability.SAFE if safe else Applicability.UNSAFE,
        (source.edit(start, end, ""),),
        (source.span(statement),),
        evidence=(proof,),
        data={"context": "loop-argument"},
    )


def _region(source: Source, call: ast.Call, word: ast.keyword) -> tuple[int, int]:
    """The argument with the comma that joined it to the others."""
    parts: list[ast.AST] = sorted([*call.args, *call.keywords], key=source.start)
    index = parts.index(word)
    if index + 1 < len(parts):
        return source.start(word), source.start(parts[index + 1])
    if index:
        return source.text.index(",", source.end(parts[index - 1])), source.end(word)
    rest = source.text[source.end(word) : source.end(call) - 1]
    return source.start(word), source.end(word) + len(rest.rstrip())  # a trailing comma goes with the only argument
