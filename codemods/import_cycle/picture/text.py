"""The import graph as JSON, and as a Mermaid picture of its cycles. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable

from codemods.import_cycle.nouns import CyclePlan, Edge, Graph

MANY = 40  # edges of one component that a picture still shows one by one


def graph_json(graph: Graph, plans: Iterable[CyclePlan] = ()) -> str:
    """Modules, typed edges, components and what is planned for each, as JSON with sorted keys and two spaces."""
    members = {path for component in (*graph.components, *graph.lazy_components) for path in component}
    document = {
        "modules": [{"path": module.path, "name": module.name, "package": module.package} for module in graph.modules.values()],
        "edges": [_edge(graph, edge, edge.source in members) for edge in graph.edges],
        "components": [list(component) for component in graph.components],
        "lazy_components": [list(component) for component in graph.lazy_components],
        "ambiguous": [{"path": path, "name": name, "candidates": list(found)} for path, name, found in graph.ambiguous],
        "unreadable": {path: list(names) for path, names in graph.unreadable.items()},
        "sets_path": list(graph.sets_path),
        "plans": [_plan(plan) for plan in plans],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _edge(graph: Graph, edge: Edge, known: bool) -> dict[str, object]:
    """`known`: the file is of a component, so that its names and their uses are in the graph."""
    told: dict[str, object] = {
        "source": edge.source,
        "target": edge.target,
        "when": "import" if edge.eager else "later",
        "implicit": edge.implicit,
    }
    if known:
        aliases = [graph.files[edge.source].aliases[index] for index in edge.aliases]
        told["names"] = [
            {"line": one.line, "module": one.module, "name": one.name, "context": one.context, "uses": list(one.uses)}
            for one in aliases
        ]
    return told


def _plan(plan: CyclePlan) -> dict[str, object]:
    return {
        "component": list(plan.component),
        "cost": plan.cost,
        "exact": plan.exact,
        "reason": plan.reason,
        "message": plan.message,
        "cuts": [{"source": cut.source, "target": cut.target, "way": cut.kind, "cost": cut.cost} for cut in plan.cuts],
    }


def graph_mermaid(graph: Graph, plans: Iterable[CyclePlan] = ()) -> str:
    """The cycles as a Mermaid flowchart: one box a component, solid for imports that run at import time, dotted for later
    ones, and the edges that the plans cut in red. Without a cycle one line that says so."""
    shown = graph.lazy_components
    if not shown:
        return "flowchart LR\n  none[no cycle of imports]\n"
    cut = {(one.source, one.target): one.kind for plan in plans for one in plan.cuts}
    number = {path: f"m{place}" for place, path in enumerate(sorted({path for component in shown for path in component}))}
    lines, red, links = ["flowchart LR"], [], 0
    for place, component in enumerate(shown):
        inside = set(component)
        eager = any(set(one) <= inside for one in graph.components)
        lines.append(f'  subgraph c{place}["{"cycle" if eager else "cycle through later imports"}, {len(component)} modules"]')
        lines += [f'    {number[path]}["{_text(graph.modules[path].name)}"]' for path in component]
        lines.append("  end")
        edges = [edge for edge in graph.edges if edge.source in inside and edge.target in inside]
        for edge in edges if len(edges) <= MANY else _eager_only(graph, edges):
            label = cut.get((edge.source, edge.target), "") if edge.eager else ""
            arrow = ("-->" if edge.eager else "-.->") + (f"|{label}|" if label else "")
            lines.append(f"  {number[edge.source]} {arrow} {number[edge.target]}")
            red += [links] if label else []
            links += 1
    lines += [f"  linkStyle {','.join(map(str, red))} stroke:#c0392b,stroke-width:2px"] if red else []
    return "\n".join(lines) + "\n"


def _eager_only(graph: Graph, edges: list[Edge]) -> list[Edge]:
    """Of a component with very many edges, those that close a cycle at import time."""
    place = {path: index for index, component in enumerate(graph.components) for path in component}
    return [edge for edge in edges if edge.eager and place.get(edge.source, -1) == place.get(edge.target, -2)]


def _text(name: str) -> str:
    return name.replace('"', "'").replace("<", "(").replace(">", ")")
