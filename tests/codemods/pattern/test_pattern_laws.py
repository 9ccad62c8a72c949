"""Laws of patterns, on random code: what a pattern was made from it matches; itself for itself is nothing; two matchers agree."""

import ast

import pattern_reference as reference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pattern_kit import faults, options, run

from codemods.pattern import CODEMOD
from codemods.pattern.captures import File
from codemods.pattern.read import read
from codemods.pattern.sites import matches, place_of
from engine.model import Change
from engine.source import Source

NAMES = st.sampled_from(["qa", "qb", "qc", "qd"])
ATOMS = st.one_of(NAMES, st.sampled_from(["0", "1", "'s'", "None", "'a' 'b'", "0x10", "-1", "...", "b'x'", "f'{qa}'"]))


def joined(parts):
    return ", ".join(parts)


def bracketed(inner):
    many = st.lists(inner, max_size=3)
    return st.one_of(
        st.tuples(inner, many, st.lists(st.tuples(NAMES, inner), max_size=2, unique_by=lambda pair: pair[0])).map(
            lambda parts: f"({parts[0]})({joined([*parts[1], *(f'{name}={value}' for name, value in parts[2])])})"
        ),
        st.tuples(inner, NAMES).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(inner, st.sampled_from(["+", "*", "==", "and", "or", "in", "is not", "**"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        many.map(lambda parts: f"[{joined(parts)}]"),
        st.lists(st.tuples(inner, inner), max_size=2).map(
            lambda pairs: "{" + joined(f"{one}: {two}" for one, two in pairs) + "}"
        ),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]}) if ({parts[1]}) else ({parts[2]})"),
        st.tuples(NAMES, inner).map(lambda parts: f"(lambda {parts[0]}: {parts[1]})"),
        st.tuples(inner, NAMES, inner).map(lambda parts: f"[{parts[0]} for {parts[1]} in ({parts[2]})]"),
        inner.map(lambda part: f"not ({part})"),
    )


# Two levels, not `st.recursive`: its texts may grow to pages.
SMALL = st.one_of(ATOMS, bracketed(ATOMS))
EXPRESSIONS = st.one_of(SMALL, bracketed(SMALL))


def blocks(inner):
    body = st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: "\n".join("    " + line for part in parts for line in part.split("\n"))
    )
    return st.one_of(
        st.tuples(EXPRESSIONS, body).map(lambda parts: f"if {parts[0]}:\n{parts[1]}"),
        st.tuples(EXPRESSIONS, body, body).map(lambda parts: f"if {parts[0]}:\n{parts[1]}\nelse:\n{parts[2]}"),
        st.tuples(NAMES, EXPRESSIONS, body).map(lambda parts: f"for {parts[0]} in {parts[1]}:\n{parts[2]}"),
        st.tuples(EXPRESSIONS, NAMES, body).map(lambda parts: f"with {parts[0]} as {parts[1]}:\n{parts[2]}"),
        st.tuples(NAMES, st.lists(NAMES, max_size=2, unique=True), body).map(
            lambda parts: f"def {parts[0]}({joined(parts[1])}):\n{parts[2]}"
        ),
    )


SIMPLE = st.one_of(EXPRESSIONS, st.tuples(NAMES, EXPRESSIONS).map(" = ".join), EXPRESSIONS.map("assert {}".format))
STATEMENTS = st.one_of(SIMPLE, blocks(st.one_of(SIMPLE, blocks(SIMPLE))))


def text_of(code, node):
    lines = code.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


def holes(node, choice):
    """Expressions of a node that may become metavariables, none inside another; not the node itself, nor what is no value."""
    found, stack = [], list(ast.iter_child_nodes(node))
    while stack:
        one = stack.pop()
        if isinstance(one, ast.JoinedStr):
            continue
        if isinstance(one, ast.expr) and isinstance(getattr(one, "ctx", ast.Load()), ast.Load) and choice(st.booleans()):
            found.append(one)
        else:
            stack += ast.iter_child_nodes(one)
    return found


@st.composite
def pattern_and_code(draw):
    """Code, a node of it, and a pattern: that node with random parts replaced by metavariables, equal ones by equal ones."""
    code = "\n".join(draw(st.lists(STATEMENTS, min_size=1, max_size=3))) + "\n"
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.expr, ast.stmt)) and not _is_bare(node)]
    assume(nodes)
    node = draw(st.sampled_from(nodes))
    parts = holes(node, draw)
    start, end = text_of(code, node)
    names: dict[str, str] = {}
    pattern = code[start:end]
    for part in sorted(parts, key=lambda part: -text_of(code, part)[0]):
        low, high = (place - start for place in text_of(code, part))
        name = names.setdefault(reference.key(part), f"$X{len(names)}")
        pattern = pattern[:low] + name + pattern[high:]
    column = code[:start].rpartition("\n")[2]
    lines = pattern.split("\n")  # a statement's block keeps its depth below the statement
    return "\n".join([lines[0], *(line.removeprefix(column) if not column.strip() else line for line in lines[1:])]), code, node


def _is_bare(node):
    """Names and literals alone are patterns of another kind: they have no parts. Targets are no values."""
    inside = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or isinstance(node, (ast.JoinedStr, ast.FormattedValue))
    return inside or isinstance(node, ast.Expr) or not any(isinstance(part, ast.expr) for part in ast.iter_child_nodes(node))


def places(pattern, code):
    rule = read(options(match=pattern))
    file = File(Source("a.py", code.encode()), rule.modules)
    out = set()
    for match in matches(rule.rule, rule.words, file):
        start, end = place_of(match, file)
        out.add((*file.source.position(start), *file.source.position(end)))
    return out


@settings(max_examples=200, deadline=None)
@given(pattern_and_code())
def test_a_pattern_matches_the_code_that_it_was_made_from(case):
    pattern, code, node = case
    if faults(match=pattern):
        return  # every part became a metavariable: the pattern says nothing
    assert (node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1) in places(pattern, code), (pattern, code)


@settings(max_examples=200, deadline=None)
@given(pattern_and_code(), st.lists(STATEMENTS, min_size=1, max_size=4))
def test_the_two_matchers_agree(case, others):
    pattern, code, _ = case
    if faults(match=pattern):
        return
    for text in (code, "\n".join(others) + "\n"):
        assert places(pattern, text) == reference.places(pattern, text), (pattern, text)


MANY = ["(qa)($$$A)", "(qa)($$$A, 1, $$$B)", "[$$$A, $X, $X]", "[$X, $$$A, $X]", "($F)($X, $$$A)", "($F)($$$A, qb=$V)"]
MANY += ["if $C:\n    $$$B", "if $C:\n    $$$B\nelse:\n    $$$D", "for $I in $X:\n    $S\n    $$$R", "def $F($$$P):\n    $$$B"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MANY), st.lists(STATEMENTS, min_size=1, max_size=4))
def test_the_two_matchers_agree_on_many(pattern, parts):
    code = "\n".join(parts) + "\n"
    assert places(pattern, code) == reference.places(pattern, code), (pattern, code)


@settings(max_examples=100, deadline=None)
@given(pattern_and_code())
def test_itself_for_itself_is_the_identity(case):
    pattern, code, _ = case
    if faults(match=pattern, replace=pattern):
        return
    items, after = run(code, match=pattern, replace=pattern)
    assert after == code and not any(isinstance(item, Change) for item in items), (pattern, code, items)


@settings(max_examples=100, deadline=None)
@given(pattern_and_code(), EXPRESSIONS)
def test_a_replacement_means_what_it_says(case, around):
    """`$X` for the match inside other code: the result is the tree with the node exchanged, or the site is left alone."""
    pattern, code, node = case
    given = {"match": pattern, "replace": "qzz($X0)" if "$X0" in pattern else "qzz()"}
    if isinstance(node, ast.stmt) or faults(**given):
        return
    code = "def qzz(*qy): return qy\n" + code
    items, after = run(code, **given)
    ast.parse(after)
    for item in items:
        assert isinstance(item, Change) or item.reason in ("f-string", "gate:names", "gate:compile", "not-as-meant"), items
    again, unchanged = run(after, **given)
    assert unchanged == after and not any(isinstance(item, Change) for item in again)


def test_the_codemod_is_a_value():
    assert CODEMOD.check is not None and CODEMOD.name == "pattern"
