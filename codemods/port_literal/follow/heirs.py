"""Classes with bases, and the main port that each is given: what declared derivations start from."""

from __future__ import annotations

from codemods.port_literal.follow.flow import Flow
from codemods.port_literal.follow.meanings import ClassKey, Frame, Num, Str, Value
from codemods.port_literal.follow.world import World
from codemods.port_literal.nouns import Heir
from codemods.port_literal.scan import words


def heirs_of(flow: Flow) -> tuple[Heir, ...]:
    """Every class with a base whose code says `port`, sorted by place."""
    found = []
    for path, file in flow.world.files.items():
        for name, one in file.classes.items():
            if one.bases:
                values = _ports(flow, (path, name))
                ports = {int(value.value if isinstance(value, Num) else value.text): value for value in values}
                if ports:
                    births = sorted({birth for value in ports.values() for birth in value.births})
                    last = name.rpartition(".")[2]
                    above = tuple(dict.fromkeys(_above(flow.world, (path, name))))
                    found.append(Heir(path, one.line, one.column, last, above, tuple(sorted(ports)), tuple(births)))
    return tuple(sorted(found, key=lambda heir: (heir.path, heir.line)))


def _above(world: World, key: ClassKey) -> list[str]:
    names: list[str] = []
    for one in world.order(key):
        names.extend(base.rpartition(".")[2] for base in world.ports_of(one).bases)
    return names


def _ports(flow: Flow, key: ClassKey) -> list[Num | Str]:
    """What `super().__init__(port=...)` hands on, else what `self.port` is."""
    path, name = key
    frame = Frame(path, key)
    values: list[Value] = []
    for site in flow.world.base_calls.get((path, f"{name}.__init__"), []):
        values.extend(value for keyword, term in site.call.keywords if keyword == "port" for value in flow.values(term, frame))
    if not values and any("port" in flow.world.ports_of(one).attributes for one in flow.world.order(key)):
        values = flow.attribute(key, "port", None)
    return [one for one in values if _is_port(one)]  # type: ignore[misc]


def _is_port(value: Value) -> bool:
    if isinstance(value, Num):
        return bool(words.in_range(value.value))
    return isinstance(value, Str) and value.text.isdecimal() and len(value.text) <= 5 and bool(words.in_range(int(value.text)))
