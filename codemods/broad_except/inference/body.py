"""What a body runs: its nodes in source order, each with what the inner tries around it stop.

The bodies of functions and lambdas that stand in it do not run there; comprehensions do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemods.broad_except.inference.handlers import stopped, suppressed
from codemods.broad_except.inference.model import Caught
from engine import children

_NEVER_RUN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def executed(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.AST, Caught]]:
    """Every node that runs when the body runs."""
    stack: list[tuple[ast.AST, Caught]] = [(node, ()) for node in reversed(body)]
    while stack:
        node, caught = stack.pop()
        if isinstance(node, _NEVER_RUN):
            stack.extend((part, caught) for part in reversed(_defaults(node)))
            continue
        yield node, caught
        stack.extend(reversed(list(_parts(node, caught))))


def statements_of(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body, those of inner tries in their place: a handler inside does not make a body shorter."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.Try) or type(statement).__name__ == "TryStar":
            found += statements_of(statement.body)  # type: ignore[attr-defined]
        else:
            found.append(statement)
    return found


def _parts(node: ast.AST, caught: Caught) -> Iterator[tuple[ast.AST, Caught]]:
    if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        inside = (*caught, *stopped(node.handlers))  # type: ignore[attr-defined]
        yield from ((part, inside) for part in node.body)  # type: ignore[attr-defined]
        for handler in node.handlers:  # type: ignore[attr-defined]
            yield from ((part, caught) for part in handler.body)
        yield from ((part, caught) for part in (*node.orelse, *node.finalbody))  # type: ignore[attr-defined]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        inside = caught
        for item in node.items:
            yield item, caught
            inside = (*inside, *suppressed(item.context_expr))
        yield from ((part, inside) for part in node.body)
    elif isinstance(node, ast.AnnAssign):
        yield from ((part, caught) for part in (node.value, node.target) if part is not None)
    else:
        yield from ((part, caught) for part in children(node))


def _defaults(node: ast.AST) -> list[ast.AST]:
    arguments: ast.arguments = node.args  # type: ignore[attr-defined]
    decorators = getattr(node, "decorator_list", [])
    return [*decorators, *arguments.defaults, *(part for part in arguments.kw_defaults if part is not None)]
