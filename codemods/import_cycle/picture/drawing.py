"""What is drawn of an import graph: the whole by folder, and each cycle module by module. Pure; data, no pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from codemods.import_cycle.nouns import Alias, Cut, CyclePlan, Edge, Graph

FOLDERS = 60  # folders that the picture of the whole shows at most, if there is a depth at which there are no more
MODULES, EDGES = 70, 300  # a cycle that has more of either is drawn by folder

# Each kind of edge: its class, and what it is called. The first that fits.
KINDS: Mapping[str, str] = {
    "runs": "needed while importing",
    "export": "re-exported",
    "function": "used in functions",
    "annotation": "used in annotations",
    "package": "package around it",
    "unused": "not used",
    "folder": "between folders",
}
_RUNS = frozenset(("base", "decorator", "import-time"))


@dataclass(frozen=True, slots=True)
class Node:
    """A module, or a folder of modules. `row`: the module's row in the table of modules; -1 for a folder."""

    name: str
    path: str
    more: str = ""  # one line more
    row: int = -1
    cyclic: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An edge; `source` and `target` are indexes of nodes. One with a text has a row of its own in the box of its source."""

    source: int
    target: int
    kind: str
    lazy: bool
    text: str
    said: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture."""

    title: str
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]


def whole(graph: Graph) -> Drawing:
    """Folders that import from one another. Those that neither import nor are imported are left out."""
    cyclic = {path for component in graph.components for path in component}
    return _by_folder("Folders", list(graph.modules), graph.edges, cyclic)


def detail(graph: Graph, component: Sequence[str], plan: CyclePlan | None, title: str) -> Drawing:
    """The modules of a cycle and the imports between them, with what the plan cuts; by folder when there are very many."""
    edges = edges_inside(graph, component)
    if folded(graph, component):
        return _by_folder(title, component, edges, set(component))
    cyclic = {path for one in graph.components for path in one}
    place = {path: index for index, path in enumerate(component)}
    rows = {path: index for index, path in enumerate(graph.modules)}
    cuts = {(cut.source, cut.target): cut for cut in plan.cuts} if plan is not None else {}
    nodes = tuple(Node(graph.modules[path].name, path, row=rows[path], cyclic=path in cyclic) for path in component)
    lines = []
    for edge in edges:
        cut = cuts.get((edge.source, edge.target)) if plan is not None and (edge.eager or plan.lazy) else None
        ends = place[edge.source], place[edge.target]
        told = _text(graph, edge, cut), said(graph, edge, cut)
        lines.append(Line(*ends, kind_of(graph, edge), not edge.eager, *told, cut is not None))
    return Drawing(title, nodes, tuple(lines))


def folded(graph: Graph, component: Sequence[str]) -> bool:
    """Is a cycle so large that only its folders are drawn?"""
    return len(component) > MODULES or len(edges_inside(graph, component)) > EDGES


def edges_inside(graph: Graph, component: Iterable[str]) -> list[Edge]:
    """The edges between the modules of a component, later ones too."""
    inside = set(component)
    return [edge for edge in graph.edges if edge.source in inside and edge.target in inside]


def kind_of(graph: Graph, edge: Edge) -> str:
    """The strongest use of what an edge carries, as a key of KINDS. The edge is of a component."""
    if edge.implicit:
        return "package"
    names = _aliases(graph, edge)
    uses = {use for one in names for use in one.uses}
    if uses & _RUNS:
        return "runs"
    if "export" in uses or any(one.name == "*" for one in names):
        return "export"
    if uses & {"function", "call-only"}:
        return "function"
    if uses & {"annotation", "annotation-run-time"}:
        return "annotation"
    return "export" if graph.modules[edge.source].package else "unused"  # what a package imports is what it offers


def said(graph: Graph, edge: Edge, cut: Cut | None = None) -> str:
    """An edge in words: each import with its line and how its name is used."""
    when = "imports" if edge.eager else "imports later"
    told = [f"{graph.modules[edge.source].name} {when} {graph.modules[edge.target].name}"]
    told += [f"line {one.line}: {_spelled(one)} ({', '.join(one.uses) or 'not used'})" for one in _aliases(graph, edge)]
    return "\n".join([*told, *([f"planned cut: {cut.kind}, cost {cut.cost}"] if cut is not None else [])])


def _aliases(graph: Graph, edge: Edge) -> list[Alias]:
    return [graph.files[edge.source].aliases[index] for index in edge.aliases]


def _spelled(one: Alias) -> str:
    return f"from {one.module} import {one.name}" if one.name else f"import {one.module}"


def _text(graph: Graph, edge: Edge, cut: Cut | None) -> str:
    name = graph.modules[edge.target].name
    if cut is not None:
        return f"cut: {cut.kind}, cost {cut.cost} · {name}"
    return f"{KINDS[kind_of(graph, edge)] if edge.eager else 'later'} · {name}"


# -- folders ---------------------------------------------------------------------------------


def _by_folder(title: str, paths: Sequence[str], edges: Iterable[Edge], cyclic: set[str]) -> Drawing:
    """The folders of some modules, as deep as there are not too many, and who imports whom."""
    deepest = max((path.count("/") for path in paths), default=0)
    depth = next((one for one in range(deepest, 1, -1) if len({_folder(path, one) for path in paths}) <= FOLDERS), 1)
    counts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for edge in edges:
        ends = _folder(edge.source, depth), _folder(edge.target, depth)
        if ends[0] != ends[1]:
            counts[ends].append(edge.eager)
    members: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        members[_folder(path, depth)].append(path)
    shown = sorted({end for ends in counts for end in ends} or members)
    place = {folder: index for index, folder in enumerate(shown)}
    nodes = []
    for folder in shown:
        count, bad = len(members[folder]), sum(path in cyclic for path in members[folder])
        more = f"{count} module{'' if count == 1 else 's'}" + (f", {bad} in cycles" if bad else "")
        nodes.append(Node(folder, folder, more, cyclic=bool(bad)))
    lines = []
    for (source, target), eager in sorted(counts.items()):
        told = f"{source} imports {target}: {sum(eager)} at import time, {len(eager) - sum(eager)} later"
        lines.append(Line(place[source], place[target], "folder", not any(eager), "", told))
    return Drawing(title, tuple(nodes), tuple(lines))


def _folder(path: str, depth: int) -> str:
    """The folder of a file, no deeper than `depth`; "." for the root."""
    return "/".join(path.split("/")[:-1][:depth]) or "."
