"""The tree of an edited file, from the top-level statements that the edits touch. Pure.

Parsing is most of what the gates cost, and most of a file is as it was. So text that no edit
touches is masked: each run of whole top-level statements becomes one `pass` on its first line.
Where the parser gives that `pass` back as a statement of its own, at its own place, it was in
no string, bracket or continued line there, and the statements that it stands for parse to what
they parsed to before. Whatever does not fit this is parsed whole.
"""

from __future__ import annotations

import ast
import bisect
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from engine.edits import Shift
from engine.model import Edit
from engine.source import Source
from engine.walk import blocks

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Lines = tuple[int, int]  # first and last line, 1-based, both included


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What is to be compared and compiled in place of the two whole trees."""

    before: ast.Module  # the touched top-level statements as they were
    after: ast.Module  # what they became
    compiled: ast.Module  # what they became, with `pass` for the others
    begins: tuple[ast.Module, ast.Module]  # the first statement of the file, before and after


@dataclass(frozen=True, slots=True)
class _Group:
    """Top-level statements that share lines: one, as a rule. `body[low:high]`."""

    lines: _Lines
    low: int
    high: int


@dataclass(slots=True)
class _Mask:
    """The masked text as it grows, and what its `pass`es stand for."""

    text: list[str]
    kept: dict[int, list[ast.stmt]]  # line of the `pass` to the statements it stands for
    moved: bool = False  # they stand on other lines now


def reparse(before: Source, after: Source, edits: Sequence[Edit], python: tuple[int, int]) -> Reparsed:
    """The statements that `edits` touch, before and after. Raises RefusedFile when `after` does not parse.

    `python` is the oldest version the target declares; when `before` is of that syntax, `after` should be.
    """
    found = _masked(before, after, edits, python)
    if found is None:
        after.parsed_for(python)
        found = Reparsed(before.tree, after.tree, after.tree, (_module(before.tree.body[:1]), _module(after.tree.body[:1])))
    return found


def _module(body: list[ast.stmt]) -> ast.Module:
    return ast.Module(body, [])


def _masked(before: Source, after: Source, edits: Sequence[Edit], python: tuple[int, int]) -> Reparsed | None:
    """None: parse it whole."""
    body = before.tree.body
    if not body or not before.parsed_for(python) or _module_globals(before.tree):
        return None
    groups = _groups(body)
    chunks = _chunks(before, edits, groups)
    mask = _mask(before, after, Shift(edits), groups, chunks)
    if mask is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("".join(mask.text), after.path, feature_version=python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if _module_globals(tree):
        return None
    spliced: list[ast.stmt] = []
    touched: list[ast.stmt] = []
    for node in tree.body:
        kept = mask.kept.pop(node.lineno, None) if type(node) is ast.Pass and node.col_offset == 0 else None
        if kept is None:
            touched.append(node)
            spliced.append(node)
        else:
            spliced += kept
    if mask.kept:
        return None
    after.adopt(python, None if mask.moved else _module(spliced))
    old = [node for group in groups if _inside(group.lines, chunks) for node in body[group.low : group.high]]
    return Reparsed(_module(old), _module(touched), tree, (_module(body[:1]), _module(spliced[:1])))


def _module_globals(tree: ast.Module) -> bool:
    """Is a name declared global in the module's own scope? Then a use of it anywhere before that does not compile."""
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global):
            return True
        if not isinstance(node, _DEFINITIONS):
            stack.extend(blocks(node))
    return False


def _groups(body: Sequence[ast.stmt]) -> list[_Group]:
    groups: list[_Group] = []
    for index, node in enumerate(body):
        end = groups[-1].lines[1] if groups else 0
        # the `@` of a decorator may stand on any line below the statement before
        first = end + 1 if getattr(node, "decorator_list", None) else node.lineno
        last = node.end_lineno or node.lineno
        if groups and first <= end:
            groups[-1] = _Group((groups[-1].lines[0], last), groups[-1].low, index + 1)
        else:
            groups.append(_Group((first, last), index, index + 1))
    return groups


def _chunks(source: Source, edits: Sequence[Edit], groups: Sequence[_Group]) -> list[_Lines]:
    """The lines to parse again: those that edits touch, the statements there, and what stands before a future import."""
    lines = [(source.position(edit.start)[0], source.position(edit.end)[0]) for edit in edits]
    if "__future__" in source.text or any("__future__" in edit.text for edit in edits):
        future = [0, *(index for index, node in enumerate(source.tree.body) if _is_future(node))]
        lines.append((1, next(group.lines[1] for group in groups if group.low <= future[-1] < group.high)))
    starts, ends = [group.lines[0] for group in groups], [group.lines[1] for group in groups]
    chunks: list[_Lines] = []
    for first, last in sorted(lines):
        low, high = bisect.bisect_left(ends, first), bisect.bisect_right(starts, last) - 1
        if low <= high:
            first, last = min(first, starts[low]), max(last, ends[high])  # noqa: PLW2901
        if chunks and first <= chunks[-1][1] + 1:
            chunks[-1] = (min(chunks[-1][0], first), max(chunks[-1][1], last))
        else:
            chunks.append((first, last))
    return chunks


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _inside(lines: _Lines, chunks: Sequence[_Lines]) -> bool:
    index = bisect.bisect_right(chunks, (lines[0], 1 << 60)) - 1
    return index >= 0 and lines[0] <= chunks[index][1]


def _mask(before: Source, after: Source, shift: Shift, groups: Sequence[_Group], chunks: Sequence[_Lines]) -> _Mask | None:
    """The new text with the untouched statements masked. None where a chunk does not begin and end as whole lines do."""
    count, starts = len(before.line_starts), [*before.line_starts, len(before.text)]
    mask, line, body = _Mask([], {}), 1, before.tree.body
    place = 0  # index of the first group that is not told yet
    for first, last in [*chunks, (count + 1, count)]:
        new_line = after.position(shift.forward(starts[line - 1], after=True))[0]
        kept: list[ast.stmt] = []
        at = 0
        while place < len(groups) and groups[place].lines[1] < first:
            group, place = groups[place], place + 1
            at = at or group.lines[0]
            kept += body[group.low : group.high]
        if kept:
            mark = new_line + at - line
            mask.kept[mark] = kept
            mask.moved |= mark != at
            mask.text.append("\n" * (at - line) + "pass" + "\n" * (first - at))
        else:
            mask.text.append("\n" * (first - line))
        if first > count:
            break
        old = before.text[: starts[first - 1]][-3:].rstrip("\r\n")
        new = after.text[shift.forward(starts[first - 1]) : shift.forward(starts[last], after=True)]
        if old.endswith("\\") or new.rstrip("\r\n").endswith("\\") or (new and last < count and new[-1] not in "\r\n"):
            return None
        mask.text.append(new)
        while place < len(groups) and groups[place].lines[1] <= last:
            place += 1
        line = last + 1
    return mask
