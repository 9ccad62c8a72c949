"""Text of the target as Markdown that does nothing: no HTML, mention, issue reference, closing keyword, link or marker. Pure.

Everything of the target stands in code, which GitHub shows as it is. A pull request's description can become the message of
a squashed commit, though, where code is text again: so what would act there is broken by a word joiner (U+2060), which
shows as nothing. Order: redacted, escaped, broken, fenced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine import redact
from engine.report.screen import escape

JOINER = "\u2060"
_LONGEST = 400  # characters that are looked at before a text is cut
_ACTS = re.compile(
    r"@(?=[a-z0-9])|\#(?=\d)|\bgh-(?=\d)|:(?=//)|\bwww(?=\.)|<(?=!--)|\[(?=(?:skip|no|ci|actions) (?:ci|skip|actions)\])",
    re.IGNORECASE,
)
_TICKS = re.compile("`+")


def inert(text: str) -> str:
    """One line of text in which nothing is hidden and nothing acts; still not to be put outside code."""
    return _ACTS.sub(lambda match: match[0] + JOINER, escape(text))


def code(text: str, longest: int = 200, *, cell: bool = False) -> str:
    """A text as code in one line, `longest` characters of it at most. `cell`: it stands in a table."""
    whole = redact.redact(text[:_LONGEST].strip())
    shown = inert(whole if len(whole) <= longest else f"{whole[:longest]}...").replace("\t", " ") or "(empty)"
    if cell:
        shown = re.sub(r"\\(?=\|)", "\\\\" + JOINER, shown).replace("|", "\\|")
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(lines: Iterable[str], language: str, longest: int = 160) -> str:
    """Lines as a fenced block; of each at most `longest` characters. The fence is longer than any inside."""
    redacted = list(redact.lines(line[:_LONGEST] for line in lines))
    shown = [inert(line if len(line) <= longest else f"{line[:longest]}...") for line in redacted]
    fence = "`" * max(3, _longest_run("\n".join(shown)) + 1)
    return "\n".join([fence + language, *shown, fence])


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
