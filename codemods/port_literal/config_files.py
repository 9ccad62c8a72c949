"""Ports that configuration files give to services: startup YAML of any shape, docker-compose, Dockerfiles.

A port may be a number, a text of digits, `${PORT_OFFSET}+7200` or `${VAR:-7200}`. What cannot be read is a note, never a crash.
"""

from __future__ import annotations

import re
from typing import Literal

from codemods.port_literal.config_nodes import Node, documents
from codemods.port_literal.nouns import Role, Service
from codemods.port_literal.scan import words

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}|\$(?P<bare>\w+)")
_SUM = re.compile(r"\s*(?P<sign>[+-]?)\s*(?P<part>\$\{[^}]*\}|\$\w+|\d+)")
_SCRIPTS = ("script_path", "script", "entrypoint", "main", "file", "path", "module", "command")
_HOSTS = ("host", "hostname", "bind_host", "bind_address", "ip", "address")
_GENERIC_WORDS = "config configuration settings server network ports options environment env zmq defaults params sockets"
_GENERIC = frozenset(_GENERIC_WORDS.split())
_MOST = 64  # ports of one range
Found = tuple[tuple[Service, ...], tuple[str, ...]]


def parse(path: str, data: bytes) -> Found:
    """(services, notes) of one configuration file; `path` is root-relative. Services are sorted by line."""
    name = path.rpartition("/")[2]
    if name.lower().startswith("dockerfile") or name.lower().endswith(".dockerfile"):
        return _dockerfile(path, data), ()
    try:
        found = documents(data)
    except ValueError as error:
        return (), (f"{path} {error}",)
    services: list[Service] = []
    for document in found:
        if document.pairs is None or _is_foreign(document):
            continue
        compose = document.get("services")
        if compose is not None and _is_compose(compose):
            services.extend(_compose(path, compose))
        else:
            services.extend(_startup(path, document))
    return tuple(sorted(dict.fromkeys(services), key=lambda one: (one.line, one.name, one.role, one.port))), ()


def _is_registry(document: Node) -> bool:
    ports = document.get("ports")
    return document.word("version") == "1" and ports is not None and ports.items is not None


def _is_foreign(document: Node) -> bool:
    """A port registry, a Kubernetes object, a workflow: no claims of services that start here."""
    if document.get("apiVersion") is not None and document.get("kind") is not None:
        return True
    if document.get("jobs") is not None and document.get("on", "true", "name") is not None:
        return True
    return _is_registry(document)


# -- numbers ---------------------------------------------------------------------------


def port_in(text: str) -> tuple[int, str]:
    """(port, the variable that is added to it) of a text; (0, "") for one that gives no port."""
    total, offset, end = 0, "", 0
    stripped = text.strip()
    for match in _SUM.finditer(stripped):
        if match.start() != end:
            return 0, ""
        end = match.end()
        part = match["part"]
        sign = -1 if match["sign"] == "-" else 1
        if part.isdecimal():
            total += sign * int(part[:6])
            continue
        variable = _VARIABLE.fullmatch(part)
        if variable is None:
            return 0, ""
        default = variable["default"] or ""
        alone = match.start() == 0 and end == len(stripped)
        if default.isdecimal():
            total += sign * int(default[:6])
        elif alone:
            return 0, ""
        if not alone:
            offset = variable["name"] or variable["bare"]
    return (words.in_range(total), offset) if end == len(stripped) and end else (0, "")


# -- startup files ---------------------------------------------------------------------


def _startup(path: str, document: Node) -> list[Service]:
    """Every mapping with port keys, with the name and script of the nearest mapping around that has some."""
    found: list[Service] = []
    seen: set[int] = set()
    stack: list[tuple[Node, str, str, str]] = [(document, "", "", "")]
    while stack:
        node, key, name, script = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.pairs is None:
            stack.extend((item, key, name, script) for item in reversed(node.items or ()))
            continue
        given = next((text for one in _SCRIPTS if (text := node.word(one)).endswith(".py")), "")
        own = node.word("name", "service_name", "agent_name")
        name = own or (key if key and key.lower() not in _GENERIC else name)
        script = given or (script if key.lower() in _GENERIC else "")
        found.extend(_claims(path, node, name, script))
        for inner, value in reversed(node.pairs):
            if value.text is None and inner.text != "<<":
                stack.append((value, inner.text or "", name, script))
    return found


def _claims(path: str, node: Node, name: str, script: str) -> list[Service]:
    found = []
    host = node.word(*_HOSTS)
    for key, value in node.pairs or ():
        if value.text is None or key.text is None or not words.says_port(key.text):
            continue
        port, offset = port_in(value.text)
        if port:
            role = _role(key.text)
            called = name or path.rpartition("/")[2].partition(".")[0]
            is_startup = bool(script) or "startup" in path
            kind: Literal["startup", "other"] = "startup" if is_startup else "other"
            found.append(Service(path, key.line, called, port, role, "", script, host, offset, kind))
    return found


def _role(key: str) -> Role:
    return words.role_of("", (key,), None)


# -- docker ----------------------------------------------------------------------------


def _is_compose(services: Node) -> bool:
    inner = [value for _, value in services.pairs or ()]
    return any(one.get("image", "build", "ports", "container_name") is not None for one in inner if one.pairs is not None)


def _compose(path: str, services: Node) -> list[Service]:
    found = []
    for key, service in services.pairs or ():
        ports = service.get("ports") if service.pairs is not None else None
        for item in (ports.items or ()) if ports is not None else ():
            host, published = _published(item)
            for port in published:
                found.append(Service(path, item.line, key.text or "", port, "main", "", "", host, "", "compose"))
    return found


def _published(item: Node) -> tuple[str, list[int]]:
    """(host address, host ports) of one entry of a compose service's `ports`."""
    if item.pairs is not None:
        return item.word("host_ip"), _range(item.word("published"))
    text = _VARIABLE.sub(lambda match: match["default"] or "", item.text or "").partition("/")[0]
    host, _, container = text.rpartition(":")
    if not host or not container:
        return "", []
    address, _, published = host.rpartition(":")
    return address, _range(published)


def _range(text: str) -> list[int]:
    first, dash, last = text.strip().partition("-")
    start, _ = port_in(first)
    end, _ = port_in(last) if dash else (start, "")
    return list(range(start, min(end, start + _MOST - 1) + 1)) if start and end else []


def _dockerfile(path: str, data: bytes) -> tuple[Service, ...]:
    """The ports that EXPOSE names; ARG and ENV defaults are filled in."""
    folder, _, file = path.rpartition("/")
    suffix = file.partition(".")[2] if file.lower().startswith("dockerfile") else file.partition(".")[0]
    name = suffix or folder.rpartition("/")[2] or "Dockerfile"
    known: dict[str, str] = {}
    found: dict[tuple[int, int], Service] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        command, _, rest = line.strip().partition(" ")
        if command.upper() in ("ARG", "ENV"):
            for variable, value in re.findall(r"(\w+)[= ]\"?([\w./:-]*)", rest):
                known[variable] = value
        elif command.upper() == "EXPOSE":
            for word in rest.partition("#")[0].split():
                filled = _VARIABLE.sub(lambda match: known.get(match["name"] or match["bare"]) or match["default"] or "", word)
                for port in _range(filled.partition("/")[0]):
                    found.setdefault((number, port), Service(path, number, name, port, "main", kind="dockerfile"))
    return tuple(found.values())
