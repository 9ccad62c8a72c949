"""What a handler may go on catching once it is rewritten: the set that inference found, or Exception and why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from codemods.broad_except.inference import Inference, infer
from codemods.broad_except.kinds import Kind, own_nodes
from codemods.broad_except.knowledge import load
from codemods.broad_except.learned import learned_at
from codemods.broad_except.masked import masked_name, raises_anything
from codemods.broad_except.naming import spell
from codemods.broad_except.sites import BroadSite, File
from engine import ImportNeed, every_node

Why = Literal["narrowed", "kept", "opaque", "caught-before"]
Data = dict[str, str | list[str]]

_NOTHING = Inference((), (), ())
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_BUGS = frozenset({"AttributeError", "NameError", "TypeError", "ZeroDivisionError", "AssertionError", "NotImplementedError"})
_LOOKUPS = frozenset({"IndexError", "KeyError", "LookupError", "StopIteration", "StopAsyncIteration"})
_BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Recoverable:
    """What the rewrite names, as qualified names and as code, and why.

    `why`: narrowed; kept on purpose; opaque (inference knows too little); or earlier handlers take all that is expected.
    """

    why: Why
    because: str
    names: tuple[str, ...] = ("Exception",)
    codes: tuple[str, ...] = ("Exception",)
    imports: tuple[ImportNeed, ...] = ()
    inference: Inference = field(default=_NOTHING)

    @property
    def tuple(self) -> str:
        """The classes as a tuple, as code."""
        return f"({self.codes[0]},)" if len(self.codes) == 1 else f"({', '.join(self.codes)})"

    @property
    def clause(self) -> str:
        """The classes as an except clause has them."""
        return self.codes[0] if len(self.codes) == 1 else self.tuple


def recoverable_for(file: File, site: BroadSite, kind: Kind, because: str) -> Recoverable:
    """What a handler of this kind may go on recovering from.

    A boundary and a REP reply keep Exception; an import guard expects ImportError; the rest get the inferred set, the
    classes that the handler names beside Exception and those of the option, less what earlier handlers catch.
    """
    if kind == "import-guard":
        found = Inference(("ImportError",), (), ())
        return _named(file, site, ("ImportError",), found, f"{kind}: {because}")
    found = infer(file.source, file.project, site.tried, site.handler) if isinstance(site.tried, ast.Try) else _NOTHING
    start = f"{kind}: {because}; keeps Exception"
    if file.preserve:
        return Recoverable("kept", f"{start}: preserve never narrows", inference=found)
    if kind in ("boundary", "rep-reply", "re-raise"):
        return Recoverable("kept", start, inference=found)
    masked = masked_name(file, site)
    if masked:
        return Recoverable("kept", f"{start}: masked-name-error: {masked} is bound nowhere", inference=found)
    if raises_anything(file, site):
        return Recoverable("kept", f"{start}: the body itself raises Exception, or nobody knows what", inference=found)
    if found.unknown:
        more = f" and of {len(found.unknown) - 1} more" if len(found.unknown) > 1 else ""
        return Recoverable("opaque", f"{start}: nothing is known of {found.unknown[0]}{more}", inference=found)
    if not found.exceptions and not found.also and not file.extras and site.tried.handlers[0] is not site.handler:
        return Recoverable("caught-before", f"{start}: nothing is known to get past the earlier handlers", inference=found)
    seen = learned_at(file, site)
    if not found.exceptions and not found.also and not file.extras and not seen:
        return Recoverable("opaque", f"{start}: nothing in the body is known to raise", inference=found)
    if _is_import_alone(site, found):
        return Recoverable("kept", f"{start}: the body imports, and then calls what it imported", inference=found)
    start += f"; shadow mode saw {', '.join(seen)}" if seen else ""
    also = tuple(step.exception for step in found.also)
    if not file.extras and not seen and _is_by_the_way(site, {*found.exceptions, *also}):
        return Recoverable("opaque", f"{start}: only {', '.join(found.exceptions)} is known, by the way", inference=found)
    return _named(file, site, (*found.exceptions, *also, *file.extras, *seen), found, start)


def _is_import_alone(site: BroadSite, found: Inference) -> bool:
    """Is the import all that is known to fail, though the body goes on to call something?"""
    names = {*found.exceptions, *(step.exception for step in found.also)}
    if not names or not names <= _IMPORT_ERRORS:
        return False
    return any(isinstance(node, ast.Call) for statement in site.tried.body for node in every_node(statement))


def _is_by_the_way(site: BroadSite, names: set[str]) -> bool:
    """Are these exceptions those of bugs and lookups, in a body that is about more than one of them, or runs other code?"""
    if not names <= _BUGS | _LOOKUPS:
        return False
    nodes = list(own_nodes(site.tried.body))
    if any(isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("self.", "cls.", "super()")) for node in nodes):
        return True
    return sum(isinstance(node, ast.stmt) for node in nodes) > (1 if names & _BUGS else 4)


def _named(file: File, site: BroadSite, expected: tuple[str, ...], found: Inference, start: str) -> Recoverable:
    """The expected classes, spelled at the site; Exception where one cannot be."""
    known = load()
    own = _members(file, site)
    before = _caught_before(file, site)
    wanted = known.absorb((*expected, *(name for name in own if not name.startswith("."))))
    names = [name for name in wanted if not any(known.is_a(name, other) for other in before)]
    if _BROAD & {*names}:
        return Recoverable("kept", f"{start}: a call in the body raises Exception itself", inference=found)
    if not names:
        return Recoverable("caught-before", f"{start}: nothing is known to get past the earlier handlers", inference=found)
    codes: list[str] = []
    imports: list[ImportNeed] = []
    for name in names:
        spelling = spell(file, site, name)
        if spelling is None and name not in own:
            return Recoverable("kept", f"{start}: inferred name cannot be named here: {name}", inference=found)
        codes.append(spelling.code if spelling else own[name])
        imports += spelling.imports if spelling else ()
        codes += [code for code in _apart(file, site, name) if code not in codes]
    codes += [code for name, code in own.items() if name.startswith(".") and code not in codes]
    because = start.replace("; keeps Exception", "") + f"; expects {', '.join(names)}"
    return Recoverable("narrowed", because, tuple(names), tuple(codes), tuple(dict.fromkeys(imports)), found)


def _apart(file: File, site: BroadSite, name: str) -> Iterator[str]:
    """The classes that an older Python of the target tells apart from this one, where the file imports their module:
    asyncio.TimeoutError is no TimeoutError before 3.11."""
    record = load().exceptions.get(name)
    for other, since in record.since if record else ():
        spelling = spell(file, site, other) if file.project.python < since else None
        if spelling is not None and not spelling.imports:
            yield spelling.code


def _members(file: File, site: BroadSite) -> dict[str, str]:
    """The classes that a tuple names beside Exception, and how; a name that is not known starts with a dot."""
    kind = site.handler.type
    parts = kind.elts if isinstance(kind, ast.Tuple) else []
    named = {qualified(file, part) or f".{number}": file.source.segment(part) for number, part in enumerate(parts)}
    return {name: code for name, code in named.items() if name not in _BROAD}


def _caught_before(file: File, site: BroadSite) -> list[str]:
    """The canonical names of what earlier handlers of the same try catch."""
    found = []
    for handler in site.tried.handlers[: site.tried.handlers.index(site.handler)]:
        parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type or ast.Name("BaseException")]
        found += [name for part in parts if (name := qualified(file, part) if handler.type else "BaseException")]
    return found


def qualified(file: File, node: ast.expr) -> str | None:
    """The canonical name of a class expression: builtins bare; None when it is not plain."""
    name = file.source.names.qualified(node)
    return None if name is None else load().canonical(name)


def data_of(kind: Kind, because: str, found: Inference, names: tuple[str, ...] = ()) -> Data:
    """An item's data. `inferred` is what inference believes, whatever the rewrite does with it."""
    told = sorted({*found.steps, *found.also}, key=lambda step: (step.line, step.exception, step.what))
    steps = [f"{step.exception} from {step.what} at line {step.line}: {step.source}" for step in told]
    return {
        "kind": kind,
        "inferred": list(found.exceptions),
        "recoverable": list(names),
        "unknown": list(found.unknown),
        "because": because,
        "steps": steps,
    }


def proof(found: Inference) -> str:
    """`json.loads -> json.JSONDecodeError; open -> OSError`."""
    pairs = dict.fromkeys(f"{step.what.partition('(')[0]} -> {step.exception}" for step in (*found.steps, *found.also))
    return "; ".join(pairs)
