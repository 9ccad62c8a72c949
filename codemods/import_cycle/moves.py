"""Which definitions could move into a module of their own, so that a name can be imported without its old module."""

from __future__ import annotations

from collections.abc import Collection

from codemods.import_cycle.nouns import Graph, Movable


def plan_move(graph: Graph, path: str, name: str, paths: Collection[str] = ()) -> tuple[Movable, ...] | None:
    """The definitions of a module that must move together so that `name` can, in the order of the file; None when it cannot.

    What they need besides each other must be imported from outside the project, plainly and at module level.
    `paths`: files that are there though the graph does not know them.
    """
    one = graph.files.get(path)
    place = path.removesuffix(".py") + "_protocol.py"
    if one is None or graph.modules[path].package or place in graph.modules or place in paths:
        return None
    movable = {item.name: item for item in one.movable}
    if name not in movable:
        return None
    inside = {target for edge in graph.edges if edge.source == path for target in edge.aliases}
    outside = {alias.local.partition(".")[0] for alias in one.aliases if alias.context == "module" and alias.index not in inside}
    wanted, todo = set(), [name]
    while todo:
        current = todo.pop()
        if current in wanted or current in outside:
            continue
        if current not in movable:
            return None
        wanted.add(current)
        todo += movable[current].needs
    return tuple(item for item in one.movable if item.name in wanted)
