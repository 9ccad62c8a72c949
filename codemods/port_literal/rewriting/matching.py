"""Which registry row each birth means: by who binds it or speaks to it, on which machine, in which role.

The same number is not the same service. Where two rows share a number, something else than the number must tell which.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from codemods.port_literal.nouns import Birth, Entry, Service, Topology, Use
from codemods.port_literal.registry.claims import same_machine, snake, stem

_PEER: Mapping[str, str] = {"SUB": "pub", "PULL": "push", "PUSH": "pull", "PUB": "sub", "XSUB": "pub"}  # what answers a socket
_CALLS = ("main", "http", "")  # the roles that a request is for


# Its owner binds the number; code of another name binds it; code connects to it; nothing is seen to use it.
Proof = Literal["owner", "bind", "peer", "number"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a birth is left alone."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Meant:
    """The row that a birth means, and what says so."""

    entry: Entry
    by: Proof


Verdict = Meant | Refusal


def judged(
    topology: Topology, entries: Sequence[Entry], machines: Mapping[str, str]
) -> dict[str, tuple[tuple[Birth, Verdict], ...]]:
    """Every birth with its verdict, by path, in source order. Wants a placed topology.

    `machines`: top folder to machine.
    """
    uses: dict[tuple[str, int], list[Use]] = {}
    binds: dict[int, list[Use | Service]] = {}
    for use in topology.uses:
        for key in use.births:
            uses.setdefault(key, []).append(use)
        for port in use.ports if use.direction == "bind" else ():
            binds.setdefault(port, []).append(use)
    for service in topology.services:
        binds.setdefault(service.port, []).append(service)
    numbered: dict[int, list[Entry]] = {}
    for entry in entries:
        numbered.setdefault(entry.port, []).append(entry)
    found: dict[str, list[tuple[Birth, Verdict]]] = {}
    for birth in topology.births:
        folder = birth.path.partition("/")[0] if "/" in birth.path else ""
        rows = numbered.get(birth.port, [])
        verdict = _judge(birth, rows, uses.get(birth.key, []), binds.get(birth.port, []), machines.get(folder, ""))
        found.setdefault(birth.path, []).append((birth, verdict))
    return {path: tuple(pairs) for path, pairs in found.items()}


def _judge(birth: Birth, rows: list[Entry], uses: list[Use], binds: list[Use | Service], machine: str) -> Verdict:
    direct = [use for use in uses if birth.port in use.ports]
    if not rows:
        return Refusal("not-in-registry", f"no entry of the registry has port {birth.port}; add one")
    if uses and not direct:
        plus = uses[0].derived
        return Refusal(
            "derived-port",
            f"{birth.port} itself is nobody's port: {abs(plus)} is {'added' if plus > 0 else 'taken away'} first",
        )
    bound = [use for use in direct if use.direction == "bind"]
    asked = [use for use in direct if use.direction == "connect"]
    if bound:
        found = _owned(birth, rows, bound, binds)
        if isinstance(found, list) and asked:
            found = _spoken_to(birth, found, asked)
    elif asked:
        found = _spoken_to(birth, rows, asked)
    else:
        found = _by_name(birth, rows, machine)
    if isinstance(found, Refusal):
        return found
    by: Proof = "bind" if bound else "peer" if asked else "number"
    if bound and _called(found[0], set(_spellings(bound))):
        by = "owner"
    return _one(birth, found, rows, by)


def _one(birth: Birth, rows: list[Entry], every: list[Entry], by: Proof) -> Verdict:
    names = ", ".join(entry.name for entry in rows)
    if all(entry.disputed for entry in rows):
        rivals = ", ".join(entry.name for entry in every if entry.disputed)
        return Refusal("disputed", f"port {birth.port} is disputed ({rivals}); settle that in the registry first")
    if len(rows) > 1:
        return Refusal("ambiguous-port", f"port {birth.port} may be {names}; nothing here says which")
    return Meant(rows[0], by)


def _owned(birth: Birth, rows: list[Entry], bound: list[Use], binds: list[Use | Service]) -> list[Entry] | Refusal:
    """The rows that who binds the number may own."""
    here = [entry for entry in rows if any(same_machine(entry.machine, use.machine) for use in bound)]
    if not here:
        place = f"{rows[0].name} of {rows[0].machine}, and this code runs on {bound[0].machine}"
        return Refusal("other-machine", f"port {birth.port} is {place}")
    spelled = set(_spellings(bound))
    mine = [entry for entry in here if _called(entry, spelled)]
    if not mine:
        others = set(_spellings(use for use in binds if any(same_machine(use.machine, one.machine) for one in bound)))
        theirs = [entry for entry in here if entry.external or _called(entry, others)]
        if len(theirs) == len(here):
            owner = f"{theirs[0].name} of {theirs[0].owner}"
            return Refusal(
                "other-owner", f"port {birth.port} is {owner}, and {bound[0].owner} binds it too; give it a port of its own"
            )
    here = mine or here
    return _those(here, [entry for entry in here if entry.role in {use.role for use in bound}])


def _spoken_to(birth: Birth, rows: list[Entry], asked: list[Use]) -> list[Entry] | Refusal:
    """The rows that who connects to the number may mean: the peer's."""
    there = [entry for entry in rows if any(same_machine(entry.machine, use.peer_machine) for use in asked)]
    if not there:
        place = f"{rows[0].name} of {rows[0].machine}, and this connects to {asked[0].peer_machine}"
        return Refusal("other-machine", f"port {birth.port} is {place}")
    roles = {role for use in asked for role in ((_PEER[use.socket],) if use.socket in _PEER else _CALLS)}
    there = _those(there, [entry for entry in there if entry.role in roles])
    return _those(there, [entry for entry in there if _says(birth, entry)])


def _by_name(birth: Birth, rows: list[Entry], machine: str) -> list[Entry]:
    """Nothing binds the number or connects to it, as far as one can see: the machine, the owner and the name must tell."""
    rows = _those(rows, [entry for entry in rows if machine and entry.machine == machine])
    spelled = {birth.owner, *_paths(birth.path)}
    rows = _those(rows, [entry for entry in rows if _called(entry, spelled)])
    return _those(rows, [entry for entry in rows if _says(birth, entry)])


def _those(rows: list[Entry], some: list[Entry]) -> list[Entry]:
    """`some` of the rows where that tells anything, else all."""
    return some or rows


def _says(birth: Birth, entry: Entry) -> bool:
    return snake(birth.name).removesuffix("_PORT") == snake(entry.name)


def _called(entry: Entry, spelled: set[str]) -> bool:
    return bool(entry.owner) and (entry.owner in spelled or snake(entry.owner) in {snake(one) for one in spelled})


def _spellings(uses: Iterable[Use | Service]) -> Iterator[str]:
    """What a registry may call those who bind: their classes, modules and paths; services and their scripts."""
    for use in uses:
        if isinstance(use, Use):
            yield from (use.owner, *_paths(use.path))
        else:
            yield from (use.name, *(_paths(use.script) if use.script else ()))


def _paths(path: str) -> tuple[str, str, str]:
    return path, path.removesuffix(".py").replace("/", "."), stem(path)
