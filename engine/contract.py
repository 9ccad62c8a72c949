"""What the engine holds a codemod to, before it runs and while it speaks."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from engine.codemod import Codemod
from engine.model import Change, Finding, RewrightError, Skip
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


def _require_move(item: Change) -> None:
    path, suffix = item.moves_to, "." + item.site.path.rpartition(".")[2]
    if path == item.site.path or not _may_be_created(path, suffix):
        raise ValueError(f"yielded a change that would move its file to {path!r}: another {suffix} file below the root is meant")
    if not item.group:
        raise ValueError(f"yielded a change that moves its file and names no group, at line {item.site.line}")


def _may_be_created(path: str, suffix: str = ".py") -> bool:
    parts = path.split("/")
    return path.endswith(suffix) and "\\" not in path and all(part not in ("", ".", "..", ".git") for part in parts)
