"""Rewrites of several files: which may land, and the files they create. Every part of a group is admitted, or none."""

from __future__ import annotations

import ast
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from engine.model import Change, Creation, FileDelta
from engine.process import FileResult


def unfinished(results: Sequence[FileResult], exists: Callable[[str], bool]) -> dict[str, set[str]]:
    """Group name to the files that hold its changes, of each group that cannot land: a part of it was refused, withheld or
    overlapped another change; or a file that it creates is there already, does not compile, or is wanted with another text.

    `exists`: is there something at this root-relative path?
    """
    counts: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    holders: dict[str, set[str]] = defaultdict(set)
    wanted: dict[str, dict[str, str]] = defaultdict(dict)  # path to (text to the first group that wants it)
    bad: set[str] = set()
    for change in _changes(results):
        group = change.group
        if not group:
            continue
        counts[group] += 1
        sizes[group] = max(sizes.get(group, 0), change.group_size)
        holders[group].add(change.site.path)
        for one in change.creates:
            wanted[one.path].setdefault(one.text, group)
            if next(iter(wanted[one.path])) != one.text or exists(one.path) or not _compiles(one):
                bad.add(group)
    bad |= {group for group, count in counts.items() if count < sizes[group]}
    return {group: holders[group] for group in sorted(bad)}


def created(results: Sequence[FileResult], exists: Callable[[str], bool]) -> list[FileDelta]:
    """The files that the admitted changes create. A folder that is not there yet becomes a package."""
    texts = {one.path: one.text for change in _changes(results) for one in change.creates}
    for path in list(texts):
        folder = path.rpartition("/")[0]
        while folder and not exists(folder):
            texts.setdefault(f"{folder}/__init__.py", "")
            folder = folder.rpartition("/")[0]
    return [FileDelta(path, None, texts[path].encode("utf-8")) for path in sorted(texts)]


def _changes(results: Sequence[FileResult]) -> Iterable[Change]:
    return (item for result in results for item in result.items if isinstance(item, Change))


def _compiles(creation: Creation) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(ast.parse(creation.text), creation.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
