"""The port registry: what `config/ports.yaml` says, or everything that is wrong with it.

The shape: `version: 1` and `ports`, a list of rows (`Entry`), of which name and port are required; besides, `machines`
(the only ones that rows may name), `sets` (`{staging: {offset: 1000, NAME: 6601}}`) and `offset-env`. Keys that begin
with `x-` are anybody's. Two rows may have one number on one machine only where both are `disputed` or of one
`alternatives` group.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args

from codemods.port_literal.nouns import Entry, Role
from codemods.port_literal.registry.tree import Faults, Node, RegistryError, fault, near, read_tree
from codemods.port_literal.registry.values import flag_in, mapping, offset_in, port_in, text_in
from engine import Fact, Project, Source

DEFAULT_PATH = "config/ports.yaml"
ROLES: tuple[str, ...] = get_args(Role)
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOP = ("version", "ports", "machines", "sets", "offset-env")
_TEXTS = ("role", "machine", "owner", "purpose", "env", "alternatives")
_FLAGS = ("external", "disputed")
_ROW = ("name", "port", *_TEXTS, *_FLAGS)


@dataclass(frozen=True, slots=True)
class PortSet:
    """Numbers for another place to run: `offset` moves every row that is not external, `ports` are absolute and win."""

    name: str
    offset: int = 0
    ports: tuple[tuple[str, int], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Registry:
    """A valid registry, in the order of the file."""

    entries: tuple[Entry, ...] = ()
    sets: tuple[PortSet, ...] = ()
    machines: tuple[str, ...] = ()
    offset_env: str = ""


@dataclass(frozen=True, slots=True)
class Errors:
    """All that is wrong with a registry, by line. Never empty."""

    items: tuple[RegistryError, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.items))

    def listed(self, path: str) -> str:
        """`path:line: what, and what to do`, one a line."""
        return "\n".join(f"{path}:{item.line}: {item.message}" for item in self.items)


@lru_cache(maxsize=8)  # two facts and a command ask for the same file
def parse(data: bytes) -> Registry | Errors:
    """The registry in a YAML file, or every error in it at once."""
    root, errors = read_tree(data)
    registry = Registry()
    if root and root.kind == "mapping":
        registry = _document(root, errors)
    elif root or not errors:
        errors.append(fault(root.line if root else 1, "expected a mapping: `version: 1` and a list `ports`"))
    return Errors(tuple(sorted(set(errors)))) if errors else registry


def with_set(entries: Sequence[Entry], port_set: PortSet | None) -> tuple[Entry, ...]:
    """The rows with the numbers that they have under a port set; what the set does not name is moved, if it is ours."""
    if port_set is None:
        return tuple(entries)
    ports = dict(port_set.ports)
    moved = (ports.get(entry.name, entry.port if entry.external else entry.port + port_set.offset) for entry in entries)
    return tuple(replace(entry, port=port) for entry, port in zip(entries, moved, strict=True))


def may_share(one: Entry, other: Entry) -> bool:
    """Whether two rows may have one number on one machine."""
    return (one.disputed and other.disputed) or ("" != one.alternatives == other.alternatives)


def clashes(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """(earlier, later): rows that claim one number on one machine and may not. Each later row once."""
    seen: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        earlier = seen.setdefault((entry.machine, entry.port), [])
        barred = next((other for other in earlier if not may_share(entry, other)), None)
        if barred:
            yield barred, entry
        earlier.append(entry)


def _document(root: Node, errors: Faults) -> Registry:
    top = mapping(root, _TOP, "the registry", errors)
    version = top.get("version", root)
    if (version.kind, version.text) != ("int", "1"):
        errors.append(fault(version.line, "expected `version: 1`"))
    if "ports" not in top:
        errors.append(fault(root.line, "expected a list `ports`; `ports: []` when there are none"))
    machines = tuple(_machines(top["machines"], errors)) if "machines" in top else ()
    entries = tuple(_entries(top["ports"], errors)) if "ports" in top else ()
    _unique(entries, errors)
    for entry in entries:
        if machines and entry.machine and entry.machine not in machines:
            errors.append(fault(entry.line, f"{entry.name}: unknown machine {entry.machine!r}{near(entry.machine, machines)}"))
    sets = tuple(_sets(top["sets"], entries, errors)) if "sets" in top else ()
    variable = text_in(top["offset-env"], "offset-env", errors) if "offset-env" in top else ""
    if variable and not _VARIABLE.fullmatch(variable):
        errors.append(fault(top["offset-env"].line, f"offset-env: {variable!r} is no name of an environment variable"))
    return Registry(entries, sets, machines, variable)


def _machines(node: Node, errors: Faults) -> Iterator[str]:
    if node.kind != "list":
        errors.append(fault(node.line, "machines: expected a list of names, `[main_pc, pc2]`"))
        return
    for item in node.children:
        name = text_in(item, "machines", errors)
        if name:
            yield name


def _entries(node: Node, errors: Faults) -> Iterator[Entry]:
    if node.kind != "list":
        errors.append(fault(node.line, f"ports: expected a list of rows, not {node.spoken}"))
        return
    for number, row in enumerate(node.children, start=1):
        if row.kind == "mapping":
            entry = _entry(row, number, errors)
            if entry:
                yield entry
        else:
            errors.append(fault(row.line, f"row {number} of ports is not a mapping; write `- name: ...` and `port: ...`"))


def _entry(node: Node, number: int, errors: Faults) -> Entry | None:
    """The row, however wrong its other parts are, so that what depends on its name is still checked. None without a name."""
    label = next((value.text for key, value in node.pairs if key.text == "name"), "")
    what = label if _NAME.fullmatch(label) else f"row {number} of ports"
    row = mapping(node, _ROW, what, errors)
    missing = [key for key in ("name", "port") if key not in row or row[key].kind == "null"]
    errors.extend(fault(node.line, f"{what} has no {key}") for key in missing)
    name = text_in(row["name"], f"{what}: name", errors) if "name" in row else ""
    if not _NAME.fullmatch(name) and "name" in row and row["name"].kind == "str":
        rule = "letters, digits, `_`, `.` and `-`, the first a letter or `_`"
        errors.append(fault(row["name"].line, f"{what}: the name {name!r} must be made of {rule}"))
    port = 0 if "port" in missing else port_in(row["port"], what, errors)
    texts = {key: text_in(row[key], f"{what}: {key}", errors) for key in _TEXTS if key in row}
    flags = {key: flag_in(row[key], f"{what}: {key}", errors) for key in _FLAGS if key in row}
    role, env = texts.get("role"), texts.get("env")
    if role and role not in ROLES:
        errors.append(fault(row["role"].line, f"{what}: unknown role {role!r}{near(role, ROLES)}"))
    if env and not _VARIABLE.fullmatch(env):
        errors.append(fault(row["env"].line, f"{what}: env: {env!r} is no name of an environment variable"))
    return _made(name, port, node.line, {**texts, **flags}) if name else None


def _made(name: str, port: int, line: int, parts: Mapping[str, Any]) -> Entry:
    return Entry(name, port, line=line, **parts)


def _unique(entries: Sequence[Entry], errors: Faults) -> None:
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in first:
            errors.append(fault(entry.line, f"the name {entry.name} is used twice, first in line {first[entry.name].line}"))
        first.setdefault(entry.name, entry)
    how = "change one number, give both one `alternatives` group if only one runs at a time, or mark both `disputed: true`"
    for earlier, later in clashes(entry for entry in entries if entry.port):
        where = f" of {later.machine}" if later.machine else ""
        taken = f"port {later.port}{where} is {earlier.name}'s already (line {earlier.line})"
        errors.append(fault(later.line, f"{later.name}: {taken}; {how}"))


def _sets(node: Node, entries: Sequence[Entry], errors: Faults) -> Iterator[PortSet]:
    if node.kind != "mapping":
        errors.append(fault(node.line, "sets: expected a mapping, `staging: {offset: 1000}`"))
        return
    names = [entry.name for entry in entries]
    if "offset" in names:
        line = entries[names.index("offset")].line
        errors.append(fault(line, "the name offset means something else in `sets`; choose another"))
    for name, value in mapping(node, (), "sets", errors).items():
        what = f"set {name}"
        if value.kind != "mapping":
            errors.append(fault(value.line, f"{what}: expected a mapping, `{{offset: 1000, NAME: 6601}}`"))
            continue
        keys = mapping(value, (), what, errors)
        for key in sorted(keys.keys() - {"offset", *names}):
            errors.append(fault(keys[key].line, f"{what}: no port is named {key!r}{near(key, ['offset', *names])}"))
        offset = offset_in(keys["offset"], what, errors) if "offset" in keys else 0
        own = {key: port_in(keys[key], f"{what}: {key}", errors) for key in keys if key in names and key != "offset"}
        port_set = PortSet(name, offset, tuple(own.items()), value.line)
        _check_set(port_set, entries, errors)
        yield port_set


def _check_set(port_set: PortSet, entries: Sequence[Entry], errors: Faults) -> None:
    """A set may not move a row out of range, nor two rows together that were apart."""
    known = [entry for entry in entries if entry.port and dict(port_set.ports).get(entry.name, 1)]
    moved = with_set(known, port_set)
    for before, after in zip(known, moved, strict=True):
        if not 1 <= after.port <= 65535:
            message = f"set {port_set.name}: {before.name} {before.port} moved by {port_set.offset} is no port number"
            errors.append(fault(port_set.line, message))
    apart = {(one.name, other.name) for one, other in clashes(known)}
    for one, other in clashes(moved):
        if (one.name, other.name) not in apart:
            where = f" on {one.machine}" if one.machine else ""
            message = f"set {port_set.name}: {one.name} and {other.name} both get {one.port}{where}; change one"
            errors.append(fault(port_set.line, message))


def _scan(_: Source) -> None:
    return None


def _combine(files: Mapping[str, Any], _: Project) -> dict[str, Registry | Errors]:
    return {path: parse(data) for path, data in files.items()}


REGISTRIES = Fact("port-registries", 3, None, _scan, _combine, files=("{registry-file}",))
