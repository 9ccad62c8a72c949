"""What configuration files say about a class whose code does not name its port."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from codemods.port_literal.nouns import Service, Use
from codemods.port_literal.scan import words


class Known:
    """Services by what they start and by their name."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._scripts: dict[str, list[Service]] = {}
        self._names: dict[str, list[Service]] = {}
        for service in services:
            if service.kind == "startup":
                if service.script:
                    self._scripts.setdefault(service.script, []).append(service)
                self._names.setdefault(plain(service.name), []).append(service)

    def given(self, use: Use) -> Use:
        """The use with the port of its service, when it has none of its own and exactly one number is configured."""
        if use.ports or use.direction != "bind" or use.role not in ("main", "health", "http") or "picks" in use.reason:
            return use
        same = [one for one in self._names.get(plain(use.owner), []) if not one.script or _same_file(one.script, use.path)]
        found = same or self._scripts.get(use.path, [])
        near = [one for one in found if one.path.partition("/")[0] == use.path.partition("/")[0]]  # other folders may hold copies
        found = near or found
        numbers = {one.port for one in found if one.role == use.role}
        return replace(use, ports=tuple(numbers), reason="") if len(numbers) == 1 else use


def plain(name: str) -> str:
    """A name without case, separators and a last `Agent` or `Service`: `ModelManager`, `model_manager_agent`."""
    found = list(words.words(name))
    while len(found) > 1 and found[-1] in ("agent", "service", "server"):
        found.pop()
    return "".join(found)


def _same_file(script: str, path: str) -> bool:
    return path == script or path.endswith(f"/{script}") or script.endswith(f"/{path}")
