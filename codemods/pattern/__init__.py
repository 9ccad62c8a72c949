"""Find code by a pattern, and put other code in its place: rules without Python.

What it does
    A pattern is Python with metavariables: `$X` is one node, `$$$ARGS` are many, `$_` and `$$$` are any; the same name twice
    means the same code. Names are compared by what they stand for, through imports and aliases. `replace` is written with
    the same metavariables; what they hold keeps its text, its comments and its layout. Matches inside a captured expression
    are rewritten with the match around them. docs/patterns.md is the reference of the language.

Why
    A team knows best which calls it no longer wants. One line of configuration should be enough to say so, and to mend it.

When it skips
    Only what may be something else is a skip. `ambiguous-name`: a name of the pattern has several meanings in this file.
    What breaks the rule and is not rewritten is a finding, and its message says why.
    `no-replacement`: the rule only reports. `transform`: what the replacement computes cannot be computed here.
    `shadowed`: a name of the replacement means something else there, or may. `not-imported`: it means nothing there.
    `comment`: a comment would be lost, or stand behind other code. `f-string`: the match stands inside an f-string.
    `no-statement`: part of a statement cannot become a statement.
    `shares-line`: the statement shares its line with other code. `elif`: an `elif` branch is no statement of its own.
    `indentation`: the lines of a block are not indented alike. `not-as-meant`: the new text would be other code than the
    replacement means, for instance where a captured call would stand as a name, or would lose a decorator, or a `/` or `*`
    among parameters, that the pattern leaves open. `nested`: the rewrite would move a block that holds another match, which
    is rewritten first, and this one after it.

Applicability
    As `applicability` says; unsafe when it says nothing.

Options
    `match`: the pattern. `any` and `all` combine several, `not` excludes.
    `any`: patterns of which one must match; `all` of them must, where that is given.
    `all`: patterns, or mappings with match, any, all, not and conditions, that must all hold of the same code.
    `not`: what the code must not match: a pattern, a mapping, or a list of them.
    `where`: conditions: inside, has, follows, precedes, imported, file-has, each also with `not-`; and of each metavariable
    is, matches, resolves-to, match, has.
    `replace`: what takes the place of the code; empty text deletes statements. Left out: the match is a finding. An alternative
    of `any` may have its own, with its own imports and transform. A mapping of metavariables replaces what they hold only.
    `imports`: imports that the replacement needs, such as `json` or `from json import dumps, loads`.
    `transform`: metavariables that are computed from others: by shell-words, percent-format or percent-arguments.
    `applicability`: safe, unsafe or manual.
    `message`: what is wrong; `$X` in it is what the metavariable holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.pattern.captures import File
from codemods.pattern.faults import Fault
from codemods.pattern.messages import said
from codemods.pattern.read import Read, read
from codemods.pattern.replacements import Replacement
from codemods.pattern.rewrite import Gone, replaced, shown, waiting
from codemods.pattern.rules import way_of
from codemods.pattern.sites import Match, matches, place_of
from engine import (
    Applicability,
    Change,
    Codemod,
    Finding,
    ImportNeed,
    Option,
    Project,
    RewrightError,
    Site,
    Skip,
    SliceError,
    Source,
    every_node,
)


def run_file(source: Source, _: Project, options: Mapping[str, Any]) -> Iterator[Finding | Change | Skip]:
    """One item for each match. Raises RewrightError for options with faults; rules.yaml is checked before."""
    rule = read(options)
    if rule.faults:
        raise RewrightError("; ".join(message for _, message in rule.faults))
    file = File(source, rule.modules)
    found = matches(rule.rule, rule.words, file)
    inner: dict[ast.AST, Match] = {
        match.nodes[0]: match for match in found if isinstance(match.nodes[0], ast.expr) and _gives_expression(match, rule)
    }
    taken: set[ast.AST] = set()
    left: dict[ast.AST, SliceError] = {}  # expressions that stay as they are within a change around them
    gone: Gone = {}
    wanted: list[tuple[Match, Change]] = []
    for match in found:
        if match.nodes[0] in taken and _gives_expression(match, rule):
            if match.nodes[0] in left:
                yield _refused(match, left[match.nodes[0]], rule, file, options)
            continue
        item = _item(match, rule, inner, left, gone, file, options)
        if isinstance(item, Change):
            wanted.append((match, item))
            if _gives_expression(match, rule):
                taken.update(node for part in match.nodes for node in every_node(part) if isinstance(node, ast.expr))
        elif item is not None:
            yield item
    later = waiting(wanted, rule.replacements, file)
    for match, change in wanted:
        if match in later:
            yield Finding(change.site, change.message, "nested", change.data, change.applicability)
        else:
            yield change


def _gives_expression(match: Match, rule: Read) -> bool:
    """Does an expression take its place, so that matches in one another are rewritten together?"""
    template = rule.replacements[way_of(match.found)].template
    return template is not None and template.kind == "expression"


def _item(
    match: Match,
    rule: Read,
    inner: Mapping[ast.AST, Match],
    left: dict[ast.AST, SliceError],
    gone: Gone,
    file: File,
    options: Mapping[str, Any],
) -> Finding | Change | Skip | None:
    """What becomes of a match; None where the replacement says what is there already."""
    replacement = rule.replacements[way_of(match.found)]
    site, data = _site(match, file), {"captures": shown(match, file.source)}
    message = _message(match, replacement, options, file.source)
    if not replacement.templates:
        return Finding(site, message, "no-replacement", data)
    needs: set[ImportNeed] = set()
    try:
        edits, spans = replaced(match, rule.replacements, file, inner, left, needs, gone)
    except SliceError as error:
        return _refused(match, error, rule, file, options)
    except RecursionError:
        return _refused(match, SliceError("not-as-meant", "the code is nested too deeply"), rule, file, options)
    if not edits:
        return None
    return Change(site, message, Applicability(options["applicability"]), edits, spans, tuple(sorted(needs)), data=data)


def _refused(match: Match, error: SliceError, rule: Read, file: File, options: Mapping[str, Any]) -> Finding | Skip:
    """Why a match is not rewritten: a finding all the same, unless we do not know that it is what the pattern means."""
    site, data = _site(match, file), {"captures": shown(match, file.source)}
    if error.reason == "ambiguous-name":
        return Skip(site, error.reason, str(error), data)
    message = _message(match, rule.replacements[way_of(match.found)], options, file.source)
    whole = f"{message.rstrip('.')}; not rewritten: {error}"
    return Finding(site, whole, error.reason, {**data, "because": str(error)}, Applicability.MANUAL)


def _site(match: Match, file: File) -> Site:
    start, end = place_of(match, file)
    (line, column), (end_line, end_column) = file.source.position(start), file.source.position(end)
    return Site(file.source.path, line, column, end_line, end_column)


def _message(match: Match, replacement: Replacement, options: Mapping[str, Any], source: Source) -> str:
    """The rule's message with what the metavariables hold; else what is found, and what is written instead."""
    held = shown(match, source)
    if options.get("message"):
        return said(options["message"], held)
    one = options.get("match")
    wanted = " ".join(str(one or "the pattern").split())
    if not replacement.templates:
        return f"matches {wanted}"
    text = replacement.text if one else said(replacement.text, held)  # of several patterns, nobody sees which one `$X` is of
    return f"replace {wanted} by {text}" if text else f"delete {wanted}"


def hints(options: Mapping[str, Any]) -> tuple[bytes, ...]:
    """What a file must hold, in bytes, to be looked at: from the words of the patterns."""
    return read(options).hints


def check(options: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with the options: the path of keys to each fault, and a sentence."""
    return read(options).faults


CODEMOD = Codemod(
    name="pattern",
    summary="Find code by a pattern, and put other code in its place.",
    version=3,
    run_file=run_file,
    hints=hints,
    options=(
        Option("match", "json", None, "the code to look for, with metavariables: $X one node, $$$ARGS many"),
        Option("any", "json", None, "patterns of which one must match"),
        Option("all", "json", None, "patterns and conditions that must all hold of the same code"),
        Option("not", "json", None, "what the code must not match"),
        Option("where", "json", None, "conditions: inside, has, follows, precedes, imported, file-has; and of each metavariable"),
        Option("replace", "json", None, "what takes its place; empty text deletes statements; left out, matches are findings"),
        Option("imports", "list", [], "imports that the replacement needs"),
        Option("transform", "json", None, "metavariables that are computed from others: by what, and of which source"),
        Option("applicability", "choice", "unsafe", "whether a change keeps the meaning", ("safe", "unsafe", "manual")),
        Option("message", "str", "", "what is wrong; $X in it is what the metavariable holds"),
    ),
    check=check,
    doc=__doc__ or "",
)
