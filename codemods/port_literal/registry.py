"""The port registry as a fact: what `config/ports.yaml` says, or why it cannot be read.

The shape: `version: 1` and `ports`, a list of `{name, port, role, machine, owner, purpose, env, external}`;
name and port are required, names are unique.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Fact, Project, Source

DEFAULT_PATH = "config/ports.yaml"
_NAME = re.compile(r"[\w.-]+")
_TEXTS = ("role", "machine", "owner", "purpose", "env")


@dataclass(frozen=True, slots=True)
class Entry:
    """One named port."""

    name: str
    port: int  # 1..65535
    role: str = ""
    machine: str = ""
    owner: str = ""
    purpose: str = ""
    env: str = ""
    external: bool = False  # run by somebody else: a database, a broker


Registry = tuple[Entry, ...]


def parse(data: bytes) -> Registry | str:
    """The registry in a YAML document, or one sentence on what is wrong with it."""
    import yaml

    try:
        document = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return "not valid YAML: " + " ".join(str(error).split())
    if not isinstance(document, dict) or document.get("version") != 1 or not isinstance(document.get("ports"), list):
        return "expected `version: 1` and a list `ports`"
    entries: dict[str, Entry] = {}
    for number, row in enumerate(document["ports"], start=1):
        entry = _entry(row)
        if isinstance(entry, str):
            return f"entry {number} of ports {entry}"
        if entry.name in entries:
            return f"entry {number} of ports: the name {entry.name} is used twice"
        entries[entry.name] = entry
    return tuple(entries.values())


def _entry(row: object) -> Entry | str:
    if not isinstance(row, dict):
        return "is not a mapping"
    name, port, external = row.get("name"), row.get("port"), row.get("external", False)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"has no name of letters, digits, `_`, `.` and `-`: {name!r}"
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        return f"({name}): {port!r} is not a port number (an integer from 1 to 65535)"
    if not isinstance(external, bool):
        return f"({name}): external is true or false, not {external!r}"
    texts = {key: row.get(key) for key in _TEXTS}
    for key, value in texts.items():
        if value is not None and not isinstance(value, str):
            return f"({name}): {key} is a text, not {value!r}"
    return Entry(name, port, **{key: value for key, value in texts.items() if value}, external=external)


def _scan(_: Source) -> None:
    return None


def _combine(files: Mapping[str, Any], _: Project) -> dict[str, Registry | str]:
    return {path: parse(data) for path, data in files.items()}


REGISTRIES = Fact("port-registries", 2, None, _scan, _combine, files=("{registry-file}",))
