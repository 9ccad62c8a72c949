"""Replace `asyncio.get_event_loop()` by what the place means: the running loop, or a run of its own.

What it does
    Inside a coroutine it becomes `asyncio.get_running_loop()`. In a script that runs one coroutine,
    `loop = asyncio.get_event_loop(); loop.run_until_complete(main()); loop.close()` (or the one line)
    becomes `asyncio.run(main())`. A script means: under `if __name__ == "__main__":`, or in a function
    that only that block calls, once.

Why
    Without a running loop `asyncio.get_event_loop()` made one behind your back; Python 3.12 warns
    there and 3.14 raises. What the caller wants depends on where it stands, which no regex can see.

When it skips
    `ambiguous-name`: asyncio has several meanings in this file. `deferred`: inside a lambda or a
    generator expression. `runtime-error-guard`: in a try that expects RuntimeError.
    `stored-loop`: kept in an attribute, a container or a global. `loop-passed-on`: handed to somebody else.
    `is-running-branch`, `run-forever`, `signal-handlers`: the loop is used for that.
    `thread-loop`: mixed with new_event_loop or set_event_loop. `loop-used-otherwise`: other methods of the loop.
    `several-runs`: the file runs more than one coroutine. `gather-future`: what is run is a future, not a coroutine.
    `unknown-awaitable`: what is run is not a call of an `async def` of this file.
    `loop-bound-object`: a queue or lock is made outside a coroutine and would belong to another loop (before 3.10).
    `module-level`: runs at import. `sync-function`: may run without a loop. `python-too-old`: the target is older than 3.7.

Applicability
    In a coroutine safe: the running loop is the same loop. `asyncio.run` is unsafe: it makes a new loop,
    cancels what is left over and closes the loop.

Options
    None.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.get_event_loop.places import Parents, Place, parents_of, place_of
from codemods.get_event_loop.refusals import refusal
from codemods.get_event_loop.scripts import Script, extent, removal, script
from engine import (
    Applicability,
    Change,
    Codemod,
    Evidence,
    ImportNeed,
    Project,
    Skip,
    SliceError,
    Source,
    need_import,
    replace_expression,
)

TARGETS = ("asyncio.get_event_loop", "asyncio.events.get_event_loop")


def run_file(source: Source, project: Project, _: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each call of `asyncio.get_event_loop` in this file."""
    parents: Parents = {}
    for call in source.calls:
        name = _last_name(call.func)
        found = source.names.qualified(call.func) if name else None
        if found not in TARGETS and not (found is None and name == "get_event_loop"):
            continue
        parents = parents or parents_of(source.tree)
        place = place_of(call, parents)
        try:
            yield _item(source, project, place, parents, clear=found is not None)
        except SliceError as error:
            yield _skip(source, place, error.reason, str(error))


def _last_name(function: ast.expr) -> str:
    """The last part of a plain dotted name; empty for any other expression."""
    name = function.attr if isinstance(function, ast.Attribute) else ""
    while isinstance(function, ast.Attribute):
        function = function.value
    return (name or function.id) if isinstance(function, ast.Name) else ""


def _skip(source: Source, place: Place, reason: str, message: str) -> Skip:
    return Skip(source.site(place.node), reason, message, {"context": place.context})


def _item(source: Source, project: Project, place: Place, parents: Parents, clear: bool) -> Change | Skip:
    if not clear:
        return _skip(source, place, "ambiguous-name", f"{source.segment(place.node)}: the name has several meanings in this file")
    if project.python < (3, 7):
        return _skip(source, place, "python-too-old", "asyncio.run and get_running_loop came with Python 3.7")
    if place.context == "coroutine":
        return _running_loop(source, place)
    refused = refusal(source, place, parents)
    if refused is not None:
        return _skip(source, place, *refused)
    found = script(source, place, parents, project.python)
    return _run(source, place, found, parents) if isinstance(found, Script) else _skip(source, place, *found)


def _running_loop(source: Source, place: Place) -> Change | Skip:
    function = place.node.func  # type: ignore[attr-defined]
    imports: tuple[ImportNeed, ...] = ()
    if isinstance(function, ast.Attribute):
        code = source.segment(function).removesuffix("get_event_loop") + "get_running_loop"
    else:
        code, imports = need_import(source, "asyncio", "get_running_loop")
        if not _means(source, function, code, "asyncio.get_running_loop"):
            return _skip(source, place, "shadowed", f"{code} means something else here")
    rewrite = replace_expression(source, place.statement, function, code)
    name = place.function.name if place.function else ""
    proof = Evidence("context", "pass", f"runs only inside the coroutine {name}, where both return the running loop")
    return Change(
        source.site(place.node),
        "in a coroutine, ask for the running loop",
        Applicability.SAFE,
        rewrite.edits,
        (rewrite.span,),
        imports,
        evidence=(proof,),
        data={"context": "coroutine"},
    )


def _means(source: Source, where: ast.expr, name: str, target: str) -> bool:
    """Does `name`, read at `where`, mean `target`, or nothing yet?"""
    meanings = source.names.lookup(name, source.names.scope_at(where)) or []
    return all(meaning.target == target for meaning in meanings)


def _run(source: Source, place: Place, found: Script, parents: Parents) -> Change | Skip:
    function = place.node.func  # type: ignore[attr-defined]
    imports: tuple[ImportNeed, ...] = ()
    if isinstance(function, ast.Attribute) and source.names.qualified(function.value) == "asyncio":
        local = source.segment(function.value)
    else:
        local, imports = need_import(source, "asyncio", "", source.start(place.node) if place.function is None else None)
        if not _means(source, function, local, "asyncio"):
            return _skip(source, place, "shadowed", f"{local} means something else here")
    statement = place_of(found.run, parents).statement
    rewrite = replace_expression(source, statement, found.run.func, f"{local}.run")
    edits, spans = [*rewrite.edits], [rewrite.span]
    for gone in (found.made, found.closed):
        if gone is None:
            continue
        whole = _try_around(source, statement, gone, parents)
        cuts = whole or [removal(source, gone, parents)]
        if None in cuts:
            return _skip(source, place, "shares-line", "a statement to remove shares its line with other code")
        edits += [source.edit(*cut) for cut in cuts if cut is not None]
        spans.append(source.span(extent(gone, parents)))
    return Change(
        source.site(place.node),
        "run the script's one coroutine with asyncio.run",
        Applicability.UNSAFE,
        tuple(sorted(edits)),
        tuple(spans),
        imports,
        evidence=(Evidence("one-run", "pass", "nothing else in this file works with an event loop outside a coroutine"),),
        data={"context": "script"},
    )


def _try_around(source: Source, run: ast.stmt, close: ast.stmt, parents: Parents) -> list[tuple[int, int, str] | None]:
    """`try: run` / `finally: close` and no more: the cuts that leave just the run; empty for any other shape."""
    block = parents[close]
    if not (isinstance(block, ast.Try) and block.finalbody == [close] and block.body == [run]):
        return []
    if block.handlers or block.orelse:
        return []
    head, tail = source.text[source.start(block) : source.start(run)], source.text[source.end(run) : source.start(close)]
    if not re.fullmatch(r"try\s*:\s*", head) or not re.fullmatch(r"\s*finally\s*:\s*", tail):
        return []  # a comment stands there
    return [(source.start(block), source.start(run), ""), (source.end(run), source.end(block), "")]


CODEMOD = Codemod(
    name="get-event-loop",
    summary="Replace asyncio.get_event_loop() by the running loop, or by asyncio.run.",
    version=1,
    run_file=run_file,
    hints=rb"get_event_loop\b",
    doc=__doc__ or "",
)
