"""Whether what is written around a number agrees with the row that has it: the same number is not the same service."""

import ast
from collections.abc import Iterator, Sequence

from codemods.port_literal.nouns import Birth, Entry
from codemods.port_literal.registry.claims import snake, stem
from codemods.port_literal.rewriting.births import Place
from codemods.port_literal.rewriting.matching import Meant
from codemods.port_literal.scan.words import WELL_KNOWN

_GENERIC = frozenset(
    """ADDR ADDRESS AGENT APP ARG BACKUP BASE BIND BROKER CHECK CLIENT COMMON CONFIG CONNECT DEFAULT ENDPOINT EXTERNAL GET HEALTH
    HOST HTTP HTTPS IMPL INIT INTERNAL LISTEN LOCAL LOCALHOST MAIN MY NEW NUMBER OLD OTHER OWN PC PORT PROGRAM PUB PUBLISHER PULL
    PUSH RUN SCRIPT SELF SERVER SERVICE SETTING SOCKET START SUB TCP TEST TEXT THE URI URL UTIL ZMQ""".split()  # noqa: SIM905
)
_NAMING_KEYS = frozenset("name service service_name agent agent_name script script_path id module class title".split())  # noqa: SIM905
_SIMILAR = 0.5  # of the words of both


def contradicts(place: Place, birth: Birth, meant: Meant, rows: Sequence[Entry]) -> bool:
    """Does the text say that another service is meant than the row's?

    Where who binds the number is the row's owner, no name counts. Where code connects to it, a name counts that is
    another row's. Else the number alone speaks for the row, and every name counts, that of the code around it last.
    """
    if meant.by == "owner":
        return False
    said = [words for words in map(_words, _said(place, birth)) if words]
    if meant.by == "number" and _says_health(birth) not in (None, meant.entry.role == "health") and meant.entry.role:
        return True
    if any(_agrees(words, meant.entry) for words in said):
        return False
    is_address = birth.shape in ("endpoint", "url-default")
    if meant.by == "peer" or (meant.entry.external and is_address):
        return any(_agrees(words, row, mute=False) for words in said for row in rows if row.name != meant.entry.name)
    if said and meant.by == "number":
        return True
    around = _words(birth.owner) or _words(stem(birth.path))
    everybodys = meant.entry.external and birth.port not in WELL_KNOWN  # a database; not the 80 of any URL
    return bool(around) and not everybodys and not _agrees(around, meant.entry)


def _said(place: Place, birth: Birth) -> Iterator[str]:
    """What the number is called: its name and variable, and what stands beside it in a dictionary or tuple."""
    yield from (birth.name, birth.env)
    child: ast.AST = place.node
    for parent in place.around:
        if isinstance(parent, ast.stmt):
            break
        if isinstance(parent, ast.Dict):
            for key, value in zip(parent.keys, parent.values, strict=True):
                if value is child or (_text(key) in _NAMING_KEYS and _text(value)):
                    yield _text(key) if value is child else stem(_text(value))
        elif isinstance(parent, ast.Tuple):
            yield from (_text(one) for one in parent.elts if one is not child)
        elif isinstance(parent, ast.Call):
            given = [keyword for keyword in parent.keywords if keyword.arg in _NAMING_KEYS]
            yield from (stem(_text(keyword.value)) for keyword in given)
        child = parent


def _says_health(birth: Birth) -> bool | None:
    """Does the name say that this is a health port? None where it says nothing but that it is a port, or less."""
    words = {word for word in snake(birth.name).split("_") if word not in ("PORT", "")}
    return "HEALTH" in words if words else None


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _words(text: str) -> frozenset[str]:
    """The words of a name that tell one service from another, without plural."""
    words = (word.removesuffix("S") if len(word) > 3 else word for word in snake(text).split("_"))
    return frozenset(word for word in words if word and not word.isdigit() and word not in _GENERIC and len(word) > 1)


def _agrees(words: frozenset[str], row: Entry, mute: bool = True) -> bool:
    """Whether one of two names holds the other, or half of the words are in both; `mute` for a row whose name says nothing."""
    machine = frozenset(snake(row.machine).split("_"))
    names = [its for name in (row.name, stem(row.owner)) if (its := _words(name) - machine)]
    if not names:
        return mute
    return any(words <= its or its <= words or len(words & its) >= _SIMILAR * len(words | its) for its in names)
