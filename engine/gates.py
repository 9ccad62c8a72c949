"""What must hold before a change is admitted. Pure: two versions of a file in, breaches out.

Cheap first. The proof that nothing outside a change's span moved rests on two facts: the
text there is identical, and each statement there has the same kind and the same extent in
the new tree; so it parsed to the same thing, and need not be compared node by node.
"""

from __future__ import annotations

import ast
import bisect
import copy
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.edits import Shift
from engine.model import Edit, Evidence, RefusedFile, Span
from engine.reparse import Reparsed, reparse
from engine.source import Source
from engine.walk import blocks

GATES = ("round-trip", "reparse", "compile", "outline", "comments", "names", "idempotent")
PASSED = (Evidence("gates", "pass", ", ".join(GATES)),)
_Regions = list[tuple[int, int]]
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Breach:
    """A gate that did not hold, and why."""

    gate: str
    message: str


def check(
    before: Source,
    text: str,
    edits: Sequence[Edit],
    spans: Sequence[Span],
    python: tuple[int, int],
    comments_out: Sequence[str] = (),
) -> Source | Breach:
    """The new version of a file when every gate holds, else the first breach.

    `edits` turned before.text into `text`; `spans` say where the tree may differ; `python`
    is the oldest version the target declares. `comments_out`: comments that another file of the group gets.
    """
    try:
        after = Source.of_text(before, text)
        if after.text != text:
            return Breach("round-trip", "the new text does not survive being written and read")
        part = reparse(before, after, edits, python)
    except RefusedFile as error:
        return Breach("reparse" if error.reason == "syntax-error" else error.reason, f"line {error.line}: {error}")
    try:
        return (
            _compiles(before, after, part.compiled, python)
            or _outline(before, after, part, edits, spans)
            or _comments(before, after, edits, comments_out)
            or _names(before, after, edits)
            or after
        )
    except RecursionError:  # pyflakes walks by recursion
        return Breach("too-deep", "an expression here is nested too deeply to be checked")


def _compiles(before: Source, after: Source, tree: ast.Module, python: tuple[int, int]) -> Breach | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, before.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        return Breach("compile", where)
    if not after.parsed_for(python) and before.parsed_for(python):
        return Breach("compile", f"not valid for Python {python[0]}.{python[1]}, which the target declares")
    return None


# -- the tree outside the spans --------------------------------------------------------


def _outline(before: Source, after: Source, part: Reparsed, edits: Sequence[Edit], spans: Sequence[Span]) -> Breach | None:
    """Every statement outside the spans stands where the edits moved it, and is of its old kind."""
    was, now = (ast.get_docstring(module, clean=False) for module in part.begins)
    if was is not None and now is None:
        return Breach("outline", "code would stand above the module's docstring")
    regions = _merged([(span.start, span.end) for span in spans] + [(edit.start, edit.end) for edit in edits])
    shift = Shift(edits)
    moved = [(shift.forward(start), shift.forward(end, after=True)) for start, end in regions]
    stack: list[tuple[ast.AST, ast.AST]] = [(part.before, part.after)]
    while stack:
        old, new = stack.pop()
        mine = [node for node in _children(old) if not _within(before, node, regions)]
        theirs = [node for node in _children(new) if not _within(after, node, moved)]
        if len(mine) != len(theirs):
            return Breach("outline", f"{len(mine)} statements became {len(theirs)} outside the change (line {_line(old)})")
        for one, other in zip(mine, theirs, strict=True):
            if type(one) is not type(other) or not _moved_along(before, after, (one, other), shift, (regions, moved)):
                return Breach("outline", f"line {_line(one)}: a statement outside the change reads differently now")
            index = _first(regions, before.start(one))
            if index < len(regions) and regions[index][0] < before.end(one):
                stack.append((one, other))
    return None


def _moved_along(
    before: Source, after: Source, pair: tuple[ast.AST, ast.AST], shift: Shift, regions: tuple[_Regions, _Regions]
) -> bool:
    """Does the new statement extend from where the edits moved the old one's start to where they moved its end?

    A statement that ends with a changed region ends anywhere within it now, or before it when its last lines went.
    """
    old, new = pair
    if shift.forward(before.start(old), after=True) != after.start(new):
        return False
    end, now = before.end(old), after.end(new)
    index = _first(regions[0], end)
    if index < len(regions[0]) and regions[0][index][0] < end:
        low, high = regions[1][index]
        return now <= high and not (now < low and after.text[now:low].strip())
    return shift.forward(end) == now


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for child in blocks(node):
        if isinstance(child, ast.match_case):
            yield from child.body  # a case has no position of its own
        else:
            yield child


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)


def _within(source: Source, node: ast.AST, regions: _Regions) -> bool:
    index = bisect.bisect_right(regions, (source.start(node), len(source.text))) - 1
    return index >= 0 and source.end(node) <= regions[index][1]


def _first(regions: _Regions, offset: int) -> int:
    """The index of the first region that does not end before `offset`. Regions are in order and do not overlap."""
    return bisect.bisect_left(regions, offset, key=lambda region: region[1])


def _merged(regions: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(regions):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


# -- comments --------------------------------------------------------------------------


def _comments(before: Source, after: Source, edits: Sequence[Edit], out: Sequence[str]) -> Breach | None:
    """No comment or pragma of a replaced line is lost."""
    if not any("#" in before.text[edit.start : edit.end] for edit in edits):
        return None
    lost = comment_counts(before) - comment_counts(after) - Counter(out)
    if lost:
        return Breach("comments", f"the comment {next(iter(lost))!r} would be lost")
    return None


def comment_counts(source: Source) -> Counter[str]:
    """The comments of a file from their `#` on, without white space behind them, each with how often it stands there."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline)
    return Counter(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)


# -- names -----------------------------------------------------------------------------


def _names(before: Source, after: Source, edits: Sequence[Edit]) -> Breach | None:
    """No name is undefined now that was not before (pyflakes).

    Pyflakes reads the touched definitions whole and the headers of the others: a function
    that was not touched can only lose a name when the module's own bindings shrink, and
    then everything is read.
    """
    if _only_known_words(before, edits):
        return None
    whole = not set(before.names.module.bindings) <= set(after.names.module.bindings)
    low = min(edit.start for edit in edits)
    shift = Shift(edits)
    new_areas = [(shift.forward(edit.start), shift.forward(edit.end, after=True)) for edit in sorted(edits)]
    now = _undefined(after.tree if whole else _touched(after, new_areas))
    if not now:
        return None  # as nearly everywhere: no need to ask what was undefined before
    old_areas = [(edit.start, edit.end) for edit in sorted(edits)]
    fresh = now - _undefined(before.tree if whole else _touched(before, old_areas))
    if fresh:
        return Breach("names", f"undefined name {', '.join(sorted(fresh))} (change at line {before.position(low)[0]})")
    return None


def _only_known_words(before: Source, edits: Sequence[Edit]) -> bool:
    """True when the edits exchange nothing but builtins: no name can become undefined by that."""
    from engine.names import BUILTINS

    for edit in edits:
        words = [re.findall(r"\w+", text) for text in (edit.text, before.text[edit.start : edit.end])]
        new, old = ([word for word in some if word not in BUILTINS] for some in words)
        if new != old or any(before.names.lookup(word, before.names.module) for word in {*words[0], *words[1]} & BUILTINS):
            return False
    return True


def _touched(source: Source, areas: list[tuple[int, int]]) -> ast.Module:
    """The module with every definition that no edit touches emptied."""

    def trim(body: list[ast.stmt]) -> list[ast.stmt]:
        out = []
        for node in body:
            if isinstance(node, _DEFINITIONS):
                start, end = source.start(node), source.end(node)
                index = _first(areas, start)
                touched = index < len(areas) and areas[index][0] <= end
                if not touched or isinstance(node, ast.ClassDef):
                    node = copy.copy(node)  # noqa: PLW2901
                    node.body = trim(node.body) if touched else [ast.Pass(lineno=node.lineno, col_offset=0)]
            out.append(node)
        return out

    return ast.Module(trim(source.tree.body), source.tree.type_ignores)


def _undefined(tree: ast.Module) -> Counter[str]:
    from pyflakes import checker, messages

    found = checker.Checker(tree, "target").messages
    kinds = (messages.UndefinedName, messages.UndefinedLocal)
    return Counter(_name_of(message.message_args) for message in found if isinstance(message, kinds))


def _name_of(arguments: object) -> str:
    """The name that a message is of; pyflakes gives a text in place of a tuple where a local hides a builtin."""
    return str(arguments[0] if isinstance(arguments, tuple) else arguments)
