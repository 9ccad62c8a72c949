"""What a file of the target is called when it is imported, and the names that its imports bind. Reads files, runs nothing."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

Name = tuple[str, str]  # the folder that has to be on `sys.path`, root-relative, "." for the root; the module's dotted name


def names_of(target: Path, paths: Sequence[str]) -> Mapping[str, Name]:
    """Path to name, for modules that import one another: as they call each other, where that can be seen in `paths`.

    Else from the folder around the outermost package around the file.
    """
    mentioned = frozenset(name for path in paths for name in _mentioned(_tree(target / path)))
    return {path: _name(target, path, mentioned) for path in paths}


def imported(file: Path) -> frozenset[str]:
    """The names that imports bind in a module's own namespace."""
    nodes = _imports(_tree(file), own=True)
    return frozenset(alias.asname or alias.name.partition(".")[0] for node in nodes for alias in node.names)


def _name(target: Path, path: str, mentioned: frozenset[str]) -> Name:
    *folders, stem = path.removesuffix(".py").split("/")
    last = [stem] if stem != "__init__" or not folders else []
    outermost = next(
        (end for end in range(1, len(folders) + 1) if (target.joinpath(*folders[:end]) / "__init__.py").is_file()), None
    )
    least = len(folders) if outermost is None else outermost - 1
    names = [("/".join(folders[:end]) or ".", ".".join([*folders[end:], *last])) for end in range(least, -1, -1)]
    names = [(root, name) for root, name in names if name]
    if outermost is None and "." in mentioned:  # a relative import: there is a package, though nothing says so
        names = [one for one in names if "." in one[1]] or names
    return next((one for one in names if one[1] in mentioned), names[0])


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is imported, and a dot where an import is relative."""
    for node in _imports(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.level:
            yield "."
        elif node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imports(tree: ast.AST, own: bool = False) -> Iterator[ast.Import | ast.ImportFrom]:
    """`own`: only those that run in the module's own namespace."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif not own or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))


def _tree(file: Path) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(file.read_bytes())
