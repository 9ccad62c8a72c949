"""Where the boxes and edges of a picture of ports go: machines are bands, and who is connected to stands left. Pure."""

from codemods.port_literal.picture.links import Graph
from codemods.port_literal.picture.rows import HEADER, PAD, ROW, pin, rows_of
from engine import Block, Layout, Wire, laid_out, text_width

CHAR = 6.7  # width of a character of the 11px monospaced font, generously


def layout(graph: Graph) -> Layout:
    """The layout of a graph.

    A box's rows are header, binds, connects and, where some are unresolved, one line more. Edges of one bind run together.
    """
    bands = {machine: number for number, machine in enumerate(graph.machines)}
    blocks = []
    for node in graph.nodes:
        rows = rows_of(node)
        wide = max(map(text_width, rows)) * CHAR + 2 * PAD + 10
        blocks.append(Block(bands[node.machine], wide, HEADER + ROW * (len(rows) - 1) + PAD / 2))
    wires = [
        Wire(edge.source, pin(edge.bind), edge.target, pin(len(graph.nodes[edge.target].binds) + edge.connect), edge.bind)
        for edge in graph.edges
    ]
    return laid_out(blocks, wires, len(bands))
