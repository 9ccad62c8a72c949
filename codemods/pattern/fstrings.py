"""Text of string literals taken apart: what is between the braces of an f-string, and literals made anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENING = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_CONVERSION = re.compile(r"![A-Za-z]\s*$")


@dataclass(frozen=True, slots=True)
class Said:
    """Text of a literal as it is written between its quotes; a brace that is written twice stands once."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A replacement field of an f-string: its expression as written, without conversion."""

    text: str


Part = Said | Hole | str  # plain text: prefixes without f, quotes, and what stands between literals


def taken_apart(text: str) -> list[Part]:
    """The parts of one literal, or of several that stand behind each other, comments and all."""
    out: list[Part] = []
    at = 0
    while at < len(text):
        if text[at] == "#":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(text[at:end])
            at = end
        elif found := _OPENING.match(text, at):
            at = _literal(text, found, out)
        else:
            out.append(text[at])
            at += 1
    return out


def _literal(text: str, found: re.Match[str], out: list[Part]) -> int:
    """Adds the parts of the literal that `found` opens; returns the offset behind it."""
    prefix, quote = found["prefix"], found["quote"]
    formatted = "f" in prefix.lower()
    out.append(re.sub("[fF]", "", prefix) + quote)
    at = found.end()
    while at < len(text):
        if text.startswith(quote, at):
            out.append(quote)
            return at + len(quote)
        size = _unit(text, at, formatted and "r" not in prefix.lower())
        if formatted and text[at] == "{" and size == 1 and text[at + 1 : at + 2] != "{":
            end, brace = _field(text, at + 1)
            out.append(Hole(_CONVERSION.sub("", text[at + 1 : end])))
            at = brace + 1
        elif formatted and text[at : at + 2] in ("{{", "}}"):
            out.append(Said(text[at]))
            at += 2
        else:
            out.append(Said(text[at : at + size]))
            at += size
    return at


def _unit(text: str, at: int, named: bool) -> int:
    """How many characters belong together: a backslash and what it escapes, a character by its name."""
    if text[at] != "\\":
        return 1
    if named and text.startswith("\\N{", at) and "}" in text[at:]:
        return text.index("}", at) + 1 - at
    return 2


def _marks(text: str, at: int) -> Iterator[tuple[int, str, int]]:
    """Each character of code that is in no string, with its offset and the number of brackets around it."""
    depth = 0
    while at < len(text):
        found = _OPENING.match(text, at) if not text[at - 1].isalnum() or text[at] in "\"'" else None
        if found:
            at = _literal(text, found, [])
            continue
        if text[at] in ")]}":
            depth -= 1
        yield at, text[at], depth
        if text[at] in "([{":
            depth += 1
        at += 1


def _field(text: str, at: int) -> tuple[int, int]:
    """Where the expression of a replacement field that begins at `at` ends, at its format or with it; and its last brace."""
    colon = -1
    for place, mark, depth in _marks(text, at):
        if mark == "}" and depth < 0:
            return (place if colon < 0 else colon), place
        if mark == ":" and not depth and colon < 0:
            colon = place
    return len(text) - 1, len(text) - 1


def literal(value: str, like: str) -> str:
    """A text as a literal of one line, in the quotes of `like`, another literal as it is written."""
    found = re.search("[\"']", like)
    quote = found[0] if found else '"'
    written = repr(value)
    if written[0] == quote:
        return written
    body = re.sub(r"\\.|[\"']", lambda one: {"\\'": "'", quote: f"\\{quote}"}.get(one[0], one[0]), written[1:-1], flags=re.DOTALL)
    return f"{quote}{body}{quote}"
