"""A rule's message: text in which `$X` is what a metavariable holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine import near_miss

_META = re.compile(r"\$(?:\$\$)?([A-Z_][A-Z0-9_]*)")
_BRACED = re.compile(r"\$?\{([A-Z_][A-Z0-9_]*)\}")


def said(text: str, held: Mapping[str, str]) -> str:
    """The message on one line, with what the metavariables hold."""
    whole = _META.sub(lambda one: " ".join(held.get(one[1], one[0]).split()), text)
    return " ".join(whole.split())


def message_faults(text: str, held: set[str]) -> Iterator[str]:
    """Why a message would not say what is meant. `held`: the metavariables that every match binds.

    A `$` before a number, a space or a word in small letters is text.
    """
    for found in _META.finditer(text):
        name, rest = found[1], text[found.end() : found.end() + 1]
        if name == "_":
            if not rest.isalnum():
                yield f"`{found[0]}` binds nothing, so there is nothing to say for it; give it a name in the pattern"
        elif name not in held and not rest.isalpha():
            miss = near_miss(name, held, lambda one: f"${one}") if held else ""
            yield f"the pattern binds no {found[0]}{miss}; leave out the `$` where it is text"
    for found in _BRACED.finditer(text):
        if found[1] in held:
            yield f"{found[0]} is text in a message; write ${found[1]} for what it holds"
