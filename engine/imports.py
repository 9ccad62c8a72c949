"""The import planner: which local name a needed import gets, and where its line goes.

Placed behind the docstring, `__future__` imports, the imports already there and any
`sys.path` set-up above the first use; never inside a try, a function or a TYPE_CHECKING block.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from engine.bindings import scopes
from engine.model import Edit, ImportNeed
from engine.source import Source

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def need_import(source: Source, module: str, name: str = "", before: int | None = None) -> tuple[str, tuple[ImportNeed, ...]]:
    """The local name for `from module import name` (or `import module`), and what must be imported for it.

    `before` is the 0-based offset of the first use when that use runs while the module is
    being imported; None when it runs later, inside a function. An import that is already
    there, unguarded and above that use, is used under its own name. Otherwise a name that
    nothing in the file uses is chosen: `SafeExecutor`, else `SafeExecutor_2`, ...
    A dotted module without a name is imported under an alias when its first part is taken.
    """
    line = source.position(before)[0] if before is not None else 1 << 30
    existing = source.names.imported_as(module, name, line)
    if existing is not None:
        return existing, ()
    wanted = name or module
    first = wanted.partition(".")[0]
    if first in source.names.identifiers and _is_taken(source, first):
        alias = source.names.fresh(name or module.replace(".", "_"))
        return alias, (ImportNeed(source.path, module, name, alias),)
    return wanted, (ImportNeed(source.path, module, name),)


def import_edits(source: Source, needs: Iterable[ImportNeed], before: int | None = None) -> tuple[Edit, ...]:
    """One insertion that writes the needed imports, sorted and without doubles.

    `before` is the 0-based offset of the first change in the file; the imports stand above
    the top-level statement that holds it.
    """
    lines = sorted({_statement(need) for need in needs}, key=lambda line: (line.startswith("from"), line))
    if not lines:
        return ()
    anchor = _anchor(source, len(source.text) if before is None else before)
    newline = source.newline
    block = newline.join(lines) + newline
    if anchor is None:
        return (_at_top(source, block),)
    at = source.line_end(source.end(anchor))
    if at == len(source.text) and not source.text.endswith(("\n", "\r")):
        block = newline + block.removesuffix(newline)
    elif not _is_import(anchor):
        block = newline + block
        following = source.tree.body[source.tree.body.index(anchor) + 1 :]
        if following and _is_docstring(anchor) and source.text[at : source.line_end(at)].strip():
            block += _gap(source, following[0])
    return (source.edit(at, at, block),)


def clash(path: str, needs: Iterable[ImportNeed]) -> str:
    """Why these imports cannot stand together in this file, as a sentence; empty when they can."""
    own = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    meanings: dict[str, ImportNeed] = {}
    for need in needs:
        local = need.alias or need.name or need.module
        if need.module == own:
            return f"the file would import itself as {own}"
        if meanings.setdefault(local, need) != need:
            return f"{local} would be imported from two places"
    return ""


def _statement(need: ImportNeed) -> str:
    alias = f" as {need.alias}" if need.alias else ""
    return f"from {need.module} import {need.name}{alias}" if need.name else f"import {need.module}{alias}"


def _is_taken(source: Source, name: str) -> bool:
    """Does any scope of the file give `name` a meaning of its own, or read it without ever binding it?"""
    if any(name in scope.bindings for scope in scopes(source.names.module)):
        return True
    nodes = ast.walk(source.tree)  # lambdas, comprehensions, builtins, and what a star import brings
    return any(name == (getattr(node, "id", None) or getattr(node, "arg", None)) for node in nodes)


def _anchor(source: Source, before: int) -> ast.stmt | None:
    """The last statement of the module's import section: imports, guarded imports and `sys.path` set-up.

    The section ends at the first definition, but a `sys.path` set-up below it, above the first
    use, moves the anchor down: what is imported may live on the path that it sets.
    """
    anchor: ast.stmt | None = None
    prologue = True
    for index, statement in enumerate(source.tree.body):
        if source.end(statement) > before:
            break
        if isinstance(statement, _DEFINITIONS):
            prologue = False
        elif (
            (index == 0 and _is_docstring(statement))
            or _sets_path(source, statement)
            or (prologue and (_is_import(statement) or _is_guarded_import(statement)))
        ):
            last = _past_shared_line(source, index)
            if source.end(last) <= before or _stays_first(statement):  # else the import stands above that line
                anchor = last
    return anchor


def _past_shared_line(source: Source, index: int) -> ast.stmt:
    """With `import a; x = 1` on one line, the last statement of that line."""
    body = source.tree.body
    while index + 1 < len(body) and body[index + 1].lineno <= (body[index].end_lineno or 0):
        index += 1
    return body[index]


def _stays_first(statement: ast.stmt) -> bool:
    return _is_docstring(statement) or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _is_docstring(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, _IMPORTS)


def _is_guarded_import(statement: ast.stmt) -> bool:
    if not isinstance(statement, (ast.Try, ast.If)):
        return False
    return any(isinstance(inner, _IMPORTS) for inner in statement.body)


def _sets_path(source: Source, statement: ast.stmt) -> bool:
    return "sys.path" in source.segment(statement) and not isinstance(statement, _DEFINITIONS)


def _at_top(source: Source, block: str) -> Edit:
    """No docstring and no import: above the first statement and the comment block that belongs to it."""
    if not source.tree.body:
        return source.edit(len(source.text), len(source.text), block)
    first = source.tree.body[0]
    decorators = getattr(first, "decorator_list", [])
    at = source.line_start(source.start(min([first, *decorators], key=lambda part: part.lineno)))
    lines = [(start, source.text[start : source.line_end(start)]) for start in source.line_starts if start < at]
    while lines and lines[-1][1].startswith("#") and not _is_header(lines):
        at = lines.pop()[0]
    return source.edit(at, at, block + _gap(source, first))


def _gap(source: Source, below: ast.stmt) -> str:
    """The blank lines between the imports and the statement below them."""
    shares_line = _is_import(below) and _past_shared_line(source, source.tree.body.index(below)) is not below
    return source.newline * (0 if shares_line else 2 if isinstance(below, _DEFINITIONS) else 1)


def _is_header(lines: list[tuple[int, str]]) -> bool:
    """The comment block at the very top (shebang, cookie, licence) belongs to the file, not to the statement."""
    return all(line.startswith("#") for _, line in lines)
