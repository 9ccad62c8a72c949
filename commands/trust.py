"""`rewright trust`: record which Python a rule file may run."""

from __future__ import annotations

from pathlib import Path

import click

from engine import outcome


@click.command()
@click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="Rule file. Default: rules.yaml, upward from here.")
@click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".", help="Where to begin looking."
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when rules.lock does not say what it should.")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def trust(rules_file: Path | None, root: Path, check: bool, verbose: bool) -> None:
    """Record the Python that the rule file runs, by SHA-256, in rules.lock beside it. Read those files first: they will run."""
    from engine import config as configuration
    from engine.adapters.named import named
    from engine.adapters.trust import NAME, hashes, recorded, write_lock
    from engine.model import RewrightError
    from engine.report.screen import escape
    from engine.words import plural

    file = rules_file or configuration.find(root)
    if file is None or not file.is_file():
        raise RewrightError(f"there is no {file or 'rules.yaml'} here; name the rule file with --rules")
    runs, _ = named(file)
    wanted = hashes(code for codes in runs.values() for code in codes)
    try:
        known = recorded(file.parent)
    except RewrightError:
        if check:
            raise
        click.echo(f"{file.parent / NAME} could not be read whole; it is written anew", err=True)
        known = {}
    for path, seen in sorted(wanted.items()):
        state = "unchanged" if known.get(path) == seen else "changed" if path in known else "new"
        click.echo(f"{state:<9}  {seen[:12]}  {escape(path)}")
    for path in sorted(known.keys() - wanted.keys()):
        click.echo(f"{'dropped':<9}  {known[path][:12]}  {escape(path)}")
    if check:
        raise SystemExit(outcome.CLEAN if known == wanted else outcome.PENDING)
    if wanted or (file.parent / NAME).exists():
        write_lock(file.parent, wanted)
    told = f"{plural(len(wanted), 'file')} recorded in {file.parent / NAME}"
    click.echo(told if wanted or known else f"{file} runs no Python of yours: nothing to trust", err=True)
