"""Blobs by id: how large each is, and the bytes of many, a chunk at a time. One git for each chunk, none for each blob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.burndown.reader import SECONDS, all_here
from engine.vcs.git import Git
from engine.vcs.objects import as_lines, contents

CHUNK_BYTES = 16_000_000  # of blobs held in memory at a time


def sizes(git: Git, oids: Sequence[str]) -> dict[str, int]:
    """The size in bytes of each blob that is here. RewrightError where a partial clone lacks one."""
    if not oids:
        return {}
    with all_here():
        done = git.run("cat-file", "--batch-check", "--buffer", stdin=as_lines(oids), seconds=SECONDS)
    entries = (line.split() for line in done.out.decode("ascii").splitlines())
    return {entry[0]: int(entry[2]) for entry in entries if len(entry) == 3 and entry[1] == "blob"}


def chunks(git: Git, known: Mapping[str, int], limit: int = CHUNK_BYTES) -> Iterator[dict[str, bytes]]:
    """The bytes of blobs whose sizes are known, so many at a time that they hold no more than `limit` bytes; or one blob."""
    wanted: list[str] = []
    room = limit
    for oid, size in known.items():
        if wanted and size > room:
            yield contents(git, wanted, SECONDS)
            wanted, room = [], limit
        wanted.append(oid)
        room -= size
    if wanted:
        yield contents(git, wanted, SECONDS)
