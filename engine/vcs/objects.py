"""Objects by id: the bytes of many blobs, by one git."""

from __future__ import annotations

from collections.abc import Iterable

from engine.vcs.git import SECONDS, Git


def contents(git: Git, oids: Iterable[str], seconds: float = SECONDS) -> dict[str, bytes]:
    """The bytes of each object; one that is not here, or that a damaged pack cannot give, is left out."""
    out = git.run("cat-file", "--batch", "--buffer", stdin=as_lines(oids), seconds=seconds).out
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


def as_lines(oids: Iterable[str]) -> bytes:
    """Ids as git reads them from standard input."""
    return "".join(f"{oid}\n" for oid in oids).encode("ascii")
