"""What is true of a whole file: what it exports, whether it reads annotations, looks names up by text, changes `sys.path`."""

from __future__ import annotations

import ast
import re

from codemods.import_cycle.graph.uses import Uses, chain_of

# Packages that read annotations at run time: a name that only annotations use must still be there.
_READERS_TEXT = """
pydantic pydantic_settings fastapi typer sqlmodel msgspec strawberry beartype typeguard cattrs injector litestar ninja
cyclopts tyro beanie odmantic marshmallow_dataclass dataclasses_json
"""
_READERS = frozenset(_READERS_TEXT.split())
# Plain words, and a pattern that begins with one: those are searched far faster than an alternation.
_READS = ("get_type_hints(", "__annotations__", "eval_str=True", "singledispatch", "inspect.get_annotations")
_DYNAMIC = ("globals()", "vars()", "locals().update", "sys.modules[__name__]")
_SETS_PATH = re.compile(r"sys\.path\s*(?:\.\s*(?:insert|append|extend)|\[|\+?=)")
_TARGETS = (ast.AugAssign, ast.AnnAssign)


def exports_of(tree: ast.Module) -> tuple[str, ...] | None:
    """`__all__`, every string of it; None when there is none."""
    found: list[str] = []
    seen = False
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, _TARGETS) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            seen = True
            value = node.value  # type: ignore[attr-defined]
            if value is not None:
                found += _texts(value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and chain_of(node.value.func).startswith("__all__."):
            found += _texts(node.value)
    return tuple(found) if seen else None


def _texts(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def traits_of(text: str, tree: ast.Module, packages: set[str], uses: Uses) -> frozenset[str]:
    """What is true of the whole file. `packages`: the first parts of what it imports."""
    found = set()
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and _has_annotations(node) for node in tree.body[:3]):
        found.add("future-annotations")
    if uses.run_time:
        found.add("annotated-at-run-time")
    if packages & _READERS:
        found.add("reads-annotations")
    if any(word in text for word in _READS):
        found.add("evaluates-annotations")
    if any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body):
        found.add("has-getattr")
    if any(word in text for word in _DYNAMIC):
        found.add("dynamic")
    if _SETS_PATH.search(text):
        found.add("sets-path")
    return frozenset(found)


def _has_annotations(node: ast.ImportFrom) -> bool:
    return any(part.name == "annotations" for part in node.names)
