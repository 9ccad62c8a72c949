"""Replace one exception class by another in `except` clauses.

What it does
    `except Exception:` becomes `except OSError:`, also where the class stands in a tuple or under
    `except*`. The class is found by what its name resolves to, through imports and aliases, and not by
    its spelling. Only that one name changes; the rest of the file keeps its bytes.

Why
    A class was moved, renamed or deprecated, or a clause should name what really happens. It is also
    the smallest codemod here: a pattern to copy.

When it skips
    `ambiguous-name`: the name has several meanings in this file, so it cannot be resolved.
    `shadowed`: the new class's name means something else there, or a star import may hide it.
    `already-caught`: this clause, or one above it, names the new class already.
    `except-star`: `except*` cannot name an exception group.

Applicability
    Always unsafe: other exceptions are caught than before.

Options
    `from`: the class to replace, dotted (`zmq.error.ZMQError`); without a dot, a builtin.
    `to`: the class that takes its place, in the same spelling. It is imported where it must be.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine import (
    Applicability,
    Change,
    Codemod,
    ImportNeed,
    Option,
    Project,
    Skip,
    SliceError,
    Source,
    need_import,
    replace_expression,
)

# Star imports do rebind TimeoutError and ConnectionError (asyncio, redis), but not these.
_NEVER_REBOUND = frozenset({"BaseException", "Exception", "OSError", "ValueError", "TypeError", "KeyError", "RuntimeError"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def run_file(source: Source, _: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each mention of `from` in an `except` clause of this file."""
    old, new = _dotted(options["from"]), _dotted(options["to"])
    if old == new:
        return
    for clauses in source.statements(ast.stmt):
        if isinstance(clauses, (ast.Try, ast.TryStar)):
            for handler, member in _members(clauses):
                if isinstance(member, (ast.Name, ast.Attribute)) and _means(source, member, old):
                    yield _item(source, clauses, handler, member, new)


def _dotted(name: str) -> str:
    return name if "." in name else f"builtins.{name}"


def hints(options: Mapping[str, Any]) -> tuple[bytes, ...]:
    """A clause that names the class, or spans lines; or, rarely, an alias that may stand in a clause."""
    name = re.escape(options["from"].rpartition(".")[2]).encode()
    clause = rb"except\b(?:[^\n]*\b%s\b|[^\n:]*(?:\\|\([^)\n]*)\r?\n)" % name
    return clause, rb"%s(?<!\w%s)[\s\\]+as\b" % (name, name)  # without an alias the clause itself holds the name


def _members(clauses: ast.Try | ast.TryStar) -> Iterator[tuple[ast.ExceptHandler, ast.expr]]:
    """Each handler with each class that it names."""
    for handler in clauses.handlers:
        if handler.type is not None:
            for member in handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]:
                yield handler, member


def _means(source: Source, member: ast.Name | ast.Attribute, old: str) -> bool:
    """Is this the class, or a name spelled like it whose meaning is not clear?"""
    name = member.id if isinstance(member, ast.Name) else member.attr
    if name != old.rpartition(".")[2] and old.startswith("builtins.") and "builtins" not in source.text:
        return False
    found = source.names.qualified(member)
    return found == old or (found is None and name == old.rpartition(".")[2])


def _item(
    source: Source, clauses: ast.Try | ast.TryStar, handler: ast.ExceptHandler, member: ast.Name | ast.Attribute, new: str
) -> Change | Skip:
    site, (module, _, name) = source.site(handler), new.rpartition(".")
    data = {"from": source.segment(member), "to": new.removeprefix("builtins.")}
    if source.names.qualified(member) is None:
        return Skip(site, "ambiguous-name", f"{source.segment(member)} has several meanings in this file", data)
    if isinstance(clauses, ast.TryStar) and name.endswith("ExceptionGroup"):
        return Skip(site, "except-star", f"except* cannot name {name}", data)
    if any(source.names.qualified(other) == new for other in _caught_so_far(clauses, handler)):
        return Skip(site, "already-caught", f"{name} is caught here already; merge or drop the clause by hand", data)
    code, imports = _spelling(source, handler, module, name)
    if code is None:
        return Skip(site, "shadowed", f"{name} means something else here, or a star import may hide it", data)
    try:
        rewrite = replace_expression(source, clauses, member, code)
    except SliceError as error:
        return Skip(site, error.reason, str(error), data)
    message = f"catch {data['to']} in place of {data['from']}"
    return Change(site, message, Applicability.UNSAFE, rewrite.edits, (rewrite.span,), imports, data=data)


def _caught_so_far(clauses: ast.Try | ast.TryStar, handler: ast.ExceptHandler) -> list[ast.expr]:
    """The classes that this clause and those above it name."""
    return [member for clause, member in _members(clauses) if clause.lineno <= handler.lineno]


def _spelling(source: Source, handler: ast.ExceptHandler, module: str, name: str) -> tuple[str | None, tuple[ImportNeed, ...]]:
    """How the new class is written at this clause, and the import that this takes; None when its name is taken."""
    scope = source.names.scope_at(handler)
    if module == "builtins":
        hidden = source.names.has_star_import and name not in _NEVER_REBOUND
        free = source.names.lookup(name, scope) is None and not hidden
        return (name if free else None), ()
    in_function = any(isinstance(node, _DEFINITIONS) for node in source.ancestors(handler))
    local, imports = need_import(source, module, name, None if in_function else source.start(handler))
    meanings = source.names.lookup(local, scope) or []
    if any(meaning.target != f"{module}.{name}" for meaning in meanings):
        return None, ()
    return local, imports


CODEMOD = Codemod(
    name="rename-exception",
    summary="Replace one exception class by another in except clauses.",
    version=1,
    run_file=run_file,
    hints=hints,
    options=(
        Option("from", "str", "Exception", "the class to replace, dotted; without a dot, a builtin"),
        Option("to", "str", "OSError", "the class that takes its place"),
    ),
    doc=__doc__ or "",
)
