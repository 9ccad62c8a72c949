"""Text of captures, and the choice of parentheses: the fewest with which the text parses to what is meant."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codemods.pattern.shapes import same
from engine import SliceError, lines_of

HEADER = "if 1:\n"  # what indented statements are put under, so that they parse as they stand
_UNBRACKETED = re.compile(r"(#[^\r\n]*)|[()]")


@dataclass(frozen=True, slots=True)
class Lit:
    """Text that is written as it is."""

    text: str
    held: bool = False  # it is what a metavariable holds


@dataclass(frozen=True, slots=True)
class Var:
    """Code that may have to be parenthesised: its spellings, the barest first, the safest last."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Text that stays where it is in the file: text[start:end], its lines moved from one indentation to another."""

    start: int
    end: int
    text: str
    edits: tuple[tuple[int, int, str], ...] = ()


Piece = Lit | Var | Kept


def fitted(pieces: Sequence[Piece], meant: Sequence[ast.AST], parsed: Callable[[str], Sequence[ast.AST]]) -> list[Lit | Kept]:
    """The pieces with the fewest parentheses that give `meant`. Raises SliceError `not-as-meant`."""
    bare = {index: 0 for index, piece in enumerate(pieces) if isinstance(piece, Var)}
    if _gives(_chosen(pieces, bare), meant, parsed):
        return _chosen(pieces, bare)
    safe = {index: len(pieces[index].spellings) - 1 for index in bare}  # type: ignore[union-attr]
    choice = {}
    for index, last in safe.items():
        ways = range(last + 1)
        choice[index] = next((way for way in ways if _gives(_chosen(pieces, {**safe, index: way}), meant, parsed)), last)
    for tried in (choice, safe):
        if _gives(_chosen(pieces, tried), meant, parsed):
            return _chosen(pieces, tried)
    text = "".join(piece.text for piece in _chosen(pieces, choice)).strip()
    raise SliceError("not-as-meant", f"the replacement would read {text[:60]!r} here, which is other code than it means")


def _chosen(pieces: Sequence[Piece], choice: dict[int, int]) -> list[Lit | Kept]:
    return [Lit(piece.spellings[choice[index]], True) if isinstance(piece, Var) else piece for index, piece in enumerate(pieces)]


def _gives(pieces: Sequence[Lit | Kept], meant: Sequence[ast.AST], parsed: Callable[[str], Sequence[ast.AST]]) -> bool:
    return reads("".join(piece.text for piece in pieces), meant, parsed)


def reads(text: str, meant: Sequence[ast.AST], parsed: Callable[[str], Sequence[ast.AST]]) -> bool:
    """Does the text parse to what is meant?"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return len(found) == len(meant) and all(same(one, other) for one, other in zip(found, meant, strict=True))


def as_expression(text: str) -> Sequence[ast.AST]:
    """Text in brackets, as one expression."""
    return [ast.parse(f"({text}\n)", mode="eval").body]


def as_argument(text: str) -> Sequence[ast.AST]:
    """Text as what stands in the brackets of a call."""
    call = ast.parse(f"_({text}\n)", mode="eval").body
    assert isinstance(call, ast.Call)
    return [*call.args, *call.keywords]


def spellings(text: str, node: ast.AST) -> tuple[str, ...]:
    """An expression bare and in parentheses; a generator expression has its own, which a call may share."""
    if isinstance(node, ast.GeneratorExp):
        return (text[1:-1], text)
    return (text, f"({text})") if isinstance(node, ast.expr) and not isinstance(node, ast.Starred) else (text,)


def joined(texts: Sequence[str], gaps: Sequence[str]) -> tuple[str, ...]:
    """Captured neighbours with what was written between them; and with commas, where that was something else.

    Parentheses around one of them stand in both gaps beside it.
    """
    plain = [re.sub(r"#[^\r\n]*", "", gap) for gap in gaps]
    closing = [*(gap.count(")") for gap in plain), plain[-1].count("(")]
    words = ["(" * count + text + ")" * count for text, count in zip(texts, closing, strict=True)]
    written = [_UNBRACKETED.sub(lambda found: found[1] or "", gap) for gap in gaps]
    commas = [gap if "," in bare else ", " for gap, bare in zip(written, plain, strict=True)]
    ways = ("".join(part for pair in zip(words, [*between, ""], strict=True) for part in pair) for between in (written, commas))
    return tuple(dict.fromkeys(ways))


def closed(pieces: list[Piece]) -> list[Piece]:
    """Without the comma of what holds nothing: `f($$$A, x)` is `f(x)` when there is no argument."""
    out = list(pieces)
    for index, piece in enumerate(out):
        if isinstance(piece, Lit) and piece.text == "" and 0 < index < len(out) - 1:
            before, after = out[index - 1], out[index + 1]
            if isinstance(after, Lit) and re.match(r"\s*,", after.text):
                out[index + 1] = Lit(re.sub(r"^\s*,\s*", "", after.text))
            elif isinstance(before, Lit) and re.search(r",\s*$", before.text):
                out[index - 1] = Lit(re.sub(r",\s*$", "", before.text))
    return out


# -- tokens ------------------------------------------------------------------------------


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a piece of code, as far as it can be read."""
    lines = iter(lines_of(text))
    try:
        yield from tokenize.generate_tokens(lambda: next(lines, ""))
    except (tokenize.TokenError, SyntaxError):
        return


def offsets(text: str) -> list[int]:
    """The offset of the first character of each line."""
    starts = [0]
    for line in lines_of(text):
        starts.append(starts[-1] + len(line))
    return starts


def offset_of(text: str, node: ast.AST) -> int:
    """Where a node of parsed text begins."""
    start = offsets(text)[node.lineno - 1]  # type: ignore[attr-defined]
    return start + len(text[start:].encode()[: node.col_offset].decode())  # type: ignore[attr-defined]


def comments(text: str) -> list[str]:
    """The comments of a piece of code, sorted."""
    if "#" not in text:
        return []
    return sorted(token.string.rstrip() for token in tokens(text) if token.type == tokenize.COMMENT)


def require_comments(old: str, new: str) -> None:
    """Raises SliceError `comment` where a comment of the old code stands less often in the new."""
    if lost := Counter(comments(old)) - Counter(comments(new)):
        raise SliceError("comment", f"the comment {min(lost)!r} would be lost")


def inner_lines(text: str) -> set[int]:
    """The 0-based lines of a text that begin inside a string: their indentation is the string's."""
    found: set[int] = set()
    open_at: list[int] = []
    for token in tokens(text):
        name = tokenize.tok_name[token.type]
        if name in ("FSTRING_START", "TSTRING_START"):
            open_at.append(token.start[0])
        elif name in ("FSTRING_END", "TSTRING_END") and open_at:
            found.update(range(open_at.pop(), token.end[0]))
        elif name == "STRING":
            found.update(range(token.start[0], token.end[0]))
    return found
