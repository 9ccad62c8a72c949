"""YAML as plain nodes with lines. An alias is the node it names, so that nothing multiplies; depth is bounded. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 60
_LARGEST = 2_000_000  # bytes


@dataclass(eq=False, slots=True)
class Node:
    """A scalar, list or mapping. Lines are 1-based."""

    line: int
    text: str | None = None  # of a scalar
    items: list[Node] | None = None
    pairs: list[tuple[Node, Node]] | None = None

    def get(self, *names: str) -> Node | None:
        """The value of the first of these keys, also through `<<`."""
        for name in names:
            for key, value in self.pairs or ():
                if key.text == name:
                    return value
        merged = next((value for key, value in self.pairs or () if key.text == "<<"), None)
        if merged is None or merged is self:
            return None
        every = merged.items if merged.items is not None else [merged]
        return next((value for one in every for key, value in one.pairs or () if key.text in names), None)

    def word(self, *names: str) -> str:
        """The text of the first of these keys; "" when it is no scalar."""
        found = self.get(*names)
        return found.text or "" if found is not None else ""


def documents(data: bytes) -> list[Node]:
    """Each document of a YAML file. Raises ValueError with one sentence for what cannot be read."""
    if len(data) > _LARGEST:
        raise ValueError("is larger than 2 MB")
    try:
        return list(_documents(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error
    except yaml.YAMLError as error:
        raise ValueError("is not valid YAML: " + " ".join(str(error).split())[:200]) from error


def _documents(text: str) -> Iterator[Node]:
    stack: list[Node] = []
    keys: list[Node | None] = []
    anchors: dict[str, Node] = {}
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.DocumentStartEvent):
            anchors = {}
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop()
            keys.pop()
            if not stack:
                yield done
        elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            node = _node(event, line, anchors)
            if stack:
                _put(stack[-1], keys, node)
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if len(stack) >= _DEEPEST:
                    raise ValueError(f"is nested more than {_DEEPEST} deep at line {line}")
                stack.append(node)
                keys.append(None)
            elif not stack:
                yield node


def _node(event: Any, line: int, anchors: dict[str, Node]) -> Node:
    if isinstance(event, yaml.AliasEvent):
        return anchors.get(str(event.anchor)) or Node(line, "")
    if isinstance(event, yaml.ScalarEvent):
        node = Node(line, str(event.value))
    elif isinstance(event, yaml.MappingStartEvent):
        node = Node(line, pairs=[])
    else:
        node = Node(line, items=[])
    if event.anchor:
        anchors[str(event.anchor)] = node
    return node


def _put(parent: Node, keys: list[Node | None], node: Node) -> None:
    if parent.items is not None:
        parent.items.append(node)
        return
    key = keys[-1]
    if key is None:
        keys[-1] = node
    elif parent.pairs is not None:
        parent.pairs.append((key, node))
        keys[-1] = None
