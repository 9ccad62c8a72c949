"""The frame of a page, and its tables. Pure.

Nothing is loaded from anywhere, so a page works offline and from an attachment; no script runs but the page's own.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from engine.picture.svg import html_text

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page_head(title: str, style: str, script: str = "") -> str:
    """A page's beginning, up to the start of its body. `script`: the text of the one script element that may run."""
    allowed = f"; script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" if script else ""
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}{allowed}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{html_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>",
        )
    )


def page_table(heads: Sequence[str], rows: Iterable[str], caption: str) -> Iterator[str]:
    """A table that scrolls by itself. `rows`: as HTML; `heads` and `caption` are HTML, too."""
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Table, scrollable">'
    yield (
        f"<table><caption>{caption}</caption><thead><tr>"
        + "".join(f'<th scope="col">{head}</th>' for head in heads)
        + "</tr></thead><tbody>"
    )
    yield from rows
    yield "</tbody></table></div>"
