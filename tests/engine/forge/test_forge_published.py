"""engine/forge/published: what a description tells, out of a plan."""

from dataclasses import replace

from report_plan import change

from engine.forge.body import body
from engine.forge.published import EvidenceCount, LeftAlone, Published, Review, SetAside, merged, with_plan
from engine.model import Applicability, Creation, Evidence, Failure, FileDelta, Finding, Plan, Site, Skip

EMPTY = Published("s", "S", "refactor/s", "main", 2)
SAFE, UNSAFE, MANUAL = Applicability.SAFE, Applicability.UNSAFE, Applicability.MANUAL
A = "import a\n\n\ndef f():\n    try:\n        g()\n    except Exception:\n        pass\n"
NARROW = ("except Exception:", "except OSError:")
PASSES, UNKNOWN = Evidence("compiles", "pass"), Evidence("inferred", "unknown")


def plan(*items, deltas=(), rules=("broad", "port")):
    return Plan("/root", rules, items, deltas, 3)


def narrowed(path="a.py", text=A, rule="broad", applicability=UNSAFE, **more):
    return change(path, text, *NARROW, rule, applicability, "narrowed", **more)


def delta(path="a.py", text=A, encoding="utf-8"):
    return FileDelta(path, text.encode(encoding), text.replace(*NARROW).encode(encoding), encoding)


def test_changes_are_counted_by_rule_with_their_evidence():
    made = with_plan(
        EMPTY,
        plan(
            narrowed(evidence=(PASSES, UNKNOWN)),
            narrowed("b.py", applicability=SAFE, evidence=(PASSES,), creates=(Creation("new/c.py", ""),)),
            narrowed("c.py", applicability=MANUAL, evidence=(PASSES,)),
            deltas=(delta(), delta("b.py")),
        ),
        {"broad": "it hides bugs"},
    )
    (row,) = made.rules
    assert (row.rule, row.why, row.safe, row.unsafe, row.files) == ("broad", "it hides bugs", 1, 1, ("a.py", "b.py", "new/c.py"))
    assert row.evidence == (EvidenceCount("compiles", 2), EvidenceCount("inferred", 0, 0, 1))
    assert made.review == (Review("broad", "a.py", 7, "narrowed", "broad:7"),)
    assert (made.changes, made.unsafe, made.files, made.generation) == (2, 1, 3, 2)


def test_the_example_is_the_change_itself():
    (row,) = with_plan(EMPTY, plan(narrowed(), deltas=(delta(),)), {}).rules
    assert (row.example.path, row.example.line, row.example.message) == ("a.py", 7, "narrowed")
    assert row.example.diff == ("     try:", "         g()", "-    except Exception:", "+    except OSError:", "         pass")


def test_a_small_example_of_the_rule_alone_is_looked_for():
    long = A.replace("        pass\n", "".join(f"        x{n} = 1\n" for n in range(50)))
    body_of = long[long.index("    except") :]
    big = change("a.py", long, body_of, "    except OSError:\n", "broad", SAFE, "m")
    deltas = (FileDelta("a.py", long.encode(), long.replace(body_of, "    except OSError:\n").encode()), delta("b.py"))
    (row,) = with_plan(EMPTY, plan(big, narrowed("b.py"), deltas=deltas), {}).rules
    assert row.example.path == "b.py"
    (row,) = with_plan(EMPTY, plan(big, deltas=deltas[:1]), {}).rules
    assert len(row.example.diff) == 31 and row.example.diff[-1] == "... 24 more lines"


def test_a_change_of_several_hunks_is_shown_whole():
    text = "try:\n" + "".join(f"    x{n} = 1\n" for n in range(9)) + "except Exception:\n    pass\n"
    after = text.replace("try:", "with a:").replace("except Exception:\n    pass", "b = 1")
    item = change("a.py", text, text, after, "broad", SAFE, "m")
    (row,) = with_plan(EMPTY, plan(item, deltas=(FileDelta("a.py", text.encode(), after.encode()),)), {}).rules
    assert [line for line in row.example.diff if line[0] in "@-+"] == [
        "@@ -1,3 +1,3 @@", "-try:", "+with a:", "@@ -9,4 +9,3 @@", "-except Exception:", "-    pass", "+b = 1",
    ]  # fmt: skip


def test_examples_of_other_encodings_and_line_ends_can_be_shown():
    text = ("\ufeff# caf\xe9\n" + A).replace("\n", "\r\n")
    item = change("a.py", text[1:], *NARROW, "broad", SAFE, "m")
    made = with_plan(EMPTY, plan(item, deltas=(delta(text=text),)), {})
    assert not any("\r" in line for line in made.rules[0].example.diff)
    body(made).encode()
    latin = "# -*- coding: latin-1 -*-\n# caf\xe9\n" + A
    item = change("a.py", latin, *NARROW, "broad", SAFE, "m")
    body(with_plan(EMPTY, plan(item, deltas=(delta(text=latin, encoding="iso8859-1"),)), {})).encode()


def test_what_is_left_alone_is_counted_by_rule_and_reason():
    site = Site("a.py", 1)
    made = with_plan(
        EMPTY,
        plan(
            Skip(site, "in-use", "e is read", {}, "broad"),
            Finding(site, "raises again", "re-raise", {}, None, "broad"),
            Finding(site, "raises anew", "re-raise", {}, None, "broad"),
            Finding(site, "seen", "", {}, None, "port"),
            Failure(site, "syntax-error", "bad"),
        ),
        {},
    )
    assert made.skipped == (
        LeftAlone("broad", "re-raise", 2, "raises again"),
        LeftAlone("broad", "in-use", 1, "e is read"),
        LeftAlone("port", "reported", 1, "seen"),
    )
    assert made.failures == (LeftAlone("", "syntax-error", 1, "bad"),)
    assert made.rules == () and made.review == ()


def test_two_batches_of_a_branch_add_up():
    one = with_plan(EMPTY, plan(narrowed(evidence=(PASSES,)), deltas=(delta(),)), {"broad": "w"})
    two = with_plan(EMPTY, plan(narrowed("b.py", applicability=SAFE, evidence=(PASSES, UNKNOWN)), deltas=(delta("b.py"),)), {})
    two = replace(two, skipped=(LeftAlone("broad", "x", 1, "m"),), set_aside=(SetAside("g", "gate"),), remaining=4)
    both = merged(replace(one, set_aside=(SetAside("g", "old"), SetAside("h", "gate"))), two)
    (row,) = both.rules
    assert (row.safe, row.unsafe, row.files, row.why) == (1, 1, ("a.py", "b.py"), "w")
    assert row.evidence == (EvidenceCount("compiles", 2), EvidenceCount("inferred", 0, 0, 1))
    assert (both.set_aside, both.skipped, both.remaining) == ((SetAside("g", "gate"), SetAside("h", "gate")), two.skipped, 4)
    assert len(both.review) == 1 and row.example == one.rules[0].example
    assert merged(EMPTY, two) == two
