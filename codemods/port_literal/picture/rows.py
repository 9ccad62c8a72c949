"""What a box says, row by row: its header, a row for each bind, a row for each connect. Pure; pixels."""

from codemods.port_literal.picture.links import Bind, Connect, Node
from engine import cut_text, text_width

ROW, HEADER, PAD = 16.0, 24.0, 8.0  # heights, and what is free at the sides
LONGEST = 34  # columns of a row; the whole text is in its title and in the table


def rows_of(node: Node) -> list[str]:
    """The text of each row of a node's box, header first, none longer than LONGEST. Names are cut, numbers never."""
    more = [f"{len(node.unresolved)} unresolved"] if node.unresolved else []
    return [cut_text(node.owner, LONGEST), *map(_bound, node.binds), *map(_connected, node.connects), *more]


def _bound(bind: Bind) -> str:
    rest = " ".join(part for part in (cut_text(bind.kind, LONGEST // 3), str(bind.port)) if part)
    return f"{cut_text(bind.name, LONGEST - text_width(rest) - 1)} {rest}" if bind.name else rest


def _connected(connect: Connect) -> str:
    rest = " ".join(part for part in (str(connect.port), cut_text(connect.kind, LONGEST // 3)) if part)
    name = connect.name or connect.host
    return f"{rest} {cut_text(name, LONGEST - text_width(rest) - 1)}" if name else rest


def pin(row: int) -> float:
    """The height of a row's middle below the top of its node's box; row 0 is the first bind."""
    return HEADER + ROW * (row + 0.5)
