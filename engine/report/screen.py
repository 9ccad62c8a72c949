"""What may reach a terminal: escaped, redacted, then coloured, in that order.

A target's names and code are hostile. Control characters, terminal escapes, bidirectional
and invisible characters are shown as Python escapes; secrets that stand near a change are
shown as ****. For `text` only: a patch must hold every byte, and jsonl is for programs.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache

from rich.color import ColorSystem
from rich.style import Style

LONGEST = 1_000  # characters of a line that are shown

STYLES: Mapping[str, str] = {
    "path": "bold",
    "rule": "bold",
    "dim": "dim",
    "safe": "green",
    "unsafe": "yellow",
    "manual": "cyan",
    "failure": "red",
    "-": "red",
    "+": "green",
    "title": "bold underline",
}

# Bidirectional controls and characters that print as nothing, or as a line end to some viewers.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_FLAGGED = re.compile(f"[{_UNSEEN}]")
_CONTROL = re.compile(f"[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\ud800-\udfff{_UNSEEN}]")

_KEY = (
    r"[\w.\-]{0,80}(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private|secret|auth|signing|encryption)[_\-]?key"
    r"|credential)s?(?:[_\-]?(?:default|value|\d+))?"
)
_LITERAL = r"""(?P<open>[rbuf]{0,2}(?P<quote>\"{3}|'{3}|"|'))(?P<inside>(?:\\.|(?!(?P=quote)).)+)(?P<close>(?P=quote)|\\?$)"""
_ASSIGNED = r"""\s*(?::\s*[\w.\[\]|, "']+?)?\s*(?:[=!]=|:=|=)"""  # key = , key: str = , key ==
_QUOTED = r"""["']\s*(?:\]\s*[=!]?=|:)"""  # "key": , ["key"] =
_DEFAULT = r"""["']\s*,"""  # get("key",
_SECRET = re.compile(
    rf"(?P<before>(?:\b{_KEY}(?:{_ASSIGNED}|{_QUOTED})|\(\s*[rbuf]?[\"']{_KEY}{_DEFAULT})\s*){_LITERAL}", re.IGNORECASE
)
_URL = re.compile(r"(://[^/\s:@\"']*:)[^/\s:@\"']+(?=@)")


def escape(text: str) -> str:
    """Text that a terminal shows as it reads: no control, escape, bidirectional or invisible character; tabs stay."""
    return text if text.isprintable() else _CONTROL.sub(_escaped, text)


def flagged(text: str) -> list[str]:
    """The bidirectional and invisible characters in a text, as U+202E, sorted."""
    return [] if text.isprintable() else sorted({f"U+{ord(character):04X}" for character in _FLAGGED.findall(text)})


def redact(text: str) -> str:
    """String literals given to names such as password, token or api_key, and passwords in URLs, as ****."""
    if '"' in text or "'" in text:
        text = _SECRET.sub(r"\g<before>\g<open>****\g<close>", text)
    return _URL.sub(r"\1****", text) if "@" in text else text


def code(line: str) -> str:
    """A line of code, without its newline, for the screen."""
    rest = len(line) - LONGEST
    shown = escape(redact(line[:LONGEST]))
    return shown if rest <= 0 else f"{shown} ... {rest:,} more characters"


def prose(text: str) -> str:
    """A message in one line for the screen; line ends in it are shown as \\n."""
    return escape(redact(text.strip()))


def wrapped(text: str, indent: str, width: int) -> Iterator[str]:
    """Prose in lines of at most `width` columns, each behind `indent`."""
    room = max(width - len(indent), 40)
    for line in textwrap.wrap(prose(text), room, break_long_words=False, break_on_hyphens=False):
        yield f"{indent}{line}"


def paint(text: str, style: str, color: bool) -> str:
    """Text in one of STYLES, when colour is wanted. The text must be escaped already."""
    if not color or not text:
        return text
    before, after = _ansi(style)
    return f"{before}{text}{after}"


@cache
def _ansi(style: str) -> tuple[str, str]:
    before, _, after = Style.parse(STYLES[style]).render("|", color_system=ColorSystem.STANDARD).partition("|")
    return before, after


def _escaped(match: re.Match[str]) -> str:
    value = ord(match[0])
    if value < 0x100:
        return {"\n": "\\n", "\r": "\\r"}.get(match[0], f"\\x{value:02x}")
    return f"\\u{value:04x}" if value < 0x10000 else f"\\U{value:08x}"
