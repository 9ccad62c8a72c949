"""One file and the rules in order."""

import pytest
from badmods import rename, rule, swap

from engine.model import Applicability, Change, Failure, Finding, Skip
from engine.process import process
from engine.project import Project


def run(data, *rules, unsafe=True):
    return process("a.py", data, [one.bound for one in rules], Project(), unsafe)


def to(old, new, applicability=Applicability.SAFE):
    from dataclasses import replace

    def run_file(source, _, options):
        for change in swap(source, old, new):
            yield replace(change, applicability=applicability)

    return run_file


def test_each_rule_sees_what_the_one_before_left():
    result = run(b"x = 'a'\n", rule(to("'a'", "'b'"), "one"), rule(to("'b'", "'c'"), "two"))
    assert result.after == b"x = 'c'\n"
    assert [(item.rule, item.site.line, item.site.column, item.batch) for item in result.items] == [
        ("one", 1, 5, 0),
        ("two", 1, 5, 1),
    ]


def test_two_steps_at_one_place_are_both_told():
    """The edits of the items are all that is done to the file: whoever replays them gets what is written."""

    def stepwise(source, _, options):
        yield from swap(source, "'a'", "'b'")
        yield from swap(source, "'b'", "'c'")
        yield from swap(source, "'c'", "(")

    result = run(b"x = 'a'\n", rule(stepwise, "one"))
    assert result.after == b"x = 'c'\n"
    assert [(type(item).__name__, item.message.partition(" (")[0], getattr(item, "batch", None)) for item in result.items] == [
        ("Change", "'a' to 'b'", 0),
        ("Change", "'b' to 'c'", 1),
        ("Failure", "one proposed a rewrite that does not hold", None),
    ]
    assert {item.site.column for item in result.items} == {5} and len({item.fingerprint for item in result.items}) == 1


def test_rules_run_again_over_what_later_rules_left():
    result = run(b"x = 'a'\n", rule(to("'b'", "'c'"), "two"), rule(to("'a'", "'b'"), "one"))
    assert result.after == b"x = 'c'\n"


@pytest.mark.parametrize(
    ("applicability", "mode", "unsafe", "reason"),
    [
        (Applicability.SAFE, "rewrite", False, None),
        (Applicability.UNSAFE, "rewrite", True, None),
        (Applicability.UNSAFE, "rewrite", False, "needs-unsafe"),
        (Applicability.MANUAL, "rewrite", True, "manual"),
        (Applicability.SAFE, "report", True, "report-only"),
    ],
)
def test_what_is_withheld_is_a_finding(applicability, mode, unsafe, reason):
    from dataclasses import replace

    one = rule(to("'a'", "'b'", applicability), "one")
    result = run(b"x = 'a'\n", replace(one, bound=replace(one.bound, mode=mode)), unsafe=unsafe)
    assert (result.after is None) == (reason is not None)
    assert [type(item) for item in result.items] == [Change if reason is None else Finding]
    assert getattr(result.items[0], "reason", None) == reason
    assert result.items[0].applicability is applicability


def test_one_bad_change_does_not_take_the_good_ones_along():
    result = run(b"x = 'a'\ny = 'b'\nz = 'a'\n", rule(to("'b'", "("), "bad"), rule(to("'a'", "'c'"), "good"))
    assert result.after == b"x = 'c'\ny = 'b'\nz = 'c'\n"
    assert [item.reason for item in result.items if isinstance(item, Failure)] == ["gate:reparse"]


def test_bad_and_good_change_of_one_rule():
    def mixed(source, _, options):
        yield from swap(source, "'b'", "(")
        yield from swap(source, "'a'", "'c'")

    result = run(b"x = 'a'\ny = 'b'\nz = 'a'\n", rule(mixed))
    assert result.after == b"x = 'c'\ny = 'b'\nz = 'c'\n"
    assert [type(item).__name__ for item in sorted(result.items, key=lambda item: item.site.line)] == [
        "Change",
        "Failure",
        "Change",
    ]


def test_a_hint_that_does_not_match_keeps_the_codemod_from_the_file():
    def never(source, _, options):
        raise AssertionError("was asked")

    assert run(b"x = 1\n", rule(never, hints=b"nothing")).items == ()


def test_file_that_needs_no_change_has_no_after():
    assert run(b"x = 1\n", rule(rename)).after is None


def test_generated_file_is_one_skip():
    (skip,) = run(b"# @generated\nold_name = 1\n", rule(rename)).items
    assert isinstance(skip, Skip) and skip.reason == "generated"
