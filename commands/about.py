"""`rewright rules`, `explain` and `learn`: what is in force, why a site gets what it gets, what rehearsals showed. They print."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine import outcome
from engine.model import RewrightError

PATH = click.Path(path_type=Path)
FOLDER_THERE = click.Path(path_type=Path, file_okay=False, exists=True)

tracebacks = click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
rules_from_here = click.option("--rules", "rules_file", type=PATH, help="Rule file. Default: rules.yaml, upward from here.")


@click.command()
@rules_from_here
@click.option("--schema", is_flag=True, help="Print the JSON Schema of rules.yaml.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@tracebacks
def rules(rules_file: Path | None, schema: bool, output_format: str, verbose: bool) -> None:
    """List the rules that are in force, or print the schema of rules.yaml."""
    import codemods
    from engine import catalogue
    from engine.session import load_config

    known = codemods.known()
    if schema:
        try:
            known = load_config(rules_file, Path.cwd(), known).over(known)
        except RewrightError as error:  # an editor wants the schema most of all while the file is wrong
            click.echo(f"codemods of your own are not in this schema: {error}", err=True)
        click.echo(catalogue.schema(known))
    else:
        click.echo(catalogue.listing(load_config(rules_file, Path.cwd(), known), known, output_format))


@click.command()
@click.argument("subject", metavar="RULE | FILE:LINE")
@rules_from_here
@click.option("--root", type=PATH, help="The target. Default: the git repository of FILE, else the folder.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write cached results.")
@tracebacks
def explain(subject: str, rules_file: Path | None, root: Path | None, no_cache: bool, verbose: bool) -> None:
    """Explain a rule, or a site: what its rewrite does and why, and what was inferred from what."""
    import codemods
    from engine import catalogue
    from engine.session import load_config, open_session, site_choice

    place = catalogue.place_in(subject)
    if place is None:
        known = codemods.known()
        click.echo(catalogue.explanation(subject, load_config(rules_file, Path.cwd(), known), known))
        return
    file, line = place
    choice = site_choice(file, root or catalogue.root_of(file), rules_file, not no_cache)
    with open_session(choice, codemods.known, codemods.templates) as session:
        plan = session.plan()
    click.echo(catalogue.site_explanation(plan, file.resolve().relative_to(plan.root).as_posix(), line))


@click.command()
@click.argument("log", type=PATH)
@click.option("--root", type=FOLDER_THERE, default=".", help="The target. Default: here.")
@tracebacks
def learn(log: Path, root: Path, verbose: bool) -> None:
    """Fold what shadow mode recorded in LOG into .rewright/learned.yaml, which broad-except reads. Commit that file."""
    from engine.learn import FILE, learn, told

    lesson = learn(log, root.resolve())
    for complaint in lesson.complaints:
        click.echo(complaint, err=True)
    click.echo(told(lesson, log, FILE))
    sys.exit(outcome.PENDING if lesson.complaints else outcome.CLEAN)
