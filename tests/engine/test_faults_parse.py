"""FAULTS.md, "Parse and size": what cannot be read safely costs only its own file."""

import sys

import pytest
from badmods import nests, relocate, rename, rule, shoots_itself
from fault_kit import changed, of, planned, pool, refused

from engine.model import Change, Finding, Skip


def either(made, *reasons):
    """The bad file is untouched, and one failure or skip says so with one of these reasons."""
    found = of(made) + of(made, kind=Skip)
    assert [item.reason for item in found if item.reason in reasons] and not of(made, kind=Change), made.items
    assert changed(made) is None


def test_fault_20_merge_markers(tmp_path):
    failure = refused(tmp_path, b"x = 1\n<<<<<<< HEAD\nold_name = 1\n=======\ny = 2\n>>>>>>> b\n", "merge-markers")
    assert failure.site.line == 2


def test_fault_20_markers_in_a_string_are_no_markers(tmp_path):
    made = planned(tmp_path, {"bad.py": b"x = '''\n<<<<<<< HEAD\n'''\nold_name = 1\n"})
    assert changed(made) == b"x = '''\n<<<<<<< HEAD\n'''\nnew_name = 1\n"


@pytest.mark.parametrize("clause", ["except E, e:", "except (E, F), e:"])
def test_fault_21_python_2_except(tmp_path, clause):
    made = planned(tmp_path, {"bad.py": f"try:\n    old_name = 1\n{clause}\n    pass\n".encode()})
    either(made, "syntax-error", "unverifiable")
    assert of(made)[0].site.line == 3


def test_fault_21_print_statement(tmp_path):
    assert refused(tmp_path, b"old_name = 1\nprint 'x'\n", "syntax-error").site.line == 2


@pytest.mark.parametrize(
    ("code", "since"),
    [("type X = int\n", (3, 12)), ("def f[T](x): ...\n", (3, 12)), ("class C[T]: ...\n", (3, 12)), ("x = t'{y}'\n", (3, 14))],
)
def test_fault_22_newer_syntax_is_unverifiable(tmp_path, code, since):
    made = planned(tmp_path, {"bad.py": f"{code}old_name = 1\n".encode()}, python=since)
    if sys.version_info >= since:
        assert len(of(made, kind=Change)) == 1
    else:
        either(made, "unverifiable")
        assert "newer" in of(made)[0].message


def test_fault_23_valid_code_that_libcst_rejects(tmp_path):
    made = planned(tmp_path, {"bad.py": b"x = 'old_name' if 0 else(lambda:())\nold_name = 1\n"}, rule(relocate))
    assert [(item.site.line, item.reason) for item in of(made, kind=Skip)] == [(1, "slice-parse")]
    assert changed(made) == b"x = 'old_name' if 0 else(lambda:())\nnew_name = 1\n"


@pytest.mark.parametrize("how", [rename, relocate])
@pytest.mark.parametrize("length", [400, 1_000, 5_000])
def test_fault_24_long_sum(tmp_path, how, length):
    data = f"a = 1\nx = {' + '.join(['a'] * length)}\nold_name = x\nold_name = x + old_name\n".encode()
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(how), runner=runner)
    accounted(made, data)


@pytest.mark.parametrize("how", [rename, relocate])
@pytest.mark.parametrize("length", [600, 2_000])
def test_fault_25_elif_chain(tmp_path, how, length):
    data = b"a = 1\nif a: old_name = 1\n" + b"elif a: pass\n" * length
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(how), runner=runner)
    accounted(made, data)


@pytest.mark.parametrize("depth", [90, 190, 3_000])
def test_fault_26_nested_lists(tmp_path, depth):
    data = b"old_name = " + b"[" * depth + b"]" * depth + b"\n"
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(relocate), runner=runner)
    accounted(made, data)


def test_fault_26_segmentation_fault_costs_one_file(tmp_path):
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": b"old_name = 1\n", "b.py": b"old_name = 2\n"}, rule(shoots_itself), runner=runner)
    assert [item.reason for item in of(made)] == ["crash"]
    assert changed(made) is None
    assert changed(made, "b.py") == b"new_name = 2\n"


@pytest.mark.parametrize("length", [900, 20_000])
def test_fault_27_chained_attributes(tmp_path, length):
    data = b"a = old_name = 1\nx = a" + b".b" * length + b"\n"
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(rename), runner=runner)
    accounted(made, data)


def test_fault_28_long_list(tmp_path):
    data = b"old_name = [\n" + b"    1,\n" * 100_000 + b"]\n"
    with pool(seconds=3) as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(relocate), runner=runner)
    accounted(made, data)


def accounted(made, data):
    """Either done right, or a failure or skip says why not; nothing between."""
    if of(made, kind=Change):
        assert changed(made) == data.replace(b"old_name", b"new_name")
        assert not of(made)
    else:
        assert len(of(made) + of(made, kind=Skip)) >= 1, made.items
        assert changed(made) is None


def test_fault_29_large_file(tmp_path):
    refused(tmp_path, b"old_name = 1\n" + b"# padding\n" * 500_000, "too-large")


def test_fault_29_long_line(tmp_path):
    refused(tmp_path, b"old_name = '" + b"x" * 1_000_000 + b"'\n", "too-large")


@pytest.mark.parametrize("operator", [b" % ", b" + "])
def test_fault_30_deep_string_data(tmp_path, operator):
    data = b"old_name = " + operator.join([b"'part'"] * 3_000) + b"\n"
    with pool() as runner:
        made = planned(tmp_path, {"bad.py": data}, rule(relocate), runner=runner)
    accounted(made, data)


def test_fault_31_lfs_pointer(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12\n"
    assert "git lfs pull" in refused(tmp_path, pointer, "lfs-pointer").message


def test_fault_32_generated_is_skipped_and_reported(tmp_path):
    made = planned(tmp_path, {"bad.py": b"# @generated by protoc\nold_name = 1\n"})
    assert [item.reason for item in of(made, kind=Skip)] == ["generated"]
    assert not of(made) and changed(made) is None


def test_fault_32_a_string_that_speaks_of_it_is_not_generated(tmp_path):
    made = planned(tmp_path, {"bad.py": b"MARK = '@generated'\nold_name = 1\n"})
    assert changed(made) == b"MARK = '@generated'\nnew_name = 1\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"cells": [{"cell_type": "code", "source": ["old_name = 1"]}], "x": null\n', "notebook"),
        (b"{% if x %}\nold_name = 1\n{% endif %}\n", "template"),
        (b"import {{ module }}\nold_name = 1\n", "template"),
    ],
)
def test_fault_33_notebook_or_template(tmp_path, data, reason):
    refused(tmp_path, data, reason)


def test_fault_33_notebook_that_happens_to_be_an_expression(tmp_path):
    made = planned(tmp_path, {"bad.py": b'{"cells": [], "metadata": {}}\n'}, rule(nests), rule(rename))
    assert not of(made) and of(made, kind=Finding)
