"""One broad handler in, one item out: a change, a skip or a re-raise finding."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass

from codemods.broad_except.kinds import Kind, classify
from codemods.broad_except.logger import Logger, level_for, logger_for
from codemods.broad_except.obligations import Refusal, handler_looks, refuse_with_form
from codemods.broad_except.rewrite import WithForm, answer, is_bare_pass, narrow, with_form
from codemods.broad_except.roots import import_root
from codemods.broad_except.sites import BroadSite, File
from codemods.broad_except.uses import is_mentioned, is_used, rebinds
from engine import Applicability, Change, Evidence, Finding, ImportNeed, Rewrite, Skip, SliceError, need_import

SUPPORT = "error_handling"
_IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})
_SIGNALS = "KeyboardInterrupt, SystemExit, GeneratorExit and CancelledError"
_WAS = {"bare": "the bare except", "base": "except BaseException"}


@dataclass(frozen=True, slots=True)
class Recoverable:
    """What an executor at a site suppresses: qualified names, the argument as code, and why."""

    names: tuple[str, ...]
    code: str
    because: str


def recoverable_for(kind: Kind, because: str) -> Recoverable:
    """What a handler of this kind may go on recovering from. Today that is what it caught: Exception, whatever the kind."""
    return Recoverable(("builtins.Exception",), "(Exception,)", f"{kind}: {because}; keeps Exception")


def item(file: File, site: BroadSite) -> Change | Skip | Finding:
    """The one item of a handler."""
    kind, because = classify(file, site)
    if isinstance(site.tried, ast.TryStar):
        return _skip(file, site, kind, because, Refusal("except-star", "except* splits groups, which a with cannot do"))
    if kind == "re-raise":
        message = f"a broad except that only passes the error on ({because})"
        return Finding(file.source.site(site.handler), message, "re-raise", _data(kind, (), because))
    try:
        made = _narrowed(file, site, because) if kind == "import-guard" else _wrapped(file, site, kind, because)
    except SliceError as error:
        made = Refusal(error.reason, str(error))
    return _skip(file, site, kind, because, made) if isinstance(made, Refusal) else made


def _data(kind: Kind, names: tuple[str, ...], because: str) -> dict[str, str | list[str]]:
    return {"kind": kind, "inferred": list(names), "because": because}


def _skip(file: File, site: BroadSite, kind: Kind, because: str, refusal: Refusal) -> Skip:
    return Skip(file.source.site(site.handler), refusal.reason, refusal.message, _data(kind, (), because))


# -- import guards ---------------------------------------------------------------------


def _narrowed(file: File, site: BroadSite, because: str) -> Change | Refusal:
    source, names = file.source, file.source.names
    if file.preserve:
        return Refusal("import-guard", "an import guard would be narrowed to ImportError; preserve keeps what it catches")
    index = site.tried.handlers.index(site.handler)
    if site.tried.handlers[index + 1 :]:
        return Refusal("specific-siblings", "a later handler would catch what this one no longer does")
    if any(_catches_import_error(file, sibling) for sibling in site.tried.handlers[:index]):
        return Refusal("specific-siblings", "an earlier handler catches ImportError already")
    if names.lookup("ImportError", names.scope_at(site.handler)) is not None:
        return Refusal("shadowed-name", "ImportError means something else here")
    if site.handler.type is not None and "#" in source.segment(site.handler.type):
        return Refusal("comment-in-header", "a comment stands between the exception's names")
    rewrite = narrow(source, site, "ImportError")
    detail = "an import may fail with other errors than ImportError (a bug in the module, a missing device); these now propagate"
    return Change(
        source.site(site.handler),
        "an import guard: catch ImportError only",
        Applicability.UNSAFE,
        rewrite.edits,
        (rewrite.span,),
        evidence=(Evidence("caught", "unknown", detail),),
        data=_data("import-guard", ("builtins.ImportError",), because),
    )


def _catches_import_error(file: File, handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    members = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        file.source.names.qualified(member) in _IMPORT_ERRORS or any(one.handler is handler for one in file.sites)
        for member in members
    )


# -- the with-form ---------------------------------------------------------------------


def _wrapped(file: File, site: BroadSite, kind: Kind, because: str) -> Change | Refusal:
    refusal = refuse_with_form(file, site)
    if refusal is not None:
        return refusal
    module = file.project.support_import(SUPPORT)
    if module is None:
        return Refusal("support-module-taken", "other files stand where the support module would go; set support-folder")
    source = file.source
    before = source.start(site.tried) if isinstance(site.owner, ast.Module) else None
    executor, imports = need_import(source, module, "SafeExecutor", before=before)
    logger = logger_for(file, site)
    if logger is None or _is_hidden(file, site, executor, imports):
        return Refusal("shadowed-name", "a local name hides what the rewrite would use (logging or SafeExecutor)")
    recoverable = recoverable_for(kind, because)
    form = _form(file, site, _call(file, site, executor, logger, recoverable))
    rewrite, doubts = _rewritten(file, site, form)
    evidence = (*_evidence(site), *doubts, import_root(source, file.project, module))
    return Change(
        source.site(site.handler),
        f"{kind}: log the error with its traceback and go on ({because})",
        Applicability.UNSAFE if any(one.result != "pass" for one in evidence) else Applicability.SAFE,
        rewrite.edits,
        (rewrite.span,),
        imports=(*imports, *logger.imports),
        support=(SUPPORT,),
        evidence=evidence,
        data=_data(kind, recoverable.names, recoverable.because),
    )


def _is_hidden(file: File, site: BroadSite, name: str, imports: tuple[ImportNeed, ...]) -> bool:
    names = file.source.names
    found = names.lookup(name, names.scope_at(site.handler))
    return found is not None if imports else found is not names.module.bindings.get(name)


def _call(file: File, site: BroadSite, executor: str, logger: Logger, recoverable: Recoverable) -> str:
    level = level_for(file, site)
    extra = f", level={level}" if level else ""
    return f"{executor}({logger.code}, recoverable={recoverable.code}{extra})"


def _form(file: File, site: BroadSite, call: str) -> WithForm:
    if is_bare_pass(file.source, site):
        return WithForm(call, "", "")
    return WithForm(call, _attempt(file, site), site.handler.name or "" if is_used(file, site) else "")


def _attempt(file: File, site: BroadSite) -> str:
    """A name that the scope does not use; another for each level of nesting; private at module level."""
    wanted = "_attempt" if isinstance(site.owner, ast.Module) else "attempt"
    number, found = 0, -1
    name = wanted
    while found < site.depth:
        number += 1
        name = wanted if number == 1 else f"{wanted}_{number}"
        found += name not in file.source.names.identifiers or not is_mentioned(file, site, name)
    return name


def _rewritten(file: File, site: BroadSite, form: WithForm) -> tuple[Rewrite, tuple[Evidence, ...]]:
    """The with-form, with the exception handed to the handler's code that looks for it; and what is doubtful about that."""
    rewrite = with_form(file.source, site, form)
    edits = list(rewrite.edits)
    doubts: tuple[Evidence, ...] = ()
    error = form.error_name if form.error_name and not rebinds(site) else f"{form.attempt}.error"
    for look in handler_looks(file, site):
        if site.handler.body[0].lineno == site.handler.lineno:
            raise SliceError("shares-line", "the handler's code stands on the line of its except; put it on a line of its own")
        edits += answer(file.source, site, look, error).edits
        if not look.exact:
            doubts = (Evidence("logger-type", "unknown", "what is named like a logger may not take an exception as exc_info"),)
    edits.sort()
    if any(one.end > other.start for one, other in itertools.pairwise(edits)):
        raise SliceError("needs-current-exception", "one look at the current exception stands inside another")
    return Rewrite(tuple(edits), rewrite.span), doubts


def _evidence(site: BroadSite) -> tuple[Evidence, ...]:
    if site.caught not in _WAS:
        return ()
    detail = f"{_WAS[site.caught]} also caught {_SIGNALS}; these now propagate"
    return (Evidence("caught", "unknown", detail),)
