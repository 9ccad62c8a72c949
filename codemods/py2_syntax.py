"""Rewrite the syntax that only Python 2 has, in files that Python 3 cannot parse.

What it does
    `print x` becomes `print(x)`, `exec code in names` becomes `exec(code, names)`, `except E, e:` becomes
    `except E as e:`, `raise E, "x"` becomes `raise E("x")`, backticks become `repr(...)`, `<>` becomes `!=`,
    `0777` and `10L` become `0o777` and `10`, `ur"..."` becomes `r"..."` (see below), and `d.has_key(k)` becomes
    `k in d`. The file is read by fissix, whose grammar is that of Python 2, and its fixers do the rewriting;
    lines in which nothing is to be done keep their bytes. A file that Python 3 parses is left alone.

Why
    No other rule can look into a file that does not parse. Once it does, all of them can.

When it skips
    `not-python-2`: the file is neither Python 3 nor Python 2. The parser's own complaint stands beside it.
    `nothing-to-convert`: it is Python 2, and what keeps Python 3 from parsing it is none of the above.
    `raw-unicode-escape`: a `ur"..."` holds `\\u`, an escape there, and two letters in a `r"..."`.

Applicability
    Always unsafe: that a file parses says nothing about its meaning. Division, text and bytes, comparison,
    and builtins that are gone (`unicode`, `xrange`) are not looked at.

Options
    None.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine import Applicability, Change, Codemod, Evidence, Project, Site, Skip, Source, Span, text_edits

_FIXERS = ("print", "exec", "except", "raise", "repr", "ne", "numliterals", "has_key")
_SPOKEN = {"numliterals": "number literals", "repr": "backticks", "ne": "<>"}
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\[uU]")
_LONG_OCTAL = re.compile(r"0\d*[1-9]\d*[lL]")  # of which the fixer sees one half only
_OUT_OF_SCOPE = "division, text and bytes, comparison and builtins that are gone were not looked at"


def run_file(source: Source, _: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One change for a file of Python 2: its parts do not parse alone."""
    if source.parses:
        return
    top = Site(source.path, 1)
    found = _converted(source)
    if isinstance(found, str):
        yield Skip(top, "not-python-2", f"neither Python 3 nor Python 2: {found}")
        return
    text, counts, escapes = found
    if escapes:
        yield Skip(top, "raw-unicode-escape", f"ur{escapes} holds an escape; write it as a plain literal by hand")
        return
    edits = text_edits(source, text)
    if not edits:
        yield Skip(top, "nothing-to-convert", "it is Python 2, but holds nothing that this rule converts")
        return
    kinds = ", ".join(f"{count} {_SPOKEN.get(kind, kind)}" for kind, count in sorted(counts.items()))
    line, end = source.position(edits[0].start)[0], source.position(max(edits[-1].end - 1, edits[-1].start))
    yield Change(
        Site(source.path, line, 1, *end),
        f"Python 2 syntax: {kinds}",
        Applicability.UNSAFE,
        edits,
        (Span(source.path, 0, len(source.text)),),
        evidence=(Evidence("python-2-meaning", "unknown", _OUT_OF_SCOPE),),
        data={"kind": "python-2", "converted": dict(sorted(counts.items()))},
    )


def _converted(source: Source) -> tuple[str, Counter[str], str] | str:
    """The text in the syntax of Python 3, places by kind, and the first `ur` literal with an escape; or a complaint."""
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError
    from fissix.refactor import RefactoringTool

    tool = RefactoringTool([f"fissix.fixes.fix_{name}" for name in _FIXERS], {"print_function": _has_print_function(source)})
    text = source.text.replace("\r\n", "\n")
    ended = text if text.endswith("\n") else text + "\n"
    try:
        tree = tool.driver.parse_string(ended)
    except (ParseError, TokenError, IndentationError, SyntaxError) as error:
        return _plain(error)
    counts: Counter[str] = Counter()
    escapes = ""
    for leaf in tree.leaves():
        literal = re.match(r"[uU][rR](?=['\"])", leaf.value)
        if literal:
            escapes = escapes or (leaf.value[2:] if _ESCAPE.search(leaf.value) else "")
            leaf.value = leaf.value[1:]
            counts["ur literals"] += 1
        if _LONG_OCTAL.fullmatch(leaf.value):
            leaf.value = leaf.value[:-1]
        if leaf.value == "raise" and leaf.parent is not None and _drop_none(leaf.parent):
            counts["raise"] += 1
    for fixer in (*tool.pre_order, *tool.post_order):
        fixer.transform = _counting(fixer, counts)
    tool.refactor_tree(tree, source.path)
    return str(tree), counts, escapes


def _counting(fixer: Any, counts: Counter[str]) -> Any:
    transform = fixer.transform

    def counted(node: Any, results: Any) -> Any:
        before = str(node)
        new = transform(node, results)
        if new is not None or str(node) != before:
            counts[type(fixer).__module__.rpartition("fix_")[2]] += 1
        return new

    return counted


def _drop_none(statement: Any) -> bool:
    """`raise E, None` to `raise E`, which it means, whether E is a class or an exception; says whether it was one."""
    parts = statement.children
    is_one = len(parts) == 4 and str(parts[3]).strip() == "None"
    if is_one:
        parts[3].remove()
        parts[2].remove()
    return is_one


def _has_print_function(source: Source) -> bool:
    return re.search(r"^from __future__ import .*\bprint_function\b", source.text, re.M) is not None


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


CODEMOD = Codemod(
    name="py2-syntax",
    summary="Rewrite Python 2 syntax in files that Python 3 cannot parse.",
    version=1,
    run_file=run_file,
    hints=(
        rb"(?m)^[^#\n]*\b(?:print|exec|raise)\b",
        rb"(?m)^[^#\n]*\bexcept\b[^:\n]*,",
        rb"[`]|<>",
        rb"\b0[0-9]|\b\d+[lL]\b",
        rb"\b[uU][rR]['\"]",
        rb"\.\s*has_key\b",
    ),
    globs=("*.py",),
    reads="text",
    packages=("fissix",),
    extra="py2",
    doc=__doc__ or "",
)
