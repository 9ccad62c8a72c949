"""The registry that the code and the startup files imply, beside what people wrote in it already.

People's rows win: they are matched first and come back as they are. A row is added for each claim that no row answers;
a port that a person's undisputed row has is that row's, and who else claims it is a conflict, which `check` reports.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from codemods.port_literal.nouns import Birth, Entry, Service, Topology, Use
from codemods.port_literal.registry.claims import Claim, claims_of, gives_way, owns, same_machine, snake, variable_of

INFRASTRUCTURE: Mapping[int, str] = {
    1883: "mqtt", 2181: "zookeeper", 2379: "etcd", 3306: "mysql", 4222: "nats", 5432: "postgres", 5672: "rabbitmq",
    6333: "qdrant", 6379: "redis", 6650: "pulsar", 8500: "consul", 9042: "cassandra", 9090: "prometheus", 9092: "kafka",
    9200: "elasticsearch", 11211: "memcached", 11434: "ollama", 19530: "milvus", 27017: "mongodb",
}  # fmt: skip
_NOISE = ("SERVICE", "SERVER", "IMPL")
_BEFORE = ("DEFAULT_", "ZMQ_", "THE_")
_AFTER = ("_PORT", "_PORTS", "_URL", "_URI", "_HOST", "_ENDPOINT", "_ADDRESS", "_ADDR", "_DEFAULT", "_NUMBER")
_WORDS = """PORT PORTS URL URLS URI HOST ENDPOINT ENDPOINTS ADDRESS ADDR SERVER DEFAULT CONFIG BASE P KEY VALUE NAME LOCALHOST
    SERVICE TARGET HTTP TCP WS TYPE EXPOSED GET POST PUT PATCH DELETE HEAD REQUEST URLOPEN CONNECT BIND HEALTH METRICS"""
_SAYS_NOTHING = frozenset(_WORDS.split()) | {""}


def derive(topology: Topology, existing: Sequence[Entry] = (), options: Mapping[str, Any] | None = None) -> tuple[Entry, ...]:
    """`existing`, unchanged and in its order, then the rows to add, by machine and name. Wants a placed topology.

    Options that count: `external` (number as text to a name) and `alternatives` (group to a list of owners).
    """
    options = options or {}
    known = dict(INFRASTRUCTURE) | {
        int(port): str(name) for port, name in options.get("external", {}).items() if str(port).isdigit()
    }
    claims = claims_of(topology)
    settled = [claim for claim in claims if not gives_way(claim, claims)]
    new = _unanswered(settled, existing, groups_of(settled, options.get("alternatives", {})))
    drafts = [(_draft(claim, group, disputed, claims), _bases(claim, claims)) for claim, group, disputed in new]
    answered = [*existing, *(draft for draft, _ in drafts)]
    drafts += _peers(topology, answered, claims, known)
    named = _named(drafts, {entry.name for entry in existing})
    return (*existing, *sorted(named, key=lambda entry: (entry.machine, entry.name)))


def groups_of(claims: Iterable[Claim], alternatives: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Owner to its group of alternatives, by what the option lists."""
    found: dict[str, str] = {}
    for claim in claims:
        for group, owners in sorted(alternatives.items()):
            if any(owns(Entry("", 0, owner=owner), claim) for owner in owners):
                found.setdefault(claim.owner, group)
    return found


def _unanswered(claims: Sequence[Claim], existing: Sequence[Entry], groups: Mapping[str, str]) -> list[tuple[Claim, str, bool]]:
    """(claim, group, disputed) of each claim that no row answers, and that a row may be added for."""
    taken = {entry.name for entry in existing for claim in claims if _is(entry, claim) and owns(entry, claim)}
    found: list[Claim] = []
    for claim in claims:
        there = [entry for entry in existing if _is(entry, claim)]
        own = [entry for entry in there if owns(entry, claim) or not entry.owner]
        group = groups.get(claim.owner, "")
        joins = all(entry.disputed or (group and entry.alternatives == group) for entry in there)
        moved = [entry for entry in existing if entry.name not in taken and _role(entry) == claim.role and owns(entry, claim)
                 and same_machine(entry.machine, claim.machine)]  # fmt: skip
        if not own and not moved and (not there or joins):
            found.append(claim)
    return [(claim, groups.get(claim.owner, ""), _disputed(claim, found, existing, groups)) for claim in _one_each(found)]


def _one_each(claims: Sequence[Claim]) -> list[Claim]:
    """One row for an owner that uses a number in two roles: main before the others."""
    best: dict[tuple[str, int, str], Claim] = {}
    for claim in sorted(claims, key=lambda one: (one.role != "main", one.role)):
        best.setdefault((claim.machine, claim.port, claim.owner), claim)
    return sorted(best.values(), key=lambda one: (one.machine, one.port, one.owner))


def _disputed(claim: Claim, found: Sequence[Claim], existing: Sequence[Entry], groups: Mapping[str, str]) -> bool:
    group = groups.get(claim.owner, "")
    others = [one for one in found if (one.machine, one.port) == (claim.machine, claim.port) and one.owner != claim.owner]
    rows = [entry for entry in existing if (entry.machine, entry.port) == (claim.machine, claim.port)]
    return any(not group or groups.get(one.owner, "") != group for one in others) or any(row.disputed for row in rows)


def _is(entry: Entry, claim: Claim) -> bool:
    return entry.port == claim.port and same_machine(entry.machine, claim.machine)


def _role(entry: Entry) -> str:
    return entry.role or "main"


def _draft(claim: Claim, group: str, disputed: bool, claims: Sequence[Claim]) -> Entry:
    shared = any(one.env == claim.env and one.key != claim.key for one in claims)
    purpose = f"derived: port {'+' if claim.derived > 0 else '-'} {abs(claim.derived)}" if claim.derived else ""
    return Entry(
        "", claim.port, claim.role, claim.machine, claim.owner, purpose, "" if shared or claim.derived else claim.env,
        alternatives=group, disputed=disputed,
    )  # fmt: skip


def _bases(claim: Claim, claims: Sequence[Claim]) -> list[str]:
    """Names for a claim, the best first."""
    base = snake(claim.label) or "PORT"
    short = base.rpartition("_")[0]
    others = {snake(one.label) for one in claims}
    if base.endswith(_NOISE) and short.count("_") and short not in others:
        base = short
    role = "" if claim.role == "main" or base.endswith(f"_{claim.role.upper()}") else f"_{claim.role.upper()}"
    holders = [
        word
        for holder in claim.holders
        if (word := _plain(holder)) not in (*_SAYS_NOTHING, claim.role.upper()) and word not in base
    ]
    return [base + role, *(f"{base}_{word}{role}" for word in holders), f"{base}{role}_{claim.port}"]


def _plain(holder: str) -> str:
    """What the name of a constant, variable or key says beside that it is a port: ZMQ_MODEL_MANAGER_PORT says MODEL_MANAGER."""
    word = snake(holder)
    for before in _BEFORE:
        word = word.removeprefix(before)
    for after in _AFTER:
        word = word.removesuffix(after)
    return "" if word in _SAYS_NOTHING else word


def _peers(
    topology: Topology, rows: Sequence[Entry], claims: Sequence[Claim], known: Mapping[int, str]
) -> list[tuple[Entry, list[str]]]:
    """Rows for ports that are only spoken to, or that a compose file publishes: nobody here owns them."""
    births = {birth.key: birth for birth in topology.births}
    holders: dict[tuple[str, int], Counter[str]] = {}
    variables: dict[tuple[str, int], set[str]] = {}
    for use in topology.uses:
        for port in use.ports if use.direction == "connect" else ():
            words = holders.setdefault((use.peer_machine, port), Counter())
            for birth in _born(use, port, births):
                words.update(word for word in (_plain(birth.env), _plain(birth.name)) if word)
                variables.setdefault((use.peer_machine, port), set()).update({variable_of(birth)} - {""})
    published: dict[tuple[str, int], Service] = {}
    for service in topology.services:
        if service.kind in ("compose", "other"):
            published.setdefault((service.machine, service.port), service)
            holders.setdefault((service.machine, service.port), Counter())
    placed = {port for machine, port in holders if machine}
    found: list[tuple[Entry, list[str]]] = []
    for (machine, port), words in sorted(holders.items()):
        answered = any(row.port == port and same_machine(row.machine, machine) for row in rows)
        answered = answered or any(claim.port == port and same_machine(claim.machine, machine) for claim in claims)
        if answered or (not machine and port in placed):
            continue
        name, publisher, envs = known.get(port, ""), published.get((machine, port)), variables.get((machine, port), set())
        owner = name or (publisher.name if publisher else "")
        best = sorted(words, key=lambda word: (-words[word], word))
        base = snake(owner) or (best[0] if best else "")
        if not base:
            continue  # nothing says what it is; `check` reports the connect
        entry = Entry("", port, "main", machine, owner, "", min(envs) if len(envs) == 1 else "", external=bool(name))
        found.append((entry, [base, f"{base}_{port}"]))
    return found


def _born(use: Use, port: int, births: Mapping[tuple[str, int], Birth]) -> list[Birth]:
    return [birth for key in use.births if (birth := births.get(key)) and birth.port + use.derived == port]


def _named(drafts: Sequence[tuple[Entry, list[str]]], taken: set[str]) -> list[Entry]:
    """The rows with unique names: of names that two machines want, each gets its machine's; then what holds the number."""
    wanted: dict[str, set[str]] = {}
    for entry, bases in drafts:
        wanted.setdefault(bases[0], set()).add(entry.machine)
    found: list[Entry] = []
    used = set(taken)
    for entry, bases in drafts:
        first = snake(entry.machine) + "_" if entry.machine else ""
        many = len(wanted[bases[0]]) > 1 or bases[0] in taken
        options = [f"{first}{base}" for base in bases] if many else [*bases, *(f"{first}{base}" for base in bases)]
        options += [f"{options[-1]}_{number}" for number in range(2, len(drafts) + len(taken) + 3)]
        name = next(option for option in map(_legal, options) if option not in used)
        used.add(name)
        found.append(replace(entry, name=name))
    return found


def _legal(name: str) -> str:
    return f"_{name}" if name[:1].isdigit() else name
