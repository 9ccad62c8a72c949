"""The command line: click commands and exit codes. The only place that knows the order of stages, and that prints.

Exit codes: 0 clean, 1 findings or pending changes, 2 configuration or tool error, or with
--strict a file that could not be processed. Heavy modules are imported by the command that
needs them, so that --version and --help stay quick.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from commands import about
from commands.branch import branch
from commands.burndown import burndown
from commands.decide import decide
from commands.facts import facts
from commands.fixtures import test
from commands.new import new
from commands.ports import ports
from commands.sprints import sprints
from commands.trust import trust
from commands.try_ import try_
from engine import outcome
from engine.model import Failure, Plan
from rewright import __version__

if TYPE_CHECKING:
    from engine.session import Session

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
PROGRAM = click.Path(path_type=Path, dir_okay=False, exists=True)
FOLDER_THERE = click.Path(path_type=Path, file_okay=False, exists=True)

tracebacks = click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
target = click.argument("root", type=FOLDER_THERE, default=".")

# What every command that makes a plan takes, in the order of --help.
PLANNING = (
    click.argument("paths", nargs=-1, type=PATH),
    click.option("--rules", "rules_file", type=PATH, help="Rule file. Default: rules.yaml, upward from the target."),
    click.option("--select", multiple=True, metavar="RULE", help="Run only these rules. Repeat, or separate by commas."),
    click.option("--ignore", multiple=True, metavar="RULE", help="Leave these rules out."),
    click.option("--sprint", metavar="NAME", help="Run the rules of this sprint, on its paths."),
    click.option("--unsafe", is_flag=True, help="Admit changes that alter meaning on purpose, or may."),
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
    click.option("--output-format", type=click.Choice(("text", "json", "jsonl", "patch")), default="text", show_default=True),
    click.option("--output", type=FILE, help="Write the report here instead of to the terminal."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    click.option("--trust", is_flag=True, help="Run the Python that the rule file names, though rules.lock does not record it."),
    click.option("--strict", is_flag=True, help="Exit with 2 when any file could not be processed."),
    click.option("--cold-import", is_flag=True, help="Import the modules of each cycle, in copies: this runs the target's code."),
    click.option("--cold-import-python", type=PROGRAM, help="The interpreter that imports them. Default: this one."),
    click.option(
        "--root",
        type=FOLDER,
        help="The target. Default: the folder of the rules.yaml above PATHS; without one PATHS, or here.",
    ),
    click.option("--verbose", "-v", is_flag=True, help="Show every skip, and tracebacks."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="rewright")
def cli() -> None:
    """Rule-driven refactoring for Python: finds, rewrites, proves, and shows diffs that a person can review."""


for command in (about.rules, about.explain, about.learn, branch, burndown, decide, facts, new, ports, sprints, test, trust, try_):
    cli.add_command(command)


def main() -> None:
    """Run the command line; turn every error into one clear sentence and exit code 2."""
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.Abort:
        journaled = sys.argv[1:2] in (["apply"], ["undo"], ["resume"])
        hint = " (see `rewright resume`)" if journaled else ""
        click.echo(f"rewright: interrupted; nothing half-written is left behind{hint}", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001  # rewright: ignore[broad-except] the last boundary: no traceback for a person
        click.echo(f"rewright: {outcome.sentence(error)}", err=True)
        if verbose:
            traceback.print_exc()
    sys.exit(outcome.BROKEN)


def planning(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of PLANNING."""
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(PLANNING), command)


@cli.command()
@planning
@click.option("--baseline", type=FILE, help="Count only the sites that this file does not know.")
@click.option("--update-baseline", is_flag=True, help="Write the sites of this run to the --baseline file.")
def scan(baseline: Path | None, update_baseline: bool, **given: Any) -> None:
    """List the sites that break a rule. Writes nothing but, where asked, the baseline."""
    if update_baseline and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE: the file to write")
    if baseline and given["output_format"] == "patch":
        raise click.UsageError("--baseline tells sites apart, and a patch holds whole files; choose another --output-format")
    plan = _plan(given)
    if baseline:
        from engine.baseline import reach, settle
        from engine.choice import choice_of
        from engine.report.screen import escape
        from engine.target import within

        paths = within(choice_of(given), Path(plan.root))
        reached = reach(plan, paths, bool(given["select"] or given["ignore"]), given["sprint"] is not None)
        plan, told = settle(plan, baseline, update_baseline, reached)
        click.echo("".join(escape(line) + "\n" for line in told), err=True, nl=False)
    _finish(plan, given, diffs=False)


@cli.command()
@planning
@click.option(
    "--interactive", "-i", is_flag=True, help="Ask about each change, and write the answers to .rewright/decisions.yaml."
)
def diff(interactive: bool, **given: Any) -> None:
    """Show what would change, as a diff with reasons. Writes nothing but, with -i, your decisions."""
    if interactive:
        from commands.interactive import walk

        walk(given, _planned)
    _finish(_plan(given), given, diffs=True)


@cli.command()
@planning
@click.option("--allow-hardlinks", is_flag=True, help="Also write files that have other names on disk.")
def apply(allow_hardlinks: bool, **given: Any) -> None:
    """Write the changes, journaled: `rewright undo` takes them back."""
    from engine import apply as writer
    from engine.target import told

    plan = _plan(given)
    result = writer.apply(plan, allow_hardlinks=allow_hardlinks)
    plan = outcome.with_failures(plan, result.failures)
    _report(plan, given, diffs=False)
    click.echo(told(result, Path(plan.root)), err=True)
    sys.exit(outcome.exit_code(plan, given["strict"] or bool(result.failures), applied=True))


@cli.command()
@target
@tracebacks
def undo(root: Path, verbose: bool) -> None:
    """Take the newest apply back, byte for byte. Files edited since keep their edits."""
    from engine import apply as writer
    from engine.target import with_runs

    result = writer.undo(with_runs(root))
    _told(result.failures, result.told)


@cli.command()
@target
@tracebacks
def resume(root: Path, verbose: bool) -> None:
    """Finish an apply or undo that was interrupted."""
    from engine import apply as writer
    from engine.target import with_runs

    result = writer.resume(with_runs(root))
    if isinstance(result, writer.ApplyResult):
        _told(result.failures, f"apply finished: {result.told}")
    _told(result.failures, f"undo finished: {result.told}")


def _told(failures: Iterable[Failure], sentence: str) -> NoReturn:
    for failure in failures:
        click.echo(f"{failure.site.path}: {failure.message}", err=True)
    click.echo(f"{sentence}.", err=True)
    sys.exit(outcome.BROKEN if failures else outcome.CLEAN)


def _plan(given: dict[str, Any]) -> Plan:
    """config, discover, facts, run: the same for every command that makes a plan."""
    import codemods
    from engine.session import choice_of, open_session

    if given["cold_import_python"] and not given["cold_import"]:
        raise click.UsageError("--cold-import-python needs --cold-import, which says that modules of the target may be run")
    with open_session(choice_of(given), codemods.known, codemods.templates) as session:
        plan = _planned(session, given)
        if not given["cold_import"]:
            return plan
        from engine.cold import proven

        return proven(session, plan, (given["cold_import_python"] or Path(sys.executable)).absolute())


def _planned(session: Session, given: dict[str, Any]) -> Plan:
    """The plan, with a progress bar where somebody looks."""
    if given["output_format"] != "text" or not sys.stderr.isatty():
        return session.plan()
    bar: Any = click.progressbar(length=1, label="planning", file=sys.stderr)
    with bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return session.plan(progress)


def _finish(plan: Plan, given: dict[str, Any], diffs: bool) -> NoReturn:
    _report(plan, given, diffs)
    sys.exit(outcome.exit_code(plan, given["strict"]))


def _report(plan: Plan, given: dict[str, Any], diffs: bool) -> None:
    from engine.report import View, render
    from engine.target import undo_command

    out = given["output"]
    color = out is None and bool(os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    width = shutil.get_terminal_size((120, 40)).columns
    applying, undoing = outcome.repeated(sys.argv[1:], "apply"), undo_command(Path(plan.root))
    view = View(given["verbose"], color, width, diffs=diffs, apply=applying, undo=undoing)
    chunks = (chunk.encode("utf-8", "surrogateescape") for chunk in render(plan, given["output_format"], view))
    with out.open("wb") if out else contextlib.nullcontext(sys.stdout.buffer) as stream:
        stream.writelines(chunks)
        stream.flush()


if __name__ == "__main__":
    main()
