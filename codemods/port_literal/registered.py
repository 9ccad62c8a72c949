"""What code that is rewritten already looks up: `get_port("NAME")` is the number that a registry of the target gives."""

from collections.abc import Mapping
from typing import Any

from codemods.port_literal.registry import Registry, parse
from codemods.port_literal.scan.terms import Call, Number, Text

_MODULES = ("port_registry", "port_lookup")  # the support module, where it stands and where it is put when that is taken


def registered(found: Mapping[str, Any]) -> dict[str, int]:
    """Names and numbers of the registries among configuration files; a name that two of them have differently is none."""
    numbers: dict[str, set[int]] = {}
    for data in found.values():
        registry = parse(data) if isinstance(data, bytes) and b"version:" in data and b"ports:" in data else None
        for entry in registry.entries if isinstance(registry, Registry) else ():
            numbers.setdefault(entry.name, set()).add(entry.port)
    return {name: ports.pop() for name, ports in numbers.items() if len(ports) == 1}


def looked_up(call: Call, dotted: str, numbers: Mapping[str, int]) -> Number:
    """The port that a call of get_port gives; 0 when it is another call, or nothing says. `dotted`: what is called.

    It is born where its fallback stands, if it has one: whose port it is can then still be told.
    """
    module, _, function = dotted.rpartition(".")
    if function != "get_port" or module.rpartition(".")[2] not in _MODULES or not call.args:
        return Number(0, -1)
    name = call.args[0]
    fallback = next((value for key, value in call.keywords if key == "fallback" and isinstance(value, Number)), Number(0, -1))
    return fallback._replace(value=numbers.get(name.value, fallback.value)) if isinstance(name, Text) else fallback
