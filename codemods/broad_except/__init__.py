"""Turn broad `except` clauses into a `with SafeExecutor(...)` that says what went wrong.

What it does
    Reports every handler that catches Exception, BaseException or everything, once, and classifies it:
    import-guard, re-raise, rep-reply, cleanup, boundary, fallback, swallow (kinds.py gives the precedence).
    An import guard becomes `except ImportError`, in place. A handler that always raises is a finding and
    stays. All others become `with SafeExecutor(logger, recoverable=(OSError, ValueError)) as attempt:` in place
    of `try:`, and `if attempt.failed:` in place of the `except` line. `recoverable` names what the body may
    raise because of its input or its environment: a knowledge base says it of libraries, and summaries of the
    project's own functions. It stays `(Exception,)` for boundaries and REP replies, which must live on; where
    a call in the body is unknown; where a class cannot be named at the site without an import that may fail;
    and where the body reads a name that nobody binds, because narrowing would let that NameError out. Classes
    that the handler names beside Exception stay. `because` and `steps` in the item's data say all of it.
    Where the with-form cannot keep the meaning, the narrowed set is written in place: `except (OSError, A) as e:`,
    less what earlier handlers of the try catch.
    In the with-form the handler's body and comments stay, and `e = attempt.error` comes first where the handler
    reads `e`. `else:` stays an else. A handler of nothing but `pass` is dropped. The logger is one that surely is
    bound there (`self.logger`, from a base class of the project too), else `logging.getLogger(__name__)`.
    The executor logs at "error"; at "debug" where the handler logs, by itself or through a function of the
    project, or was silent on purpose; not at all where the handler logs at debug.
    `logger.exception(...)`, `exc_info=True` and `traceback.format_exc()` in the handler get `attempt.error`.

Why
    A broad except hides bugs: a NameError looks like a lost connection, and no traceback is left. The
    executor keeps daemon loops and servers alive and writes the traceback; what it recovers from is
    named in one place and can be narrowed there.

When it skips
    Where nothing narrower than Exception is known, and the with-form cannot keep the meaning:
    `except-star`: the try is `except*`.
    `specific-siblings`, `finally`: the try has other handlers, or a finally; or earlier handlers catch all
    that is expected, or a later one would catch what this one no longer does.
    `bare-except`, `base-exception`, `import-guard`, `module-level-name`, `introspection`: with `preserve` only.
    The last: locals() and its like in the same scope would see the new names; so would whoever shows the frame's
    locals where the handler passes on `__traceback__` or `exc_info`, or calls logger.exception or traceback.* with `e`.
    `tuple-members`: a tuple holds more than Exception and builtin subclasses of it.
    `class-body`: the names would become attributes of the class.
    `shadowed-name`: Exception, ImportError, logging or SafeExecutor means something else there.
    `logging-machinery`: a method of a logging handler or formatter, where logging would come back to itself.
    `bare-raise`, `raises-in-handler`: one path of the handler raises; it needs the exception as the current one.
    `needs-current-exception`, `handler-helper`: the handler, or a function of the project that it calls, asks
    for the exception being handled. Methods called `exception` or `aexception` do, unless they can be given it;
    with `preserve`, a method of something unknown does when any function of the project with its name does.
    `name-used-after`, `name-declared-outer`: `e` is read where the except clause has deleted it, is kept by a
    closure, or is global.
    `comment-in-header`: a comment stands inside the list of exceptions.
    `support-module-taken`: there is no free place for the support module.
    `shares-line`, `slice-parse`, `not-as-meant`: the statement cannot be rewritten in place.
    `nothing-narrower`: with `style: narrow`, the handler keeps Exception.
    `opaque`: with `opaque: skip`, inference knows too little of the body.

Applicability
    Safe: the with-form of `except Exception`. What is caught, what runs and in which order stay as they
    were; a log record is added. The exception lives until the function ends, not until the handler does, and
    an error that a call in the handler raises no longer names the first one as its context.
    Unsafe: every narrowed handler, import guards among them: other errors now propagate, on purpose;
    bare and BaseException handlers (they also caught KeyboardInterrupt and its like);
    files that do not show that the target's root is on their path; loggers that are only named like one.

Options
    `preserve`: keep every site's meaning exactly: no narrowing, bare and BaseException handlers stay, and the
    executor logs at "debug" at most.
    `style`: safe-executor, or narrow: write `except (A, B) as e:` in place and nothing else.
    `opaque`: keep Exception where inference knows too little, or skip the site.
    `recoverable`: patterns of paths, each with more exceptions to recover from there: qualified names.
    `support-folder`: the folder that gets the support module.
    `support-tests`: put the support module's own tests beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from codemods.broad_except.helpers import FACT
from codemods.broad_except.inference import FACTS
from codemods.broad_except.learned import FACT as LEARNED
from codemods.broad_except.logged import FACT as LOGGED
from codemods.broad_except.own_logger import FACT as OWN_LOGGER
from codemods.broad_except.sites import SUPPORT, read
from engine import Change, Codemod, Finding, Option, Project, Skip, Source, SupportModule, matcher

_TESTS = "error_handling_tests"


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip | Finding]:
    """Exactly one item for each broad handler of the file, in source order."""
    from codemods.broad_except.decide import item  # LibCST and all: only where a file is looked into

    extras = _extras(source.path, options.get("recoverable") or {})
    file = read(source, project, bool(options["preserve"]), extras)
    tests = options.get("support-tests") and _TESTS in project.support
    for site in file.sites:
        found = item(file, site, options.get("style", "safe-executor"), options.get("opaque", "keep"))
        yield replace(found, support=(*found.support, _TESTS)) if tests and isinstance(found, Change) and found.support else found


def _extras(path: str, recoverable: Mapping[str, Any]) -> tuple[str, ...]:
    """The canonical names that the option adds in this file. Raises ValueError for a pattern or value that is none."""
    names: list[str] = []
    for pattern, given in recoverable.items():
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise ValueError(f"option recoverable: {pattern} needs a list of exception names, such as [OSError, zmq.ZMQError]")
        if matcher([pattern])(path):
            names += given
    if not names:
        return ()
    from codemods.broad_except.knowledge import load

    return tuple(load().canonical(name) for name in names)


CODEMOD = Codemod(
    name="broad-except",
    summary="Turn broad except clauses into SafeExecutor blocks that log their tracebacks.",
    version=2,
    run_file=run_file,
    hints=rb"except\b",
    options=(
        Option("preserve", "bool", False, "keep every site's meaning exactly"),
        Option("style", "choice", "safe-executor", "a with block, or the except clause narrowed", ("safe-executor", "narrow")),
        Option("opaque", "choice", "keep", "where inference knows too little: keep Exception, or skip", ("keep", "skip")),
        Option("recoverable", "map", {}, "patterns of paths, each with exceptions to recover from there"),
        Option("support-folder", "str", "common_utils", "the folder that gets the support module"),
        Option("support-tests", "bool", False, "put the support module's own tests beside it"),
    ),
    facts=(FACT, LEARNED, LOGGED, OWN_LOGGER, *FACTS),
    support=(
        SupportModule(SUPPORT, "{folder}/error_handling.py", "{folder}/safe_executor.py", "error_handling.py"),
        SupportModule(_TESTS, "{folder}/test_error_handling.py", "{folder}/test_safe_executor.py", "error_handling_tests.py"),
    ),
    doc=__doc__,
)
