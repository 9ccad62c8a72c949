"""How commands print: lines that may quote the target, made harmless."""

from __future__ import annotations

import click


def say(text: str, err: bool = False) -> None:
    """Print lines; what a terminal would take for an order is shown as it reads."""
    from engine.report.screen import escape

    click.echo("\n".join(map(escape, text.split("\n"))), err=err)
