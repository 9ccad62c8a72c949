# rewright-support: port_registry 2
"""Port numbers by name, from one file: `get_port("SESSION_AGENT")`.

The registry is the nearest `config/ports.yaml` above this package, else above the working directory, or what the variable
REWRIGHT_PORTS_FILE names; without PyYAML `config/ports.json`, of the same shape. Read at the first call, never at import.

    ports: [{name: SESSION_AGENT, port: 5601, machine: main_pc}, ...]  # beside it: `version: 1`
    sets: {staging: {offset: 1000, SESSION_AGENT: 6700}}               # REWRIGHT_PORT_SET=staging takes it
    offset-env: PORT_OFFSET                                            # a variable that moves every port of our own

Two names for one port of one machine are refused when the file is read, unless both are `disputed: true` or of one group
of `alternatives`; and at run time, by a lock file that the process holds while it lives (REWRIGHT_PORT_CLAIMS=off: not).
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Iterable, NamedTuple
from urllib.parse import quote

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_OPTIONAL = {"machine": "", "alternatives": "", "external": False, "disputed": False}
_MALFORMED = (ValueError, LookupError, AttributeError, RecursionError)  # the two in the middle: PyYAML, for `!!bool x`


class PortRegistryError(ValueError):
    """The registry, or a port number, is not valid or not free. Says which file or variable, and what to do."""


class UnknownPortError(KeyError):
    """No port has this name."""

    def __str__(self) -> str:  # KeyError would show the repr of the sentence
        return str(self.args[0]) if self.args else ""


class _Registry(NamedTuple):
    file: str  # "" when there is none
    rows: dict[str, dict[str, Any]]  # by name: port, and the keys of _OPTIONAL
    sets: dict[str, dict[str, int]]  # the ports in each set, and in none: ""; a disputed name is in those that settle it
    offset_env: str


_registry = _NONE = _Registry("", {}, {"": {}}, "")
_claims: dict[tuple[str, int], str] = {}  # (machine, port) to the name that holds it in this process
_lock = threading.Lock()


def get_port(name: str, *, env: str | None = None, fallback: int | None = None) -> int:
    """The port `name`, 1..65535: from the environment variable `env` if set and not empty, else the active port set,
    else the registry, else `fallback`: where there is no registry file, or it has no such name or calls it disputed.

    Raises UnknownPortError (a KeyError) for an unknown name without a fallback, PortRegistryError (a ValueError)
    for a number or a registry that is not valid, fallback or not, and for a port that another live name holds.
    """
    override, registry = _setting(env), _NONE
    with contextlib.suppress(*[PortRegistryError] if override is not None else []):
        registry = _load(missing_ok=fallback is not None)
    row = registry.rows.get(name)
    if override is not None:
        port = _valid(override, f"environment variable {env}")
    else:
        chosen = os.environ.get("REWRIGHT_PORT_SET", "").strip() if registry.file else ""
        if chosen not in registry.sets:
            raise PortRegistryError(f"REWRIGHT_PORT_SET: {registry.file} has no set {chosen!r}{_near(chosen, registry.sets)}")
        if row is None or name not in registry.sets[chosen]:
            if fallback is not None:
                return _valid(fallback, f"fallback of get_port({name!r})")
            raise _refusal(name, registry)
        offset = 0 if row["external"] else _setting(registry.offset_env) or 0
        port = _valid(registry.sets[chosen][name] + offset, f"{name}, moved by {registry.offset_env}={offset}")
    if row is not None:
        _claim(f"one of {row['alternatives']}" if row["alternatives"] else name, row["machine"], port)
    return port


def _setting(variable: str | None) -> int | None:
    """The whole number in an environment variable; None when it is empty, or not set."""
    text = os.environ.get(variable, "").strip() if variable else ""
    try:
        return int(text) if text else None
    except ValueError:
        raise PortRegistryError(f"environment variable {variable}: {text!r} is not a whole number") from None


def _load(missing_ok: bool) -> _Registry:
    """The registry, read once; a missing or a bad one is looked for again at the next call."""
    global _registry  # noqa: PLW0603  (the cache)
    with _lock:
        if _registry is _NONE:
            starts = [Path(__file__).absolute().parent]
            with contextlib.suppress(OSError):  # the working directory may have been deleted
                starts.append(Path.cwd() / "config")
            found = [up / "config" / name for start in starts for up in start.parents for name in ("ports.yaml", "ports.json")]
            named = os.environ.get("REWRIGHT_PORTS_FILE", "").strip()
            file = Path(named) if named else next((file for file in found if file.is_file()), None)
            try:
                _registry = _read(str(file), _parse(file)) if file else _NONE
            except OSError as error:
                if not (missing_ok and isinstance(error, FileNotFoundError)):
                    raise PortRegistryError(f"{file}: cannot read the port registry: {error}") from error
        return _registry


def _parse(file: Path) -> Any:
    """The document in `file`. A YAML file falls back to the JSON file beside it where PyYAML is missing."""
    data, beside = file.read_bytes(), file.with_suffix(".json")
    try:
        return json.loads(data) if file == beside else __import__("yaml").safe_load(data)
    except ImportError:
        if beside.is_file():
            return _parse(beside)
        raise PortRegistryError(f"{file}: PyYAML is not installed; install it or write {beside}") from None
    except (*_MALFORMED, getattr(sys.modules.get("yaml"), "YAMLError", ValueError)) as error:
        raise PortRegistryError(f"{file}: not valid {file.suffix[1:].upper()}: {error}") from error


def _read(file: str, data: Any) -> _Registry:
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("ports"), list):
        raise PortRegistryError(f"{file}: expected `version: 1` and a list `ports`")
    rows: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(data["ports"], start=1):
        where = f"{file}: entry {number} of ports"
        name = _typed(row, "name", "", where) if isinstance(row, dict) else ""
        if not name or name in rows:
            raise PortRegistryError(f"{where}: the name {name} is used twice" if name else f"{where} has no name")
        rows[name] = {key: _typed(row, key, default, f"{where}, {name}") for key, default in _OPTIONAL.items()}
        rows[name]["port"] = _valid(row.get("port"), f"{where}, {name}")
    sets: dict[str, dict[str, int]] = {}
    for title, given in {"": {}, **_typed(data, "sets", {}, file)}.items():
        where = f"{file}: set {title}" if title else file
        ports = sets[str(title)] = dict(_typed({"a set": given}, "a set", {}, where))
        offset = _typed({"offset": ports.pop("offset", None)}, "offset", 0, where)
        for name in [name for name in ports if name not in rows]:
            raise PortRegistryError(f"{where}: no port has the name {name!r}{_near(str(name), rows)}")
        seen: dict[tuple[str, int], list[str]] = {}
        for name, row in rows.items():
            port = _valid(ports.get(name, row["port"] + (0 if row["external"] else offset)), f"{where}: {name}")
            for other in seen.setdefault((row["machine"], port), []):
                grouped = row["alternatives"] and row["alternatives"] == rows[other]["alternatives"]
                if not grouped and not (row["disputed"] and rows[other]["disputed"]):
                    told = f"both claim port {port} on {row['machine'] or 'one machine'}; give one of them another"
                    raise PortRegistryError(f"{where}: {other} and {name} {told}")
            seen[row["machine"], port].append(name)
            if not row["disputed"]:
                ports[name] = port
    return _Registry(file, rows, sets, _typed(data, "offset-env", "", file))


def _typed(row: dict[str, Any], key: str, default: Any, where: str) -> Any:
    value = default if row.get(key) is None else row[key]
    if type(value) is not type(default):
        raise PortRegistryError(f"{where}: {key} must be of type {type(default).__name__}, not {value!r}")
    return value


def _valid(port: object, where: str) -> int:
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise PortRegistryError(f"{where}: {port!r} is not a port number (an integer from 1 to 65535)")
    return port


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known) or difflib.get_close_matches(name.upper(), known)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _refusal(name: str, registry: _Registry) -> Exception:
    places = {one: f"{row['port']} of {row['machine'] or 'one machine'}" for one, row in registry.rows.items()}
    if name in places:
        rivals = ", ".join(other for other in places if other != name and places[other] == places[name])
        return PortRegistryError(f"{name}: port {places[name]} is disputed with {rivals or 'others'}; settle {registry.file}")
    if registry.file:
        return UnknownPortError(f"no port {name!r} in {registry.file}{_near(name, registry.rows)}")
    above = f"{Path(__file__).absolute().parent.parent} or the working directory (or set REWRIGHT_PORTS_FILE)"
    return UnknownPortError(f"no port {name!r}: found no config/ports.yaml above {above}")


def _claim(name: str, machine: str, port: int) -> None:
    """Hold (machine, port) for `name` while this process lives; another live name that holds it is an error."""
    if fcntl is None or os.environ.get("REWRIGHT_PORT_CLAIMS", "").strip().lower() == "off":
        return
    with _lock, contextlib.suppress(OSError):  # no such folder, read-only, no locks: nothing is claimed
        holder, pid = _claims.get((machine, port), ""), str(os.getpid())
        if not holder:
            holder, pid = _held(f"{quote(machine, safe='')}-{port}", name, pid)
            if holder == name:
                _claims[machine, port] = name
    if holder not in ("", name):
        told = f"{port} of {machine or 'one machine'}: process {pid} holds it as {holder}; stop it, or change a port"
        raise PortRegistryError(f"{name} cannot have port {told} (REWRIGHT_PORT_CLAIMS=off: no such check)")


def _held(file: str, name: str, pid: str) -> tuple[str, str]:
    """Who holds this lock file now, and the process that wrote so: `name` itself once the lock is ours, for good."""
    folder, found = os.path.join(tempfile.gettempdir(), f"rewright-ports-{os.getuid()}"), [""]
    os.makedirs(folder, 0o700, exist_ok=True)
    if os.lstat(folder).st_uid != os.getuid():
        return "", ""  # somebody else put it there
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    for _ in range(20):  # both locks may be taken for a moment by one that only looks
        with contextlib.suppress(BlockingIOError), open(os.open(os.path.join(folder, file), flags, 0o600), "r+b") as lock:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody lives who holds it
                lock.truncate(lock.write(f"{name}\n{pid}".encode()))
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            lock.seek(0)
            found = lock.read().decode("utf-8", "replace").split("\n")
            if found[0] == name:
                os.dup(lock.fileno())  # stays open: the kernel lets go of the lock when the process ends
                break
        time.sleep(0.005)
    return found[0], found[-1]


if hasattr(os, "register_at_fork"):  # a child must not wait for a thread that it has not got
    os.register_at_fork(after_in_child=lambda: globals().update(_lock=threading.Lock()))
