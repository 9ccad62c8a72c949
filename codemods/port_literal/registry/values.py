"""Readers of the registry's YAML nodes, each for one kind of value.

They take a node, what it is for a person ("AGENT: port"), and a list to which they add what is wrong.
"""

import re
from collections.abc import Sequence

from codemods.port_literal.registry.tree import Faults, Node, fault, near


def mapping(node: Node, known: Sequence[str], what: str, errors: Faults) -> dict[str, Node]:
    """A mapping's values by key. A key that is unknown (unless `known` is empty), given twice or no text is an error."""
    found: dict[str, Node] = {}
    for key, value in node.pairs:
        if key.kind != "str":
            hint = f"; {key.text!r} is read as {key.spoken}: quote it" if key.is_scalar else ""
            errors.append(fault(key.line, f"{what}: a key must be a text{hint}"))
        elif key.text in found:
            errors.append(fault(key.line, f"{what}: the key {key.text!r} is given twice"))
        else:
            found[key.text] = value
            if known and key.text not in known and not key.text.startswith("x-"):
                errors.append(fault(key.line, f"{what}: unknown key {key.text!r}{near(key.text, known)}"))
    return found


def port_in(node: Node, what: str, errors: Faults) -> int:
    """A port in plain decimals, 1..65535, else 0 and an error: YAML would take `0x15` and `9:30` for numbers, too."""
    if _is_decimal(node) and 1 <= int(node.text) <= 65535:
        return int(node.text)
    hint = f"; it is {node.spoken}"
    if node.kind == "int":
        hint = "" if _is_decimal(node) else "; write it in plain decimals"
    elif node.kind == "str" and not node.plain and re.fullmatch(r"[0-9]{1,5}", node.text):
        hint = "; take the quotes away"
    shown = repr(node.text[:40]) if node.is_scalar else "this"
    errors.append(fault(node.line, f"{what}: {shown} is not a port number (an integer from 1 to 65535){hint}"))
    return 0


def offset_in(node: Node, what: str, errors: Faults) -> int:
    """A whole number, else 0 and an error."""
    if _is_decimal(node):
        return int(node.text)
    shown = node.text[:40] or node.spoken
    errors.append(fault(node.line, f"{what}: offset must be a whole number in plain decimals, not {shown!r}"))
    return 0


def _is_decimal(node: Node) -> bool:
    return node.kind == "int" and bool(re.fullmatch(r"[+-]?(0|[1-9][0-9]{0,8})", node.text))


def text_in(node: Node, what: str, errors: Faults) -> str:
    """A text, or "" for nothing, or "" and an error."""
    if node.kind == "str":
        return node.text
    if node.kind != "null":
        hint = f"; {node.text[:40]!r} is read as {node.spoken}: quote it" if node.is_scalar else f", not {node.spoken}"
        errors.append(fault(node.line, f"{what}: expected a text{hint}"))
    return ""


def flag_in(node: Node, what: str, errors: Faults) -> bool:
    """True or false (false for nothing), or false and an error."""
    if node.kind == "bool":
        return node.text.lower() in ("true", "yes", "on")
    if node.kind != "null":
        errors.append(fault(node.line, f"{what}: expected true or false"))
    return False
