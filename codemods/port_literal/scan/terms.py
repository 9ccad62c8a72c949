"""What an expression may give, as small picklable terms, and one file's ports in them. Data only.

A term is built without knowing other files; `flow` evaluates it. Compare and hash terms by identity:
as tuples, two kinds with equal parts are equal.
"""

from collections.abc import Mapping
from typing import NamedTuple

from codemods.port_literal.nouns import Direction, Role, Shape


class Number(NamedTuple):
    value: int
    birth: int  # the literal's offset; -1 when it is none of this file's literals


class Text(NamedTuple):
    value: str
    birth: int


class Choice(NamedTuple):
    """Any of these: several assignments, `or`, `if`."""

    options: tuple["Term", ...]


class Param(NamedTuple):
    function: str  # qualified name inside the file
    name: str


class Global(NamedTuple):
    """A name of the module: a variable, an import, a definition, a builtin."""

    name: str


class This(NamedTuple):
    """`self` or `cls` of a class of this file."""

    owner: str


class Attr(NamedTuple):
    base: "Term"
    name: str


class Item(NamedTuple):
    base: "Term"
    key: str | int | None  # None: any, or what `given` says
    given: "Term | None" = None


class Get(NamedTuple):
    """`base.get(key, default)`, also pop, setdefault and getattr."""

    base: "Term"
    key: str  # "": what `given` says
    default: "Term | None"
    given: "Term | None" = None


class Env(NamedTuple):
    name: str
    default: "Term | None"


class Add(NamedTuple):
    left: "Term"
    right: "Term"
    sign: int  # 1, -1


class Join(NamedTuple):
    """An f-string, `%`, `.format`: texts and values side by side."""

    parts: tuple["Term", ...]


class Each(NamedTuple):
    """Any element of what is iterated over."""

    base: "Term"


class Display(NamedTuple):
    """A list, tuple, set or dict as written. Sequences have the keys 0, 1, ...; an unknown key is None."""

    kind: str  # "dict" or "list"
    keys: tuple[str | int | None, ...]
    items: tuple["Term", ...]


class Call(NamedTuple):
    function: "Term"
    args: tuple["Term", ...]
    keywords: tuple[tuple[str, "Term"], ...]  # "" is `**`
    starred: bool  # holds `*args` or `**kwargs`: what is missing may come through them


class Unknown(NamedTuple):
    text: str  # as a person would name it: "self.port"
    reason: str


Term = (
    Number | Text | Choice | Param | Global | This | Attr | Item | Get | Env | Add | Join | Each | Display | Call | Unknown
)  # fmt: skip


class Literal(NamedTuple):
    """A number, or a string that holds one, that may turn out to be a port: a Birth but for its path and evidence."""

    start: int
    end: int
    line: int
    column: int
    port: int
    shape: Shape
    name: str
    owner: str
    env: str
    at_import: bool
    named: bool  # its name and value say that it is a port
    barred: bool  # its name says that it is something else: a time-out, a size


class FunctionPorts(NamedTuple):
    """A function or method. Qualified names: `Class.method`, `outer.inner`."""

    name: str
    owner: str  # the class, or ""
    parameters: tuple[str, ...]  # those that may be given by position, without self
    named_only: tuple[str, ...]
    rest: str  # the name behind `**`, or ""
    defaults: Mapping[str, Term]
    returns: tuple[Term, ...]
    extends: bool  # calls the method of its base


class ClassPorts(NamedTuple):
    name: str
    line: int
    column: int
    bases: tuple[str, ...]  # dotted, as written
    attributes: Mapping[str, tuple[tuple[str, Term], ...]]  # name to (function that sets it, or "" in the class body; value)


class CallSite(NamedTuple):
    """A call that may hand a port on. `function` and `owner` say in which function and class it stands."""

    call: Call
    function: str
    owner: str


class UseSite(NamedTuple):
    line: int
    column: int
    direction: Direction
    via: str
    role: Role | None  # None: by the socket's type and by names
    words: tuple[str, ...]  # names around it that may tell the role
    socket: Term | None  # a zmq socket type is found behind it
    address: Term | None  # a whole address, or a (host, port) tuple
    host: Term | None
    port: Term | None
    function: str
    owner: str
    sure: bool  # a bind or connect whatever its address turns out to be
    note: str = ""  # why it can never be resolved


class FilePorts(NamedTuple):
    """What one file says about ports."""

    imports: Mapping[str, str]  # local name to dotted name
    variables: Mapping[str, tuple[Term, ...]]
    functions: Mapping[str, FunctionPorts]
    classes: Mapping[str, ClassPorts]
    flags: Mapping[str, tuple[Term, ...]]  # argparse: attribute to its default
    calls: tuple[CallSite, ...]
    uses: tuple[UseSite, ...]
    literals: tuple[Literal, ...]  # by offset
    stars: tuple[str, ...] = ()  # modules of `from x import *`
    text: int = 0  # CRC-32 of the bytes that were scanned
