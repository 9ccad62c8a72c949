"""The nouns of a picture of who talks to whom. Data only; `graph` makes it of a topology."""

from dataclasses import dataclass
from typing import Literal

from codemods.port_literal.nouns import Use

Pattern = Literal["PUB/SUB", "REQ/REP", "PUSH/PULL", "HTTP", "other"]
PATTERNS: tuple[Pattern, ...] = ("PUB/SUB", "REQ/REP", "PUSH/PULL", "HTTP", "other")
Place = tuple[str, int]  # path and 1-based line


@dataclass(frozen=True, slots=True)
class Bind:
    """A port that a service listens on."""

    port: int
    role: str
    kind: str  # socket type, else what binds: "REP", "uvicorn"; "" for a port that only a configuration file gives
    pattern: Pattern
    name: str = ""  # in the registry; several joined by " / "
    places: tuple[Place, ...] = ()
    heard: bool = False  # somebody in this code connects to it


@dataclass(frozen=True, slots=True)
class Connect:
    """A port that a service connects to."""

    port: int
    kind: str
    pattern: Pattern
    machine: str = ""  # the peer's; "" unknown
    host: str = ""
    role: str = ""
    name: str = ""  # the peer's name for it
    places: tuple[Place, ...] = ()
    answered: bool = False  # somebody in this code, or an external service, binds it


@dataclass(frozen=True, slots=True)
class Node:
    """A service on its machine."""

    owner: str  # a class, a module's stem, or the name that a configuration file gives
    machine: str  # "" unknown
    path: str = ""
    kind: Literal["code", "configured", "external"] = "code"
    binds: tuple[Bind, ...] = ()
    connects: tuple[Connect, ...] = ()
    unresolved: tuple[Use, ...] = ()  # binds and connects whose port is not known
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Indexes: of the nodes in the graph, and of the bind and connect in them."""

    source: int
    bind: int
    target: int
    connect: int
    pattern: Pattern
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes sorted by machine, owner and path; edges by their indexes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    chain: tuple[tuple[int, ...], ...] = ()  # the critical path: each link needs the one before; a circle is one link
    unresolved: tuple[Use, ...] = ()  # those of services of which no port is known, too: they are no nodes

    @property
    def machines(self) -> tuple[str, ...]:
        """Every machine, sorted; the unknown one last."""
        return tuple(sorted({node.machine for node in self.nodes}, key=lambda name: (not name, name)))
