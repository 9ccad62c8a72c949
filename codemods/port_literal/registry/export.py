"""The registry for other tools: an environment file, a compose fragment, a Kubernetes ConfigMap."""

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence

from codemods.port_literal.nouns import Entry
from codemods.port_literal.registry import PortSet, with_set
from engine import RewrightError


def exported(entries: Sequence[Entry], form: str, sets: Sequence[PortSet] = (), port_set: str = "") -> str:
    """The rows, with the numbers of `port_set` ("" for their own), as "env", "compose" or "k8s-configmap".

    Ends with a newline, sorted, the same for the same rows. RewrightError for an unknown form or set, and where two
    rows would get one variable.
    """
    writer = FORMATS.get(form)
    if writer is None:
        raise RewrightError(f"no export format {form!r}; formats: {', '.join(sorted(FORMATS))}")
    chosen = next((one for one in sets if one.name == port_set), None)
    if port_set and chosen is None:
        near = difflib.get_close_matches(port_set, [one.name for one in sets], 1)
        hint = f"did you mean {near[0]}?" if near else f"sets: {', '.join(sorted(one.name for one in sets)) or 'none'}"
        raise RewrightError(f"the registry has no port set {port_set!r}; {hint}")
    rows = sorted(with_set(entries, chosen), key=lambda entry: (entry.machine, entry.name))
    for entry in rows:
        if not 1 <= entry.port <= 65535:
            raise RewrightError(f"port set {port_set}: {entry.name} would get {entry.port}; change the set's offset")
    return writer(rows)


def variable(entry: Entry) -> str:
    """The environment variable of a row: its own, else its name and _PORT, in capitals."""
    name = re.sub(r"[^A-Z0-9_]", "_", entry.name.upper())
    return entry.env or (name if name.endswith("_PORT") else f"{name}_PORT")


def _variables(rows: Sequence[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in rows:
        name = variable(entry)
        if name in found and found[name].port != entry.port:
            names = f"{found[name].name} and {entry.name}"
            raise RewrightError(f"{names} would both be the variable {name}; give one of them another `env` in the registry")
        found.setdefault(name, entry)
    return dict(sorted(found.items()))


def _env(rows: Sequence[Entry]) -> str:
    return "".join(f"{name}={entry.port}\n" for name, entry in _variables(rows).items())


def _compose(rows: Sequence[Entry]) -> str:
    """One service for each owner on a machine, with what it publishes. What others run is left out; `ports` are texts,
    as YAML 1.1 would take 22:22 for a number."""
    services: dict[tuple[str, str], list[Entry]] = {}
    for entry in rows:
        if not entry.external:
            services.setdefault((_slug(entry.owner) or _slug(entry.name), entry.machine), []).append(entry)
    names = [name for name, _ in services]
    lines: list[str] = []
    for (name, machine), some in sorted(services.items()):
        unique = f"{_slug(machine)}-{name}" if machine and names.count(name) > 1 else name
        ports = sorted({entry.port for entry in some})
        lines += [f"  {json.dumps(unique)}:", "    ports:", *(f'      - "{port}:{port}"' for port in ports)]
    return "\n".join(["services:", *lines]) + "\n" if lines else "services: {}\n"


def _slug(owner: str) -> str:
    last = owner.rpartition("/")[2].removesuffix(".py")
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", last)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")


def _configmap(rows: Sequence[Entry]) -> str:
    data = [f'  {name}: "{entry.port}"' for name, entry in _variables(rows).items()]
    head = ["apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: ports"]
    return "\n".join([*head, *(["data:", *data] if data else ["data: {}"])]) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Entry]], str]] = {"env": _env, "compose": _compose, "k8s-configmap": _configmap}
