"""Processes with limits; the faults that cost a worker its life are in test_faults_rules.py."""

import os
import sys
from dataclasses import dataclass

import pytest
from fault_kit import pool

from engine.model import RewrightError
from engine.parallel import Crash, Inline, _batches


@dataclass(frozen=True)
class Job:
    path: str
    data: bytes = b""


def echo(context, batch):
    return [(context, job.path) for job in batch]


def where(context, batch):
    return [(os.getpid(), sys.path) for _ in batch]


def dies_on(context, batch):
    for job in batch:
        if job.path == context:
            os._exit(9)
    return [job.path for job in batch]


def raises(context, batch):
    raise ValueError("out of bounds")


def heard(context, batch):
    return [os.path.samestat(os.fstat(2), os.stat(os.devnull)) for _ in batch]


def test_a_worker_writes_nothing_on_the_screen_from_its_first_moment():
    with pool(2) as workers:  # the process that they are forked from says nothing either: one may start while the run ends
        assert [said for _, said in workers.run(heard, None, [Job("a")])] == [True]


def test_every_job_comes_back_with_its_own_result():
    jobs = [Job(str(number), b"x" * number * 1000) for number in range(60)]
    with pool(jobs=2) as runner:
        assert dict(runner.run(echo, "c", jobs)) == dict(Inline().run(echo, "c", jobs))
        assert dict(runner.run(echo, "d", jobs[:1])) == {jobs[0]: ("d", "0")}
        assert list(runner.run(echo, "e", [])) == []


def test_a_pool_that_was_left_starts_nothing():
    with pool() as runner:
        pass
    with pytest.raises(RuntimeError, match="the pool was left"):
        runner.start()


def test_workers_are_other_processes_that_import_what_we_import():
    with pool() as runner:
        ((_, (pid, path)),) = runner.run(where, None, [Job("a")])
    assert pid != os.getpid()
    assert set(map(os.path.realpath, sys.path)) <= {os.path.realpath(entry) for entry in path}


def test_a_dead_worker_costs_its_job_only():
    jobs = [Job(name) for name in "abcdef"]
    with pool(jobs=2) as runner:
        results = dict(runner.run(dies_on, "c", jobs))
    crash = results.pop(Job("c"))
    assert isinstance(crash, Crash) and crash.reason == "crash" and "9" in crash.message
    assert results == {job: job.path for job in jobs if job.path != "c"}


def test_a_task_that_raises_is_a_crash_of_its_job_and_not_of_the_run():
    with pool() as runner:
        ((_, result),) = runner.run(raises, None, [Job("a")])
    assert isinstance(result, Crash) and "ValueError" in result.message and "out of bounds" in result.message


def test_context_that_cannot_be_sent():
    with pool() as runner, pytest.raises(RewrightError, match="cannot be sent"):
        list(runner.run(echo, lambda: 1, [Job("a")]))


def test_batches_hold_every_job_once_and_big_files_go_first():
    jobs = [Job(str(number), b"x" * (number * 10_000)) for number in range(50)]
    batches = _batches(jobs)
    assert sorted(job.path for batch in batches for job in batch) == sorted(job.path for job in jobs)
    sizes = [len(job.data) for batch in batches for job in batch]
    assert sizes == sorted(sizes, reverse=True)
    assert all(len(batch) == 1 or sum(len(job.data) for job in batch) <= 150_000 for batch in batches)
