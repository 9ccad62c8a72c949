"""Decisions in a plan: declined sites are skips, accepted unsafe ones are admitted, and nothing else changes."""

import dataclasses

import pytest
from badmods import rule, swap
from fault_kit import changed, of
from kit import plan
from test_groups import created, files, nothing_lands, paired

from engine.baseline import Reach
from engine.cache import Cache
from engine.decisions.deciding import Note, decide
from engine.decisions.state import states, warnings
from engine.decisions.values import Decision, in_force
from engine.model import Applicability, Change, Finding, RewrightError, Skip


def renames(source, _, options):
    """`old_name` to `new_name`, as unsafe as the option says; `noted` is a finding."""
    for change in swap(source, r"\bold_name\b", "new_name"):
        end = change.site.column + len("old_name")
        site = dataclasses.replace(change.site, end_line=change.site.line, end_column=end)
        yield dataclasses.replace(change, site=site, applicability=options.get("applicability", Applicability.SAFE))
    for change in swap(source, r"\bnoted\b", ""):
        yield Finding(change.site, "noted", "report-only")


def planned(root, options=None, **more):
    more = {"unsafe": False} | more
    return plan(root, [rule(renames, options=options)], **more)


def by_line(made, path="a.py"):
    return {item.site.line: item for item in made.items if item.site.path == path}


@pytest.fixture
def target(tmp_path):
    (tmp_path / "a.py").write_bytes(b"first = [s.old_name]\nif True:\n    second = (s.old_name, 2)\nnoted = 3\n")
    (tmp_path / "b.py").write_bytes(b"other = s.old_name + 1\n")
    return tmp_path


def statements(source, _, options):
    """The same, with whole statements as sites, so that no two are equal."""
    for change in renames(source, _, options):
        site = dataclasses.replace(change.site, column=1, end_line=0, end_column=0)
        yield dataclasses.replace(change, site=site)


def stated(root, options=None, **more):
    return plan(root, [rule(statements, options=options)], **({"unsafe": False} | more))


UNSAFE = {"applicability": Applicability.UNSAFE}


def test_a_declined_change_is_a_skip_and_the_rest_of_its_file_is_planned(target):
    before = by_line(stated(target))
    name = before[1].fingerprint
    made = stated(target, declined={name: "declined by A on 2026-01-01: here it stays"}, equal={name: 1})
    skip = by_line(made)[1]
    assert (type(skip), skip.reason, skip.fingerprint) == (Skip, "declined", name)
    assert skip.message == "declined by A on 2026-01-01: here it stays"
    assert changed(made, "a.py") == b"first = [s.old_name]\nif True:\n    second = (s.new_name, 2)\nnoted = 3\n"
    assert changed(made, "b.py") == b"other = s.new_name + 1\n"
    others = [item for item in made.items if item.fingerprint != name]
    assert others == [item for item in stated(target).items if item.fingerprint != name]


def test_a_declined_finding_is_a_skip(target):
    finding = by_line(stated(target))[4]
    assert isinstance(finding, Finding)
    made = stated(target, declined={finding.fingerprint: "known"})
    assert by_line(made)[4].reason == "declined" and not made.of(Finding)


def test_an_accepted_unsafe_change_needs_no_unsafe(target):
    waiting = by_line(stated(target, UNSAFE))
    assert waiting[1].reason == "needs-unsafe"
    made = stated(target, UNSAFE, accepted=frozenset({waiting[1].fingerprint}), equal={waiting[1].fingerprint: 1})
    assert changed(made, "a.py") == b"first = [s.new_name]\nif True:\n    second = (s.old_name, 2)\nnoted = 3\n"
    assert changed(made, "b.py") is None
    assert isinstance(by_line(made)[1], Change) and by_line(made)[3].reason == "needs-unsafe"


def test_an_accepted_manual_change_is_not_applied(target):
    manual = {"applicability": Applicability.MANUAL}
    name = by_line(stated(target, manual))[1].fingerprint
    made = stated(target, manual, accepted=frozenset({name}))
    assert not made.deltas and by_line(made)[1].reason == "manual"


def test_an_unused_suppression_may_be_declined(target):
    (target / "a.py").write_bytes(b"x = 1  # rewright: ignore[renames]\n")
    finding = by_line(planned(target))[1]
    assert finding.reason == "unused-suppression"
    assert by_line(planned(target, declined={finding.fingerprint: "kept"}))[1].reason == "declined"


# -- equal sites -------------------------------------------------------------------------------


@pytest.fixture
def twins(tmp_path):
    (tmp_path / "a.py").write_bytes(b"one = s.old_name\ntwo = s.old_name\nthree = s.old_name\n")
    return tmp_path


def test_equal_sites_are_told_apart_by_their_number(twins):
    names = [by_line(planned(twins))[line].fingerprint for line in (1, 2, 3)]
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]
    made = planned(twins, declined={names[1]: "no"}, equal={names[1]: 3})
    assert changed(made, "a.py") == b"one = s.new_name\ntwo = s.old_name\nthree = s.new_name\n"
    assert [item.fingerprint for item in made.items] == names


def test_what_was_declined_stays_when_what_was_accepted_is_applied(twins):
    """The last twin is renumbered: it must not inherit the acceptance of the one before it."""
    names = [by_line(planned(twins))[line].fingerprint for line in (1, 2, 3)]
    decided = {"accepted": frozenset(names[:2]), "declined": {names[2]: "no"}, "equal": dict.fromkeys(names, 3)}
    made = planned(twins, UNSAFE, **decided)
    after = b"one = s.new_name\ntwo = s.new_name\nthree = s.old_name\n"
    assert changed(made, "a.py") == after
    (twins / "a.py").write_bytes(after)
    again = planned(twins, UNSAFE, **decided)
    assert not again.deltas and [item.message for item in again.items] == ["no"]
    kept = [Decision("a.py", "renames", name, "accept", equal=3) for name in names[:2]]
    kept.append(Decision("a.py", "renames", names[2], "decline", "no", equal=3))
    assert [one.state for one in states(kept, again, "2026-01-01", Reach())] == ["done", "done", "in force"]


def test_where_nobody_knows_which_is_meant_none_is_changed(twins):
    names = [by_line(planned(twins))[line].fingerprint for line in (1, 2, 3)]
    (twins / "a.py").write_bytes(b"one = s.old_name\ntwo = s.old_name\n")
    made = planned(twins, declined={names[2]: "no"}, equal={names[2]: 3})
    assert not made.deltas
    assert {item.message for item in made.items} == {
        "no; then there were 3 equal sites in this file and now 2, so each is left alone: decide again"
    }
    made = planned(twins, UNSAFE, accepted=frozenset(names), equal=dict.fromkeys(names, 3))
    assert not made.deltas and {item.reason for item in made.items} == {"needs-unsafe"}


def test_deciding_again_keeps_the_others_as_they_were(twins):
    names = [by_line(planned(twins))[line].fingerprint for line in (1, 2, 3)]
    old = Decision("a.py", "renames", names[2], "decline", "no", equal=3)
    (twins / "a.py").write_bytes(b"one = s.old_name\ntwo = s.old_name\n")
    now = in_force([old], "2026-01-01")
    made = planned(twins, declined=now.declined, equal=now.equal)
    record = decide(made, [by_line(made)[1]], Note("accept"), [old])
    assert record.drop == {names[2]}
    assert [(one.fingerprint, one.decision, one.why, one.equal) for one in record.add] == [
        (names[0], "accept", "", 2),
        (names[1], "decline", "no", 2),
    ]
    now = in_force(record.add, "2026-01-01")
    made = planned(twins, declined=now.declined, accepted=now.accepted, equal=now.equal)
    assert changed(made, "a.py") == b"one = s.new_name\ntwo = s.old_name\n"


# -- several rules, several files --------------------------------------------------------------


def test_what_is_declined_for_one_rule_is_seen_by_the_next(tmp_path):
    def second(source, _, options):
        yield from swap(source, r"\bold_name\b", "third_name")

    (tmp_path / "a.py").write_bytes(b"old_name = 1\n")
    name = by_line(stated(tmp_path))[1].fingerprint
    made = plan(tmp_path, [rule(statements), rule(second)], declined={name: "no"})
    assert changed(made, "a.py") == b"third_name = 1\n"
    both = {item.rule: item for item in made.items}
    made = plan(tmp_path, [rule(statements), rule(second)], declined={name: "no", both["second"].fingerprint: "no, too"})
    assert not made.deltas and [item.message for item in made.items] == ["no", "no, too"]


def test_a_group_falls_whole(tmp_path):
    whole = plan(files(tmp_path), [rule(paired)])
    (part,) = of(whole, "a.py", Change)
    made = plan(tmp_path, [rule(paired)], declined={part.fingerprint: "not here"})
    nothing_lands(made)
    assert [item.reason for item in made.items] == ["declined", "incomplete"]


def test_one_part_accepts_its_group(tmp_path):
    unsafe = rule(paired, options=UNSAFE)
    waiting = plan(files(tmp_path), [unsafe], unsafe=False)
    record = decide(waiting, [of(waiting, "b.py", Finding)[0]], Note("accept"), ())
    assert [one.path for one in record.add] == ["a.py", "b.py"] and "1 more sites" in record.remarks[0]
    now = in_force(record.add, "2026-01-01")
    made = plan(tmp_path, [unsafe], unsafe=False, accepted=now.accepted, equal=now.equal)
    assert len(made.of(Change)) == 2 and created(made)


# -- cache -------------------------------------------------------------------------------------


def test_a_decision_makes_no_other_file_cold(target, tmp_path_factory, monkeypatch):
    from engine import dispatch

    done = []
    real = dispatch.run_batch
    monkeypatch.setattr(dispatch, "run_batch", lambda *given: done.extend(job.path for job in given[1]) or real(*given))
    cache = Cache(tmp_path_factory.mktemp("cache") / "c.sqlite3")
    name = by_line(stated(target, cache=cache))[1].fingerprint
    assert sorted(done) == ["a.py", "b.py"]
    done.clear()
    first = stated(target, cache=cache, declined={name: "no"})
    assert done == ["a.py"]
    assert stated(target, cache=cache, declined={name: "no"}).items == first.items
    assert stated(target, cache=cache, declined={name: "no", "0" * 16: "gone"}).items == first.items
    assert done == ["a.py"]
    assert by_line(stated(target, cache=cache, declined={name: "another reason"}))[1].message == "another reason"
    assert by_line(stated(target, cache=cache))[1] != first.items[0]
    cache.close()


def test_results_of_files_do_not_depend_on_the_order_of_decisions(twins):
    names = [by_line(planned(twins))[line].fingerprint for line in (1, 2, 3)]
    decided = {name: f"why {name}" for name in names}
    one, two = (planned(twins, declined=dict(order)) for order in (decided.items(), reversed(decided.items())))
    assert one == two and {type(item) for item in one.items} == {Skip}


# -- what became of them -----------------------------------------------------------------------


def test_states_and_warnings(target):
    made = stated(target)
    names = {line: item.fingerprint for line, item in by_line(made).items()}

    def one(name, word="decline", **more):
        return Decision(more.pop("path", "a.py"), more.pop("rule", "statements"), name, word, "why", **more)

    given = {
        "in force": one(names[1], until="2026-01-02"),
        "expired": one(names[3], until="2026-01-01"),
        "dangling": one("0" * 16),
        "done": one("1" * 16, "accept"),
        "unsure": one(names[4], "accept", equal=4),
    }
    found = {one.decision: one for one in states(given.values(), made, "2026-01-02", Reach())}
    assert {state: found[decision].state for state, decision in given.items()} == {state: state for state in given}
    assert found[given["in force"]].line == 1 and found[given["dangling"]].line == 0
    told = warnings(tuple(found.values()), False)
    assert len(told) == 3 and told[0].startswith("1 decision has expired") and "decide again" in told[2]
    assert any("declined: why [dangling]" in line for line in warnings(tuple(found.values()), True))
    unseen = Reach(("b.py",))
    assert [one.state for one in states([given["dangling"]], made, "2026-01-02", unseen)] == ["in force"]
    off = one("2" * 16, rule="other")
    assert states([off], made, "2026-01-02", Reach())[0].state == "dangling"
    assert states([off], made, "2026-01-02", Reach(rules=frozenset({"statements"})))[0].state == "in force"


def test_of_two_decisions_the_newer_counts_and_an_expired_one_does_not():
    old = Decision("a.py", "r", "0" * 16, "decline", "then", date="2026-01-01")
    new = Decision("a.py", "r", "0" * 16, "decline", "now", date="2026-02-01", by="A")
    assert in_force([new, old], "2026-03-01").declined == {"0" * 16: "declined by A on 2026-02-01: now"}
    until = dataclasses.replace(new, until="2026-02-28")
    assert in_force([until], "2026-02-28").declined["0" * 16].endswith("now (until 2026-02-28)")
    assert not in_force([until], "2026-03-01").declined


def test_what_cannot_be_decided(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = s.old_name  # rewright: ignore[renames] fine\nnoted = 1\n")
    made = planned(tmp_path)
    with pytest.raises(RewrightError, match="is left alone already"):
        decide(made, [by_line(made)[1]], Note("decline", "no"), ())
    with pytest.raises(RewrightError, match="no rewrite that could be accepted"):
        decide(made, [by_line(made)[2]], Note("accept"), ())


def test_what_was_learned_of_the_target_serves_the_next_plan(target, monkeypatch):
    from engine import run
    from engine.parallel import Inline
    from engine.request import Request

    learned = []
    real = run._project
    monkeypatch.setattr(run, "_project", lambda *given: learned.append(1) or real(*given))
    request = Request(target, ("a.py", "b.py"), frozenset(), (rule(statements),), {}, b"test")
    memory = {}
    first = run.make_plan(request, Inline(), Cache(None), memory=memory)
    again = dataclasses.replace(request, declined={first.items[0].fingerprint: "no"})
    made = run.make_plan(again, Inline(), Cache(None), memory=memory)
    assert made.items == run.make_plan(again, Inline(), Cache(None)).items != first.items and len(learned) == 2
    (target / "b.py").write_bytes(b"x = s.old_name\n")
    made = run.make_plan(again, Inline(), Cache(None), memory=memory)
    assert len(learned) == 3 and changed(made, "b.py") == b"x = s.new_name\n"
