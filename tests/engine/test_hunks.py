"""A whole new text as small edits: applied they give that text, and each says which statements it may alter."""

from hypothesis import given
from hypothesis import strategies as st

from engine.edits import apply_edits
from engine.gates import Breach, check
from engine.hunks import hunks, lines_of, text_edits, word_edits
from engine.source import Source

TEXT = """\
import os


class A:
    def first(self):
        return os.sep

    def second(self):
        if self:
            return 1
        else:
            return 2


VALUE = A()
"""


def placed(before, after):
    """The lines that each hunk's edits replace, and the lines of its span, 1-based."""
    source = Source("a.py", before.encode())
    found = hunks(source, after)
    assert apply_edits(source.text, [edit for hunk in found for edit in hunk.edits]) == after
    return [
        (source.position(one.edits[0].start)[0], source.position(one.span.start)[0], source.position(one.span.end - 1)[0])
        for one in found
    ]


def test_a_hunk_is_one_statement_or_one_header():
    assert placed(TEXT, TEXT.replace("return 1", "return 3")) == [(10, 10, 10)]
    assert placed(TEXT, TEXT.replace("def second(self)", "def other(self)")) == [(8, 8, 8)]
    assert placed(TEXT, TEXT.replace("os.sep", "''").replace("return 2", "return 4")) == [(6, 6, 6), (12, 12, 12)]
    assert placed(TEXT, TEXT.replace("import os\n", "import os\nimport sys\n")) == [(2, 2, 1)]


def test_each_hunk_passes_the_gates_alone():
    source = Source("a.py", TEXT.encode())
    for after in (
        TEXT.replace("def second(self)", "def other(self)"),
        TEXT.replace("            return 2\n", "            return 2\n        # done\n        return 3\n"),
        TEXT.replace("    def first(self):\n        return os.sep\n\n", ""),
        TEXT.replace("VALUE = A()\n", ""),
        TEXT.replace("        if self:", "        if not self:"),
        TEXT + "\n\ndef more():\n    return VALUE\n",
    ):
        for hunk in hunks(source, after):
            found = check(source, apply_edits(TEXT, hunk.edits), hunk.edits, (hunk.span,), (3, 8))
            assert not isinstance(found, Breach), (after, found)


def test_newlines_are_the_files_own_and_a_form_feed_ends_no_line():
    source = Source("a.py", b"a = 1\r\n\x0cb = 2\r\nc = '\xe2\x80\xa8'")
    [edit] = text_edits(source, "a = 1\n\x0cb = 3\nc = '\u2028'\n")
    assert (edit.start, edit.text) == (7, "\x0cb = 3\r\n")
    assert lines_of("a\x0cb\u2028\r\nc\rd") == ["a\x0cb\u2028\r\n", "c\r", "d"]


LINES = st.lists(st.sampled_from(["a = 1", "  b", "", "\x0c", "c  "]), max_size=8)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_edits_give_the_text_with_the_files_newlines(old, new, newline, ended):
    text = newline.join(old) + (newline if ended and old else "")
    source = Source("a.py", text.encode())
    wanted = "\n".join(new) + "\n"
    got = apply_edits(source.text, text_edits(source, wanted))
    assert got.replace("\r\n", "\n") in (wanted, wanted.removesuffix("\n"))
    assert got.count("\r\n") in (0, got.count("\n"))


def test_an_edit_of_words_is_one_a_word():
    text = "price(1)  # price of one\n"
    source = Source("a.py", text.encode())

    def parts(new):
        (edit,) = text_edits(source, new)
        return [(one.start, one.end, one.text) for one in word_edits(source, edit)]

    assert parts("cost(1)  # cost of one\n") == [(0, 5, "cost"), (12, 17, "cost")]
    assert parts("cost(1)  # price of one\n") == [(0, 5, "cost")]
    assert parts("cost(1, 2)  # cost of one\n") == [(0, len(text), "cost(1, 2)  # cost of one\n")]
    assert parts("price[1]  # price of one\n") == [(0, len(text), "price[1]  # price of one\n")]


@given(LINES, LINES)
def test_words_give_the_same_text(old, new):
    source = Source("a.py", "\n".join(old).encode())
    edits = text_edits(source, "\n".join(new))
    parts = [part for edit in edits for part in word_edits(source, edit)]
    assert apply_edits(source.text, parts) == apply_edits(source.text, edits)
