"""What becomes of the handler's `e`: the except clause deletes it at its end, the with-form does not.

So nothing may read that name where the deletion would have been felt.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.broad_except.sites import FUNCTIONS, LOOPS, BroadSite, File
from engine import children, every_node

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Use:
    """A read (or deletion) of a name: the innermost handler that binds it around it, and whether code that
    may run later (a function, a lambda, a generator expression) holds it."""

    node: ast.Name
    binder: ast.ExceptHandler | None
    captured: bool


def is_used(file: File, site: BroadSite) -> bool:
    """Does the handler read its own `e`?"""
    return any(use.binder is site.handler for use in _uses(file, site))


def is_mentioned(file: File, site: BroadSite, name: str) -> bool:
    """Does code of the site's scope, or of one inside it, use or bind a name? Comments and strings do not count."""
    key = (site.owner, "")
    if key not in file.uses:
        file.uses[key] = {word for node in every_node(site.owner) for word in _words(node)}
    return name in file.uses[key]


def _words(node: ast.AST) -> Iterator[str]:
    for field in ("id", "arg", "name", "asname", "rest"):
        word = getattr(node, field, None)
        if isinstance(word, str):
            yield word.partition(".")[0]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names


def rebinds(site: BroadSite) -> bool:
    """Does the handler give its own `e` another meaning, or delete it?"""
    name = site.handler.name
    return any(
        (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.ExceptHandler) and node.name == name)
        for statement in site.handler.body
        for node in every_node(statement)
    )


def outlives(file: File, site: BroadSite) -> ast.Name | None:
    """A use of the handler's name that the with-form would change, or None."""
    source, handler = file.source, site.handler
    around = list(source.ancestors(site.tried))
    around = around[: around.index(site.owner)]
    for use in _uses(file, site):
        if use.captured:  # whichever handler bound it: code that runs later finds the name as this one leaves it
            return use.node
        if use.binder is None or use.binder in around:
            below = around[: around.index(use.binder)] if use.binder else around
            loops = [part for part in below if isinstance(part, LOOPS)]
            limit = loops[-1] if loops else handler
            if use.node.lineno >= limit.lineno:
                return use.node
    return None


def _uses(file: File, site: BroadSite) -> list[Use]:
    if site.handler.name is None:
        return []
    key = (site.owner, site.handler.name)
    found: list[Use] = file.uses.get(key) or list(_walk(site.owner, site.handler.name))
    file.uses[key] = found
    return found


def _walk(owner: ast.AST, name: str) -> Iterator[Use]:
    stack: list[tuple[ast.AST, ast.ExceptHandler | None, bool]]
    stack = [(statement, None, False) for statement in owner.body]  # type: ignore[attr-defined]
    while stack:
        node, binder, captured = stack.pop()
        if isinstance(node, ast.Name):
            if node.id == name and not isinstance(node.ctx, ast.Store):
                yield Use(node, binder, captured)
        elif isinstance(node, ast.ExceptHandler):
            if node.type is not None:
                stack.append((node.type, binder, captured))
            own = node if node.name == name else binder
            stack.extend((statement, own, captured) for statement in node.body)
        elif isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS)):
            stack.extend((part, binder, captured or later) for part, later in _opened(node, name))
        else:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                yield Use(node.target, binder, captured)
            stack.extend((child, binder, captured) for child in children(node))


def _opened(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, bool]]:
    """The parts of an inner scope that may read `name` of the outer one, and whether they run later."""
    if isinstance(node, _COMPREHENSIONS):
        first, own = node.generators[0].iter, any(_binds(generator.target, name) for generator in node.generators)
        yield first, False
        if not own:
            later = isinstance(node, ast.GeneratorExp)
            for child in children(node):
                parts = children(child) if isinstance(child, ast.comprehension) else [child]
                yield from ((part, later) for part in parts if part is not first)
        return
    if isinstance(node, ast.ClassDef):
        yield from ((part, False) for part in [*node.decorator_list, *node.bases, *node.keywords])
        yield from ((part, True) for part in node.body)
        return
    arguments: ast.arguments = node.args  # type: ignore[attr-defined]
    yield from ((part, False) for part in [*arguments.defaults, *filter(None, arguments.kw_defaults)])
    yield from ((part, False) for part in getattr(node, "decorator_list", []))
    if any(argument.arg == name for argument in every_node(arguments) if isinstance(argument, ast.arg)):
        return
    body = node.body if isinstance(node.body, list) else [node.body]  # type: ignore[attr-defined]
    if not _is_local(body, name):
        yield from ((part, True) for part in body)


def _is_local(body: list[ast.AST], name: str) -> bool:
    """Does a function's body bind the name for itself? Scopes inside it count too little to matter: a name that only
    an inner scope binds is then read nowhere between, or the read is found there."""
    found = False
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
            return False
        if (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)) or (
            isinstance(node, ast.ExceptHandler) and node.name == name
        ):
            found = True
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS)):
            stack.extend(children(node))
    return found


def _binds(target: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in every_node(target))
