"""Each hunk is shown with the changes that made it, whatever rules ran before and after."""

from dataclasses import replace

from report_plan import HUB, HUB_AFTER, PLAN, change

from engine.model import Applicability, ImportNeed
from engine.report import View, render
from engine.report.attribution import Diff, attribute, changes_by_path
from engine.report.hunks import hunks

SAFE = Applicability.SAFE


def made(before, after, changes, rules=("one", "two", "three"), context=0):
    found = attribute(Diff("x.py", before, after, hunks(before, after, context)), changes, rules)
    return [[item.message for item in items] for items in found]


def spaced(*statements):
    return "".join(f"{statement}\n" + "pass\n" * 10 for statement in statements)


def test_changes_of_one_rule_go_to_their_own_hunks():
    before = spaced("a()", "b()", "a()", "c()")
    first = change("x.py", before, "a()", "longer_a()\nmore()", "one", SAFE, "first")
    third = before.index("a()", 5)
    site = replace(first.site, line=23)
    second = replace(first, message="second", site=site, edits=(replace(first.edits[0], start=third, end=third + 3),))
    after = before.replace("a()", "longer_a()\nmore()")
    assert made(before, after, [second, first]) == [["first"], ["second"]]


def test_later_rules_are_carried_to_the_last_text():
    texts = [spaced("a()", "b()", "c()", "b()")]
    changes = []
    for rule, old, new in (("one", "c()", "c1()\nc2()"), ("two", "a()", "a1()\na2()\na3()"), ("three", "c2()", "c9()")):
        changes.append(change("x.py", texts[-1], old, new, rule, SAFE, rule))
        texts.append(texts[-1].replace(old, new))
    assert made(texts[0], texts[-1], changes) == [["two"], ["one", "three"]]


def test_imports_between_rules_do_not_mislead():
    first = spaced("import os", "a()", "x()", "b()", "x()")
    one = change("x.py", first, "a()", "a1()", "one", SAFE, "one", imports=(ImportNeed("x.py", "m", "n"),))
    second = first.replace("a()", "a1()").replace("import os\n", "import os\nfrom m import n\nfrom k import l\n")
    two = change("x.py", second, "b()", "b1()", "two", SAFE, "two")
    after = second.replace("b()", "b1()")
    assert made(first, after, [one, two]) == [[], ["one"], ["two"]]


def test_a_deletion_is_attributed():
    before = spaced("a()", "b()", "c()")
    gone = change("x.py", before, "b()\n", "", "one", SAFE, "gone")
    for context in (0, 3):
        assert made(before, before.replace("b()\n", ""), [gone], context=context) == [["gone"]]


def test_every_applied_change_stands_at_a_hunk_of_the_sample():
    changes = changes_by_path(PLAN)["main_pc/hub.py"]
    found = attribute(Diff("main_pc/hub.py", HUB, HUB_AFTER, hunks(HUB, HUB_AFTER)), changes, PLAN.rules)
    assert [[item.rule for item in items] for items in found] == [["broad-except"], ["port-literal"]]


def test_an_import_hunk_says_whose_it_is():
    before = spaced("import os", "a()")
    one = change("x.py", before, "a()", "n()", "one", SAFE, "why", imports=(ImportNeed("x.py", "m", "n"),))
    after = before.replace("import os\n", "import os\nfrom m import n\n").replace("a()", "n()")
    delta = replace(PLAN.deltas[2], path="x.py", before=before.encode(), after=after.encode())
    plan = replace(PLAN, items=(one,), deltas=(delta,))
    text = "".join(render(plan, "text", View()))
    places = [text.index(part) for part in ("imports for the changes below: m.n", "+from m import n", "why", "+n()")]
    assert places == sorted(places)


def test_a_change_in_two_files_is_shown_in_both():
    one = change("x.py", "a()\n", "a()", "n()", "one", SAFE, "moved together")
    both = replace(one, edits=(*one.edits, replace(one.edits[0], path="y.py")))
    deltas = tuple(replace(PLAN.deltas[2], path=path, before=b"a()\n", after=b"n()\n") for path in ("x.py", "y.py"))
    text = "".join(render(replace(PLAN, items=(both,), deltas=deltas), "text", View()))
    assert text.count("moved together") == 2


def test_a_file_that_a_change_creates_is_shown_whole_and_with_its_reason():
    one = change("x.py", "a()\n", "a()", "n()", "one", SAFE, "the event stands in a module of its own")
    lines = "".join(f"line_{n}\n" for n in range(30))
    new = replace(one, edits=(replace(one.edits[0], path="events/x_events.py", start=0, end=0, text=lines),))
    delta = replace(PLAN.deltas[2], path="events/x_events.py", before=None, after=lines.encode())
    text = "".join(render(replace(PLAN, items=(new,), deltas=(delta,)), "text", View()))
    assert text.index("new file, 30 lines") < text.index("module of its own") < text.index("+line_0") < text.index("+line_29")


def test_a_manual_deletion_is_said_in_words():
    gone = replace(change("x.py", "a()\n", "a()\n", "", "one", SAFE, "dead code"), applicability=Applicability.MANUAL)
    text = "".join(render(replace(PLAN, items=(gone,), deltas=()), "text", View()))
    assert "(deletes 4 characters)" in text
    assert "Nothing was written" not in text
