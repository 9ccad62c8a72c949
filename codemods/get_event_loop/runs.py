"""What a loop is made for: the coroutines it runs, and the statements that only serve the loop."""

import ast
from dataclasses import dataclass, replace
from typing import Literal

from codemods.get_event_loop.awaitables import FUTURES, Coroutine, coroutine_of
from codemods.get_event_loop.calm import is_calm
from codemods.get_event_loop.places import Parents, Place, contains, in_script, is_call, place_of, repeated, uses_of, variable_of
from codemods.get_event_loop.reach import only_in_threads
from codemods.get_event_loop.refusals import MODULE, SYNC, Refusal, file_refusal
from codemods.get_event_loop.rivals import bound_objects, other_loops
from engine import Source, every_node

_LEFTOVERS = ("shutdown_asyncgens", "shutdown_default_executor")


@dataclass(frozen=True, slots=True)
class Runs:
    """One loop's life. `made` is None in the one-line form; `gone` are the statements that nothing needs any more."""

    made: ast.stmt | None  # loop = asyncio.get_event_loop()
    runs: tuple[ast.Call, ...]  # <loop>.run_until_complete(...), in source order
    gone: tuple[ast.stmt, ...]  # set_event_loop, shutdown_asyncgens, close
    coroutines: tuple[Coroutine, ...] = ()  # one for each run
    form: Literal["run", "runner"] = "run"
    factory: bool = False  # the loop was never made the thread's own, and the new one must not be either
    alone: bool = False  # a program, or a thread of its own: no other code asks for the loop afterwards


def runs_of(source: Source, place: Place, parents: Parents, python: tuple[int, int], own: bool) -> Runs | Refusal:
    """The runs that this loop serves, or why they cannot be run another way. `own`: made by new_event_loop."""
    script = in_script(source, place, parents)
    if not own and not script:
        return SYNC if place.context == "function" else MODULE
    if own and place.context == "module" and not script:
        return MODULE
    found = _sorted(source, place, parents)
    if not isinstance(found, Runs):
        return found
    refused = file_refusal(source) or _loose(source, place, found, parents, python, own=own)
    if refused is None and script:
        refused = other_loops(source, place, (*found.runs, *_calls(found.gone)), parents)
    if not own:  # a loop that is new here has nothing that was made before, in neither form
        refused = refused or bound_objects(source, parents, python)
    if refused is not None:
        return refused
    strict = bound_objects(source, parents, python) is not None
    coroutines: list[Coroutine] = []
    for run in found.runs:
        one = coroutine_of(source, run, parents, own, strict)
        if not isinstance(one, Coroutine):
            return one
        same = sum(other.wrapped.startswith(one.wrapped) for other in coroutines) if one.wrapped else 0
        coroutines.append(replace(one, wrapped=source.names.fresh(f"{one.wrapped}_{same + 1}")) if same else one)
    alone = script or only_in_threads(source, place, parents)
    chosen = Runs(found.made, found.runs, found.gone, tuple(coroutines), alone=alone)
    return _formed(source, place, chosen, parents, python, own=own)


def _calls(statements: tuple[ast.stmt, ...]) -> list[ast.Call]:
    return [node for one in statements for node in every_node(one) if isinstance(node, ast.Call)]


def _sorted(source: Source, place: Place, parents: Parents) -> Runs | Refusal:
    """Sort the uses of the loop: runs, statements that only serve it, and nothing else."""
    name = variable_of(place)
    values: list[ast.expr] = [*uses_of(source, place, name)] if name else [place.node]
    made = place.statement if name else None
    runs: list[ast.Call] = []
    gone: list[ast.stmt] = []
    other = ""
    for value in values:
        holder, call = parents[value], parents[parents[value]]
        method = holder.attr if isinstance(holder, ast.Attribute) else ""
        alone = isinstance(parents.get(call), ast.Expr)
        if is_call(source, holder, "asyncio.set_event_loop") and isinstance(call, ast.Expr):
            gone.append(call)
        elif method == "run_until_complete" and isinstance(call, ast.Call) and call.func is holder:
            leftover = call.args and _method(call.args[0]) in _LEFTOVERS and alone
            (gone if leftover else runs).append(parents[call] if leftover else call)  # type: ignore[arg-type]
        elif method == "close" and alone and runs:
            gone.append(parents[call])  # type: ignore[arg-type]
        elif not _inside_run(source, value, parents):
            other = other or method or "something else"
    if other:
        return ("loop-used-otherwise", f"the loop is also used for {other}; move that into the coroutine")
    if not runs or not all(_follows(place, made, node, parents) for node in [*runs, *(_value(one) for one in gone)]):
        return ("loop-used-otherwise", "the loop is not made and then run in one block")
    gone += _unset(source, place, runs[-1], parents) if gone else []
    return Runs(made, tuple(runs), tuple(dict.fromkeys(gone)))


def _method(node: ast.expr) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _value(statement: ast.stmt) -> ast.expr:
    return statement.value  # type: ignore[attr-defined, no-any-return]


def _inside_run(source: Source, value: ast.expr, parents: Parents) -> bool:
    """Is it the loop in `run_until_complete(loop.create_task(...))`, `...(ensure_future(..., loop=loop))`, or in a
    clean-up that asyncio.run does by itself?"""
    call = parents[parents[value]]
    holder = parents.get(call)
    direct = isinstance(holder, ast.Call) and _method(holder) == "run_until_complete" and call in holder.args
    if not direct or not isinstance(call, ast.Call):
        return False
    return _method(call) in ("create_task", *_LEFTOVERS) or is_call(source, call, "asyncio.ensure_future")


def _unset(source: Source, place: Place, run: ast.Call, parents: Parents) -> list[ast.stmt]:
    """`asyncio.set_event_loop(None)` behind the runs."""
    found = []
    for node in ast.walk(place.function or source.tree):
        if is_call(source, node, "asyncio.set_event_loop") and isinstance(parents[node], ast.Expr):
            call: ast.Call = node  # type: ignore[assignment]
            none = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value is None
            if none and call.lineno > run.lineno and place_of(call, parents).function is place.function:
                found.append(parents[node])
    return found  # type: ignore[return-value]


def _follows(place: Place, made: ast.stmt | None, node: ast.expr, parents: Parents) -> bool:
    """Does it come behind the making, in the same block or inside of it, whenever it comes at all?"""
    where = place_of(node, parents)
    if where.function is not place.function or where.context != place.context:
        return False
    return made is None or (parents[made] in where.chain and not _other_branch(parents[made], made, where))


def _other_branch(block: ast.AST, made: ast.stmt, where: Place) -> bool:
    """Do the two stand in different suites of one statement, as in `if a: made` / `else: run`?"""
    child = where.chain[where.chain.index(block) - 1]
    suites = [suite for name in ("body", "orelse", "finalbody") if isinstance(suite := getattr(block, name, None), list)]
    return not any(made in suite and child in suite for suite in suites)


def _loose(source: Source, place: Place, found: Runs, parents: Parents, python: tuple[int, int], own: bool) -> Refusal | None:
    """Calls of this function that may take the loop while it is set and does not run yet, or that make futures for it."""
    first = found.runs[0]
    is_set = next((one for one in found.gone if is_call(source, _value(one), "asyncio.set_event_loop")), None)
    for call in source.calls:
        if place_of(call, parents).function is not place.function or any(
            contains(one, call) for one in (*found.gone, *found.runs)
        ):
            continue
        name = source.names.qualified(call.func) or ""
        if name.startswith("asyncio.") and name.removeprefix("asyncio.") in FUTURES:
            return ("loop-used-otherwise", f"line {call.lineno} calls {name} before any loop runs; move it into the coroutine")
        between = is_set is not None and is_set.lineno < call.lineno < first.lineno
        if own and between and not is_calm(source, call, strict=True) and (bound := bound_objects(source, parents, python)):
            return bound
        if own and between and not is_calm(source, call):
            code = source.segment(call.func)
            return ("work-before-run", f"line {call.lineno} calls {code} while the new loop is set; it may take that loop")
    return None


def _formed(source: Source, place: Place, found: Runs, parents: Parents, python: tuple[int, int], own: bool) -> Runs | Refusal:
    """asyncio.run, or asyncio.Runner where several runs or the order of the shutdown want one loop to live longer."""
    closed = any(_method(_value(one)) == "close" for one in found.gone)
    is_set = any(is_call(source, _value(one), "asyncio.set_event_loop") for one in found.gone)
    if own and not closed and not found.alone:
        return ("loop-kept", "the loop is not closed here; what was started on it may go on when other code runs it again")
    factory = own and not is_set and not found.alone
    block = parents[found.made] if found.made is not None else None
    single = len(found.runs) == 1 and not repeated(place_of(found.runs[0], parents), None if block is None or not own else block)
    between, after = _work(source, place, found, parents)
    if single and not between and not (factory and python < (3, 12)):
        return Runs(found.made, found.runs, found.gone, found.coroutines, "run", factory, found.alone)
    if single and factory and python < (3, 11):
        return ("loop-not-set", "the loop was never made the thread's own; asyncio.run would leave the thread without one")
    why = f"the loop runs {len(found.runs)} coroutines" if len(found.runs) > 1 else "the run stands in a loop"
    if found.made is None or (python < (3, 11) and not single):
        return ("several-runs", f"{why}; use one coroutine, or asyncio.Runner, which came with Python 3.11")
    if python < (3, 11):
        return (
            "shutdown-order",
            f"line {between[0]} works before the loop is closed; asyncio.Runner, from Python 3.11 on, keeps that",
        )
    if after:
        return ("shutdown-order", f"line {after[0]} works after the loop is closed, in the same statement; move it behind")
    if repeated(place_of(found.runs[0], parents), None) and repeated(place, None):
        return ("several-runs", "the loop is asked for again and again; make it once, outside")
    if "contextvars" in source.text:
        return ("context-variables", "runs of one asyncio.Runner share a context; the file uses context variables")
    return Runs(found.made, found.runs, found.gone, found.coroutines, "runner", factory, found.alone)


def _work(source: Source, place: Place, found: Runs, parents: Parents) -> tuple[list[int], list[int]]:
    """The lines that may touch what the loop left behind: between the last run and the close; and behind the close,
    in the statement that holds it."""
    closes = [one for one in found.gone if _method(_value(one)) == "close"]
    between: list[int] = []
    after: list[int] = []
    if not closes:
        return between, after
    run, close = found.runs[-1], closes[-1]
    outer: ast.AST = close
    while parents[outer] is not place.function and not (found.made is not None and parents[outer] is parents[found.made]):
        if isinstance(parents[outer], ast.Module):
            break
        outer = parents[outer]
    for call in source.calls:
        if place_of(call, parents).function is not place.function or any(contains(one, call) for one in (*found.gone, run)):
            continue
        at = (call.lineno, call.col_offset)
        if is_calm(source, call, strict=True):
            continue
        if (run.end_lineno, run.end_col_offset) <= at < (close.lineno, close.col_offset):
            between.append(call.lineno)
        elif (close.end_lineno, close.end_col_offset) <= at < (outer.end_lineno, outer.end_col_offset):  # type: ignore[attr-defined]
            after.append(call.lineno)
    return between, after
