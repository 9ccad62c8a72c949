"""Words as people write them: the one that was meant, what may be quoted, and dotted names piece by piece. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def near_miss(word: str, known: Iterable[str], show: Callable[[str], str] = repr, most: int | None = None) -> str:
    """`; did you mean 'x'?` for the known word most like this one, in any case, else `; known: a, b`, else empty.

    `show` spells the word that was meant; `most`: how many are listed.
    """
    every = sorted(set(known))
    names = {name.casefold(): name for name in reversed(every)}
    close = difflib.get_close_matches(word.casefold(), sorted(names), 1, 0.6)
    if close:
        return f"; did you mean {show(names[close[0]])}?"
    return f"; known: {', '.join(every[:most])}" if every else ""


def plural(n: int, noun: str) -> str:
    """1 change, 2,000 changes."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def some(words: Sequence[str], most: int, between: str = ", ") -> str:
    """`a, b and 1,200 more`: the first `most` of the words. `between` other than a comma stands before the rest too."""
    left = len(words) - most
    more = f"{' ' if between == ', ' else between}and {left:,} more" if left > 0 else ""
    return f"{between.join(words[:most])}{more}"


def visible(text: str) -> str:
    """A sentence that may quote a file, which may hold terminal escapes: control characters as Python escapes."""
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def beginnings(dotted: str) -> Iterator[tuple[str, str]]:
    """("a.b.c", ""), ("a.b", "c"), ("a", "b.c"): a dotted name cut at each dot, the longest beginning first."""
    head, rest = dotted, ""
    while head:
        yield head, rest
        head, _, last = head.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
