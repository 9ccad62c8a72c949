"""What a rewrite of a handler must not break, and the reason to skip where it would. One function a question."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from codemods.broad_except.current import is_logger, looks
from codemods.broad_except.helpers import NAME, Lookers, calls_looker, reach
from codemods.broad_except.logger import is_std_logger
from codemods.broad_except.sites import FUNCTIONS, BroadSite, File, enclosing_class, last_name, outside_inner_handlers
from codemods.broad_except.uses import outlives
from engine import every_node


class Refusal(NamedTuple):
    """A skip's reason code and sentence."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Look:
    """An expression of the handler that is to be given the exception. `exact`: surely means the same then."""

    kind: str
    node: ast.expr
    exact: bool


_LOGGING = frozenset({"Handler", "Formatter", "Filter", "Logger", "LoggerAdapter"})
_INSPECTS = frozenset({"locals", "vars", "dir", "exec", "eval"})
_EXCEPTIONS = re.compile(r"builtins\.(\w+(Error|Warning)|StopIteration|StopAsyncIteration|Exception)")


def refuse_with_form(file: File, site: BroadSite) -> Refusal | None:
    """The first reason why this try cannot become a `with`; None when there is none."""
    for question in _QUESTIONS:
        refusal = question(file, site)
        if refusal is not None:
            return refusal
    return None


def handler_looks(file: File, site: BroadSite) -> Iterator[Look]:
    """The looks at the current exception that the rewrite can answer with `attempt.error`."""
    for kind, node in looks(outside_inner_handlers(site.handler.body), site.handler.name):
        if kind == "exception-call":
            yield Look(kind, node, is_std_logger(file, site, node.func.value))  # type: ignore[attr-defined]
        elif kind == "exc-info":
            yield Look(kind, node, _is_std_call_with(file, site, node))
        else:
            yield Look(kind, node, kind != "other" and _is_traceback(file, node))


def _is_std_call_with(file: File, site: BroadSite, value: ast.expr) -> bool:
    for node in outside_inner_handlers(site.handler.body):
        if isinstance(node, ast.Call) and any(keyword.value is value for keyword in node.keywords):
            return is_std_logger(file, site, node.func.value)  # type: ignore[attr-defined]
    return False


def _is_traceback(file: File, node: ast.expr) -> bool:
    called = file.source.names.qualified(node.func)  # type: ignore[attr-defined]
    return called in ("traceback.format_exc", "traceback.print_exc")


def _siblings(_: File, site: BroadSite) -> Refusal | None:
    if len(site.tried.handlers) > 1:
        return Refusal("specific-siblings", "the try has other handlers; a with inside it would catch before them")
    return None


def _finally(_: File, site: BroadSite) -> Refusal | None:
    return (
        Refusal("finally", "the try has a finally, which the handler's part would fall out of") if site.tried.finalbody else None
    )


def _caught(file: File, site: BroadSite) -> Refusal | None:
    if site.caught == "tuple":
        members = site.handler.type.elts  # type: ignore[union-attr]
        names = [file.source.names.qualified(member) or "" for member in members]
        if not all(_EXCEPTIONS.fullmatch(name) for name in names):
            return Refusal("tuple-members", "the tuple holds more than Exception and its own subclasses")
    elif site.caught == "bare" and file.preserve:
        return Refusal("bare-except", "a bare except also catches KeyboardInterrupt and SystemExit; preserve keeps that")
    elif site.caught == "base" and file.preserve:
        return Refusal("base-exception", "BaseException includes KeyboardInterrupt and SystemExit; preserve keeps that")
    return None


def _place(file: File, site: BroadSite) -> Refusal | None:
    names = file.source.names
    if names.lookup("Exception", names.scope_at(site.handler)) is not None:
        return Refusal("shadowed-name", "Exception means something else here")
    if isinstance(site.owner, ast.ClassDef):
        return Refusal("class-body", "names bound in a class body become attributes of the class")
    holder = enclosing_class(file.source, site.owner)
    if re.match(r"logging(\.py$|/)", file.source.path):
        return Refusal("logging-machinery", "this is the logging module that the support module imports")
    if holder is not None and any(_is_logging_class(file, base) for base in holder.bases):
        return Refusal("logging-machinery", "this runs while a record is being logged; logging its failure would come back here")
    return None


def _is_logging_class(file: File, base: ast.expr) -> bool:
    name = last_name(base)
    known = (file.source.names.qualified(base) or "").startswith("logging.")
    return name in _LOGGING or (known and name.endswith(("Handler", "Formatter", "Filter")))


def _raises(_: File, site: BroadSite) -> Refusal | None:
    own = [node for node in outside_inner_handlers(site.handler.body) if isinstance(node, ast.Raise)]
    if any(node.exc is None for node in own):
        return Refusal("bare-raise", "the handler re-raises on one of its paths, which it cannot do after the with")
    if any(isinstance(node, (ast.Raise, ast.Assert)) for statement in site.handler.body for node in every_node(statement)):
        return Refusal("raises-in-handler", "what the handler raises carries the first exception as its __context__")
    return None


def _looks(file: File, site: BroadSite) -> Refusal | None:
    later = {
        id(inner)
        for node in outside_inner_handlers(site.handler.body)
        if isinstance(node, (*FUNCTIONS, ast.Lambda, ast.GeneratorExp, ast.JoinedStr, ast.ClassDef))
        for inner in every_node(node)
    }
    for look in handler_looks(file, site):
        code = file.source.text[file.source.start(look.node) : file.source.end(look.node)][:40]
        if look.kind == "other" or id(look.node) in later or not (look.exact or _may_be_given(file, look)):
            return Refusal("needs-current-exception", f"the handler asks for the current exception ({code})")
    return None


def _may_be_given(file: File, look: Look) -> bool:
    """Without preserve, what is named like a logger may be taken for one; the change is unsafe then."""
    return look.kind in ("exception-call", "exc-info") and not file.preserve


def _helper(file: File, site: BroadSite) -> Refusal | None:
    lookers: Lookers = file.project.facts.get(NAME) or Lookers()
    if not lookers.named:
        return None
    defined = {name for path, name in lookers.here if path == file.source.path}
    for node in outside_inner_handlers(site.handler.body):
        if isinstance(node, ast.Call) and not _is_logging_call(file, site, node):
            call = reach(file.source, node, file.defined | defined)
            if call and calls_looker(lookers, file.source.path, call, file.preserve):
                return Refusal("handler-helper", f"the handler calls {call[1]}, which asks for the current exception")
    return None


def _is_logging_call(file: File, site: BroadSite, call: ast.Call) -> bool:
    """Is it a method of what is named like a logger? With preserve, of what surely is the standard library's."""
    if not isinstance(call.func, ast.Attribute) or not is_logger(call.func.value):
        return False
    return not file.preserve or is_std_logger(file, site, call.func.value)


def _names(file: File, site: BroadSite) -> Refusal | None:
    name = site.handler.name
    if name is None:
        return None
    if name in file.source.names.scope_at(site.handler).outer:
        return Refusal("name-declared-outer", f"{name} is declared global or nonlocal; the except clause would delete it")
    used = outlives(file, site)
    if used is not None:
        return Refusal("name-used-after", f"{name} is read on line {used.lineno}, where the except clause has deleted it")
    if isinstance(site.owner, ast.Module) and file.preserve:
        return Refusal("module-level-name", f"{name} would stay behind as a name of the module")
    return None


def _introspection(file: File, site: BroadSite) -> Refusal | None:
    if not file.preserve:
        return None
    shown = next(
        (part for statement in site.handler.body for part in ast.walk(statement) if _shows_frames(file, site, part)), None
    )
    if shown is not None:
        code = file.source.text[file.source.start(shown) : file.source.end(shown)][:40]
        return Refusal("introspection", f"the handler gives its traceback away ({code}); who shows its locals sees the new names")
    if not any(word in file.source.text for word in _INSPECTS):
        return None
    body = site.owner.body
    for statement in body:
        for node in every_node(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _INSPECTS:
                return Refusal("introspection", f"{node.func.id}() in the same scope could see the new names")
    return None


def _shows_frames(file: File, site: BroadSite, node: ast.AST) -> bool:
    """Does it hand the exception's frames to code that may show their locals? format_exc() and print_exc() show none."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__traceback__"
    if isinstance(node, ast.Constant):
        return node.value == "exc_info"
    if not isinstance(node, ast.Call):
        return False
    if any(keyword.arg == "exc_info" and not _is_off(keyword.value) for keyword in node.keywords):
        return True
    if last_name(node.func) == "exception" and isinstance(node.func, ast.Attribute) and is_logger(node.func.value):
        return True
    return (file.source.names.qualified(node.func) or "").startswith("traceback.") and any(
        isinstance(part, ast.Name) and part.id == site.handler.name for part in every_node(node)
    )


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def header_comment(file: File, site: BroadSite) -> Refusal | None:
    """A comment between `except` and its colon would be lost."""
    kind, source = site.handler.type, file.source
    if kind is None:
        return None
    names, rest = source.text[source.start(site.handler) : source.end(kind)], source.text[source.end(kind) :]
    if "#" in names + rest.partition(":")[0]:
        return Refusal("comment-in-header", "a comment stands between the exception's names")
    return None


_QUESTIONS: tuple[Callable[[File, BroadSite], Refusal | None], ...] = (
    _siblings,
    _finally,
    _caught,
    _place,
    _raises,
    _looks,
    _helper,
    _names,
    _introspection,
    header_comment,
)
