"""`rewright facts`: what is known of the whole target, for people and other programs. Like `cli`, it may print."""

from __future__ import annotations

from pathlib import Path

import click

from engine import outcome

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.group()
def facts() -> None:
    """Show what is known of the whole target."""


@facts.command()
@click.argument("root", type=_FOLDER, default=".")
@click.option("--format", "form", type=click.Choice(("json", "mermaid", "html")), default="mermaid", show_default=True)
@click.option("--output", type=_FILE, help="Write it here instead of to the terminal.")
@click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the target.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def imports(
    root: Path, form: str, output: Path | None, rules_file: Path | None, jobs: int | None, no_cache: bool, verbose: bool
) -> None:
    """The import graph.

    JSON: modules, edges, cycles, and where import-cycle would cut them. Mermaid: a picture of the cycles. HTML: one page
    that works offline, with the folders, each cycle, and every module. Reads the files and never imports one; a file
    that does not parse is told, and has no edges.
    """
    import codemods
    from codemods.import_cycle import settings_of
    from codemods.import_cycle.graph import IMPORTS
    from codemods.import_cycle.picture import graph_html, graph_json, graph_mermaid
    from codemods.import_cycle.plan import plans
    from engine.session import Choice, load_config, open_session, rule_of
    from engine.target import find_root
    from engine.words import plural

    target = find_root(Choice((root,), rules_file=rules_file))
    config = load_config(rules_file, target, codemods.known())
    rule = rule_of(config, "import-cycle")
    choice = Choice((), target, Path(config.path), (rule.id,), jobs=jobs, cache=not no_cache)
    with open_session(choice, codemods.known, codemods.templates) as session:
        project, failures = session.project()
    graph = project.facts[IMPORTS.name]
    drawn = plans(graph, settings_of(rule.options, project))
    if form == "html":
        notes = [f"{one.site.path}:{one.site.line}: {one.reason}: {one.message}; its imports are not known" for one in failures]
        text = graph_html(graph, drawn, f"Imports of {target.name}", notes)
    else:
        text = graph_json(graph, drawn) if form == "json" else graph_mermaid(graph, drawn)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_bytes(text.encode("utf-8"))
    counts = plural(len(graph.modules), "module"), plural(len(graph.edges), "edge"), plural(len(graph.components), "cycle")
    click.echo(", ".join(counts), err=True)
    if failures:
        click.echo(f"{plural(len(failures), 'file')} could not be read; `rewright scan` names them", err=True)
    raise SystemExit(outcome.CLEAN)
