"""Calls whose result nobody takes, as events: which can be, the module that declares them, and the code on both sides."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from codemods.import_cycle.graph.shapes import call_in, call_of
from codemods.import_cycle.graph.uses import chain_of, is_main_guard
from codemods.import_cycle.nouns import Alias, Call, CyclePlan, Function, Graph
from engine import Creation, ImportNeed, SliceError, Source, need_import, replace_expression

SUPPORT = "event_bus"


def called(graph: Graph, path: str, alias: Alias, target: str) -> tuple[Function, ...]:
    """The functions of `target` that an import is used for, when each use is a call that an event can be; else empty."""
    if not alias.calls or target not in graph.files or not (_from_root(graph, path) and _from_root(graph, target)):
        return ()
    known = {function.name: function for function in graph.files[target].functions}
    names = {call.name for call in alias.calls} if _is_module(alias, target) else {alias.name}
    return tuple(known[name] for name in sorted(names)) if "" not in names and names <= set(known) else ()


def misfit(graph: Graph, path: str, alias: Alias, target: str) -> str:
    """The call that keeps an import from becoming an event, as a sentence; empty when every call fits, or none is dropped."""
    if not alias.calls or target not in graph.files:
        return ""
    known = {function.name: function for function in graph.files[target].functions}
    whole = _is_module(alias, target)
    for call in alias.calls:
        name = call.name if whole else alias.name
        if name not in known or (not whole and call.name):
            return f"{path}:{call.line}: {target} has no plain function {name or call.name} for an event to call"
        if not fits(call, known[name]):
            return f"{path}:{call.line}: the arguments of {name} cannot be the fields of an event"
    if not (_from_root(graph, path) and _from_root(graph, target)):
        return f"{path}: its package does not begin at the target's root, where the bus is"
    return ""


def fits(call: Call, function: Function) -> bool:
    """Can the call's arguments be the fields of an event?"""
    names = [name for name, _ in function.parameters]
    if call.spread or call.awaited != function.is_async or call.positional > len(names):
        return False
    if any(name.startswith("__") for name in names):
        return False  # in a class body such a name is mangled
    given = [*names[: call.positional], *call.keywords]
    once = len(given) == len(set(given)) and set(given) <= set(names)
    return once and all(default or name in given for name, default in function.parameters)


def _is_module(alias: Alias, target: str) -> bool:
    """Does the name stand for the module `target`, rather than for something in it?"""
    stem = target.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    return not alias.name or (alias.name == stem and alias.module.rpartition(".")[2] != stem)


def _from_root(graph: Graph, path: str) -> bool:
    """Is the module's dotted name its path from the target's root, so that `events` can be imported beside it?"""
    return graph.modules[path].name.replace(".", "/") == path.removesuffix(".py").removesuffix("/__init__")


def event_name(function: str) -> str:
    """`send_receipt` to `SendReceiptRequested`."""
    return "".join(part[:1].upper() + part[1:] for part in function.split("_") if part) + "Requested"


def topic(graph: Graph, target: str, bus: str) -> str:
    """The dotted name of the module, beside the bus, that declares the events of a module."""
    name = graph.modules[target].name
    last = name.rpartition(".")[2]
    alone = sum(module.name.rpartition(".")[2] == last for module in graph.modules.values()) == 1
    package = bus.rpartition(".")[0]
    return (f"{package}." if package else "") + f"{last if alone else name.replace('.', '_')}_events"


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
    path = topic(graph, target, bus).replace(".", "/") + ".py"
    return Creation(path, "\n".join(lines) + "\n")


def published(
    source: Source, block: ast.AST, local: str, functions: Iterable[Function], module: str, bus: str
) -> tuple[list[tuple[int, int, str]], set[ImportNeed]]:
    """The edits of the publishing side, as (start, end, text), and the imports that they need.

    `block`: the module, or the function in which the name is imported. Raises SliceError `not-an-event` where the name is
    used for anything but calls of these functions as statements: what was planned is not what is there any more.
    """
    known = {function.name: function for function in functions}
    edits: list[tuple[int, int, str]] = []
    needs: set[ImportNeed] = set()
    seen = set()
    for statement in _statements(block):
        call = call_of(statement, local)
        if call is None:
            continue
        function = known.get(call.name or next(iter(known), ""))
        if function is None or not fits(call, function):
            raise SliceError("not-an-event", f"line {call.line}: the call does not fit {local} as an event")
        event, more = need_import(source, module, event_name(function.name))
        send, most = need_import(source, bus, "publish_async" if function.is_async else "publish")
        needs |= {*more, *most}
        node = call_in(statement)
        given = source.text[source.end(node.func) : source.end(node)]
        rewrite = replace_expression(source, statement, node, f"{send}({event}{given})")
        edits += [(edit.start, edit.end, edit.text) for edit in rewrite.edits]
        seen |= {id(part) for part in ast.walk(node.func) if isinstance(part, ast.Name)}
    first = local.partition(".")[0]
    for part in ast.walk(block):
        if isinstance(part, ast.Name) and part.id == first and id(part) not in seen:
            raise SliceError("not-an-event", f"line {part.lineno}: {first} is used for more than calls whose result is dropped")
    return edits, needs


def _statements(block: ast.AST) -> Iterator[ast.Expr]:
    """Every statement that is a call, awaited or not."""
    for node in ast.walk(block):
        if isinstance(node, ast.Expr):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(value, ast.Call):
                yield node


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
    for statement in _statements(source.tree):
        call = call_in(statement)
        if chain_of(call.func).rpartition(".")[2].startswith("subscribe") and call.args and (name := chain_of(call.args[0])):
            found[name.rpartition(".")[2]] = call.lineno
    return found
