"""What contradicts itself: code, startup files and registry, side by side. Reported, never edited away."""

import re
from collections.abc import Iterable, Mapping, Sequence

from codemods.port_literal.nouns import Entry, Problem, Topology, Use
from codemods.port_literal.placing import LOCAL
from codemods.port_literal.registry import DEFAULT_PATH
from codemods.port_literal.registry.claims import Claim, claims_of, gives_way, owns, same_machine
from codemods.port_literal.registry.derive import INFRASTRUCTURE, groups_of

_NO_GROUPS: Mapping[str, Sequence[str]] = {}


def problems(
    topology: Topology,
    entries: Sequence[Entry],
    *,
    registry: str = DEFAULT_PATH,
    alternatives: Mapping[str, Sequence[str]] = _NO_GROUPS,
) -> tuple[Problem, ...]:
    """Every problem of a placed topology, sorted by path, line and kind. `registry` is the path that findings about rows name.

    `alternatives`: the option, for owners that no row's group names.
    """
    claims = claims_of(topology)
    groups = groups_of(claims, alternatives) | _groups(claims, entries)
    found = [
        *_conflicts(claims, groups),
        *_disagreements(claims, entries, registry),
        *_unbound(topology, claims, entries),
        *_unregistered(claims, entries, registry),
        *_unused(topology, claims, entries, registry),
    ]
    return tuple(sorted(found, key=lambda one: (one.path, one.line, one.kind, one.port, one.names)))


def _groups(claims: Iterable[Claim], entries: Iterable[Entry]) -> dict[str, str]:
    rows = [entry for entry in entries if entry.alternatives]
    return {
        claim.owner: entry.alternatives
        for claim in claims
        for entry in rows
        if same_machine(entry.machine, claim.machine) and owns(entry, claim)
    }


def _on(machine: str) -> str:
    return f" on {machine}" if machine else ""


def _conflicts(claims: Sequence[Claim], groups: Mapping[str, str]) -> Iterable[Problem]:
    places: dict[tuple[str, int], list[Claim]] = {}
    for claim in claims:
        places.setdefault((claim.machine, claim.port), []).append(claim)
    for (machine, port), some in sorted(places.items()):
        owners = sorted({claim.owner for claim in some})
        shared = {groups.get(owner, "") for owner in owners}
        if len(owners) < 2 or (len(shared) == 1 and "" not in shared):
            continue
        said = ", ".join(f"{claim.owner} ({claim.role}{_how(claim)}, {_place(claim.places[0])})" for claim in some)
        advice = "give one another number, or group them under `alternatives` if only one runs at a time"
        everywhere = sorted({place for claim in some for place in claim.places})
        message = f"port {port}{_on(machine)} has {len(owners)} owners: {said}; {advice}"
        yield Problem("conflict", message, *everywhere[0], machine, port, tuple(owners), tuple(everywhere[1:]))


def _how(claim: Claim) -> str:
    return f", derived {claim.derived:+d}" if claim.derived else ""


def _place(place: tuple[str, int]) -> str:
    return f"{place[0]}:{place[1]}"


def _disagreements(claims: Sequence[Claim], entries: Sequence[Entry], registry: str) -> Iterable[Problem]:
    """Sources that each know an owner's role on a machine, and no number that both have."""
    keys: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        keys.setdefault(claim.key, []).append(claim)
    for (machine, owner, role), some in sorted(keys.items()):
        here = [row for row in entries if same_machine(row.machine, machine)]
        rows = [row for row in here if _stands_for(row, some[0], claims)]
        code = {claim.port: claim.places[0] for claim in some if claim.source != "startup"}
        startup = {claim.port: claim.places[-1] for claim in some if claim.source != "code"}
        written = {row.port: (registry, row.line) for row in rows}
        named = (("the code", code), ("the startup file", startup), ("the registry", written))
        sources = [(name, at) for name, at in named if at]
        apart = [(one, two) for one in sources for two in sources if one[0] < two[0] and not one[1].keys() & two[1].keys()]
        if not apart:
            continue
        said = ", ".join(f"{name} says {_numbers(at)}" for name, at in sources)
        where = sorted({place for _, at in sources for place in at.values()})
        message = f"{owner} ({role}){_on(machine)}: {said}; decide which is right and change the others"
        port = min(sources[0][1])
        yield Problem("disagreement", message, *where[0], machine, port, (owner, *(row.name for row in rows)), tuple(where[1:]))


def _stands_for(row: Entry, claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether a row is meant for the claim's owner and role, its number aside. Roles are loose words: a row whose number the
    owner has in another role is meant for that one."""
    if (row.role or "main") != claim.role or not owns(row, claim) or not same_machine(row.machine, claim.machine):
        return False
    mine = [one for one in claims if (one.machine, one.owner, one.port) == (claim.machine, claim.owner, row.port)]
    return not mine or any(one.role == claim.role for one in mine)


def _numbers(at: Mapping[int, tuple[str, int]]) -> str:
    return " and ".join(f"{port} ({_place(place)})" for port, place in sorted(at.items()))


def _unbound(topology: Topology, claims: Sequence[Claim], entries: Sequence[Entry]) -> Iterable[Problem]:
    """A connect of whose numbers nobody here binds any. What others run, by the registry or by custom, is bound elsewhere."""
    places: dict[tuple[str, tuple[int, ...]], list[Use]] = {}
    for use in topology.uses:
        if use.direction == "connect" and use.ports and not _goes_outside(use):
            places.setdefault((use.peer_machine, use.ports), []).append(use)
    published = {(service.machine, service.port) for service in topology.services}
    for (machine, ports), uses in sorted(places.items()):
        bound = any(claim.port in ports and same_machine(claim.machine, machine) for claim in claims)
        bound = bound or any(port in ports and same_machine(one, machine) for one, port in published)
        outside = any(row.external and row.port in ports and same_machine(row.machine, machine) for row in entries)
        if bound or outside or any(port in INFRASTRUCTURE for port in ports):
            continue
        owners = tuple(sorted({use.owner for use in uses}))
        number = " or ".join(map(str, ports))
        elsewhere = sorted({claim.machine for claim in claims if claim.port in ports})
        hint = f"; it is bound on {', '.join(elsewhere)}: check the host" if elsewhere else ""
        advice = "correct the number, or mark its row `external: true` if somebody else runs it"
        message = f"{', '.join(owners)} connects to {number}{_on(machine)}, which nobody here binds{hint or f'; {advice}'}"
        where = sorted({(use.path, use.line) for use in uses})
        yield Problem("unbound-connect", message, *where[0], machine, ports[0], owners, tuple(where[1:]))


def _goes_outside(use: Use) -> bool:
    """Whether a plain socket names an address that is no machine of ours, as one does to learn which address is one's own."""
    literal = bool(re.fullmatch(r"[\d.]+|\[?[\da-f:]*:[\da-f:]+\]?", use.host, re.I))
    return use.via == "socket" and literal and use.host not in LOCAL and not use.peer_machine


def _unregistered(claims: Sequence[Claim], entries: Sequence[Entry], registry: str) -> Iterable[Problem]:
    for claim in claims:
        if gives_way(claim, claims):
            continue  # a disagreement
        same = [row for row in entries if same_machine(row.machine, claim.machine)]
        if any(row.port == claim.port or _moved(row, claim, claims) for row in same):
            continue
        whose = f"port {claim.port} of {claim.owner} ({claim.role}){_on(claim.machine)}"
        message = f"{whose} is not in {registry}; run `rewright ports sync`"
        yield Problem("unregistered", message, *claim.places[0], claim.machine, claim.port, (claim.owner,), claim.places[1:])


def _moved(row: Entry, claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether a row gives the claim's owner and role a number that none of its code has: a disagreement, and nothing else."""
    return _stands_for(row, claim, claims) and not any(one.key == claim.key and one.port == row.port for one in claims)


def _unused(topology: Topology, claims: Sequence[Claim], entries: Sequence[Entry], registry: str) -> Iterable[Problem]:
    """Rows whose number nobody uses there. A row of somebody else's service may be used by what we cannot see."""
    used = {(claim.machine, claim.port) for claim in claims}
    used |= {(use.peer_machine, port) for use in topology.uses if use.direction == "connect" for port in use.ports}
    used |= {(service.machine, service.port) for service in topology.services}
    used |= {("", birth.port) for birth in topology.births if birth.evidence == "use"}
    for row in entries:
        if row.external or any(row.port == port and same_machine(row.machine, machine) for machine, port in used):
            continue
        if any(_moved(row, claim, claims) for claim in claims):
            continue
        message = f"{row.name} ({row.port}{_on(row.machine)}) is used by nobody; delete the row if its service is gone"
        yield Problem("unused-entry", message, registry, row.line, row.machine, row.port, (row.name,))
