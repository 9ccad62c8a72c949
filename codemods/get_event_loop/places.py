"""Where a call stands, which function runs it, and what is done with the loop it returns."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine import Source, every_node

Parents = Mapping[ast.AST, ast.AST]
Context = Literal["coroutine", "function", "module", "deferred"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Place:
    """One expression and what holds it. `function` is the def whose body runs it, None at module level."""

    node: ast.expr
    chain: tuple[ast.AST, ...]  # ancestors, innermost first, the module last
    context: Context
    function: ast.FunctionDef | ast.AsyncFunctionDef | None

    @property
    def statement(self) -> ast.stmt:
        """The innermost statement that holds the expression."""
        return next(node for node in self.chain if isinstance(node, ast.stmt))

    def steps(self) -> Iterator[tuple[ast.AST, ast.AST]]:
        """(child, parent) from the expression outwards, to the end of the body that runs it."""
        child: ast.AST = self.node
        for parent in self.chain:
            yield child, parent
            if parent is self.function:
                return
            child = parent


def place_of(node: ast.expr, parents: Parents) -> Place:
    """Climb from an expression to the module; a default value or a decorator does not run in the function's body."""
    chain: list[ast.AST] = []
    at: ast.AST = node
    context: Context = "module"
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    while (parent := parents.get(at)) is not None:
        chain.append(parent)
        if context == "module" and function is None:
            if isinstance(parent, FUNCTIONS) and at in parent.body:
                function = parent
                context = "coroutine" if isinstance(parent, ast.AsyncFunctionDef) else "function"
            elif isinstance(parent, ast.GeneratorExp) or (isinstance(parent, ast.Lambda) and at is parent.body):
                context = "deferred"
        at = parent
    return Place(node, tuple(chain), context, function)


def under_main(place: Place) -> bool:
    """Does the expression run at module level under `if __name__ == "__main__":`?"""
    steps = list(place.steps())
    return place.context == "module" and len(steps) > 1 and _is_main_branch(*steps[-2], steps[-1][1])


def _is_main_branch(child: ast.AST, branch: ast.AST, outer: ast.AST) -> bool:
    return isinstance(outer, ast.Module) and isinstance(branch, ast.If) and _is_main_test(branch.test) and child in branch.body


def _is_main_test(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, test.comparators[0]]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    return names == ["__name__"] and values == ["__main__"]


def in_script(source: Source, place: Place, parents: Parents) -> bool:
    """Does it run once, in a program: under the main guard, or in a function that only the guard calls, once, in no loop?"""
    if under_main(place):
        return True
    function = place.function
    if function is None or place.context != "function" or parents[function] is not source.tree or function.decorator_list:
        return False
    mentions = [node for node in every_node(source.tree) if isinstance(node, ast.Name) and node.id == function.name]
    exported = any(isinstance(node, ast.Constant) and node.value == function.name for node in every_node(source.tree))
    if len(mentions) != 1 or exported or len(source.names.module.bindings.get(function.name, ())) != 1:
        return False
    call = parents[mentions[0]]
    if not (isinstance(call, ast.Call) and call.func is mentions[0]):
        return False
    where = place_of(call, parents)
    return under_main(where) and not repeated(where)


def repeated(place: Place, within: ast.AST | None = None) -> bool:
    """Does the expression stand in a loop or comprehension of the body that runs it (or, given `within`, of that block)?"""
    loops = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp)
    for _, parent in place.steps():
        if parent is within:
            return False
        if isinstance(parent, loops):
            return True
    return False


def guarded_by_runtime_error(source: Source, place: Place) -> bool:
    """Does the expression stand in a try that expects the RuntimeError of a thread without a loop, or in its handler?"""
    for child, parent in place.steps():
        if not isinstance(parent, (ast.Try, ast.TryStar)):
            continue
        if child in parent.body and any(_expects_runtime_error(source, handler) for handler in parent.handlers):
            return True
        if isinstance(child, ast.ExceptHandler) and _expects_runtime_error(source, child) and _asks(source, parent):
            return True
    return False


def _expects_runtime_error(source: Source, handler: ast.ExceptHandler) -> bool:
    members = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(member is not None and source.names.qualified(member) == "builtins.RuntimeError" for member in members)


def _asks(source: Source, tried: ast.Try | ast.TryStar) -> bool:
    calls = [node for statement in tried.body for node in every_node(statement) if isinstance(node, ast.Call)]
    return any(source.names.qualified(call.func) == "asyncio.get_event_loop" for call in calls)


def variable_of(place: Place) -> str:
    """The plain name that the call's value is assigned to; empty when there is none."""
    statement = place.chain[0]
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    return ""


def uses_of(source: Source, place: Place, name: str) -> list[ast.Name]:
    """Every other mention of a variable, in the whole reach of its scope, in source order."""
    target = place.chain[0].targets[0] if isinstance(place.chain[0], ast.Assign) else place.chain[0].target  # type: ignore[attr-defined]
    mine = source.names.lookup(name, source.names.scope_at(target))
    found = [node for node in every_node(place.function or source.tree) if isinstance(node, ast.Name) and node.id == name]
    same = [node for node in found if node is not target and source.names.lookup(name, source.names.scope_at(node)) is mine]
    return sorted(same, key=lambda node: (node.lineno, node.col_offset))


def method_of(node: ast.expr, parents: Parents) -> str:
    """`run_forever` for `<node>.run_forever(...)`; empty when the value goes elsewhere."""
    attribute = parents[node]
    call = parents.get(attribute)
    if isinstance(attribute, ast.Attribute) and isinstance(call, ast.Call) and call.func is attribute:
        return attribute.attr
    return ""


def is_call(source: Source, node: ast.AST | None, *names: str) -> bool:
    """Is this a call of one of these qualified names?"""
    return isinstance(node, ast.Call) and source.names.qualified(node.func) in names


def contains(outer: ast.AST, node: ast.AST) -> bool:
    """Does a tree hold this very node?"""
    return any(part is node for part in every_node(outer))


def value_of(source: Source, name: ast.expr) -> ast.expr | None:
    """What a variable's one assignment gives it; None when there are several, or none in sight."""
    if not isinstance(name, ast.Name):
        return None
    bindings = source.names.lookup(name.id, source.names.scope_at(name)) or []
    if len(bindings) != 1:
        return None
    for statement in every_node(source.tree):
        if isinstance(statement, ast.Assign) and statement.targets == [bindings[0].node]:
            return statement.value
        if isinstance(statement, ast.AnnAssign) and statement.target is bindings[0].node:
            return statement.value
    return None
