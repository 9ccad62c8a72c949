"""Turn broad `except` clauses into a `with SafeExecutor(...)` that says what went wrong.

What it does
    Reports every handler that catches Exception, BaseException or everything, once, and classifies it:
    import-guard, re-raise, rep-reply, cleanup, boundary, fallback, swallow (kinds.py gives the precedence).
    An import guard becomes `except ImportError`, in place. A handler that always raises is a finding and
    stays. All others become `with SafeExecutor(logger, recoverable=(Exception,)) as attempt:` in place of
    `try:`, and `if attempt.failed:` in place of the `except` line; the handler's body and comments stay, and
    `e = attempt.error` comes first where the handler reads `e`. `else:` stays an else. A handler of nothing
    but `pass` is dropped. The logger is one that surely is bound there, else `logging.getLogger(__name__)`.
    The executor logs at "error"; at "debug" where the handler logs by itself or was silent on purpose; not
    at all where the handler logs at debug.
    `logger.exception(...)`, `exc_info=True` and `traceback.format_exc()` in the handler get `attempt.error`.

Why
    A broad except hides bugs: a NameError looks like a lost connection, and no traceback is left. The
    executor keeps daemon loops and servers alive and writes the traceback; what it recovers from is
    named in one place and can be narrowed there.

When it skips
    `except-star`: the try is `except*`.
    `specific-siblings`, `finally`: the try has other handlers, or a finally.
    `bare-except`, `base-exception`, `import-guard`, `module-level-name`, `introspection`: with `preserve` only.
    `tuple-members`: a tuple holds more than Exception and builtin subclasses of it.
    `class-body`: the names would become attributes of the class.
    `shadowed-name`: Exception, ImportError, logging or SafeExecutor means something else there.
    `logging-machinery`: a method of a logging handler or formatter, where logging would come back to itself.
    `bare-raise`, `raises-in-handler`: one path of the handler raises; it needs the exception as the current one.
    `needs-current-exception`, `handler-helper`: the handler, or a function of the project that it calls, asks
    for the exception being handled.
    `name-used-after`, `name-declared-outer`: `e` is read where the except clause has deleted it, is kept by a
    closure, or is global.
    `comment-in-header`: a comment stands inside the list of exceptions.
    `support-module-taken`: there is no free place for the support module.
    `shares-line`, `slice-parse`, `not-as-meant`: the statement cannot be rewritten in place.

Applicability
    Safe: the with-form of `except Exception`. What is caught, what runs and in which order stay as they
    were; a log record is added. The exception lives until the function ends, not until the handler does, and
    an error that a call in the handler raises no longer names the first one as its context.
    Unsafe: import guards; bare and BaseException handlers (they also caught KeyboardInterrupt and its like);
    files that do not show that the target's root is on their path; loggers that are only named like one.

Options
    `preserve`: keep every site's meaning exactly: no narrowing, bare and BaseException handlers stay, and the
    executor logs at "debug" at most.
    `support-folder`: the folder that gets the support module.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from codemods.broad_except.decide import SUPPORT, item
from codemods.broad_except.helpers import FACT
from codemods.broad_except.sites import read
from engine import Change, Codemod, Finding, Option, Project, Skip, Source, SupportModule


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip | Finding]:
    """Exactly one item for each broad handler of the file, in source order."""
    file = read(source, project, bool(options["preserve"]))
    for site in file.sites:
        yield item(file, site)


CODEMOD = Codemod(
    name="broad-except",
    summary="Turn broad except clauses into SafeExecutor blocks that log their tracebacks.",
    version=1,
    run_file=run_file,
    hints=rb"\bexcept\b",
    options=(
        Option("preserve", "bool", False, "keep every site's meaning exactly"),
        Option("support-folder", "str", "common_utils", "the folder that gets the support module"),
    ),
    facts=(FACT,),
    support=(SupportModule(SUPPORT, "{folder}/error_handling.py", "{folder}/safe_executor.py", "error_handling.py"),),
    doc=__doc__,
)
