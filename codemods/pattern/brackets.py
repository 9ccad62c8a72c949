"""A piece of code as words and brackets, with the white space and comments between them: enough to compare two layouts.

No grammar: items are what commas part, in whatever bracket. That a text built from this still means the same, its maker proves.
"""

from __future__ import annotations

import ast
import bisect
import keyword
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.pattern.text import offsets, tokens

Places = Sequence[tuple[int, int]]  # text[start:end] that metavariables hold

_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())
_HELD = "\v"  # behind the key of what a metavariable holds: code of the template is never that, whatever it says
_QUIET = frozenset(
    {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A name, an operator, or a literal: text[start:end]."""

    start: int
    end: int
    key: str  # equal for what means the same
    held: bool = False  # by a metavariable


@dataclass(frozen=True, slots=True)
class Run:
    """Words and brackets that follow one another without a comma between them. Never empty, but for an empty text."""

    nodes: tuple[Node, ...]
    key: str

    @property
    def start(self) -> int:
        return self.nodes[0].start

    @property
    def end(self) -> int:
        return self.nodes[-1].end


@dataclass(frozen=True, slots=True)
class Group:
    """A bracket and what it holds: items with commas between them."""

    start: int
    end: int
    key: str
    sort: str  # the opening bracket; "call" behind it where it follows a name or a bracket
    items: tuple[Run, ...]
    before: tuple[tuple[int, int], ...]  # the gap before each item, behind the bracket or the comma
    behind: tuple[tuple[int, int], ...]  # the gap between each item and its comma; empty where it has none
    tail: tuple[int, int]  # the gap before the closing bracket
    comma: bool  # one stands behind the last item
    held: bool = False  # by a metavariable


Node = Word | Group


def read_run(text: str, held: Places = ()) -> Run | None:
    """The words and brackets of a text; None where it cannot be taken apart."""
    words = _words(text)
    if words is None:
        return None
    inside = _Inside(held)
    reader = _Reader(text, [_marked(word, inside) for word in words], inside)
    nodes = reader.nodes()
    return None if reader.at < len(words) else Run(tuple(nodes), _key(nodes))


def _words(text: str) -> list[Word] | None:
    """The tokens that are code, an f-string as one. The text is read as if it stood in brackets."""
    starts, found, depth, begun = offsets(f"({text}\n)"), [], 0, 0
    last = ""
    for token in tokens(f"({text}\n)"):
        name = tokenize.tok_name[token.type]
        low, high = starts[token.start[0] - 1] + token.start[1] - 1, starts[token.end[0] - 1] + token.end[1] - 1
        if name in ("FSTRING_START", "TSTRING_START"):
            begun = begun if depth else low
            depth += 1
        elif name in ("FSTRING_END", "TSTRING_END"):
            depth -= 1
            if depth == 0:
                found.append(Word(begun, high, text[begun:high]))
        elif depth == 0 and token.type not in _QUIET:
            found.append(Word(low, high, _meaning(token)))
        last = token.string or last
    whole = len(found) >= 2 and found[0].start == -1 and found[-1].start == len(text) + 1
    return found[1:-1] if whole and not any(word.key.isspace() for word in found) else None


def _marked(word: Word, inside: _Inside) -> Word:
    """A comma between things that are held is nobody's."""
    return Word(word.start, word.end, word.key + _HELD, True) if word.key != "," and inside(word.start, word.end) else word


class _Inside:
    """Does a place lie within one of those that are held?"""

    def __init__(self, held: Places) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []  # the furthest of those that begin so far
        for start, end in sorted(held):
            self.starts.append(start)
            self.ends.append(max(end, self.ends[-1] if self.ends else end))

    def __call__(self, start: int, end: int) -> bool:
        at = bisect.bisect_right(self.starts, start)
        return at > 0 and end <= self.ends[at - 1]


def _meaning(token: tokenize.TokenInfo) -> str:
    if token.type not in (tokenize.STRING, tokenize.NUMBER):
        return token.string
    try:
        return repr(ast.literal_eval(token.string))
    except (ValueError, SyntaxError, RecursionError):
        return token.string


class _Reader:
    """Goes through the words once, from left to right."""

    def __init__(self, text: str, words: Sequence[Word], inside: _Inside) -> None:
        self.text, self.words, self.at, self.inside = text, words, 0, inside

    def nodes(self, stops: Sequence[str] = ()) -> list[Node]:
        """What stands here, up to a closing bracket or one of `stops`."""
        found: list[Node] = []
        lambdas = 0  # whose parameters are being read: a comma there parts no items
        while self.at < len(self.words):
            word = self.words[self.at]
            said = self.text[word.start : word.end]
            if said in _OPEN:
                found.append(self.group(said, found[-1] if found else None))
                continue
            if said in _CLOSE or (said in stops and not lambdas):
                break
            lambdas += (said == "lambda") - (said == ":" and lambdas > 0)
            self.at += 1
            found.append(word)
        return found

    def group(self, opener: str, previous: Node | None) -> Group:
        start, closer = self.words[self.at].start, _OPEN[opener]
        self.at += 1
        items: list[Run] = []
        before: list[tuple[int, int]] = []
        behind: list[tuple[int, int]] = []
        gap, comma = start + 1, False
        while self.at < len(self.words):
            nodes = self.nodes((",",))
            if not nodes:
                break
            run = Run(tuple(nodes), _bare(nodes))
            items.append(run)
            before.append((gap, run.start))
            end = self.words[self.at] if self.at < len(self.words) else None
            comma = end is not None and self.text[end.start : end.end] == ","
            behind.append((run.end, end.start if comma and end else run.end))
            gap = run.end
            if comma and end:
                gap, self.at = end.end, self.at + 1
        low, high = (self.words[self.at].start, self.words[self.at].end) if self.at < len(self.words) else (gap, gap)
        self.at += 1
        inner = ",".join(run.key for run in items) + ("," if comma and len(items) == 1 else "")
        is_call = _is_called(previous, self.text)
        sort = opener + ("call" if is_call else "")
        held = self.inside(start - is_call, high)  # of a call with its function: a generator may share its brackets
        key = f"{sort}{inner}{closer}" + (_HELD if held and not items else "")
        return Group(start, high, key, sort, tuple(items), tuple(before), tuple(behind), (gap, low), comma, held)


def _is_called(previous: Node | None, text: str) -> bool:
    if isinstance(previous, Word):
        said = text[previous.start : previous.end]
        return bool(re.match(r"[^\W\d]", said)) and not keyword.iskeyword(said) and said[-1] not in "\"'"
    return previous is not None


def _key(nodes: Sequence[Node]) -> str:
    return " ".join(node.key for node in nodes)


def parenthesised(run: Run) -> Group | None:
    """The parentheses that stand around the whole of an expression, and say nothing."""
    return _around(run.nodes)


def _around(nodes: Sequence[Node]) -> Group | None:
    only = nodes[0] if len(nodes) == 1 else None
    return only if isinstance(only, Group) and only.sort == "(" and len(only.items) == 1 and not only.comma else None


def _bare(nodes: Sequence[Node]) -> str:
    """The key of an item; parentheses around the whole of it say nothing."""
    around = _around(nodes)
    return around.items[0].key if around is not None else _key(nodes)
