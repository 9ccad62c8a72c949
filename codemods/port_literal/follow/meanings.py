"""What an expression may be when the code runs, as far as one can tell without running it. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from codemods.port_literal.scan.terms import Call, Display, Term

Key = tuple[str, int]  # of a birth: path, start
ClassKey = tuple[str, str]  # path, name


class Bound:
    """The arguments of one call, while what it calls is evaluated. Equal only to itself."""

    __slots__ = ("call", "depth", "frame", "function", "skip")

    def __init__(self, path: str, function: str, call: Call, frame: Frame, skip: int) -> None:
        self.function = (path, function)
        self.call, self.frame, self.skip = call, frame, skip  # skip: leading arguments that are `self`
        self.depth: int = frame.bound.depth + 1 if frame.bound is not None else 0


class Frame(NamedTuple):
    """Where a term is evaluated: its file, the concrete class that `self` is, and the call that is followed."""

    path: str
    cls: ClassKey | None = None
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Num:
    value: int
    births: tuple[Key, ...] = ()
    added: int = 0


@dataclass(frozen=True, slots=True)
class Str:
    """A text. What is not known stands in braces: `tcp://{host}:5601`. `reason`: why its last unknown is unknown."""

    text: str
    births: tuple[Key, ...] = ()
    added: int = 0
    reason: str = ""
    origin: str = ""  # the variable that a host comes from: PC2_HOST


@dataclass(frozen=True, slots=True)
class Shown:
    """A list or dict as written."""

    display: Display
    frame: Frame

    def __hash__(self) -> int:
        return hash((id(self.display), self.frame))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shown) and self.display is other.display and self.frame == other.frame


@dataclass(frozen=True, slots=True)
class Instance:
    cls: ClassKey
    bound: Bound | None


@dataclass(frozen=True, slots=True)
class Socket:
    type: str  # PUB, REP, ...; "" for a plain socket


@dataclass(frozen=True, slots=True)
class Named:
    """Something outside the project: `zmq.PUB`."""

    name: str


@dataclass(frozen=True, slots=True)
class Flags:
    """What the argument parser of a file gives."""

    path: str


@dataclass(frozen=True, slots=True)
class Unk:
    text: str  # as a person would name it
    reason: str


Value = Num | Str | Shown | Instance | Socket | Named | Flags | Unk


class Ref(NamedTuple):
    """What a name of the project means."""

    kind: str  # "function", "class", "variable", "module"
    path: str
    name: str


Elements = list[tuple[Term, Frame]]
