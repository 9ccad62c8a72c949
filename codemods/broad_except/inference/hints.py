"""What else tells what a handler is about when the calls of its body are unknown.

Precedents: how the project handles a call of the same name elsewhere. Conventions: what functions that parse, and
objects that behave like files, sockets or database cursors, raise by the protocols they follow. These are beliefs:
the calls stay unknown.
"""

from __future__ import annotations

import ast
import re
from collections import Counter

from codemods.broad_except.inference.chains import last_name, receiver, tail
from codemods.broad_except.inference.evidence import Evidence, Risk, Tier
from codemods.broad_except.inference.place import Place
from codemods.broad_except.inference.python import NEVER

_PARSES = re.compile(
    r"(^|_)(parser?|parsed|loads|decode|deserialize|validate|convert|coerce|strptime|reads)(_|$)|^from_?str", re.I
)
_COMPLAINS = re.compile(
    r"\b(invalid|not a valid|is not valid|unreadable|malformed|unparsable|bad (value|format|input)|"
    r"(could not|couldn't|cannot|can't|failed to|unable to|error) (be )?(pars|interpret|convert|decod|understand)\w*)",
    re.I,
)
_FILES = re.compile(r"(^|[._])(f|fp|fh|fd|file|stream|stdin|stdout|stderr|pipe|handle|sock|socket|conn|serial|ser)\d*$", re.I)
_FILE_METHODS = frozenset(
    {"write", "writelines", "flush", "close", "read", "readline", "readlines", "seek", "truncate", "fileno", "send", "sendall"}
    | {"recv", "sendto", "recvfrom", "makefile", "shutdown", "setsockopt", "getpeername"}
)
_MOST = 2  # names in a precedent
_DATABASES = ("sqlite3", "psycopg2", "psycopg", "MySQLdb", "pymysql", "cx_Oracle", "pyodbc", "oracledb", "mysql.connector")
_CURSOR_METHODS = frozenset(
    {"execute", "executemany", "executescript", "fetchall", "fetchone", "fetchmany", "commit", "rollback"}
)


def hinted(place: Place, node: ast.Try, handler: ast.ExceptHandler, evidence: Evidence) -> list[Risk]:
    """Risks of unknown calls."""
    inside = range(node.lineno, (node.end_lineno or 0) + 1)
    found = [risk for one in evidence.unknown if (risk := _precedent(place, one, inside) or _protocol(place, one)) is not None]
    return found or _input(place, handler, evidence)


def _precedent(place: Place, call: Risk, inside: range) -> Risk | None:
    """What narrow handlers around the same call catch, when most of them agree. `inside`: the lines of this try."""
    found = place.precedents.get(tail(call.text), ())
    elsewhere = [one for one in found if one.path != place.source.path or one.line not in inside]
    counts = Counter(one.caught for one in elsewhere)
    if not counts:
        return None
    names, times = min(counts.items(), key=lambda one: (-one[1], one[0]))
    if 2 * times < len(elsewhere) or set(names) & NEVER or len(names) > _MOST:
        return None
    first = next(one for one in elsewhere if one.caught == names)
    return Risk(Tier.PROJECT, names, call.line, call.what, f"caught so at {first.path}:{first.line}", call.caught, text=call.text)


def _protocol(place: Place, call: Risk) -> Risk | None:
    """`f.write(...)` on what is called a file; `cursor.execute(...)` in a file that imports one database module."""
    name, owner = last_name(call.text), receiver(call.text)
    if name in _FILE_METHODS and _FILES.search(owner):
        return Risk(Tier.PROJECT, ("OSError",), call.line, call.what, f"{owner} is called like a file or socket", call.caught)
    if name in _CURSOR_METHODS:
        targets = place.file.imports.values()
        modules = [one for one in _DATABASES if any(f"{target}.".startswith(f"{one}.") for target in targets)]
        if len(modules) == 1:
            error = f"{modules[0]}.Error"
            return Risk(Tier.PROJECT, (error,), call.line, call.what, "https://peps.python.org/pep-0249/#exceptions", call.caught)
    return None


def _input(place: Place, handler: ast.ExceptHandler, evidence: Evidence) -> list[Risk]:
    """ValueError, where a call is named for parsing or the handler complains of invalid input."""
    for call in evidence.unknown:
        if _PARSES.search(last_name(call.text)):
            return [Risk(Tier.PROJECT, ("ValueError",), call.line, call.what, "it is named for parsing", call.caught)]
    texts = [one.value for one in ast.walk(handler) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    complaint = next((text for text in texts if _COMPLAINS.search(text)), None)
    if complaint is None or len(evidence.unknown) != 1:
        return []
    call = evidence.unknown[0]
    return [Risk(Tier.PROJECT, ("ValueError",), call.line, call.what, f"the handler says {complaint[:40]!r}", call.caught)]
