"""`rewright ports`: the port registry, derived, listed, checked, drawn and exported. Like `cli`, it may print.

Exit codes: 0 clean, 1 problems or pending rows, 2 an error. Only `sync` writes to the target: the registry, through the
journal of `apply`, so that `rewright undo` takes it back, and an edit that a person makes meanwhile is kept.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands.ports_target import (
    learned,
    problems_of,
    read,
    registry_there,
    say_problems,
    say_unread,
    target_of,
    unread,
    written,
)
from commands.screen import say
from engine import outcome
from engine.model import RewrightError

NOTE = "unbound-connect"  # what is connected to may lie outside the target: told, and no reason to fail

_FILE = click.Path(path_type=Path)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_TARGET = (
    click.argument("target", metavar="[ROOT]", type=_FOLDER, required=False),
    click.option("--root", type=_FOLDER, help="The target, as the argument. Default: here."),
    click.option("--rules", "rules_file", type=_FILE, help="Rule file. Default: rules.yaml, upward from the target."),
    click.option("--rule", "rule_id", metavar="RULE", help="Whose options count, where several rules run port-literal."),
    click.option("--verbose", "-v", is_flag=True, help="List every file that cannot be read, and show tracebacks."),
)
_LEARNING = (
    *_TARGET[:-1],
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    _TARGET[-1],
)
_text_or_json = click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)


@click.group()
def ports() -> None:
    """The port registry: derive, list, check, draw, export it."""


def _with(options: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return lambda command: functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


@ports.command()
@_with(_LEARNING)
@click.option("--dry-run", is_flag=True, help="Say what would be added, and write nothing; exit with 1 when it is anything.")
def sync(dry_run: bool, **given: Any) -> None:
    """Add to the registry what the code claims.

    A row for each port that the code or a startup file claims and no row has. Rows that are there stay as they are. What
    contradicts itself is told, and left to you.
    """
    from codemods.port_literal.registry.file import planned
    from codemods.port_literal.registry.tell import summary

    target = target_of(given)
    known = learned(target, given)
    data = known.data
    for turn in range(2):
        plan = planned(data, target.registry, known.topology, target.rule.options)
        if not plan.added or dry_run or written(target, plan):
            break
        if turn == 1:  # somebody edited it since it was read, and once more: theirs is the one to add to
            raise RewrightError(f"{target.registry} was edited meanwhile, twice; your version is kept. Run sync again")
        data = read(target)
    for entry in plan.added:
        say(f"{'would add' if dry_run else 'added'} {summary(entry)}")
    found = problems_of(target, known.topology, plan.entries)
    say_problems(found)
    say_unread(known, given["verbose"])
    if plan.added:
        from engine.target import undo_command
        from engine.words import plural

        count = plural(len(plan.added), "row")
        say(f"{target.registry}: {count} {'to add' if dry_run else f'added; `{undo_command(target.root)}` takes them back'}")
    else:
        say(f"{target.registry}: up to date")
    sys.exit(outcome.PENDING if dry_run and plan.added else outcome.CLEAN)


@ports.command(name="list")
@_with(_TARGET)
@click.option("--machine", metavar="NAME", help="Only the rows of this machine.")
@_text_or_json
def list_(machine: str | None, output_format: str, **given: Any) -> None:
    """List the registry."""
    from codemods.port_literal.registry import tell
    from engine import near_miss

    target = target_of(given)
    registry = registry_there(target)
    entries = sorted(registry.entries, key=lambda entry: (entry.machine, entry.port, entry.name))
    if machine is not None:
        known = {*registry.machines, *(entry.machine for entry in entries)} - {""}
        if machine not in known:
            raise RewrightError(f"no row of {target.registry} is on machine {machine!r}{near_miss(machine, known)}")
        entries = [entry for entry in entries if entry.machine == machine]
    if output_format == "json":
        say(json.dumps({"version": 1, "registry": target.registry, "ports": [tell.row(entry) for entry in entries]}, indent=2))
    else:
        for line in tell.table(entries):
            say(line)


@ports.command()
@_with(_LEARNING)
@click.option("--max-count", type=click.IntRange(1), default=1, show_default=True, help="Owners that one port may have.")
@_text_or_json
@click.option("--strict", is_flag=True, help="Exit with 2 when any file could not be read.")
def check(max_count: int, output_format: str, strict: bool, **given: Any) -> None:
    """Tell what contradicts itself.

    Two owners of one port on a machine; code, startup files and registry that differ. Exits with 1 for any of these.
    A connect to a port that nobody here binds is told, but may be right.
    """
    target = target_of(given)
    known = learned(target, given)
    every = problems_of(target, known.topology, known.entries)
    found = [one for one in every if one.kind != "conflict" or len(one.names) > max_count]
    if known.data is None:
        found = [one for one in found if one.kind != "unregistered"]
    if output_format == "json":
        answer = {
            "version": 1,
            "registry": None if known.data is None else target.registry,
            "max_count": max_count,
            "problems": [{**asdict(one), "fails": one.kind != NOTE} for one in found],
            "failures": [{**asdict(one.site), "reason": one.reason, "message": one.message} for one in known.failures],
            "notes": known.topology.notes,
        }
        say(json.dumps(answer, indent=2))
    else:
        say_problems(found)
        say_unread(known, given["verbose"])
        if known.data is None:
            say(f"{target.registry}: there is none yet; `rewright ports sync` writes it", err=True)
    if strict and known.failures:
        sys.exit(outcome.BROKEN)
    sys.exit(outcome.PENDING if known.data is None or any(one.kind != NOTE for one in found) else outcome.CLEAN)


@ports.command()
@_with(_LEARNING)
@click.option("--format", "form", type=click.Choice(("mermaid", "html")), default="mermaid", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it here instead of to the terminal.")
def graph(form: str, output: Path | None, **given: Any) -> None:
    """Draw who binds and who connects.

    Machine by machine, as Mermaid text or as one HTML page that works offline.
    """
    from codemods.port_literal.picture.graph import graph as drawn
    from codemods.port_literal.picture.mermaid import mermaid
    from codemods.port_literal.picture.page import page
    from codemods.port_literal.registry.derive import derive

    target = target_of(given)
    known = learned(target, given)
    picture = drawn(known.topology, derive(known.topology, known.entries, target.rule.options))
    text = mermaid(picture) if form == "mermaid" else page(picture, f"Ports of {target.root.name}", unread(known))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_bytes(text.encode("utf-8"))
        say(f"{output}: {len(picture.nodes)} services, {len(picture.edges)} connections", err=True)


@ports.command()
@_with(_TARGET)
@click.option("--format", "form", type=click.Choice(("env", "compose", "k8s-configmap")), required=True)
@click.option("--port-set", default="", metavar="NAME", help="The numbers of this set of the registry.")
def export(form: str, port_set: str, **given: Any) -> None:
    """Print the registry for other tools."""
    from codemods.port_literal.registry.export import exported

    registry = registry_there(target_of(given))
    click.echo(exported(registry.entries, form, registry.sets, port_set), nl=False)
