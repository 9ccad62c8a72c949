"""Calls that have nothing to do with any event loop: where they stand between the loop's steps does not matter."""

import ast
import re

from codemods.get_event_loop.places import value_of
from engine import Source

_ROOTS = frozenset(
    {"builtins", "argparse", "atexit", "collections", "contextlib", "copy", "dataclasses", "datetime", "enum", "functools", "gc"}
    | {"getpass", "hashlib", "io", "itertools", "json", "locale", "logging", "math", "operator", "os", "pathlib", "platform"}
    | {"pprint", "queue", "random", "re", "shutil", "signal", "string", "struct", "sys", "tempfile", "textwrap", "threading"}
    | {"time", "traceback", "types", "typing", "uuid", "warnings"}
)
_LOG = re.compile(r"_*(\w+_)?log(ger|ging)?")


def is_calm(source: Source, call: ast.Call, strict: bool = False) -> bool:
    """Can this call not touch a loop, as far as one file shows? `strict`: nor anything that a loop has left behind,
    so that functions of this file do not count as calm."""
    name = source.names.qualified(call.func)
    if name is not None and name.partition(".")[0] in _ROOTS:
        return True
    if name is not None and name.startswith(".") and not strict and "." not in name[1:]:
        return True
    if isinstance(call.func, ast.Name):
        meanings = source.names.lookup(call.func.id, source.names.scope_at(call.func)) or []
        return not strict and bool(meanings) and all(isinstance(one.node, ast.FunctionDef) for one in meanings)
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = call.func.value
    if isinstance(owner, (ast.Constant, ast.JoinedStr)) or _LOG.fullmatch(_last(owner).lower()):
        return True
    if isinstance(owner, ast.Call):
        return is_calm(source, owner, strict)
    value = value_of(source, owner)
    return isinstance(value, ast.Call) and is_calm(source, value, strict=True)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
