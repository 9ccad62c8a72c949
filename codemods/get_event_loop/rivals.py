"""Other code of the file that works with loops outside a coroutine; once asyncio.run has closed its own, there is none left."""

import ast
from collections.abc import Sequence

from codemods.get_event_loop.places import Parents, Place, contains, place_of
from codemods.get_event_loop.reach import only_in_threads
from codemods.get_event_loop.refusals import THREAD, Refusal
from engine import Source

_BOUND = frozenset(
    {"Queue", "PriorityQueue", "LifoQueue", "Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Future"}
)
_CAPTURING = frozenset(  # libraries whose objects take the current loop when they are made
    {"aiogram", "aiohttp", "aiomysql", "aiopg", "aioredis", "asyncpg", "discord", "motor", "pyrogram", "telegram", "telethon"}
)


def other_loops(source: Source, place: Place, own: Sequence[ast.Call], parents: Parents) -> Refusal | None:
    """Other uses of a loop in this file, which a program that makes its loop by asyncio.run would leave without one."""
    for call in source.calls:
        where = place_of(call, parents)
        if call is place.node or any(contains(one, call) for one in own) or where.context == "coroutine":
            continue
        name = source.names.qualified(call.func) or ""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in ("asyncio.new_event_loop", "asyncio.set_event_loop"):
            if where.function is not place.function and only_in_threads(source, where, parents):
                continue
            return THREAD
        if method in ("run_until_complete", "run_forever") or name in ("asyncio.run", "asyncio.get_event_loop", "asyncio.Runner"):
            if where.function is not place.function and only_in_threads(source, where, parents):
                continue
            return ("several-runs", f"line {call.lineno} works with an event loop too; asyncio.run leaves it none")
        here = where.function is place.function
        if here and name.startswith("asyncio.") and not name.endswith("_policy") and name.removeprefix("asyncio.") not in _BOUND:
            return ("loop-used-otherwise", f"line {call.lineno} calls {name} before any loop runs; move it into the coroutine")
    return None


def bound_objects(source: Source, parents: Parents, python: tuple[int, int]) -> Refusal | None:
    """Objects made outside a coroutine that keep the loop of that moment: before Python 3.10 asyncio's own queues and locks,
    and those of some libraries still."""
    for call in source.calls:
        name = source.names.qualified(call.func) or ""
        module, _, kind = name.rpartition(".")
        own = module == "asyncio" and kind in _BOUND and python < (3, 10)
        foreign = name.partition(".")[0] in _CAPTURING
        if (own or foreign) and place_of(call, parents).context != "coroutine":
            when = "before Python 3.10 it keeps its loop" if own else "it keeps the loop of that moment"
            return ("loop-bound-object", f"line {call.lineno} makes {name} outside a coroutine; {when}")
    return None
