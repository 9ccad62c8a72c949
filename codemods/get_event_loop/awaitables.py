"""What a loop is asked to run: a coroutine as it stands, something to put into one, or nobody knows what."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.get_event_loop.calm import is_calm
from codemods.get_event_loop.places import FUNCTIONS, Parents, is_call, value_of
from codemods.get_event_loop.refusals import Refusal
from engine import Source, children, every_node

FUTURES = frozenset(
    {"gather", "ensure_future", "create_task", "shield", "wrap_future", "run_coroutine_threadsafe", "Future", "Task"}
)
_COROUTINES = frozenset(
    {"sleep", "wait", "wait_for", "open_connection", "start_server", "open_unix_connection", "start_unix_server"}
    | {"create_subprocess_exec", "create_subprocess_shell", "to_thread"}
)
_COLLECT = frozenset({"gather", "wait", "wait_for", "shield"})
UNKNOWN = ("unknown-awaitable", "what is run is not known to be a coroutine of its own; asyncio.run takes a coroutine only")


@dataclass(frozen=True, slots=True)
class Coroutine:
    """What to run. `argument` is the expression; `wrapped` is a name for a coroutine to be made around it, or empty."""

    argument: ast.expr
    wrapped: str = ""
    known: bool = True  # a call of an `async def` that was seen


def coroutine_of(source: Source, run: ast.Call, parents: Parents, own: bool, strict: bool) -> Coroutine | Refusal:
    """What `loop.run_until_complete(...)` runs. `own`: the loop is new, so that nothing older can belong to it.

    `strict`: classes of this file make objects that take a loop, and must be called where it runs.
    """
    if len(run.args) != 1 or run.keywords or isinstance(run.args[0], ast.Starred):
        return UNKNOWN
    argument = _unwrapped(source, run.args[0], run)
    owner = run.func.value if isinstance(run.func, ast.Attribute) else None
    if isinstance(owner, ast.Name) and any(isinstance(node, ast.Name) and node.id == owner.id for node in every_node(argument)):
        return ("loop-passed-on", "what is run is made with the loop in hand; move that into the coroutine")
    if any(isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for node in every_node(argument)):
        return UNKNOWN
    if isinstance(argument, ast.Name) and is_coroutine_call(source, value_of(source, argument), parents):
        return Coroutine(argument)
    if not isinstance(argument, ast.Call):
        return UNKNOWN
    inner = [node for part in [*argument.args, *argument.keywords] for node in every_node(part) if isinstance(node, ast.Call)]
    names = {source.names.qualified(call.func) or "" for call in inner}
    calm = all(is_coroutine_call(source, call, parents) or is_calm(source, call, strict) for call in inner)
    name = source.names.qualified(argument.func) or ""
    if name.startswith("asyncio.") and name.removeprefix("asyncio.") in _COLLECT:
        return _collected(source, argument, name.removeprefix("asyncio."), parents)
    if calm and is_coroutine_call(source, argument, parents):
        return Coroutine(argument)
    if names & {"builtins.super", "builtins.locals", "builtins.vars", "builtins.eval", "builtins.exec"}:
        return UNKNOWN
    return _wrapped(source, argument, name, parents, own)


def _unwrapped(source: Source, argument: ast.expr, run: ast.Call) -> ast.expr:
    """`loop.create_task(c())` and `asyncio.ensure_future(c(), loop=loop)` run what they are given: the `c()`."""
    owner = run.func.value if isinstance(run.func, ast.Attribute) else None
    if not isinstance(argument, ast.Call) or len(argument.args) != 1 or isinstance(argument.args[0], ast.Starred):
        return argument
    same = isinstance(argument.func, ast.Attribute) and argument.func.attr == "create_task"
    if same and isinstance(owner, ast.Name) and ast.dump(argument.func.value) == ast.dump(owner):  # type: ignore[attr-defined]
        return argument if argument.keywords else argument.args[0]
    if is_call(source, argument, "asyncio.ensure_future"):
        plain = all(word.arg == "loop" and owner and ast.dump(word.value) == ast.dump(owner) for word in argument.keywords)
        return argument.args[0] if plain else argument
    return argument


def _wrapped(source: Source, call: ast.Call, name: str, parents: Parents, own: bool) -> Coroutine | Refusal:
    """A call of something unseen: it gave an awaitable, as the loop ran it; a coroutine can await that."""
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "it")
    found = name.removeprefix("asyncio.")
    if name.startswith("asyncio.") and found in FUTURES:
        return _collected(source, call, found, parents)
    if _is_generator_call(source, call, parents):
        return UNKNOWN
    if isinstance(call.func, ast.Name):
        meanings = source.names.lookup(call.func.id, source.names.scope_at(call.func)) or []
        seen = bool(meanings) and all(one.target or isinstance(one.node, FUNCTIONS) for one in meanings)
    else:
        seen = bool(name) and not name.startswith((".", "builtins."))
    return Coroutine(call, source.names.fresh(f"run_{last}"), known=False) if own or seen else UNKNOWN


def _is_generator_call(source: Source, call: ast.Call, parents: Parents) -> bool:
    """Does it make a generator, which a loop of old ran and nobody can await, unless a decorator made it a coroutine?"""
    node = _function_called(source, call, parents)
    if not isinstance(node, FUNCTIONS) or not _is_generator(node):
        return False
    names = {source.names.qualified(decorator) for decorator in node.decorator_list}
    return isinstance(node, ast.AsyncFunctionDef) or not names & {"asyncio.coroutine", "types.coroutine"}


def _collected(source: Source, call: ast.Call, name: str, parents: Parents) -> Coroutine | Refusal:
    """gather, wait, wait_for and shield take futures as well: only those made in the call itself belong to the new loop."""
    given = [call.args[0]] if name in ("wait", "wait_for", "shield") and call.args else call.args
    if name in _COLLECT and given and all(_is_fresh(source, part, parents) for part in given) and not _loops(call):
        whole = {"gather": "gather_all", "wait": "wait_for_all"}.get(name, "run_it")
        return Coroutine(call, source.names.fresh(whole))
    return ("gather-future", f"asyncio.{name} is given something that may belong to the old loop; move it into a coroutine")


def _loops(call: ast.Call) -> bool:
    return any(word.arg in ("loop", None) for word in call.keywords)


def _is_fresh(source: Source, node: ast.expr, parents: Parents) -> bool:
    """Is this a coroutine, a call that makes an awaitable here and now, or a collection of coroutines?"""
    if isinstance(node, ast.Starred):
        node = node.value
    value = value_of(source, node) if isinstance(node, ast.Name) else node
    stored = value is not node
    if isinstance(value, ast.Call):
        return is_coroutine_call(source, value, parents) if stored else True
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        parts: Sequence[ast.expr] = value.elts
    elif isinstance(value, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        parts = [value.elt]
    else:
        return False
    if stored and isinstance(node, ast.Name) and not _filled_with_coroutines(source, node, parents):
        return False
    return all(is_coroutine_call(source, part, parents) if stored else _is_fresh(source, part, parents) for part in parts)


def _filled_with_coroutines(source: Source, name: ast.Name, parents: Parents) -> bool:
    """Is nothing else done with a list than appending coroutines to it, and handing it over?"""
    scope = source.names.scope_at(name)
    for node in every_node(scope.node):
        if not (isinstance(node, ast.Name) and node.id == name.id and isinstance(node.ctx, ast.Load)) or node is name:
            continue
        call = parents.get(parents[node])
        appended = isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "append" and call.args
        if not appended or not is_coroutine_call(source, call.args[0], parents):  # type: ignore[union-attr]
            return False
    return True


def is_coroutine_call(source: Source, node: ast.expr | None, parents: Parents) -> bool:
    """Is this a call of an `async def` that can be seen: of this file, a method of self, or asyncio's own?"""
    if not isinstance(node, ast.Call):
        return False
    name = source.names.qualified(node.func) or ""
    if name.startswith("asyncio."):
        return name.removeprefix("asyncio.") in _COROUTINES
    found = _function_called(source, node, parents)
    return found is not None and is_coroutine_function(found)


def is_method_call(node: ast.Call) -> bool:
    """Is it a method that is called, which a subclass may have replaced?"""
    return isinstance(node.func, ast.Attribute)


def _function_called(source: Source, call: ast.Call, parents: Parents) -> ast.AST | None:
    """What a call runs, where it can be seen: a function of this file, `self.go()`, `Agent().go()`, or `agent.go()` for
    `agent = Agent(...)`."""
    if isinstance(call.func, ast.Name):
        meanings = source.names.lookup(call.func.id, source.names.scope_at(call.func)) or []
        return meanings[0].node if len(meanings) == 1 else None
    if not isinstance(call.func, ast.Attribute):
        return None
    owner, found = call.func.value, None
    if isinstance(owner, ast.Name):
        found = _class_of_self(owner, parents) or _class_made(source, value_of(source, owner))
    elif isinstance(owner, ast.Call):
        found = _class_made(source, owner)
    methods = [part for part in found.body if getattr(part, "name", "") == call.func.attr] if found is not None else []
    return methods[0] if len(methods) == 1 else None


def _class_of_self(name: ast.Name, parents: Parents) -> ast.ClassDef | None:
    node: ast.AST = name
    while (parent := parents.get(node)) is not None:
        if isinstance(parent, FUNCTIONS) and node in parent.body:
            arguments = [*parent.args.posonlyargs, *parent.args.args]
            outer = parents[parent]
            if isinstance(outer, ast.ClassDef):
                mine = bool(arguments) and arguments[0].arg == name.id and not parent.decorator_list
                return outer if mine else None
            if any(argument.arg == name.id for argument in arguments):
                return None
        node = parent
    return None


def _class_made(source: Source, value: ast.expr | None) -> ast.ClassDef | None:
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name)):
        return None
    meanings = source.names.lookup(value.func.id, source.names.scope_at(value.func)) or []
    node = meanings[0].node if len(meanings) == 1 else None
    return node if isinstance(node, ast.ClassDef) and not node.decorator_list else None


def is_coroutine_function(node: ast.AST) -> bool:
    """An undecorated `async def` that is no generator."""
    return isinstance(node, ast.AsyncFunctionDef) and not node.decorator_list and not _is_generator(node)


def _is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    stack: list[ast.AST] = list(node.body)
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(part, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            stack.extend(children(part))
    return False
