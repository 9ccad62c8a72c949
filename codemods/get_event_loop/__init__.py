"""Replace `asyncio.get_event_loop()` by what the place means: the running loop, or a run of its own.

What it does
    In a coroutine it becomes `asyncio.get_running_loop()`; a loop that is only there for `create_task` goes, and
    `asyncio.create_task` makes the task, as it does for `asyncio.ensure_future(c())`. In a script that runs one
    coroutine, `loop = asyncio.get_event_loop(); loop.run_until_complete(main()); loop.close()` (or the one line)
    becomes `asyncio.run(main())`. A script means: under `if __name__ == "__main__":`, or in a function that only
    that block calls, once. So does a loop that a function makes for itself: `new_event_loop`, `set_event_loop`,
    `run_until_complete`, `close`. Where one loop runs several coroutines, or other work stands before its close,
    `with asyncio.Runner() as runner:` keeps it (Python 3.11). What is no coroutine, like `asyncio.gather(...)`, is put
    into one. `loop=` goes where Python 3.10 dropped the parameter.

Why
    Without a running loop `asyncio.get_event_loop()` made one behind your back; Python 3.12 warns
    there and 3.14 raises. What the caller wants depends on where it stands, which no regex can see.

When it skips
    `ambiguous-name`: asyncio has several meanings in this file. `shadowed`: the new name means something else here.
    `shares-line`: a statement to remove shares its line with code or a comment. `python-too-old`: the target is
    older than 3.7. `deferred`: inside a lambda or a generator expression. `module-level`: runs at import.
    `sync-function`: may run without a loop. `coroutine-and-thread`: a coroutine calls it and a thread runs it.
    `async-fixture`: a test fixture. `runtime-error-guard`: in a try that expects RuntimeError, or its handler.
    `stored-loop`: kept in an attribute, a container or a global. `loop-passed-on`: handed to somebody else.
    `is-running-branch`, `run-forever`, `signal-handlers`: the loop is used for that. `loop-policy`: the file sets a
    policy. `nested-loops`: nest_asyncio. `loop-in-coroutine`: a coroutine makes a loop. `thread-loop`: mixed with another
    loop that is made or set here. `loop-used-otherwise`: other methods of the loop. `several-runs`: more than one
    coroutine, and no Runner. `context-variables`: runs of a Runner share their context. `shutdown-order`: work before or
    behind the close, which asyncio.run would move. `work-before-run`: a call may take the new loop while it is set.
    `loop-kept`: a loop that is not closed. `loop-not-set`: a loop that is not the thread's.
    `gather-future`: futures that may belong to the old loop. `unknown-awaitable`: nobody knows what is run.
    `loop-bound-object`: an object made outside a coroutine keeps the loop of that moment. `loop-argument`: a `loop=` that
    may name another loop. With task-groups also: `task-group-too-new`, `gather-options`, `gather-result`, `gather-in-try`.

Applicability
    In a coroutine safe: the running loop is the same loop; unsafe where a method may be overridden by one that gives a
    future. `asyncio.run` and Runner are unsafe: they make a new loop, cancel what is left over and close the loop.
    A `loop=` that Python refuses anyway is unsafe to take out; the running loop's is safe. Task groups are unsafe:
    when one task fails the others are cancelled, and an ExceptionGroup arrives.

Options
    `task-groups`: turn `await asyncio.gather(a(), b())`, its result unused or unpacked, into an asyncio.TaskGroup.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.get_event_loop.loop_arguments import loop_argument, without_loop
from codemods.get_event_loop.places import Parents, Place, place_of
from codemods.get_event_loop.refusals import IN_COROUTINE, refusal
from codemods.get_event_loop.rewrite import edits_of
from codemods.get_event_loop.running import ensured, running_loop
from codemods.get_event_loop.runs import Runs, runs_of
from codemods.get_event_loop.task_groups import task_group
from engine import (
    Applicability,
    Change,
    Codemod,
    Evidence,
    ImportNeed,
    Option,
    Project,
    Skip,
    SliceError,
    Source,
    every_node,
    need_import,
    parents_of,
)

_ASKS = ("asyncio.get_event_loop", "asyncio.events.get_event_loop")
_MAKES = ("asyncio.new_event_loop", "asyncio.events.new_event_loop")
_NAMES = {"get_event_loop": _ASKS, "new_event_loop": _MAKES}


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each call that asks for or makes a loop, makes a task by ensure_future, or names a loop needlessly."""
    if "asyncio" not in source.text:
        return
    parents: Parents = {}
    taken: set[ast.AST] = set()  # calls that go with a change already told
    for call in source.calls:
        name = _last_name(call.func)
        found = source.names.qualified(call.func) if name else None
        asked = next((word for word, targets in _NAMES.items() if found in targets or (found is None and name == word)), "")
        if not asked and not (found or "").startswith("asyncio."):
            continue
        parents = parents or parents_of(every_node(source.tree))
        item = _guarded(source, project, options, call, parents, (asked, found), taken)
        if item is not None:
            yield item


def _last_name(function: ast.expr) -> str:
    """The last part of a plain dotted name; empty for any other expression."""
    name = function.attr if isinstance(function, ast.Attribute) else ""
    while isinstance(function, ast.Attribute):
        function = function.value
    return (name or function.id) if isinstance(function, ast.Name) else ""


def _guarded(
    source: Source,
    project: Project,
    options: Mapping[str, Any],
    call: ast.Call,
    parents: Parents,
    names: tuple[str, str | None],
    taken: set[ast.AST],
) -> Change | Skip | None:
    asked, found = names
    word = loop_argument(source, call)
    place = place_of(call, parents)
    site: ast.AST = word or call
    item: Change | tuple[str, str] | None = None
    try:
        if call in taken:
            return None
        if asked:
            item = _item(source, project, place, parents, asked, taken, clear=found is not None)
        elif word is not None:
            item = without_loop(source, call, word, parents, project.python)
        elif found == "asyncio.ensure_future":
            item = ensured(source, place, parents)
        elif found == "asyncio.gather" and options.get("task-groups"):
            item = task_group(source, call, parents, project.python)
    except SliceError as error:
        item = (error.reason, str(error))
    if isinstance(item, tuple):
        return Skip(source.site(site), *item, {"context": place.context})
    if word is not None and isinstance(item, Change):
        taken.update(every_node(word))
    return item


def _item(
    source: Source, project: Project, place: Place, parents: Parents, asked: str, taken: set[ast.AST], clear: bool
) -> Change | tuple[str, str]:
    if not clear:
        return ("ambiguous-name", f"{source.segment(place.node)}: the name has several meanings in this file")
    if project.python < (3, 7):
        return ("python-too-old", "asyncio.run and get_running_loop came with Python 3.7")
    own = asked == "new_event_loop"
    if place.context == "coroutine" and not own:
        refused = refusal(source, place, parents)
        fixture = refused is not None and refused[0] == "async-fixture"
        return refused if fixture and refused is not None else running_loop(source, place, parents)
    refused = refusal(source, place, parents, own)
    if refused is None and place.context == "coroutine":
        refused = IN_COROUTINE
    if refused is not None:
        return refused
    found = runs_of(source, place, parents, project.python, own)
    if not isinstance(found, Runs):
        return found
    change = _run(source, place, found, parents, own)
    pairs = zip(found.runs, found.coroutines, strict=True)
    taken.update(run.args[0] for run, one in pairs if not one.wrapped and one.argument is not run.args[0])
    return change


def _run(source: Source, place: Place, found: Runs, parents: Parents, own: bool) -> Change:
    function = place.node.func  # type: ignore[attr-defined]
    imports: tuple[ImportNeed, ...] = ()
    if isinstance(function, ast.Attribute) and source.names.qualified(function.value) == "asyncio":
        local = source.segment(function.value)
    else:
        local, imports = need_import(source, "asyncio", "", source.start(place.node) if place.function is None else None)
        meanings = source.names.lookup(local, source.names.scope_at(function)) or []
        if not all(meaning.target == "asyncio" for meaning in meanings):
            raise SliceError("shadowed", f"{local} means something else here")
    edits, extents = edits_of(source, found, local, parents)
    known = all(one.known for one in found.coroutines)
    what = "asyncio.run" if found.form == "run" else "asyncio.Runner"
    alone = "nothing else in this file works with an event loop outside a coroutine, or the thread is its own"
    shared = "the loop was made, run and closed here; another file that asks for the loop of this thread is not looked at"
    return Change(
        source.site(place.node),
        f"run {'the coroutine' if len(found.runs) == 1 else 'the coroutines'} with {what}",
        Applicability.UNSAFE,
        tuple(source.edit(*edit) for edit in edits),
        tuple(source.span(node) for node in extents),
        imports,
        evidence=(
            Evidence("one-run", "pass" if found.alone else "unknown", alone if found.alone else shared),
            Evidence(
                "coroutine", "pass" if known else "unknown", "it is an async def of this file" if known else "it is awaitable"
            ),
        ),
        data={"context": "runner" if found.form == "runner" else ("own-loop" if own else "script")},
    )


def hints(options: Mapping[str, Any]) -> tuple[bytes, ...]:
    """What a file must hold, in bytes, to be looked at."""
    always = (rb"get_event_loop\b", rb"new_event_loop\b", rb"ensure_future\b", rb"loop\s*=\s*[\w.()]+\s*[,)]")
    return (*always, rb"gather\b") if options.get("task-groups") else always


CODEMOD = Codemod(
    name="get-event-loop",
    summary="Replace asyncio.get_event_loop() by the running loop, or by asyncio.run.",
    version=2,
    run_file=run_file,
    hints=hints,
    options=(
        Option("task-groups", "bool", False, "Turn asyncio.gather, its result unused or unpacked, into an asyncio.TaskGroup."),
    ),
    doc=__doc__ or "",
)
