"""Which paths a plan may name. Pure; nothing here touches the disk."""

from __future__ import annotations

import os

from engine.model import Plan, RewrightError
from engine.ours import JOURNAL, OURS


def is_inside(path: str) -> bool:
    """Is this a plain root-relative posix path: no `..`, nothing absolute, not in `.git` or our journal?"""
    parts = path.split("/")
    folded = [part.casefold() for part in parts]  # some file systems ignore case
    if any(part in ("", ".", "..", ".git") for part in folded) or "\0" in path:
        return False
    return folded[:2] not in (list(JOURNAL), [OURS, "lock"])


def require_inside(plan: Plan) -> None:
    """Raises RewrightError when the plan names a path that it must not, or one path twice."""
    seen: set[str] = set()
    for delta in plan.deltas:
        if not is_inside(delta.path):
            raise RewrightError(
                f"the plan names {delta.path!r}: a plan may only write inside the target {plan.root}, and never in .git or "
                f"{'/'.join(JOURNAL)}; nothing was written. Report the rule that asked for it"
            )
        if delta.path in seen:
            raise RewrightError(f"the plan names {delta.path!r} twice; nothing was written. Report this as a bug")
        seen.add(delta.path)


def is_nameable(path: str) -> bool:
    """Can this system turn the path into bytes?"""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
