"""A script that runs one coroutine: is this one, and which text turns it into `asyncio.run`?"""

import ast
import re
from dataclasses import dataclass

from codemods.get_event_loop.places import (
    FUNCTIONS,
    Parents,
    Place,
    method_of,
    place_of,
    repeated,
    under_main,
    uses_of,
    variable_of,
)
from codemods.get_event_loop.refusals import MODULE, SYNC, THREAD, Refusal
from engine import Source

_BOUND = frozenset(
    {"Queue", "PriorityQueue", "LifoQueue", "Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Future"}
)
_FUTURES = frozenset(
    {"gather", "ensure_future", "create_task", "shield", "wrap_future", "run_coroutine_threadsafe", "Future", "Task"}
)


@dataclass(frozen=True, slots=True)
class Script:
    """The statements of a script's one run. `made` and `closed` are None in the one-line form."""

    run: ast.Call  # <loop>.run_until_complete(coroutine)
    made: ast.stmt | None  # loop = asyncio.get_event_loop()
    closed: ast.stmt | None  # loop.close()


def script(source: Source, place: Place, parents: Parents, python: tuple[int, int]) -> Script | Refusal:
    """The run that this loop serves, or the reason why it is not a script's one run."""
    if not under_main(place) and not _called_once_from_main(source, place, parents):
        return SYNC if place.context == "function" else MODULE
    found = _uses(source, place, parents)
    if not isinstance(found, Script):
        return found
    return (
        _other_loops(source, place, found, parents)
        or _bound_objects(source, parents, python)
        or _awaitable(source, found.run)
        or found
    )


def _called_once_from_main(source: Source, place: Place, parents: Parents) -> bool:
    """Is the function at module level, undecorated, and mentioned once: called under the main guard, in no loop?"""
    function = place.function
    if function is None or place.context != "function" or parents[function] is not source.tree or function.decorator_list:
        return False
    mentions = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id == function.name]
    exported = any(isinstance(node, ast.Constant) and node.value == function.name for node in ast.walk(source.tree))
    if len(mentions) != 1 or exported or len(source.names.module.bindings.get(function.name, ())) != 1:
        return False
    call = parents[mentions[0]]
    if not (isinstance(call, ast.Call) and call.func is mentions[0]):
        return False
    where = place_of(call, parents)
    return under_main(where) and not repeated(where)


def _uses(source: Source, place: Place, parents: Parents) -> Script | Refusal:
    """Sort the uses of the loop: one run, perhaps a close behind it, and nothing else."""
    name = variable_of(place)
    values: list[ast.expr] = [*uses_of(source, place, name)] if name else [place.node]
    runs: list[ast.Call] = []
    closes: list[ast.stmt] = []
    for value in values:
        method, call = method_of(value, parents), parents[parents[value]]
        if method == "run_until_complete" and isinstance(call, ast.Call):
            runs.append(call)
        elif method == "close" and isinstance(parents[call], ast.Expr) and runs and not closes:
            closes.append(parents[call])  # type: ignore[arg-type]
        else:
            return (
                "loop-used-otherwise",
                f"the loop is also used for {method or 'something else'}; move that into the coroutine",
            )
    if len(runs) > 1:
        return ("several-runs", f"the loop runs {len(runs)} coroutines; use one coroutine, or asyncio.Runner")
    made = place.statement if name else None
    if runs and repeated(place_of(runs[0], parents)):
        return ("several-runs", "the run stands in a loop; use one coroutine, or asyncio.Runner")
    if not runs or not _follows(place, made, runs[0], parents):
        return ("loop-used-otherwise", "the loop is not made and then run in one block")
    return Script(runs[0], made, closes[0] if closes else None)


def _follows(place: Place, made: ast.stmt | None, run: ast.Call, parents: Parents) -> bool:
    """Does the run come behind the making, in the same block or inside of it, whenever it comes at all?"""
    where = place_of(run, parents)
    if where.function is not place.function or where.context != place.context:
        return False
    return made is None or (parents[made] in where.chain and not _other_branch(parents[made], made, where))


def _other_branch(block: ast.AST, made: ast.stmt, where: Place) -> bool:
    """Do the two stand in different suites of one statement, as in `if a: made` / `else: run`?"""
    child = where.chain[where.chain.index(block) - 1]
    suites = [suite for name in ("body", "orelse", "finalbody") if isinstance(suite := getattr(block, name, None), list)]
    return not any(made in suite and child in suite for suite in suites)


def _other_loops(source: Source, place: Place, found: Script, parents: Parents) -> Refusal | None:
    """Other code of the file that works with a loop outside a coroutine; after asyncio.run there is none left for it."""
    for call in source.calls:
        name = source.names.qualified(call.func) or ""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        where = place_of(call, parents)
        if call is place.node or call is found.run or where.context == "coroutine":
            continue
        if name in ("asyncio.new_event_loop", "asyncio.set_event_loop"):
            return THREAD
        if method in ("run_until_complete", "run_forever") or name in ("asyncio.run", "asyncio.get_event_loop", "asyncio.Runner"):
            return ("several-runs", f"line {call.lineno} works with an event loop too; asyncio.run leaves it none")
        here = where.function is place.function and not _inside(call, found.run)
        if (
            here
            and name.startswith("asyncio.")
            and not name.endswith(("Policy", "_policy"))
            and name.removeprefix("asyncio.") not in _BOUND
        ):
            return ("loop-used-otherwise", f"line {call.lineno} calls {name} before any loop runs; move it into the coroutine")
    return None


def _inside(call: ast.Call, run: ast.Call) -> bool:
    return any(node is call for argument in run.args for node in ast.walk(argument))


def _bound_objects(source: Source, parents: Parents, python: tuple[int, int]) -> Refusal | None:
    """Before Python 3.10 a queue or lock made outside a coroutine belonged to the loop of that moment."""
    if python >= (3, 10):
        return None
    for call in source.calls:
        name = source.names.qualified(call.func) or ""
        module, _, kind = name.rpartition(".")
        if module == "asyncio" and kind in _BOUND and place_of(call, parents).context != "coroutine":
            return (
                "loop-bound-object",
                f"line {call.lineno} makes asyncio.{kind} outside a coroutine; before Python 3.10 it keeps its loop",
            )
    return None


def _awaitable(source: Source, run: ast.Call) -> Refusal | None:
    """asyncio.run takes a coroutine, nothing else: the argument must be a call of an `async def` of this file."""
    argument = run.args[0] if len(run.args) == 1 and not run.keywords else None
    function = argument.func if isinstance(argument, ast.Call) else None
    name = source.names.qualified(function) if function is not None else None
    if name and name.startswith("asyncio.") and name.removeprefix("asyncio.") in _FUTURES:
        return ("gather-future", f"{name}() makes a future, and asyncio.run takes a coroutine; put it into one")
    if isinstance(function, ast.Name):
        meanings = source.names.lookup(function.id, source.names.scope_at(function)) or []
        if len(meanings) == 1 and _is_coroutine_function(meanings[0].node):
            return None
    return ("unknown-awaitable", "what is run is not a call of an async def of this file; asyncio.run takes a coroutine only")


def _is_coroutine_function(node: ast.AST) -> bool:
    if not isinstance(node, ast.AsyncFunctionDef) or node.decorator_list:
        return False
    stack: list[ast.AST] = list(node.body)
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return False  # an asynchronous generator
        if not isinstance(part, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(part))
    return True


_SPACE = r"[ \t\f]*"


def removal(source: Source, statement: ast.stmt, parents: Parents) -> tuple[int, int, str] | None:
    """The edit that takes a statement out: (start, end, new text) in 0-based offsets. Its line goes with it unless a
    comment stands there. A suite never ends up empty. None when other code shares the line."""
    start, end = source.start(statement), source.end(statement)
    low, high = source.line_start(start), source.line_end(end)
    after = source.text[end:high]
    if source.text[low:start].strip(" \t\f") or not re.fullmatch(rf"{_SPACE}(#.*)?[\r\n]*", after):
        return None
    if _is_alone(statement, parents[statement]):
        return _without_finally(source, statement, parents[statement]) or (start, end, "pass")
    if after.lstrip(" \t\f").startswith("#"):
        return start, end + len(after) - len(after.lstrip(" \t\f")), ""
    if not after.endswith(("\n", "\r")):  # the file ends here, and stays without a final newline
        low = len(source.text[:low].removesuffix("\n").removesuffix("\r"))
    return low, high, ""


def _is_alone(statement: ast.stmt, parent: ast.AST) -> bool:
    return any(getattr(parent, name, None) == [statement] for name in ("body", "orelse", "finalbody"))


def _without_finally(source: Source, statement: ast.stmt, parent: ast.AST) -> tuple[int, int, str] | None:
    """A `finally:` that holds this one statement goes as a whole, where handlers keep the try a try."""
    if not (isinstance(parent, ast.Try) and parent.finalbody == [statement] and parent.handlers):
        return None
    last = [*parent.handlers[-1].body, *parent.orelse][-1]
    gap = source.text[source.end(last) : source.start(statement)]
    if not re.fullmatch(r"\s*finally\s*:\s*", gap):
        return None  # a comment stands there
    return source.end(last), source.end(statement), ""


def extent(statement: ast.stmt, parents: Parents) -> ast.AST:
    """The outermost block that ends where a statement ends: it ends elsewhere once the statement is gone."""
    block: ast.AST = statement
    while not isinstance(parent := parents[block], ast.Module) and _end(parent) == _end(statement):
        block = parent
    return block


def _end(node: ast.AST) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
