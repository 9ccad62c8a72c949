"""One broad handler in, one item out: a change, a skip or a re-raise finding."""

from __future__ import annotations

import ast
import itertools

from codemods.broad_except.kinds import Kind, classify
from codemods.broad_except.logger import Logger, level_for, logger_for
from codemods.broad_except.obligations import Refusal, handler_looks, header_comment, refuse_with_form
from codemods.broad_except.recover import Recoverable, data_of, proof, recoverable_for
from codemods.broad_except.rewrite import WithForm, answer, is_bare_pass, narrow, with_form
from codemods.broad_except.roots import import_root
from codemods.broad_except.sites import SUPPORT, BroadSite, File
from codemods.broad_except.uses import is_mentioned, is_used, rebinds
from engine import Applicability, Change, Evidence, Finding, ImportNeed, Rewrite, Skip, SliceError, need_import

_IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})
_SIGNALS = "KeyboardInterrupt, SystemExit, GeneratorExit and CancelledError"
_OTHER_IMPORT_ERRORS = (
    "an import may fail with other errors than ImportError (a bug in the module, a missing device); these now propagate"
)
_WAS = {"bare": "the bare except", "base": "except BaseException"}


def item(file: File, site: BroadSite, style: str = "safe-executor", opaque: str = "keep") -> Change | Skip | Finding:
    """The one item of a handler."""
    kind, because = classify(file, site)
    wanted = recoverable_for(file, site, kind, because)
    if kind == "re-raise" and isinstance(site.tried, ast.Try):
        message = f"a broad except that only passes the error on ({because})"
        return Finding(file.source.site(site.handler), message, "re-raise", data_of(kind, because, wanted.inference))
    made = _made(file, site, kind, because, wanted, style, opaque)
    if isinstance(made, Change):
        return made
    return Skip(file.source.site(site.handler), made.reason, made.message, data_of(kind, wanted.because, wanted.inference))


def _made(
    file: File, site: BroadSite, kind: Kind, because: str, wanted: Recoverable, style: str, opaque: str
) -> Change | Refusal:
    """The with-form; where it cannot keep the meaning, or the style says so, narrowed in place."""
    if isinstance(site.tried, ast.TryStar):
        return Refusal("except-star", "except* splits groups, which a with cannot do")
    if kind == "import-guard":
        return _in_place(file, site, kind, because, wanted)
    if opaque == "skip" and wanted.why == "opaque":
        return Refusal("opaque", wanted.because)
    if style == "narrow":
        return _in_place(file, site, kind, because, wanted)
    try:
        made = _wrapped(file, site, kind, because, wanted)
    except SliceError as error:
        made = Refusal(error.reason, str(error))
    if isinstance(made, Change) or wanted.why != "narrowed":
        return made
    narrowed = _in_place(file, site, kind, because, wanted)
    return narrowed if isinstance(narrowed, Change) else made


# -- in place --------------------------------------------------------------------------


def _in_place(file: File, site: BroadSite, kind: Kind, because: str, wanted: Recoverable) -> Change | Refusal:
    refusal = _refuse_in_place(file, site, kind, wanted)
    if refusal is not None:
        return refusal
    try:
        rewrite = narrow(file.source, site, wanted.clause)
    except SliceError as error:
        return Refusal(error.reason, str(error))
    if kind == "import-guard":
        message = f"an import guard: catch {wanted.clause} only"
        evidence: tuple[Evidence, ...] = (Evidence("caught", "unknown", _OTHER_IMPORT_ERRORS),)
    else:
        message = f"{kind}: catch {wanted.clause} only ({because})"
        evidence = (*_evidence(site), Evidence("inferred", "pass", proof(wanted.inference)))
    return Change(
        file.source.site(site.handler),
        message,
        Applicability.UNSAFE,
        rewrite.edits,
        (rewrite.span,),
        imports=wanted.imports,
        evidence=evidence,
        data=data_of(kind, wanted.because, wanted.inference, wanted.names),
    )


def _refuse_in_place(file: File, site: BroadSite, kind: Kind, wanted: Recoverable) -> Refusal | None:
    index = site.tried.handlers.index(site.handler)
    if kind == "import-guard" and file.preserve:
        return Refusal("import-guard", "an import guard would be narrowed to ImportError; preserve keeps what it catches")
    if site.tried.handlers[index + 1 :]:
        return Refusal("specific-siblings", "a later handler would catch what this one no longer does")
    if kind == "import-guard" and any(_catches_import_error(file, sibling) for sibling in site.tried.handlers[:index]):
        return Refusal("specific-siblings", "an earlier handler catches ImportError already")
    if kind == "import-guard" and wanted.why != "narrowed":
        return Refusal("shadowed-name", "ImportError means something else here")
    if wanted.why == "caught-before":
        return Refusal("specific-siblings", "earlier handlers catch all that is expected; this one is there for the rest")
    if wanted.why != "narrowed":
        return Refusal("nothing-narrower", wanted.because)
    return header_comment(file, site)


def _catches_import_error(file: File, handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    members = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        file.source.names.qualified(member) in _IMPORT_ERRORS or any(one.handler is handler for one in file.sites)
        for member in members
    )


# -- the with-form ---------------------------------------------------------------------


def _wrapped(file: File, site: BroadSite, kind: Kind, because: str, wanted: Recoverable) -> Change | Refusal:
    """The with-form. Raises SliceError."""
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
    form = _form(file, site, _call(file, site, executor, logger, wanted))
    rewrite, doubts = _rewritten(file, site, form)
    evidence = (*_evidence(site), *doubts, import_root(source, file.project, module))
    unsure = any(one.result != "pass" for one in evidence)
    if wanted.why == "narrowed":
        evidence = (*evidence, Evidence("inferred", "pass", proof(wanted.inference)))
    what = f"and recover from {', '.join(wanted.codes)} only" if wanted.why == "narrowed" else "and go on"
    return Change(
        source.site(site.handler),
        f"{kind}: log the error with its traceback {what} ({because})",
        Applicability.UNSAFE if unsure or wanted.why == "narrowed" else Applicability.SAFE,
        rewrite.edits,
        (rewrite.span,),
        imports=tuple(dict.fromkeys((*imports, *logger.imports, *wanted.imports))),
        support=(SUPPORT,),
        evidence=evidence,
        data=data_of(kind, wanted.because, wanted.inference, wanted.names),
    )


def _is_hidden(file: File, site: BroadSite, name: str, imports: tuple[ImportNeed, ...]) -> bool:
    names = file.source.names
    found = names.lookup(name, names.scope_at(site.handler))
    return found is not None if imports else found is not names.module.bindings.get(name)


def _call(file: File, site: BroadSite, executor: str, logger: Logger, wanted: Recoverable) -> str:
    level = level_for(file, site)
    extra = f", level={level}" if level else ""
    return f"{executor}({logger.code}, recoverable={wanted.tuple}{extra})"


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
