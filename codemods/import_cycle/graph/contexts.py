"""Every import statement of a module, and when it runs: at import time, under a condition, in a function, never."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterator, Sequence

from codemods.import_cycle.graph.uses import chain_of, is_main_guard, is_type_checking
from engine import Source

_WORD = re.compile("import")
_GUARDS = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException", ""))


def imports_of(source: Source) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every import statement with its context, in source order. Blocks without the word `import` are not entered."""
    lines = [bisect.bisect_right(source.line_starts, match.start()) for match in _WORD.finditer(source.text)]
    stack: list[tuple[ast.AST, str]] = [(node, "module") for node in reversed(source.tree.body)]
    while stack:
        node, context = stack.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                yield node, context
        elif isinstance(node, ast.match_case) or _any_between(lines, node.lineno, node.end_lineno):  # type: ignore[attr-defined]
            stack += [(child, inner) for child, inner in children(node, context)][::-1]


def _any_between(lines: Sequence[int], first: int, last: int) -> bool:
    at = bisect.bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def children(node: ast.AST, context: str) -> Iterator[tuple[ast.AST, str]]:
    """The statements directly below, each with the context that it stands in."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from ((child, _deeper(context, "function")) for child in node.body)
    elif isinstance(node, ast.ClassDef):
        yield from ((child, _deeper(context, "class")) for child in node.body)
    elif isinstance(node, ast.If):
        inner = "type-checking" if is_type_checking(node.test) else "main" if is_main_guard(node.test) else "conditional"
        yield from ((child, _deeper(context, inner)) for child in node.body)
        outer = context if inner in ("type-checking", "main") else _deeper(context, "conditional")
        yield from ((child, outer) for child in node.orelse)
    elif isinstance(node, (ast.Try, ast.TryStar)):
        caught = {chain_of(part).rpartition(".")[2] for handler in node.handlers for part in _types(handler)}
        inner = "guarded" if caught & _GUARDS or not node.handlers else "conditional"
        for part in (*node.body, *node.handlers, *node.orelse, *node.finalbody):
            yield part, _deeper(context, inner)
    else:
        for name in ("body", "cases", "orelse"):
            block: object = getattr(node, name, None)
            if isinstance(block, list):
                inherit = isinstance(node, (ast.ExceptHandler, ast.match_case, ast.With, ast.AsyncWith))
                yield from ((child, context if inherit else _deeper(context, "conditional")) for child in block)


def _types(handler: ast.ExceptHandler) -> list[ast.expr]:
    if handler.type is None:
        return [ast.Name("")]
    return list(handler.type.elts) if isinstance(handler.type, ast.Tuple) else [handler.type]


def _deeper(outer: str, inner: str) -> str:
    """Inside a function everything is lazy, and inside TYPE_CHECKING nothing runs; else the inner context counts."""
    return outer if outer in ("function", "type-checking", "main") else inner
