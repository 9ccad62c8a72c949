"""The ways out of a suite, from statement control flow alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def exits(body: Iterable[ast.stmt]) -> set[str]:
    """The ways out of a suite: some of fall, return, raise, break, continue."""
    ways: set[str] = set()
    for statement in body:
        ways |= (own := _exits_of(statement))
        if "fall" not in own:
            return ways - {"fall"}
    return ways | {"fall"}


def _exits_of(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.Raise, ast.Return, ast.Break, ast.Continue)):
        return {type(statement).__name__.lower()}
    if isinstance(statement, ast.If):
        return exits(statement.body) | exits(statement.orelse)
    if isinstance(statement, (ast.While, ast.For, ast.AsyncFor)):
        inner = exits(statement.body)
        forever = isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and bool(statement.test.value)
        ends = exits(statement.orelse) - ({"fall"} if forever else set())
        return (inner - {"break", "continue", "fall"}) | ends | ({"fall"} if "break" in inner else set())
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        inner = exits(statement.body)
        return inner | {"fall"} if "raise" in inner else inner  # the context manager may suppress it
    if isinstance(statement, (ast.Try, ast.TryStar)):
        return _exits_of_try(statement)
    if isinstance(statement, ast.Match):
        return {"fall"}.union(*(exits(case.body) for case in statement.cases))
    return {"fall"}


def _exits_of_try(statement: ast.Try | ast.TryStar) -> set[str]:
    inner = exits([*statement.body, *statement.orelse])
    if statement.handlers:
        inner = (inner - {"raise"}).union(*(exits(handler.body) for handler in statement.handlers))
    last = exits(statement.finalbody)
    return inner | (last - {"fall"}) if "fall" in last else last
