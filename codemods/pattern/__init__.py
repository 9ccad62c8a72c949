"""Find code by a pattern, and put other code in its place: rules without Python.

What it does
    A pattern is Python with metavariables: `$X` is one node, `$$$ARGS` are many, `$_` and `$$$` are any; the same name twice
    means the same code. Names are compared by what they stand for, through imports and aliases. `replace` is written with
    the same metavariables; what they hold keeps its text, its comments and its layout. Matches inside a captured expression
    are rewritten with the match around them. docs/patterns.md is the reference of the language.

Why
    A team knows best which calls it no longer wants. One line of configuration should be enough to say so, and to mend it.

When it skips
    `no-replacement`: a finding; the rule only reports. `ambiguous-name`: a name of the pattern has several meanings in this
    file. `shadowed`: a name of the replacement means something else there. `comment`: a comment would be lost.
    `f-string`: the match stands inside an f-string. `no-statement`: part of a statement cannot become a statement.
    `shares-line`: the statement shares its line with other code. `elif`: an `elif` branch is no statement of its own.
    `indentation`: the lines of a block are not indented alike. `not-as-meant`: the new text would be other code than the
    replacement means, for instance where a captured call would stand as a name. `nested`: a finding; the rewrite would move a
    block that holds another match, which is rewritten first, and this one after it.

Applicability
    As `applicability` says; unsafe when it says nothing.

Options
    `match`: the pattern. `any` and `all` combine several, `not` excludes.
    `any`: patterns of which one must match; `all` of them must, where that is given.
    `all`: patterns, or mappings with match, any, all, not and conditions, that must all hold of the same code.
    `not`: what the code must not match: a pattern, a mapping, or a list of them.
    `where`: conditions: inside, has, follows, precedes, imported, each also with `not-`; and of each metavariable
    is, matches, resolves-to, match, has.
    `replace`: what takes the place of the code; empty text deletes statements. Left out: the match is a finding.
    `imports`: imports that the replacement needs, such as `json` or `from json import dumps`.
    `applicability`: safe, unsafe or manual.
    `message`: what is wrong; `$X` in it is what the metavariable holds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.pattern.captures import File
from codemods.pattern.expressions import Writer
from codemods.pattern.faults import Fault
from codemods.pattern.read import Read, read
from codemods.pattern.rewrite import Gone, rewritten, shown, waiting
from codemods.pattern.sites import Match, matches, place_of
from engine import (
    Applicability,
    Change,
    Codemod,
    Finding,
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
    if rule.template is None:
        for match in found:
            data = {"captures": shown(match, source)}
            yield Finding(_site(match, file), _message(match, options, source), "no-replacement", data)
        return
    yield from _changes(found, rule, file, options)


def _changes(found: list[Match], rule: Read, file: File, options: Mapping[str, Any]) -> Iterator[Finding | Change | Skip]:
    assert rule.template is not None
    expressions = rule.template.kind == "expression"
    inner: dict[ast.AST, Match] = {
        match.nodes[0]: match for match in found if expressions and isinstance(match.nodes[0], ast.expr)
    }
    taken: set[ast.AST] = set()
    gone: Gone = {}
    wanted: list[tuple[Match, Change]] = []
    for match in found:
        if match.nodes[0] in taken:
            continue
        writer = Writer(file, rule.template, rule.imports, inner)
        site, data = _site(match, file), {"captures": shown(match, file.source)}
        try:
            edits, spans = rewritten(writer, match, gone)
        except SliceError as error:
            yield Skip(site, error.reason, str(error), data)
            continue
        except RecursionError:
            yield Skip(site, "not-as-meant", "the code is nested too deeply to be rewritten", data)
            continue
        if not edits:
            continue
        if expressions:
            taken.update(node for part in match.nodes for node in every_node(part) if isinstance(node, ast.expr))
        applicability, imports = Applicability(options["applicability"]), tuple(sorted(writer.needs))
        change = Change(site, _message(match, options, file.source), applicability, edits, spans, imports, data=data)
        wanted.append((match, change))
    later = waiting(wanted, file)
    for match, change in wanted:
        if match in later:
            yield Finding(change.site, change.message, "nested", change.data, change.applicability)
        else:
            yield change


def _site(match: Match, file: File) -> Site:
    start, end = place_of(match, file)
    (line, column), (end_line, end_column) = file.source.position(start), file.source.position(end)
    return Site(file.source.path, line, column, end_line, end_column)


def _message(match: Match, options: Mapping[str, Any], source: Source) -> str:
    """The rule's message with what the metavariables hold; else what is found, and what is written instead."""
    held = shown(match, source)
    text = options.get("message") or ""
    if text:
        said = re.sub(r"\$(?:\$\$)?([A-Z_][A-Z0-9_]*)", lambda one: " ".join(held.get(one[1], one[0]).split()), text)
        return " ".join(said.split())
    wanted = " ".join(str(options.get("match") or "the pattern").split())
    if options.get("replace") is None:
        return f"matches {wanted}"
    return f"replace {wanted} by {' '.join(options['replace'].split())}" if options["replace"].strip() else f"delete {wanted}"


def hints(options: Mapping[str, Any]) -> tuple[bytes, ...]:
    """What a file must hold, in bytes, to be looked at: from the words of the patterns."""
    return read(options).hints


def check(options: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with the options: the path of keys to each fault, and a sentence."""
    return read(options).faults


CODEMOD = Codemod(
    name="pattern",
    summary="Find code by a pattern, and put other code in its place.",
    version=1,
    run_file=run_file,
    hints=hints,
    options=(
        Option("match", "json", None, "the code to look for, with metavariables: $X one node, $$$ARGS many"),
        Option("any", "json", None, "patterns of which one must match"),
        Option("all", "json", None, "patterns and conditions that must all hold of the same code"),
        Option("not", "json", None, "what the code must not match"),
        Option("where", "json", None, "conditions: inside, has, follows, precedes, imported; and of each metavariable"),
        Option("replace", "json", None, "what takes its place; empty text deletes statements; left out, matches are findings"),
        Option("imports", "list", [], "imports that the replacement needs"),
        Option("applicability", "choice", "unsafe", "whether a change keeps the meaning", ("safe", "unsafe", "manual")),
        Option("message", "str", "", "what is wrong; $X in it is what the metavariable holds"),
    ),
    check=check,
    doc=__doc__ or "",
)
