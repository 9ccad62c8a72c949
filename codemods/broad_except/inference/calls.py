"""What one resolved call may raise by itself, and which calls are known to be harmless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.broad_except.inference.chains import last_name, receiver
from codemods.broad_except.inference.model import Meaning
from codemods.broad_except.inference.python import FUNCTIONS
from codemods.broad_except.inference.resolve import World

_LOGGING = frozenset({"debug", "info", "warn", "warning", "error", "exception", "critical", "log"})
# Methods of strings, lists, dictionaries, sets and locks: on a receiver of unknown type they say nothing about the environment.
_HARMLESS = frozenset(
    {"append", "extend", "insert", "clear", "copy", "sort", "reverse", "count", "setdefault", "update", "items", "keys", "values"}
    | {"get", "add", "discard", "union", "difference", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "join"}
    | {"replace", "lower", "upper", "title", "capitalize", "startswith", "endswith", "format", "partition", "rpartition"}
    | {"zfill", "ljust", "rjust", "center", "isdigit", "isalpha", "isalnum", "find", "rfind", "groups", "group", "groupdict"}
    | {"iteritems", "itervalues", "iterkeys", "has_key", "swapcase", "expandtabs", "popleft", "appendleft", "total_seconds"}
    | {"index", "remove", "pop", "encode", "decode", "isoformat", "most_common", "intersection", "symmetric_difference"}
)
# ... unless the receiver is called like something far away: `self.redis_client.get`, `session.get`, `db.update`.
_REMOTE = re.compile(r"(^|[._])(\w*client|\w*session|\w*redis|db|database|conn|connection|collection|proxy|stub|bucket)$", re.I)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call does: exceptions of a library call, or functions of the project that it runs. `known`: nothing else."""

    exceptions: tuple[str, ...] = ()
    source: str = ""
    runs: tuple[str, ...] = ()
    known: bool = False


def effect(world: World, meaning: Meaning | None, text: str, keywords: Sequence[str] = ()) -> Effect:
    """The effect of calling what the chain `text` means. `keywords`: the names of the arguments given by keyword."""
    if meaning is None:
        return Effect(known=is_harmless(text))
    if not meaning.own:
        return _library(world, meaning.name, text, keywords)
    if meaning.value:
        return _instance(world, meaning.name)
    if world.is_class(meaning.name):
        return _constructor(world, meaning.name)
    return Effect(runs=(meaning.name,), known=True) if world.function(meaning.name) else Effect()


def _library(world: World, name: str, text: str, keywords: Sequence[str]) -> Effect:
    entry = world.knowledge.entry(name)
    if entry is not None:
        added = tuple(one for word in keywords for one in entry.keywords.get(word, ()))
        return Effect(entry.raises + added, entry.source, known=True)
    return Effect(known=name in FUNCTIONS or is_harmless(text))


def is_harmless(text: str) -> bool:
    """Is this a method that says nothing about the environment, whatever its receiver is?"""
    name, owner = last_name(text), receiver(text)
    if name in _HARMLESS:
        return bool(owner) and not _REMOTE.search(owner)
    return name in _LOGGING and "log" in owner.lower()


def _constructor(world: World, name: str) -> Effect:
    for one in world.lineage(name):
        if ":" not in one:
            known = world.knowledge.is_known_exception(one) or one == "object"
            return Effect(known=known)
        function = f"{one}.__init__"
        if world.function(function):
            return Effect(runs=(function,), known=True)
    return Effect(known=all(world.is_class(one) for one in world.lineage(name)))


def _instance(world: World, name: str) -> Effect:
    for one in world.lineage(name):
        if world.function(f"{one}.__call__"):
            return Effect(runs=(f"{one}.__call__",), known=True)
    return Effect()
