"""What the commands of `rewright ports` read, write and tell: the target, its ports and its registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.screen import say
from engine.model import Failure, FileDelta, Plan, RewrightError

if TYPE_CHECKING:
    from codemods.port_literal.nouns import Entry, Problem, Topology
    from codemods.port_literal.registry import Registry
    from codemods.port_literal.registry.file import Planned
    from engine.config.values import Rule

CODEMOD = "port-literal"
_FEW = 8  # files told of by name
_MEANWHILE = ("edited-meanwhile", "deleted-meanwhile", "exists")


@dataclass(frozen=True, slots=True)
class Target:
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


@dataclass(frozen=True, slots=True)
class Known:
    """What the target says of its ports, and what its registry said before it was asked."""

    topology: Topology
    failures: tuple[Failure, ...]  # files that could not be asked
    data: bytes | None  # the registry's bytes; None when there is none
    entries: tuple[Entry, ...]


# -- reading ---------------------------------------------------------------------------------


def target_of(given: Mapping[str, Any]) -> Target:
    """The target, and the rule whose options count. RewrightError where there is none, or several."""
    import codemods
    from engine.session import Choice, load_config, rule_of
    from engine.target import find_root

    if given["target"] and given["root"] and given["target"].resolve() != given["root"].resolve():
        raise click.UsageError("ROOT and --root name two folders; name one")
    root = find_root(Choice((given["target"],) if given["target"] else (), given["root"], given["rules_file"]))
    config = load_config(given["rules_file"], root, codemods.known())
    return Target(root, rule_of(config, CODEMOD, given["rule_id"]), config.path)


def learned(target: Target, given: Mapping[str, Any]) -> Known:
    """The topology of the files that the rule covers, its machines known. RewrightError for a registry that is not valid."""
    import codemods
    from codemods.port_literal.placing import machines_of
    from codemods.port_literal.registry.file import registry_of
    from codemods.port_literal.topology import TOPOLOGY, placed
    from engine.session import Choice, open_session

    data = read(target)
    entries = registry_of(data, target.registry).entries
    cached = not given["no_cache"]
    choice = Choice((), target.root, Path(target.rules_file), (target.rule.id,), jobs=given["jobs"], cache=cached)
    with open_session(choice, codemods.known, codemods.templates) as session:
        project, failures = session.project()
        covers = session.request.rules[0].covers
    machines = machines_of(project.facts[TOPOLOGY.name], entries, target.map("machines"))
    topology = placed(project.facts[TOPOLOGY.name], machines, target.map("derivations"), target.map("hosts"))
    kept: dict[str, Any] = {
        name: tuple(one for one in getattr(topology, name) if covers(one.path)) for name in ("births", "uses")
    }
    return Known(replace(topology, **kept), tuple(one for one in failures if covers(one.site.path)), data, entries)


def problems_of(target: Target, topology: Topology, entries: Sequence[Entry]) -> tuple[Problem, ...]:
    """What contradicts itself."""
    from codemods.port_literal.registry.check import problems

    return problems(topology, entries, registry=target.registry, alternatives=target.map("alternatives"))


def read(target: Target) -> bytes | None:
    """The registry's bytes; None when there is none."""
    try:
        return (target.root / target.registry).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RewrightError(
            f"{target.registry}: cannot be read ({error.strerror}); it must be a file that you may read"
        ) from error


def registry_there(target: Target) -> Registry:
    """The registry. RewrightError where there is none, or one that is not valid."""
    from codemods.port_literal.registry.file import registry_of

    data = read(target)
    if data is None:
        raise RewrightError(f"{target.root} has no {target.registry}; `rewright ports sync` writes one")
    return registry_of(data, target.registry)


# -- writing ---------------------------------------------------------------------------------


def written(target: Target, plan: Planned) -> bool:
    """Write the registry, journaled. False when somebody changed it since it was read; RewrightError for what else hinders."""
    from engine import apply as writer

    delta = FileDelta(target.registry, plan.before, plan.after)
    result = writer.apply(Plan(root=str(target.root), rules=(target.rule.id,), items=(), deltas=(delta,), files=0))
    if any(one.reason not in _MEANWHILE for one in result.failures):
        raise RewrightError("\n".join(one.message for one in result.failures))
    return not result.failures


# -- telling ---------------------------------------------------------------------------------


def say_problems(found: Sequence[Problem]) -> None:
    """One line each, and how many there are."""
    from codemods.port_literal.registry import tell

    for one in found:
        say(tell.line(one))
    say(tell.counted(found), err=True)


def say_unread(known: Known, verbose: bool) -> None:
    """What could not be read, on stderr; the first few only unless `verbose`."""
    every = unread(known)
    shown = every if verbose or len(every) <= _FEW else every[:_FEW]
    for sentence in shown:
        say(" ".join(sentence.split()), err=True)
    if len(shown) < len(every):
        say(f"... and {len(every) - len(shown)} more files that cannot be read; --verbose lists them", err=True)


def unread(known: Known) -> list[str]:
    """A sentence for each file that could not be read."""
    return [*known.topology.notes, *map(_sentence, known.failures)]


def _sentence(failure: Failure) -> str:
    return f"{failure.site.path}:{failure.site.line}: {failure.reason}: {failure.message}; the ports in it are not known"
