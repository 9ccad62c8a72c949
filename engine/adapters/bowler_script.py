"""`bowler:` a Bowler query script. It runs as always, but its queries run on one text in memory: nothing is read or written.

The paths that a query names do not count: the rule's `include` and `exclude` say which files are looked at.
"""

from __future__ import annotations

import contextlib
import difflib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from engine.adapters.load import Code, run_script
from engine.adapters.tool import Told
from engine.model import RewrightError
from engine.project import Project
from engine.source import Source


def prepare() -> None:
    """Import the tool, before anything is refused to it: fissix may keep its grammar in the user's cache folder."""
    import bowler.tool  # noqa: F401
    import fissix.refactor  # noqa: F401


def probe(options: Mapping[str, Any], code: Code | None) -> None:
    """Raises what the script raises, and RewrightError when it runs no query."""
    queries = _queries(code)
    if not queries:
        raise RewrightError("runs no query: end it with .diff(), .execute() or .write(), or define main()")
    for query in queries:
        query.compile()


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> Told:
    """The text after every query, in order; those of Python 3 are not asked of a file that does not parse."""
    text = source.text.replace("\r\n", "\n")
    for query in _queries(code):
        reads = source.parses or query.python_version == 2
        if reads and (query.filename_matcher is None or query.filename_matcher(source.path)):
            text = _run_query(query, text, source)
    return Told(text, f"{options['bowler']}: as this Bowler query says")


def _queries(code: Code | None) -> list[Any]:
    """Each query that the script would run."""
    from bowler import query as bowler_query

    if code is None:
        raise RewrightError("the script was not loaded; name it in the rule file")
    found: list[Any] = []

    def execute(self: Any, **_: Any) -> Any:
        found.append(self)
        self.retcode = 0
        return self

    original = bowler_query.Query.execute
    bowler_query.Query.execute = execute
    try:
        sys.argv[:] = [code.path]
        with contextlib.suppress(_Ended):
            module = _ended_quietly(code)
            main = getattr(module, "main", None)
            if not found and callable(main):
                main()
    finally:
        bowler_query.Query.execute = original
    return found


class _Ended(Exception):
    """The script called sys.exit(0), as scripts do at their end."""


def _ended_quietly(code: Code) -> Any:
    try:
        return run_script(code)
    except SystemExit as error:
        if error.code in (None, 0):
            raise _Ended from error
        raise


def _run_query(query: Any, text: str, source: Source) -> str:
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError
    from fissix.refactor import RefactoringTool

    class InMemory(RefactoringTool):  # type: ignore[misc]
        """Fixers of a query, on a text."""

        def get_fixers(self) -> tuple[list[Any], list[Any]]:
            """The query's own, in the order in which they want the tree."""
            made = [fixer(self.options, self.fixer_log) for fixer in self.fixers]
            return [one for one in made if one.order == "pre"], [one for one in made if one.order == "post"]

    tool = InMemory(query.compile(), {"print_function": True} if query.python_version == 3 else {})
    ended = text if text.endswith("\n") else text + "\n"
    try:
        tree = tool.driver.parse_string(ended)
    except (ParseError, TokenError, IndentationError):
        if source.parses:
            raise
        return text  # neither Python 2 nor 3: that the file does not parse is told once, by the engine
    tool.refactor_tree(tree, source.path)
    new = str(tree)
    if new == ended:
        return text  # and an empty file does not get a line
    return _processed(query, ended, new, source) if query.processors else new


def _processed(query: Any, old: str, new: str, source: Source) -> str:
    """The new text without the hunks that one of the query's processors turns down."""
    was, now = old.splitlines(), new.splitlines()
    out, at = [], 0
    matcher = difflib.SequenceMatcher(None, was, now)
    for group in matcher.get_grouped_opcodes(3):
        i, j, k, m = group[0][1], group[-1][2], group[0][3], group[-1][4]
        hunk = [source.path, source.path, f"@@ -{i + 1},{j - i} +{k + 1},{m - k} @@", *_diff_lines(group, was, now)]
        kept = all(process(source.path, hunk) is not False for process in query.processors)
        out += [*was[at:i], *(now[k:m] if kept else was[i:j])]
        at = j
    return "\n".join([*out, *was[at:]]) + "\n"


def _diff_lines(group: Any, was: list[str], now: list[str]) -> Iterator[str]:
    for kind, i, j, k, m in group:
        if kind == "equal":
            yield from (" " + line for line in was[i:j])
        else:
            yield from ("-" + line for line in was[i:j])
            yield from ("+" + line for line in now[k:m])
