"""Who claims which port: binds and startup services of a placed topology, brought together under one owner each.

A startup file's service and the class that it starts are one owner, as are a class and the module-level code beside it.
Copies of a class on one machine are one owner, too.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codemods.port_literal.nouns import Birth, Entry, Service, Topology, Use

_PARTS = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z][a-z]*[0-9]*|[a-z]+[0-9]*|[0-9]+")
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """One port of one owner in one role on one machine."""

    machine: str
    owner: str  # as the registry spells it: the script that a service starts, else the class, else the module's path
    label: str  # what its name is made of: the service's name, else the class, else the module's stem
    role: str
    port: int
    aliases: frozenset[str]  # whatever a person may call the owner
    places: tuple[Place, ...]  # where it is claimed, code first, sorted
    source: str = "code"  # "code", "startup", "both"
    derived: int = 0
    env: str = ""
    holders: tuple[str, ...] = ()  # the constants, parameters and keys that hold the number

    @property
    def key(self) -> tuple[str, str, str]:
        return self.machine, self.owner, self.role


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """UPPER_SNAKE of a name: SessionAgent, session_agent and session-agent are SESSION_AGENT."""
    return "_".join(part.upper() for part in _PARTS.findall(name))


def stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def same_machine(one: str, other: str) -> bool:
    """Whether two machines may be one: "" stands for any."""
    return "" in (one, other) or one == other


def owns(entry: Entry, claim: Claim) -> bool:
    """Whether a row's owner is the claim's."""
    return entry.owner in claim.aliases or (
        bool(snake(entry.owner)) and snake(entry.owner) in {snake(one) for one in claim.aliases}
    )


def variable_of(birth: Birth) -> str:
    """The environment variable that holds the number at a birth, "" where it holds a whole address."""
    return "" if birth.shape in ("url-default", "endpoint") else birth.env


def gives_way(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether a startup file gives this owner and role another number, and the code's is no socket of its own."""
    if claim.source != "code":
        return False
    rivals = [one for one in claims if one.key == claim.key and one.source != "code"]
    return bool(rivals) and not any(one.source == "both" for one in rivals)


def claims_of(topology: Topology) -> tuple[Claim, ...]:
    """Every claim, sorted by machine, port, owner and role. Unresolved binds claim nothing."""
    births = {birth.key: birth for birth in topology.births}
    binds = [use for use in topology.uses if use.direction == "bind" and use.ports]
    startups = [service for service in topology.services if service.kind == "startup"]
    label_of = _labels(binds)
    services: dict[tuple[str, str], list[Service]] = {}
    uses: dict[tuple[str, str], list[Use]] = {}
    for use in binds:
        uses.setdefault((use.machine, snake(label_of[use])), []).append(use)
    for service in startups:
        services.setdefault(_group_of(service, uses), []).append(service)
    found = [
        claim
        for group in sorted(uses.keys() | services.keys())
        for claim in _claims(group[0], uses.get(group, ()), services.get(group, ()), label_of, births)
    ]
    return tuple(sorted(found, key=lambda one: (one.machine, one.port, one.owner, one.role)))


def _labels(binds: Iterable[Use]) -> dict[Use, str]:
    """The owner of each bind: code outside of classes belongs to the one class of its file, if there is just one."""
    classes: dict[str, set[str]] = {}
    for use in binds:
        if use.owner != stem(use.path):
            classes.setdefault(use.path, set()).add(use.owner)
    return {use: _label(use, classes.get(use.path, set())) for use in binds}


def _label(use: Use, classes: set[str]) -> str:
    return next(iter(classes)) if use.owner == stem(use.path) and len(classes) == 1 else use.owner


def _group_of(service: Service, uses: Mapping[tuple[str, str], list[Use]]) -> tuple[str, str]:
    """The binds that a service's script or name stands for, else a group of its own."""
    here = {group: some for group, some in uses.items() if same_machine(group[0], service.machine)}
    if service.script:
        script = "/" + service.script.removeprefix("./")
        mine = {group: [use for use in some if ("/" + use.path).endswith(script)] for group, some in here.items()}
        mine = {group: some for group, some in mine.items() if some}
        named = [group for group in mine if group[1] in (snake(service.name), snake(stem(service.script)))]
        bound = [group for group, some in mine.items() if any(service.port in use.ports for use in some)]
        chosen = sorted(named or bound or (mine if len(mine) == 1 else ()))
        if chosen:
            return chosen[0]
    same = sorted(group for group in here if group[1] == snake(service.name))
    return same[0] if len(same) == 1 else (service.machine, snake(service.name))


def _claims(
    machine: str,
    uses: Iterable[Use],
    services: Iterable[Service],
    label_of: Mapping[Use, str],
    births: Mapping[tuple[str, int], Birth],
) -> list[Claim]:
    uses, services = list(uses), list(services)
    scripts = sorted({service.script for service in services if service.script})
    labels = sorted({label_of[use] for use in uses})
    paths = sorted({use.path for use in uses})
    label = min((service.name for service in services), default=labels[0] if labels else "")
    outside = bool(paths) and len(paths) == 1 and label == stem(paths[0])
    owner = scripts[0] if scripts else (paths[0] if outside else (labels or [label])[0])
    files = {*paths, *scripts}
    dotted = {path.removesuffix(".py").replace("/", ".") for path in files}
    aliases = frozenset({owner, label, *labels, *files, *dotted, *map(stem, files), *(service.name for service in services)})
    made: list[Claim] = []
    for role, port in sorted(
        {(use.role, port) for use in uses for port in use.ports} | {(one.role, one.port) for one in services}
    ):
        code = [use for use in uses if use.role == role and port in use.ports]
        files_say = [one for one in services if (one.role, one.port) == (role, port)]
        mine = [birth for use in code for key in use.births if (birth := births.get(key)) and birth.port + use.derived == port]
        made.append(
            Claim(
                machine, owner, label, role, port, aliases,
                (*sorted({(use.path, use.line) for use in code}), *sorted({(one.path, one.line) for one in files_say})),
                "both" if code and files_say else "code" if code else "startup",
                min((use.derived for use in code), key=abs, default=0),
                min((variable_of(birth) for birth in mine if variable_of(birth)), default=""),
                tuple(sorted({birth.name for birth in mine if birth.name})),
            )
        )  # fmt: skip
    return made
