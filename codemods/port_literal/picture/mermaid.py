"""A graph as Mermaid text: one subgraph a machine, edges from who binds to who connects. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from codemods.port_literal.picture.links import Edge, Graph, Node, Pattern
from engine import shown_text

_ARROWS: dict[Pattern, str] = {"PUB/SUB": "-.->", "REQ/REP": "-->", "PUSH/PULL": "==>", "HTTP": "--o", "other": "---"}
_CLASSES = {
    "critical": "stroke:#d1242f,stroke-width:3px",
    "unheard": "stroke:#bf8700,stroke-dasharray:5 3",
    "nobody": "fill:#ffebe9,stroke:#d1242f,stroke-dasharray:2 3,color:#82071e",
    "configured": "fill:#eaeef2,stroke:#6e7781,color:#24292f",
    "external": "fill:#ddf4ff,stroke:#0969da,color:#0a3069",
}
_MEANS = {
    "critical": "critical path: each needs the one before",
    "unheard": "binds a port that nobody here connects to",
    "nobody": "a connect that finds nobody",
    "configured": "known from a configuration file only",
    "external": "run by somebody else",
}


def mermaid(graph: Graph) -> str:
    """A flowchart that ends with a newline. Every name is escaped: nothing in it is syntax or HTML."""
    return "\n".join(_lines(graph)) + "\n"


def label(text: str) -> str:
    """Text for a quoted label: what might be syntax becomes `#code;`, what cannot be seen its Python escape."""
    return "".join(one if one.isalnum() or one in " _-.:/+*(),?" else f"#{ord(one)};" for one in shown_text(text))


def _lines(graph: Graph) -> Iterator[str]:
    yield "%% Ports: an arrow runs from the service that binds a port to one that connects to it."
    yield f"%% {'; '.join(f'{arrow} {pattern}' for pattern, arrow in _ARROWS.items())}; red: the critical path"
    yield "flowchart LR"
    marked: dict[str, list[str]] = defaultdict(list)
    for number, machine in enumerate(graph.machines):
        yield f'  subgraph m{number}["{label(machine or "machine unknown")}"]'
        for index, node in enumerate(graph.nodes):
            if node.machine == machine:
                yield f'    n{index}["{_text(graph, node)}"]'
                for mark in marks(node):
                    marked[mark].append(f"n{index}")
        yield "  end"
    critical = []
    for number, ((source, target, pattern), edges) in enumerate(sorted(_merged(graph).items())):
        said = sorted({_said(graph, edge) for edge in edges})
        yield f'  n{source} {_ARROWS[pattern]}|"{"<br/>".join(said)}"| n{target}'  # type: ignore[index]
        if any(edge.critical for edge in edges):
            critical.append(str(number))
    for index, node in enumerate(graph.nodes):
        for number, one in enumerate(node.connects):
            if not one.answered:
                where = f" on {one.machine or one.host}" if one.machine or one.host else ""
                yield f'  x{index}_{number}["nobody binds {one.port}{label(where)}"] {_ARROWS[one.pattern]} n{index}'
                marked["nobody"].append(f"x{index}_{number}")
    used = [mark for mark in _CLASSES if mark in marked]
    if used:
        yield '  subgraph legend["legend"]'
        for mark in used:
            yield f'    l_{mark}["{_MEANS[mark]}"]'
            marked[mark].append(f"l_{mark}")
        yield "  end"
    for mark in used:
        yield f"  classDef {mark} {_CLASSES[mark]}"
        yield f"  class {','.join(marked[mark])} {mark}"
    if critical:
        yield f"  linkStyle {','.join(critical)} stroke:#d1242f,stroke-width:3px"


def marks(node: Node) -> Iterator[str]:
    """What is worth marking about a node: "external", "configured", "unheard", "critical"."""
    if node.kind != "code":
        yield node.kind
    elif any(not bind.heard for bind in node.binds):
        yield "unheard"
    if node.critical:
        yield "critical"


def _text(graph: Graph, node: Node) -> str:
    twins = [other for other in graph.nodes if (other.machine, other.owner) == (node.machine, node.owner)]
    rows = [label(node.owner + (f" ({node.path})" if len(twins) > 1 else ""))]
    for bind in node.binds:
        remark = "" if bind.heard or node.kind != "code" else " (no peer)"
        rows.append(label(" ".join(part for part in (str(bind.port), bind.kind, bind.name) if part) + remark))
    if node.unresolved:
        rows.append(f"{len(node.unresolved)} unresolved")
    return "<br/>".join(rows)


def _merged(graph: Graph) -> dict[tuple[int, int, str], list[Edge]]:
    merged: dict[tuple[int, int, str], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        merged[edge.source, edge.target, edge.pattern].append(edge)
    return merged


def _said(graph: Graph, edge: Edge) -> str:
    bind = graph.nodes[edge.source].binds[edge.bind]
    return label(f"{bind.port} {bind.name}".strip())
