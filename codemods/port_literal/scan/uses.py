"""Which call is a bind, a connect or a server's start."""

from __future__ import annotations

import ast

from codemods.port_literal.scan import words
from codemods.port_literal.scan.apis import ANY_PORT, FRAMEWORKS, FUNCTIONS, METHODS, Api
from codemods.port_literal.scan.build import Builder
from codemods.port_literal.scan.scope import At, Slot
from codemods.port_literal.scan.terms import Display, Number, Term, Text, UseSite

_WEB = Api("bind", "web", "http", host=-1, port=-1, default="the framework's own default")
_PAHO = Api("connect", "mqtt", None, host=0, port=1, sure=False)
_HOSTS = ("host", "hostname", "ip", "bind_host")
_PORTS = ("port",)
_CLOSURES = (ast.Lambda,)


def use_of(builder: Builder, node: ast.Call, at: At, around: tuple[str, ...]) -> UseSite | None:
    """The use that a call is, if it is one. `around`: names of the function and of the assignment's target."""
    full = builder.qualified(node.func)
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method in ANY_PORT:
        return _site(builder, node, at, Api("bind", "zmq"), around, "the system picks a free port (bind_to_random_port)")
    api = FUNCTIONS.get(full)
    if api is None and isinstance(node.func, ast.Attribute):
        api = _method(builder, node, node.func, full)
    if api is None:
        return None
    return _site(builder, node, at, api, around, "")


def _method(builder: Builder, node: ast.Call, function: ast.Attribute, full: str) -> Api | None:
    method, root = function.attr, full.partition(".")[0]
    keywords = {one.arg for one in node.keywords}
    if method == "run" and "port" in keywords and _imports(builder, FRAMEWORKS):
        return _WEB._replace(via="flask" if _imports(builder, frozenset({"flask"})) else "web")
    if method == "start_http_server" and root.startswith("prometheus"):
        return FUNCTIONS["prometheus_client.start_http_server"]
    api = METHODS.get(method)
    if api is None or words.is_database(full) or not (node.args or keywords):
        return None
    if method in ("bind", "connect", "unbind", "disconnect"):
        if len(node.args) >= 2 or {"host", "port"} & keywords:
            return _PAHO if method == "connect" and len(node.args) < 4 else None
        if not node.args or isinstance(node.args[0], _CLOSURES) or (node.keywords and "addr" not in keywords):
            return None
        if not _imports(builder, frozenset({"zmq"})):
            return api._replace(via="socket", sure=False)
        return api._replace(sure=_is_socket(builder, function.value))
    if method.startswith("create_"):
        return api if len(node.args) > 1 or "port" in keywords else None
    return api


def _imports(builder: Builder, modules: frozenset[str]) -> bool:
    return any(target.partition(".")[0] in modules for target in builder.imports.values())


def _is_socket(builder: Builder, receiver: ast.expr) -> bool:
    found = words.words(builder.chain(receiver).removesuffix("()").rpartition(".")[2])
    return any(word in ("sock", "socket", "publisher", "subscriber", "dealer", "router") for word in found)


def _site(builder: Builder, node: ast.Call, at: At, api: Api, around: tuple[str, ...], note: str) -> UseSite:
    address = _argument(builder, node, at, api.address, (api.keyword,), Slot("endpoint", ""))
    host = _argument(builder, node, at, api.host, _HOSTS, None)
    port = _argument(builder, node, at, api.port, _PORTS, Slot("keyword", "port"))
    if api.port != -2 and port is None and address is None:
        note = f"no port is given here: {api.default}" if api.default else "no port is given here"
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    names = tuple(name for name in (builder.chain(receiver) if receiver else "", *around) if name)
    socket = builder.term(receiver, at) if receiver is not None and api.via in ("zmq", "socket") else None
    start = builder.source.position(builder.source.start(node))
    sure = api.sure and not (api.via == "http" and isinstance(address, (Number, Text)))
    starred = any(one.arg is None for one in node.keywords) or any(isinstance(one, ast.Starred) for one in node.args)
    if note and starred:
        note = "the port is among keyword arguments that are passed on as `**`"
    return UseSite(
        *start, api.direction, api.via, api.role, names + _names_in(node, builder), socket, address, host, port,
        at.scope.name, at.scope.owner, sure, note,
    )  # fmt: skip


def _argument(
    builder: Builder, node: ast.Call, at: At, position: int, keywords: tuple[str, ...], slot: Slot | None
) -> Term | None:
    if position == -2:
        return None
    for one in node.keywords:
        if one.arg and one.arg in keywords:
            return builder.term(one.value, at, Slot("keyword", one.arg) if slot else None)
    if 0 <= position < len(node.args) and not isinstance(node.args[position], ast.Starred):
        made = builder.term(node.args[position], at, slot)
        return made if not isinstance(made, Display) or len(made.items) >= 1 else None
    return None


def _names_in(node: ast.Call, builder: Builder) -> tuple[str, ...]:
    """The last names of what the arguments hold: `HEALTH_PORT`, `health_port`."""
    found = []
    for argument in [*node.args, *(one.value for one in node.keywords)]:
        for part in ast.walk(argument):
            if isinstance(part, ast.Attribute):
                found.append(part.attr)
            elif isinstance(part, ast.Name):
                found.append(part.id)
    return tuple(dict.fromkeys(found))
