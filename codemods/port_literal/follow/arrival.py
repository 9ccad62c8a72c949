"""What arrives at a use: its ports, its host, or why nobody can say."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemods.port_literal.follow.flow import Flow
from codemods.port_literal.follow.meanings import Frame, Instance, Key, Named, Num, Shown, Socket, Str, Unk, Value
from codemods.port_literal.follow.texts import entries
from codemods.port_literal.scan import words
from codemods.port_literal.scan.terms import UseSite

_MOST = 8  # numbers that one bind may have; more are a table


@dataclass(slots=True)
class Arrival:
    """Everything that may arrive at one use."""

    ports: set[int] = field(default_factory=set)
    births: dict[Key, int] = field(default_factory=dict)  # the birth, and what was added to it
    hosts: list[tuple[str, str]] = field(default_factory=list)  # (name of what gives it, literal)
    reasons: list[str] = field(default_factory=list)
    socket: str | None = None  # None: not known to be a socket
    is_address: bool = False  # a text with a scheme or a (host, port) pair stood there, whatever its port

    def take(self, port: int, births: tuple[Key, ...], added: int) -> None:
        if not words.in_range(port):
            self.reasons.append("port 0: the system picks a free port" if port == 0 else f"{port} is no port")
            return
        self.ports.add(port)
        for birth in births:
            self.births.setdefault(birth, added)

    @property
    def derived(self) -> int:
        return max(self.births.values(), default=0, key=abs)

    @property
    def host(self) -> str:
        return (self.hosts[0][1] or self.hosts[0][0]) if self.hosts else ""

    @property
    def reason(self) -> str:
        if self.ports:
            return ""
        return self.reasons[0] if self.reasons else "the address is computed in a way that cannot be followed"


def arrival(flow: Flow, site: UseSite, frame: Frame) -> Arrival:
    """What arrives at a use in a frame."""
    found = Arrival()
    if site.socket is not None:
        kinds = [one.type for one in flow.values(site.socket, frame) if isinstance(one, Socket)]
        found.socket = kinds[0] if kinds else None
    _collect(flow, found, site, frame)
    if site.direction == "bind" and len(found.ports) > _MOST:
        found.reasons.insert(0, f"the port is one of {len(found.ports)} in a table; which one is decided when the code runs")
        found.ports.clear()
    return found


def _collect(flow: Flow, found: Arrival, site: UseSite, frame: Frame) -> None:
    if site.note:
        found.reasons.append(site.note)
    if site.address is not None:
        for value in flow.values(site.address, frame):
            _address(flow, found, value, 0)
    if site.host is not None:
        for value in flow.values(site.host, frame):
            _host(found, value)
    if site.port is not None:
        for value in flow.values(site.port, frame):
            _port(found, value)


def _address(flow: Flow, found: Arrival, value: Value, depth: int) -> None:
    if isinstance(value, Str):
        _text(found, value)
    elif isinstance(value, Shown) and depth < 2:
        shown = value.display
        if len(shown.items) == 2 and shown.keys == (0, 1):
            second = flow.values(shown.items[1], value.frame)
            if not any(isinstance(one, Str) and words.endpoint(one.text) for one in second):
                found.is_address = True
                for host in flow.values(shown.items[0], value.frame):
                    _host(found, host)
                for port in second:
                    _port(found, port)
                return
        for item in entries(shown, None):
            for one in flow.values(item, value.frame):
                _address(flow, found, one, depth + 1)
    elif isinstance(value, Unk):
        found.reasons.append(value.reason)
    elif isinstance(value, Named):
        found.reasons.append(f"the address is {value.name.rpartition(':')[2]}, which cannot be read")
    elif isinstance(value, (Num, Instance)):
        found.reasons.append("the address is no text")


def _text(found: Arrival, value: Str) -> None:
    parts = words.endpoint(value.text)
    if parts is None:
        if "://" in value.text:
            scheme = value.text.partition("://")[0]
            found.is_address = found.is_address or scheme in words.SOCKET_SCHEMES | words.OTHER_SCHEMES
            no_port = scheme in words.OTHER_SCHEMES
            found.reasons.append(f"{scheme}:// has no port" if no_port else value.reason or "the address names no port")
        elif value.text:
            found.reasons.append(value.reason or "the address names no port")
        return
    found.is_address = found.is_address or bool(parts[0])
    _add_host(found, parts[1], value.origin)
    if parts[2].isdecimal():
        found.take(int(parts[2]), value.births, value.added)
    else:
        found.reasons.append(value.reason or f"the port is {parts[2]}, which is not known here")


def _host(found: Arrival, value: Value) -> None:
    if isinstance(value, Str):
        _add_host(found, value.text, value.origin)
    elif isinstance(value, (Unk, Named)):
        _add_host(found, "", value.text if isinstance(value, Unk) else value.name.rpartition(".")[2])


def _add_host(found: Arrival, host: str, origin: str) -> None:
    """A host as written; in braces stands the name of one that is not known."""
    is_name = host.startswith("{")
    one = (host.strip("{}") if is_name else origin, "" if is_name else host)
    if any(one) and one not in found.hosts:
        found.hosts.append(one)


def _port(found: Arrival, value: Value) -> None:
    if isinstance(value, Num):
        found.take(value.value, value.births, value.added)
    elif isinstance(value, Str) and value.text.isdecimal() and value.text.isascii() and len(value.text) <= 5:
        found.take(int(value.text), value.births, value.added)
    elif isinstance(value, (Unk, Str)) and value.reason:
        found.reasons.append(value.reason)
    elif isinstance(value, Named):
        found.reasons.append(f"the port is {value.name.rpartition(':')[2]}, which cannot be read")
