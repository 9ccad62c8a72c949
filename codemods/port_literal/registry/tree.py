"""YAML as nodes with lines, for the registry: one document, plain data, and whatever else it holds is said.

Built from the parser's events: depth is bounded and no alias is ever followed, so that "billion laughs" cost nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from engine import near_miss, visible

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_DEPTH = 40  # a registry needs four; PyYAML's own time grows with the square of the depth
_TABBED = re.compile(r"^[ -]*\t[ \t-]*[^\s#]", re.MULTILINE)
_SPOKEN = {"int": "a number", "float": "a number", "bool": "true or false", "null": "nothing", "timestamp": "a date"}


@dataclass(frozen=True, slots=True, order=True)
class RegistryError:
    """One thing to mend, on a 1-based line of the registry. The sentence holds no control characters."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


Faults = list[RegistryError]
near = partial(near_miss, show=str, most=12)


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of YAML. `line` is 1-based; `text[start:end]` of the decoded text, without its byte-order mark, is the piece."""

    kind: str  # "mapping", "list", or what YAML 1.1 takes a scalar for: "str", "int", "float", "bool", "null", "timestamp"
    line: int
    start: int
    end: int
    text: str = ""  # of a scalar
    plain: bool = True  # not quoted, no `|` or `>`; of a collection: not in brackets
    children: list["Node"] = field(default_factory=list)  # of a mapping: key, value, key, value

    @property
    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        return zip(self.children[::2], self.children[1::2], strict=True)

    @property
    def is_scalar(self) -> bool:
        return self.kind not in ("mapping", "list")

    @property
    def spoken(self) -> str:
        return _SPOKEN.get(self.kind, "a text" if self.kind == "str" else f"a {self.kind}")


def fault(line: int, message: str) -> RegistryError:
    """An error whose sentence may quote the file, which may hold terminal escapes."""
    return RegistryError(line, visible(message))


def reads_as_text(value: str) -> bool:
    """Whether YAML takes an unquoted word for a text, not for a number or `yes`."""
    return str(_RESOLVER.resolve(yaml.ScalarNode, value, (True, False))).endswith(":str")


def read_tree(data: bytes) -> tuple[Node | None, Faults]:
    """The document's root, or None where there is none or it cannot be read, and what is wrong with its YAML.

    An alias stands for an empty scalar, and is an error.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [fault(line, f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8")]
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        return None, [*builder.errors, *_unreadable(text, error)]
    return builder.root, builder.errors


def _unreadable(text: str, error: yaml.YAMLError) -> Faults:
    if isinstance(error, yaml.reader.ReaderError):
        position = int(error.position)
        shown = text[position : position + 1]
        return [fault(text.count("\n", 0, position) + 1, f"not valid YAML: the character {shown!r} may not be there")]
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    tabs = [text.count("\n", 0, found.start()) + 1 for found in _TABBED.finditer(text)]
    if line in tabs:
        return [fault(tab, "a tab in the indentation; YAML wants spaces") for tab in tabs]
    context = getattr(error, "context", None)
    problem = getattr(error, "problem", None) or str(error)
    return [fault(line, f"not valid YAML: {f'{context}, ' if context else ''}{problem}")]


class _Builder:
    """Events in, nodes out. The stack holds the collections that are still open."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.errors: Faults = []
        self._stack: list[tuple[Any, list[Node]]] = []
        self._documents = 0

    def take(self, event: Any) -> None:  # yaml.Event, of which the stubs know too little
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self._refuse(event, "a second document begins here; keep one, without `---` between")
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"the alias *{event.anchor} is refused; write the value out")
            self._place(event, event, "null")
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._check(event)
            if isinstance(event, yaml.CollectionStartEvent):
                if len(self._stack) == _DEPTH:
                    mark: Any = event.start_mark
                    raise yaml.MarkedYAMLError(problem=f"nested more than {_DEPTH} deep", problem_mark=mark)
                self._stack.append((event, []))
            else:
                tag = str(_RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit))
                self._place(event, event, tag.rpartition(":")[2], text=event.value, plain=not event.style)
        elif isinstance(event, yaml.CollectionEndEvent):
            start, children = self._stack.pop()
            kind = "mapping" if isinstance(start, yaml.MappingStartEvent) else "list"
            self._place(start, event, kind, plain=not start.flow_style, children=children)

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"the anchor &{event.anchor} is refused; write values out")
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is refused; write plain YAML")

    def _refuse(self, event: Any, message: str) -> None:
        self.errors.append(fault(event.start_mark.line + 1, message))

    def _place(self, start: Any, end: Any, kind: str, **more: Any) -> None:
        node = Node(kind, start.start_mark.line + 1, start.start_mark.index, end.end_mark.index, **more)
        if self._stack:
            self._stack[-1][1].append(node)
        elif self._documents == 1:
            self.root = node
