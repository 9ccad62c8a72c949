"""A laid-out graph as SVG: boxes with a row for each port, and curves between them. Pure; every text is escaped."""

from collections.abc import Iterator, Sequence
from html import escape

from codemods.port_literal.picture.layout import Box, Layout, layout
from codemods.port_literal.picture.links import Bind, Connect, Edge, Graph, Node, Pattern
from codemods.port_literal.picture.rows import HEADER, PAD, ROW, pin, rows_of
from codemods.port_literal.picture.text import cut, shown

TITLE_EVERY = 1200  # pixels
CLASSES: dict[Pattern, str] = {"PUB/SUB": "pub", "REQ/REP": "req", "PUSH/PULL": "push", "HTTP": "http", "other": "other"}


def svg(graph: Graph) -> str:
    """One `svg` element of its natural size. Boxes are links to `#t0`, `#t1`, ...: the rows of a table beside it."""
    return "\n".join(_parts(graph, layout(graph)))


def visible(text: str) -> str:
    """Text safe for HTML, in which nothing is hidden: control and invisible characters become their Python escapes."""
    return escape(shown(text), quote=True)


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
    yield "<defs>" + "".join(_arrow(name) for name in (*CLASSES.values(), "critical")) + "</defs>"
    for machine, frame in zip(graph.machines, place.bands, strict=True):
        yield f'<rect class="band" {_at(frame)} rx="10"/>'
        name = visible(cut(machine or "machine unknown", 40))
        for x in range(20, max(int(frame.width) - TITLE_EVERY // 2, 21), TITLE_EVERY):  # again, for who has scrolled
            yield f'<text class="machine" x="{x}" y="{frame.y + 19:.1f}">{name}</text>'
    edges = sorted(zip(graph.edges, place.routes, strict=True), key=lambda pair: pair[0].critical)
    for edge, route in edges:  # critical ones last: on top
        name = "critical" if edge.critical else CLASSES[edge.pattern]
        kind = f"e {CLASSES[edge.pattern]} s{edge.source} s{edge.target}{' critical' if edge.critical else ''}"
        path = curve(route)
        yield f'<g class="{kind}"><title>{visible(said(graph, edge))}</title><path class="wide" d="{path}"/>'
        yield f'<path d="{path}" marker-end="url(#arrow-{name})"/></g>'
    for index, (node, box) in enumerate(zip(graph.nodes, place.boxes, strict=True)):
        yield from _box(index, node, box)
    yield "</svg>"


def _arrow(name: str) -> str:
    shape = '<path d="M0 0L8 4L0 8z"/>'
    size = 'viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"'
    return f'<marker id="arrow-{name}" class="{name}" {size}>{shape}</marker>'


def _at(box: Box) -> str:
    return f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'


def curve(route: Sequence[tuple[float, float]]) -> str:
    """The path through the points: straight within columns, which are every second pair, bent between them."""
    x, y = route[0]
    path = f"M{x:.1f} {y:.1f}"
    for number, (to_x, to_y) in enumerate(route[1:]):
        if number % 2:
            path += f"L{to_x:.1f} {to_y:.1f}"
        else:
            before, after = _bends(x, to_x, number, len(route))
            path += f"C{before:.1f} {y:.1f} {after:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return path


def _bends(x: float, to_x: float, number: int, count: int) -> tuple[float, float]:
    """Where the two control points of a bend are: half-way, or beyond the end where the edge turns round."""
    if abs(to_x - x) > 1:
        return (x + to_x) / 2, (x + to_x) / 2
    turn = 34.0 if number == 0 else -34.0
    return x + turn, to_x + turn


def _box(index: int, node: Node, box: Box) -> Iterator[str]:
    kind = " ".join(["n", node.kind, *(["critical"] if node.critical else [])])
    told = f"{node.owner} on {node.machine or 'an unknown machine'}" + (f", {node.path}" if node.path else "")
    yield f'<a id="n{index}" class="{kind}" href="#t{index}"><title>{visible(told)}</title>'
    yield f'<rect class="box" {_at(box)} rx="6"/>'
    yield f'<text class="owner" x="{box.x + PAD:.1f}" y="{box.y + 16:.1f}">{visible(rows_of(node)[0])}</text>'
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
    yield f'<g class="port {kind}"><title>{visible(("binds " if bound else "connects to ") + text + remark)}</title>'
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    end = ' text-anchor="end"' if bound else ""
    yield f'<text x="{text_x:.1f}" y="{y + 3.7:.1f}"{end}>{visible(rows_of(node)[row + 1])}</text></g>'
