"""What is known about ports, as frozen values. One-way: file facts -> topology -> registry, findings, pictures.

Lines and columns are 1-based, columns in characters; offsets are 0-based characters of the file's text.
Port numbers are 1..65535.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["bind", "connect"]
Role = Literal["main", "health", "http", "pub", "sub", "push", "pull", "metrics"]
Shape = Literal[
    "module-constant",  # AGENT_PORT = 5601
    "class-attribute",  # in a class body
    "self-attribute",  # self.port = 5601
    "local",  # port = 5601 in a function
    "default-argument",  # def __init__(self, port=5601)
    "env-default",  # int(os.environ.get("X_PORT", 5601)), os.getenv
    "get-default",  # config.get("port", 5601)
    "dict-value",  # {"port": 5601}
    "argparse-default",  # add_argument("--port", type=int, default=5601), click.option
    "keyword",  # f(port=5601)
    "super-init",  # super().__init__(port=5601)
    "helper-call",  # connection_string(5601): a project function that makes an address of it
    "endpoint",  # "tcp://*:5601", also as an f-string
    "url-default",  # os.environ.get("OLLAMA_URL", "http://localhost:11434"), or a URL default elsewhere
    "socket-tuple",  # ("127.0.0.1", 5601)
]


@dataclass(frozen=True, slots=True)
class Birth:
    """A number in the code that is a port, where it is born."""

    path: str
    line: int
    column: int
    start: int  # text[start:end] is the literal (the digits' constant, or the whole string that holds them)
    end: int
    port: int
    shape: Shape
    name: str = ""  # constant, parameter, attribute, key, flag or callee that it is given to
    owner: str = ""  # the enclosing class, else the module's stem
    env: str = ""  # the environment variable that comes first at this site
    at_import: bool = False  # evaluated once, when the module is imported
    evidence: Literal["use", "name"] = "use"  # a bind, connect or server gets it; or only its name and value say so

    @property
    def key(self) -> tuple[str, int]:
        return self.path, self.start


@dataclass(frozen=True, slots=True)
class Use:
    """A bind, a connect or a server's start."""

    path: str
    line: int
    column: int
    direction: Direction
    via: str  # "zmq", "socket", "asyncio", "uvicorn", "flask", "aiohttp", "websockets", "grpc", "http", ...
    owner: str  # the enclosing class, else the module's stem
    machine: str  # by the path's folder; "" when rules.yaml does not say
    role: Role
    socket: str = ""  # zmq socket type: PUB, REP, ...
    host: str = ""  # literal host of a connect, or the name of what gives it; "*" of a bind
    peer_machine: str = ""  # of a connect: the machine that its host stands for; "" unknown
    ports: tuple[int, ...] = ()  # every number that may arrive here, offsets added, sorted; empty: unresolved
    births: tuple[tuple[str, int], ...] = ()  # the keys of the births that they come from
    derived: int = 0  # what is added to the birth on the way: health = port + 1000
    reason: str = ""  # why unresolved, for a person: "the port is a parameter that no caller gives"
    subclass_of: str = ""  # the class whose code binds, when `owner` inherits it
    hosts: tuple[tuple[str, str], ...] = ()  # of a connect, every host that may stand there: (name of what gives it, literal)


@dataclass(frozen=True, slots=True)
class Service:
    """One port that a configuration file gives to a service."""

    path: str  # of the configuration file
    line: int
    name: str  # as the file spells it: ModelManager
    port: int
    role: Role
    machine: str = ""
    script: str = ""  # the Python file it starts, root-relative, when the file says
    host: str = ""
    offset: str = ""  # the variable added to it: PORT_OFFSET
    kind: Literal["startup", "compose", "dockerfile", "other"] = "startup"


@dataclass(frozen=True, slots=True)
class Heir:
    """A class with bases and the main port that its code gives it: what `derivations` in rules.yaml start from."""

    path: str
    line: int
    column: int
    owner: str
    bases: tuple[str, ...]  # every class above it, nearest first, also those whose code cannot be read; bare names
    ports: tuple[int, ...]
    births: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """Who is born, binds and connects where, in the whole target. Everything sorted by path, line, column."""

    births: tuple[Birth, ...] = ()
    uses: tuple[Use, ...] = ()
    services: tuple[Service, ...] = ()
    notes: tuple[str, ...] = ()  # configuration files that could not be read, one sentence each
    heirs: tuple[Heir, ...] = ()
    texts: Mapping[str, int] = field(default_factory=dict)  # CRC-32 of each file with births, as it was learned


@dataclass(frozen=True, slots=True)
class Entry:
    """One named port: a row of the registry."""

    name: str
    port: int
    role: str = ""
    machine: str = ""
    owner: str = ""
    purpose: str = ""
    env: str = ""
    external: bool = False  # run by somebody else: a database, a broker
    alternatives: str = ""  # a group of which only one runs at a time, so that they may share a port
    disputed: bool = False  # several owners claim this port on this machine: a person must settle it; never rewritten
    line: int = 0  # in the registry file; 0 when it is not written yet


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that contradicts itself. Reported, never edited away."""

    kind: Literal["conflict", "disagreement", "unbound-connect", "unregistered", "unused-entry"]
    message: str
    path: str
    line: int = 0
    machine: str = ""
    port: int = 0
    names: tuple[str, ...] = ()  # the entries or owners concerned
    others: tuple[tuple[str, int], ...] = ()  # further places, (path, line)
