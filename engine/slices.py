"""Surgical LibCST: cut one statement out, transform it, print it, prove the print, splice it back.

The slice keeps its own indentation (strings have insides, so nothing is ever dedented) and
may be *hollow*: suites that the transform does not look into are left out and put back as
they were, so the cost of a rewrite does not grow with the code around it. The result is a
set of small edits; every byte outside them is untouched by construction.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Sequence
from typing import cast

import libcst as cst

from engine.model import Edit, Span
from engine.skeleton import HEADER, Piece, Rewrite, SliceError, decorators, first_column, own_lines, skeleton
from engine.source import Source

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_PUNCTUATION = (cst.Comma, cst.Semicolon, cst.AssignEqual, cst.Colon)
Transform = Callable[[Statement], Statement | Sequence[Statement]]

_WORD = re.compile(r"\w")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")  # str.splitlines would also split at form feeds and U+2028


def rewrite_statement(source: Source, node: ast.stmt, transform: Transform, hollow: Sequence[Sequence[ast.stmt]] = ()) -> Rewrite:
    """Rewrite one statement through LibCST.

    `transform` takes the statement's tree and returns one tree or several; suites listed in
    `hollow` (lists of statements of `node`, as `ast` has them) appear in it as one placeholder
    expression each, which may be moved to another place of the same indentation, or dropped.
    Raises SliceError: `shares-line` (the statement does not own its lines), `slice-parse`
    (LibCST does not read it), `not-as-meant` (what was printed parses to another tree).
    """
    start, end = own_lines(source, node)
    pieces, kept = skeleton(source, start, end, hollow)
    indent = source.text[start : source.start(node) if not decorators(node) else first_column(source, start)]
    old = "".join(piece.text for piece in pieces)
    module = _parse(old, indent, source.newline)
    target = _only_statement(module, indent)
    result = transform(target)
    new_statements = [result] if isinstance(result, cst.CSTNode) else list(result)
    if not new_statements:
        raise SliceError("not-as-meant", "the transform left no statement; delete one by an edit, and mind its suite")
    new = _print(module, new_statements, indent)
    _prove(new, new_statements, indent, source.newline)
    return Rewrite(_edits(source, pieces, new, kept), Span(source.path, start, end))


def _parse(text: str, indent: str, newline: str) -> cst.Module:
    whole = f"{HEADER}{newline}{text}" if indent else text
    try:
        module = cst.parse_module(whole, cst.PartialParserConfig(default_newline=newline))
    except (SyntaxError, TypeError, RecursionError, cst.ParserSyntaxError) as error:  # TypeError: LibCST 1.9, `0 if 0 else(x)`
        raise SliceError("slice-parse", f"LibCST does not read this statement ({type(error).__name__})") from error
    if module.code != whole:
        raise SliceError("slice-parse", "LibCST does not print this statement back as it was")
    return module


def _only_statement(module: cst.Module, indent: str) -> Statement:
    body = _block(module).body if indent else module.body
    if len(body) != 1:
        raise SliceError("slice-parse", f"the slice holds {len(body)} statements, not one")
    return cast(Statement, body[0])


def _block(module: cst.Module) -> cst.IndentedBlock:
    """What stands under the header that an indented slice was parsed with."""
    return cast(cst.IndentedBlock, cast(cst.If, module.body[0]).body)


def _print(module: cst.Module, statements: list[Statement], indent: str) -> str:
    if not indent:
        return module.with_changes(body=statements).code
    changed = module.body[0].with_changes(body=_block(module).with_changes(body=statements))
    code = module.with_changes(body=[changed]).code
    return code[code.index("\n") + 1 :]


def _prove(text: str, meant: list[Statement], indent: str, newline: str) -> None:
    """Parse what was printed; it must be the tree that was meant."""
    try:
        module = _parse(text, indent, newline)
    except SliceError as error:
        raise SliceError("not-as-meant", f"the rewritten statement does not parse: {text.strip()[:80]!r}") from error
    got = list(_block(module).body if indent else module.body)
    if len(got) != len(meant) or not all(_same_tree(one, other) for one, other in zip(got, meant, strict=True)):
        raise SliceError("not-as-meant", "the rewritten statement prints to text that means something else")


def _same_tree(one: object, other: object) -> bool:
    """`deep_equals`, but blind to which node owns a blank or a comment line."""
    stack = [(one, other)]
    while stack:
        left, right = stack.pop()
        if isinstance(left, cst.MaybeSentinel) and isinstance(right, _PUNCTUATION):
            continue  # punctuation that the printer supplies
        if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)):
            if len(left) != len(right):
                return False
            stack.extend(zip(left, right, strict=True))
        elif type(left) is not type(right):
            return False
        elif isinstance(left, cst.CSTNode):
            for name in left.__dataclass_fields__:
                mine, theirs = getattr(left, name), getattr(right, name)
                if not (_is_blank(mine) and _is_blank(theirs)):
                    stack.append((mine, theirs))
        elif left != right:
            return False
    return True


def _is_blank(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(isinstance(part, cst.EmptyLine) for part in value)
    if isinstance(value, str):
        return not value.strip()  # an indented block's indent
    return value is None or isinstance(value, (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.MaybeSentinel))


def _edits(source: Source, pieces: list[Piece], new: str, kept: dict[str, str]) -> tuple[Edit, ...]:
    """The smallest line-wise edits from the old skeleton to the new one, trimmed to whole words."""
    old_lines, new_lines = [piece.text for piece in pieces], _LINE.findall(new)
    edits = []
    matcher = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        start = pieces[i1].start if i1 < len(pieces) else pieces[-1].end
        end = pieces[i2 - 1].end if i2 > i1 else start
        text = "".join(_expand(line, kept) for line in new_lines[j1:j2])
        if any(name in text for name in kept):
            raise SliceError("not-as-meant", "a suite that was left out no longer stands on a line of its own")
        edits.append(_trim(source, start, end, text))
    return tuple(edits)


def _expand(line: str, kept: dict[str, str]) -> str:
    return kept.get(line.strip(), line)


def _trim(source: Source, start: int, end: int, text: str) -> Edit:
    old = source.text[start:end]
    low = 0
    while low < min(len(old), len(text)) and old[low] == text[low]:
        low += 1
    while low and _splits_word(old, low) | _splits_word(text, low):
        low -= 1
    high = 0
    while high < min(len(old), len(text)) - low and old[-1 - high] == text[-1 - high]:
        high += 1
    while high and _splits_word(old, len(old) - high) | _splits_word(text, len(text) - high):
        high -= 1
    return source.edit(start + low, end - high, text[low : len(text) - high])


def _splits_word(text: str, at: int) -> bool:
    return (0 < at < len(text) and bool(_WORD.match(text[at - 1]) and _WORD.match(text[at]))) or text[at - 1 : at + 1] == "\r\n"
