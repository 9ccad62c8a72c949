"""A drawing as SVG: boxes with a row for each import, and curves between them. Pure; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.import_cycle.picture.drawing import KINDS, Drawing, Line, Node
from engine import Block, Box, Layout, Wire, arrow_head, box_place, curve, cut_text, html_text, laid_out, text_width

CHAR = 6.7  # width of a character of the 11px monospaced font, generously
ROW, HEADER, PAD = 16.0, 24.0, 8.0  # heights, and what is free at the sides
LONGEST = 52  # columns of a row; the whole text is in its title


def heads() -> str:
    """The arrow heads that every picture of the page uses."""
    return f'<svg width="0" height="0" aria-hidden="true"><defs>{"".join(map(arrow_head, KINDS))}</defs></svg>'


def rows_of(drawing: Drawing, index: int) -> list[str]:
    """The text of each row of a box, header first, none longer than LONGEST."""
    node = drawing.nodes[index]
    rows = [line.text for line in drawing.lines if line.source == index and line.text]
    return [cut_text(row, LONGEST) for row in (node.name, *rows, *([node.more] if node.more else []))]


def placed(drawing: Drawing) -> Layout:
    """Where everything goes. An edge with a text leaves from its row; all others from the header, where all arrive."""
    blocks = []
    for index in range(len(drawing.nodes)):
        rows = rows_of(drawing, index)
        wide = max(map(text_width, rows)) * CHAR + 2 * PAD + 10
        blocks.append(Block(0, wide, HEADER + ROW * (len(rows) - 1) + PAD / 2))
    pins = _pins(drawing)
    wires = [Wire(line.source, _height(pin), line.target, HEADER / 2, pin) for line, pin in zip(drawing.lines, pins, strict=True)]
    return laid_out(blocks, wires, 1)


def svg(drawing: Drawing, key: str) -> str:
    """One `svg` element of its natural size. `key`: what tells its ids from those of the page's other pictures."""
    return "\n".join(_parts(drawing, key, placed(drawing)))


def _pins(drawing: Drawing) -> list[int]:
    """Which row of its source's box each line leaves from, from 0; -1 for the header."""
    used = [0] * len(drawing.nodes)
    pins = []
    for line in drawing.lines:
        pins.append(used[line.source] if line.text else -1)
        used[line.source] += bool(line.text)
    return pins


def _height(pin: int) -> float:
    return HEADER + ROW * (pin + 0.5) if pin >= 0 else HEADER / 2


def _parts(drawing: Drawing, key: str, place: Layout) -> Iterator[str]:
    size = f'width="{place.width:.0f}" height="{place.height:.0f}" viewBox="0 0 {place.width:.0f} {place.height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="group" aria-labelledby="title-{key} desc-{key}">'
    yield f'<title id="title-{key}">{html_text(drawing.title)}</title>'
    yield f'<desc id="desc-{key}">{len(drawing.nodes)} boxes and {len(drawing.lines)} arrows from who imports to what.</desc>'
    yield f'<rect class="band" {box_place(place.bands[0])} rx="10"/>'
    yield f'<text class="machine" x="20" y="{place.bands[0].y + 19:.1f}">{html_text(drawing.title)}</text>'
    for line, route in sorted(zip(drawing.lines, place.routes, strict=True), key=lambda pair: (pair[0].cut, not pair[0].lazy)):
        kind = f"e {_class(line)} s{key}-{line.source} s{key}-{line.target}"
        path = curve(route)
        yield f'<g class="{kind}"><title>{html_text(line.said)}</title><path class="wide" d="{path}"/>'
        yield f'<path d="{path}" marker-end="url(#arrow-{line.kind})"/></g>'
    pins = _pins(drawing)
    for index, (node, box) in enumerate(zip(drawing.nodes, place.boxes, strict=True)):
        yield from _box(drawing, index, node, box, f"n{key}-{index}")
        for line, pin in zip(drawing.lines, pins, strict=True):
            if line.source == index and pin >= 0:
                yield from _row(line, box, box.y + _height(pin))
        yield "</a>"
    yield "</svg>"


def _class(line: Line) -> str:
    return " ".join([line.kind, *(["later"] if line.lazy else []), *(["planned"] if line.cut else [])])


def _box(drawing: Drawing, index: int, node: Node, box: Box, name: str) -> Iterator[str]:
    kind = "n cyclic" if node.cyclic else "n"
    goal = f"t{node.row}" if node.row >= 0 else "modules"
    words = html_text(f"{node.name} {node.path}".lower())
    yield f'<a id="{name}" class="{kind}" href="#{goal}" data-name="{words}"><title>{html_text(node.path)}</title>'
    yield f'<rect class="box" {box_place(box)} rx="6"/>'
    rows = rows_of(drawing, index)
    yield f'<text class="owner" x="{box.x + PAD:.1f}" y="{box.y + 16:.1f}">{html_text(rows[0])}</text>'
    if node.more:
        y = box.y + _height(len(rows) - 2) + 3.7
        yield f'<text class="more" x="{box.x + PAD:.1f}" y="{y:.1f}">{html_text(rows[-1])}</text>'


def _row(line: Line, box: Box, y: float) -> Iterator[str]:
    x = box.x + box.width
    yield f'<g class="port {_class(line)}"><title>{html_text(line.said)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    text = html_text(cut_text(line.text, LONGEST))
    yield f'<text x="{x - PAD - 3:.1f}" y="{y + 3.7:.1f}" text-anchor="end">{text}</text></g>'
