"""Pieces of SVG that every picture is made of: curves, arrow heads, places, and text in which nothing is hidden. Pure."""

from collections.abc import Sequence
from html import escape

from engine.picture.layout import Box
from engine.picture.text import shown_text


def html_text(text: str) -> str:
    """Text safe for HTML, in which nothing is hidden: control and invisible characters become their Python escapes."""
    return escape(shown_text(text), quote=True)


def arrow_head(name: str) -> str:
    """An arrow head for lines, with the id `arrow-NAME` and the class NAME."""
    shape = '<path d="M0 0L8 4L0 8z"/>'
    size = 'viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"'
    return f'<marker id="arrow-{name}" class="{name}" {size}>{shape}</marker>'


def box_place(box: Box) -> str:
    """Where a rectangle is, as attributes."""
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
