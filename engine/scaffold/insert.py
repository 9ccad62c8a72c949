"""An entry put at the end of a list in rules.yaml, as text: every other byte of the file stays. Pure."""

from __future__ import annotations

import json
import re

import yaml

from engine.model import RewrightError

NEW = """\
# The rules of this repository: `rewright rules` lists them, `rewright test` runs their cases.
version: 1
target:
  exclude: [/fixtures/]  # the cases: code to test rules on
"""
_PLAIN = re.compile(r"[A-Za-z_][\w.]*(\([\w., ]*\))?(/[\w./-]+)*", re.ASCII)
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def with_entry(text: str, key: str, entry: str, name: str) -> str:
    """The text of a rules.yaml with one more entry at the end of the list under the top-level `key`; see `_added`.

    Raises RewrightError where the list is written as [...] or the text with the entry would say something else.
    """
    made = _added(text, key, entry, name)
    try:
        before, after = (yaml.safe_load(one.removeprefix("\ufeff")) for one in (text, made))
        before = {} if before is None else before
        held = {**before, key: [*(before.get(key) or []), yaml.safe_load(entry + "\n")]}
        same = after == held or (not before and after[key] == held[key])
    except yaml.YAMLError:
        same = False
    if not same:
        raise RewrightError(
            f"{name} cannot be added to as it is written; put this under `{key}`:\n{_entry(entry, '  ', chr(10))}"
        )
    return made


def alone(text: str, name: str) -> str:
    """A rule file with the last rule of this one and with its target, which names no Python of the user's and no tool.

    `name` is the file's, for messages. Raises RewrightError where another rule has that rule's id.
    """
    data = yaml.safe_load(text.removeprefix("\ufeff"))
    *others, last = data["rules"]
    if any(isinstance(rule, dict) and rule.get("id") == last["id"] for rule in others):
        raise RewrightError(f"{last['id']} cannot be a rule of {name}: the id {last['id']!r} is taken")
    kept = {key: data[key] for key in ("version", "target") if key in data}
    return yaml.safe_dump({**kept, "rules": [last]}, allow_unicode=True)


def _added(text: str, key: str, entry: str, name: str) -> str:
    """The text with the entry, not yet read back.

    `entry` is the entry's lines without the dash and indentation. `name` is the file's, for messages. An empty text becomes
    a file of its own. Raises RewrightError where the list is written as [...] or the file is no mapping.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    body = text.removeprefix("\ufeff")
    try:
        top = yaml.compose(body, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise RewrightError(f"{name} is no YAML ({' '.join(str(error).split())}); mend it first") from error
    if top is None:
        return _ended(text or NEW, end) + _block(key, entry, end)
    if not isinstance(top, yaml.MappingNode) or top.flow_style:
        raise RewrightError(f"{name}: write it as lines of `key: value`; then a rule can be added")
    found = next(((number, value) for number, (node, value) in enumerate(top.value) if node.value == key), None)
    if found is None:
        return _ended(text, end) + _block(key, entry, end)
    number, value = found
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        raise RewrightError(f"{name}: `{key}` is written as [...]; write each entry on a line of its own, behind a dash")
    lines = body.splitlines(keepends=True)
    last = top.value[number + 1][0].start_mark.line if number + 1 < len(top.value) else len(lines)
    indent = "  "
    if isinstance(value, yaml.SequenceNode) and value.value:
        indent = " " * (value.start_mark.column)
    at = _before_the_next(lines, last)
    head, tail = "".join(lines[:at]), "".join(lines[at:])
    gap = end if at > 1 and isinstance(value, yaml.SequenceNode) and _spaced(value) else ""
    lead = "\ufeff" if text.startswith("\ufeff") else ""
    return lead + _ended(head, end) + gap + _entry(entry, indent, end) + tail


def _before_the_next(lines: list[str], last: int) -> int:
    """The 0-based line to insert at, above the blank lines and the comment that stand before line `last`."""
    at = last
    if last < len(lines):
        while at and lines[at - 1].startswith("#"):
            at -= 1
        if at and lines[at - 1].strip():
            at = last if at == last else at  # no blank line between: the comment may be of either
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _spaced(value: yaml.SequenceNode) -> bool:
    """Are the entries of a list set apart by blank lines? Told by the first two."""
    starts = [entry.start_mark.line for entry in value.value]
    ends = [_last_line(entry) for entry in value.value]
    return len(starts) > 1 and starts[1] > ends[0] + 1


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line)


def _block(key: str, entry: str, end: str) -> str:
    return f"{key}:{end}{_entry(entry, '  ', end)}"


def _entry(entry: str, indent: str, end: str) -> str:
    first, *rest = entry.rstrip("\n").split("\n")
    lines = [f"{indent}- {first}", *(f"{indent}  {line}" if line else "" for line in rest)]
    return "".join(line + end for line in lines)


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def pair(key: str, value: str) -> str:
    """`key: value` as lines of YAML that give the same text back."""
    if "\n" in value:
        keep = "" if value.endswith("\n") else "-"
        return f"{key}: |{keep}\n" + "\n".join(f"  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    return f"{key}: {scalar(value)}"


def scalar(value: str) -> str:
    """One line of text as YAML: bare where that is clear, else in quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)
