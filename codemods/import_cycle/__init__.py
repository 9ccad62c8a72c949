"""Break import cycles, each by the cheapest set of cuts, and show that the cycle is gone.

What it does
    The import graph of the whole project says which modules load each other in a circle while they are being imported.
    For each such component the cheapest edges that leave no cycle are chosen (every set of edges is tried up to twelve
    of them, else greedily), and each of their imports goes in the cheapest way that fits: an unused import is deleted
    (`unused`); one that only annotations need moves under `if TYPE_CHECKING:` (`type-checking`); a name that a package
    merely passes on is imported from the module that defines it (`sibling`); a constant, dataclass, exception or
    enumeration moves to a module of its own, `x_protocol.py`, which the old one imports (`protocol`); what only
    functions use is imported inside them (`function-level`); calls whose result nobody takes become events (`event`).
    The changes of one component land together, or none does.

Why
    In a cycle some module always sees another one half made. Which one depends on who was imported first: it works in
    the program and fails in a test, or after an innocent import was moved.

When it skips
    `unreadable-module`: a module of the component imports a file that cannot be read. `ambiguous-module`: an import may
    mean several files. `no-cut`: some cycle in the component has no edge that can be cut; the message names it and why:
    `re-export`, somebody takes the name from here; `used-at-import`: a base class, a decorator or code at module level
    needs it; `run-time-annotations`: pydantic, FastAPI, get_type_hints or their like read the annotations;
    `conditional-import`, `guarded-import`, `class-import`, `star-import`: an import that cannot be moved;
    `commented-import`: a comment asks to leave it; `rebound-name`: the name is assigned elsewhere too;
    `dynamic-namespace`: the module reads its own globals; `way-not-allowed`: the only fitting way is not among `ways`;
    with `lazy` also `result-used`: a function needs what the name gives it; `side-effects`: a function imports it and does
    not use it; `main-block`: only the module's main block imports it.
    `too-many-cuts`: more than `max-cuts`.
    A way that cannot be written is not chosen; where no other is left it is told which, where and why. `shares-line`: the
    import or a function body shares its line. `not-an-event`: a call does not fit. `quoted-annotation`: an annotation that
    cannot be put into quotes. `name-taken`: where an event would be declared a file stands already.

Applicability
    Safe where names are only imported from the module that defines them. Unsafe otherwise: modules are loaded later or
    in another order, and a name may be missing from a module's namespace. Where no cut fits it is manual: pass
    what one side needs into the other's constructor, or join the modules.

Options
    `ways`: the ways that are allowed, of those above; all of them when empty.
    `costs`: what each way costs, as `{event: 1}`; those left out keep unused 1, type-checking 2, sibling 2, protocol 4,
    function-level 5, event 8.
    `lazy`: end cycles that close only through imports inside functions, too. Imports inside functions count as any other
    then, and `function-level` ends nothing; where a cycle cannot be ended so, what is a cycle at module level is as usual.
    `max-cuts`: components that need more cuts than this are left alone.
    `support-folder`: where `bus.py` and the event modules are created when they are missing.
    `support-tests`: put the bus's own tests, `test_bus.py`, beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from codemods.import_cycle.events import SUPPORT
from codemods.import_cycle.graph import IMPORTS
from codemods.import_cycle.nouns import CyclePlan, Graph
from codemods.import_cycle.plan import components_after, edges_of, plans
from codemods.import_cycle.rewrite import part_of, touched
from codemods.import_cycle.ways import COSTS, Settings
from engine import (
    Applicability,
    Change,
    Codemod,
    Evidence,
    Finding,
    Option,
    Project,
    RewrightError,
    Site,
    Skip,
    SliceError,
    Source,
    SupportModule,
)

_TESTS = "event_bus_tests"


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Finding | Change | Skip]:
    """This file's part of what is to be done about each component that it belongs to."""
    graph: Graph = project.facts[IMPORTS.name]
    settings = settings_of(options, project)
    if not any(source.path in component for component in (graph.lazy_components if settings.lazy else graph.components)):
        return
    for number, plan in enumerate(plans(graph, settings)):
        if plan.reason and source.path == (plan.where[0] or plan.component[0]):
            yield _left(source, graph, plan)
        elif not plan.reason and source.path in touched(plan):
            yield from _changed(source, graph, plan, number, project, settings)


def settings_of(options: Mapping[str, Any], project: Project) -> Settings:
    """The options as planning wants them. Raises RewrightError for a way that does not exist, or a cost that is no number."""
    allowed = tuple(options["ways"]) or tuple(COSTS)
    costs = {**COSTS, **options["costs"]}
    if unknown := sorted({*allowed, *costs} - set(COSTS)):
        raise RewrightError(f"import-cycle: no way is called {unknown[0]!r}; there are {', '.join(COSTS)}")
    if wrong := [name for name, price in costs.items() if not isinstance(price, int) or price < 1]:
        raise RewrightError(f"import-cycle: the cost of {wrong[0]} is {costs[wrong[0]]!r}; give a whole number from 1 on")
    chosen = tuple((name, costs[name]) for name in COSTS if name in allowed)
    bus = project.support_import(SUPPORT) or ""
    return Settings(chosen, options["max-cuts"], project.python, bus, options["lazy"], options["support-tests"], project.paths)


def _left(source: Source, graph: Graph, plan: CyclePlan) -> Finding | Skip:
    edge = next(edge for edge in edges_of(graph, frozenset(plan.component), plan.lazy) if edge.source == source.path)
    site = Site(source.path, plan.where[1] or graph.files[source.path].aliases[edge.aliases[0]].line)
    message = f"{_cycle(graph, plan)}: {plan.message}"
    data = {"component": list(plan.component)}
    if plan.reason == "no-cut":
        return Finding(site, message, "no-cut", data, Applicability.MANUAL)
    return Skip(site, plan.reason, message, data)


def _cycle(graph: Graph, plan: CyclePlan) -> str:
    names = ", ".join(plan.component[:4]) + (", ..." if len(plan.component) > 4 else "")
    how = " that closes through imports inside functions" if plan.component not in graph.components and plan.lazy else ""
    return f"a cycle of {len(plan.component)} modules ({names}){how}"


def _changed(
    source: Source, graph: Graph, plan: CyclePlan, number: int, project: Project, settings: Settings
) -> Iterator[Change | Skip]:
    try:
        work = part_of(source, graph, plan, project)
    except SliceError as error:
        yield Skip(Site(source.path, 1), error.reason, f"{_cycle(graph, plan)}: {error}", {"component": list(plan.component)})
        return
    if work is None:
        return
    kinds = sorted({kind for kind, _ in work.done})
    edits = tuple(sorted({source.edit(*edit) for edit in work.edits}))
    files = touched(plan)
    together = len(files) > 1 or bool(work.creates)
    line = min([*work.lines, len(source.line_starts)])
    start, end = source.line_starts[line - 1], source.line_end(source.line_starts[line - 1])
    yield Change(
        Site(source.path, line, 1, *source.position(max(start, len(source.text[:end].rstrip())))),
        f"break {_cycle(graph, plan)}: {'; '.join(f'{kind} ({what})' for kind, what in work.done[:4])}",
        Applicability.SAFE if kinds == ["sibling"] else Applicability.UNSAFE,
        edits,
        # With the rest of its last line, as what is inserted below a statement may be a part of it.
        tuple(
            replace(source.span(node), end=source.line_end(source.end(node)))
            for node in source.tree.body
            if _touches(source, node, work.edits)
        ),
        tuple(sorted(work.imports)),
        _support(kinds, project, settings),
        _evidence(graph, plan, settings),
        {"kind": "+".join(kinds), "component": list(plan.component), "cuts": [list(pair) for pair in work.done]},
        creates=tuple(work.creates),
        group=f"import-cycle {number}: {plan.component[0]}" if together else "",
        group_size=len(files),
    )


def _support(kinds: list[str], project: Project, settings: Settings) -> tuple[str, ...]:
    """The support modules that a change needs; with the bus its tests, where they are wanted and have a place."""
    wanted = (SUPPORT, _TESTS) if settings.tests and _TESTS in project.support else (SUPPORT,)
    return wanted if "event" in kinds else ()


def _touches(source: Source, node: ast.stmt, edits: list[tuple[int, int, str]]) -> bool:
    """Is this a top-level statement that an edit lies in, or makes longer?"""
    first, last = source.start(node), source.line_end(source.end(node))
    return any(start <= last and end >= first for start, end, _ in edits)


def _evidence(graph: Graph, plan: CyclePlan, settings: Settings) -> tuple[Evidence, ...]:
    """What the graph says once the plan is carried out. That every module still imports is for a process to show."""
    known = graph.lazy_components if plan.lazy else graph.components
    left = components_after(graph, settings, plan.lazy)
    inside = set(plan.component)
    remains = [component for component in left if inside & set(component)]
    new = [component for component in left if not any(set(component) <= set(before) for before in known)]
    search = "cheapest of all sets of cuts" if plan.exact else "found greedily, none of the cuts is needless"
    return (
        Evidence(
            "components",
            "fail" if remains or new else "pass",
            f"before: {len(plan.component)} modules, {plan.edges} imports between them; after: "
            + (f"{len(remains)} cycles remain" if remains else "no cycle, and no edge added to any other"),
        ),
        Evidence("cuts", "pass", f"{len(plan.cuts)} at a cost of {plan.cost}: {search}"),
        Evidence("cold-import", "unknown", "no module of the target was imported; --cold-import does that"),
    )


CODEMOD = Codemod(
    name="import-cycle",
    summary="Break cycles of imports, each by the cheapest set of cuts.",
    version=2,
    run_file=run_file,
    hints=rb"import\b",
    globs=("*.py",),
    options=(
        Option("ways", "list", (), "the ways in which an import may end; empty: all"),
        Option("costs", "map", {}, "what each way costs: {event: 1}"),
        Option("lazy", "bool", False, "end cycles that close only through imports inside functions, too"),
        Option("max-cuts", "int", 40, "leave components alone that need more cuts"),
        Option("support-folder", "str", "events", "folder of bus.py and the event modules, root-relative"),
        Option("support-tests", "bool", False, "put the bus's own tests beside it"),
    ),
    facts=(IMPORTS,),
    support=(
        SupportModule(SUPPORT, "{folder}/bus.py", "{folder}/event_bus.py", "event_bus.py"),
        SupportModule(_TESTS, "{folder}/test_bus.py", "{folder}/test_event_bus.py", "event_bus_tests.py"),
    ),
    doc=__doc__ or "",
)
