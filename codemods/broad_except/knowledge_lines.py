"""The fast way through a file of the knowledge base: one regular expression for each of its one-line records.

Understands the layout in which our own files are written and nothing else. A file that has anything more, or anything
wrong, is left to knowledge_file.py, which reads all YAML and says what is wrong where. The same records either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from codemods.broad_except.knowledge_file import NO_KEYWORDS, Base, Entry, Record

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_NAMES = rf"\[((?:{_NAME}(?:, {_NAME})*)?)\]"
_SOURCE = re.compile(r"  ([\w.-]+): (\S+)")
_ALIAS = re.compile(rf"  ({_NAME}): ({_NAME})")
_TYPE = re.compile(rf"  ({_NAME}): {_NAMES}")
_CALL = re.compile(
    rf"  ({_NAME}(?:\.\*)?): \{{raises: {_NAMES}(?:, keywords: \{{(\w+: {_NAMES}(?:, \w+: {_NAMES})*)\}})?"
    rf"(?:, returns: ({_NAME})(\?)?)?, source: ([\w.-]+)\}}"
)
_KEYWORD = re.compile(rf"(\w+): {_NAMES}")
_EXCEPTION = re.compile(
    rf"  ({_NAME}): \{{bases: {_NAMES}(?:, aliases: {_NAMES})?"
    rf"(?:, since: \{{([^}}]+)\}})?, source: ([\w.-]+)\}}"
)
_SINCE = re.compile(rf'({_NAME}): "(\d)\.(\d+)"(?:, |$)')


class _Strange(Exception):
    """A line that is not laid out like ours."""


def read_lines(file: str, text: str) -> tuple[Record, ...] | None:
    """The records of a file that is laid out like ours. None when it is not, or when something in it is wrong."""
    try:
        return tuple(_records(file, text))
    except _Strange:
        return None


def _records(file: str, text: str) -> Iterator[Record]:
    sources: dict[str, str] = {}
    seen: set[str] = set()
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:2] != "  ":
            if line and line[0] != "#":
                section = line.removesuffix(":")
                if section in seen or line == section or section not in (*_READERS, "sources"):
                    raise _Strange
                seen.add(section)
        elif section == "sources":
            source = _match(_SOURCE, line)
            if source[1] in sources:
                raise _Strange
            sources[source[1]] = source[2]
        else:
            reader = _READERS.get(section)
            if reader is None:
                raise _Strange
            yield from reader(line, sources, file, number)
    if not seen:
        raise _Strange


def _call(line: str, sources: dict[str, str], file: str, number: int) -> tuple[Record]:
    found = _match(_CALL, line)
    name, raises, keywords, returns, optional, source = found.group(1, 2, 3, 6, 7, 8)
    added = NO_KEYWORDS
    if keywords:
        added = {one[1]: _split(one[2]) for one in _KEYWORD.finditer(keywords)}
    entry = Entry(name, _split(raises), returns or "", _source(sources, source, name), added, optional is not None)
    return (Record("calls", name, entry, file, number),)


def _exception(line: str, sources: dict[str, str], file: str, number: int) -> Iterator[Record]:
    name, bases, aliases, since, source = _match(_EXCEPTION, line).groups()
    others = _split(aliases or "")
    versions = [(one[1], (int(one[2]), int(one[3]))) for one in _SINCE.finditer(since or "")]
    unread = len(versions) != (since or "").count('"') / 2 or any(other not in others for other, _ in versions)
    if unread or not (bases or name == "BaseException"):
        raise _Strange
    base = Base(_split(bases), _source(sources, source, name), tuple(versions))
    yield Record("exceptions", name, base, file, number)
    yield from (Record("aliases", other, name, file, number) for other in others)


def _type(line: str, sources: dict[str, str], file: str, number: int) -> tuple[Record]:
    found = _match(_TYPE, line)
    return (Record("types", found[1], _split(found[2]), file, number),)


def _alias(line: str, sources: dict[str, str], file: str, number: int) -> tuple[Record]:
    found = _match(_ALIAS, line)
    return (Record("aliases", found[1], found[2], file, number),)


_READERS: dict[str, Callable[[str, dict[str, str], str, int], Iterator[Record] | tuple[Record]]] = {
    "aliases": _alias,
    "types": _type,
    "exceptions": _exception,
    "calls": _call,
}


def _match(pattern: re.Pattern[str], line: str) -> re.Match[str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise _Strange
    return found


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(", ")) if names else ()


def _source(sources: dict[str, str], source: str, name: str) -> str:
    place = sources.get(source)
    if place is None:
        raise _Strange
    return place + name.removesuffix(".*") if place[-1] == "#" else place
