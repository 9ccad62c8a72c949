"""What a body does that may fail: imports, raises, calls, and operations of the language, each with what it may raise."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from codemods.broad_except.inference.calls import effect
from codemods.broad_except.inference.chains import chain, is_lenient, receiver
from codemods.broad_except.inference.model import Caught
from codemods.broad_except.inference.operations import OPERATIONS, Operation, conversion, lookup_call
from codemods.broad_except.inference.outside import Around
from codemods.broad_except.inference.place import Place
from codemods.broad_except.inference.python import BUGS, NEVER, is_standard

_DOC = "https://docs.python.org/3/library/exceptions.html"
_DECODING = ("UnicodeDecodeError", "UnicodeError")
_CONTAINERS = ("str.", "list.", "dict.", "tuple.", "set.", "bytes.")


class Tier(IntEnum):
    """How plainly the body is about this risk; the lower, the plainer."""

    IMPORT = 0
    LIBRARY = 1  # what the knowledge base says of a call
    RAISE = 2  # the body itself raises it
    CONVERT = 3  # int(s), re.match(...).group()
    GROUP = 4  # int(m.group(1)): the pattern has seen to it that this works
    PROJECT = 5  # a function of the project raises it
    LOOKUP = 6  # d[k], xs[0], next(it), a, b = s.split()
    OPERATION = 7  # x.attribute, x / y
    ASIDE = 8  # data.decode(), for line in stream: no handler is about these alone


_TIERS = {
    "convert": Tier.CONVERT,
    "optional": Tier.CONVERT,
    "group": Tier.GROUP,
    "lookup": Tier.LOOKUP,
    "operation": Tier.OPERATION,
    "aside": Tier.ASIDE,
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that may fail. Exceptions are qualified names (`key:qualname` for the project's own)."""

    tier: Tier
    exceptions: tuple[str, ...]
    line: int
    what: str
    source: str
    caught: Caught = ()
    distance: int = 0  # calls between the body and what raises
    text: str = ""  # the chain of a call; the module of an import
    besides: bool = False  # a rewrite must not lose it, though the handler may be about something else


@dataclass(slots=True)
class Evidence:
    """All of a body's risks, and the calls of which nothing is known."""

    risks: list[Risk] = field(default_factory=list)
    unknown: list[Risk] = field(default_factory=list)
    quiet: int = 0  # calls that are known to raise nothing


def gather(place: Place, nodes: Sequence[tuple[ast.AST, Caught]]) -> Evidence:
    """The evidence of what `executed` yielded."""
    evidence = Evidence()
    around = Around.of(place, [node for node, _ in nodes])
    for node, caught in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = node.names[0].name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")
            what, missing = _import_text(node), not is_standard(module)
            evidence.risks.append(
                Risk(Tier.IMPORT, ("ImportError",), node.lineno, what, _DOC, caught, text=module, besides=missing)
            )
        elif isinstance(node, ast.Raise):
            _raise(place, evidence, node, caught)
        elif isinstance(node, ast.Assert):
            evidence.risks.append(Risk(Tier.OPERATION, ("AssertionError",), node.lineno, "assert", _DOC, caught))
        elif isinstance(node, ast.Call):
            _call(place, evidence, node, caught, around)
        for operation in OPERATIONS:
            found = operation(place, node)
            if found is not None and not around.is_lenient(node):
                evidence.risks.append(_risk(place, found, node, caught, around))
    return evidence


def _risk(place: Place, found: Operation, node: ast.AST, caught: Caught, around: Around) -> Risk:
    besides = found.kind == "aside" or (found.base is not None and around.may_fail(place, node, found.base))
    return Risk(_TIERS[found.kind], found.exceptions, found.line, found.what, _DOC, caught, besides=besides)


def _import_text(node: ast.Import | ast.ImportFrom) -> str:
    if isinstance(node, ast.Import):
        return "import " + ", ".join(alias.name for alias in node.names)
    return f"from {'.' * node.level}{node.module or ''} import " + ", ".join(alias.name for alias in node.names)


def _raise(place: Place, evidence: Evidence, node: ast.Raise, caught: Caught) -> None:
    if node.exc is None:
        return
    text = chain(node.exc).removesuffix("()")
    meaning = place.meaning(text)
    if meaning is not None and not meaning.name.endswith(":") and meaning.name not in NEVER:
        evidence.risks.append(Risk(Tier.RAISE, (meaning.name,), node.lineno, f"raise {text}", "the body itself", caught))


def _call(place: Place, evidence: Evidence, node: ast.Call, caught: Caught, around: Around) -> None:
    text = chain(node.func)
    what = f"{text}()" if "?" not in text else f"{text.rpartition('.')[2]}()"
    done_here = conversion(place, node) or lookup_call(place, node)
    if done_here is not None:
        evidence.risks.append(_risk(place, done_here, node, caught, around))
        return
    meaning = place.meaning(text)
    keywords = [one.arg for one in node.keywords if one.arg and not _is_false(one.value)]
    done = effect(place.world, meaning, text, keywords)
    if is_lenient(node) or receiver(text) in around.lenient:
        done = replace(done, exceptions=tuple(one for one in done.exceptions if one not in _DECODING))
    if done.exceptions:
        name = meaning.name if meaning is not None else ""
        tier = Tier.LOOKUP if name.startswith(_CONTAINERS) or set(done.exceptions) <= BUGS else Tier.LIBRARY
        if set(done.exceptions) == {"ImportError"}:
            tier, text = Tier.IMPORT, ""  # which module, nobody knows
        evidence.risks.append(Risk(tier, done.exceptions, node.lineno, what, done.source, caught, text=text))
    for name in done.runs:
        _project(place, evidence, name, node.lineno, what, caught, text)
    if not done.known:
        evidence.unknown.append(Risk(Tier.OPERATION, (), node.lineno, what, "", caught, text=text))
    elif not done.exceptions and not done.runs:
        evidence.quiet += 1


def _project(place: Place, evidence: Evidence, name: str, line: int, what: str, caught: Caught, text: str) -> None:
    summary = place.summaries.get(name)
    if summary is None:
        evidence.unknown.append(Risk(Tier.OPERATION, (), line, what, "", caught, text=text))
        return
    for exception, origin in summary.exceptions.items():
        evidence.risks.append(Risk(Tier.PROJECT, (exception,), line, what, origin.where, caught, origin.depth, text))
    if not summary.complete:
        evidence.unknown.append(Risk(Tier.OPERATION, (), line, what, "", caught, text=text))


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
