"""Tiny codemods, good and bad. A module of its own, so that worker processes can import them."""

import ast
import os
import re
import sys

import libcst as cst

from engine import Applicability, Change, Codemod, Finding, SliceError, replace_expression, rewrite_statement
from engine.codemod import Fact
from engine.model import Edit, Site, Skip, Span
from engine.process import BoundRule
from engine.request import PlannedRule


def rule(run_file, name=None, hints=b"", options=None, **more):
    """A planned rule whose codemod is just this function."""
    name = name or run_file.__name__.replace("_", "-")
    return PlannedRule(BoundRule(name, Codemod(name, "A test codemod.", 1, run_file, hints, **more), options or {}))


def swap(source, old, new, unless="", everywhere=True):
    """A safe change for each place where a pattern matches, as a raw text edit that spans its line."""
    for match in re.finditer(old, source.text):
        line, column = source.position(match.start())
        if unless and unless in source.text:
            continue
        span = Span(source.path, source.line_start(match.start()), source.line_end(match.end()))
        edit = source.edit(match.start(), match.end(), match.expand(new))
        yield Change(Site(source.path, line, column), f"{old} to {new}", Applicability.SAFE, (edit,), (span,))
        if not everywhere:
            return


def rename(source, _, options):
    """`old_name` becomes `new_name`: the good codemod."""
    yield from swap(source, r"\bold_name\b", "new_name")


def relocate(source, _, options):
    """The same through LibCST, statement by statement."""
    for node in source.tree.body:
        if "old_name" not in source.segment(node):
            continue
        try:
            rewrite = rewrite_statement(source, node, lambda tree: tree.visit(_Rename()))
        except SliceError as error:
            yield Skip(source.site(node), error.reason, str(error))
            continue
        yield Change(source.site(node), "rename", Applicability.SAFE, rewrite.edits, (rewrite.span,))


class _Rename(cst.CSTTransformer):
    def leave_Name(self, original_node, updated_node):
        return updated_node.with_changes(value="new_name") if updated_node.value == "old_name" else updated_node


def raises(source, _, options):
    yield Finding(Site(source.path, 1), "said before it fell")
    if "bad" in source.path:
        raise KeyError("no such thing")
    yield from rename(source, _, options)


def loops(source, _, options):
    while "bad" in source.path:
        pass
    yield from rename(source, _, options)


def eats_memory(source, _, options):
    hoard = []
    while "bad" in source.path:
        hoard.append(bytearray(50_000_000))
    yield from rename(source, _, options)


def exits(source, _, options):
    if "bad" in source.path:
        sys.exit(3)
    yield from rename(source, _, options)


def dies(source, _, options):
    if "bad" in source.path:
        os._exit(7)
    yield from rename(source, _, options)


def shoots_itself(source, _, options):
    if "bad" in source.path:
        os.kill(os.getpid(), 11)
    yield from rename(source, _, options)


def backtracks(source, _, options):
    if "bad" in source.path:
        re.search(r"(a+)+$", "a" * 60 + "!")
    yield from rename(source, _, options)


def prints(source, _, options):
    print("noise from", source.path)
    print("more noise", file=sys.stderr)
    yield from rename(source, _, options)


def nests(source, _, options):
    """Looks into every file that parses, so that its tree is needed."""
    yield Finding(Site(source.path, 1), str(len(source.tree.body)))


def insert(path, at, text):
    """An insertion, as an edit."""
    return Edit(path, at, at, text)


Tidy = (ast.Return, ast.Expr, ast.Assign)


def tidy(source, _, options):
    """`return x` becomes `return (x)` through LibCST, and `0` as a statement's value becomes `1 - 1` through ast."""
    for node in source.statements(Tidy):
        rewrite = None
        try:
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and "(" not in source.segment(node):
                rewrite = rewrite_statement(source, node, _parenthesise)
            elif isinstance(node.value, ast.Constant) and source.segment(node.value) == "0":
                rewrite = replace_expression(source, node, node.value, "1 - 1")
        except SliceError as error:
            yield Skip(source.site(node), error.reason, str(error))
        if rewrite is not None:
            yield Change(source.site(node), "tidy", Applicability.SAFE, rewrite.edits, (rewrite.span,))


def _parenthesise(tree):
    (small,) = tree.body
    value = small.value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return tree.with_changes(body=[small.with_changes(value=value)])


def assigned(source):
    return [node.targets[0].id for node in source.statements(ast.Assign)] or None


def falls(source):
    if "bad" in source.text:
        raise KeyError("bad")


def listed(found, project):
    return sorted(found.items())


def tells(source, project, options):
    yield Finding(Site(source.path, 1), str(next(iter(project.facts.values()))))


ASSIGNED = Fact("assigned", 1, b"", assigned, listed, ("*.txt",))
HINTED = Fact("hinted", 1, rb"\bz\b", assigned, listed)
FALLS = Fact("falls", 1, b"", falls, listed)
