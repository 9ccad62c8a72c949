"""Which logger the executor gets, and at which level it logs.

The expression runs before the body, on every pass through it, so it must not fail where the old code did not:
only a logger that this file shows to be bound by then is used; else `logging.getLogger(__name__)`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TypeGuard

from codemods.broad_except.current import log_calls
from codemods.broad_except.logged import handler_levels
from codemods.broad_except.own_logger import NAME, is_set_by
from codemods.broad_except.sites import FUNCTIONS, BroadSite, File, Function, enclosing_class, last_name, outside_inner_handlers
from engine import ImportNeed, every_node, need_import

_NAMES = ("logger", "log", "LOGGER", "_logger", "LOG", "_log")
_STORES = re.compile(r"\bself\.logger\s*(?::[^=\n]*)?=(?!=)|\bdel\s+self\.logger\b")
_OTHERS = ("loguru", "structlog", "math", "numpy", "cmath")  # they have a log or a logger that is no logging.Logger
_MAKES = re.compile(r".*log", re.I)


@dataclass(frozen=True, slots=True)
class Logger:
    """The expression, what must be imported for it, and whether it is a `logging.Logger` for all the file shows."""

    code: str
    imports: tuple[ImportNeed, ...] = ()


def logger_for(file: File, site: BroadSite) -> Logger | None:
    """The logger at a site; None when even `logging` is another thing there.

    The logger that the handler itself uses goes first, when it is sure to be there.
    """
    uses_own = any(_is_own(call.func) for call in log_calls(outside_inner_handlers(site.handler.body)))
    for find in (_own_logger, _module_logger) if uses_own else (_module_logger, _own_logger):
        code = find(file, site)
        if code is not None:
            return Logger(code)
    before = file.source.start(site.tried) if isinstance(site.owner, ast.Module) else None
    name, imports = need_import(file.source, "logging", before=before)
    if not _means_module_level(file, site, name, bound=not imports):
        return None
    return Logger(f"{name}.getLogger(__name__)", imports)


def level_for(file: File, site: BroadSite) -> str:
    """The `level` argument as code; empty for the default, which is "error".

    A handler that logs, by itself or through a function that it calls, gets "debug", so that no level shows the same
    failure twice, and nothing when it logs at debug too. A handler that does nothing at all was quiet on purpose:
    "debug". So is every site under preserve: a record that nobody asked for must not reach a console.
    """
    levels = handler_levels(file, site)
    if levels:
        return "None" if levels & {"debug", "?"} else '"debug"'
    return '"debug"' if file.preserve or all(is_silent(statement) for statement in site.handler.body) else ""


def is_silent(statement: ast.stmt) -> bool:
    """`pass`, `...`, `continue`, `break` and a bare `return`."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Return):
        return statement.value is None
    return isinstance(statement, (ast.Pass, ast.Continue, ast.Break))


def is_std_logger(file: File, site: BroadSite, receiver: ast.expr) -> bool:
    """Is this surely a `logging.Logger` (or the module `logging`), whose methods take an exception as `exc_info`?"""
    if file.source.names.qualified(receiver) == "logging":
        return True
    if isinstance(receiver, ast.Attribute):
        return _is_own(ast.Attribute(receiver, "x", ast.Load())) and _makes_std(file, _own_value(file, site))
    if not isinstance(receiver, ast.Name):
        return False
    nodes = _module_nodes(file, site, receiver.id)
    return bool(nodes) and all(_makes_std(file, _value(file, node)) for node in nodes)


def _is_own(func: ast.expr) -> bool:
    """Is it a method of `self.logger`?"""
    value = func.value if isinstance(func, ast.Attribute) else None
    return isinstance(value, ast.Attribute) and last_name(value.value) == "self" and value.attr == "logger"


def _makes_std(file: File, value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and file.source.names.qualified(value.func) in ("logging.getLogger", "logging.Logger")


def _module_logger(file: File, site: BroadSite) -> str | None:
    line = site.tried.lineno if isinstance(site.owner, ast.Module) else 1 << 30
    for name in _NAMES:
        nodes = _module_nodes(file, site, name)
        if any(node.lineno < line for node in nodes) and all(_is_logger_node(file, node) for node in nodes):  # type: ignore[attr-defined]
            return name
    return None


def _is_logger_node(file: File, node: ast.AST) -> bool:
    """Does this binding import a logger or make one?"""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] not in _OTHERS
    value = _value(file, node)
    return isinstance(value, ast.Call) and bool(_MAKES.match(last_name(value.func)))


def _module_nodes(file: File, site: BroadSite, name: str) -> list[ast.AST]:
    """Where a name is bound at module level, when the site means that name and the first binding is not guarded."""
    bindings = file.source.names.module.bindings.get(name, [])
    if not bindings or bindings[0].guarded or not _means_module_level(file, site, name, bound=True):
        return []
    return [binding.node for binding in bindings]


def _value(file: File, node: ast.AST) -> ast.expr | None:
    """What a module-level name is assigned."""
    for statement in file.source.statements(ast.stmt):
        if node in getattr(statement, "targets", ()) or node is getattr(statement, "target", None):
            return getattr(statement, "value", None)
    return None


def _means_module_level(file: File, site: BroadSite, name: str, bound: bool) -> bool:
    """Is `name` at the site the module's, and nobody else's?"""
    names = file.source.names
    found = names.lookup(name.partition(".")[0], names.scope_at(site.handler))
    return found is None if not bound else found is not None and found is names.module.bindings.get(name.partition(".")[0])


def _own_logger(file: File, site: BroadSite) -> str | None:
    return "self.logger" if _own_value(file, site) is not None or _is_inherited(file, site) else None


def _is_inherited(file: File, site: BroadSite) -> bool:
    """Does the object have its logger from a class of the project by the time the try is entered?"""
    function, sure = site.owner, file.project.facts.get(NAME) or {}
    holder = enclosing_class(file.source, function)
    if holder is None or not _is_method(function):
        return False
    setter: str | None = sure.get((file.source.path, holder.name))
    return setter is not None and (function.name != "__init__" or is_set_by(holder, function, setter, site.tried.lineno))


def _is_method(function: ast.AST) -> TypeGuard[Function]:
    if not isinstance(function, FUNCTIONS) or function.decorator_list:
        return False
    return bool(function.args.args) and function.args.args[0].arg == "self"


def _own_value(file: File, site: BroadSite) -> ast.expr | None:
    """What `self.logger` was surely assigned by the time a method's body runs.

    In the class body, or in `__init__` above everything that could call a method of the object.
    """
    function = site.owner
    holder = enclosing_class(file.source, function)
    if holder is None or not _is_method(function):
        return None
    for statement in holder.body:
        if isinstance(statement, ast.Assign) and last_name(statement.targets[0]) == "logger":
            return statement.value if isinstance(statement.value, ast.Call) else None
    init = next((part for part in holder.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
    return _first_assignment(init, site) if init is not None and not _reassigns(file, holder) else None


def _first_assignment(init: ast.FunctionDef, site: BroadSite) -> ast.expr | None:
    for statement in init.body:
        if site.owner is init and statement.lineno >= site.tried.lineno:
            return None
        if isinstance(statement, ast.Assign) and any(_is_self_logger(target) for target in statement.targets):
            value = statement.value
            return value if isinstance(value, ast.Call) and _MAKES.match(last_name(value.func)) else None
        for node in every_node(statement):
            if isinstance(node, ast.Call) and _may_call_back(node):
                return None
    return None


def _is_self_logger(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "logger" and last_name(node.value) == "self"


def _reassigns(file: File, holder: ast.ClassDef) -> bool:
    """Is `self.logger` stored or deleted more than once in the class?"""
    return len(_STORES.findall(file.source.segment(holder))) > 1


def _may_call_back(call: ast.Call) -> bool:
    """May a call run a method of the object: `self.m()`, `super().__init__()`, `Thread(target=self.m)`?"""
    parts: list[ast.AST] = [*call.args, *call.keywords]
    if any(isinstance(node, ast.Name) and node.id == "self" for part in parts for node in every_node(part)):
        return True
    if not isinstance(call.func, ast.Attribute):
        return last_name(call.func) == "self"
    owner = call.func.value
    return last_name(owner) == "self" or (isinstance(owner, ast.Call) and last_name(owner.func) == "super")
