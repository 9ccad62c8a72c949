"""Faults of codemods that cost a worker, and what does not depend on workers (FAULTS.md 45 to 54)."""

import time

import badmods
import pytest
from badmods import rename, rule
from fault_kit import changed, of, planned, pool
from kit import plan

from engine.model import RewrightError, Skip


def worker_lost(tmp_path, codemod, *reasons, seconds=2):
    """Whatever the codemod does to its worker on bad.py, five other files are served and the bad one is a failure."""
    files = {f"f{number}.py": b"old_name = 1\n" for number in range(5)}
    started = time.monotonic()
    with pool(seconds=seconds, memory_mb=1000) as runner:
        made = planned(tmp_path, {"bad.py": b"old_name = 1\n", **files}, rule(codemod), runner=runner)
    assert {item.reason for item in of(made)} <= set(reasons) and len(of(made)) == 1
    assert changed(made) is None
    assert all(changed(made, name) == b"new_name = 1\n" for name in files)
    assert time.monotonic() - started < 20 + seconds


def test_fault_45_codemod_loops(tmp_path):
    worker_lost(tmp_path, badmods.loops, "timeout")


def test_fault_45_codemod_eats_memory(tmp_path):
    worker_lost(tmp_path, badmods.eats_memory, "memory", "codemod-error", seconds=30)


def test_fault_46_codemod_calls_os_exit(tmp_path):
    worker_lost(tmp_path, badmods.dies, "crash")


def test_fault_46_codemod_calls_sys_exit(tmp_path):
    worker_lost(tmp_path, badmods.exits, "codemod-error")


def test_fault_54_catastrophic_regex(tmp_path):
    worker_lost(tmp_path, badmods.backtracks, "timeout")


def test_fault_47_prints_are_captured(tmp_path, capfd):
    (tmp_path / "bad.py").write_bytes(b"old_name = 1\n")
    inline = plan(tmp_path, [rule(badmods.prints)])
    with pool() as runner:
        pooled = plan(tmp_path, [rule(badmods.prints)], runner=runner)
    assert changed(inline) == changed(pooled) == b"new_name = 1\n"
    assert capfd.readouterr() == ("", "")


def test_fault_48_plans_do_not_depend_on_jobs(tmp_path):
    for number in range(40):
        body = b"old_name = 1\n" * (number % 7) if number % 5 else b"def f(:\n"
        (tmp_path / f"m{number}.py").write_bytes(body)
    rules = [rule(badmods.rename), rule(badmods.nests), rule(badmods.prints)]
    plans = [plan(tmp_path, rules)]
    for jobs in (1, 4):
        with pool(seconds=30, jobs=jobs) as runner:
            plans.append(plan(tmp_path, rules, runner=runner))
    assert plans[0] == plans[1] == plans[2]
    assert len(plans[0].deltas) > 20


def test_fault_49_codemod_that_cannot_be_pickled_is_refused_at_load(tmp_path):
    from engine.session import Choice, open_session

    (tmp_path / "a.py").write_bytes(b"old_name = 1\n")
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - id: mine\n    codemod: local-codemod\n")
    local = rule(lambda source, project, options: iter(()), "local-codemod").bound.codemod
    with pytest.raises(RewrightError, match="codemod local-codemod cannot be sent to a worker"):
        with open_session(Choice(root=tmp_path, cache=False), lambda: {"local-codemod": local}, dict):
            pass


def test_fault_49_what_cannot_be_pickled_never_reaches_a_worker(tmp_path):
    (tmp_path / "a.py").write_bytes(b"old_name = 1\n")
    with pool() as runner, pytest.raises(RewrightError, match="cannot be sent"):
        plan(tmp_path, [rule(rename, options={"lock": (part for part in ())})], runner=runner)


def test_support_files_and_skips_do_not_hide_a_failure(tmp_path):
    """One rule fails on a file, the next one still works on it."""
    made = planned(tmp_path, {"bad.py": b"old_name = 1\n"}, rule(badmods.raises), rule(rename))
    assert [item.rule for item in of(made)] == ["raises"]
    assert changed(made) == b"new_name = 1\n"
    assert not of(made, kind=Skip)
