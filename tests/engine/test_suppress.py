"""Suppression comments."""

import pytest
from badmods import rename, rule
from kit import plan
from test_cli import rewright

from engine import Source
from engine.model import Change, Finding, Site, Skip
from engine.suppress import suppressions


def items(tmp_path, text, *rules):
    (tmp_path / "a.py").write_text(text)
    return plan(tmp_path, rules or [rule(rename)])


@pytest.mark.parametrize(
    "text",
    [
        "old_name = 1  # rewright: ignore[rename] it is a name of theirs\n",
        "# rewright: ignore[rename] it is a name of theirs\nold_name = 1\n",
        "old_name = 1  # rewright: ignore[other, rename] it is a name of theirs\n",
        "old_name = 1  # noqa  # rewright: ignore it is a name of theirs\n",
        "if 1:\n    # rewright:ignore[rename] it is a name of theirs\n    old_name = 1\n",
    ],
)
def test_suppressed_is_a_skip_with_its_reason(tmp_path, text):
    made = items(tmp_path, text)
    assert [(skip.reason, skip.message) for skip in made.of(Skip)] == [("suppressed", "it is a name of theirs")]
    assert not made.of(Change) and not made.deltas and not made.of(Finding)


@pytest.mark.parametrize(
    "text",
    [
        "old_name = 1  # rewright: ignore[other] no\n",
        "x = '# rewright: ignore[rename]'; old_name = 1\n",
        "# rewright: ignore[rename]\n\nold_name = 1\n",
        "old_name = 1\n# rewright: ignore[rename]\n",
    ],
)
def test_what_does_not_suppress(tmp_path, text):
    made = items(tmp_path, text)
    assert len(made.of(Change)) == 1 and not made.of(Skip)


def test_unused_is_a_finding(tmp_path):
    made = items(tmp_path, "old_name = 1\nx = 2  # rewright: ignore[rename] gone\n")
    assert [(one.site.line, one.reason) for one in made.of(Finding)] == [(2, "unused-suppression")]


def test_a_comment_inside_a_site_says_where_it_would_count(tmp_path):
    def spread(source, _, options):
        yield Finding(Site(source.path, 1, 1, 3, 2), "spread")

    (_, idle) = items(tmp_path, "f(\n    1,  # rewright: ignore[spread] no\n)\n", rule(spread)).of(Finding)
    assert idle.message.endswith("the site around it begins on line 1: put the comment there, or alone above it")


def test_a_whole_file(tmp_path):
    text = "x = 1\nold_name = 1\n# rewright: ignore-file[rename] theirs\nold_name = 2\n"
    made = items(tmp_path, text)
    assert [(skip.site.line, skip.message) for skip in made.of(Skip)] == [(2, "theirs"), (4, "theirs")] and not made.deltas
    (idle,) = items(tmp_path, "# rewright: ignore-file[rename]\nx = 1\n").of(Finding)
    assert idle.site.line == 1 and "nothing to ignore here" in idle.message


def test_other_words_are_none_of_ours(tmp_path):
    assert items(tmp_path, "# rewright: ignore-files\nold_name = 1  # rewright: ignored\n").deltas


@pytest.mark.parametrize("select", [(), ("--select", "two")])
def test_a_name_that_no_rule_has_is_told_whatever_runs(tmp_path, select):
    rules = "version: 1\nrules:\n  - {id: one, match: one()}\n  - {id: two, match: two()}\n"
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "rules.yaml").write_text(rules)
    (tmp_path / "t" / "a.py").write_text("one()  # rewright: ignore[oen, two] typing\nx = 1  # rewright: ignore[one] later\n")
    told = rewright(tmp_path / "t", "scan", "--jobs", "1", *select, expect=1).stdout
    assert "no rule is called 'oen'; did you mean 'one'?" in told
    assert ("unused suppression of one" in told) == (not select)


def test_a_pattern_that_is_tried_knows_no_rule_names(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.py").write_text("x = 1  # rewright: ignore[broad-except] because\n# rewright: ignore\n")
    assert rewright(tmp_path / "t", "try", "one()", "--jobs", "1").stdout == ""


def test_a_rule_that_did_not_run_leaves_its_suppression_alone(tmp_path):
    assert not items(tmp_path, "old_name = 1\nx = 2  # rewright: ignore[other] later\n").of(Finding)


def test_lines_follow_the_site_when_an_earlier_rule_moved_it(tmp_path):
    def grows(source, _, options):
        from badmods import swap

        yield from swap(source, r"(?m)^x = 1$", "x = [\n    1,\n]")

    text = "x = 1\nold_name = 1  # rewright: ignore[rename] stays\nold_name = 2\n"
    made = items(tmp_path, text, rule(grows), rule(rename))
    assert made.deltas[0].after.decode() == "x = [\n    1,\n]\n" + text[6:].replace("old_name = 2", "new_name = 2")
    assert [(skip.site.line, skip.message) for skip in made.of(Skip)] == [(2, "stays")]


def test_positions_of_comments():
    found = suppressions(Source("m.py", b"x = '''\r\n'''  # rewright: ignore\r\n    \r\n# rewright: ignore[a,b]\r\ny\r\n"))
    assert [(one.line, one.speaks_of, one.rules) for one in found] == [(2, 2, frozenset()), (4, 5, {"a", "b"})]
