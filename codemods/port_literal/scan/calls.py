"""Calls to terms: conversions, environment variables, lookups with a default, templates; the rest stays a call."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.port_literal.scan.scope import At, Slot
from codemods.port_literal.scan.templates import brace_parts
from codemods.port_literal.scan.terms import Call, Env, Get, Term

if TYPE_CHECKING:
    from codemods.port_literal.scan.build import Builder

_SAME = frozenset({"int", "str", "float", "cast", "SecretStr"})  # they hand their last argument on
_FIELDS = frozenset({"Field", "field", "Option", "Argument", "Query"})  # their default is the value
_KEEP = frozenset({"strip", "rstrip", "lstrip", "lower", "upper", "encode", "decode", "copy", "replace"})
_ENV = re.compile(r"(?:.*_)?(?:env|getenv|environ)(?:_?(?:var|variable|int|str|port|value|or_default|get))?", re.I)
_GETS = frozenset({"get", "pop", "setdefault", "getint", "get_int", "get_config", "get_setting", "get_value", "get_port", "int"})


def call_term(builder: Builder, node: ast.Call, at: At, slot: Slot | None) -> Term:
    """The term of one call."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else builder.chain(node.func)
    if name in _SAME and node.args and (name == "cast" or not isinstance(node.func, ast.Attribute)):
        return builder.term(node.args[-1], at, slot)
    if name in _FIELDS:
        found = _field(builder, node, at, slot)
        if found is not None:
            return found
    key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if isinstance(key, str) and _is_env(builder, node, name):
        return Env(key, _default(builder, node, at, Slot("env-default", slot.name if slot else key, key)))
    if name == "getattr" and len(node.args) in (2, 3) and isinstance(node.args[1], ast.Constant):
        attribute = str(node.args[1].value)
        default = builder.term(node.args[2], at, Slot("get-default", attribute)) if len(node.args) == 3 else None
        return Get(builder.term(node.args[0], at), attribute, default)
    if isinstance(node.func, ast.Attribute):
        if name in _GETS and isinstance(key, str):
            base = builder.term(node.func.value, at)
            return Get(base, key, _default(builder, node, at, Slot("get-default", key, "", slot.name if slot else "")))
        if name in _GETS and node.args and key is None:
            given = builder.term(node.args[0], at)
            default = _default(builder, node, at, Slot("get-default", slot.name if slot else name))
            return Get(builder.term(node.func.value, at), "", default, given)
        if name == "format" and isinstance(node.func.value, ast.Constant):
            made = _format(builder, node, at, slot)
            if made is not None:
                return made
        if name in _KEEP:
            for argument in node.args:
                builder.term(argument, at)
            return builder.term(node.func.value, at, slot)
    return _plain(builder, node, name, at)


def _is_env(builder: Builder, node: ast.Call, name: str) -> bool:
    full = builder.qualified(node.func)
    if full in ("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop") or full.endswith("environ.get"):
        return True
    if _ENV.fullmatch(name):
        return True
    return bool(node.args) and full == "decouple.config"


def _default(builder: Builder, node: ast.Call, at: At, slot: Slot) -> Term | None:
    if len(node.args) > 1:
        return builder.term(node.args[1], at, slot)
    for keyword in node.keywords:
        if keyword.arg in ("default", "fallback", "default_value"):
            return builder.term(keyword.value, at, slot)
    return None


def _field(builder: Builder, node: ast.Call, at: At, slot: Slot | None) -> Term | None:
    for keyword in node.keywords:
        if keyword.arg == "default":
            return builder.term(keyword.value, at, slot)
        if keyword.arg == "default_factory" and isinstance(keyword.value, ast.Lambda):
            return builder.term(keyword.value.body, at, slot)
    return builder.term(node.args[0], at, slot) if node.args else None


def _format(builder: Builder, node: ast.Call, at: At, slot: Slot | None) -> Term | None:
    text = node.func.value.value  # type: ignore[attr-defined]
    if not isinstance(text, str):
        return None
    given = [builder.term(one, at, Slot("endpoint", "")) for one in node.args]
    named = {one.arg: builder.term(one.value, at, Slot("keyword", one.arg)) for one in node.keywords if one.arg}
    found = brace_parts(text, given, named)
    return None if found is None else builder.joined(node, *found, at, slot)


def _plain(builder: Builder, node: ast.Call, name: str, at: At) -> Term:
    full = builder.chain(node.func)
    is_super = full.startswith("super().") or (name == "__init__" and full != "__init__")
    args = [builder.term(one, at, Slot("super-init" if is_super else "helper-call", name)) for one in node.args]
    keywords: list[tuple[str, Term]] = []
    for one in node.keywords:
        shape = Slot("super-init" if is_super else "keyword", one.arg or "")
        keywords.append((one.arg or "", builder.term(one.value, at, shape)))
    starred = any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords)
    args = args[: next((index for index, one in enumerate(node.args) if isinstance(one, ast.Starred)), len(args))]
    return Call(builder.term(node.func, at), tuple(args), tuple(keywords), starred)
