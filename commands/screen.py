"""How commands print: lines that may quote the target, made harmless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click


def say(text: str, err: bool = False) -> None:
    """Print lines; what a terminal would take for an order is shown as it reads."""
    from engine.report.screen import escape

    click.echo("\n".join(map(escape, text.split("\n"))), err=err)


def columns(rows: Sequence[Sequence[str]], words: int) -> Iterator[str]:
    """Rows as aligned lines: the first `words` columns to the left, the others, numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.ljust(width) if index < words else text.rjust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
