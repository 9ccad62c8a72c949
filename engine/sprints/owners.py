"""Who owns a file, as CODEOWNERS says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from engine.errors import RewrightError
from engine.listing import read_regular

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # where GitHub looks, in this order
NOBODY = "nobody"


def shard(top: Path, prefix: str, names: Collection[str]) -> Callable[[str], bool]:
    """Does one of these own a path below `prefix` (empty, or with a `/` at its end)? Everything is theirs when there are none."""
    wanted, owned = frozenset(names), owners(top)
    return lambda path: not wanted or not wanted.isdisjoint(owned(prefix + path))


def owners(top: Path) -> Callable[[str], tuple[str, ...]]:
    """The owners of a path that is relative to `top`, the repository's work tree; none where there is no CODEOWNERS.

    Raises RewrightError for a CODEOWNERS that cannot be understood.
    """
    place, text = next(((place, data) for place in PLACES if (data := read_regular(f"{top}/{place}"))), ("", b""))
    if not text:
        return lambda path: ()
    from codeowners import CodeOwners

    try:
        book = CodeOwners(text.decode("utf-8", "replace"))
    except ValueError as error:
        raise RewrightError(f"{place}: {error}; mend that line") from error
    return lambda path: tuple(name for _, name in book.of(path))
