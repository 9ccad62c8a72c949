"""One file as a value."""

import ast

import pytest

from engine import Source
from engine.encoding import decode
from engine.model import RefusedFile, Site


@pytest.mark.parametrize(
    ("data", "newline"),
    [
        (b"a\nb\n", "\n"),
        (b"a\r\nb\r\n", "\r\n"),
        (b"a\r\nb\nc\n", "\n"),
        (b"a\r\nb\r\nc\n", "\r\n"),
        (b"", "\n"),
        (b"a", "\n"),
    ],
)
def test_newline_is_what_most_lines_end_with(data, newline):
    assert Source("m.py", data).newline == newline


def test_decode_gives_mark_encoding_and_text():
    assert decode(b"\xef\xbb\xbfx = 1\n") == (b"\xef\xbb\xbf", "utf-8", "x = 1\n")
    assert decode("# coding: latin-1\n# é\n".encode("latin-1"))[1:] == ("iso-8859-1", "# coding: latin-1\n# é\n")


def test_lines_are_counted_as_the_parser_counts_them():
    text = "a = 'x\u2028\x0b\x85\x0c'\r\nb = '''\rz\r\n'''\n\x0cc = ü = 1\nd = 2"
    source = Source("m.py", text.encode())
    assert [source.position(source.start(node)) for node in source.tree.body] == [(1, 1), (2, 1), (5, 2), (6, 1)]
    assert [source.segment(node)[:1] for node in source.tree.body] == ["a", "b", "c", "d"]
    assert source.line_end(len(text)) == len(text)


def test_columns_are_characters():
    source = Source("m.py", "x = 'äöü\U0001f40d', y\n".encode())
    name = source.tree.body[0].value.elts[1]
    assert source.segment(name) == "y"
    assert source.site(name) == Site("m.py", 1, 13, 1, 14)
    assert source.span(name).start == 12


def test_ancestors_and_parents():
    source = Source("m.py", b"def f():\n    try:\n        pass\n    except E:\n        if x:\n            y\n")
    (y,) = (node for node in source.statements(ast.Expr))
    assert [type(node).__name__ for node in source.ancestors(y)] == ["If", "ExceptHandler", "Try", "FunctionDef", "Module"]


def test_statements_are_in_source_order_for_every_kind_of_block():
    text = """\
try:
    a
except E:
    b
else:
    c
finally:
    d
for _ in x:
    e
else:
    f
match x:
    case 1:
        g
    case 2: h
async def k():
    async with x:
        i
class C:
    j
"""
    found = Source("m.py", text.encode()).statements(ast.Expr)
    assert "".join(node.value.id for node in found) == "abcdefghij"


def test_calls_are_in_source_order():
    source = Source("m.py", b"a(b(c), d())(e())\nf()\n")
    assert [source.segment(call.func) for call in source.calls] == ["a(b(c), d())", "a", "b", "d", "e", "f"]


def test_new_text_is_encoded_like_the_old():
    source = Source("m.py", b"\xef\xbb\xbfx = 1\r\n")
    assert Source.of_text(source, "ü = 1\r\n").data == b"\xef\xbb\xbf" + "ü = 1\r\n".encode()
    with pytest.raises(RefusedFile, match="declare utf-8"):
        Source.of_text(Source("m.py", b"# coding: ascii\n"), "# coding: ascii\n# ü\n")


@pytest.mark.parametrize(("text", "line"), [("x = (\n", 1), ("a\n\u2028\nb\n", 2), ("def f():\nx\n", 2), ("'''\n", 1)])
def test_syntax_error_has_its_line(text, line):
    with pytest.raises(RefusedFile) as caught:
        Source("m.py", text.encode()).tree
    assert (caught.value.reason, caught.value.line) == ("syntax-error", line)
    assert caught.value.column >= 1


def test_invalid_escapes_of_the_target_are_not_our_warnings(recwarn):
    assert Source("m.py", b"x = '\\d'\n").tree.body
    assert not recwarn.list
