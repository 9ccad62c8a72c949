"""The baseline: known sites do not count, new ones do, fixed ones are told; and its file survives merges."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from kit import bound, plan

from engine import baseline
from engine.baseline import Entry, Reach, compare, parse, render
from engine.model import Change, Finding, RewrightError, Skip

AGENT = """\
def one(job):
    try:
        job()
    except Exception as e:
        print("one", e)


def two(job):
    try:
        job()
    except Exception:
        pass
"""
THREE = "\n\ndef three(job):\n    try:\n        job()\n    except Exception:\n        print('three')\n"
RULES = "version: 1\nrules:\n  - id: broad-except\n  - id: get-event-loop\n"


@pytest.fixture
def target(tmp_path):
    """A target with two broad handlers in a.py and none in b.py."""
    root = tmp_path / "target"
    (root / "pkg").mkdir(parents=True)
    (root / "rules.yaml").write_text(RULES)
    (root / "pkg" / "a.py").write_text(AGENT)
    (root / "b.py").write_text("x = 1\n")
    return root


def planned(root, *rules):
    return plan(root, [bound(rule) for rule in rules or ("broad-except",)])


def known(root):
    """What the baseline of a target holds when it is first written."""
    return compare(planned(root), (), Reach()).entries


def counts(found):
    return found.known, found.new, len(found.fixed)


def lines_of(found):
    return [f"{one.site.path}:{one.site.line}" for one in found.plan.items]


def scan(root, *arguments, expect=0):
    """`rewright scan` there, as a person starts it; (stdout, stderr)."""
    argv = [Path(sys.executable).with_name("rewright"), "scan", "--jobs", "1", *arguments]
    env = {**os.environ, "XDG_CACHE_HOME": str(root.parent / "cache")}
    done = subprocess.run(
        [str(part) for part in argv], cwd=root, env=env, capture_output=True, check=False, text=True, timeout=120
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout, done.stderr


# -- what is known, new and fixed -------------------------------------------------------------


def test_known_sites_do_not_count_and_new_ones_do(target):
    entries = known(target)
    assert [(one.path, one.rule, one.line) for one in entries] == [
        ("pkg/a.py", "broad-except", 4),
        ("pkg/a.py", "broad-except", 11),
    ]
    assert counts(compare(planned(target), entries, Reach())) == (2, 0, 0)
    (target / "pkg" / "a.py").write_text("import os\n" + AGENT + THREE)
    found = compare(planned(target), entries, Reach())
    assert counts(found) == (2, 1, 0) and lines_of(found) == ["pkg/a.py:19"]


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\n\n# a comment\n" + AGENT,
        AGENT.replace("    ", "  "),
        AGENT.replace("    ", "\t"),
        AGENT.replace("\n", "\r\n"),
        AGENT.replace('print("one", e)', "print(\n            'one',\n            e,\n        )"),
        AGENT.replace("Exception:", "Exception:  # what for?"),
        "class Moved:\n    " + AGENT.replace("\n", "\n    ").rstrip() + "\n",
        AGENT[AGENT.index("def two") :] + "\n\n" + AGENT[: AGENT.index("def two")],
    ],
)
def test_moved_and_reformatted_sites_stay_known(target, text):
    entries = known(target)
    (target / "pkg" / "a.py").write_bytes(text.encode())
    assert counts(compare(planned(target), entries, Reach())) == (2, 0, 0)


def test_a_changed_handler_is_new_and_the_old_one_fixed(target):
    entries = known(target)
    (target / "pkg" / "a.py").write_text(AGENT.replace('"one"', '"uno"'))
    found = compare(planned(target), entries, Reach())
    assert counts(found) == (1, 1, 1) and [one.line for one in found.fixed] == [4] and lines_of(found) == ["pkg/a.py:4"]


def test_a_site_of_a_renamed_file_is_new(target):
    entries = known(target)
    (target / "pkg" / "a.py").rename(target / "pkg" / "z.py")
    found = compare(planned(target), entries, Reach())
    assert counts(found) == (0, 2, 2) and lines_of(found) == ["pkg/z.py:4", "pkg/z.py:11"]


def test_equal_sites_are_counted_not_named(target):
    twin = "def f{0}(job):\n    try:\n        job()\n    except Exception:\n        pass\n\n\n"
    file = target / "pkg" / "a.py"
    file.write_text("".join(map(twin.format, range(4))))
    entries = known(target)
    assert len({one.fingerprint for one in entries}) == 4 and len({one.kind for one in entries}) == 1
    file.write_text("".join(map(twin.format, range(1, 4))))  # the first goes: the others are numbered anew
    assert counts(compare(planned(target), entries, Reach())) == (3, 0, 1)
    file.write_text("".join(map(twin.format, range(5))))
    found = compare(planned(target), entries, Reach())
    assert counts(found) == (4, 1, 0) and lines_of(found) == ["pkg/a.py:32"]  # the one farthest from every old line


def test_of_equal_sites_those_nearest_to_their_old_lines_are_known(target):
    one, gap = "def f{0}(job):\n    try:\n        job()\n    except Exception:\n        pass\n\n\n", "# far\n" * 14
    file = target / "pkg" / "a.py"
    file.write_text(one.format(1) + gap + one.format(3))
    entries = known(target)
    assert [entry.line for entry in entries] == [4, 25]
    file.write_text(one.format(1) + one.format(2) + gap[: len(gap) // 2] + one.format(3))
    assert lines_of(compare(planned(target), entries, Reach())) == ["pkg/a.py:11"]


def test_skips_do_not_count_and_do_not_disturb_the_numbers(target):
    text = "def f(job):\n    try:\n        job()\n    except OSError:\n        raise\n    except Exception:\n        pass\n\n\n"
    (target / "pkg" / "a.py").write_text(text + AGENT[AGENT.index("def two") :])
    entries = known(target)
    first = planned(target)
    assert len(first.of(Skip)) == 1 and len(entries) == 1 and entries[0].fingerprint.endswith("-2")
    assert len(compare(first, entries, Reach()).plan.of(Skip)) == 1
    (target / "pkg" / "a.py").write_text(AGENT[AGENT.index("def two") :])
    assert counts(compare(planned(target), entries, Reach())) == (1, 0, 0)


def test_the_same_baseline_serves_with_and_without_unsafe(target):
    safe, bold = (plan(target, [bound("broad-except")], unsafe=unsafe) for unsafe in (False, True))
    assert (len(safe.of(Finding)), len(bold.of(Change))) == (2, 2)
    assert compare(safe, (), Reach()).entries == compare(bold, (), Reach()).entries


def test_an_unused_suppression_has_a_fingerprint_too(target):
    (target / "b.py").write_text("x = 1  # rewright: ignore[broad-except] why\n")
    found = compare(planned(target), (), Reach())
    (entry,) = [one for one in found.entries if one.path == "b.py"]
    assert entry.rule == "unused-suppression" and len(entry.fingerprint) == 16


def test_files_of_known_changes_only_are_not_counted_as_changed(target):
    entries = known(target)
    assert [delta.path for delta in planned(target).deltas] != []
    assert compare(planned(target), entries, Reach()).plan.deltas == ()
    (target / "b.py").write_text(THREE)
    touched = [delta.path for delta in compare(planned(target), entries, Reach()).plan.deltas if delta.before is not None]
    assert touched == ["b.py"]


# -- what a run could not see is not fixed ----------------------------------------------------


@pytest.mark.parametrize(
    "reached, fixed",
    [
        (Reach(), 2),
        (Reach(("pkg/a.py",)), 2),
        (Reach(("pkg",)), 2),
        (Reach(("",)), 2),
        (Reach(("b.py", "pk")), 0),
        (Reach(("pkg/a.pyi",)), 0),
        (Reach(rules=frozenset({"broad-except"})), 2),
        (Reach(rules=frozenset({"get-event-loop"})), 0),
        (Reach(whole=False), 0),
    ],
)
def test_what_was_not_looked_at_is_kept(target, reached, fixed):
    entries = known(target)
    (target / "pkg" / "a.py").unlink()
    found = compare(planned(target), entries, reached)
    assert counts(found) == (0, 0, fixed)
    assert found.entries == (() if fixed else entries)


def test_sites_of_a_file_that_failed_are_kept(target):
    entries = known(target)
    (target / "pkg" / "a.py").write_text(AGENT + "def broken(:\n")
    found = compare(planned(target), entries, Reach())
    assert counts(found) == (0, 0, 0) and found.entries == entries and len(found.plan.items) == 1


def test_reach_is_read_from_what_was_given(target, monkeypatch):
    monkeypatch.chdir(target / "pkg")
    made = planned(target)
    assert baseline.reach(made, [Path("a.py"), target], False, False) == Reach(("pkg/a.py", ""))
    assert baseline.reach(made, [], True, True) == Reach((), frozenset({"broad-except"}), False)


# -- the file ---------------------------------------------------------------------------------

ENTRIES = (
    Entry("a.py", "broad-except", "00000000000000aa", 4),
    Entry("a.py", "broad-except", "00000000000000aa-2", 9),
    Entry("b/é\n.py", "port-literal", "00000000000000bb", 1),
)


def test_the_text_is_one_sorted_line_a_site_whatever_the_order():
    text = render(ENTRIES[::-1])
    assert text == render(ENTRIES) and text.isascii() and text.endswith("}\n")
    header, *rows = [json.loads(line) for line in text.splitlines()]
    assert header == {"rewright-baseline": 1} and rows == sorted(rows, key=lambda row: list(row.values()))
    assert list(rows[0]) == ["path", "rule", "fingerprint", "line"]
    assert parse(text, "x") == ENTRIES
    assert parse("\ufeff".encode().decode("utf-8-sig") + text.replace("\n", "\r\n") + "\r\n", "x") == ENTRIES
    assert render(()) == '{"rewright-baseline": 1}\n' and parse(render(()), "x") == ()


def test_a_union_merge_admits_no_more_than_either_side(target):
    ours = render(ENTRIES)
    theirs = render([replace(entry, line=entry.line + 30) for entry in ENTRIES])
    assert parse(ours + "".join(theirs.splitlines(True)[1:]), "x") == ENTRIES


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "known.jsonl:1: the baseline is empty"),
        ("\n\n", "known.jsonl:1: the baseline is empty"),
        ('{"rewright-baseline": 2}\n', "known.jsonl:1: a baseline of version 2"),
        ('{"rewright-baseline": "1"}\n', "known.jsonl:1: is no baseline"),
        ('{"rewright-baseline": true}\n', "known.jsonl:1: is no baseline"),
        ('{"path": "a.py"}\n', "known.jsonl:1: is no baseline"),
        ("rules:\n", "known.jsonl:1: is not JSON"),
        ("[1]\n", "known.jsonl:1: is not a JSON object"),
        (render(ENTRIES) + "nonsense\n", "known.jsonl:5: is not JSON"),
        (render(ENTRIES).replace('"line": 9', '"line": "9"'), "known.jsonl:3: line is missing or no number"),
        (render(ENTRIES).replace('"line": 9', '"line": true'), "known.jsonl:3: line is missing or no number"),
        (render(ENTRIES).replace('"path": "a.py"', '"path": 1', 1), "known.jsonl:2: path is missing or no text"),
        (render(ENTRIES).replace('"rule": "broad-except", ', "", 1), "known.jsonl:2: rule is missing"),
        (render(ENTRIES).replace('"line": 9', '"line": 9, "why": ""'), "known.jsonl:3: there is no field 'why'"),
        (render(ENTRIES)[:-10] + "\n", "known.jsonl:4: is not JSON"),
        ('{"rewright-baseline": 1}\n' + "[" * 100_000 + "\n", "known.jsonl:2: is not JSON"),
        (render(ENTRIES).replace('{"path": "b', '<<<<<<< HEAD\n{"path": "b'), "known.jsonl:4: a merge conflict"),
        (render(ENTRIES) + "=======\r\n", "known.jsonl:5: a merge conflict"),
        (render(ENTRIES) + "||||||| 1234\n", "known.jsonl:5: a merge conflict"),
        (render(ENTRIES) + ">>>>>>> theirs\n", "known.jsonl:5: a merge conflict"),
    ],
)
def test_a_corrupt_baseline_is_refused_with_its_place(text, said):
    with pytest.raises(RewrightError) as caught:
        parse(text, "known.jsonl")
    assert str(caught.value).startswith(said)


def test_a_baseline_that_is_absent_or_not_text_is_refused(tmp_path):
    file = tmp_path / "known.jsonl"
    with pytest.raises(RewrightError, match="no baseline yet; --update-baseline writes one"):
        baseline.read(file)
    file.write_bytes(b'{"rewright-baseline": 1}\n\xff\n')
    with pytest.raises(RewrightError, match="known.jsonl:2: is not UTF-8"):
        baseline.read(file)


def test_writing_replaces_the_whole_file_only_when_it_changes(tmp_path):
    real, link = tmp_path / "known.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(real)
    assert baseline.write(link, ENTRIES) and link.is_symlink() and baseline.read(real) == ENTRIES
    real.write_bytes(real.read_bytes().replace(b"\n", b"\r\n"))
    assert not baseline.write(real, ENTRIES) and b"\r\n" in real.read_bytes()
    assert baseline.write(real, ENTRIES[:1]) and baseline.read(real) == ENTRIES[:1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["known.jsonl", "link.jsonl"]
    with pytest.raises(RewrightError, match="its folder does not exist"):
        baseline.write(tmp_path / "gone" / "known.jsonl", ENTRIES)


# -- the command ------------------------------------------------------------------------------


def test_the_life_of_a_baseline(target):
    file = target / "known.jsonl"
    scan(target, expect=1)
    assert "no baseline yet" in scan(target, "--baseline", file, expect=2)[1]
    assert "2 known sites; 2 added, 0 fixed" in scan(target, "--baseline", file, "--update-baseline")[1]
    first = file.read_bytes()
    out, told = scan(target, "--baseline", file)
    assert "pkg/a.py" not in out and "2 known sites not shown, 0 new, 0 fixed\n" in told

    (target / "b.py").write_text(THREE)
    (target / "pkg" / "a.py").write_text(AGENT[: AGENT.index("def two")])
    out, told = scan(target, "--baseline", file, "--output-format", "jsonl", expect=1)
    *items, summary = [json.loads(line) for line in out.splitlines()]
    assert [(one["path"], one["line"]) for one in items] == [("b.py", 6)]
    assert [(one["path"], one["line"]) for one in summary["data"]["baseline"]["fixed"]] == [("pkg/a.py", 11)]
    assert "pkg/a.py:11 broad-except: fixed\n" in told and "1 known sites not shown, 1 new, 1 fixed; --update-baseline" in told
    assert file.read_bytes() == first  # nothing is written that was not asked for

    assert "0 known sites not shown, 0 new, 0 fixed\n" in scan(target, "--select", "get-event-loop", "--baseline", file)[1]
    scan(target, "b.py", "--baseline", file, "--update-baseline")
    assert [one.path for one in baseline.read(file)] == ["b.py", "pkg/a.py", "pkg/a.py"]  # only b.py was looked at
    (target / "b.py").write_text("x = 1\n")
    assert "0 added, 2 fixed" in scan(target, "--baseline", file, "--update-baseline")[1]
    assert [one.path for one in baseline.read(file)] == ["pkg/a.py"]


def test_a_conflict_stops_the_update_too(target):
    file = target / "known.jsonl"
    file.write_text(render(ENTRIES) + "<<<<<<< HEAD\n")
    for more in ([], ["--update-baseline"]):
        assert "known.jsonl:5: a merge conflict" in scan(target, "--baseline", file, *more, expect=2)[1]
    assert file.read_text() == render(ENTRIES) + "<<<<<<< HEAD\n"


def test_another_root_is_told(target):
    file = target / "known.jsonl"
    scan(target, "--baseline", file, "--update-baseline")
    assert "another folder as the root" in scan(target, "pkg", "--root", "pkg", "--baseline", file, expect=1)[1]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--update-baseline"], "--update-baseline needs --baseline FILE"),
        (["--baseline", "known.jsonl", "--output-format", "patch"], "choose another --output-format"),
        (["--baseline", "known.jsonl", "--update-baseline", "--sprint", "one"], "leave --sprint out"),
    ],
)
def test_what_does_not_go_together_is_refused(target, arguments, said):
    sprint = "sprints:\n  - {id: one, name: One, rules: [broad-except], branch: refactor/one, applicability: unsafe}\n"
    (target / "rules.yaml").write_text(RULES + sprint)
    assert said in scan(target, *arguments, expect=2)[1]
    assert not (target / "known.jsonl").exists()


def test_names_in_a_baseline_cannot_write_to_the_terminal(target):
    file = target / "known.jsonl"
    file.write_text(render([Entry("a\x1b[31m.py", "r", "00", 1)]))
    told = scan(target, "--baseline", file, expect=1)[1]
    assert "\x1b" not in told and "\\x1b[31m.py:1 r: fixed" in told
