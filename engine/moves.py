"""The files that a plan moves, told as one each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from engine.model import FileDelta


def joined(deltas: Sequence[FileDelta]) -> Iterator[FileDelta]:
    """The deltas in their order, each move as one: at the new path, with the bytes from its `origin` before."""
    leaving: dict[str, FileDelta] = {}
    taken: set[str] | None = None
    for delta in deltas:
        if delta.after is not None and not delta.origin:
            yield delta
            continue
        if taken is None:
            leaving = {one.path: one for one in deltas if one.after is None}
            taken = {one.origin for one in deltas}
        if delta.origin in leaving:
            yield replace(delta, before=leaving[delta.origin].before)
        elif delta.path not in taken:
            yield delta


def moved(deltas: Iterable[FileDelta]) -> dict[str, str]:
    """Old path to new path of each file that is moved."""
    return {delta.origin: delta.path for delta in deltas if delta.origin}
