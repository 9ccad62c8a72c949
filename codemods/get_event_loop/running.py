"""Inside a coroutine: the running loop, and tasks without a loop in hand."""

import ast

from codemods.get_event_loop.awaitables import is_coroutine_call, is_method_call
from codemods.get_event_loop.cuts import Cut, cuts, extent
from codemods.get_event_loop.places import Parents, Place, is_call, place_of, uses_of, variable_of
from codemods.get_event_loop.refusals import DEFERRED, MODULE, SYNC, Refusal
from engine import (
    Applicability,
    Change,
    Evidence,
    ImportNeed,
    SliceError,
    Source,
    need_import,
    replace_expression,
)

Spelled = tuple[str, tuple[ImportNeed, ...]]


def spelled(source: Source, function: ast.expr, name: str) -> Spelled:
    """`asyncio.<name>` as this place can write it, seen from another function of asyncio; and what must be imported.

    Raises SliceError `shadowed` where that name means something else.
    """
    home = isinstance(function, ast.Attribute) and source.names.qualified(function.value)
    if isinstance(function, ast.Attribute) and (home == "asyncio" or name == "get_running_loop"):
        return f"{source.segment(function)[: -len(function.attr)]}{name}", ()
    code, imports = need_import(source, "asyncio", name)
    meanings = source.names.lookup(code, source.names.scope_at(function)) or []
    if not all(meaning.target == f"asyncio.{name}" for meaning in meanings):
        raise SliceError("shadowed", f"{code} means something else here")
    return code, imports


def running_loop(source: Source, place: Place, parents: Parents) -> Change:
    """`asyncio.get_event_loop()` in a coroutine. Raises SliceError."""
    made = _tasks(source, place, parents)
    if made is not None:
        return made
    function = place.node.func  # type: ignore[attr-defined]
    code, imports = spelled(source, function, "get_running_loop")
    rewrite = replace_expression(source, place.statement, function, code)
    edits, spans = [*rewrite.edits], [rewrite.span]
    for call in _created(source, place, parents):
        task, more = spelled(source, function, "create_task")
        other = replace_expression(source, place_of(call, parents).statement, call.func, task)
        if place_of(call, parents).statement is not place.statement:
            edits, spans, imports = [*edits, *other.edits], [*spans, other.span], (*imports, *more)
    name = place.function.name if place.function else ""
    proof = Evidence("context", "pass", f"runs only inside the coroutine {name}, where both return the running loop")
    return Change(
        source.site(place.node),
        "in a coroutine, ask for the running loop",
        Applicability.SAFE,
        tuple(sorted(edits)),
        tuple(spans),
        tuple(dict.fromkeys(imports)),
        evidence=(proof,),
        data={"context": "coroutine"},
    )


def _created(source: Source, place: Place, parents: Parents) -> list[ast.Call]:
    """The calls `loop.create_task(...)` of this very coroutine, where `loop` is a local name for nothing but this loop."""
    name = variable_of(place)
    scope = source.names.scope_at(place.statement)
    if not name or name in scope.outer or scope.is_class:
        return []
    uses = uses_of(source, place, name)
    if any(not isinstance(use.ctx, ast.Load) for use in uses):
        return []
    found = []
    for use in uses:
        holder, call = parents[use], parents[parents[use]]
        if (
            isinstance(holder, ast.Attribute)
            and holder.attr == "create_task"
            and isinstance(call, ast.Call)
            and call.func is holder
        ):
            where = place_of(call, parents)
            if where.function is place.function and where.context == "coroutine":
                found.append(call)
    return found


def _tasks(source: Source, place: Place, parents: Parents) -> Change | None:
    """Where the loop is wanted for nothing but tasks, asyncio.create_task needs none."""
    holder, outer = parents[place.node], parents.get(parents[place.node])
    made: ast.stmt | None = None
    if (
        isinstance(holder, ast.Attribute)
        and holder.attr == "create_task"
        and isinstance(outer, ast.Call)
        and outer.func is holder
    ):
        calls = [outer]
    else:
        calls = _created(source, place, parents)
        if not calls or len(calls) != len(uses_of(source, place, variable_of(place))):
            return None
        made = place.statement
    function = place.node.func  # type: ignore[attr-defined]
    code, imports = spelled(source, function, "create_task")
    rewrites = [replace_expression(source, place_of(call, parents).statement, call.func, code) for call in calls]
    edits = [edit for rewrite in rewrites for edit in rewrite.edits]
    spans = [rewrite.span for rewrite in rewrites]
    if made is not None:
        gone: list[Cut] = cuts(source, [made], parents)
        edits += [source.edit(*cut) for cut in gone]
        spans.append(source.span(extent(made, parents)))
    proof = Evidence("context", "pass", "in a coroutine asyncio.create_task asks the running loop, the same one, for the task")
    return Change(
        source.site(place.node),
        "in a coroutine, make the task with asyncio.create_task",
        Applicability.SAFE,
        tuple(sorted(edits)),
        tuple(spans),
        imports,
        evidence=(proof,),
        data={"context": "task"},
    )


def ensured(source: Source, place: Place, parents: Parents) -> Change | Refusal | None:
    """`asyncio.ensure_future(c())`: a task, said so. None where it is given something that may be a future. Raises SliceError."""
    call: ast.Call = place.node  # type: ignore[assignment]
    given = call.args[0] if len(call.args) == 1 else None
    if given is None or not is_coroutine_call(source, given, parents):
        return None
    if place.context != "coroutine":
        return {"deferred": DEFERRED, "module": MODULE, "function": SYNC}[place.context]
    if call.keywords and not _names_running_loop(source, place, call, parents):
        return ("loop-argument", "ensure_future is given a loop that may be another than the running one")
    code, imports = spelled(source, call.func, "create_task")
    text = f"{code}({source.segment(given)})"
    rewrite = replace_expression(source, place.statement, call if call.keywords else call.func, text if call.keywords else code)
    method = is_method_call(given)  # type: ignore[arg-type]
    detail = "a subclass may give a future where this method is a coroutine" if method else "the argument is a coroutine"
    return Change(
        source.site(call),
        "make the task with asyncio.create_task",
        Applicability.UNSAFE if method else Applicability.SAFE,
        rewrite.edits,
        (rewrite.span,),
        imports,
        evidence=(Evidence("coroutine", "unknown" if method else "pass", detail),),
        data={"context": "ensure-future"},
    )


def _names_running_loop(source: Source, place: Place, call: ast.Call, parents: Parents) -> bool:
    return all(word.arg == "loop" and is_running_loop(source, word.value, place, parents) for word in call.keywords)


def is_running_loop(source: Source, value: ast.expr, place: Place, parents: Parents) -> bool:
    """Is this expression the loop that runs the coroutine at `place`?"""
    asks = ("asyncio.get_event_loop", "asyncio.get_running_loop")
    if isinstance(value, ast.Constant) and value.value is None:
        return True
    if isinstance(value, ast.Call):
        return is_call(source, value, *asks)
    if not isinstance(value, ast.Name) or place.context != "coroutine":
        return False
    bindings = source.names.lookup(value.id, source.names.scope_at(value)) or []
    if len(bindings) != 1:
        return False
    statement = parents.get(bindings[0].node)
    if not isinstance(statement, ast.Assign) or not is_call(source, statement.value, *asks):
        return False
    where = place_of(statement.value, parents)
    return where.function is place.function and where.context == "coroutine"
