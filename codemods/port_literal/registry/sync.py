"""The registry's text with rows added. Nothing that is there is touched: a row is put in after the last one.

A round trip through any YAML library reflows indentation, comments, long lines and CRLF; so the rows are set in as text, in
the style of the file, and the outcome is read again before anybody gets it.
"""

import json
import re
from collections.abc import Iterable, Sequence

from codemods.port_literal.nouns import Entry
from codemods.port_literal.registry.tree import Node, read_tree, reads_as_text
from engine import RewrightError

_HEAD = "# The ports by name. `rewright ports sync` adds rows and changes none; edit freely."
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./()+-]+)*", re.ASCII)
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_KEYS = ("name", "port", "role", "machine", "owner", "purpose", "env", "external", "alternatives", "disputed")


def synced(text: str | None, entries: Iterable[Entry]) -> str:
    """`text` with a row for each entry whose name it lacks, by machine and name; `text` itself when it lacks none.

    None and a text without YAML begin a registry. RewrightError where rows cannot be added: the file is not valid.
    """
    head, old = ("\ufeff", text[1:]) if text and text.startswith("\ufeff") else ("", text or "")
    root = _root(old)
    if root is None:
        return head + _begun(old, sorted(entries, key=_order))
    ports = next((value for key, value in root.pairs if key.text == "ports"), None) if root.kind == "mapping" else None
    if ports is None or ports.kind != "list":
        raise RewrightError("the port registry has no list `ports`; run `rewright ports check`, which lists what is wrong")
    there = _names(ports)
    new = sorted((entry for entry in entries if entry.name not in there), key=_order)
    if not new:
        return text or ""
    made = _added(old, root, ports, new)
    again = _root(made)
    rows = next(value for key, value in again.pairs if key.text == "ports") if again else None
    if rows is None or _names(rows) != [*there, *(entry.name for entry in new)]:
        raise RewrightError("rows cannot be added to `ports` as it is written; begin each row with `- name:`")
    return head + made


def _order(entry: Entry) -> tuple[str, str]:
    return entry.machine, entry.name


def _root(text: str) -> Node | None:
    root, errors = read_tree(text.encode("utf-8", "surrogatepass"))
    if errors:
        raise RewrightError(f"the port registry cannot be read: {errors[0]}")
    return root


def _names(ports: Node) -> list[str]:
    found = (value.text for row in ports.children if row.kind == "mapping" for key, value in row.pairs if key.text == "name")
    return list(found)


def _begun(old: str, entries: Sequence[Entry]) -> str:
    newline = _newline(old)
    before = old + newline if old and not old.endswith("\n") else old or _HEAD + newline
    if not entries:
        return f"{before}version: 1{newline}ports: []{newline}"
    return f"{before}version: 1{newline}ports:{newline}" + "".join(_block(entry, "  ", newline) for entry in entries)


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _added(old: str, root: Node, ports: Node, new: Sequence[Entry]) -> str:
    newline = _newline(old)
    if ports.plain:
        indent = " " * (ports.start - old.rfind("\n", 0, ports.start) - 1)
        return _after_line(old, _last(ports), "".join(_block(entry, indent, newline) for entry in new), newline)
    if ports.children:
        last = ports.children[-1]
        before = old[old.rfind("\n", 0, last.start) + 1 : last.start]
        between = f",{newline}{before}" if before.isspace() else ", "
        return old[: last.end] + "".join(between + _flow(entry, root) for entry in new) + old[last.end :]
    if root.plain and not old[ports.start + 1 : ports.end - 1].strip():
        rest = old[ports.end :]
        kept = old[: ports.start].rstrip(" ") if rest[:1] in ("", "\r", "\n") else old[: ports.start]
        return _after_line(kept + rest, len(kept), "".join(_block(entry, "  ", newline) for entry in new), newline)
    inside = ", ".join(_flow(entry, root) for entry in new) + " "
    return old[: ports.start + 1] + inside + old[ports.start + 1 :]


def _last(node: Node) -> int:
    """Where the last piece of a block ends: the block's own end lies behind the comments that follow it."""
    while node.kind in ("mapping", "list") and node.plain and node.children:
        node = node.children[-1]
    return node.end


def _after_line(old: str, end: int, rows: str, newline: str) -> str:
    """`rows` put in where the line that holds `end` is over."""
    place = end if old[:end].endswith("\n") else old.find("\n", end) + 1
    if place == 0:
        return f"{old}{newline}{rows}"
    return old[:place] + rows + old[place:]


def _block(entry: Entry, indent: str, newline: str) -> str:
    lines = [f"{key}: {_scalar(value)}" for key, value in _values(entry)]
    return f"{indent}- " + f"{newline}{indent}  ".join(lines) + newline


def _flow(entry: Entry, root: Node) -> str:
    if not root.plain:  # JSON, perhaps
        return json.dumps(dict(_values(entry)))
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in _values(entry)) + "}"


def _values(entry: Entry) -> list[tuple[str, object]]:
    return [(key, value) for key in _KEYS if (value := getattr(entry, key))]


def _scalar(value: object) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and reads_as_text(value):
        return value
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
