"""Plans that move files: the file goes as the rules leave it, with all that belongs to it, or nothing changes."""

import pytest
from badmods import rename, rule, swap
from fault_kit import of
from kit import outputs, plan
from move_kit import AFTER, FILES, MOVES, applied, bytes_of, moving, target

from engine.apply import undo
from engine.cache import Cache
from engine.model import Applicability, Change, Creation, Failure, FileDelta, Finding
from engine.moves import joined
from engine.parallel import Limits, Pool


def test_the_file_moves_and_its_importers_follow(tmp_path):
    root = target(tmp_path)
    made = plan(root, [moving()])
    assert bytes_of(root) == FILES
    old, new = (next(one for one in made.deltas if one.path == path) for path in ("shop/prices.py", "shop/costs.py"))
    assert (old.before, old.after) == (FILES["shop/prices.py"], None)
    assert (new.before, new.after, new.origin, new.encoding) == (None, FILES["shop/prices.py"], "shop/prices.py", old.encoding)
    assert outputs(made, root) == AFTER
    result = applied(made)
    assert (result.removed, result.written) == (("shop/prices.py",), ("app.py", "shop/costs.py", "shop/tills.py"))
    assert bytes_of(root) == AFTER
    assert plan(root, [moving()]).deltas == ()
    assert undo(root).restored == ("app.py", "shop/prices.py", "shop/tills.py")
    assert bytes_of(root) == FILES


def test_a_move_joined_is_one_delta(tmp_path):
    made = plan(target(tmp_path), [moving()])
    assert [(one.origin, one.path, one.before is None) for one in joined(made.deltas)] == [
        ("", "app.py", False),
        ("shop/prices.py", "shop/costs.py", False),
        ("", "shop/tills.py", False),
    ]
    gone = FileDelta("x.py", b"", None)
    assert list(joined([gone])) == [gone]


def test_what_other_rules_make_of_the_file_goes_with_it(tmp_path):
    root = target(tmp_path, **{"shop/prices.py": b"old_name = 1\r\nVAT = 1"})
    for rules in ([moving(), rule(rename)], [rule(rename), moving()]):
        assert outputs(plan(root, rules), root)["shop/costs.py"] == b"new_name = 1\r\nVAT = 1"


def test_a_rule_behind_that_takes_the_first_line_away(tmp_path):
    def shorter(source, _, options):
        yield from swap(source, r"\Aold = 1\n", "")

    made = plan(target(tmp_path, **{"shop/prices.py": b"old = 1\nVAT = 1\n"}), [moving(), rule(shorter)])
    assert [one.rule for one in of(made, "shop/prices.py", Change)] == ["mover", "shorter"]
    assert outputs(made, tmp_path)["shop/costs.py"] == b"VAT = 1\n"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbfVAT = 1\r\n", b"VAT = 1", b"\x0cVAT = 1\n"])
def test_a_file_that_only_moves_keeps_every_byte(tmp_path, data):
    root = target(tmp_path, **{"shop/prices.py": data})
    applied(plan(root, [moving()]))
    assert bytes_of(root) == {**AFTER, "shop/costs.py": data}


def test_one_plan_for_any_number_of_jobs_and_from_the_cache(tmp_path):
    root = target(tmp_path / "target")
    made = plan(root, [moving()])
    with Pool(2, Limits()) as pool:
        assert plan(root, [moving()], runner=pool) == made
    cache = Cache(tmp_path / "cache")
    plan(root, [moving()], cache=cache)
    assert plan(root, [moving()], cache=cache).deltas == made.deltas


# -- all or nothing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoiled",
    [
        {"app.py": b"import shop.prices  # rewright: ignore[mover] not here\n"},
        {"shop/tills.py": b"def (:\n"},
        {"shop/prices.py": b"# @generated\nVAT = 1\n"},
    ],
)
def test_a_missing_part_moves_nothing(tmp_path, spoiled):
    root = target(tmp_path, **spoiled)
    made = plan(root, [moving()])
    assert made.deltas == () and not made.of(Change)
    assert {one.reason for one in made.of(Finding)} <= {"incomplete"}


def test_it_waits_for_unsafe_as_a_whole(tmp_path):
    made = plan(target(tmp_path), [moving(applicability=Applicability.UNSAFE)], unsafe=False)
    assert not made.deltas and {one.reason for one in made.of(Finding)} == {"needs-unsafe"} and len(made.of(Finding)) == 3


def test_one_file_cannot_go_to_two_places(tmp_path):
    two = rule(
        moving().bound.codemod.run_file, "second", options={"moves": {"shop/prices.py": "shop/rates.py"}, "group": "rates"}
    )
    made = plan(target(tmp_path), [moving(), two])
    assert made.deltas == () and {one.reason for one in made.of(Finding)} == {"incomplete"}


def test_two_files_cannot_go_to_one_place(tmp_path):
    both = {**MOVES, "shop/tills.py": "shop/costs.py"}
    assert plan(target(tmp_path), [moving(moves=both)]).deltas == ()


def test_a_file_is_not_moved_to_where_one_is_created(tmp_path):
    def creator(source, _, options):
        for one in swap(source, "print", "print"):
            text = (Creation("shop/costs.py", "VAT = 3\n"),)
            yield Change(one.site, "m", Applicability.SAFE, one.edits, one.spans, creates=text, group="made")

    made = plan(target(tmp_path), [moving(), rule(creator)])
    assert not [one for one in made.deltas if one.origin] and not of(made, "shop/prices.py", Change)


@pytest.mark.parametrize("path", ["/etc/x.py", "../x.py", "shop/x.txt", "shop/x.pyi", ".git/x.py", "shop/prices.py", "a\\x.py"])
def test_where_no_file_may_be_moved(tmp_path, path):
    made = plan(target(tmp_path), [moving(moves={"shop/prices.py": path})])
    assert made.deltas == () and [one.reason for one in of(made, "shop/prices.py", Failure)] == ["codemod-error"]


def test_a_move_without_a_group_is_an_error_of_the_codemod(tmp_path):
    made = plan(target(tmp_path), [moving(group="")])
    assert [one.reason for one in of(made, "shop/prices.py", Failure)] == ["codemod-error"]
    assert not [one for one in made.deltas if one.origin]
