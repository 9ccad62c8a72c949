"""Rewrites of several files: which may land, and the files they create and move. Every part of a group is admitted, or none."""

from __future__ import annotations

import ast
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.model import Change, Creation, FileDelta
from engine.process import FileResult


def unfinished(results: Sequence[FileResult], exists: Callable[[str], bool]) -> dict[str, set[str]]:
    """Group name to the files that hold its changes, of each group that cannot land.

    A part of it was refused, withheld or overlapped another change; a comment that leaves one of its files comes to none; a file
    that it creates is there already, does not compile, or is wanted with another text; or it moves a file that another group
    moves elsewhere, or to where another file comes.

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
    bad |= _colliding(results, wanted) | _forgotten(results)
    return {group: holders[group] for group in sorted(bad)}


def _forgotten(results: Sequence[FileResult]) -> set[str]:
    """Groups of which a change gives away a comment that no other file of the group gets."""
    parts: dict[str, list[Change]] = defaultdict(list)
    for change in _changes(results):
        if change.group:
            parts[change.group].append(change)
    return {group for group, changes in parts.items() if any(change.comments_out for change in changes) and not _brought(changes)}


def _brought(changes: Sequence[Change]) -> bool:
    """Do the texts that these changes write hold each comment that leaves a file, as often, in another file?"""
    wanted = Counter((comment, change.site.path) for change in changes for comment in change.comments_out)
    texts = [(edit.path, edit.text) for change in changes for edit in change.edits]
    texts += [(one.path, one.text) for change in changes for one in change.creates]
    return all(
        sum(text.count(comment) for path, text in texts if path != home) >= number for (comment, home), number in wanted.items()
    )


def moves(results: Sequence[FileResult]) -> dict[str, str]:
    """Old path to new path of each file that an admitted change moves."""
    return {change.site.path: change.moves_to for change in _changes(results) if change.moves_to}


def written(results: Sequence[FileResult], data: Mapping[str, bytes], exists: Callable[[str], bool]) -> list[FileDelta]:
    """What becomes of the files, `data`, and the files that the admitted changes create.

    A created file's folder that is not there yet becomes a package.
    """
    moved = moves(results)
    out = []
    for one in results:
        if one.path in moved:
            after = data[one.path] if one.after is None else one.after
            out.append(FileDelta(one.path, data[one.path], None, one.encoding))
            out.append(FileDelta(moved[one.path], None, after, one.encoding, origin=one.path))
        elif one.after is not None:
            out.append(FileDelta(one.path, data[one.path], one.after, one.encoding))
    texts = {one.path: one.text for change in _changes(results) for one in change.creates}
    for path in list(texts):
        folder = path.rpartition("/")[0]
        while folder and not exists(folder):
            texts.setdefault(f"{folder}/__init__.py", "")
            folder = folder.rpartition("/")[0]
    arriving = set(moved.values())
    return out + [FileDelta(path, None, texts[path].encode("utf-8")) for path in sorted(texts) if path not in arriving]


def _colliding(results: Sequence[FileResult], created: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Groups that move a file to where another one comes; or move one that another group moves elsewhere."""
    leaving: dict[str, set[str]] = defaultdict(set)
    arriving: dict[str, set[str]] = defaultdict(set)
    moving = [change for change in _changes(results) if change.moves_to]
    for change in moving:
        leaving[change.site.path].add(change.moves_to)
        arriving[change.moves_to].add(change.site.path)
    return {
        change.group
        for change in moving
        if len(leaving[change.site.path]) > 1 or len(arriving[change.moves_to]) > 1 or change.moves_to in created
    }


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
