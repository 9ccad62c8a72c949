"""Where everything of a picture goes: boxes in columns, machines as bands, edges in the free space. Pure; pixels.

A layered drawing (Sugiyama, Tagawa and Toda 1981): who is connected to stands left of who connects. A machine is a band
across all columns. An edge that passes a column gets a slot of its own there, as if it were a low box; between two columns
there is nothing but edges. So no box overlaps another and no edge crosses a box, however many there are. Edges from one
bind share their slots.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from codemods.port_literal.picture.columns import columns
from codemods.port_literal.picture.links import Edge, Graph
from codemods.port_literal.picture.rows import HEADER, PAD, ROW, pin, rows_of
from codemods.port_literal.picture.text import width

CHAR = 6.7  # width of a character of the 11px monospaced font, generously
SLOT, FREE = 7.0, 12.0  # the height of a slot, and between two boxes
BAND_TITLE, BAND_PAD, BAND_GAP, MARGIN = 28.0, 10.0, 18.0, 56.0
NARROWEST, ROUNDS = 120.0, 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, y growing downward."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box") -> bool:
        """Do they share more than an edge?"""
        apart_x = self.x + self.width <= other.x or other.x + other.width <= self.x
        return not (apart_x or self.y + self.height <= other.y or other.y + other.height <= self.y)


@dataclass(frozen=True, slots=True)
class Layout:
    """`boxes`: by node; their rows are header, binds, connects and, where some are unresolved, one line more.

    `routes`: by edge, the points it passes, each pair at one height within a column. `bands`: by machine.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    bands: tuple[Box, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]


def layout(graph: Graph) -> Layout:
    """The layout of a graph."""
    return _Work(graph).done()


# An item of a column: ("node", index) or a slot, ("slot", node, bind, direction).
_Item = tuple[str | int, ...]


@dataclass(slots=True)
class _Work:
    graph: Graph
    column: dict[int, int] = field(default_factory=dict)  # by node
    cells: dict[tuple[int, int], list[_Item]] = field(default_factory=dict)  # by band and column, from top to bottom
    paths: list[list[tuple[int, _Item]]] = field(default_factory=list)  # by edge: its slots, each with its column
    y: dict[tuple[int, _Item], float] = field(default_factory=dict)  # top of an item, by column
    near: dict[tuple[int, _Item], list[tuple[int, _Item, float]]] = field(default_factory=dict)  # neighbours, and the pull

    def done(self) -> Layout:
        graph = self.graph
        self.column = columns(graph)
        count = max(self.column.values(), default=0) + 1
        bands = {machine: number for number, machine in enumerate(graph.machines)}
        self.cells = {(band, column): [] for band in range(len(bands)) for column in range(count)}
        for index, node in enumerate(graph.nodes):
            self.cells[bands[node.machine], self.column[index]].append(("node", index))
        for edge in graph.edges:
            band = bands[graph.nodes[edge.source].machine]
            path = self._slots(edge)
            for column, slot in path:
                if slot not in self.cells[band, column]:
                    self.cells[band, column].append(slot)
            self.paths.append(path)
        self._link()
        self._order(len(bands), count)
        return self._drawn(len(bands), count)

    def _slots(self, edge: Edge) -> list[tuple[int, _Item]]:
        """The slots of an edge: forward in the columns between its ends; backward in those of its ends, too."""
        start, end = self.column[edge.source], self.column[edge.target]
        if start < end:
            return [(column, ("slot", edge.source, edge.bind, 1)) for column in range(start + 1, end)]
        return [(column, ("slot", edge.source, edge.bind, -1)) for column in range(start, end - 1, -1)]

    def _link(self) -> None:
        """Which items want to be level, and by how much the one must be moved for that when their tops are level."""
        near: dict[tuple[int, _Item], list[tuple[int, _Item, float]]] = defaultdict(list)
        seen = set()
        for edge, path in zip(self.graph.edges, self.paths, strict=True):
            ends = [((self.column[one], ("node", one)), pin(row)) for one, row in self._ends(edge)]
            stops = [ends[0], *((stop, SLOT / 2) for stop in path), ends[1]]
            for (one, from_top), (other, other_top) in pairwise(stops):
                if one != other and (one, from_top, other, other_top) not in seen:
                    seen.add((one, from_top, other, other_top))
                    near[one].append((*other, other_top - from_top))
                    near[other].append((*one, from_top - other_top))
        self.near = near

    def _ends(self, edge: Edge) -> list[tuple[int, int]]:
        """Node and row of both ends."""
        return [(edge.source, edge.bind), (edge.target, len(self.graph.nodes[edge.target].binds) + edge.connect)]

    def _height(self, item: _Item) -> float:
        if item[0] != "node":
            return SLOT
        return HEADER + ROW * (len(rows_of(self.graph.nodes[int(item[1])])) - 1) + PAD / 2

    def _wish(self, column: int, item: _Item) -> float:
        """The top that an item would like best: the mean of what its neighbours ask of it."""
        near = self.near.get((column, item), [])
        if not near:
            return self.y[column, item]
        return sum(self.y[other, one] + shift for other, one, shift in near) / len(near)

    def _order(self, bands: int, count: int) -> None:
        """Barycentre sweeps, there and back; the best of all rounds is kept."""
        self._stack(bands, count)
        best = (self._length(), dict(self.cells), dict(self.y))
        for turn in range(ROUNDS):
            columns = range(count) if turn % 2 == 0 else range(count - 1, -1, -1)
            for column in columns:
                for band in range(bands):
                    items = self.cells[band, column]
                    wishes = {item: self._wish(column, item) + self._height(item) / 2 for item in items}
                    self.cells[band, column] = sorted(items, key=lambda item: (wishes[item], items.index(item)))
                    self._pack(self.cells[band, column], column, min((self.y[column, item] for item in items), default=0.0))
            self._stack(bands, count)
            self._relax(bands, count)
            if (length := self._length()) < best[0] - 0.5:
                best = (length, dict(self.cells), dict(self.y))
        _, self.cells, self.y = best

    def _length(self) -> float:
        """How far all edges go up and down."""
        return sum(abs(self.y[key] - self.y[other, one] - shift) for key, near in self.near.items() for other, one, shift in near)

    def _pack(self, items: Sequence[_Item], column: int, top: float) -> float:
        """Put items under one another from `top` on; where the last one ends."""
        for item in items:
            self.y[column, item] = top
            top += self._height(item) + (FREE if item[0] == "node" else SLOT / 2)
        return top

    def _stack(self, bands: int, count: int) -> None:
        """Every cell from the top of its band; a band is as high as its highest cell."""
        top = MARGIN / 2
        for band in range(bands):
            start = top + BAND_TITLE
            ends = [self._pack(self.cells[band, column], column, start) for column in range(count)]
            top = max(ends, default=start) + BAND_PAD + BAND_GAP

    def _relax(self, bands: int, count: int) -> None:
        """Move items towards their neighbours, within their band and without a change of order."""
        spans = self._spans(bands, count)
        for turn in range(4):
            for column in range(count) if turn % 2 == 0 else range(count - 1, -1, -1):
                for band in range(bands):
                    top, bottom = spans[band]
                    items = self.cells[band, column]
                    for item in items:
                        self.y[column, item] = top = max(top, self._wish(column, item))
                        top += self._height(item) + (FREE if item[0] == "node" else SLOT / 2)
                    for item in reversed(items):
                        bottom -= self._height(item)
                        self.y[column, item] = bottom = min(bottom, self.y[column, item])
                        bottom -= FREE if item[0] == "node" else SLOT / 2

    def _spans(self, bands: int, count: int) -> list[tuple[float, float]]:
        """Top and bottom of what each band holds, as the cells are stacked."""
        top, spans = MARGIN / 2, []
        for band in range(bands):
            start = top + BAND_TITLE
            heights = []
            for column in range(count):
                items = self.cells[band, column]
                heights.append(sum(self._height(item) + (FREE if item[0] == "node" else SLOT / 2) for item in items))
            spans.append((start, start + max(heights, default=0.0)))
            top = spans[-1][1] + BAND_PAD + BAND_GAP
        return spans

    def _drawn(self, bands: int, count: int) -> Layout:
        left, lefts, widths = MARGIN, [], []
        for column in range(count):
            texts = [rows_of(self.graph.nodes[index]) for index, at in self.column.items() if at == column]
            longest = max((width(text) for rows in texts for text in rows), default=0)
            widths.append(max(NARROWEST, longest * CHAR + 2 * PAD + 10))
            lefts.append(left)
            left += widths[-1] + self._gap(column)
        total = left - self._gap(count - 1) + MARGIN
        boxes = []
        for index in range(len(self.graph.nodes)):
            column, item = self.column[index], ("node", index)
            boxes.append(Box(lefts[column], self.y[column, item], widths[column], self._height(item)))
        frames = [
            Box(8, top - BAND_TITLE, total - 16, bottom - top + BAND_TITLE + BAND_PAD)
            for top, bottom in self._spans(bands, count)
        ]
        routes = [self._route(edge, path, lefts, widths) for edge, path in zip(self.graph.edges, self.paths, strict=True)]
        height = (frames[-1].y + frames[-1].height if frames else 0.0) + MARGIN / 2
        return Layout(total, height, tuple(boxes), tuple(frames), tuple(routes))

    def _gap(self, column: int) -> float:
        """How wide the space right of a column is: wider where more edges pass."""
        passing = {(edge.source, edge.bind) for edge in self.graph.edges if self._passes(edge, column)}
        return min(70.0 + 4 * len(passing), 220.0)

    def _passes(self, edge: Edge, column: int) -> bool:
        start, end = self.column[edge.source], self.column[edge.target]
        return start <= column < end if start < end else end - 1 <= column <= start

    def _route(
        self, edge: Edge, path: Sequence[tuple[int, _Item]], lefts: Sequence[float], widths: Sequence[float]
    ) -> tuple[tuple[float, float], ...]:
        (source, row), (target, other) = self._ends(edge)
        start, end = self.column[source], self.column[target]
        points = [(lefts[start] + widths[start], self.y[start, ("node", source)] + pin(row))]
        for column, slot in path:
            sides = (lefts[column], lefts[column] + widths[column])
            middle = self.y[column, slot] + SLOT / 2
            points += [(x, middle) for x in (sides if start < end else reversed(sides))]
        points.append((lefts[end], self.y[end, ("node", target)] + pin(other)))
        return tuple(points)
