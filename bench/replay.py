"""Replays a report's edits over the old files: which bytes of the new ones do they not account for?

Written apart from the engine on purpose, so that a fault there is not repeated here.
"""

from __future__ import annotations

import codecs
import io
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Edit = Mapping[str, Any]


def moved_lines(target: Path, before: Mapping[Path, bytes], changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files, relative to `target`, whose bytes after an apply are not the old ones with the reported edits made.

    A report gives each change's edits as character ranges into the text that the batch before left. Imports are
    written once per file and are nobody's edit: whole new import lines are let pass, everything else is told.
    """
    edits: dict[str, dict[int, list[Edit]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        for edit in change["edits"]:
            edits[edit["path"]][edit.get("batch", 0)].append(edit)
    told = []
    for path, data in before.items():
        name = path.relative_to(target).as_posix()
        now = path.read_bytes()
        if name in edits and not _accounted(data, now, edits[name]):
            told.append(name)
    return told


def _accounted(before: bytes, after: bytes, batches: Mapping[int, list[Edit]]) -> bool:
    text, expected = _text(before), _text(after)
    for number in sorted(batches):
        text = _edited(text, batches[number])
    return expected == text or _only_imports_between(text, expected)


def _text(data: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.removeprefix(codecs.BOM_UTF8).decode(encoding.removesuffix("-sig") if encoding.endswith("-sig") else encoding)


def _edited(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: (edit["start"], edit["end"]), reverse=True):
        text = text[: edit["start"]] + edit["content"] + text[edit["end"] :]
    return text


def _only_imports_between(old: str, new: str) -> bool:
    """Is `new` the old text with whole lines put in, each an import or blank?"""
    lines = iter(old.splitlines(keepends=True))
    wanted = next(lines, None)
    for line in _lines(new):
        if line == wanted:
            wanted = next(lines, None)
        elif line.strip() and not line.lstrip().startswith(("import ", "from ")):
            return False
    return wanted is None


def _lines(text: str) -> Iterator[str]:
    yield from text.splitlines(keepends=True)
