"""Where everything of a picture goes: boxes in columns, bands of boxes, edges in the free space. Pure; pixels.

A layered drawing (Sugiyama, Tagawa and Toda 1981): an edge leads from left to right where it closes no circle. A band goes
across all columns. An edge that passes a column gets a slot of its own there, as if it were a low box; between two columns
there is nothing but edges. So no box overlaps another and no edge crosses a box, however many there are. Edges of one
bundle share their slots.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.picture.columns import columns

SLOT, FREE = 7.0, 12.0  # the height of a slot, and between two boxes
BAND_TITLE, BAND_PAD, BAND_GAP, MARGIN = 28.0, 10.0, 18.0, 56.0
NARROWEST, ROUNDS = 120.0, 12


@dataclass(frozen=True, slots=True)
class Block:
    """A box to be placed. `band`: its number, from 0."""

    band: int
    width: float  # at least: the boxes of a column are as wide as the widest, and never narrower than NARROWEST
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge from the right side of a block to the left side of a block; both are indexes."""

    source: int
    leaves: float  # below the top of its source
    target: int
    enters: float
    bundle: int = 0  # the wires of one source with one number run together


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
    """`boxes`: by block. `routes`: by wire, the points it passes, each pair at one height within a column. `bands`: by number."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    bands: tuple[Box, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]


def laid_out(blocks: Sequence[Block], wires: Sequence[Wire], bands: int) -> Layout:
    """The layout of a graph, in `bands` bands."""
    return _Work(blocks, wires, bands).done()


# An item of a column: ("node", index) or a slot, ("slot", node, bundle, direction).
_Item = tuple[str | int, ...]


@dataclass(slots=True)
class _Work:
    blocks: Sequence[Block]
    wires: Sequence[Wire]
    bands: int
    column: dict[int, int] = field(default_factory=dict)  # by node
    cells: dict[tuple[int, int], list[_Item]] = field(default_factory=dict)  # by band and column, from top to bottom
    paths: list[list[tuple[int, _Item]]] = field(default_factory=list)  # by edge: its slots, each with its column
    y: dict[tuple[int, _Item], float] = field(default_factory=dict)  # top of an item, by column
    near: dict[tuple[int, _Item], list[tuple[int, _Item, float]]] = field(default_factory=dict)  # neighbours, and the pull

    def done(self) -> Layout:
        self.column = columns(len(self.blocks), [(wire.source, wire.target) for wire in self.wires])
        count = max(self.column.values(), default=0) + 1
        self.cells = {(band, column): [] for band in range(self.bands) for column in range(count)}
        for index, block in enumerate(self.blocks):
            self.cells[block.band, self.column[index]].append(("node", index))
        placed = set()
        for wire in self.wires:
            band = self.blocks[wire.source].band
            path = self._slots(wire)
            for column, slot in path:
                if (column, slot) not in placed:
                    placed.add((column, slot))
                    self.cells[band, column].append(slot)
            self.paths.append(path)
        self._link()
        self._order(self.bands, count)
        return self._drawn(self.bands, count)

    def _slots(self, wire: Wire) -> list[tuple[int, _Item]]:
        """The slots of an edge: forward in the columns between its ends; backward in those of its ends, too."""
        start, end = self.column[wire.source], self.column[wire.target]
        if start < end:
            return [(column, ("slot", wire.source, wire.bundle, 1)) for column in range(start + 1, end)]
        return [(column, ("slot", wire.source, wire.bundle, -1)) for column in range(start, end - 1, -1)]

    def _link(self) -> None:
        """Which items want to be level, and by how much the one must be moved for that when their tops are level."""
        near: dict[tuple[int, _Item], list[tuple[int, _Item, float]]] = defaultdict(list)
        seen = set()
        for wire, path in zip(self.wires, self.paths, strict=True):
            first: tuple[tuple[int, _Item], float] = ((self.column[wire.source], ("node", wire.source)), wire.leaves)
            last: tuple[tuple[int, _Item], float] = ((self.column[wire.target], ("node", wire.target)), wire.enters)
            stops = [first, *((stop, SLOT / 2) for stop in path), last]
            for (one, from_top), (other, other_top) in pairwise(stops):
                if one != other and (one, from_top, other, other_top) not in seen:
                    seen.add((one, from_top, other, other_top))
                    near[one].append((*other, other_top - from_top))
                    near[other].append((*one, from_top - other_top))
        self.near = near

    def _height(self, item: _Item) -> float:
        return self.blocks[int(item[1])].height if item[0] == "node" else SLOT

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
            widths.append(max([NARROWEST, *(self.blocks[index].width for index, at in self.column.items() if at == column)]))
            lefts.append(left)
            left += widths[-1] + self._gap(column)
        total = left - self._gap(count - 1) + MARGIN
        boxes = []
        for index in range(len(self.blocks)):
            column, item = self.column[index], ("node", index)
            boxes.append(Box(lefts[column], self.y[column, item], widths[column], self._height(item)))
        frames = [
            Box(8, top - BAND_TITLE, total - 16, bottom - top + BAND_TITLE + BAND_PAD)
            for top, bottom in self._spans(bands, count)
        ]
        routes = [self._route(wire, path, lefts, widths) for wire, path in zip(self.wires, self.paths, strict=True)]
        height = (frames[-1].y + frames[-1].height if frames else 0.0) + MARGIN / 2
        return Layout(total, height, tuple(boxes), tuple(frames), tuple(routes))

    def _gap(self, column: int) -> float:
        """How wide the space right of a column is: wider where more edges pass."""
        passing = {(wire.source, wire.bundle) for wire in self.wires if self._passes(wire, column)}
        return min(70.0 + 4 * len(passing), 220.0)

    def _passes(self, wire: Wire, column: int) -> bool:
        start, end = self.column[wire.source], self.column[wire.target]
        return start <= column < end if start < end else end - 1 <= column <= start

    def _route(
        self, wire: Wire, path: Sequence[tuple[int, _Item]], lefts: Sequence[float], widths: Sequence[float]
    ) -> tuple[tuple[float, float], ...]:
        start, end = self.column[wire.source], self.column[wire.target]
        points = [(lefts[start] + widths[start], self.y[start, ("node", wire.source)] + wire.leaves)]
        for column, slot in path:
            sides = (lefts[column], lefts[column] + widths[column])
            middle = self.y[column, slot] + SLOT / 2
            points += [(x, middle) for x in (sides if start < end else reversed(sides))]
        points.append((lefts[end], self.y[end, ("node", wire.target)] + wire.enters))
        return tuple(points)
