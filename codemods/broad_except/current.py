"""Code that looks at the exception being handled without being given it: `traceback.format_exc()`, `exc_info=True`.

After the rewrite none is being handled. Some looks can be given the exception instead; the rest are reasons to skip.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

from codemods.broad_except.sites import last_name

Look = Literal["exception-call", "exc-info", "format-exc", "print-exc", "other"]

_READS = frozenset({"format_exc", "print_exc", "exc_info"})
_WHOLE: dict[str, Look] = {"format_exc": "format-exc", "print_exc": "print-exc"}
_WHEN_EMPTY = frozenset({"capture_exception", "captureException", "print_exception", "post_mortem", "notice_error"})
_LOGGER = re.compile(r"_*(\w+_)?(log|logger|logging)", re.I)
LOG_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"})


def is_logger(node: ast.AST) -> bool:
    """Is an expression named like a logger: `log`, `self.logger`, `logging`, `self._get_logger()`?"""
    if isinstance(node, ast.Call):
        return bool(re.fullmatch(r"_*get_?logger", last_name(node.func), re.I))
    return bool(_LOGGER.fullmatch(last_name(node)))


def log_calls(nodes: Iterator[ast.AST]) -> Iterator[ast.Call]:
    """The calls of a logging method on something named like a logger."""
    for node in nodes:
        if isinstance(node, ast.Call) and _is_log_method(node.func):
            yield node


def _is_log_method(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and func.attr in LOG_METHODS and is_logger(func.value)


def looks(nodes: Iterator[ast.AST], name: str | None = None) -> Iterator[tuple[Look, ast.expr]]:
    """Every look at the current exception among `nodes`. `name`: what the handler calls its exception."""
    called: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            look = _of_call(node, name)
            if look is not None:
                called.add(id(node.func))
                yield look
        elif isinstance(node, (ast.Attribute, ast.Name)) and id(node) not in called and _reads(node):
            yield "other", node


def _of_call(call: ast.Call, name: str | None) -> tuple[Look, ast.expr] | None:
    called = last_name(call.func)
    if called in _WHOLE and not call.args and not call.keywords and isinstance(call.func, ast.Attribute):
        return _WHOLE[called], call
    if called in ("exception", "aexception") and _logs(call):
        plain = called == "exception" and isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Call)
        return ("exception-call" if plain and call.args and is_logger(getattr(call.func, "value", call)) else "other"), call
    if called in _WHEN_EMPTY and not call.args:
        return "other", call
    if called in ("handleError", "opt") and isinstance(call.func, ast.Attribute):
        return "other", call
    for keyword in call.keywords:
        if keyword.arg == "exc_info" and not _is_given(keyword.value, name):
            plain = isinstance(keyword.value, ast.Constant) and is_logger(getattr(call.func, "value", call))
            return ("exc-info" if plain else "other"), (keyword.value if plain else call)
    return None


def _logs(call: ast.Call) -> bool:
    """Is a call of something named `exception` or `aexception` one that logs? `task.exception()` asks a future for its error."""
    given = bool(call.args) or any(keyword.arg != "timeout" for keyword in call.keywords)
    return given or last_name(call.func) == "aexception" or is_logger(getattr(call.func, "value", call))


def _is_given(value: ast.expr, name: str | None) -> bool:
    """`exc_info=e`, or one that asks for nothing."""
    if isinstance(value, ast.Constant):
        return not value.value
    return name is not None and isinstance(value, ast.Name) and value.id == name


def _reads(node: ast.Attribute | ast.Name) -> bool:
    """A function that tells the current exception, called or handed on."""
    return isinstance(node.ctx, ast.Load) and (
        last_name(node) in _READS or (last_name(node) == "exception" and last_name(getattr(node, "value", node)) == "sys")
    )
