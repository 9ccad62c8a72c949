"""Constants, dataclasses, exceptions and enumerations in a module of their own, which both sides import."""

from __future__ import annotations

import ast

from codemods.import_cycle.moves import plan_move
from codemods.import_cycle.nouns import CyclePlan, Graph, Movable
from codemods.import_cycle.statements import closed_up, spelled
from engine import Creation, ImportNeed, Source


def place(target: str) -> str:
    """Where the definitions of a module go: `shop/orders.py` to `shop/orders_protocol.py`."""
    return target.removesuffix(".py") + "_protocol.py"


def moved(graph: Graph, plan: CyclePlan, target: str) -> tuple[Movable, ...]:
    """Every definition that the plan moves out of a module, in the order of the file."""
    names: set[str] = set()
    for cut in plan.cuts:
        for index, kind in cut.how:
            if cut.target == target and kind == "protocol":
                items = plan_move(graph, target, graph.files[cut.source].aliases[index].name) or ()
                names |= {item.name for item in items}
    return tuple(item for item in graph.files[target].movable if item.name in names)


def module_text(source: Source, graph: Graph, items: tuple[Movable, ...]) -> str:
    """The new module: what the definitions import from outside, and the definitions as they were written."""
    names = {item.name for item in items}
    needs = {name for item in items for name in item.needs} - names
    one = graph.files[source.path]
    keys = [(alias.module, alias.name, alias.local) for alias in one.aliases if alias.local.partition(".")[0] in needs]
    imports = sorted({spelled(key) for key in keys}, key=lambda line: (line.startswith("from"), line))
    head = [f'"""Definitions of {graph.modules[source.path].name} that others need without it."""', ""]
    if "future-annotations" in one.traits:
        head += ["from __future__ import annotations", ""]
    parts = ["\n".join([*head, *imports]).rstrip() + "\n"]
    before = ""
    for item, node in ((item, node) for node in source.tree.body for item in items if _name(node) == item.name):
        start, end = extent(source, node)
        text = "\n".join(source.text[start:end].splitlines()).rstrip() + "\n"
        parts.append(("\n" if item.kind == before == "constant" else "\n\n" if item.kind != "constant" else "\n") + text)
        if item.kind == before == "constant":
            parts[-1] = text
        before = item.kind
    return "".join(parts)


def removals(source: Source, items: tuple[Movable, ...], module: str) -> tuple[list[tuple[int, int, str]], set[ImportNeed]]:
    """The edits that take the definitions out of their old module, and the imports that leave their names there."""
    names = {item.name for item in items}
    edits = []
    for node in source.tree.body:
        if _name(node) in names:
            start, end = extent(source, node)
            start, end = closed_up(source, start, end)
            edits.append((start, end, ""))
    return edits, {ImportNeed(source.path, module, name) for name in names}


def creation(source: Source, graph: Graph, items: tuple[Movable, ...]) -> Creation:
    """The new file."""
    return Creation(place(source.path), module_text(source, graph, items))


def extent(source: Source, node: ast.stmt) -> tuple[int, int]:
    """The whole lines of a definition, decorators included."""
    first = min([node, *getattr(node, "decorator_list", [])], key=lambda part: part.lineno)
    return source.line_start(source.start(first)), source.line_end(source.end(node))


def _name(node: ast.stmt) -> str:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""
