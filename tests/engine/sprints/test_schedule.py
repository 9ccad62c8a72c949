"""The roadmap as a table: pure functions of counts and a date."""

import datetime

import pytest
import sprint_kit as kit
import vcs_kit
from hypothesis import given
from hypothesis import strategies as st

from engine.config.values import Budget, Sprint
from engine.sprints.schedule import Progress, batches_of, gantt, schedule

MONDAY = datetime.date(2026, 11, 23)


def sprint(name, *before, files=2, changes=None):
    return Sprint(name, name, ("r",), f"refactor/{name}", depends_on=before, budget=Budget(files, changes))


def left(one, files, landed=0, merged=False, branch=""):
    return Progress(one, files, files, landed, merged, 0, branch)


def test_one_batch_a_weekday_and_sprints_wait_for_each_other():
    rows = schedule([left(sprint("a"), 12), left(sprint("b", "a"), 3), left(sprint("c"), 1)], MONDAY)
    assert [(row.batches, row.start, row.finish) for row in rows] == [
        (6, MONDAY, datetime.date(2026, 11, 30)),
        (2, datetime.date(2026, 12, 1), datetime.date(2026, 12, 2)),
        (1, MONDAY, MONDAY),
    ]
    assert [(row.state, row.waits_for) for row in rows] == [("pending", ()), ("blocked", ("a",)), ("pending", ())]


def test_nothing_begins_on_a_weekend():
    saturday = datetime.date(2026, 11, 28)
    (row,) = schedule([left(sprint("a"), 1)], saturday)
    assert row.start == row.finish == datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("progress", "state"),
    [
        (left(sprint("a"), 0), "done"),
        (left(sprint("a"), 0, 3, False, "refactor/a"), "in review"),
        (left(sprint("a"), 0, 3, True, "refactor/a"), "done"),
        (left(sprint("a"), 4, 3, False, "refactor/a"), "in progress"),
        (left(sprint("a"), 4, 3, True, "refactor/a"), "pending"),
    ],
)
def test_states(progress, state):
    (row,) = schedule([progress], MONDAY)
    assert row.state == state


def test_what_waits_for_a_sprint_in_review_is_blocked_and_begins_today():
    rows = schedule([left(sprint("a"), 0, 1, False, "refactor/a"), left(sprint("b", "a"), 2)], MONDAY)
    assert (rows[1].state, rows[1].start) == ("blocked", MONDAY)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 40), st.integers(1, 40))
def test_batches_hold_what_is_left_and_no_fewer_would(files, changes, per_files, per_changes):
    count = batches_of(files, changes, Budget(per_files, per_changes))
    assert (count == 0) == (files == 0)
    if files:
        assert count * per_files >= files and count * per_changes >= changes
        assert count == 1 or (count - 1) * per_files < files or (count - 1) * per_changes < changes


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(30, 120))
def test_bars_stand_under_one_another_and_fit(files, width):
    names = "abcdef"
    rows = schedule([left(sprint(names[i], *names[max(i - 1, 0) : i]), count) for i, count in enumerate(files)], MONDAY)
    lines = gantt(rows, width)
    assert bool(lines) == any(files)
    assert all(len(line) <= max(width, 24) for line in lines)
    for before, row, above, line in zip(rows, rows[1:], lines[1:], lines[2:], strict=False):
        if before.finish and row.start:
            assert before.finish < row.start
            assert above.rstrip("█░").count(" ") <= line.rstrip("█░").count(" ")  # a bar begins no earlier than the one before


def test_the_command(tmp_path):
    more = "  - {id: later, rules: [rename], branch: refactor/later, applicability: unsafe, depends-on: [s], paths: [b/]}\n"
    folder = kit.repository(tmp_path / "r", "budget: {files: 2}", more=more)
    kit.branch(folder)
    before = vcs_kit.snapshot(folder)
    done = kit.rewright(folder, "sprints", "--jobs", "1", expect=1).stdout
    lines = [line.split() for line in done.splitlines()]
    assert lines[1][:4] == ["s", "in", "progress", "-"] and lines[1][-5:] == ["3", "3", "2", "1", "-"]
    assert lines[2][:3] == ["later", "blocked", "s"]
    assert "all of it ends on" in done
    assert vcs_kit.snapshot(folder) == before


def test_the_command_outside_git(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "rules.yaml").write_text(kit.rules())
    (folder / "a.py").write_text(kit.OLD)
    assert "pending" in kit.rewright(folder, "sprints", "--jobs", "1", expect=1).stdout
    (folder / "a.py").write_text("a = 1\n")
    assert "done" in kit.rewright(folder, "sprints", "--jobs", "1", expect=0).stdout


def test_no_sprints(tmp_path):
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{id: broad-except}]\n")
    (tmp_path / "a.py").write_text("")
    assert "has no sprints" in kit.rewright(tmp_path, "sprints", expect=2).stderr


def test_the_command_counts_the_shard_and_goes_on_without_a_branch_that_it_cannot_know(tmp_path):
    more = "  - {id: later, rules: [rename], branch: refactor/later, applicability: unsafe, base: not-there}\n"
    folder = kit.repository(tmp_path / "r", 'code-owners: ["@b"]', count=5, more=more)
    vcs_kit.write(folder, {"CODEOWNERS": b"/b/ @b\n"})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "owners")
    done = kit.rewright(folder, "sprints", "--jobs", "1", expect=1)
    assert [line.split()[-5] for line in done.stdout.splitlines()[1:3]] == ["2", "5"]
    assert "sprint later: what landed is not known: 'not-there' is not a commit" in done.stderr


def test_what_a_reviewer_merged_into_the_branch_has_not_landed(tmp_path):
    folder = kit.repository(tmp_path / "r", count=2)
    kit.branch(folder)
    vcs_kit.write(folder, {"a/late.py": kit.OLD.encode()})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "the base moves")
    vcs_kit.git(folder, "worktree", "add", "-q", str(tmp_path / "review"), "refactor/s")
    vcs_kit.git(tmp_path / "review", "merge", "-q", "--no-edit", "main")
    vcs_kit.git(folder, "worktree", "remove", str(tmp_path / "review"))
    done = kit.rewright(folder, "sprints", "--jobs", "1", expect=1).stdout
    assert done.splitlines()[1].split()[-5:-3] == ["1", "1"]
