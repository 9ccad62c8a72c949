"""flake8's E900: a broad except. Imports nothing of ours, so that it works inside any environment and any target."""

import ast
from collections.abc import Iterator, Sequence

from rewright import __version__

SUPPORT = "# rewright-support:"  # the first line of a support module: its own handlers are broad on purpose
BROAD = ("Exception", "BaseException")
MESSAGE = "E900 {caught} also catches bugs: name what can go wrong here, or use SafeExecutor (`rewright diff --unsafe` shows how)"


class BroadExcept:
    """The plugin as flake8 wants it: made with a tree and its lines, then run."""

    name = "rewright"
    version = __version__

    def __init__(self, tree: ast.AST, lines: Sequence[str]) -> None:
        self.tree, self.lines = tree, lines

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """(line, 1-based; column, 0-based; message; plugin) of each broad handler."""
        if self.lines and self.lines[0].startswith(SUPPORT):
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ExceptHandler) and (caught := _caught(node.type)):
                yield node.lineno, node.col_offset, MESSAGE.format(caught=caught), type(self)


def _caught(expression: ast.expr | None) -> str:
    """What makes a handler broad, in words; empty when it is not."""
    if expression is None:
        return "bare except"
    if isinstance(expression, ast.Tuple):
        return next((f"`except (..., {name}, ...)`" for name in map(_name, expression.elts) if name), "")
    return f"`except {_name(expression)}`" if _name(expression) else ""


def _name(expression: ast.expr) -> str:
    """`Exception` or `BaseException`, perhaps as an attribute of `builtins`; empty for anything else."""
    if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name) and expression.value.id == "builtins":
        return expression.attr if expression.attr in BROAD else ""
    return expression.id if isinstance(expression, ast.Name) and expression.id in BROAD else ""
