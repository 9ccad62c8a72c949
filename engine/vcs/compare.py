"""What git staged against what the plan shows: the same paths, and the same bytes after a checkout."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import RewrightError
from engine.model import FileDelta
from engine.vcs.git import Git

# Expanded at checkout where the attribute `ident` is set: it names the blob itself.
_ID = re.compile(rb"(?<=\$Id): ?[^$\n]*(?=\$)")


class FilterMismatch(RewrightError):
    """Git's own conversion would commit other bytes of `path` than the plan shows."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path!r} was not committed: {why}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Staged:
    """One path of a difference between two trees."""

    status: str  # "A", "M", "D", "T"
    before: str  # modes, octal
    after: str
    old: str  # the blobs' ids
    blob: str


def difference(raw: bytes) -> dict[str, Staged]:
    """What `git diff-index --raw -z` lists, by path."""
    parts = os.fsdecode(raw).split("\0")
    found = {}
    for entry, path in zip(parts[:-1:2], parts[1::2], strict=True):
        before, after, old, blob, status = entry.lstrip("\n:").split(" ")
        found[path] = Staged(status, before, after, old, blob)
    return found


def require_paths(staged: Mapping[str, Staged], wanted: Mapping[str, FileDelta]) -> None:
    """What is staged are the plan's files, new where it creates them, their modes kept. Raises FilterMismatch."""
    extra = sorted(staged.keys() - wanted.keys())
    if extra:
        why = "git staged it though the plan does not name it; two names that differ in case only would do that"
        raise FilterMismatch(extra[0], why)
    for path, delta in sorted(wanted.items()):
        found = staged.get(path)
        if found is None:
            undone = "git's conversion (line ends, by .gitattributes or core.autocrlf) undoes all that the plan changes in it"
            hidden = "git did not add it; a name that differs in case only may stand in its place (core.ignoreCase)"
            raise FilterMismatch(path, hidden if delta.before is None else undone)
        status = "A" if delta.before is None else "D" if delta.after is None else "M"
        was = staged[delta.origin].before if delta.origin in staged else found.before
        changed = (status == "M" or delta.origin) and was != found.after
        if found.status != status or changed:
            raise FilterMismatch(path, f"git stages it as {found.status} {found.before} {found.after}, which is not the plan")


def require_bytes(git: Git, staged: Mapping[str, Staged], wanted: Mapping[str, FileDelta]) -> str:
    """Each blob, converted back as a checkout does, is what the plan shows. Returns the id of HEAD. Raises FilterMismatch.

    The size that `--batch --filters` prints is the blob's, not the converted text's: so the answer is compared with
    what it must be, from one known id to the next.
    """
    batch: list[str] = []
    alone: list[str] = []
    texts = {path: _allowed(after, wanted[path].before is None) for path in staged if (after := wanted[path].after) is not None}
    for path in texts:
        (batch if path == path.strip(" \t\r") and "\n" not in path else alone).append(path)  # --batch reads lines
    lines = b"HEAD\n" + b"".join(os.fsencode(f"{staged[path].blob} {path}\n") for path in batch)
    out = git.run("cat-file", "--batch=%(objectname) %(objectsize)", "--filters", stdin=lines).out
    start, size = out[: out.index(b"\n")].decode().split(" ")
    here = out.index(b"\n") + 1 + int(size) + 1
    converted = []
    for place, path in enumerate(batch):
        last = place + 1 == len(batch)
        size = out[here : out.index(b"\n", here)].rpartition(b" ")[2].decode()
        here = out.index(b"\n", here) + 1
        end = b"\n" if last else f"\n{staged[batch[place + 1]].blob} ".encode()
        fits = [text for text in texts[path] if out.startswith(text + end, here)]
        if not fits or (last and here + len(fits[0]) + 1 != len(out)):
            alone += batch[place:]  # where the next one begins is not known
            break
        here += len(fits[0]) + 1
        if int(size) != len(texts[path][0]):
            converted.append(path)
    for path in alone:
        found = git.run("cat-file", "--filters", f"--path={path}", staged[path].blob).out
        if _ID.sub(b"", found) not in [_ID.sub(b"", text) for text in texts[path]]:
            raise _mismatch(path)
    _require_lines(git, staged, {path: wanted[path] for path in [*converted, *alone] if wanted[path].before is not None})
    return start


def _allowed(after: bytes, new: bool) -> tuple[bytes, ...]:
    """What a checkout may give: the plan's bytes; for a new file also with other line ends, as no other line is concerned."""
    lines = after.replace(b"\r\n", b"\n")
    return (after, lines, lines.replace(b"\n", b"\r\n")) if new else (after,)


def _require_lines(git: Git, staged: Mapping[str, Staged], wanted: Mapping[str, FileDelta]) -> None:
    """A line that the plan keeps is the same in the blobs before and after, whatever a checkout makes of both.

    A blob with mixed line ends is checked out with one kind and added with another: no plan shows that. Raises FilterMismatch.
    """
    if not wanted:
        return
    lines = "".join(f"{staged[path].old}\n{staged[path].blob}\n" for path in wanted).encode()
    out = git.run("cat-file", "--batch=%(objectsize)", stdin=lines).out
    here = 0
    for path, delta in wanted.items():
        kept: list[dict[bytes, set[bytes]]] = []
        for text in (delta.before or b"", delta.after or b""):
            end = out.index(b"\n", here)
            size = int(out[here:end])
            blob = out[end + 1 : end + 1 + size]
            here = end + 1 + size + 1
            seen: dict[bytes, set[bytes]] = {}
            if blob.count(b"\n") == text.count(b"\n"):  # not so in UTF-16, where a line is not a line of bytes
                for line, raw in zip(text.split(b"\n"), blob.split(b"\n"), strict=True):
                    seen.setdefault(_ID.sub(b"", line), set()).add(_ID.sub(b"", raw))
            kept.append(seen)
        before, after = kept
        if any(before[line] != after[line] for line in before.keys() & after.keys()):
            raise _mismatch(path)


def _mismatch(path: str) -> FilterMismatch:
    return FilterMismatch(
        path,
        "git's conversion (line ends, by .gitattributes or core.autocrlf; or working-tree-encoding) changes more of it "
        f"than the plan shows. Commit `git add --renormalize -- {path}` first, then run again",
    )
