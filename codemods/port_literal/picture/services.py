"""Which service each use belongs to. Pure."""

from collections import defaultdict
from dataclasses import replace

from codemods.port_literal.nouns import Topology, Use
from codemods.port_literal.registry.claims import stem

Key = tuple[str, str, str]  # machine, owner, path


def services(topology: Topology) -> dict[Key, list[Use]]:
    """The uses of a placed topology by their service.

    Code outside of classes belongs to the one class of its file, if there is one. A connect in code that several
    machines share belongs to whoever gives it the number: who writes it down, on a machine that is known.
    """
    owners = _owners(topology)
    found: dict[Key, list[Use]] = defaultdict(list)
    bound: dict[Key, set[int]] = defaultdict(set)
    for use in topology.uses:
        key = use.machine, owners.get((use.path, use.owner), use.owner), use.path
        if use.direction == "bind":
            bound[key].update(use.ports)
        if use.direction == "bind" or use.machine:
            found[key].append(use)
    machines = {use.path.partition("/")[0]: use.machine for use in topology.uses if use.machine and "/" in use.path}
    births = {birth.key: birth for birth in topology.births}
    for use in topology.uses:
        if use.direction == "connect" and not use.machine:
            given: set[int] = set()
            for birth in (births[key] for key in use.births if key in births):
                port = birth.port + use.derived
                if port not in use.ports or birth.path == use.path or birth.path.partition("/")[0] not in machines:
                    continue
                key = machines[birth.path.partition("/")[0]], owners.get((birth.path, birth.owner), birth.owner), birth.path
                if port not in bound[key]:  # who imports the server's own constant is not the server
                    given.add(port)
                    found[key].append(replace(use, ports=(port,), path=birth.path, line=birth.line))
            rest = tuple(port for port in use.ports if port not in given)
            if rest or not use.ports:
                found["", owners.get((use.path, use.owner), use.owner), use.path].append(replace(use, ports=rest))
    return found


def _owners(topology: Topology) -> dict[tuple[str, str], str]:
    """(path, module's stem) to the one class of the file that the topology names."""
    named = {(use.path, use.owner) for use in topology.uses} | {(birth.path, birth.owner) for birth in topology.births}
    classes: dict[str, list[str]] = defaultdict(list)
    for path, owner in named:
        if owner != stem(path):
            classes[path].append(owner)
    return {(path, stem(path)): some[0] for path, some in classes.items() if len(some) == 1}
