"""Will an import of the support module resolve in this file? Only when the target's root is on its path."""

from __future__ import annotations

import ast

from engine import Evidence, Project, Source


def import_root(source: Source, project: Project, module: str) -> Evidence:
    """`pass` when the file stands at the root, inside the support folder, or imports from the root already; else `unknown`.

    An import counts when it stands unguarded at module level and names a file of the target by its path from the
    root, and nothing beside the importing file has that name.
    """
    if "/" not in source.path:
        return Evidence("import-root", "pass", "the file stands at the root")
    if source.path.startswith(module.partition(".")[0] + "/"):
        return Evidence("import-root", "pass", "the file stands in the same package")
    folder = source.path.rpartition("/")[0]
    for statement in source.tree.body:
        for dotted in _absolute(statement):
            top = dotted.partition(".")[0]
            beside = f"{folder}/{top}"
            if top not in project.root_packages or f"{beside}.py" in project.paths or f"{beside}/__init__.py" in project.paths:
                continue
            if _is_file(project, dotted):
                return Evidence("import-root", "pass", f"the file imports {dotted} from the root already")
    return Evidence("import-root", "unknown", "nothing in the file shows that the target's root is on sys.path")


def _absolute(statement: ast.stmt) -> list[str]:
    """The dotted names that a module-level import may load, longest last."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
        return [statement.module, *(f"{statement.module}.{alias.name}" for alias in statement.names)]
    return []


def _is_file(project: Project, dotted: str) -> bool:
    path = dotted.replace(".", "/")
    return f"{path}.py" in project.paths or f"{path}/__init__.py" in project.paths
