"""A site's name across runs: it survives moved lines and reformatting, and not a changed meaning."""

from __future__ import annotations

import ast
import hashlib
from typing import Any

from engine.model import Site
from engine.source import Source
from engine.walk import blocks

_SILENT = frozenset(("ctx", "kind", "type_comment", "type_ignores"))  # what formatters touch, or the place implies


def fingerprint(rule: str, site: Site, source: Source) -> str:
    """16 hex digits made of the rule, the path, and the site's syntax; of its text without white space where it is no node.

    Layout, quotes, redundant parentheses, comments and line ends do not count. A comment's own
    site, or one that has no end, is the rest of its line. Equal sites of one file are told
    apart by a number that the plan appends.
    """
    starts = source.line_starts
    start = starts[site.line - 1] + site.column - 1
    end = starts[site.end_line - 1] + site.end_column - 1 if site.end_line else source.line_end(start)
    node = _node_at(source, site, start, end) if site.end_line and source.parses else None
    words = "".join(source.text[start:end].split()) if node is None else canonical(node)
    return hashlib.blake2b(f"{rule}\0{site.path}\0{words}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def canonical(node: ast.AST) -> str:
    """A tree as one line of text: equal for equal trees, the same under every Python that parses it the same.

    `ast.dump` and `ast.unparse` change from one Python to the next. Iterative, so that depth is no limit.
    """
    out: list[str] = []
    stack: list[tuple[str, object]] = [("", node)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, ast.Expr):
            stack.append((name, value.value))
        elif isinstance(value, ast.AST):
            fields = ((field, getattr(value, field, None)) for field in value._fields if field not in _SILENT)
            out.append(f"{name}={type(value).__name__}(")
            stack.append((")", None))
            stack.extend([field for field in fields if field[1] is not None and field[1] != []][::-1])
        elif isinstance(value, list):
            out.append(f"{name}=[")
            stack.append(("]", None))
            stack.extend([("", one) for one in value][::-1])
        elif name in (")", "]"):
            out.append(name)
        else:
            out.append(f"{name}={hex(value) if type(value) is int else repr(value)}")  # repr refuses an integer of 4,300 digits
    return " ".join(out)


def _node_at(source: Source, site: Site, start: int, end: int) -> ast.AST | None:
    """The outermost node that begins and ends exactly there; None when there is none."""

    def is_it(node: ast.AST) -> bool:
        lines = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)  # first: it is cheap
        return lines == (site.line, site.end_line) and (source.start(node), source.end(node)) == (start, end)

    node: ast.AST = source.tree
    while (inside := _inside(source, node, site, start, end)) is not None:
        if is_it(inside):
            return inside
        node = inside
    return None if node is source.tree else next(filter(is_it, ast.walk(node)), None)


def _inside(source: Source, node: ast.AST, site: Site, start: int, end: int) -> ast.AST | None:
    """The statement or handler of a block of `node` that holds the place; None when there is none."""
    for one in blocks(node):
        # A match case has no position of its own: what it holds is found by a walk. Most of a block ends above the place.
        if getattr(one, "end_lineno", 0) < site.end_line:
            continue
        first: Any = next(iter(getattr(one, "decorator_list", ())), one)
        if first.lineno <= site.line and source.start(first) <= start and end <= source.end(one):
            return one
    return None
