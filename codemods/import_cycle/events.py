"""Calls whose result nobody takes, as events: which can be, the module that declares them, and the code on both sides."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from codemods.import_cycle.graph.uses import chain_of, is_main_guard
from codemods.import_cycle.nouns import Alias, CyclePlan, Function, Graph
from engine import Creation, ImportNeed, SliceError, Source, need_import, replace_expression

SUPPORT = "event_bus"


def called(graph: Graph, path: str, alias: Alias, target: str) -> tuple[Function, ...]:
    """The functions of `target` that an import is used for, when each can be an event; empty when one cannot."""
    if "call-only" not in alias.uses or target not in graph.files or not (_from_root(graph, path) and _from_root(graph, target)):
        return ()
    known = {function.name: function for function in graph.files[target].functions}
    one = graph.files[path]
    module = not alias.name or (path, alias.index) in _modules(graph, path)
    names = {name for index, name in one.reads if index == alias.index} if module else {alias.name}
    return tuple(known[name] for name in sorted(names)) if names and names <= set(known) else ()


def _modules(graph: Graph, path: str) -> frozenset[tuple[str, int]]:
    """Aliases of a file that stand for a module: `from package import module`."""
    stems = {edge.target.removesuffix(".py").rpartition("/")[2] for edge in graph.edges if edge.source == path}
    return frozenset((path, alias.index) for alias in graph.files[path].aliases if alias.name in stems)


def _from_root(graph: Graph, path: str) -> bool:
    """Is the module's dotted name its path from the target's root, so that `events` can be imported beside it?"""
    return graph.modules[path].name.replace(".", "/") == path.removesuffix(".py").removesuffix("/__init__")


def event_name(function: str) -> str:
    """`send_receipt` to `SendReceiptRequested`."""
    return "".join(part[:1].upper() + part[1:] for part in function.split("_") if part) + "Requested"


def topic(graph: Graph, target: str) -> str:
    """The dotted name of the module that declares the events of a module."""
    return f"events.{graph.modules[target].name.rpartition('.')[2]}_events"


def functions_of(graph: Graph, plan: CyclePlan, target: str) -> tuple[Function, ...]:
    """Every function of a module that the plan turns into an event."""
    found: dict[str, Function] = {}
    for cut in plan.cuts:
        for index, kind in cut.how:
            if cut.target == target and kind == "event":
                alias = graph.files[cut.source].aliases[index]
                found.update({function.name: function for function in called(graph, cut.source, alias, target)})
    return tuple(found[name] for name in sorted(found))


def declaration(graph: Graph, plan: CyclePlan, target: str, bus: str) -> Creation:
    """The module that declares the events of a module."""
    name = graph.modules[target].name
    lines = [
        f'"""Events that {name} handles: others publish them instead of calling it."""',
        "",
        "from dataclasses import dataclass",
    ]
    lines += ["from typing import Any", "", f"from {bus} import handled_by"]
    for function in functions_of(graph, plan, target):
        lines += ["", "", f'@handled_by("{name}")', "@dataclass(frozen=True)", f"class {event_name(function.name)}:"]
        lines.append(f'    """Asks for `{name}.{function.name}`."""')
        if function.parameters:
            lines.append("")
        lines += [f"    {name_}: Any{f' = {default}' if default else ''}" for name_, default in function.parameters]
    path = topic(graph, target).replace(".", "/") + ".py"
    return Creation(path, "\n".join(lines) + "\n")


def published(
    source: Source, local: str, functions: Iterable[Function], module: str, bus: str
) -> tuple[list[tuple[int, int, str]], set[ImportNeed]]:
    """The edits of the publishing side, as (start, end, text), and the imports that they need.

    Raises SliceError `not-an-event` where the name is used for anything but calls of these functions as statements.
    """
    known = {function.name: function for function in functions}
    edits: list[tuple[int, int, str]] = []
    needs: set[ImportNeed] = set()
    seen = set()
    for statement, call in _statements(source.tree):
        chain = chain_of(call.func)
        head, _, last = chain.rpartition(".")
        if local in (chain, head):
            function = known.get(last if head == local else next(iter(known), ""))
            if function is None or not _fits(call, function) or isinstance(statement.value, ast.Await) != function.is_async:
                raise SliceError("not-an-event", f"line {call.lineno}: the call does not fit {chain} as an event")
            event, more = need_import(source, module, event_name(function.name))
            send, most = need_import(source, bus, "publish_async" if function.is_async else "publish")
            needs |= {*more, *most}
            given = source.text[source.end(call.func) : source.end(call)]
            edits += [
                (edit.start, edit.end, edit.text)
                for edit in replace_expression(source, statement, call, f"{send}({event}{given})").edits
            ]
            seen |= {id(node) for node in ast.walk(call.func) if isinstance(node, ast.Name)}
    first = local.partition(".")[0]
    bindings = source.names.module.bindings.get(first)
    for node in ast.walk(source.tree):
        other = isinstance(node, ast.Name) and node.id == first and id(node) not in seen
        if other and source.names.lookup(first, source.names.scope_at(node)) is bindings:
            line = source.site(node).line
            raise SliceError("not-an-event", f"line {line}: {first} is used for more than calls whose result is dropped")
    return edits, needs


def _statements(tree: ast.Module) -> Iterator[tuple[ast.Expr, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(value, ast.Call):
                yield node, value


def _fits(call: ast.Call, function: Function) -> bool:
    """Can the call's arguments be the fields of an event?"""
    names = [name for name, _ in function.parameters]
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(names):
        return False
    given = {*names[: len(call.args)], *(keyword.arg or "" for keyword in call.keywords)}
    return given <= set(names) and all(default or name in given for name, default in function.parameters)


def subscriptions(
    source: Source, functions: Iterable[Function], module: str, bus: str
) -> tuple[tuple[int, int, str], set[ImportNeed]]:
    """The edit of the subscribing side, and its imports: one subscription a function, at the end of the module."""
    needs: set[ImportNeed] = set()
    subscribe, more = need_import(source, bus, "subscribe")
    needs.update(more)
    lines = []
    for function in functions:
        event, more = need_import(source, module, event_name(function.name))
        needs.update(more)
        given = ", ".join(f"event.{name}" for name, _ in function.parameters)
        lines.append(f"{subscribe}({event}, lambda event: {function.name}({given}))")
    newline = source.newline
    text = newline.join(lines) + newline
    for node in source.tree.body:
        if isinstance(node, ast.If) and is_main_guard(node.test):
            at = source.line_start(source.start(node))
            return (at, at, text + newline * 2), needs
    at = len(source.text)
    lead = "" if source.text.endswith(("\n", "\r")) else newline
    return (at, at, lead + newline * 2 + text), needs


def subscribed(source: Source) -> Mapping[str, int]:
    """Event names that the module already subscribes to, with the line."""
    found = {}
    for _, call in _statements(source.tree):
        if chain_of(call.func).rpartition(".")[2].startswith("subscribe") and call.args and (name := chain_of(call.args[0])):
            found[name.rpartition(".")[2]] = call.lineno
    return found
