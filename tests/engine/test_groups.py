"""Rewrites of several files land whole or not at all, with the files that they create."""

import pytest
from badmods import rule, swap
from fault_kit import changed, of
from kit import plan

from engine.model import Applicability, Change, Creation, Failure, Finding, Site


def paired(source, _, options):
    """`left` in one file and `right` in another change together, and create shared/events.py."""
    for old in ("left", "right"):
        for change in swap(source, rf"\b{old}\b", options.get(source.path, f"new_{old}")):
            text = options.get("text", {}).get(source.path, "EVENT = 1\n")
            creates = (Creation(options.get("creates", "shared/events.py"), text),)
            yield Change(
                change.site, change.message, options.get("applicability", Applicability.SAFE), change.edits, change.spans,
                creates=creates, group="pair", group_size=2,
            )  # fmt: skip


def files(tmp_path, **more):
    for name, text in {"a": "left = 1\n", "b": "right = 1\n", "c": "other = 1\n", **more}.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def created(made):
    return {delta.path: delta.after for delta in made.deltas if delta.before is None}


def test_a_whole_group_lands_with_its_file(tmp_path):
    made = plan(files(tmp_path), [rule(paired)])
    assert (changed(made, "a.py"), changed(made, "b.py")) == (b"new_left = 1\n", b"new_right = 1\n")
    assert created(made) == {"shared/__init__.py": b"", "shared/events.py": b"EVENT = 1\n"}
    assert len(of(made, "a.py", Change)) == len(of(made, "b.py", Change)) == 1


def nothing_lands(made):
    assert not made.deltas
    assert not [item for item in made.items if isinstance(item, Change)]


@pytest.mark.parametrize("broken", ["a.py", "b.py"])
def test_a_part_that_a_gate_refuses_takes_the_others_with_it(tmp_path, broken):
    made = plan(files(tmp_path), [rule(paired, options={broken: "not valid"})])
    nothing_lands(made)
    assert [item.reason for item in made.items if isinstance(item, Finding)] == ["incomplete"]
    assert [item.site.path for item in made.items if isinstance(item, Failure)] == [broken]


def test_a_missing_part_takes_the_others_with_it(tmp_path):
    root = files(tmp_path)
    (root / "b.py").unlink()
    made = plan(root, [rule(paired)])
    nothing_lands(made)
    assert [item.reason for item in made.items if isinstance(item, Finding)] == ["incomplete"]


def test_a_suppressed_part_takes_the_others_with_it(tmp_path):
    nothing_lands(plan(files(tmp_path, b="right = 1  # rewright: ignore[paired] not here\n"), [rule(paired)]))


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    root = files(tmp_path)
    (root / "shared").mkdir()
    (root / "shared" / "events.py").write_text("mine = 1\n")
    nothing_lands(plan(root, [rule(paired)]))


def test_two_texts_for_one_file(tmp_path):
    nothing_lands(plan(files(tmp_path), [rule(paired, options={"text": {"a.py": "EVENT = 2\n"}})]))


def test_a_text_that_does_not_compile(tmp_path):
    text = {"a.py": "return 1\n", "b.py": "return 1\n"}
    nothing_lands(plan(files(tmp_path), [rule(paired, options={"text": text})]))


def test_needs_unsafe_as_a_whole(tmp_path):
    unsafe = rule(paired, options={"applicability": Applicability.UNSAFE})
    made = plan(files(tmp_path), [unsafe], unsafe=False)
    nothing_lands(made)
    assert {item.reason for item in made.items if isinstance(item, Finding)} == {"needs-unsafe"}
    assert len(plan(tmp_path, [unsafe], unsafe=True).deltas) == 4


def test_changes_of_other_rules_stay(tmp_path):
    def other(source, _, options):
        yield from swap(source, r"\b1\b", "2")

    made = plan(files(tmp_path), [rule(paired, options={"b.py": "not valid"}), rule(other)])
    assert (changed(made, "a.py"), changed(made, "b.py")) == (b"left = 2\n", b"right = 2\n")
    assert not created(made)


@pytest.mark.parametrize("path", ["/etc/x.py", "../x.py", "a/../x.py", "a//x.py", "x.txt", ".git/x.py", "a\\x.py"])
def test_where_no_file_may_be_created(tmp_path, path):
    made = plan(files(tmp_path), [rule(paired, options={"creates": path})])
    nothing_lands(made)
    assert {item.reason for item in made.items if isinstance(item, Failure)} == {"codemod-error"}


def test_a_creation_without_a_group_is_an_error_of_the_codemod(tmp_path):
    def alone(source, _, options):
        for change in swap(source, r"\bleft\b", "new"):
            yield Change(
                Site(source.path, 1), "m", Applicability.SAFE, change.edits, change.spans, creates=(Creation("n.py", ""),)
            )

    made = plan(files(tmp_path), [rule(alone)])
    nothing_lands(made)
    assert [item.reason for item in made.items if isinstance(item, Failure)] == ["codemod-error"]


def carried(source, _, options):
    """`left` and the comment beside it go from a.py; b.py gets what the options say."""
    for old, new in (("left", ""), ("right", options["b"])):
        for change in swap(source, rf"\b{old} = 1.*\n", new):
            yield Change(
                change.site, change.message, Applicability.SAFE, change.edits, change.spans,
                group="pair", group_size=2, comments_out=("# why",) if old == "left" else (),
            )  # fmt: skip


def test_a_comment_goes_from_one_file_of_a_group_to_another(tmp_path):
    root = files(tmp_path, a="x = 1\nleft = 1  # why\n")
    made = plan(root, [rule(carried, options={"b": "here = 1  # why\n"})])
    assert (changed(made, "a.py"), changed(made, "b.py")) == (b"x = 1\n", b"here = 1  # why\n")


def test_a_comment_that_comes_to_no_file_keeps_the_group_from_landing(tmp_path):
    root = files(tmp_path, a="x = 1\nleft = 1  # why\n")
    made = plan(root, [rule(carried, options={"b": "here = 1\n"})])
    nothing_lands(made)
    assert {item.reason for item in made.items if isinstance(item, Finding)} == {"incomplete"}
