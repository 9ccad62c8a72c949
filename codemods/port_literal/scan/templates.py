"""Format strings, `%` and `{}`, taken apart into terms."""

import re
import string
from collections.abc import Mapping, Sequence

from codemods.port_literal.scan.terms import Term, Text, Unknown

_PERCENT = re.compile(r"%(?:\((?P<key>\w*)\))?[-#0 +]*\d*(?:\.\d+)?(?P<kind>[a-zA-Z%])")


def percent_parts(text: str, given: Sequence[Term]) -> tuple[list[Term], str]:
    """The parts of `text % given`, and the text with `{}` for each value."""
    parts: list[Term] = []
    shown, end = "", 0
    left = list(given)
    for match in _PERCENT.finditer(text):
        before = text[end : match.start()] + ("%" if match["kind"] == "%" else "")
        parts.append(Text(before, -1))
        shown, end = shown + before, match.end()
        if match["kind"] != "%":
            parts.append(left.pop(0) if left and match["key"] is None else Unknown(match["key"] or "?", ""))
            shown += "{}"
    return [*parts, Text(text[end:], -1)], shown + text[end:]


def brace_parts(text: str, given: Sequence[Term], named: Mapping[str, Term]) -> tuple[list[Term], str] | None:
    """The parts of `text.format(...)`, and the text with `{}` for each value; None for a text that is no template."""
    parts: list[Term] = []
    shown, number = "", 0
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        return None
    for before, field, _, _ in pieces:
        parts.append(Text(before, -1))
        shown += before
        if field is None:
            continue
        name = field or str(number)
        number += not field
        value = given[int(name)] if name.isdecimal() and int(name) < len(given) else named.get(name)
        parts.append(value if value is not None else Unknown(name, ""))
        shown += "{}"
    return parts, shown
