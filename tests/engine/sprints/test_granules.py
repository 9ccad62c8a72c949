"""A plan in pieces, without git: units, batches and granules."""

from engine.config.values import Budget
from engine.model import Applicability, Change, FileDelta, Plan, Site
from engine.sprints.granules import SUPPORT, Aside, batch, digest_of, granules, units


def plan(changes, created=(), support=()):
    """`changes`: (path, group, names of support modules)."""
    items = tuple(
        Change(
            Site(path, 1, 0, 1, 1),
            "m",
            Applicability.SAFE,
            (),
            (),
            rule="r",
            group=group,
            group_size=2 if group else 1,
            support=needs,
        )
        for path, group, needs in changes
    )
    paths = sorted({path for path, _, _ in changes})
    deltas = [FileDelta(path, path.encode(), b"new") for path in paths] + [FileDelta(path, None, b"") for path in created]
    return Plan("/t", ("r",), items, tuple(sorted(deltas, key=lambda delta: delta.path)), 9, dict(support))


def aside(path):
    return Aside("r", path, digest_of(path.encode()))


CHAIN = [("a", "one", ()), ("b", "one", ()), ("b", "two", ()), ("c", "two", ()), ("d", "", ())]


def test_what_one_rewrite_holds_together_is_one_unit_through_any_chain():
    assert units(plan(CHAIN)) == [("a", "b", "c"), ("d",)]
    assert batch(plan(CHAIN), Budget(files=1)) == {"a", "b", "c"}
    assert batch(plan(CHAIN), Budget(files=9), [aside("c")]) == {"d"}


def test_what_hangs_together_with_a_file_that_was_set_aside_is_left_out():
    found = granules(plan(CHAIN), "r", frozenset("abcd"), "rule", str, [aside("c")])
    assert [one.files for one in found] == [("d",)]
    assert granules(plan(CHAIN[:4]), "r", frozenset("abc"), "rule", str, [aside("c")]) == ()


def test_no_support_module_lands_that_only_a_file_needs_which_was_set_aside():
    both = plan([("a", "", ("x",)), ("b", "", ("y",))], ["s/x.py", "s/y.py"], {"x": "s/x.py", "y": "s/y.py"})
    found = granules(both, "r", frozenset("ab"), "rule", str, [aside("a")])
    assert [(one.label, one.files) for one in found] == [(SUPPORT, ("s/y.py",)), ("", ("b",))]
    assert granules(both, "r", frozenset("ab"), "rule", str, [aside("a"), aside("b")]) == ()
