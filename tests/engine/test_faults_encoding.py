"""FAULTS.md, "Encoding and bytes": refused, or preserved byte for byte."""

import pytest
from badmods import relocate, rule, swap
from fault_kit import kept, of, planned, refused

from engine import need_import
from engine.model import Applicability, Change, Skip

BOM = b"\xef\xbb\xbf"
BOTH = pytest.mark.parametrize("rules", [(), (rule(relocate),)], ids=["edits", "libcst"])


def adds_import(source, _, options):
    """An import and a call before each use of old_name."""
    for change in swap(source, r"old_name", r"fetch(1)"):
        local, imports = need_import(source, "helpers", "fetch")
        yield Change(change.site, "fetch", Applicability.SAFE, change.edits, change.spans, imports)


def adds_lines(source, _, options):
    """A statement that prints over several lines, through LibCST."""
    import libcst as cst

    from engine import rewrite_statement

    def twice(tree):
        return [tree.visit(Rename()), cst.parse_statement("if more:\n    again = 1\n    third = 2")]

    class Rename(cst.CSTTransformer):
        def leave_Name(self, original_node, updated_node):
            return updated_node.with_changes(value="new_name") if updated_node.value == "old_name" else updated_node

    for node in source.tree.body:
        if "old_name" in source.segment(node):
            rewrite = rewrite_statement(source, node, twice)
            yield Change(source.site(node), "twice", Applicability.SAFE, rewrite.edits, (rewrite.span,))


def test_fault_01_nul_byte(tmp_path):
    failure = refused(tmp_path, b"x = 1\nold_name = '\0'\n", "nul-byte")
    assert failure.site.line == 2


def test_fault_02_latin1_without_cookie(tmp_path):
    failure = refused(tmp_path, b"x = 1\nname = 'caf\xe9'\nold_name = 1\n", "encoding")
    assert "0xe9" in failure.message or "utf-8" in failure.message


def test_fault_02_latin1_below_the_cookie_lines(tmp_path):
    failure = refused(tmp_path, b"x = 1\ny = 2\nname = 'caf\xe9'\nold_name = 1\n", "encoding")
    assert failure.site.line == 3
    assert "cookie" in failure.message


def test_fault_03_unknown_cookie(tmp_path):
    assert "klingon" in refused(tmp_path, b"# coding: klingon\nold_name = 1\n", "encoding").message


def test_fault_04_rot13_cookie(tmp_path):
    refused(tmp_path, b"# coding: rot13\nbyq_anzr = 1\nold_name = 2\n", "encoding")


def test_fault_05_utf7_cookie_does_not_round_trip(tmp_path):
    assert "unchanged" in refused(tmp_path, b"# coding: utf-7\nold_name = '+AGE-'\n", "encoding").message


def test_fault_06_carriage_returns_only(tmp_path):
    refused(tmp_path, b"old_name = 1\ry = 2\r", "cr-only")


def test_fault_07_utf16(tmp_path):
    refused(tmp_path, "old_name = 1\n".encode("utf-16"), "nul-byte")


def test_fault_08_mark_with_another_cookie(tmp_path):
    refused(tmp_path, BOM + b"# coding: latin-1\nold_name = 1\n", "encoding")


@BOTH
def test_fault_09_mark_is_kept(tmp_path, rules):
    kept(tmp_path, BOM + b"old_name = 1\n", BOM + b"new_name = 1\n", *rules)


@BOTH
@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "shift_jis", "euc_jp", "gb18030", "koi8-r"])
def test_fault_10_cookie_is_obeyed(tmp_path, codec, rules):
    sample = {"latin-1": "café", "cp1252": "“x”", "koi8-r": "привет"}.get(codec, "ソ表日本")
    text = f"# -*- coding: {codec} -*-\nold_name = '{sample}'  # {sample}\n"
    kept(tmp_path, text.encode(codec), text.replace("old_name", "new_name").encode(codec), *rules)


def test_fault_11_new_text_that_the_encoding_cannot_write(tmp_path):
    def writes_a_snowman(source, _, options):
        yield from swap(source, r"(?<=old_name = )2", "'☃'")
        yield from swap(source, r"old_name(?= = 1)", "new_name")  # the good file

    failure = refused(tmp_path, b"# coding: latin-1\nx = 'caf\xe9'; old_name = 2\n", "gate:not-encodable", rule(writes_a_snowman))
    assert "latin-1" in failure.message or "iso-8859-1" in failure.message


@pytest.mark.parametrize("rules", [(), (rule(relocate),)], ids=["edits", "libcst"])
def test_fault_12_crlf_is_kept(tmp_path, rules):
    kept(tmp_path, b"x = 1\r\nold_name = (1,\r\n  2)\r\n\r\n", b"x = 1\r\nnew_name = (1,\r\n  2)\r\n\r\n", *rules)


def test_fault_12_inserted_import_and_lines_get_crlf(tmp_path):
    with_import = rule(adds_import)
    (tmp_path / "helpers.py").write_bytes(b"")
    made = kept_except_good(tmp_path, b'"""Doc."""\r\nimport os\r\nx = old_name\r\n', with_import)
    assert made == b'"""Doc."""\r\nimport os\r\nfrom helpers import fetch\r\nx = fetch(1)\r\n'


def test_fault_12_lines_that_libcst_prints_get_crlf(tmp_path):
    made = kept_except_good(tmp_path, b"more = 1\r\nold_name = 1\r\ny = 2\r\n", rule(adds_lines))
    assert made == b"more = 1\r\nnew_name = 1\r\nif more:\r\n    again = 1\r\n    third = 2\r\ny = 2\r\n"


def kept_except_good(root, data, *rules):
    """What one file becomes."""
    from kit import outputs, plan

    (root / "bad.py").write_bytes(data)
    made = plan(root, rules)
    assert not of(made) and not of(made, kind=Skip), made.items
    return outputs(made, root)["bad.py"]


@BOTH
def test_fault_13_mixed_line_endings_stay_where_they_are(tmp_path, rules):
    before = b"a = 1\r\nb = 2\nold_name = 3\r\nc = '''x\r\ny\n'''\n"
    kept(tmp_path, before, before.replace(b"old_name", b"new_name"), *rules)


@BOTH
def test_fault_14_form_feeds_are_kept(tmp_path, rules):
    before = b"a = 1\n\x0c\n\x0cold_name = 2\n\x0cdef f():\n    return 1\n\x0c"
    kept(tmp_path, before, before.replace(b"old_name", b"new_name"), *rules)


@BOTH
def test_fault_15_no_final_newline(tmp_path, rules):
    kept(tmp_path, b"a = 1\nold_name = 2", b"a = 1\nnew_name = 2", *rules)


@pytest.mark.parametrize("data", [b"", b"\n", b"# old_name\n", BOM, b"   # only\n\n", b"\x0c"])
def test_fault_16_empty_or_comments_only(tmp_path, data):
    made = planned(tmp_path, {"bad.py": data}, rule(relocate))
    assert not of(made) and not of(made, kind=Change)


@pytest.mark.parametrize("data", [b"old_name = 1\n\x1a", b"x = 1\n\x0bold_name = 2\n"], ids=["ctrl-z", "vertical-tab"])
def test_fault_17_control_characters(tmp_path, data):
    refused(tmp_path, data, "syntax-error")


@BOTH
def test_fault_18_bidirectional_and_invisible_characters_are_kept(tmp_path, rules):
    before = "label = '\u202eabc\u200b\ufeff'; x = 1  # \u2066note\u2069\nold_name = '\u200d'\n".encode()
    kept(tmp_path, before, before.replace(b"old_name", b"new_name"), *rules)


@BOTH
def test_fault_19_unicode_line_ends_do_not_move_lines(tmp_path, rules):
    before = "a = 'x\u2028y\u2029z\x85w'  # \u2028\nb = 2\nold_name = 'ü\u2028', 3\n".encode()
    made = kept(tmp_path, before, before.replace(b"old_name", b"new_name"), *rules)
    assert [change.site.line for change in of(made, kind=Change)] == [3]
    edits = [edit for change in of(made, kind=Change) for edit in change.edits]
    assert [edit.text for edit in edits] == ["new_name"]
