"""`await asyncio.gather(a(), b())` as an `asyncio.TaskGroup`: when one fails, the others are cancelled."""

import ast

from codemods.get_event_loop.awaitables import is_coroutine_call
from codemods.get_event_loop.cuts import indent_of
from codemods.get_event_loop.places import Parents, Place, place_of
from codemods.get_event_loop.refusals import Refusal
from codemods.get_event_loop.running import spelled
from engine import Applicability, Change, Evidence, SliceError, Source


def task_group(source: Source, call: ast.Call, parents: Parents, python: tuple[int, int]) -> Change | Refusal | None:
    """The change for one call of asyncio.gather; None outside a coroutine, where it makes a future. Raises SliceError."""
    place = place_of(call, parents)
    if place.context != "coroutine":
        return None
    refused = _refusal(source, place, call, parents, python)
    if refused is not None:
        return refused
    statement = place.statement
    code, imports = spelled(source, call.func, "TaskGroup")
    group = source.names.fresh("group")
    indent, newline = indent_of(source, statement), source.newline
    unit = "\t" if "\t" in indent else "    "
    made = [source.segment(argument) for argument in call.args]
    names = _targets(statement)
    lines = [f"async with {code}() as {group}:"]
    if names:
        tasks = [source.names.fresh(f"{name}_task") for name in names]
        lines += [f"{unit}{task} = {group}.create_task({one})" for task, one in zip(tasks, made, strict=True)]
        left = source.text[source.start(statement) : source.start(statement.value)]  # type: ignore[attr-defined]
        lines.append(left + ", ".join(f"{task}.result()" for task in tasks))
    else:
        lines += [f"{unit}{group}.create_task({one})" for one in made]
    start, end = source.start(statement), source.end(statement)
    if "#" in source.text[start:end]:
        raise SliceError("shares-line", "a comment stands inside the statement")
    return Change(
        source.site(call),
        "run the coroutines in a task group",
        Applicability.UNSAFE,
        (source.edit(start, end, (newline + indent).join(lines)),),
        (source.span(statement),),
        imports,
        evidence=(
            Evidence("errors", "unknown", "a failure cancels the other tasks, and arrives as an ExceptionGroup"),
            Evidence("coroutines", "pass", "every argument is a coroutine of its own"),
        ),
        data={"context": "task-group"},
    )


def _refusal(source: Source, place: Place, call: ast.Call, parents: Parents, python: tuple[int, int]) -> Refusal | None:
    statement, awaited = place.statement, parents[call]
    if python < (3, 11):
        return ("task-group-too-new", "asyncio.TaskGroup came with Python 3.11")
    if call.keywords:
        return ("gather-options", "a task group has nothing like return_exceptions; what fails, fails the group")
    if not isinstance(awaited, ast.Await) or getattr(statement, "value", None) is not awaited:
        return ("gather-result", "the result of gather is used in a way that a task group does not give")
    used = not isinstance(statement, ast.Expr)
    if used and (not _targets(statement) or len(_targets(statement)) != len(call.args)):
        return ("gather-result", "the result of gather is used in a way that a task group does not give")
    if not call.args or not all(is_coroutine_call(source, argument, parents) for argument in call.args):
        return ("unknown-awaitable", "an argument of gather is not known to be a coroutine; a task group takes nothing else")
    if any(
        isinstance(parent, (ast.Try, ast.TryStar)) and parent.handlers and child in parent.body for child, parent in place.steps()
    ):
        return ("gather-in-try", "the handlers around it expect the exception itself, and would get an ExceptionGroup")
    if indent_of(source, statement).strip() or _ends_badly(source, statement):
        return ("shares-line", "the statement shares its line with other code")
    return None


def _ends_badly(source: Source, statement: ast.stmt) -> bool:
    rest = source.text[source.end(statement) : source.line_end(source.end(statement))].strip()
    return bool(rest) and not rest.startswith("#")


def _targets(statement: ast.stmt) -> list[str]:
    """The names that the result is unpacked into; empty for any other statement."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return []
    target = statement.targets[0]
    if not isinstance(target, (ast.Tuple, ast.List)) or not all(isinstance(part, ast.Name) for part in target.elts):
        return []
    return [part.id for part in target.elts]  # type: ignore[attr-defined]
