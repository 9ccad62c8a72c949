"""YAML text to plain data, with the place of every key and value.

Built from the parser's events, one after the other, so that nothing is expanded and nothing
is constructed: aliases and tags are refused, duplicate keys are found, and nesting is
bounded. Goes on after a fault where it can, to report all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.config.errors import ConfigError, Problem
from engine.model import JSON

Path = tuple[str | int, ...]  # keys and 0-based indices from the top

MAX_BYTES = 200_000
MAX_DEPTH = 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_QUOTE = {"*": "an alias", "!": "a tag", "&": "an anchor", "@": "reserved", "`": "reserved", "%": "a directive", "{": "a mapping"}
_PLAIN = {"tag:yaml.org,2002:" + name: name for name in ("null", "bool", "int", "float", "str")}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. 1-based."""

    line: int
    column: int
    key_line: int  # of the key that holds it; the value's own without one
    key_column: int
    text: str  # the first 80 characters of a scalar as written, without its quotes


@dataclass(slots=True)
class Document:
    """The data of a rules.yaml and where each piece stands."""

    data: JSON = None
    places: dict[Path, Place] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)  # refused values; what follows from them is not worth reporting
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """The place of a value, or of the nearest thing around it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, Place(1, 1, 1, 1, ""))

    def is_broken(self, path: Path) -> bool:
        """Whether the value at `path`, or something around it, was refused."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))


def read(name: str, data: bytes) -> Document:
    """The document in `data`. `name` is the file's name for messages.

    Raises ConfigError for text that is no YAML at all; other faults are in `problems`.
    """
    reader = _Reader(name, _decode(name, data))
    reader.run()
    return reader.document


def _decode(name: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ConfigError([Problem(name, 1, 1, f"{len(data):,} bytes; a rules.yaml has at most {MAX_BYTES:,}")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError(
            [Problem(name, line, column, f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8")]
        ) from error


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines, self.text = name, text.split("\n"), text
        self.document = Document()
        self.resolver = yaml.resolver.Resolver()
        self.constructor = yaml.constructor.SafeConstructor()

    def run(self) -> None:
        try:
            events = yaml.parse(self.text, Loader=_LOADER)
            next(events)  # the stream's start
            event = next(events)
            if isinstance(event, yaml.StreamEndEvent):
                self.complain(event, "the file is empty; begin with 'version: 1' and a list of rules")
                return
            event = next(events)
            self.document.data = self.value(event, events, (), None)
            next(events)  # the document's end
            event = next(events)
            if not isinstance(event, yaml.StreamEndEvent):
                self.complain(event, "a second document begins here; keep one document a file")
        except yaml.YAMLError as error:
            raise ConfigError([*self.document.problems, self.syntax(error)]) from error

    def value(self, event: Any, events: Iterator[Any], path: Path, key: Any) -> JSON:
        """The value that begins at `event`, its places noted. Bounded by MAX_DEPTH."""
        mark, at = event.start_mark, (key or event).start_mark
        text = event.value[:80] if isinstance(event, yaml.ScalarEvent) else ""
        self.document.places[path] = Place(mark.line + 1, mark.column + 1, at.line + 1, at.column + 1, text)
        if isinstance(event, yaml.AliasEvent):
            self.refuse(path, event, f"aliases are not read; write the value out, or quote it: '*{event.anchor}'")
            return None
        if event.tag is not None:
            self.refuse(path, event, f"tags are not read; quote a text that begins with '!' (this one reads as {event.tag!r})")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if len(path) >= MAX_DEPTH:
            raise ConfigError([*self.document.problems, self.problem(event, f"nested more than {MAX_DEPTH} deep")])
        return self.sequence(events, path) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(events, path)

    def sequence(self, events: Iterator[Any], path: Path) -> list[JSON]:
        items: list[JSON] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.value(event, events, (*path, len(items)), None))
        return items

    def mapping(self, events: Iterator[Any], path: Path) -> dict[str, JSON]:
        found: dict[str, JSON] = {}
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            name = self.key(key, events, path)
            inner = (*path, name)
            if name in found:
                first = self.document.places[inner]
                self.complain(key, f"the key {name!r} is here twice; the first is on line {first.key_line}")
                self.value(next(events), events, (*path, f"{name} (again)"), key)
            else:
                found[name] = self.value(next(events), events, inner, key)
        return found

    def key(self, event: Any, events: Iterator[Any], path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self.complain(event, "a key must be plain text")
            self.value(event, events, (*path, "?"), None)
            return "?"
        value = self.scalar(event, (*path, event.value))
        if event.tag is not None or not isinstance(value, str) or event.value == "<<":
            self.complain(event, f"the key {event.value!r} is not text; quote it if it is meant so")
        return str(event.value)

    def scalar(self, event: Any, path: Path) -> JSON:
        tag = self.resolver.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        kind = _PLAIN.get(tag, "")
        if kind in ("str", "") or event.tag is not None:
            if kind == "" and "timestamp" in tag:
                self.refuse(path, event, f"YAML reads {event.value} as a date; quote it: '{event.value}'")
            return str(event.value)
        try:
            value: JSON = self.constructor.construct_object(yaml.ScalarNode(tag, event.value))
        except ValueError:
            self.refuse(path, event, f"YAML reads {event.value[:40]} as a number, and cannot; quote it if it is text")
            return None
        return value

    def refuse(self, path: Path, event: Any, message: str) -> None:
        self.document.broken.add(path)
        self.complain(event, message)

    def complain(self, event: Any, message: str) -> None:
        self.document.problems.append(self.problem(event, message))

    def problem(self, event: Any, message: str) -> Problem:
        return Problem(self.name, event.start_mark.line + 1, event.start_mark.column + 1, message)

    def syntax(self, error: yaml.YAMLError) -> Problem:
        """A parser's complaint as a sentence with a place and, where the cause is a usual one, the remedy."""
        position = getattr(error, "position", None)
        if position is not None:  # a reader's error: a character that YAML does not allow
            before = self.text[:position]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            return Problem(self.name, line, column, "holds a control character; YAML allows none")
        problem, context = getattr(error, "problem", None) or "not YAML", getattr(error, "context", None) or ""
        mark = getattr(error, "problem_mark", None)
        if context.startswith("while scanning a"):
            mark = error.context_mark  # type: ignore[attr-defined]
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        character = self.lines[line - 1][column - 1 : column] if line <= len(self.lines) else ""
        hint = ""
        if character == "\t":
            hint = "; indent with spaces, YAML forbids tabs"
        elif character in _QUOTE:
            hint = f"; a value that begins with {character} is {_QUOTE[character]} to YAML: quote it"
        elif "mapping values are not allowed" in problem:
            hint = "; quote a text that holds ': ', or write it below a `|`"
        elif "block sequence entries are not allowed" in problem or "sequence entries are not allowed" in problem:
            hint = "; quote a text that begins with '- '"
        return Problem(self.name, line, column, f"not YAML: {problem}{hint}")
