"""Who talks to whom: a topology and a registry in, services with their binds, connects and edges out. Pure.

An edge runs from the service that binds a port to one that connects to it. The critical path is the longest chain of
services each of which needs the one before it, that is, connects to one of its ports: what has to start one after the
other. Services that need each other in a circle count as one link, as long as it has members; being asked for health or
metrics is no need.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codemods.port_literal.nouns import Entry, Service, Topology, Use
from codemods.port_literal.picture.chain import longest_chain
from codemods.port_literal.picture.links import PATTERNS, Bind, Connect, Edge, Graph, Node, Pattern
from codemods.port_literal.picture.services import Key, services
from codemods.port_literal.registry.claims import snake, stem

_SOCKETS: Mapping[str, Pattern] = {
    **dict.fromkeys(("PUB", "SUB", "XPUB", "XSUB"), PATTERNS[0]),
    **dict.fromkeys(("REQ", "REP", "ROUTER", "DEALER"), PATTERNS[1]),
    **dict.fromkeys(("PUSH", "PULL"), PATTERNS[2]),
}
_HTTP = frozenset({"aiohttp", "fastapi", "flask", "http", "httpx", "requests", "uvicorn", "urllib", "websockets"})
_NO_NEED = frozenset({"health", "metrics"})


def graph(topology: Topology, entries: Iterable[Entry] = ()) -> Graph:
    """The graph of a topology whose machines are known (`placed`), with the names that the registry gives."""
    named = _Names(tuple(entries))
    found = [_node(key, uses, named) for key, uses in sorted(services(topology).items())]
    nodes = [node for node in found if node.binds or node.connects]
    _add_configured(nodes, topology.services, named)
    _add_external(nodes, named.entries)
    nodes.sort(key=lambda node: (not node.machine, node.machine, node.owner, node.path))
    edges = _edges(nodes)
    needs = {(edge.target, edge.source) for edge in edges if nodes[edge.source].binds[edge.bind].role not in _NO_NEED}
    chain = longest_chain([f"{node.owner}\0{node.machine}\0{node.path}" for node in nodes], needs)
    link = {index: number for number, members in enumerate(chain) for index in members}
    edges = [replace(edge, critical=_is_critical(edge, link) and (edge.target, edge.source) in needs) for edge in edges]
    unresolved = tuple(use for node in found for use in node.unresolved)
    return Graph(tuple(_told(nodes, edges, link)), tuple(edges), chain, unresolved)


def _is_critical(edge: Edge, link: Mapping[int, int]) -> bool:
    if edge.source == edge.target or edge.source not in link or edge.target not in link:
        return False
    return link[edge.target] - link[edge.source] in (0, 1)


@dataclass(frozen=True, slots=True)
class _Names:
    entries: tuple[Entry, ...]

    def of(self, port: int, machine: str, owners: Sequence[str] = ()) -> str:
        """The names of a port on a machine. Where it has several, only those whose owner is one of `owners`."""
        found = [one for one in self.entries if one.port == port and (one.machine == machine or not one.machine or not machine)]
        spelled = {snake(stem(owner)) for owner in owners}
        mine = [one for one in found if one.owner in owners or snake(stem(one.owner)) in spelled]
        return " / ".join(sorted({one.name for one in mine or (found if len(found) == 1 else ())}))


# -- services ------------------------------------------------------------------------------


def _node(key: Key, uses: Sequence[Use], named: _Names) -> Node:
    machine, owner, path = key
    binds: dict[tuple[int, str], Bind] = {}
    connects: dict[tuple[int, str, str], Connect] = {}
    for use in uses:
        kind, place = use.socket or use.via, ((use.path, use.line),)
        for port in use.ports:
            if use.direction == "bind":
                places = place + (binds[port, kind].places if (port, kind) in binds else ())
                name = named.of(port, machine, (path, owner))
                binds[port, kind] = Bind(port, use.role, kind, _pattern(use), name, tuple(sorted({*places})))
            else:
                peer = (port, kind, use.peer_machine or use.host)
                places = place + (connects[peer].places if peer in connects else ())
                told = port, kind, _pattern(use), use.peer_machine, use.host, use.role, ""
                connects[peer] = Connect(*told, tuple(sorted({*places})))
    lost = tuple(use for use in uses if not use.ports)
    bound, connected = tuple(binds[one] for one in sorted(binds)), tuple(connects[one] for one in sorted(connects))
    return Node(owner, machine, path, "code", bound, connected, lost)


def _pattern(use: Use) -> Pattern:
    if use.socket in _SOCKETS:
        return _SOCKETS[use.socket]
    return "HTTP" if use.via in _HTTP or use.role == "http" else "other"


def _add_configured(nodes: list[Node], services: Iterable[Service], named: _Names) -> None:
    """Ports that only a configuration file gives: to the node of the script it starts, else to a node of its own."""
    bound = {(node.machine, bind.port) for node in nodes for bind in node.binds}
    for one in services:
        if (one.machine, one.port) in bound or (not one.machine and any(port == one.port for _, port in bound)):
            continue
        bound.add((one.machine, one.port))
        bind = Bind(
            one.port, one.role, "", "other", named.of(one.port, one.machine, (one.script, one.name)), ((one.path, one.line),)
        )
        same = [i for i, node in enumerate(nodes) if node.machine == one.machine and _is_of(node, one)]
        if same:
            nodes[same[0]] = replace(nodes[same[0]], binds=(*nodes[same[0]].binds, bind))
        else:
            nodes.append(Node(one.name, one.machine, one.script or one.path, "configured", (bind,)))


def _is_of(node: Node, service: Service) -> bool:
    return (bool(service.script) and node.path == service.script) or (node.kind == "configured" and node.owner == service.name)


def _add_external(nodes: list[Node], entries: Iterable[Entry]) -> None:
    bound = {(node.machine, bind.port) for node in nodes for bind in node.binds}
    for one in entries:
        if one.external and (one.machine, one.port) not in bound:
            bind = Bind(one.port, one.role, "", "HTTP" if one.role == "http" else "other", one.name)
            nodes.append(Node(one.owner or one.name, one.machine, "", "external", (bind,)))


# -- edges ---------------------------------------------------------------------------------


def _edges(nodes: Sequence[Node]) -> list[Edge]:
    binders: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, node in enumerate(nodes):
        for number, bind in enumerate(node.binds):
            binders[bind.port].append((index, number))
    found = []
    for target, node in enumerate(nodes):
        for number, connect in enumerate(node.connects):
            for source, row in _peers(nodes, node, connect, binders[connect.port]):
                pattern = connect.pattern if connect.pattern != "other" else nodes[source].binds[row].pattern
                found.append(Edge(source, row, target, number, pattern))
    return sorted(found, key=lambda edge: (edge.source, edge.bind, edge.target, edge.connect))


def _peers(nodes: Sequence[Node], node: Node, connect: Connect, binders: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Who may answer a connect: on the peer's machine where it is known, else on this one, else anywhere.

    Where several do, those whose socket fits.
    """
    binders = tuple(binders)
    for machines in [(connect.machine, "")] if connect.machine else [(node.machine,), tuple({one.machine for one in nodes})]:
        here = [one for one in binders if nodes[one[0]].machine in machines]
        if here:
            fitting = [one for one in here if nodes[one[0]].binds[one[1]].pattern in (connect.pattern, "other")]
            yield from fitting or here
            return


def _told(nodes: Sequence[Node], edges: Sequence[Edge], link: Mapping[int, int]) -> Iterator[Node]:
    """The nodes, each bind and connect told whether it has a peer."""
    heard = {(edge.source, edge.bind) for edge in edges}
    names: dict[tuple[int, int], set[str]] = defaultdict(set)
    for edge in edges:
        names[edge.target, edge.connect].add(nodes[edge.source].binds[edge.bind].name)
    for index, node in enumerate(nodes):
        binds = tuple(replace(bind, heard=(index, number) in heard) for number, bind in enumerate(node.binds))
        connects = tuple(
            replace(one, answered=(index, number) in names, name=" / ".join(sorted(names.get((index, number), set()) - {""})))
            for number, one in enumerate(node.connects)
        )
        yield replace(node, binds=binds, connects=connects, critical=index in link)
