"""What has to be known of the text of a file so that a plan can tell which of its ways can be written. Facts only.

The rewrite sees one file at a time, the plan none: a way that a file's layout forbids is found out here, by the scan.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from codemods.import_cycle.graph.uses import chain_of, is_main_guard, names_in
from codemods.import_cycle.nouns import Call
from engine import Source

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Shapes:
    """One file's layout; each part is found out when somebody asks."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def one_line(self) -> dict[str, int]:
        """Names that a function (or main block) without room for an import uses, with the line of its body."""
        found: dict[str, int] = {}
        for block, inside in outermost(self.source.tree.body):
            first = first_statement(block)
            if not begins_line(self.source, first):
                own = ast.walk(block.args) if isinstance(block, FUNCTIONS) else ()
                for name in names_in(inside) - {part.arg for part in own if isinstance(part, ast.arg)}:
                    found.setdefault(name, first.lineno)
        return found

    @cached_property
    def unquotable(self) -> dict[str, int]:
        """Names in annotations that cannot be put into quotes, with the line of the annotation."""
        found: dict[str, int] = {}
        for node in annotations_of(self.source.tree.body):
            plain = isinstance(node, (ast.Name, ast.Attribute)) and node.lineno == node.end_lineno
            if not plain and not quotes(self.source, node):
                for part in ast.walk(node):
                    if isinstance(part, ast.Name):
                        found.setdefault(part.id, node.lineno)
        return found

    @cached_property
    def functions(self) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
        """`id` of each import that stands directly in a function's body, and that function."""
        return {
            id(child): node
            for node in self.source.statements(ast.stmt)
            if isinstance(node, FUNCTIONS)
            for child in node.body
            if isinstance(child, (ast.Import, ast.ImportFrom))
        }

    @cached_property
    def _calls(self) -> dict[int, ast.Expr]:
        """Every statement that is a call, by the offset of its first character."""
        return {
            self.source.start(node): node
            for node in self.source.statements(ast.Expr)
            if isinstance(node.value, ast.Call) or (isinstance(node.value, ast.Await) and isinstance(node.value.value, ast.Call))
        }

    def calls(self, local: str, places: Sequence[int]) -> tuple[Call, ...]:
        """Every use of a name as a call whose result is dropped; empty when one of them is anything else.

        `places`: the offsets at which the first part of `local` stands by itself, but for the import.
        """
        found = []
        for at in places:
            start = self.source.line_start(at)
            start += len(self.source.text[start:at]) - len(self.source.text[start:at].lstrip())
            statement = self._calls.get(start)
            if statement is None or (call := call_of(statement, local)) is None or self.source.start(call_in(statement)) != at:
                return ()
            found.append(call)
        return tuple(found)


def inside(shapes: Shapes, node: ast.Import | ast.ImportFrom, local: str) -> tuple[set[str], str, tuple[Call, ...]]:
    """How an import inside a function is used there, why it has to stay, and the calls, when all uses are such."""
    source = shapes.source
    function = shapes.functions.get(id(node))
    if function is None:
        return set(), "conditional-import", ()
    fixed = "" if stands_alone(source, node) else "shares-line"
    if "#" in source.segment(node):
        fixed = "commented-import"
    first, start, end = local.partition(".")[0], source.start(node), source.end(node)
    low, high = source.line_start(source.start(top_of(function))), source.end(function)
    found = [at for at in occurrences(source.text, first, low, high) if not start <= at < end]
    calls = shapes.calls(local, found) if found else ()
    kinds = {"function"} if found else set()
    return kinds | ({"call-only"} if calls else set()), fixed, calls


def occurrences(text: str, word: str, start: int, end: int) -> Iterator[int]:
    """Where a word stands by itself in text[start:end]; what stands behind a dot is an attribute of something else."""
    at = text.find(word, start, end)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (before.isalnum() or before in ("_", ".") or after.isalnum() or after == "_"):
            yield at
        at = text.find(word, at + len(word), end)


def call_in(statement: ast.Expr) -> ast.Call:
    """The call of a statement that is one, awaited or not."""
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    assert isinstance(value, ast.Call), "only such statements are kept"
    return value


def call_of(statement: ast.Expr, local: str) -> Call | None:
    """The call, when it is one of this name or of its attribute, and names it nowhere else."""
    call = call_in(statement)
    chain = chain_of(call.func)
    head, _, last = chain.rpartition(".")
    if local not in (chain, head):
        return None
    first = local.partition(".")[0]
    if sum(isinstance(part, ast.Name) and part.id == first for part in ast.walk(call)) > 1:
        return None
    return Call(
        statement.lineno,
        last if head == local else "",
        len(call.args),
        tuple(keyword.arg or "" for keyword in call.keywords),
        isinstance(statement.value, ast.Await),
        any(isinstance(one, ast.Starred) for one in call.args) or any(keyword.arg is None for keyword in call.keywords),
    )


# -- blocks ----------------------------------------------------------------------------------


def outermost(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
    """Each outermost function and main block, with the statements that run when it does."""
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield node, node.body
        elif isinstance(node, ast.If) and is_main_guard(node.test):
            yield node, node.body
            yield from outermost(node.orelse)
        else:
            for part in _inner(node):
                yield from outermost(part)


def _inner(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement."""
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for name in ("handlers", "cases"):
        for part in getattr(node, name, []):
            yield part.body


def first_statement(block: ast.stmt) -> ast.stmt:
    """The statement of a function or main block above which an import would go: the first behind the docstring."""
    body: list[ast.stmt] = block.body  # type: ignore[attr-defined]
    return body[1] if len(body) > 1 and isinstance(block, FUNCTIONS) and is_docstring(body[0]) else body[0]


def is_docstring(node: ast.stmt) -> bool:
    """Is this statement a text and nothing else?"""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def top_of(node: ast.stmt) -> ast.stmt | ast.expr:
    """The statement, or the first of its decorators."""
    parts: list[ast.stmt | ast.expr] = [node, *getattr(node, "decorator_list", [])]
    return min(parts, key=lambda part: part.lineno)


def begins_line(source: Source, node: ast.stmt) -> bool:
    """Does nothing but blanks stand before a statement on its line?"""
    start = source.start(top_of(node))
    return not source.text[source.line_start(start) : start].rstrip("@").strip(" \t\f")


def stands_alone(source: Source, node: ast.stmt) -> bool:
    """Has a statement its lines to itself, but for a comment behind it?"""
    start, end = source.start(node), source.end(node)
    after = source.text[end : source.line_end(end)]
    continued = source.text.endswith(("\\\n", "\\\r\n"), 0, source.line_start(start))
    return begins_line(source, node) and not continued and bool(re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", after))


# -- annotations -----------------------------------------------------------------------------


def annotations_of(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """Every annotation outside function bodies, outermost expressions only."""
    for node in body:
        if isinstance(node, FUNCTIONS):
            given = node.args
            for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
                if argument is not None and argument.annotation is not None:
                    yield argument.annotation
            if node.returns is not None:
                yield node.returns
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation
        else:
            for part in _inner(node):
                yield from annotations_of(part)


def quotes(source: Source, node: ast.expr) -> str:
    """The annotation in quotes; empty when it cannot be put into them."""
    text = source.segment(node)
    quote = next((mark for mark in ('"', "'") if mark not in text), "")
    return "" if not quote or "\n" in text or "\r" in text or "\\" in text else f"{quote}{text}{quote}"
