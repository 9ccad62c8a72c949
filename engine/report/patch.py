"""`patch`: a unified diff that `git apply` takes, byte for byte.

Works on bytes and decodes them as UTF-8 with `surrogateescape`; whoever writes the chunks
encodes them the same way. Carriage returns, Latin-1 and files without a final newline
survive. A file's mode is left alone; a new file gets 100644, and a moved one is a rename. Nothing is redacted or escaped
here except file names, which are quoted as git quotes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.model import FileDelta, Plan
from engine.moves import joined
from engine.report import View
from engine.report.hunks import Hunk, hunks

_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def render(plan: Plan, view: View) -> Iterator[str]:
    """One chunk a file. `view.context` lines stand around each change."""
    for delta in joined(plan.deltas):
        if delta.before != delta.after or delta.origin:
            yield b"".join(_file(delta, view.context)).decode("utf-8", "surrogateescape")


def quote(name: str) -> str:
    """A file name as git writes it in a diff: as it is, or in double quotes with C escapes and octal bytes."""
    data = name.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in _ESCAPES for byte in data):
        return name
    shown = (_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data)
    return f'"{"".join(shown)}"'


def _file(delta: FileDelta, context: int) -> Iterator[bytes]:
    was = delta.origin or delta.path
    old, new = quote(f"a/{was}"), quote(f"b/{delta.path}")
    yield f"diff --git {old} {new}\n".encode()
    found = hunks(delta.before or b"", delta.after or b"", context)
    # A name with a space ends in a tab: without it patch tools take what follows for a date.
    old, new = (name + "\t" * (" " in path) for name, path in ((old, was), (new, delta.path)))
    if delta.before is None:
        yield b"new file mode 100644\n"
        old = "/dev/null"
    elif delta.after is None:
        yield b"deleted file mode 100644\n"
        new = "/dev/null"
    elif delta.origin:
        share = _similarity(delta.before, delta.after, found)
        yield f"similarity index {share}%\nrename from {quote(was)}\nrename to {quote(delta.path)}\n".encode()
    if found:
        yield f"--- {old}\n+++ {new}\n".encode()
    for hunk in found:
        yield f"{hunk.header}\n".encode()
        for mark, line in hunk.lines:
            yield mark.encode() + line
            if not line.endswith(b"\n"):
                yield b"\n\\ No newline at end of file\n"


def _similarity(before: bytes, after: bytes, found: Sequence[Hunk[bytes]]) -> int:
    """How much of a file stays when it moves, in percent of the bytes; 100 for a file that stays as it is, and only then."""
    removed = sum(len(line) for hunk in found for mark, line in hunk.lines if mark == "-")
    return min(100 * (len(before) - removed) // max(len(before), len(after)), 99) if found else 100
