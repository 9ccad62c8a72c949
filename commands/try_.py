"""`rewright try`: one pattern, once, without a rule file. Like `cli`, it may print.

Exit codes as those of scan and diff: 0 nothing found, 1 matches or pending changes, 2 an error. Only --apply writes, through
the journal of `apply`, so that `rewright undo` takes it back.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.screen import say
from engine import outcome
from engine.model import Failure, Finding, Plan, RewrightError

if TYPE_CHECKING:
    from engine.codemod import Codemod
    from engine.config.values import Config

RULE = "try"
_PATH = re.compile(r"[\w.-]*/[\w./-]*|[\w.-]+\.pyi?", re.ASCII)  # a replacement that its author may have meant as a path


@click.command(name="try")
@click.argument("pattern")
@click.argument("rest", metavar="[REPLACEMENT] [PATHS]...", nargs=-1)
@click.option("--where", metavar="YAML", help="Conditions, as a rule's `where` holds them: 'inside: coroutine'.")
@click.option("--not", "nots", multiple=True, metavar="PATTERN", help="What the code must not match. Repeat.")
@click.option("--import", "imports", multiple=True, metavar="NAME", help="An import that the replacement needs. Repeat.")
@click.option("--apply", "apply_", is_flag=True, help="Write the changes, journaled: `rewright undo` takes them back.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core.")
@click.option("--output-format", type=click.Choice(("text", "json", "jsonl", "patch")), default="text", show_default=True)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--strict", is_flag=True, help="Exit with 2 when any file could not be processed.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="The target. Default: the folder of the rules.yaml above PATHS; without one PATHS, or here.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show every skip, and tracebacks.")
def try_(pattern: str, rest: Sequence[str], apply_: bool, **given: Any) -> None:
    """Search for PATTERN, or show what replacing it by REPLACEMENT would change.

    $X in a pattern is one node, $$$ARGS are many. The second argument is the replacement, unless a file or folder is called
    so. Without one, each match is listed as path:line:column.
    """
    import codemods
    from engine import habits
    from engine.session import Choice, open_session
    from engine.target import find_root

    replacement, paths = _arguments(rest)
    if replacement is None and apply_:
        raise click.UsageError("--apply writes a replacement, and none is given")
    options = {"match": pattern, "replace": replacement, "where": _conditions(given["where"])}
    options |= {"not": list(given["nots"]), "imports": list(given["imports"])}
    if replacement is not None and _PATH.fullmatch(replacement):
        click.echo(f"note: there is no file or folder {replacement}, so it is taken for the replacement", err=True)
    choice = Choice(paths, given["root"], unsafe=True, jobs=given["jobs"], cache=not given["no_cache"])
    config = _config(codemods.known(), options, find_root(choice))
    with open_session(choice, codemods.known, codemods.templates, config) as session:
        plan = session.plan()
    plan = replace(plan, warnings=tuple(one for one in plan.warnings if not one.startswith(f"rule {RULE} ")))
    remark = "" if any(item.rule == RULE for item in plan.items) else habits.remark(options)
    if apply_:
        from engine import apply as writer
        from engine.target import told

        result = writer.apply(plan)
        plan = outcome.with_failures(plan, result.failures)
        _report(plan, given, diffs=False)
        click.echo(told(result, Path(plan.root)), err=True)
        sys.exit(outcome.exit_code(plan, given["strict"] or bool(result.failures), applied=True))
    if replacement is None and given["output_format"] == "text":
        _list(plan)
    else:
        _report(plan, given, diffs=True)
    if remark:
        click.echo(f"note: {remark}", err=True)
    sys.exit(outcome.exit_code(plan, given["strict"]))


def _arguments(rest: Sequence[str]) -> tuple[str | None, tuple[Path, ...]]:
    """The replacement, when the first argument is no file or folder, and the paths."""
    if rest and (not rest[0] or not Path(rest[0]).exists()):
        return rest[0], tuple(map(Path, rest[1:]))
    return None, tuple(map(Path, rest))


def _conditions(text: str | None) -> Any:
    from engine.config import ConfigError, positions

    if text is None or not text.strip():
        return None
    try:
        document = positions.read("--where", text.encode("utf-8", "replace"))
        if document.problems:
            raise ConfigError(document.problems)
    except ConfigError as error:
        said = error.problems[0].message
        example = """, as in --where 'inside: "class $NAME: $$$"'""" if "quote a text" in said else ""
        raise RewrightError(f"--where{' is ' if said.startswith('not YAML') else ': '}{said}{example}") from error
    return document.data


def _config(codemods: Mapping[str, Codemod], options: dict[str, Any], root: Path) -> Config:
    """A configuration with one rule, for the files that the target's rules.yaml includes.

    Raises RewrightError for what is wrong with the options. A rules.yaml with faults is told, and counts for nothing.
    """
    from engine.config.values import Config, Limits, Rule
    from engine.session import load_config

    codemod = codemods["pattern"]
    filled = {option.name: option.default for option in codemod.options} | options
    faults = codemod.check(filled) if codemod.check is not None else ()
    if faults:
        raise RewrightError("\n".join(f"{'.'.join(map(str, path))}: {message}" for path, message in faults))
    rule = Rule(RULE, codemod.name, options=filled, max_files_percent=100.0)
    try:
        own = load_config(None, root, codemods)
    except RewrightError as error:
        say(f"what the rule file includes and excludes does not count here: {error}", err=True)
        own = Config("", "", None, (), (), False, Limits(), (), ())
    return replace(own, path="the command line", digest="", parse_all=False, rules=(rule,), sprints=())


def _list(plan: Plan) -> None:
    """One line a match: its place, and the line of the file that it begins on."""
    from engine.report.screen import escape
    from engine.words import plural

    lines: dict[str, list[str]] = {}
    color = sys.stdout.isatty()
    for item in plan.of(Finding):
        path, line, column = item.site.path, item.site.line, item.site.column
        if path not in lines:
            lines[path] = (Path(plan.root) / path).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        text = lines[path][line - 1] if line <= len(lines[path]) else ""
        place = f"{escape(path)}:{line}:{column}:"
        click.echo(f"{click.style(place, fg='magenta') if color else place} {escape(text.strip())}")
    for failure in plan.of(Failure):
        click.echo(f"{escape(failure.site.path)}:{failure.site.line}: {escape(failure.message)}", err=True)
    found = plan.of(Finding)
    files = len({item.site.path for item in found})
    click.echo(f"{len(found)} match{'' if len(found) == 1 else 'es'} in {files} of {plural(plan.files, 'file')}", err=True)


def _report(plan: Plan, given: dict[str, Any], diffs: bool) -> None:
    from engine.report import View, render
    from engine.target import undo_command

    width = shutil.get_terminal_size((120, 40)).columns
    view = View(verbose=given["verbose"], color=sys.stdout.isatty(), width=width, diffs=diffs)
    view = replace(view, apply=outcome.repeated(sys.argv[1:], "try", "--apply"), undo=undo_command(Path(plan.root)))
    for chunk in render(plan, given["output_format"], view):
        sys.stdout.buffer.write(chunk.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
