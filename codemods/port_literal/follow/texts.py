"""Values put together: sums, texts side by side, the items of a display."""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.port_literal.follow.meanings import Named, Num, Str, Unk, Value
from codemods.port_literal.scan import terms as t

_HOST = re.compile(r"[A-Za-z*][\w.*-]*|\d+(?:\.\d+){3}|\[[\da-f:]*\]|")


def entries(display: t.Display, key: str | int | None, exact: bool = False) -> list[t.Term]:
    """The items that a key may mean."""
    if key is None:
        return list(display.items)
    if isinstance(key, int) and key < 0:
        key = len(display.items) + key
    found = [item for one, item in zip(display.keys, display.items, strict=True) if one == key]
    return found or ([] if exact else [item for one, item in zip(display.keys, display.items, strict=True) if one is None])


def added(left: Value, right: Value, sign: int) -> Value:
    """The sum, or the two texts side by side."""
    if isinstance(left, Num) and isinstance(right, Num):
        value = left.value + sign * right.value
        births = left.births or right.births
        plus = left.added + sign * right.value if left.births or not right.births else right.added + left.value
        return Num(value, births, plus)
    if isinstance(left, (Str, Num)) and isinstance(right, (Str, Num)) and sign == 1:
        return joined(as_text(left), as_text(right))
    for one in (left, right):
        if isinstance(one, Unk) and (isinstance(left, Num) or isinstance(right, Num)):
            return one
    return joined(as_text(left), as_text(right))


def joined(left: Str, right: Str) -> Str:
    births = tuple(dict.fromkeys(left.births + right.births))
    return Str(left.text + right.text, births, left.added + right.added, right.reason or left.reason, left.origin or right.origin)


def named(value: Value, name: str) -> Value:
    """A host, with the name of the variable that it comes from."""
    if isinstance(value, Str) and not value.origin and _HOST.fullmatch(value.text):
        return replace(value, origin=name)
    return value


def as_text(value: Value) -> Str:
    """A value as part of a text; what is unknown stands in braces."""
    if isinstance(value, Str):
        return value
    if isinstance(value, Num):
        return Str(str(value.value), value.births, value.added)
    name = value.text if isinstance(value, Unk) else value.name.rpartition(":")[2] if isinstance(value, Named) else "..."
    plain = "".join(one for one in name if one.isalnum() or one in "_.()")
    reason = value.reason if isinstance(value, Unk) else f"the port is {plain}, which nothing that can be read defines"
    return Str("{" + plain + "}", (), 0, reason)
