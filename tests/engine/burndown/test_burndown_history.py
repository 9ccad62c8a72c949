"""Commits in order of time, sampled; and trees that are told as differences."""

import datetime
import os

import pytest
from burndown_kit import DAY, START, History, git, random_history
from hypothesis import given
from hypothesis import strategies as st

from engine.burndown.history import Commit, Window, commits, in_order, sampled, steps
from engine.burndown.reader import first_landed, is_shallow, reader
from engine.model import RewrightError

BY_COMMIT = Window(every="commit")


def listed(folder, oid, prefix=""):
    """What `git ls-tree` says that a commit holds: regular Python files, path to blob."""
    found = {}
    for entry in git(folder, "ls-tree", "-r", "-z", "--full-tree", oid).split(b"\0")[:-1]:
        about, _, raw = entry.partition(b"\t")
        mode, _, blob = about.decode().split()
        path = os.fsdecode(raw)
        if mode.startswith("100") and path.endswith((".py", ".pyi")) and path.startswith(prefix):
            found[path[len(prefix) :]] = blob
    return found


def replayed(folder, window=BY_COMMIT):
    """The tree of each commit, put together from the steps."""
    repository, prefix = reader(folder)
    tree = {}
    for step in steps(repository, commits(repository, window), prefix):
        for path in step.gone:
            tree.pop(path, None)
        tree.update(step.added)
        yield step.commit, dict(tree)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("window", [BY_COMMIT, Window(every="day"), Window(every="commit", first_parent=False)])
def test_the_replayed_tree_is_what_ls_tree_says(tmp_path, seed, window):
    folder = random_history(tmp_path / "r", seed)
    seen = [(listed(folder, commit.oid), tree) for commit, tree in replayed(folder, window)]
    assert len(seen) >= 2
    assert all(one == other for one, other in seen)


def test_a_folder_of_the_repository_is_a_target(tmp_path):
    folder = random_history(tmp_path / "r", 3)
    git(folder, "reset", "-q", "--hard", "main")
    (folder / "src").mkdir(exist_ok=True)
    seen = list(replayed(folder / "src"))
    assert any(tree for _, tree in seen)
    assert all(tree == listed(folder, commit.oid, "src/") for commit, tree in seen)


def test_more_commits_than_one_git_compares(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.burndown.history._PAIRS", 7)
    folder = random_history(tmp_path / "r", 4)
    seen = list(replayed(folder))
    assert len(seen) > 21
    assert all(tree == listed(folder, commit.oid) for commit, tree in seen)


def test_first_parents_leave_out_what_a_merge_brought(tmp_path):
    made = History(tmp_path / "r").commit({"a.py": b"1\n"})
    made.commit({"b.py": b"1\n"}, branch="side").commit({}, merges="side")
    repository, _ = reader(made.done())
    assert len(commits(repository, BY_COMMIT)) == 2
    assert len(commits(repository, Window(every="commit", first_parent=False))) == 3


@given(st.lists(st.integers(0, 50), max_size=40))
def test_times_never_fall_and_as_many_as_can_be_are_believed(times):
    out = in_order(times)
    assert out == sorted(out) and len(out) == len(times)
    longest = [0] * len(times)
    for index, when in enumerate(times):
        longest[index] = 1 + max((longest[other] for other in range(index) if times[other] <= when), default=0)
    assert sum(one == other for one, other in zip(out, times)) >= max(longest, default=0)


@pytest.mark.parametrize("wrong", [0, 9_999_999_999])
def test_one_wrong_clock_moves_no_other_commit(wrong):
    times = [START + number * DAY for number in range(9)]
    times[4] = wrong
    assert in_order(times) == [*times[:4], times[3], *times[5:]]


def test_a_commit_counts_on_its_day_in_utc(tmp_path):
    made = History(tmp_path / "r").commit({"a.py": b"1\n"}, START - 60, "-1200").commit({"a.py": b"2\n"}, START + 60, "+1400")
    repository, _ = reader(made.done())
    days = [commit.date for commit in commits(repository, Window(every="day"))]
    assert days == [datetime.date(2024, 12, 31), datetime.date(2025, 1, 1)]


def test_the_last_commit_of_a_period_stands_for_it():
    line = [Commit(str(number), START + number * DAY // 2) for number in range(20)]  # from Wednesday 1 to Friday 10
    assert [one.oid for one in sampled(line, "day")] == [str(number) for number in range(1, 20, 2)]
    assert [(one.oid, one.date.isoformat()) for one in sampled(line, "week")] == [("9", "2025-01-05"), ("19", "2025-01-10")]
    assert sampled(line, "commit") == tuple(line)


def test_a_window_in_days_both_included(tmp_path):
    made = History(tmp_path / "r")
    for number in range(5):
        made.commit({"a.py": b"%d\n" % number}, START + number * DAY)
    repository, _ = reader(made.done())
    window = Window(datetime.date(2025, 1, 2), datetime.date(2025, 1, 4), "commit")
    assert [one.date.day for one in commits(repository, window)] == [2, 3, 4]
    with pytest.raises(RewrightError, match=r"no commit lies between 2026-01-01 and now: .* from 2025-01-01 to 2025-01-05"):
        commits(repository, Window(since=datetime.date(2026, 1, 1)))


def test_where_a_sprint_landed_first(tmp_path):
    made = History(tmp_path / "r").commit({"a.py": b"1\n"}, START)
    made.commit({"a.py": b"2\n"}, START + DAY, branch="side", message="fix\n\nRewright-Sprint: one\n")
    made.commit({}, START + 2 * DAY, merges="side").commit({}, START + 3 * DAY, message="y\n\nRewright-Sprint: one\n")
    repository, _ = reader(made.done())
    assert first_landed(repository, "one") == START + DAY
    assert first_landed(repository, "on") is None


# -- histories that are not all here ---------------------------------------------------------------


def test_fault_80_a_shallow_clone_says_so_and_begins_later(tmp_path):
    folder = random_history(tmp_path / "r", 1)
    git(tmp_path, "clone", "-q", "--depth", "5", f"file://{folder}", "shallow")
    repository, _ = reader(tmp_path / "shallow")
    assert is_shallow(repository) and not is_shallow(reader(folder)[0])
    assert 1 <= len(list(replayed(tmp_path / "shallow"))) <= 5


def test_fault_80_a_treeless_clone_is_an_error_and_fetches_nothing(tmp_path):
    folder = random_history(tmp_path / "r", 2)
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=tree:0", f"file://{folder}", "part")
    here = git(tmp_path / "part", "count-objects", "-v")
    with pytest.raises(RewrightError, match=r"partial clone.*name a --since"):
        list(replayed(tmp_path / "part"))
    assert git(tmp_path / "part", "count-objects", "-v") == here


def test_fault_75_an_unborn_branch(tmp_path):
    History(tmp_path / "r")
    with pytest.raises(RewrightError, match="HEAD has no commit yet"):
        reader(tmp_path / "r")


def test_fault_75_a_detached_head_is_read_from_where_it_stands(tmp_path):
    folder = History(tmp_path / "r").commit({"a.py": b"1\n"}).commit({"a.py": b"2\n"}).done()
    git(folder, "checkout", "-q", "--detach", "HEAD~1")
    assert len(list(replayed(folder))) == 1


def test_no_repository(tmp_path):
    with pytest.raises(RewrightError, match="is in no git repository"):
        reader(tmp_path)
