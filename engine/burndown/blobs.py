"""Blobs by id: how large each is, and the bytes of many, a chunk at a time. One git for each chunk, none for each blob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.burndown.reader import SECONDS, all_here
from engine.vcs.git import Git

CHUNK_BYTES = 16_000_000  # of blobs held in memory at a time


def sizes(git: Git, oids: Sequence[str]) -> dict[str, int]:
    """The size in bytes of each blob that is here. RewrightError where a partial clone lacks one."""
    if not oids:
        return {}
    with all_here():
        done = git.run("cat-file", "--batch-check", "--buffer", stdin=_lines(oids), seconds=SECONDS)
    entries = (line.split() for line in done.out.decode("ascii").splitlines())
    return {entry[0]: int(entry[2]) for entry in entries if len(entry) == 3 and entry[1] == "blob"}


def chunks(git: Git, known: Mapping[str, int], limit: int = CHUNK_BYTES) -> Iterator[dict[str, bytes]]:
    """The bytes of blobs whose sizes are known, so many at a time that they hold no more than `limit` bytes; or one blob."""
    wanted: list[str] = []
    room = limit
    for oid, size in known.items():
        if wanted and size > room:
            yield _contents(git, wanted)
            wanted, room = [], limit
        wanted.append(oid)
        room -= size
    if wanted:
        yield _contents(git, wanted)


def _contents(git: Git, oids: Sequence[str]) -> dict[str, bytes]:
    """A blob that cannot be read after all (a damaged pack) is left out."""
    out = git.run("cat-file", "--batch", "--buffer", stdin=_lines(oids), seconds=SECONDS).out
    found: dict[str, bytes] = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        header = out[at:end].decode("ascii").split()
        at = end + 1
        if len(header) == 3:
            size = int(header[2])
            found[header[0]] = out[at : at + size]
            at += size + 1
    return found


def _lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode("ascii")
