"""What is known about the code of others: which exceptions a call may raise, and how exception classes descend.

The knowledge is data: the YAML files in `data/`, one for each family of libraries; knowledge_file.py has their
format. It names the exceptions that speak of the environment or the input (files, networks, text to parse), not
of bugs. A call with `raises: []` is known to raise none of them, which is not the same as a call that is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from codemods.broad_except.knowledge_file import Base, Entry, Problem, Record, read
from codemods.broad_except.knowledge_lines import read_lines
from engine import RewrightError

__all__ = ["Base", "Entry", "Knowledge", "build", "load"]

PACKAGE = "codemods.broad_except"
_ROOTS = ("Exception", "BaseException")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All entries by qualified name. Names are canonical: builtins bare, each class under one name."""

    entries: Mapping[str, Entry]
    exceptions: Mapping[str, Base]
    types: Mapping[str, tuple[str, ...]]  # class to its bases, where it shares their entries
    aliases: Mapping[str, str]  # a dotted name, or the beginning of one, to what it is called here

    def canonical(self, name: str) -> str:
        """The one name of a class or function: `zmq.ZMQError` for `zmq.error.ZMQError`, `OSError` for `IOError`."""
        name = name.removeprefix("builtins.")
        for _ in range(8):  # an alias may lead to another; a ring is refused at load
            head, tail = name, ""
            while head and head not in self.aliases:
                head, _, last = head.rpartition(".")
                tail = f".{last}{tail}"
            if not head:
                return name
            name = self.aliases[head] + tail
        return name

    def entry(self, qualified: str) -> Entry | None:
        """What is known of a callable, such as `os.remove`, or a method by its class, such as `zmq.Socket.recv_json`.

        Looks at the name itself, then at the bases of its class, then for the nearest default (`requests.Session.*`,
        `requests.*`). Making an exception raises nothing. None when nothing is known.
        """
        name = self.canonical(qualified)
        if name in self.entries:
            return self.entries[name]
        if name in self.exceptions:
            return Entry(name, (), name, self.exceptions[name].source)
        owner, _, member = name.rpartition(".")
        family = tuple(self.ancestors(owner)) if owner else ()
        for wanted in (member, "*"):
            for base in family:
                found = self.entries.get(f"{base}.{wanted}")
                if found is not None:
                    return found
        while "." in owner:
            owner = owner.rpartition(".")[0]
            if f"{owner}.*" in self.entries:
                return self.entries[f"{owner}.*"]
        return None

    def ancestors(self, type_name: str) -> Iterator[str]:
        """A class and its recorded bases, nearest first; what has none is just itself. Not for exceptions."""
        name = self.canonical(type_name)
        yield name
        for base in self.types.get(name, ()):
            yield from self.ancestors(base)

    def module(self, name: str) -> str:
        """The module to import a class from: `imaplib` for `imaplib.IMAP4.error`, which is in a class. Empty for builtins."""
        head = self.canonical(name).rpartition(".")[0]
        while head in self.entries:
            head = head.rpartition(".")[0]
        return head

    def is_known_exception(self, name: str) -> bool:
        """Is this a recorded exception class, under any of its names?"""
        return self.canonical(name) in self.exceptions

    def is_a(self, child: str, parent: str) -> bool:
        """Would `except parent` catch `child`? A class that is not recorded is taken for a child of Exception alone."""
        child, parent = self.canonical(child), self.canonical(parent)
        if parent in (child, "BaseException"):
            return True
        record = self.exceptions.get(child)
        bases = record.bases if record is not None else _ROOTS[:1]
        return child not in _ROOTS and any(self.is_a(base, parent) for base in bases)

    def absorb(self, names: Iterable[str], python: tuple[int, int] | None = None) -> tuple[str, ...]:
        """The canonical names that no other one catches too, sorted. `python`: the oldest to run on; see `spelling`."""
        found = {self.spelling(name, python) for name in names}
        return tuple(sorted(name for name in found if not any(name != other and self._catches(other, name) for other in found)))

    def _catches(self, parent: str, child: str) -> bool:
        apart = self.canonical(child) != child or self.canonical(parent) != parent  # on old Pythons a class of its own
        return parent in _ROOTS if apart else self.is_a(child, parent)

    def spelling(self, name: str, python: tuple[int, int] | None = None) -> str:
        """The name that an except clause needs where Python may be as old as `python`; None: where aliases are aliases.

        Until 3.11 `asyncio.TimeoutError` was no `TimeoutError`: there it keeps its name, as it does in entries.
        """
        canonical = self.canonical(name)
        since = dict(self.exceptions[canonical].since) if canonical in self.exceptions else {}
        return name if python is not None and python < since.get(name, (0, 0)) else canonical


@cache
def load() -> Knowledge:
    """The knowledge that comes with Rewright. Raises RewrightError, with file:line for each fault, when the data is malformed."""
    folder = PACKAGE.replace(".", "/")
    from engine import data_names, read_data

    return build({f"{folder}/{name}": read_data(PACKAGE, name) for name in data_names(PACKAGE, "data")})


def build(texts: Mapping[str, str]) -> Knowledge:
    """The knowledge in YAML texts, each by its file's name. Raises RewrightError listing every fault as file:line."""
    from engine import parse_data

    problems: list[Problem] = []
    records: list[Record] = []
    for name, text in texts.items():
        quickly = read_lines(name, text)
        records += read(name, parse_data(name, text), problems) if quickly is None else quickly
    entries: dict[str, Record] = {}
    exceptions: dict[str, Record] = {}
    types: dict[str, Record] = {}
    aliases: dict[str, Record] = {}
    sections = {"calls": entries, "exceptions": exceptions, "types": types, "aliases": aliases}
    for record in records:
        first = sections[record.section].setdefault(record.name, record)
        if first is not record:
            problems.append(Problem(record.file, record.line, f"{record.name!r} is here twice; the first is at {first.place}"))
    targets = {name: str(record.value) for name, record in aliases.items()}
    knowledge = Knowledge(
        {name: record.value for name, record in entries.items() if isinstance(record.value, Entry)},
        {name: record.value for name, record in exceptions.items() if isinstance(record.value, Base)},
        {name: record.value for name, record in types.items() if isinstance(record.value, tuple)},
        targets,
    )
    problems += _rings(aliases, {name: (target,) for name, target in targets.items()})
    problems += _rings(exceptions, {name: base.bases for name, base in knowledge.exceptions.items()})
    problems += _rings(types, knowledge.types)
    if not any("a ring" in problem.message for problem in problems):
        problems += [problem for record in records for problem in _names(record, knowledge)]
    if problems:
        listed = "\n".join(map(str, sorted(set(problems))))
        raise RewrightError(f"the knowledge base of broad-except is malformed; mend what is listed:\n{listed}")
    return knowledge


def _rings(records: Mapping[str, Record], parents: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for name, record in records.items():
        seen, reached = {name}, set(parents[name])
        while reached - seen:
            seen |= reached
            reached = {parent for one in reached for parent in parents.get(one, ())}
        if name in {parent for one in seen for parent in parents.get(one, ())}:
            yield Problem(record.file, record.line, f"{name!r} leads back to itself, a ring")


def _names(record: Record, knowledge: Knowledge) -> Iterator[Problem]:
    """What a record says about classes that nothing else knows, and names that are not canonical."""
    known, value = knowledge.exceptions, record.value
    wanted: tuple[str, ...] = ()
    if isinstance(value, Entry):
        wanted = value.raises + tuple(name for names in value.keywords.values() for name in names)
    elif isinstance(value, Base):
        wanted = value.bases
    for name in wanted:
        if name not in known and knowledge.canonical(name) not in known:
            yield Problem(record.file, record.line, f"{record.name!r}: unknown exception {name!r}; record it under 'exceptions:'")
    if record.section != "aliases" and knowledge.canonical(record.name) != record.name:
        yield Problem(record.file, record.line, f"{record.name!r} is an alias; write {knowledge.canonical(record.name)!r}")
