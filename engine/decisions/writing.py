"""decisions.yaml edited as text: a decision is one line in its place, and every other line stays as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from engine.decisions.reading import KEYS, Document, parse
from engine.decisions.values import Decision

_HEAD = """\
# What people decided about single sites: `rewright decide` and `rewright diff -i` keep this file. Commit it.
version: 1
decisions:
"""
_PLAIN = re.compile(r"[A-Za-z]\w*(-\w+)+|accept|decline", re.ASCII)  # no such word is anything but text in YAML


def edited(text: str, name: str, add: Sequence[Decision], drop: Collection[str] = ()) -> str:
    """The text with decisions added in their place in the order, and those on the fingerprints of `drop` taken out.

    One that is there for the same site is replaced. Raises RewrightError where the text is no decisions.yaml.
    """
    document = parse(text, name)
    end = "\r" if "\r\n" in text else ""
    lines = text.split("\n")
    if document.top is None:
        head = [line + end for line in _HEAD.split("\n")[:-1]]
        lines = [*(lines[:-1] if lines[-1] == "" else [lines[-1] + end]), *head, ""]
        document = Document(top=len(lines) - 1)
    elif add and lines[-1] != "":  # the last line has no end: what comes after it needs one
        lines = [*lines[:-1], lines[-1] + end, ""]
    gone = {*drop, *(one.fingerprint for one in add)}
    dropped = {at for entry in document.entries if entry.decision.fingerprint in gone for at in range(entry.first, entry.end)}
    put: dict[int, list[str]] = {}
    for one in sorted(add):
        put.setdefault(_place(document, one), []).append(document.indent + render(one) + end)
    out: list[str] = []
    for at, line in enumerate(lines):
        out += put.get(at, ())
        if at not in dropped:
            out.append(line)
    return "\n".join(out)


def _place(document: Document, decision: Decision) -> int:
    """The line before which a decision goes: after the entries that sort before it, as comments stand above what they mean."""
    at = document.top or 0
    for entry in document.entries:
        if entry.decision > decision:
            break
        at = entry.end
    return at


def render(decision: Decision) -> str:
    """A decision as its line, without line end."""
    row = {key: getattr(decision, key) for key in KEYS[:-1] if getattr(decision, key)}
    told = [f"{key}: {_scalar(value)}" for key, value in row.items()]
    return "- {" + ", ".join([*told, *([f"equal: {decision.equal}"] if decision.equal > 1 else [])]) + "}"


def _scalar(text: str) -> str:
    """Text that YAML reads back as it is."""
    return text if _PLAIN.fullmatch(text) else '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    value = ord(character)
    if character.isprintable():
        return character
    return f"\\x{value:02x}" if value < 0x100 else f"\\u{value:04x}" if value < 0x10000 else f"\\U{value:08x}"
