"""Where captured statements stand in a file, and the edits that move their lines to another indentation."""

from __future__ import annotations

import ast
import itertools
import re
import tokenize

from codemods.pattern.captures import File
from codemods.pattern.rules import block_of
from codemods.pattern.text import Kept, inner_lines, offsets, tokens
from engine import SliceError, Source

_BLANK = re.compile(r"[ \t\f]*")
_REST = re.compile(r"[ \t\f]*(#[^\r\n]*)?(?=\r|\n|$)")


def indentation(source: Source, offset: int) -> str | None:
    """What stands before `offset` on its line; None when that is not only blanks."""
    before = source.text[source.line_start(offset) : offset]
    continued = re.search(r"\\\r?\n$", source.text[: source.line_start(offset)][-3:])
    return before if not before.strip(" \t\f") and not continued else None


def first_of(node: ast.AST, source: Source) -> int:
    """Offset of a statement's first character; of its first decorator's `@` where it has one."""
    decorators = getattr(node, "decorator_list", None)
    return source.text.rfind("@", 0, source.start(decorators[0])) if decorators else source.start(node)


def colon_above(first: ast.AST, file: File, low: int) -> int | None:
    """The offset behind a header's colon, where this statement is the first of its block.

    None where it is not, or stands on the header's own line, or the header stands before `low`.
    """
    source, held = file.source, block_of(first, file)
    if held is None or held[3]:
        return None
    owner, start = held[0], first_of(first, source)
    if isinstance(owner, ast.Module) or indentation(source, start) is None:
        return None
    begin = _header(owner, held[1], source)
    if begin < low:
        return None
    colon = -1
    text = source.text[begin:start]
    starts = offsets(text)
    for token in tokens(text):
        if token.type == tokenize.OP and token.string == ":":
            colon = starts[token.start[0] - 1] + token.start[1] + 1
    return begin + colon if colon > 0 else None


def _header(owner: ast.AST, field: str, source: Source) -> int:
    """An offset at or before a block's header, behind every colon that is not its own."""
    if field == "body":
        return source.start(owner.pattern if isinstance(owner, ast.match_case) else owner)
    blocks = [block for name in ("body", "handlers", "orelse") if name != field and (block := getattr(owner, name, None))]
    before = [block[-1] for block in blocks if source.end(block[-1]) < source.start(getattr(owner, field)[0])]
    return max(source.end(node) for node in before)


def behind(last: ast.AST | str, start: int, limit: int, source: Source) -> int:
    """The end of a block: behind the comments that belong to its last lines, as far as `limit` allows."""
    assert isinstance(last, ast.AST)
    end = source.end(last)
    if (rest := _REST.match(source.text, end)) and rest.end() <= limit:
        end = rest.end()
    depth = len(indentation(source, start) or "")
    at = end
    while (at := source.line_end(at)) < limit:
        line = source.text[at : source.line_end(at)]
        blank = _BLANK.match(line)
        if line.strip() and not (line.lstrip().startswith("#") and blank and blank.end() >= depth):
            break
        if line.strip():
            end = at + len(line.rstrip("\r\n"))
    return end


def kept(source: Source, start: int, end: int, old: str, new: str) -> Kept:
    """text[start:end], each of its lines moved from the indentation `old` to `new`; what is inside strings stays.

    Raises SliceError `indentation` for a line of code that does not begin with `old`.
    """
    text = source.text[start:end]
    if old == new or "\n" not in text:
        return Kept(start, end, text)
    inside, starts = inner_lines(old + text), offsets(text)
    edits = []
    for number in range(1, len(starts) - 1):
        at = starts[number]
        line = text[at : starts[number + 1]]
        if number in inside or not line.strip():
            continue
        if line.startswith(old):
            common = 0
            while common < min(len(old), len(new)) and old[common] == new[common]:
                common += 1
            edits.append((start + at + common, start + at + len(old), new[common:]))
        elif not line.lstrip().startswith("#") and not _continues(old + text[:at]):
            raise SliceError("indentation", "a line of the block is indented by other characters than its first line")
    return Kept(start, end, _applied(text, start, edits), tuple(edits))


def _continues(text: str) -> bool:
    """Is the line that begins behind this text inside brackets, or behind a backslash?"""
    depth = 0
    for token in tokens(text):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
    return depth > 0 or text.rstrip("\r\n").endswith("\\")


def _applied(text: str, start: int, edits: list[tuple[int, int, str]]) -> str:
    out, at = [], 0
    for low, high, new in edits:
        out += [text[at : low - start], new]
        at = high - start
    return "".join([*out, text[at:]])


def step(source: Source, owner: ast.AST | None) -> str:
    """One level of indentation in this file: the block's at hand, else the file's first, else four blanks."""
    body = getattr(owner, "body", None)
    blocks = [(owner, body)] if isinstance(body, list) else []
    others = ((node, node.body) for node in source.statements(ast.stmt) if isinstance(getattr(node, "body", None), list))  # type: ignore[attr-defined]
    for holder, block in itertools.chain(blocks, itertools.islice(others, 50)):
        if not isinstance(holder, (ast.stmt, ast.ExceptHandler)) or not block:
            continue
        outer, inner = indentation(source, source.start(holder)), indentation(source, first_of(block[0], source))
        if outer is not None and inner is not None and inner.startswith(outer) and inner != outer:
            return inner[len(outer) :]
    return "    "
