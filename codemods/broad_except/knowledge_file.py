"""One file of the knowledge base: YAML nodes in, records with their places out. Pure; every fault is reported.

sources:      # short names for pages; one that ends in "#" gets the entry's own name as its anchor
  json: https://docs.python.org/3/library/json.html#
aliases:      # another name of a module, class or function: what it is called here
  posixpath: os.path
types:        # classes that share the entries of their bases
  ssl.SSLSocket: [socket.socket]
exceptions:   # since: the Python from which on a name is an alias; before, it is a class of its own
  TimeoutError: {bases: [OSError], aliases: [socket.timeout], since: {socket.timeout: "3.10"}, source: exceptions}
calls:        # returns: a type, with "?" when it may be None; keywords: what an argument adds
  json.load: {raises: [json.JSONDecodeError], source: json}
  re.match: {raises: [], returns: re.Match?, source: re}
  subprocess.run: {raises: [OSError], keywords: {check: [subprocess.CalledProcessError]}, source: subprocess}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_CALL = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\.\*)?")
_VERSION = re.compile(r"(\d)\.(\d+)")
NO_KEYWORDS: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A callable, or with a name that ends in `.*` the default of a class or module. Qualified names; builtins are bare."""

    name: str
    raises: tuple[str, ...]
    returns: str  # a qualified type, or ""
    source: str  # a documentation page, or a symbol
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what giving an argument by keyword adds
    optional: bool = False  # it may return None instead


@dataclass(frozen=True, slots=True)
class Base:
    """An exception class: its direct bases, and the names that are aliases of it only from a Python version on."""

    bases: tuple[str, ...]
    source: str
    since: tuple[tuple[str, tuple[int, int]], ...] = ()


class Record(NamedTuple):  # there are thousands, and a tuple is made faster
    """One thing that a file says. The line is 1-based."""

    section: str  # "calls", "exceptions", "types" or "aliases"
    name: str
    value: Entry | Base | tuple[str, ...] | str
    file: str
    line: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend in the data. The line is 1-based."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def read(file: str, node: Any, problems: list[Problem]) -> Iterator[Record]:
    """The records of one file, given its YAML node, or None for an empty file. Faults are appended to `problems`."""
    reader = _Reader(file, problems)
    sections = reader.mapping(node, "the file") if node is not None else {}
    if not sections:
        reader.complain(node, "says nothing; it needs a section such as 'calls:'")
    readers: dict[str, Callable[[str, Any], Record | None]] = {
        "aliases": reader.alias,
        "types": reader.type,
        "exceptions": reader.exception,
        "calls": reader.call,
    }
    sources = reader.mapping(sections["sources"], "'sources'") if "sources" in sections else {}
    reader.sources = {name: reader.text(value, f"source {name!r}") for name, value in sources.items()}
    for title, section in sections.items():
        if title in readers:
            for name, value in reader.mapping(section, f"{title!r}").items():
                yield from reader.record(name, value, title, readers[title])
        elif title != "sources":
            reader.complain(section, f"unknown section {title!r}; known: sources, {', '.join(readers)}")


class _Reader:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        self.sources: dict[str, str] = {}
        self.aliases: list[Record] = []

    def record(self, name: str, value: Any, section: str, read_one: Callable[[str, Any], Record | None]) -> Iterator[Record]:
        """What one line says: its record, and the aliases it names."""
        pattern = _CALL if section == "calls" else _NAME
        if not pattern.fullmatch(name):
            self.complain(value, f"{name!r} is not a dotted name")
            return
        self.aliases.clear()
        record = read_one(name, value)
        if record is not None:
            yield record
        yield from self.aliases

    def alias(self, name: str, value: Any) -> Record:
        return Record("aliases", name, self.text(value, f"{name!r}", _NAME), self.file, _line(value))

    def type(self, name: str, value: Any) -> Record:
        return Record("types", name, self.names(value, f"{name!r}"), self.file, _line(value))

    def exception(self, name: str, value: Any) -> Record | None:
        given = self.fields(name, value, ("bases", "aliases", "since", "source"), ("bases", "source"))
        if given is None:
            return None
        bases = self.names(given["bases"], f"{name!r}: 'bases'")
        if not bases and name != "BaseException":
            self.complain(given["bases"], f"{name!r} needs a base")
        others = self.names(given["aliases"], f"{name!r}: 'aliases'") if "aliases" in given else ()
        self.aliases += [Record("aliases", other, name, self.file, _line(value)) for other in others]
        since = []
        for other, version in (self.mapping(given["since"], f"{name!r}: 'since'") if "since" in given else {}).items():
            found = _VERSION.fullmatch(self.text(version, f"{name!r}: 'since'"))
            if found is None or other not in others:
                self.complain(version, f"{name!r}: 'since' takes an alias and a Python version, such as \"3.11\"")
            else:
                since.append((other, (int(found[1]), int(found[2]))))
        base = Base(bases, self.source(name, given["source"]), tuple(since))
        return Record("exceptions", name, base, self.file, _line(value))

    def call(self, name: str, value: Any) -> Record | None:
        given = self.fields(name, value, ("raises", "returns", "keywords", "source"), ("raises", "source"))
        if given is None:
            return None
        returns = self.text(given["returns"], f"{name!r}: 'returns'") if "returns" in given else ""
        optional, returns = returns.endswith("?"), returns.removesuffix("?")
        if "returns" in given and not _NAME.fullmatch(returns):
            self.complain(given["returns"], f"{name!r}: 'returns' is a dotted name, perhaps with '?', not {returns!r}")
        keywords = NO_KEYWORDS
        if "keywords" in given:
            pairs = self.mapping(given["keywords"], f"{name!r}: 'keywords'").items()
            keywords = {keyword: self.names(names, f"{name!r}: keyword {keyword!r}") for keyword, names in pairs}
        raises = self.names(given["raises"], f"{name!r}: 'raises'")
        entry = Entry(name, raises, returns, self.source(name, given["source"]), keywords, optional)
        return Record("calls", name, entry, self.file, _line(value))

    # -- pieces ------------------------------------------------------------------------

    def fields(self, name: str, node: Any, known: Sequence[str], needed: Sequence[str]) -> dict[str, Any] | None:
        before = len(self.problems)
        given = self.mapping(node, f"{name!r}")
        if len(self.problems) > before:
            return None
        for key in given:
            if key not in known:
                self.complain(node, f"{name!r}: unknown key {key!r}; known: {', '.join(known)}")
        for key in needed:
            if key not in given:
                self.complain(node, f"{name!r} has no {key!r}")
        return given if len(self.problems) == before else None

    def source(self, name: str, node: Any) -> str:
        """A page or symbol: a short name of this file's `sources:`, or a whole address."""
        text = self.text(node, f"{name!r}: 'source'")
        found = self.sources.get(text)
        if found is not None:
            return found + name.removesuffix(".*") if found.endswith("#") else found
        if not text.startswith("https://"):
            self.complain(node, f"{name!r}: source {text!r} is neither an address nor one of this file's 'sources:'")
        return text

    def mapping(self, node: Any, what: str) -> dict[str, Any]:
        if node.id != "mapping":
            self.complain(node, f"{what} must be a mapping, not a {node.id}")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = self.text(key, "a key")
            if name in found:
                self.complain(key, f"{name!r} is here twice; the first is on line {_line(found[name])}")
            found.setdefault(name, value)
        return found

    def names(self, node: Any, what: str) -> tuple[str, ...]:
        if node.id != "sequence":
            self.complain(node, f"{what} must be a list of dotted names, such as [OSError]")
            return ()
        return tuple(self.text(item, what, _NAME) for item in node.value)

    def text(self, node: Any, what: str, pattern: re.Pattern[str] | None = None) -> str:
        if node.id != "scalar" or not node.value:
            self.complain(node, f"{what} must be text, not {'nothing' if node.id == 'scalar' else f'a {node.id}'}")
            return ""
        value: str = node.value
        if pattern is not None and not pattern.fullmatch(value):
            self.complain(node, f"{what}: {value!r} is not a dotted name")
        return value

    def complain(self, node: Any, message: str) -> None:
        self.problems.append(Problem(self.file, _line(node) if node is not None else 1, message))


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
