"""What stands around a node in words (a loop, a coroutine), and what a captured node is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from codemods.pattern.captures import Capture, File, Found
from codemods.pattern.shapes import COMPREHENSIONS, dotted
from engine import every_node

if TYPE_CHECKING:
    from codemods.pattern.rules import Condition, Rule

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)

PLACES = ("function", "coroutine", "method", "class", "loop", "with", "try", "handler", "module")


def stands(kind: str, word: str, node: ast.AST, file: File) -> bool:
    """Is the node inside what the word says; or, for the kind `imported`, does its file import that?"""
    if kind == "imported":
        return word in file.imported or any(f"{one}.".startswith(f"{word}.") for one in file.starred)
    if word in ("function", "coroutine", "method", "module"):
        function = next((outer for outer, child in file.around(node) if _runs_in(outer, child)), None)
        if word in ("function", "module"):
            return (function is None) == (word == "module")
        if word == "coroutine":
            return isinstance(function, ast.AsyncFunctionDef)
        return isinstance(function, _DEFS) and isinstance(file.parent(function), ast.ClassDef)
    if word == "class":
        return any(isinstance(outer, ast.ClassDef) and child in outer.body for outer, child in file.around(node))
    for outer, child in file.around(node):
        if _runs_in(outer, child):
            return False
        if _PLACES[word](outer, child):
            return True
    return False


def _runs_in(outer: ast.AST, child: ast.AST) -> bool:
    """Does a function or lambda hold this in its body, not in its decorators, defaults or annotations?"""
    if not isinstance(outer, _FUNCTIONS):
        return False
    return child is outer.body if isinstance(outer, ast.Lambda) else child in outer.body


def _in_loop(outer: ast.AST, child: ast.AST) -> bool:
    if isinstance(outer, ast.While):
        return child is outer.test or child in outer.body
    return isinstance(outer, (ast.For, ast.AsyncFor)) and child in outer.body


_PLACES: Mapping[str, Callable[[ast.AST, ast.AST], bool]] = {
    "loop": _in_loop,
    "with": lambda outer, child: isinstance(outer, (ast.With, ast.AsyncWith)) and child in outer.body,
    "try": lambda outer, child: isinstance(outer, (ast.Try, ast.TryStar)) and child in outer.body,
    "handler": lambda outer, child: isinstance(outer, ast.ExceptHandler) and child in outer.body,
}


# -- captures ----------------------------------------------------------------------------


def _constant(node: ast.AST | str, *types: type) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in types


def _number(node: ast.AST | str) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return _constant(node.operand, int, float, complex)
    return _constant(node, int, float, complex)


KINDS: Mapping[str, Callable[[ast.AST | str], bool]] = {
    "literal": lambda node: isinstance(node, ast.Constant) or _number(node),
    "string": lambda node: _constant(node, str),
    "bytes": lambda node: _constant(node, bytes),
    "number": _number,
    "bool": lambda node: _constant(node, bool),
    "none": lambda node: _constant(node, type(None)),
    "name": lambda node: isinstance(node, (str, ast.Name)),
    "dotted": lambda node: isinstance(node, str) or bool(dotted(node)),
    "call": lambda node: isinstance(node, ast.Call),
    "f-string": lambda node: isinstance(node, ast.JoinedStr),
    "list": lambda node: isinstance(node, ast.List),
    "tuple": lambda node: isinstance(node, ast.Tuple),
    "dict": lambda node: isinstance(node, ast.Dict),
    "set": lambda node: isinstance(node, ast.Set),
    "lambda": lambda node: isinstance(node, ast.Lambda),
    "await": lambda node: isinstance(node, ast.Await),
    "comprehension": lambda node: isinstance(node, COMPREHENSIONS),
}


def suits(condition: Condition, found: Found, file: File) -> Iterator[Found]:
    """What the metavariables hold when the one that the condition speaks of is as it asks."""
    capture = found.get(condition.meta)
    if capture is None:
        return
    node = _bare(capture.nodes[0]) if capture.nodes else ""
    if condition.kind == "is":
        if not capture.many and any(KINDS[word](node) for word in condition.words):
            yield found
    elif condition.kind == "matches":
        if condition.pattern is not None and condition.pattern.search(text_of(capture, file)):
            yield found
    elif condition.kind == "resolves-to":
        if _meaning(node, file) & {*condition.words, *(f"builtins.{word}" for word in condition.words)}:
            yield found
    elif condition.rule is not None and not isinstance(node, str):
        if condition.kind == "match":
            yield from condition.rule.matches(node, found, file)
        else:
            for each in capture.nodes:
                yield from below(condition.rule, each, found, file)  # type: ignore[arg-type]


def below(rule: Rule, node: ast.AST, found: Found, file: File) -> Iterator[Found]:
    """The rule is met somewhere below a node."""
    for inner in every_node(node):
        if inner is not node:
            yield from rule.matches(inner, found, file)


def _bare(node: ast.AST | str) -> ast.AST | str:
    """The expression of a statement that is nothing else."""
    return node.value if isinstance(node, ast.Expr) else node


def _meaning(node: ast.AST | str, file: File) -> set[str]:
    if not isinstance(node, ast.expr):
        return set()
    meaning = file.source.names.qualified(node)
    return {meaning} if meaning else set()


def text_of(capture: Capture, file: File) -> str:
    """What a capture says: the value of a string literal, a plain name, else the code as written."""
    if not capture.nodes:
        return ""
    first, last = _bare(capture.nodes[0]), capture.nodes[-1]
    if isinstance(first, str) or isinstance(last, str):
        return str(first)
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and not capture.many:
        return first.value
    return file.source.text[file.source.start(first) : file.source.end(last)]
