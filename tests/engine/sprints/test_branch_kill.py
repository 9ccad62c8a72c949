"""Fault 85: kill -9 at git calls of `rewright branch`, and the next call finishes. `make deaths` takes every call."""

import os
import subprocess
import sys

import kill_kit
import pytest
import sprint_kit as kit
import vcs_kit
from test_cli import REPO, START

STEP = int(os.environ.get("REWRIGHT_KILL_STEP", "9"))


@pytest.mark.parametrize("mode", ["before", "after"])
def test_fault_85_a_death_at_any_git_call_leaves_what_was_and_the_next_call_finishes(tmp_path, mode):
    def make(scenario):
        kit.repository(scenario, "granularity: file, budget: {files: 2}", count=2)
        before[scenario] = vcs_kit.snapshot(scenario)

    def check(scenario, killed):
        now = vcs_kit.snapshot(scenario)
        assert {path: now.get(path) for path in before[scenario] if not path.endswith("/heads")} == {
            path: what for path, what in before[scenario].items() if not path.endswith("/heads")
        }
        made = kit.branches(scenario)
        assert made in (["main"], ["main", "refactor/s"])  # nothing landed, or all of it
        if len(made) == 2:
            assert len(kit.commits(scenario)) == 2

    def done(scenario):
        assert kit.commits(scenario) == ["rename: 1 change in a/m0.py", "rename: 1 change in b/m1.py"]
        assert not list((scenario / ".git" / "worktrees").glob("*"))
        assert subprocess.run(["git", "-C", scenario, "fsck", "--strict"], capture_output=True, check=False).returncode == 0

    before = {}
    command = [sys.executable, "-P", "-c", START, "branch", "--sprint", "s", "--jobs", "1"]
    environment = {"PYTHONPATH": str(REPO), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    calls = kill_kit.deaths(
        tmp_path / "deaths", make, lambda scenario: command, check, done, modes=(mode,), step=STEP, environment=environment
    )
    assert calls > 20
