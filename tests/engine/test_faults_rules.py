"""FAULTS.md, "Codemods and rules", 34-49, 54 and 55: what a codemod does wrong costs it its change, and nothing else."""

import badmods
import libcst as cst
import pytest
from badmods import insert, rename, rule, swap
from fault_kit import changed, of, planned, refused
from kit import plan

from engine import Source, need_import, replace_expression, rewrite_statement
from engine.edits import apply_edits
from engine.model import Applicability, Change, Finding, Site, Span


def change(source, start, end, text, imports=(), span=None):
    """A safe change of text[start:end], spanning its lines."""
    line, column = source.position(start)
    extent = span or Span(source.path, source.line_start(start), source.line_end(end))
    edits = (source.edit(start, end, text),) if text is not None else ()
    return Change(Site(source.path, line, column), "test", Applicability.SAFE, edits, (extent,), imports)


def statementwise(transform):
    """A run_file that renames in good files and rewrites each top-level statement of bad ones."""

    def run(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
            return
        for node in source.tree.body:
            if "target" in source.segment(node):
                rewrite = rewrite_statement(source, node, transform)
                yield Change(source.site(node), "test", Applicability.SAFE, rewrite.edits, (rewrite.span,))

    return run


def raw(old, new):
    """A run_file that renames in good files and replaces text in bad ones."""

    def run(source, _, options):
        yield from rename(source, _, options) if "bad" not in source.path else swap(source, old, new)

    return run


class _Multiply(cst.CSTTransformer):
    """Puts `p + q` in place of a name, and forgets the parentheses."""

    def leave_Name(self, original_node, updated_node):
        return cst.parse_expression("p + q") if updated_node.value == "target" else updated_node


def test_fault_34_precedence_lost_by_printing(tmp_path):
    run = statementwise(lambda tree: tree.visit(_Multiply()))
    failure = refused(tmp_path, b"p = q = b = 1\ny = target * b\n", "codemod-error", rule(run, "careless"))
    assert "means something else" in failure.message and "careless" in failure.message


def test_fault_34_precedence_is_kept_for_expressions():
    source = Source("a.py", b"x = a * b ** c\n")
    node = source.tree.body[0].value.left
    rewrite = replace_expression(source, source.tree.body[0], node, "p + q")
    assert apply_edits(source.text, rewrite.edits) == "x = (p + q) * b ** c\n"


def test_fault_35_await_in_a_plain_function(tmp_path):
    failure = refused(
        tmp_path, b"async def g(): pass\ndef f():\n    return target()\n", "gate:compile", rule(raw("target", "await g"), "waits")
    )
    assert "'await' outside async function" in failure.message


def test_fault_36_keyword_as_a_name(tmp_path):
    refused(tmp_path, b"target = 1\n", "gate:reparse", rule(raw("target", "class"), "keyword"))


def test_fault_36_keyword_as_an_attribute_through_libcst(tmp_path):
    def to_keyword(tree):
        return tree.visit(_ToKeyword())

    class _ToKeyword(cst.CSTTransformer):
        def leave_Name(self, original_node, updated_node):
            return updated_node.with_changes(value="import") if updated_node.value == "target" else updated_node

    assert (
        "does not parse"
        in refused(tmp_path, b"x = y = 1\nx.target = y\n", "codemod-error", rule(statementwise(to_keyword), "keyword")).message
    )


@pytest.mark.parametrize(
    ("new", "oldest"), [(r"(target := 1)", (3, 7)), (r"match = 1\nmatch match:\n    case 1: pass\nx = (1)", (3, 9))]
)
def test_fault_37_not_valid_for_the_oldest_python(tmp_path, new, oldest):
    failure = refused(tmp_path, b"x = target\n", "gate:compile", rule(raw(r"\btarget\b", new), "modern"), python=oldest)
    assert f"Python 3.{oldest[1]}" in failure.message


def test_fault_37_what_the_file_uses_already_is_allowed(tmp_path):
    data = b"if (y := 1): pass\nx = target\n"
    made = planned(tmp_path, {"bad.py": data}, rule(raw(r"= target\b", "= (z := 1)"), "modern"), python=(3, 7))
    assert changed(made) == b"if (y := 1): pass\nx = (z := 1)\n"


def test_fault_38_not_idempotent(tmp_path):
    failure = refused(tmp_path, b"x = 'target'\n", "not-idempotent", rule(raw("target", "target target"), "doubles"))
    assert "doubles" in failure.message


def test_fault_38_change_that_changes_nothing(tmp_path):
    refused(tmp_path, b"x = 'target'\n", "not-idempotent", rule(raw("target", "target"), "idle"))


def test_fault_39_oscillation_names_both_rules(tmp_path):
    rules = [rule(raw("left", "right"), "to-right"), rule(rename), rule(raw("right", "left"), "to-left")]
    failure = refused(tmp_path, b"x = 'left'\n", "oscillation", *rules)
    assert "to-right" in failure.message and "to-left" in failure.message and "rename" not in failure.message


def test_fault_39_three_rules_in_a_ring_of_new_texts(tmp_path):
    rules = [rule(raw(r"a(\d*)b", r"b\g<1>1a"), "one"), rule(raw(r"b(\d*)a", r"a\g<1>2b"), "two")]
    assert "one and two" in refused(tmp_path, b"x = 'ab'\n", "oscillation", *rules).message


def test_fault_40_overlap_has_one_winner_and_the_other_is_asked_again(tmp_path):
    def overlapping(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
            return
        at = source.text.find("[one two]")
        if at >= 0:
            yield change(source, at + 4, at + 9, " second]")  # "two]" and the blank before it
            yield change(source, at, at + 6, "[first ")  # "[one t"
        elif "wo]" in source.text:
            yield change(source, source.text.index("wo]"), source.text.index("wo]") + 3, "then]")

    made = planned(tmp_path, {"bad.py": b"x = '[one two]'\n"}, rule(overlapping))
    assert changed(made) == b"x = '[first then]'\n"
    assert [(item.site.column, item.batch) for item in of(made, kind=Change)] == [(6, 0), (12, 1)]


def test_fault_40_order_of_proposals_is_of_no_matter(tmp_path):
    def proposals(source, _, options):
        found = [change(source, 5, 8, "new"), change(source, 7, 10, "???"), change(source, 9, 12, "end")]
        yield from found if options["order"] else reversed(found)

    made = []
    for order in (0, 1):
        (tmp_path / "a.py").write_bytes(b"x = 'abcdefgh'\n")
        made.append(plan(tmp_path, [rule(_once(proposals), "p", options={"order": order})]).deltas)
    assert made[0] == made[1]
    assert made[0][0].after == b"x = 'newdendh'\n"


def _once(run_file):
    """Only while the file is as it was."""

    def run(source, project, options):
        if "abc" in source.text:
            yield from run_file(source, project, options)

    return run


@pytest.mark.parametrize("comment", [b"# why it is so", b"# noqa: E501", b"# type: ignore[arg-type]", b"# pragma: no cover"])
def test_fault_41_lost_comment(tmp_path, comment):
    failure = refused(
        tmp_path, b"x = [\n    1,  " + comment + b"\n]\n", "gate:comments", rule(raw(r"(?s)\[.*\]", "[1]"), "tidies")
    )
    assert comment.decode() in failure.message


def test_fault_41_moved_comment_is_not_lost(tmp_path):
    made = planned(tmp_path, {"bad.py": b"x = [\n    1,  # one\n]\n"}, rule(_tidies_once(), "tidies"))
    assert changed(made) == b"# one\nx = [1]\n"


def _tidies_once():
    def run(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
        elif "[\n" in source.text:
            yield change(source, 0, len(source.text), "# one\nx = [1]\n")

    return run


def needs(module, name="", where="target", code="{}()"):
    """A run_file that puts a call of an imported name in place of a word."""

    def run(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
            return
        for match in swap(source, rf"\b{where}\b", "-"):
            edit = match.edits[0]
            local, imports = need_import(source, module, name)
            yield change(source, edit.start, edit.end, code.format(local), imports)

    return run


@pytest.mark.parametrize(
    "taken",
    [
        "def fetch(): pass",
        "class fetch: pass",
        "fetch = 1",
        "from elsewhere import fetch",
        "import x as fetch",
        "for fetch in (): pass",
        "with open('x') as fetch: pass",
        "def g(fetch): return fetch",
        "def g():\n    fetch = 2\n    return fetch",
        "try:\n    pass\nexcept OSError as fetch:\n    pass",
        "h = lambda fetch: fetch",
        "h = [fetch for fetch in ()]",
        "from elsewhere import *\nprint(fetch)",
    ],
)
def test_fault_42_import_that_would_shadow_gets_an_alias(tmp_path, taken):
    data = f"{taken}\n\n\ndef f():\n    return target\n".encode()
    made = planned(tmp_path, {"bad.py": data}, rule(needs("helpers", "fetch"), "calls"))
    after = changed(made).decode()
    assert "from helpers import fetch as fetch_2\n" in after
    assert (
        after.replace("from helpers import fetch as fetch_2\n", "").replace("fetch_2()", "target").split()
        == data.decode().split()
    )


def test_fault_42_file_that_would_import_itself(tmp_path):
    (tmp_path / "pkg").mkdir()
    run = needs("pkg.bad", "fetch")
    failure = refused(tmp_path, b"x = target\n", "gate:imports", rule(run, "calls"), name="pkg/bad.py")
    assert "import itself as pkg.bad" in failure.message


def test_fault_42_one_name_from_two_modules_in_one_pass(tmp_path):
    def run(source, project, options):
        yield from needs("left", "fetch", "target")(source, project, options)
        if "bad" in source.path:
            yield from needs("right", "fetch", "other")(source, project, options)

    made = planned(tmp_path, {"bad.py": b"import os\n\nx = target\ny = other\n"}, rule(run, "calls"))
    after = changed(made).decode().splitlines()
    assert sorted(after[1:3]) == ["from left import fetch", "from right import fetch as fetch_2"]
    assert after[3:] == ["", "x = fetch()", "y = fetch_2()"]


HEADS = {
    "docstring": '"""Doc."""\n',
    "future": "from __future__ import annotations\n",
    "both": '#!/usr/bin/env python\n# coding: utf-8\n"""Doc.\n\nMore."""\n\nfrom __future__ import annotations\n',
    "raw": "r'''Doc'''\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_fault_43_import_stays_below_docstring_and_future(tmp_path, head):
    made = planned(tmp_path, {"bad.py": f"{head}x = target\n".encode()}, rule(needs("helpers", "fetch"), "calls"))
    after = changed(made).decode()
    assert after.startswith(head)
    is_docstring = "future" not in head
    gap = [""] if is_docstring else []  # an import goes below the imports as the author wrote them
    assert after[len(head) :].split("\n") == [*gap, "from helpers import fetch", *gap, "x = fetch()", ""]


def test_fault_43_code_above_future_is_refused(tmp_path):
    def careless(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
        else:
            yield change(source, 0, 0, "import os\n")

    failure = refused(tmp_path, b"from __future__ import annotations\nx = 1\n", "gate:compile", rule(careless))
    assert "__future__" in failure.message


def test_fault_43_code_above_the_docstring_is_refused(tmp_path):
    def careless(source, _, options):
        if "bad" not in source.path:
            yield from rename(source, _, options)
        elif "import os" not in source.text:
            yield change(source, 0, 0, "import os\n")

    refused(tmp_path, b'"""Doc."""\nx = 1\n', "gate:outline", rule(careless))


def test_fault_44_codemod_raises(tmp_path):
    failure = refused(tmp_path, b"old_name = 1\n", "codemod-error", rule(badmods.raises))
    assert "KeyError" in failure.message and "badmods.py" in failure.detail and failure.rule == "raises"


@pytest.mark.parametrize(
    "item",
    [
        None,
        "text",
        Finding(Site("other.py", 1), "elsewhere"),
        Finding(Site("bad.py", 99), "below the end"),
        Change(Site("bad.py", 1), "nothing", Applicability.SAFE, (), ()),
        Change(Site("bad.py", 1), "other file", Applicability.SAFE, (insert("good.py", 0, "x"),), ()),
    ],
)
def test_fault_44_codemod_yields_what_it_must_not(tmp_path, item):
    def yields(source, _, options):
        if "bad" in source.path:
            yield item
        yield from rename(source, _, options)

    refused(tmp_path, b"old_name = 1\n", "codemod-error", rule(yields))


def test_fault_44_edit_outside_the_text(tmp_path):
    def far(source, _, options):
        if "bad" in source.path:
            yield Change(Site(source.path, 1), "far", Applicability.SAFE, (insert(source.path, 500, "x"),), ())
        yield from swap(source, "old_name", "new_name") if "good" in source.path else ()

    refused(tmp_path, b"old_name = 1\n", "gate:edits", rule(far))


def test_fault_55_rule_that_matches_nothing_is_a_warning(tmp_path):
    made = planned(tmp_path, {}, rule(rename), rule(raw("nowhere", "-"), "never"))
    assert [text for text in made.warnings if "never" in text and "found nothing to do" in text]


def test_fault_55_rule_that_matches_too_much_is_a_warning(tmp_path):
    import dataclasses

    wide = dataclasses.replace(rule(rename), max_files_percent=60.0)
    files = {f"m{n}.py": b"old_name = 1\n" if n < 11 else b"x = 1\n" for n in range(19)}
    assert not planned(tmp_path, files, wide).warnings
    made = planned(tmp_path, {"more.py": b"old_name = 1\n"}, wide)
    assert [text for text in made.warnings if "62% of the files" in text]


def test_of_a_few_files_no_share_is_a_warning(tmp_path):
    import dataclasses

    narrow = dataclasses.replace(rule(rename), max_files_percent=5.0)
    assert not planned(tmp_path, {f"m{n}.py": b"old_name = 1\n" for n in range(18)}, narrow).warnings
