"""What names and texts say: which names mean a port, which mean something else, what an address looks like."""

import re

from codemods.port_literal.nouns import Role

WELL_KNOWN = frozenset({21, 22, 23, 25, 53, 80, 110, 143, 389, 443, 465, 587, 636, 993, 995})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NOT_FIRST = frozenset({"max", "min", "num", "number", "count", "total", "range", "offset", "len"})
_OTHER_WORDS = """
    timeout timeouts time ms msec millis milliseconds sec secs second seconds minute minutes hour hours day days size
    sizes bytes byte kb mb gb buffer buf chunk chunks length len limit limits max min maximum minimum rate rates hz khz
    interval delay wait ttl retries retry attempts attempt count counts num total samples sample frames frame tokens token
    width height batch threshold budget capacity quota window seed year version pid uid dim dims epoch epochs steps step
    id ids index offset score weight weights price cost
"""
_OTHER = frozenset(_OTHER_WORDS.split())
_ENDPOINT = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:[^\s/@]*@)?"
    r"(?P<host>\[[^\]]*\]|[^\s:/@\[\]]*):(?P<port>[^:/?#\s]+)(?P<rest>[/?#]\S*)?"
)
SOCKET_SCHEMES = frozenset({"tcp", "udp", "pgm", "epgm", "ws", "wss", "tls", "nats"})
OTHER_SCHEMES = frozenset({"ipc", "inproc", "file", "unix", "sqlite", "memory", "jdbc", "data", "git", "s3", "vmci"})
_DATABASES_WORDS = """
    sqlite3 psycopg2 psycopg pymysql MySQLdb mysql duckdb aiosqlite asyncpg oracledb cx_Oracle pyodbc sqlalchemy signal
    pyscopg2 ftplib serial can
"""
_DATABASES = frozenset(_DATABASES_WORDS.split())


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier, lower case: `healthCheckPort` and `HEALTH_CHECK_PORT` give health, check, port."""
    return tuple(word.lower() for word in _WORD.findall(name))


def says_port(name: str) -> bool:
    """Does the name's last word say that this is a port?"""
    found = words(name)
    return bool(found) and found[-1] in ("port", "ports") and not _NOT_FIRST.intersection(found[:-1])


def is_plural(name: str) -> bool:
    """Is this the name of a collection of ports?"""
    return "ports" in words(name)


def says_other(name: str) -> bool:
    """Does the name say that this is a time, a size, a rate, a limit?"""
    found = words(name)
    return not says_port(name) and any(word in _OTHER for word in found)


def likely_port(number: int) -> bool:
    """Is this a number that a service would listen on?"""
    return 1024 <= number <= 65535 or number in WELL_KNOWN


def endpoint(text: str) -> tuple[str, str, str] | None:
    """(scheme, host, port as written) of an address; None for a text that is none, or names no port."""
    if ":" not in text or len(text) > 300 or any(one in text for one in " \n\t"):
        return None
    match = _ENDPOINT.fullmatch(text)
    if match is None or match["scheme"] in OTHER_SCHEMES:
        return None
    return match["scheme"] or "", match["host"], match["port"]


def literal_port(text: str) -> int:
    """The port that a literal address ends with, 0 when it has none: `tcp://*:5601`, `http://localhost:80/x`."""
    found = endpoint(text)
    if found is None or not found[0] or not found[2].isdecimal() or len(found[2]) > 5:
        return 0
    return in_range(int(found[2]))


def in_range(number: int) -> int:
    return number if 1 <= number <= 65535 else 0


def is_database(module: str) -> bool:
    """Does `module.connect(...)` open something that is no socket?"""
    return module.partition(".")[0] in _DATABASES


_SOCKET_ROLES: dict[str, Role] = {"PUB": "pub", "XPUB": "pub", "SUB": "sub", "XSUB": "sub", "PUSH": "push", "PULL": "pull"}
_HTTP = frozenset({"http", "https", "web", "rest", "api"})


def role_of(socket: str, names: tuple[str, ...], known: Role | None) -> Role:
    """The role that a socket's type, the names around it and the server's kind give."""
    said = {word for name in names for word in words(name)}
    if "metrics" in said or "prometheus" in said:
        return "metrics"
    if socket in _SOCKET_ROLES:
        return _SOCKET_ROLES[socket]
    if "health" in said or "healthcheck" in said:
        return "health"
    if known is not None:
        return known
    if socket:
        return "main"
    named: tuple[Role, ...] = ("pub", "sub", "push", "pull")  # no socket type is known
    for role in named:
        if role in said:
            return role
    return "http" if said & _HTTP else "main"
