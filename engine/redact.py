"""Secrets in text that leaves the machine, as ****: by their known shapes, never by how random they look. Pure.

`engine.report.screen.redact` knows string literals given to names such as password, and passwords in URLs; this adds
the tokens that services hand out, private keys, authorisation headers, and assignments without quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.report import screen

# What a token begins with, which stays, and what follows, which does not. From the services' own documentation.
_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(gh[pousr]_(?=\w{16})|github_pat_(?=\w{16})|glpat-(?=[\w-]{16})|(?:AKIA|ASIA)(?=[0-9A-Z]{12})"
    r"|xox[abeoprs]-(?=[\w-]{8})|xapp-(?=[\w-]{8})|sk-(?=[\w-]{16})|[sr]k_(?:live|test)_(?=\w{8})|AIza(?=[\w-]{30})"
    r"|ya29\.(?=[\w-]{16})|npm_(?=\w{30})|pypi-(?=[\w-]{30})|SG\.(?=[\w-]{16,}\.)|hf_(?=\w{24})|eyJ(?=[\w-]+\.eyJ))"
    r"[\w.\-]+"
)
_BEARER = re.compile(r"\b(bearer|basic)(\s+)[\w.~+/=\-]{16,}", re.IGNORECASE)
_USERINFO = re.compile(r"(://)(?!git@)[^/\s@\"'<>]+(?=@)")
_KEY = r"(?<![A-Za-z0-9])(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private|secret)[_\-]?key)(?:[_\-]\w+)?"
# Without quotes only where it cannot be Python: in a comment, and NAME=value as a shell or .env file has it.
_COMMENTED = re.compile(rf"({_KEY}\s*[:=]\s*)(?![\"'\s])\S+", re.IGNORECASE)
_SHELL = re.compile(r"(\b[A-Z0-9_]*(?:PASSW(?:OR)?D|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]*=)(?![\"'=])[^\s()]+")
_BEGIN, _END = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY"), re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY")
_KEY_LINE = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{60,76}={0,2}(?=[\"'\\,)n\s]*$)")  # a key whose BEGIN is out of sight


def redact(text: str) -> str:
    """A text of one or many lines without the secrets in it; the number of lines stays."""
    return "\n".join(lines(text.split("\n")))


def lines(texts: Iterable[str]) -> Iterator[str]:
    """Lines of a file or a diff, in order, without the secrets in them. What stands inside a private key goes as a whole."""
    inside = False
    for text in texts:
        begins = _BEGIN.search(text)
        if inside or begins:
            inside = not _END.search(text, begins.end() if begins else 0)
            yield f"{text[: begins.start()] if begins else text[:1].strip()}****"
        else:
            yield _line(text)


def _line(text: str) -> str:
    text = _BEARER.sub(r"\1\2****", screen.redact(text))
    text, hash_sign, comment = _SHELL.sub(r"\1****", text).partition("#")
    text += hash_sign + _COMMENTED.sub(r"\1****", comment)
    return _KEY_LINE.sub("****", _USERINFO.sub(r"\1****", _PREFIXED.sub(r"\1****", text)))
