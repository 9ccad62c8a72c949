"""What inner handlers stop: except clauses, `contextlib.suppress`, and the assertions of test frameworks."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.broad_except.inference.chains import chain, last_name
from codemods.broad_except.inference.model import Caught
from engine import children

_NOT_ENTERED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.expr)
_SUPPRESSES = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})


def stopped(handlers: Sequence[ast.ExceptHandler]) -> Caught:
    """The chains of what these handlers stop; one that raises its exception again stops nothing."""
    found: list[str] = []
    for handler in handlers:
        types = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
        texts = [chain(one) if one else "BaseException" for one in types]
        if not raises_again(handler):
            found += texts
    return tuple(dict.fromkeys(found))


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Does some path of the handler end in a bare `raise`, or `raise e`?"""
    stack: list[ast.AST] = list(handler.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Raise) and (node.exc is None or (isinstance(node.exc, ast.Name) and node.exc.id == handler.name)):
            return True
        if not isinstance(node, _NOT_ENTERED):
            stack.extend(children(node))
    return False


def suppressed(node: ast.expr) -> list[str]:
    """What `with contextlib.suppress(A, B)` and `with pytest.raises(A)` stop."""
    if not isinstance(node, ast.Call) or last_name(chain(node.func)) not in _SUPPRESSES:
        return []
    types = node.args if last_name(chain(node.func)) == "suppress" else node.args[:1]
    return [chain(part) for one in types for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
