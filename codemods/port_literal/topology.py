"""The fact: who is born, binds and connects where, in the whole target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from codemods.port_literal.config_files import parse
from codemods.port_literal.follow.arrival import Arrival, arrival
from codemods.port_literal.follow.flow import Flow
from codemods.port_literal.follow.heirs import heirs_of
from codemods.port_literal.follow.known import Known
from codemods.port_literal.follow.meanings import ClassKey, Frame, Key
from codemods.port_literal.follow.world import World
from codemods.port_literal.nouns import Birth, Service, Topology, Use
from codemods.port_literal.placing import peers, placed
from codemods.port_literal.registered import registered
from codemods.port_literal.scan import scan, words
from codemods.port_literal.scan.terms import FilePorts, Literal, UseSite
from engine import Fact, Project

CONFIG_FILES = ("*startup*.yaml", "*startup*.yml", "*compose*.yaml", "*compose*.yml", "Dockerfile*", "*.dockerfile")
__all__ = ["CONFIG_FILES", "TOPOLOGY", "combine", "peers", "placed", "topology_of"]
_HINTS = rb"port(?<!import)(?<!report)(?<!support)(?<!export)(?![a-rt-z])|PORT|\.bind\(|\.connect\(|://|HTTPServer|start_server"


def combine(found: Mapping[str, Any], project: Project) -> Topology:
    """The topology of what was scanned: FilePorts of Python files, bytes of configuration files."""
    files = {path: one for path, one in found.items() if isinstance(one, FilePorts)}
    services: list[Service] = []
    notes: list[str] = []
    for path, data in found.items():
        if isinstance(data, bytes):
            some, said = parse(path, data)
            services.extend(replace(one, script=_in_target(one.script, project.paths)) for one in some)
            notes.extend(said)
    return topology_of(files, project.paths, tuple(sorted(services, key=_by_line)), tuple(sorted(notes)), registered(found))


def topology_of(
    files: Mapping[str, FilePorts],
    paths: frozenset[str],
    services: tuple[Service, ...],
    notes: tuple[str, ...] = (),
    numbers: Mapping[str, int] | None = None,
) -> Topology:
    """The same, of what is already read. `numbers`: the ports that code looks up by name."""
    world = World(files, paths)
    flow = Flow(world, numbers or {})
    known = Known(services)
    uses: list[Use] = []
    used: set[Key] = set()
    for path, file in files.items():
        for site in file.uses:
            for use in _uses(flow, path, site, known):
                uses.append(use)
                used.update(use.births)
    births = [birth for path, file in files.items() for birth in _births(path, file.literals, used)]
    return Topology(
        tuple(sorted(births, key=lambda one: (one.path, one.line, one.column))),
        tuple(sorted(uses, key=lambda one: (one.path, one.line, one.column, one.owner))),
        services,
        notes,
        heirs_of(flow),
        {path: files[path].text for path in dict.fromkeys(birth.path for birth in births)},
    )


def _in_target(script: str, paths: frozenset[str]) -> str:
    """The file that a startup file means: it may name it from the root of another machine's checkout."""
    parts = script.strip("/").split("/")
    there = ("/".join(parts[index:]) for index in range(len(parts)))
    return next((path for path in there if path in paths), script)


def _births(path: str, literals: tuple[Literal, ...], used: set[Key]) -> list[Birth]:
    found = []
    for one in literals:
        is_used = (path, one.start) in used
        if one.barred or not (is_used or one.named):
            continue
        found.append(
            Birth(
                path, one.line, one.column, one.start, one.end, one.port, one.shape, one.name, one.owner, one.env, one.at_import,
                "use" if is_used else "name",
            )
        )  # fmt: skip
    return found


def _uses(flow: Flow, path: str, site: UseSite, services: Known) -> list[Use]:
    """The use itself, and one for each class that inherits the code."""
    world = flow.world
    own = (path, site.owner) if site.owner else None
    here = arrival(flow, site, Frame(path, own))
    if not (site.sure or here.ports or here.is_address or here.socket is not None):
        return []
    name = site.owner.rpartition(".")[2] or path.rpartition("/")[2].removesuffix(".py")
    heirs = _inheriting(world, own, site.function) if own is not None else ()
    found = [_use(path, site, here, name, site.line, site.column, "")]
    for heir in heirs:
        got = arrival(flow, site, Frame(path, heir))
        same = site.direction == "connect" and got.ports == here.ports
        is_probe = not got.ports and (site.via != "zmq" or got.socket == "")
        if same or is_probe:
            continue  # nothing that the base's own use does not say
        place = world.ports_of(heir)
        found.append(_use(heir[0], site, got, heir[1].rpartition(".")[2], place.line, place.column, name))
    found = [services.given(one) for one in found]
    if heirs and not found[0].ports:
        one = found[0]
        found[0] = replace(one, reason=f"{name} is a base class: each of its {len(heirs)} subclasses gives its own port")
    return found


def _inheriting(world: World, own: ClassKey, function: str) -> tuple[ClassKey, ...]:
    """The classes whose instances run this code of a class: those below that do not replace the method."""
    if own[1] not in world.files[own[0]].classes:
        return ()
    method = function.removeprefix(f"{own[1]}.").partition(".")[0]
    found = []
    for heir in world.heirs.get(own, ()):
        order = world.order(heir)
        replaced = False
        for path, name in order[: order.index(own)]:
            mine = world.function(path, f"{name}.{method}")
            replaced = replaced or (mine is not None and not mine.extends)
        if not replaced:
            found.append(heir)
    return tuple(found)


def _use(path: str, site: UseSite, got: Arrival, owner: str, line: int, column: int, base: str) -> Use:
    socket = got.socket or ""
    host = got.host if site.direction == "connect" else got.host or "*"
    return Use(
        path=path,
        line=line,
        column=column,
        direction=site.direction,
        via="socket" if site.via == "zmq" and got.socket == "" else site.via,
        owner=owner,
        machine="",
        role=words.role_of(socket, site.words, site.role),
        socket=socket,
        host=host,
        ports=tuple(sorted(got.ports)),
        births=tuple(sorted(got.births)),
        derived=got.derived,
        reason=got.reason,
        subclass_of=base,
        hosts=tuple(got.hosts) if site.direction == "connect" else (),
    )


def _by_line(service: Service) -> tuple[str, int, str, int]:
    return service.path, service.line, service.role, service.port


TOPOLOGY = Fact("port-topology", 1, _HINTS, scan, combine, files=("{config-files}", "{registry-file}"))
