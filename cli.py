"""The command line: click commands and exit codes. The only place that knows the order of stages, and that prints.

Exit codes: 0 clean, 1 findings or pending changes, 2 configuration or tool error, or with
--strict a file that could not be processed. Heavy modules are imported by the command that
needs them, so that --version and --help stay quick.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from rewright import __version__

if TYPE_CHECKING:
    from engine.model import Failure, Plan

FORMATS = ("text", "json", "jsonl", "patch")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="rewright")
def cli() -> None:
    """Rule-driven refactoring for Python: finds, rewrites, proves, and shows diffs that a person can review."""


def main() -> None:
    """Run the command line; turn every error into one clear sentence and exit code 2."""
    from engine.model import RewrightError

    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.Abort:
        _complain("interrupted; nothing half-written is left behind (see `rewright resume`)")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except (RewrightError, OSError) as error:
        _complain(str(error))
    except Exception as error:  # noqa: BLE001  # rewright: ignore[broad-except] the last boundary: no traceback for a person
        fault = f"{type(error).__name__}: {error}"
        _complain(f"a fault of Rewright itself: {fault}; run again with --verbose and report what it shows")
    if verbose:
        traceback.print_exc()
    sys.exit(2)


def _complain(sentence: str) -> None:
    click.echo(f"rewright: {sentence}", err=True)


def planning(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every command which makes a plan takes."""
    options = [
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        click.option(
            "--rules",
            "rules_file",
            type=click.Path(path_type=Path),
            help="Rule file. Default: rules.yaml, upward from the target.",
        ),
        click.option("--select", multiple=True, metavar="RULE", help="Run only these rules. Repeat, or separate by commas."),
        click.option("--ignore", multiple=True, metavar="RULE", help="Leave these rules out."),
        click.option("--sprint", metavar="NAME", help="Run the rules of this sprint, on its paths."),
        click.option("--unsafe", is_flag=True, help="Admit changes that alter meaning on purpose, or may."),
        click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
        click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True),
        click.option(
            "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here instead of to the terminal."
        ),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
        click.option("--strict", is_flag=True, help="Exit with 2 when any file could not be processed."),
        click.option(
            "--root",
            type=click.Path(path_type=Path, file_okay=False),
            help="The target. Default: PATHS if one folder, else here.",
        ),
        click.option("--verbose", "-v", is_flag=True, help="Show every skip, and tracebacks."),
    ]
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


@cli.command()
@planning
@click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Count only the sites that this file does not know."
)
@click.option("--update-baseline", is_flag=True, help="Write the sites of this run to the --baseline file.")
def scan(baseline: Path | None, update_baseline: bool, **given: Any) -> None:
    """List the sites that break a rule. Writes nothing but, where asked, the baseline."""
    if update_baseline and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE: the file to write")
    if baseline and given["output_format"] == "patch":
        raise click.UsageError("--baseline tells sites apart, and a patch holds whole files; choose another --output-format")
    plan = _plan(given)
    if baseline:
        plan = _new_to(baseline, update_baseline, plan, given)
    _report(plan, given, diffs=False)
    sys.exit(_exit_code(plan, given["strict"]))


@cli.command()
@planning
def diff(**given: Any) -> None:
    """Show what would change, as a diff with reasons. Writes nothing."""
    plan = _plan(given)
    _report(plan, given, diffs=True)
    sys.exit(_exit_code(plan, given["strict"]))


@cli.command()
@planning
@click.option("--allow-hardlinks", is_flag=True, help="Also write files that have other names on disk.")
def apply(allow_hardlinks: bool, **given: Any) -> None:
    """Write the changes, journaled: `rewright undo` takes them back."""
    from dataclasses import replace

    from engine import apply as writer

    plan = _plan(given)
    result = writer.apply(plan, allow_hardlinks=allow_hardlinks)
    plan = replace(plan, items=(*plan.items, *result.failures))
    _report(plan, given, diffs=False)
    click.echo(f"{len(result.written)} files written; `rewright undo` takes them back.", err=True)
    code = _exit_code(plan, given["strict"] or bool(result.failures))
    sys.exit(code if code == 2 or _remaining(plan) else 0)


@cli.command()
@click.argument("root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def undo(root: Path, verbose: bool) -> None:
    """Take the newest apply back, byte for byte. Files edited since keep their edits."""
    from engine import apply as writer

    result = writer.undo(root.resolve())
    _told(result.failures, f"{len(result.restored)} files restored, {len(result.removed)} removed")


@cli.command()
@click.argument("root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def resume(root: Path, verbose: bool) -> None:
    """Finish an apply or undo that was interrupted."""
    from engine import apply as writer

    result = writer.resume(root.resolve())
    if isinstance(result, writer.ApplyResult):
        _told(result.failures, f"apply finished: {len(result.written)} files written")
    _told(result.failures, f"undo finished: {len(result.restored)} files restored, {len(result.removed)} removed")


def _told(failures: Iterable[Failure], sentence: str) -> NoReturn:
    for failure in failures:
        click.echo(f"{failure.site.path}: {failure.message}", err=True)
    click.echo(f"{sentence}.", err=True)
    sys.exit(2 if failures else 0)


@cli.command()
@click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="Rule file. Default: rules.yaml, upward from here.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of rules.yaml.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def rules(rules_file: Path | None, schema: bool, output_format: str, verbose: bool) -> None:
    """List the rules that are in force, or print the schema of rules.yaml."""
    import codemods
    from engine import catalogue
    from engine.session import load_config

    known = codemods.load()
    if schema:
        _print(catalogue.schema(known))
    else:
        _print(catalogue.listing(load_config(rules_file, Path.cwd(), known), known, output_format))


@cli.command()
@click.argument("subject", metavar="RULE | FILE:LINE")
@click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="Rule file. Default: rules.yaml, upward from here.")
@click.option("--root", type=click.Path(path_type=Path), help="The target. Default: the git repository of FILE, else the folder.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write cached results.")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def explain(subject: str, rules_file: Path | None, root: Path | None, no_cache: bool, verbose: bool) -> None:
    """Explain a rule, or a site: what its rewrite does and why, and what was inferred from what."""
    import codemods
    from engine import catalogue
    from engine.session import Choice, load_config, open_session

    place = catalogue.place_in(subject)
    if place is None:
        known = codemods.load()
        _print(catalogue.explanation(subject, load_config(rules_file, Path.cwd(), known), known))
        return
    file, line = place
    top = (root or catalogue.root_of(file)).resolve()
    choice = Choice(paths=(top, file), root=top, rules_file=rules_file, unsafe=True, cache=not no_cache)
    with open_session(choice, codemods.load, codemods.templates) as session:
        plan = session.plan()
    _print(catalogue.site_explanation(plan, file.resolve().relative_to(top).as_posix(), line))


@cli.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".", help="The target. Default: here."
)
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def learn(log: Path, root: Path, verbose: bool) -> None:
    """Fold what shadow mode recorded in LOG into .rewright/learned.yaml, which broad-except reads. Commit that file."""
    from engine.learn import FILE, learn, told

    lesson = learn(log, root.resolve())
    for complaint in lesson.complaints:
        click.echo(complaint, err=True)
    _print(told(lesson, log, FILE))
    sys.exit(1 if lesson.complaints else 0)


# -- the stages ------------------------------------------------------------------------


def _plan(given: dict[str, Any]) -> Plan:
    """config, discover, facts, run: the same for every command that makes a plan."""
    import codemods
    from engine.session import Choice, open_session

    choice = Choice(
        paths=given["paths"],
        root=given["root"],
        rules_file=given["rules_file"],
        select=_names(given["select"]),
        ignore=_names(given["ignore"]),
        sprint=given["sprint"],
        unsafe=given["unsafe"],
        jobs=given["jobs"],
        cache=not given["no_cache"],
    )
    show = sys.stderr.isatty() and given["output_format"] == "text"
    with open_session(choice, codemods.load, codemods.templates) as session:
        if not show:
            return session.plan()
        with click.progressbar(length=1, label="planning", file=sys.stderr) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            return session.plan(progress)


def _new_to(file: Path, update: bool, plan: Plan, given: dict[str, Any]) -> Plan:
    from engine import baseline
    from engine.report.screen import escape

    reached = baseline.reach(plan, given["paths"], bool(given["select"] or given["ignore"]), given["sprint"] is not None)
    plan, told = baseline.settle(plan, file, update, reached)
    for line in told:
        click.echo(escape(line), err=True)
    return plan


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())


def _report(plan: Plan, given: dict[str, Any], diffs: bool) -> None:
    from engine.report import View, render

    out = given["output"]
    color = out is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    color = bool(color or (os.environ.get("FORCE_COLOR") and out is None))
    width = shutil.get_terminal_size((120, 40)).columns
    view = View(verbose=given["verbose"], color=color, width=width, diffs=diffs, unsafe=given["unsafe"])
    chunks = (chunk.encode("utf-8", "surrogateescape") for chunk in render(plan, given["output_format"], view))
    if out is not None:
        with out.open("wb") as stream:
            stream.writelines(chunks)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()


def _print(text: str) -> None:
    click.echo(text)


def _remaining(plan: Plan) -> bool:
    from engine.model import Finding

    return bool(plan.of(Finding))


def _exit_code(plan: Plan, strict: bool) -> int:
    from engine.model import Change, Failure

    if strict and plan.of(Failure):
        return 2
    return 1 if plan.of(Change) or _remaining(plan) else 0


if __name__ == "__main__":
    main()
