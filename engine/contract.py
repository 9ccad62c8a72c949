"""What the engine holds a codemod to, before it runs and while it speaks."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from engine.codemod import Codemod
from engine.model import Applicability, Change, Edit, Finding, ImportNeed, RewrightError, Skip, Span
from engine.source import Source


def require_picklable(codemod: Codemod, options: Mapping[str, Any]) -> None:
    """Raises RewrightError when the codemod or its options could not be sent to a worker."""
    try:
        pickle.dumps((codemod, options), protocol=5)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise RewrightError(
            f"codemod {codemod.name} cannot be sent to a worker ({error}): its functions must stand at a module's "
            "top level, and its options must be plain data"
        ) from error


def checked(item: Finding | Change | Skip, source: Source) -> Finding | Change | Skip:
    """The item, when it speaks of this file. Raises ValueError for what no codemod may yield."""
    if not isinstance(item, (Finding, Change, Skip)):
        raise ValueError(f"yielded {item!r}, which is no finding, change or skip")
    if item.site.path != source.path or not 1 <= item.site.line <= len(source.line_starts):
        raise ValueError(f"yielded a site outside this file: {item.site}")
    if not isinstance(item.message, str):
        raise ValueError(f"yielded a message that is no str but {item.message!r}, at line {item.site.line}")
    if isinstance(item, Change):
        _require_shape(item)
    if isinstance(item, Change) and item.moves_to:
        _require_move(item)
    elif isinstance(item, Change) and not item.edits:
        raise ValueError(f"yielded a change without edits at line {item.site.line}")
    if isinstance(item, Change) and not {edit.path for edit in item.edits} | {span.path for span in item.spans} <= {source.path}:
        raise ValueError(f"yielded a change with edits of another file at line {item.site.line}")
    if isinstance(item, Change) and (bad := [one.path for one in item.creates if not _may_be_created(one.path)]):
        raise ValueError(f"yielded a change that would create {bad[0]!r}: a Python file below the root is meant, as a/b.py")
    if isinstance(item, Change) and item.creates and not item.group:
        raise ValueError(f"yielded a change that creates a file and names no group, at line {item.site.line}")
    return item


def _require_shape(item: Change) -> None:
    """Its parts are what the engine will add up and cut: a None among them would fall far from whoever made it."""
    where = f"at line {item.site.line}"
    kinds: tuple[tuple[type, Any], ...] = ((Edit, item.edits), (Span, item.spans), (ImportNeed, item.imports))
    for kind, parts in kinds:
        if not isinstance(parts, (tuple, list)) or not all(isinstance(part, kind) for part in parts):
            raise ValueError(f"yielded a change with {parts!r} where a tuple of {kind.__name__} is meant, {where}")
    both: tuple[Edit | Span, ...] = (*item.edits, *item.spans)
    for part in both:
        if not (isinstance(part.start, int) and isinstance(part.end, int)):
            raise ValueError(f"yielded a change with an offset that is no int: {part}, {where}")
    for edit in item.edits:
        if not isinstance(edit.text, str):
            raise ValueError(f"yielded an edit whose text is no str but {edit.text!r}, {where}; write '' to delete")
    for need in item.imports:
        if not all(isinstance(one, str) for one in (need.module, need.name, need.alias)):
            raise ValueError(f"yielded an import that is no text: {need}, {where}")
    if not isinstance(item.applicability, Applicability):
        raise ValueError(f"yielded a change with an applicability that is none: {item.applicability!r}, {where}")


def _require_move(item: Change) -> None:
    path, suffix = item.moves_to, "." + item.site.path.rpartition(".")[2]
    if path == item.site.path or not _may_be_created(path, suffix):
        raise ValueError(f"yielded a change that would move its file to {path!r}: another {suffix} file below the root is meant")
    if not item.group:
        raise ValueError(f"yielded a change that moves its file and names no group, at line {item.site.line}")


def _may_be_created(path: str, suffix: str = ".py") -> bool:
    parts = path.split("/")
    return path.endswith(suffix) and "\\" not in path and all(part not in ("", ".", "..", ".git") for part in parts)
