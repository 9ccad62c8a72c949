"""What depends on options: which machine each use is on, derived ports, and the peer of each connect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from codemods.port_literal.nouns import Entry, Role, Service, Topology, Use
from codemods.port_literal.scan import words

LOCAL = frozenset({"", "*", "localhost", "127.0.0.1", "0.0.0.0", "[::]", "[::1]", "::", "::1"})
_SUM = re.compile(r"\s*(\w+)\s*([+-])\s*(\d+)\s*")
_ROLES: tuple[Role, ...] = ("main", "health", "http", "pub", "sub", "push", "pull", "metrics")
Place = tuple[str, int, int, str]


def placed(
    topology: Topology,
    machines: Mapping[str, str],
    derivations: Mapping[str, Any] | None = None,
    hosts: Mapping[str, str] | None = None,
) -> Topology:
    """The topology with machines, peers' machines and declared derived ports. Pure.

    `machines`: top folder to machine. `derivations`: class to {role: "port+1000"}, for bases whose code cannot be read;
    a term is a role before it or `port`. `hosts`: literal host, or the name of what gives it, to machine.
    """
    known = tuple(dict.fromkeys(machines.values()))
    uses = []
    for use in topology.uses:
        machine = _machine(use.path, machines)
        peer = _peer_machine(use, machine, known, hosts or {}) if use.direction == "connect" else ""
        uses.append(replace(use, machine=machine, peer_machine=peer))
    services = tuple(replace(one, machine=one.machine or _service_machine(one, machines)) for one in topology.services)
    derived = _derived(topology, uses, derivations or {}, machines)
    every = sorted([*uses, *derived], key=lambda one: (one.path, one.line, one.column, one.owner, one.ports))
    return replace(topology, uses=tuple(every), services=services)


def machines_of(topology: Topology, entries: Iterable[Entry], given: Mapping[str, str]) -> dict[str, str]:
    """Top folder to machine: as given, else a folder that is named like a machine of the registry, else one that holds a
    startup file, in it or in its `config`, and code that binds, under its own name."""
    paths = [service.path.split("/") for service in topology.services if service.kind == "startup"]
    started = {parts[0] for parts in paths if len(parts) == 2 or (len(parts) == 3 and parts[1] == "config")}
    binding = {use.path.partition("/")[0] for use in topology.uses if use.direction == "bind" and "/" in use.path}
    found = {folder: folder for folder in sorted(started & binding)}
    return found | {entry.machine: entry.machine for entry in entries if entry.machine} | dict(given)


def _machine(path: str, machines: Mapping[str, str]) -> str:
    return machines.get(path.partition("/")[0], "") if "/" in path else ""


def _service_machine(service: Service, machines: Mapping[str, str]) -> str:
    return _machine(service.path, machines) or _machine(service.script, machines)


def _peer_machine(use: Use, machine: str, known: tuple[str, ...], hosts: Mapping[str, str]) -> str:
    """The one machine that a connect's hosts stand for; "" when nothing says so, or they differ."""
    found = {_stands_for(name, literal, machine, known, hosts) for name, literal in use.hosts or (("", use.host),)}
    return found.pop() if len(found) == 1 else ""


def _stands_for(name: str, literal: str, machine: str, known: tuple[str, ...], hosts: Mapping[str, str]) -> str:
    for one in (name, literal):
        if one and one in hosts:
            return hosts[one]
    for one in (name, literal):
        plain = "".join(words.words(one))
        said = [other for other in known if other and plain.startswith("".join(words.words(other)))]
        if said:
            return max(said, key=len)
    return machine if literal in LOCAL and (literal or not name) else ""


def _derived(topology: Topology, uses: list[Use], derivations: Mapping[str, Any], machines: Mapping[str, str]) -> list[Use]:
    """A use for each port that rules.yaml derives from a class's own, where the code does not bind it itself."""
    found: list[Use] = []
    bound: dict[tuple[str, str], dict[str, Use]] = {}
    for use in uses:
        if use.direction == "bind" and use.ports:
            bound.setdefault((use.path, use.owner), {}).setdefault(use.role, use)
    for heir in topology.heirs:
        for base in heir.bases:
            rules = derivations.get(base)
            if not isinstance(rules, Mapping):
                continue
            machine = _machine(heir.path, machines)
            mine = dict(bound.get((heir.path, heir.owner), {}))
            if "main" not in mine and heir.ports:
                main = _at(heir.path, heir.line, heir.column, heir.owner, machine, "main", heir.ports, heir.births, 0, base)
                mine["main"] = main
                found.append(main)
            for role in _ROLES:
                one = _derive(role, rules.get(role), mine, base)
                if one is not None and role not in mine:
                    mine[role] = one
                    found.append(one)
            break
    return found


def _derive(role: Role, rule: object, mine: Mapping[str, Use], base: str) -> Use | None:
    """The use that one rule like `port+1000` gives, from the uses that the owner already has."""
    match = _SUM.fullmatch(str(rule)) if rule else None
    source = mine.get("main" if match and match[1] == "port" else match[1]) if match else None
    if match is None or source is None:
        return None
    plus = int(match[3]) * (1 if match[2] == "+" else -1)
    ports = tuple(port + plus for port in source.ports if words.in_range(port + plus))
    place = (source.path, source.line, source.column, source.owner, source.machine)
    return _at(*place, role, ports, source.births, source.derived + plus, base) if ports else None


def _at(
    path: str, line: int, column: int, owner: str, machine: str, role: Role, ports: tuple[int, ...],
    births: tuple[tuple[str, int], ...], derived: int, base: str,
) -> Use:  # fmt: skip
    return Use(
        path, line, column, "bind", "derived", owner, machine, role,
        host="*", ports=ports, births=births, derived=derived, subclass_of=base,
    )  # fmt: skip


def peers(topology: Topology) -> dict[Place, tuple[Use | Service, ...]]:
    """For each connect with known ports, by (path, line, column, owner), who listens there: binds, else services.

    Only on the machine that its host stands for; where that is not known, on any. The same number on
    another machine is another service. Empty: nobody does, as far as one can see. Wants a placed topology.
    """
    listening: dict[int, list[Use | Service]] = {}
    for use in topology.uses:
        if use.direction == "bind":
            for port in use.ports:
                listening.setdefault(port, []).append(use)
    configured: dict[int, list[Use | Service]] = {}
    for service in topology.services:
        configured.setdefault(service.port, []).append(service)
    found: dict[Place, tuple[Use | Service, ...]] = {}
    for use in topology.uses:
        if use.direction == "connect" and use.ports:
            some = _there(use, listening) or _there(use, configured)
            found[use.path, use.line, use.column, use.owner] = some
    return found


def _there(use: Use, listening: Mapping[int, list[Use | Service]]) -> tuple[Use | Service, ...]:
    every = [one for port in use.ports for one in listening.get(port, ())]
    if not use.peer_machine:
        return tuple(dict.fromkeys(every))
    return tuple(dict.fromkeys(one for one in every if one.machine in (use.peer_machine, "")))
