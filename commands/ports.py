"""`rewright ports`: the port registry, derived, listed, checked, drawn and exported. Like `cli`, it may print.

Exit codes: 0 clean, 1 problems or pending rows, 2 an error. Only `sync` writes to the target: the registry, through the
journal of `apply`, so that `rewright undo` takes it back, and an edit that a person makes meanwhile is kept.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import outcome
from engine.model import Failure, FileDelta, Plan, RewrightError

if TYPE_CHECKING:
    from codemods.port_literal.nouns import Entry, Problem, Topology
    from codemods.port_literal.registry import Registry
    from codemods.port_literal.registry.file import Planned
    from engine.config.values import Rule

CODEMOD = "port-literal"
NOTE = "unbound-connect"  # what is connected to may lie outside the target: told, and no reason to fail
_FEW = 8  # files told of by name
_MEANWHILE = ("edited-meanwhile", "deleted-meanwhile", "exists")

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


@dataclass(frozen=True, slots=True)
class _Target:
    """What was asked about: a folder, the rule whose options count, and the rule file it stands in."""

    root: Path
    rule: Rule
    rules_file: str

    @property
    def registry(self) -> str:
        """The registry's path, root-relative."""
        return str(self.rule.options["registry-file"])

    def map(self, option: str) -> Mapping[str, Any]:
        """One of the rule's options that are mappings."""
        value = self.rule.options.get(option)
        return value if isinstance(value, Mapping) else {}


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

    target = _target(given)
    topology, failures = _learned(target, given)
    for turn in range(2):
        plan = planned(_read(target), target.registry, topology, target.rule.options)
        if not plan.added or dry_run or _written(target, plan):
            break
        if turn == 1:  # somebody edited it since it was read, and once more: theirs is the one to add to
            raise RewrightError(f"{target.registry} was edited meanwhile, twice; your version is kept. Run sync again")
    for entry in plan.added:
        _say(f"{'would add' if dry_run else 'added'} {summary(entry)}")
    found = _problems(target, topology, plan.entries)
    _say_problems(found)
    _say_unread(topology, failures, given["verbose"])
    if plan.added:
        count = f"{len(plan.added)} row{'' if len(plan.added) == 1 else 's'}"
        _say(f"{target.registry}: {count} {'to add' if dry_run else 'added; `rewright undo` takes them back'}")
    else:
        _say(f"{target.registry}: up to date")
    sys.exit(outcome.PENDING if dry_run and plan.added else outcome.CLEAN)


@ports.command(name="list")
@_with(_TARGET)
@click.option("--machine", metavar="NAME", help="Only the rows of this machine.")
@_text_or_json
def list_(machine: str | None, output_format: str, **given: Any) -> None:
    """List the registry."""
    from codemods.port_literal.registry import tell

    target = _target(given)
    registry = _there(target)
    entries = sorted(registry.entries, key=lambda entry: (entry.machine, entry.port, entry.name))
    if machine is not None:
        known = {*registry.machines, *(entry.machine for entry in entries)} - {""}
        if machine not in known:
            raise RewrightError(f"no row of {target.registry} is on machine {machine!r}{_near(machine, known)}")
        entries = [entry for entry in entries if entry.machine == machine]
    if output_format == "json":
        _say(json.dumps({"version": 1, "registry": target.registry, "ports": [tell.row(entry) for entry in entries]}, indent=2))
    else:
        for line in tell.table(entries):
            _say(line)


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
    from codemods.port_literal.registry.file import registry_of

    target = _target(given)
    topology, failures = _learned(target, given)
    data = _read(target)
    every = _problems(target, topology, registry_of(data, target.registry).entries)
    found = [one for one in every if one.kind != "conflict" or len(one.names) > max_count]
    if data is None:
        found = [one for one in found if one.kind != "unregistered"]
    if output_format == "json":
        answer = {
            "version": 1,
            "registry": None if data is None else target.registry,
            "max_count": max_count,
            "problems": [{**asdict(one), "fails": one.kind != NOTE} for one in found],
            "failures": [{**asdict(one.site), "reason": one.reason, "message": one.message} for one in failures],
            "notes": topology.notes,
        }
        _say(json.dumps(answer, indent=2))
    else:
        _say_problems(found)
        _say_unread(topology, failures, given["verbose"])
        if data is None:
            _say(f"{target.registry}: there is none yet; `rewright ports sync` writes it", err=True)
    if strict and failures:
        sys.exit(outcome.BROKEN)
    sys.exit(outcome.PENDING if data is None or any(one.kind != NOTE for one in found) else outcome.CLEAN)


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
    from codemods.port_literal.registry.file import registry_of

    target = _target(given)
    topology, failures = _learned(target, given)
    entries = derive(topology, registry_of(_read(target), target.registry).entries, target.rule.options)
    picture = drawn(topology, entries)
    unread = [*topology.notes, *map(_sentence, failures)]
    text = mermaid(picture) if form == "mermaid" else page(picture, f"Ports of {target.root.name}", unread)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_bytes(text.encode("utf-8"))
        _say(f"{output}: {len(picture.nodes)} services, {len(picture.edges)} connections", err=True)


@ports.command()
@_with(_TARGET)
@click.option("--format", "form", type=click.Choice(("env", "compose", "k8s-configmap")), required=True)
@click.option("--port-set", default="", metavar="NAME", help="The numbers of this set of the registry.")
def export(form: str, port_set: str, **given: Any) -> None:
    """Print the registry for other tools."""
    from codemods.port_literal.registry.export import exported

    registry = _there(_target(given))
    click.echo(exported(registry.entries, form, registry.sets, port_set), nl=False)


# -- reading ---------------------------------------------------------------------------------


def _target(given: Mapping[str, Any]) -> _Target:
    """The target, and the rule whose options count. RewrightError where there is none, or several."""
    import codemods
    from engine.session import Choice, find_root, load_config, rule_of

    if given["target"] and given["root"] and given["target"].resolve() != given["root"].resolve():
        raise click.UsageError("ROOT and --root name two folders; name one")
    root = find_root(Choice(root=given["root"] or given["target"]))
    config = load_config(given["rules_file"], root, codemods.known())
    return _Target(root, rule_of(config, CODEMOD, given["rule_id"]), config.path)


def _learned(target: _Target, given: Mapping[str, Any]) -> tuple[Topology, tuple[Failure, ...]]:
    """The topology of the files that the rule covers, its machines known, and the files that could not be asked."""
    import codemods
    from codemods.port_literal.placing import machines_of
    from codemods.port_literal.registry.file import registry_of
    from codemods.port_literal.topology import TOPOLOGY, placed
    from engine.session import Choice, open_session

    entries = registry_of(_read(target), target.registry).entries
    cached = not given["no_cache"]
    choice = Choice((), target.root, Path(target.rules_file), (target.rule.id,), jobs=given["jobs"], cache=cached)
    with open_session(choice, codemods.known, codemods.templates) as session:
        project, failures = session.project()
        covers = session.request.rules[0].covers
    machines = machines_of(project.facts[TOPOLOGY.name], entries, target.map("machines"))
    topology = placed(project.facts[TOPOLOGY.name], machines, target.map("derivations"), target.map("hosts"))
    kept = {name: tuple(one for one in getattr(topology, name) if covers(one.path)) for name in ("births", "uses")}
    return replace(topology, **kept), tuple(one for one in failures if covers(one.site.path))


def _problems(target: _Target, topology: Topology, entries: Sequence[Entry]) -> tuple[Problem, ...]:
    from codemods.port_literal.registry.check import problems

    return problems(topology, entries, registry=target.registry, alternatives=target.map("alternatives"))


def _read(target: _Target) -> bytes | None:
    """The registry's bytes; None when there is none."""
    try:
        return (target.root / target.registry).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RewrightError(
            f"{target.registry}: cannot be read ({error.strerror}); it must be a file that you may read"
        ) from error


def _there(target: _Target) -> Registry:
    from codemods.port_literal.registry.file import registry_of

    data = _read(target)
    if data is None:
        raise RewrightError(f"{target.root} has no {target.registry}; `rewright ports sync` writes one")
    return registry_of(data, target.registry)


# -- writing ---------------------------------------------------------------------------------


def _written(target: _Target, plan: Planned) -> bool:
    """Write the registry, journaled. False when somebody changed it since it was read; RewrightError for what else hinders."""
    from engine import apply as writer

    delta = FileDelta(target.registry, plan.before, plan.after)
    result = writer.apply(Plan(root=str(target.root), rules=(target.rule.id,), items=(), deltas=(delta,), files=0))
    if any(one.reason not in _MEANWHILE for one in result.failures):
        raise RewrightError("\n".join(one.message for one in result.failures))
    return not result.failures


# -- telling ---------------------------------------------------------------------------------


def _say_problems(found: Sequence[Problem]) -> None:
    from codemods.port_literal.registry import tell

    for one in found:
        _say(tell.line(one))
    _say(tell.counted(found), err=True)


def _say_unread(topology: Topology, failures: Iterable[Failure], verbose: bool) -> None:
    every = [*topology.notes, *map(_sentence, failures)]
    shown = every if verbose or len(every) <= _FEW else every[:_FEW]
    for sentence in shown:
        _say(" ".join(sentence.split()), err=True)
    if len(shown) < len(every):
        _say(f"... and {len(every) - len(shown)} more files that cannot be read; --verbose lists them", err=True)


def _sentence(failure: Failure) -> str:
    return f"{failure.site.path}:{failure.site.line}: {failure.reason}: {failure.message}; the ports in it are not known"


def _near(word: str, known: Iterable[str]) -> str:
    from engine.config.errors import near_miss

    return near_miss(word, known)


def _say(text: str, err: bool = False) -> None:
    from engine.report.screen import escape

    click.echo("\n".join(map(escape, text.split("\n"))), err=err)
