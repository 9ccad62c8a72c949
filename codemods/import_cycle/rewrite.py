"""One file's part of a plan as one change: its import statements, the functions that import later, what it serves to others."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.import_cycle import events, later, protocol, quoting, typing_block
from codemods.import_cycle.nouns import CyclePlan, Graph
from codemods.import_cycle.statements import (
    Place,
    Statement,
    comment_of,
    joined,
    places,
    places_inside,
    remaining,
    replaced,
    spelled,
)
from codemods.import_cycle.ways import needs_quotes
from engine import Creation, ImportNeed, Project, Source

Insertion = tuple[int, int, str]
_REMOVED = ("unused", "type-checking", "function-level", "event")


@dataclass(slots=True)
class Work:
    """What a file's change is made of."""

    edits: list[Insertion] = field(default_factory=list)
    imports: set[ImportNeed] = field(default_factory=set)
    creates: list[Creation] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)  # kind, and what it was done to
    lines: list[int] = field(default_factory=list)  # 1-based, of the statements and definitions that go


@dataclass(frozen=True, slots=True)
class Todo:
    """One alias that goes, where it stands now, and how."""

    place: Place
    kind: str
    index: int
    target: str


def part_of(source: Source, graph: Graph, plan: CyclePlan, project: Project) -> Work | None:
    """What the plan wants of this file and is not done yet; None when there is nothing.

    Raises SliceError, with the reason for a skip, where it cannot be done.
    """
    work = Work()
    todo = list(_todo(source, graph, plan))
    if todo:
        _statements(source, graph, todo, work, needs_quotes(graph, source.path, project.python))
        _publishing(source, graph, project, todo, work)
    _serving(source, graph, plan, project, work)
    _in_order(source, work)
    return work if work.edits else None


def _in_order(source: Source, work: Work) -> None:
    """Without a docstring to stand behind, the engine would write imports above a future import: then they go along with it."""
    first = next((edit for edit in work.edits if edit[0] == edit[1] and edit[2].startswith(typing_block.FUTURE)), None)
    if first is not None and work.imports:
        lines = joined([spelled((need.module, need.name, need.alias or need.name)) for need in work.imports])
        work.edits[work.edits.index(first)] = (*first[:2], first[2] + "".join(line + source.newline for line in lines))
        work.imports.clear()


def _todo(source: Source, graph: Graph, plan: CyclePlan) -> Iterator[Todo]:
    now, inside = places(source), places_inside(source) if plan.lazy else {}
    seen = set()
    for cut in plan.cuts:
        for index, kind in cut.how if cut.source == source.path else ():
            alias = graph.files[source.path].aliases[index]
            key = alias.module, alias.name, alias.local
            before = graph.files[source.path].aliases[:index]
            number = sum(key == (one.module, one.name, one.local) for one in before if one.context == "function")
            place = now.get((*key, 0)) if alias.eager else inside.get((*key, number))
            if place is not None and index not in seen:
                seen.add(index)
                yield Todo(place, kind, index, cut.target)


def _statements(source: Source, graph: Graph, todo: list[Todo], work: Work, quotes: bool) -> None:
    """The import statements themselves, the TYPE_CHECKING block and the imports inside functions."""
    typing: list[str] = []
    names: list[str] = []
    functions: dict[int, tuple[ast.stmt, list[str]]] = {}
    by_statement: dict[int, list[Todo]] = defaultdict(list)
    where = {one.index: later.uses(source, one.place.key[2]) for one in todo if one.kind == "function-level"}
    takers = [one for one in todo if one.kind == "type-checking" or (one.index in where and any(_parts(where[one.index])))]
    for one in todo:
        by_statement[id(one.place.node)].append(one)
        text = spelled(one.place.key) + _carried(source, one, todo, takers)
        annotated = one.kind == "type-checking" or (one.index in where and where[one.index].annotated)
        if annotated:
            typing.append(text)
            names.append(one.place.key[2].partition(".")[0])
        for block in where[one.index].blocks if one.index in where else ():
            functions.setdefault(id(block), (block, []))[1].append(text if not annotated else spelled(one.place.key))
        work.done.append((one.kind, spelled(one.place.key)))
        work.lines.append(one.place.node.lineno)
    gone: list[Statement] = []
    rest: list[tuple[Place, list[str], bool]] = []
    for group in by_statement.values():
        place = group[0].place
        lines = [text for text in [remaining(source, place.node, [one.place.part for one in group])] if text]
        lines += joined([instead for one in group if (instead := _instead(source, graph, one))])
        gone += [] if lines or place.function else [place.node]
        rest.append((place, lines, not any(one in takers for one in group)))
    anchor = typing_block.anchor_of(source, gone) if typing else None
    work.edits += [replaced(source, place, lines, place.node is not anchor, keep) for place, lines, keep in rest]
    if typing:
        work.edits.append(typing_block.block(source, joined(typing), gone))
        if quotes:
            work.edits += quoting.quoted(source, frozenset(names))
        else:
            needed = typing_block.future(source)
            work.edits += [needed] if needed is not None else []
    for block, texts in functions.values():
        work.edits.append(later.insertion(source, block, joined(texts)))


def _parts(where: later.Later) -> tuple[object, ...]:
    return (*where.blocks, where.annotated)


def _carried(source: Source, one: Todo, todo: list[Todo], takers: list[Todo]) -> str:
    """The comment behind a statement that goes as a whole, for the first that takes its place: no comment is lost."""
    node = one.place.node
    going = [other for other in todo if other.place.node is node and other.kind in _REMOVED]
    first = next((other for other in going if other in takers), None)
    return comment_of(source, node) if len(going) == len(node.names) and first is one else ""


def _instead(source: Source, graph: Graph, one: Todo) -> str:
    """The statement that takes an alias's place; empty for those that go."""
    module, name, local = one.place.key
    if one.kind == "sibling":
        defining, origin, dotted = graph.origins[source.path, one.index]
        if origin:
            return spelled((dotted, origin, local))
        return _whole_module(dotted, graph.modules[defining].name.rpartition(".")[2], local)
    if one.kind == "protocol":
        return spelled((module + "_protocol", name, local))
    return ""


def _whole_module(dotted: str, name: str, local: str) -> str:
    """The statement that binds a module: `from its.package import it`."""
    dots = len(dotted) - len(dotted.lstrip("."))
    if dots and dots == len(dotted):
        return spelled((dotted + ".", name, local))
    head, _, last = dotted.rpartition(".")
    head = dotted[:dots] if len(head) < dots else head
    return spelled((head, last, local)) if head else spelled((dotted, "", local))


def _publishing(source: Source, graph: Graph, project: Project, todo: list[Todo], work: Work) -> None:
    for one in todo:
        bus = project.support_import(events.SUPPORT)
        if one.kind == "event":
            assert bus is not None, "without a place for the bus no event is planned"
            alias = graph.files[source.path].aliases[one.index]
            functions = events.called(graph, source.path, alias, one.target)
            module = events.topic(graph, one.target, bus)
            edits, needs = events.published(source, one.place.function or source.tree, alias.local, functions, module, bus)
            work.edits += edits
            work.imports |= needs


def _serving(source: Source, graph: Graph, plan: CyclePlan, project: Project, work: Work) -> None:
    """What the file gives up or takes on as the target of a cut: definitions that move, events that it handles."""
    kinds = {kind for cut in plan.cuts if cut.target == source.path for _, kind in cut.how}
    if "protocol" in kinds:
        items = protocol.moved(graph, plan, source.path)
        here = {node.name for node in source.names.module.bindings.get(items[0].name, ()) if not node.target} if items else set()
        if here:
            edits, needs = protocol.removals(source, items, _protocol_module(graph, plan, source.path))
            work.edits += edits
            work.imports |= needs
            work.creates.append(protocol.creation(source, graph, items))
            work.done.append(("protocol", f"{', '.join(item.name for item in items)} to {protocol.place(source.path)}"))
            work.lines += [source.position(start)[0] for start, _, _ in edits]
    bus = project.support_import(events.SUPPORT)
    if "event" in kinds and bus is not None:
        functions = events.functions_of(graph, plan, source.path)
        known = events.subscribed(source)
        fresh = [one for one in functions if events.event_name(one.name) not in known]
        if fresh:
            edit, needs = events.subscriptions(source, fresh, events.topic(graph, source.path, bus), bus)
            work.edits.append(edit)
            work.imports |= needs
            work.creates.append(events.declaration(graph, plan, source.path, bus))
            work.done.append(("event", f"subscribe to {', '.join(events.event_name(one.name) for one in fresh)}"))


def _protocol_module(graph: Graph, plan: CyclePlan, target: str) -> str:
    """How the module itself imports what moved out of it: as the first importer does, or from beside itself."""
    for cut in plan.cuts:
        for index, kind in cut.how:
            if cut.target == target and kind == "protocol":
                module = graph.files[cut.source].aliases[index].module
                if not module.startswith("."):
                    return module + "_protocol"
    return "." + protocol.place(target).rpartition("/")[2].removesuffix(".py")


def touched(plan: CyclePlan) -> tuple[str, ...]:
    """The files that a plan changes, sorted."""
    sources = {cut.source for cut in plan.cuts}
    targets = {cut.target for cut in plan.cuts for _, kind in cut.how if kind in ("protocol", "event")}
    return tuple(sorted(sources | targets))
