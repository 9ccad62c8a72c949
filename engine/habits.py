"""What users of other tools write in a pattern, and what is read otherwise here: Semgrep's `...`, `$X` in a string.

All of it is Python and may be meant, so it is no fault of a rule. It is worth a word where nothing matched. Pure.
"""

from __future__ import annotations

import keyword
import re
import tokenize
from collections.abc import Iterator, Mapping
from typing import Any

ELLIPSIS = "`...` in a pattern is Python's Ellipsis; `$$$` is any number of arguments or statements"
QUOTED = "`$X` inside a string literal is only text; take the whole literal as $X, and ask `where: {$X: {matches: ...}}`"

_META = re.compile(r"\$\$\$(?:[A-Z_][A-Z0-9_]*)?|\$[A-Z_][A-Z0-9_]*")
_MARK = "meta_"
_NO_CODE = frozenset({"matches", "is", "resolves-to", "imported", "replace", "imports", "transform"})
_NEWLINES = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)


def remark(options: Mapping[str, Any]) -> str:
    """What to say of the options of a pattern rule that matched nothing; empty where there is nothing to say."""
    found = {said for name in ("match", "any", "all", "where") for text in _texts(options.get(name)) for said in _habits(text)}
    return "; ".join(said for said in (ELLIPSIS, QUOTED) if said in found)


def _texts(value: object) -> Iterator[str]:
    """Every pattern in a value of the options."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))
    elif isinstance(value, dict):
        yield from (text for key, one in value.items() if str(key).removeprefix("not-") not in _NO_CODE for text in _texts(one))


def _habits(pattern: str) -> Iterator[str]:
    words = list(_tokens(_META.sub(lambda found: _MARK + found[0].strip("$"), pattern)))
    open_calls: list[bool] = []
    for index, token in enumerate(words):
        before = words[index - 1] if index else None
        after = words[index + 1] if index + 1 < len(words) else None
        if token.string in ("(", "[", "{"):
            open_calls.append(token.string == "(" and before is not None and _is_called(before))
        elif token.string in (")", "]", "}"):
            del open_calls[-1:]
        elif token.string == "...":
            is_argument = bool(open_calls) and open_calls[-1] and _between(before, after)
            if is_argument or (not open_calls and "$" in pattern and _is_statement(before, after)):
                yield ELLIPSIS
        elif _MARK in _literal(token):
            yield QUOTED


def _tokens(code: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens, as far as the code can be read."""
    lines = iter(code.splitlines(keepends=True))
    try:
        yield from tokenize.generate_tokens(lambda: next(lines, ""))
    except (tokenize.TokenError, SyntaxError):
        return


def _is_called(token: tokenize.TokenInfo) -> bool:
    return (token.type == tokenize.NAME and not keyword.iskeyword(token.string)) or token.string in (")", "]")


def _between(before: tokenize.TokenInfo | None, after: tokenize.TokenInfo | None) -> bool:
    """Is it an argument of its own?"""
    return before is not None and after is not None and before.string in ("(", ",") and after.string in (",", ")")


def _is_statement(before: tokenize.TokenInfo | None, after: tokenize.TokenInfo | None) -> bool:
    begins = before is None or before.string == ":" or before.type in _NEWLINES
    return begins and (after is None or after.type in _NEWLINES)


def _literal(token: tokenize.TokenInfo) -> str:
    """The text of a string token, without what stands in the braces of an f-string."""
    if tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
        return token.string
    if token.type != tokenize.STRING:
        return ""
    prefix = re.match(r"\w*", token.string)
    is_formatted = prefix is not None and "f" in prefix[0].lower()
    return re.sub(r"\{[^{}]*\}", "", token.string) if is_formatted else token.string
