"""A statement through LibCST and back."""

import ast

import libcst as cst
import pytest

from engine import SliceError, Source, rewrite_statement
from engine.edits import apply_edits


def first(source, kind=ast.stmt):
    return source.statements(kind)[0]


def rewritten(text, transform, kind=ast.stmt, hollow=()):
    source = Source("m.py", text.encode())
    node = first(source, kind)
    rewrite = rewrite_statement(source, node, transform, [getattr(node, name) for name in hollow])
    return apply_edits(source.text, rewrite.edits), rewrite.edits


class Rename(cst.CSTTransformer):
    def leave_Name(self, original_node, updated_node):
        return updated_node.with_changes(value="new") if updated_node.value == "old" else updated_node


def rename(tree):
    return tree.visit(Rename())


@pytest.mark.parametrize(
    "text",
    [
        "x = old\n",
        "x = old",
        "\tx = old\n".replace("\t", "if 1:\n\t", 1),
        "if 1:\n        x = '''\nout\n''', old  # c\n",
        "class C:\r\n  x = 1\r\n  @old\r\n  # between\r\n  def f(self): pass\r\n",
        "if 1:\n    if 2:\n    \tx = old\n",
        "\x0cx = old\n",
        "class C:\n    \x0c\n    x = old\n",
        "x = 'a\u2028b\x0c', old\n",
    ],
)
def test_only_the_word_changes(text):
    source = Source("m.py", text.encode())
    node = [
        node
        for node in source.statements(ast.stmt)
        if "old" in text[source.line_start(source.start(node)) : source.end(node)] or getattr(node, "decorator_list", None)
    ][-1]
    rewrite = rewrite_statement(source, node, rename)
    assert apply_edits(source.text, rewrite.edits) == text.replace("old", "new")
    assert [(edit.text, text[edit.start : edit.end]) for edit in rewrite.edits] == [("new", "old")]


def test_hollow_suite_is_not_parsed_and_keeps_its_bytes():
    body = "    y = () if 0 else(lambda:())\n    # old stays\n    z = old\n"  # LibCST does not read the first line
    after, edits = rewritten(f"if old:\n{body}else:\n    old\n", rename, ast.If, ["body"])
    assert after == f"if new:\n{body}else:\n    new\n"
    assert len(edits) == 2


def test_hollow_suite_may_move_and_be_dropped():
    def swap(tree):
        return tree.with_changes(body=tree.orelse.body, orelse=tree.orelse.with_changes(body=tree.body))

    text = "if a:\n    x = (1,\n2)\nelse:\n    y = '''\n'''  # c\n"
    after, _ = rewritten(text, swap, ast.If, ["body", "orelse"])
    assert after == "if a:\n    y = '''\n'''  # c\nelse:\n    x = (1,\n2)\n"
    after, _ = rewritten(text, lambda tree: tree.with_changes(orelse=None), ast.If, ["body", "orelse"])
    assert after == "if a:\n    x = (1,\n2)\n"


def test_hollow_suite_that_loses_its_line_is_refused():
    def joined(tree):
        (line,) = tree.body.body
        return tree.with_changes(body=cst.SimpleStatementSuite(body=line.body))

    with pytest.raises(SliceError, match="line of its own"):
        rewritten("if a:\n    x = 1\n    y = 2\n", joined, ast.If, ["body"])


def test_one_statement_may_become_several_but_not_none():
    after, _ = rewritten("if 1:\n    x = old\n    y\n", lambda tree: [cst.parse_statement("a"), rename(tree)], ast.Assign)
    assert after == "if 1:\n    a\n    x = new\n    y\n"
    for text in ("x = old\ny\n", "if 1:\n    x = old\n"):
        with pytest.raises(SliceError, match="no statement"):
            rewritten(text, lambda tree: [], ast.Assign)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x = old; y = 1\n", ast.Assign),
        ("if 1: x = old\n", ast.Assign),
        ("x = 1; y = old\n", ast.Expr | ast.Assign),
        ("if 1: \\\n  x = old\n", ast.Assign),
        ("y = 1; \\\nx = old\n", ast.Assign),
    ],
)
def test_statement_that_shares_its_lines(text, kind):
    source = Source("m.py", text.encode())
    for node in source.statements(ast.Assign):
        with pytest.raises(SliceError) as caught:
            rewrite_statement(source, node, rename)
        assert caught.value.reason == "shares-line"


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (lambda tree: tree.with_changes(body=[cst.Expr(cst.Name("class", lpar=[], rpar=[]))]), "does not parse"),
        (
            lambda tree: tree.with_changes(
                body=[cst.Expr(cst.BinaryOperation(cst.parse_expression("a + b"), cst.Multiply(), cst.Name("c")))]
            ),
            "means something else",
        ),
    ],
)
def test_print_that_is_not_the_tree_is_refused(transform, words):
    with pytest.raises(SliceError, match=words) as caught:
        rewritten("x\n", transform)
    assert caught.value.reason == "not-as-meant"


def test_hollow_code_is_never_given_to_libcst(monkeypatch):
    import libcst

    given = []
    parse = libcst.parse_module
    monkeypatch.setattr(libcst, "parse_module", lambda text, *rest: (given.append(len(text)), parse(text, *rest))[1])
    text = "if old:\n" + "    y = [1, 2, 3]\n" * 5_000
    source = Source("m.py", text.encode())
    rewrite = rewrite_statement(source, source.tree.body[0], rename, [source.tree.body[0].body])
    assert given and max(given) < 200
    assert len(rewrite.edits) == 1
