# rewright-support: port_registry 1
"""Port numbers by name, from one file: `get_port("SESSION_AGENT")`.

The registry is the nearest `config/ports.yaml` above this package, else above the working directory; the environment
variable REWRIGHT_PORTS_FILE names another file. Without PyYAML, `config/ports.json` of the same shape is read:
`{"version": 1, "ports": [{"name": ..., "port": ..., ...}]}`. Read once, at the first call that needs it.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import threading
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["PortRegistryError", "UnknownPortError", "get_port"]


class PortRegistryError(ValueError):
    """The registry, or a port number, is not valid. Says which file or variable, and what to do."""


class UnknownPortError(KeyError):
    """No port has this name."""

    def __str__(self) -> str:  # KeyError would show the repr of the sentence
        return str(self.args[0]) if self.args else ""


class _Registry(NamedTuple):
    file: str  # "" when there is none
    ports: dict[str, int]


_registry: _Registry | None = None
_lock = threading.Lock()


def get_port(name: str, *, fallback: int | None = None, env: str | None = None) -> int:
    """The port `name`, 1..65535: from the environment variable `env` if set and not empty, else the registry, else `fallback`.

    Raises UnknownPortError (a KeyError) for an unknown name without a fallback, PortRegistryError (a ValueError)
    for a number or a registry that is not valid, fallback or not.
    """
    override = os.environ.get(env, "").strip() if env else ""
    if override:
        return _valid(_number(override), f"environment variable {env}")
    registry = _load()
    port = registry.ports.get(name)
    if port is not None:
        return port
    if fallback is not None:
        return _valid(fallback, f"fallback of get_port({name!r})")
    raise UnknownPortError(_unknown(name, registry))


def _load() -> _Registry:
    global _registry  # noqa: PLW0603  (the cache)
    with _lock:
        if _registry is None:
            _registry = _read(_find())
        return _registry


def _starts() -> list[Path]:
    """The folders the search starts from: the one that holds this package, and the working directory."""
    starts = [Path(__file__).absolute().parent.parent]
    with contextlib.suppress(OSError):  # the working directory may have been deleted
        starts.append(Path.cwd())
    return starts


def _find() -> Path | None:
    named = os.environ.get("REWRIGHT_PORTS_FILE", "").strip()
    if named:
        return Path(named)
    for start in _starts():
        for folder in (start, *start.parents):
            for name in ("ports.yaml", "ports.json"):
                candidate = folder / "config" / name
                if candidate.is_file():
                    return candidate
    return None


def _read(file: Path | None) -> _Registry:
    if file is None:
        return _Registry("", {})
    try:
        data = _parse(file)
    except OSError as error:
        raise PortRegistryError(f"{file}: cannot read the port registry: {error}") from error
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("ports"), list):
        raise PortRegistryError(f"{file}: expected `version: 1` and a list `ports`")
    ports: dict[str, int] = {}
    for number, row in enumerate(data["ports"], start=1):
        where = f"{file}: entry {number} of ports"
        name = row.get("name") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name:
            raise PortRegistryError(f"{where} has no name")
        if name in ports:
            raise PortRegistryError(f"{where}: the name {name} is used twice")
        ports[name] = _valid(row.get("port"), f"{where}, {name}")
    return _Registry(str(file), ports)


def _parse(file: Path) -> Any:
    """The document in `file`. A YAML file falls back to the JSON file beside it where PyYAML is missing."""
    if file.suffix != ".json":
        beside = file.with_suffix(".json")
        try:
            import yaml
        except ImportError:
            if beside.is_file():
                return _parse(beside)
            raise PortRegistryError(f"{file}: PyYAML is not installed; install it or write {beside}") from None
        try:
            return yaml.safe_load(file.read_bytes())
        except (yaml.YAMLError, ValueError) as error:
            raise PortRegistryError(f"{file}: not valid YAML: {error}") from error
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise PortRegistryError(f"{file}: not valid JSON: {error}") from error


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text


def _valid(port: object, where: str) -> int:
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise PortRegistryError(f"{where}: {port!r} is not a port number (an integer from 1 to 65535)")
    return port


def _unknown(name: str, registry: _Registry) -> str:
    if not registry.file:
        starts = ", ".join(str(start) for start in _starts())
        return f"no port {name!r}: found no config/ports.yaml above {starts}; write one, or set REWRIGHT_PORTS_FILE"
    near = " or ".join(difflib.get_close_matches(name.upper(), registry.ports, n=3))
    hint = f"; did you mean {near}?" if near else ""
    return f"no port {name!r} in {registry.file}{hint}"
