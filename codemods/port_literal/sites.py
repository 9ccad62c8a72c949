"""Which numbers of a file are ports: module constants used as one, and literal endpoints."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine import Source

Direction = Literal["bind", "connect", ""]
Kind = Literal["constant", "endpoint", "env-default", "computed"]
SOCKET_METHODS: dict[str, Direction] = {
    "bind": "bind",
    "unbind": "bind",
    "connect": "connect",
    "disconnect": "connect",
    "connect_ex": "connect",
    "create_connection": "connect",
    "create_server": "bind",
}
_ENDPOINT_METHODS = ("bind", "unbind", "connect", "disconnect")
_PORT_NAME = re.compile(r"(^|_)port$", re.I)
_ENDPOINT = re.compile(r"(?:tcp|udp|pgm|epgm|ws|wss|tls|nats)://(.*):(\d{1,5})", re.S)
_SCHEME = re.compile(r"(?:tcp|udp|pgm|epgm|ws|wss|tls|nats)://")
_TAIL = re.compile(r":(\d{1,5})$")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class PortSite:
    """One number that is a port. `node` is the expression to rewrite: the number, or the endpoint's string."""

    kind: Kind
    port: int
    node: ast.expr
    direction: Direction  # "" when the file does not say
    host: str = ""  # an endpoint's literal host, else empty
    name: str = ""  # a constant's name


def port_sites(source: Source) -> list[PortSite]:
    """Every site of this file, in source order."""
    found = [*_constants(source), *_endpoints(source)]
    return sorted(found, key=lambda site: (site.node.lineno, site.node.col_offset))


def _constants(source: Source) -> Iterator[PortSite]:
    used = _names_used_as_port(source)
    statements: list[ast.Assign | ast.AnnAssign] = [*source.statements(ast.Assign), *source.statements(ast.AnnAssign)]
    for statement in statements:
        if statement.value is None or any(isinstance(node, _DEFINITIONS) for node in source.ancestors(statement)):
            continue
        for name, value in _pairs(statement):
            if name not in used and not _PORT_NAME.search(name):
                continue
            number = port_number(value)
            if number:
                yield PortSite("constant", number, value, used.get(name, ""), name=name)
            elif default := _env_default(source, value):
                yield PortSite("env-default", default, value, used.get(name, ""), name=name)


def _pairs(statement: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) for each plain name that an assignment gives a value of its own."""
    targets = statement.targets[:1] if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if isinstance(target, ast.Name) and statement.value is not None:
            yield target.id, statement.value
        elif isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs = list(zip(target.elts, statement.value.elts, strict=False))
            yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name) and len(pairs) == len(target.elts))


def port_number(node: ast.expr) -> int:
    """The port that a literal spells; 0 when it is none."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is int and 1 <= value <= 65535 else 0


def _env_default(source: Source, value: ast.expr) -> int:
    """The literal default of an environment variable read somewhere in `value`; 0 when there is none."""
    for call in ast.walk(value):
        if not isinstance(call, ast.Call) or len(call.args) != 2:
            continue
        if source.names.qualified(call.func) in ("os.environ.get", "os.getenv"):
            default = call.args[1]
            text = default.value if isinstance(default, ast.Constant) else None
            return int(text) if isinstance(text, str) and re.fullmatch(r"[1-9]\d{0,4}", text) else port_number(default)
    return 0


def _names_used_as_port(source: Source) -> dict[str, Direction]:
    """Plain names in a socket call's address or in a `port=` argument, and what the call does with it."""
    used: dict[str, Direction] = {}
    for call in source.calls:
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        direction = SOCKET_METHODS.get(method, "")
        if direction and call.args and not _is_database(source, call):
            for node in ast.walk(call.args[0]):
                if isinstance(node, ast.Name) and node is not call.args[0]:
                    used[node.id] = "bind" if "bind" in (direction, used.get(node.id)) else direction
        for keyword in call.keywords:
            if keyword.arg and _PORT_NAME.search(keyword.arg) and isinstance(keyword.value, ast.Name):
                used.setdefault(keyword.value.id, "")
    return used


def _is_database(source: Source, call: ast.Call) -> bool:
    return (source.names.qualified(call.func) or "").startswith(("sqlite3.", "psycopg2.", "pymysql.", "duckdb."))


def _endpoints(source: Source) -> Iterator[PortSite]:
    for call in source.calls:
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in _ENDPOINT_METHODS and call.args:
            found = _endpoint(call.args[0], SOCKET_METHODS[method])
            if found is not None:
                yield found


def _endpoint(node: ast.expr, direction: Direction) -> PortSite | None:
    if isinstance(node, ast.Constant):
        kind: Kind = "endpoint" if isinstance(node.value, str) else "computed"
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        match = _ENDPOINT.fullmatch(text) if isinstance(text, str) else None
        number = _in_range(match[2]) if match else 0
        return PortSite(kind, number, node, direction, match[1]) if match and number else None
    if isinstance(node, ast.JoinedStr):
        number = _literal_tail(node) if _starts_with_scheme(node) else 0
        return PortSite("endpoint", number, node, direction) if number else None
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    tails = [match for text in texts if (match := _TAIL.search(text))]
    if isinstance(node, (ast.BinOp, ast.Call)) and tails and any(_SCHEME.match(text) for text in texts):
        number = _in_range(tails[-1][1])
        return PortSite("computed", number, node, direction) if number else None
    return None


def _in_range(digits: str) -> int:
    return int(digits) if 1 <= int(digits) <= 65535 else 0


def _starts_with_scheme(node: ast.JoinedStr) -> bool:
    first = node.values[0] if node.values else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and bool(_SCHEME.match(first.value))


def _literal_tail(node: ast.JoinedStr) -> int:
    """The literal port an f-string ends with; 0 when it ends otherwise."""
    last = node.values[-1] if node.values else None
    match = _TAIL.search(last.value) if isinstance(last, ast.Constant) and isinstance(last.value, str) else None
    return _in_range(match[1]) if match else 0
