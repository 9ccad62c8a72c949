"""A laid-out graph as SVG: boxes with a row for each port, and curves between them. Pure; every text is escaped."""

from collections.abc import Iterator

from codemods.port_literal.picture.layout import layout
from codemods.port_literal.picture.links import Bind, Connect, Edge, Graph, Node, Pattern
from codemods.port_literal.picture.rows import HEADER, PAD, ROW, pin, rows_of
from engine import Box, Layout, arrow_head, box_place, curve, cut_text, html_text

TITLE_EVERY = 1200  # pixels
CLASSES: dict[Pattern, str] = {"PUB/SUB": "pub", "REQ/REP": "req", "PUSH/PULL": "push", "HTTP": "http", "other": "other"}


def svg(graph: Graph) -> str:
    """One `svg` element of its natural size. Boxes are links to `#t0`, `#t1`, ...: the rows of a table beside it."""
    return "\n".join(_parts(graph, layout(graph)))


def said(graph: Graph, edge: Edge) -> str:
    """An edge in words."""
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    bind = source.binds[edge.bind]
    name = f" {bind.name}" if bind.name else ""
    critical = ", on the critical path" if edge.critical else ""
    return f"{target.owner} connects to {bind.port}{name} of {source.owner} ({edge.pattern}{critical})"


def _parts(graph: Graph, place: Layout) -> Iterator[str]:
    size = f'width="{place.width:.0f}" height="{place.height:.0f}" viewBox="0 0 {place.width:.0f} {place.height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="group" aria-labelledby="svg-title svg-desc">'
    yield '<title id="svg-title">Who binds and who connects</title>'
    summary = f"{len(graph.nodes)} services on {len([*filter(None, graph.machines)])} machines and {len(graph.edges)} connections"
    yield f'<desc id="svg-desc">{summary}. The tables below the picture hold the same data.</desc>'
    yield "<defs>" + "".join(arrow_head(name) for name in (*CLASSES.values(), "critical")) + "</defs>"
    for machine, frame in zip(graph.machines, place.bands, strict=True):
        yield f'<rect class="band" {box_place(frame)} rx="10"/>'
        name = html_text(cut_text(machine or "machine unknown", 40))
        for x in range(20, max(int(frame.width) - TITLE_EVERY // 2, 21), TITLE_EVERY):  # again, for who has scrolled
            yield f'<text class="machine" x="{x}" y="{frame.y + 19:.1f}">{name}</text>'
    edges = sorted(zip(graph.edges, place.routes, strict=True), key=lambda pair: pair[0].critical)
    for edge, route in edges:  # critical ones last: on top
        name = "critical" if edge.critical else CLASSES[edge.pattern]
        kind = f"e {CLASSES[edge.pattern]} s{edge.source} s{edge.target}{' critical' if edge.critical else ''}"
        path = curve(route)
        yield f'<g class="{kind}"><title>{html_text(said(graph, edge))}</title><path class="wide" d="{path}"/>'
        yield f'<path d="{path}" marker-end="url(#arrow-{name})"/></g>'
    for index, (node, box) in enumerate(zip(graph.nodes, place.boxes, strict=True)):
        yield from _box(index, node, box)
    yield "</svg>"


def _box(index: int, node: Node, box: Box) -> Iterator[str]:
    kind = " ".join(["n", node.kind, *(["critical"] if node.critical else [])])
    told = f"{node.owner} on {node.machine or 'an unknown machine'}" + (f", {node.path}" if node.path else "")
    yield f'<a id="n{index}" class="{kind}" href="#t{index}"><title>{html_text(told)}</title>'
    yield f'<rect class="box" {box_place(box)} rx="6"/>'
    yield f'<text class="owner" x="{box.x + PAD:.1f}" y="{box.y + 16:.1f}">{html_text(rows_of(node)[0])}</text>'
    row = 0
    for bind in node.binds:
        yield from _row(node, box, row, bind, "no peer" if not bind.heard and node.kind == "code" else "")
        row += 1
    for connect in node.connects:
        yield from _row(node, box, row, connect, "" if connect.answered else "nobody")
        row += 1
    if node.unresolved:
        y = box.y + HEADER + ROW * row + 11.5
        yield f'<text class="more" x="{box.x + PAD:.1f}" y="{y:.1f}">{len(node.unresolved)} unresolved</text>'
    yield "</a>"


def _row(node: Node, box: Box, row: int, port: Bind | Connect, fault: str) -> Iterator[str]:
    """A port: what is bound at the right edge of the box, what is connected to at its left."""
    y = box.y + pin(row)
    bound = isinstance(port, Bind)
    x = box.x + box.width if bound else box.x
    text_x = x - PAD - 3 if bound else x + PAD + 3
    kind = f"{CLASSES[port.pattern]}{' fault' if fault else ''}"
    if isinstance(port, Bind):
        parts = (port.name, port.kind, str(port.port))
    else:
        parts = (str(port.port), port.kind, port.name or port.host)
    text = " ".join(part for part in parts if part)
    remark = {"no peer": " (nobody here connects to it)", "nobody": " (nobody binds it)", "": ""}[fault]
    yield f'<g class="port {kind}"><title>{html_text(("binds " if bound else "connects to ") + text + remark)}</title>'
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    end = ' text-anchor="end"' if bound else ""
    yield f'<text x="{text_x:.1f}" y="{y + 3.7:.1f}"{end}>{html_text(rows_of(node)[row + 1])}</text></g>'
