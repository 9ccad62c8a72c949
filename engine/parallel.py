"""Processes with a time limit and a memory limit; one bad file costs only itself.

Jobs go out in batches. A batch that dies or runs out of time is sent again file by file, so
the culprit is found and the others are served. Workers are forked from a clean server
process that has the engine loaded, never from the threads of this one.
"""

from __future__ import annotations

import concurrent.futures
import functools
import gc
import itertools
import multiprocessing
import os
import pickle
import resource
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

if TYPE_CHECKING:
    import pebble

from engine import at_work
from engine.model import RewrightError

Task = Callable[[Any, Sequence[Any]], list[Any]]  # (context, batch) to one result a job, in order
BATCH_BYTES = 150_000
_QUIET_END = 86  # the exit code of a worker that meant to end with 0, which nobody would take for a death


class Job(Protocol):
    """What is sent to a worker: a named file and its bytes."""

    @property
    def path(self) -> str: ...

    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Crash:
    """A job that cost its worker's life, its time or its memory."""

    reason: str  # "crash", "timeout", "memory"
    message: str
    rule: str = ""  # the id of the rule that was looked at; see engine.at_work


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 30.0
    memory_mb: int = 1500


def preload() -> None:
    """Start the process that workers are forked from, without waiting for it: it loads the engine while this one goes on."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rewright.preload"])
    forkserver.ensure_running()


class Pool:
    """Worker processes, started on first use. Use as a context manager."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self.jobs, self.limits = max(1, jobs), limits
        self._pool: pebble.ProcessPool | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._starting = threading.Lock()
        self._over = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._starting:
            self._over = True
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()
        if self._folder is not None:
            self._folder.cleanup()

    def begin(self) -> None:
        """Start the workers beside what this thread goes on to do. What goes wrong is told when the first job is sent."""
        concurrent.futures.ThreadPoolExecutor(1).submit(self.start)

    def start(self) -> pebble.ProcessPool:
        """The running pool, of any thread. Raises RuntimeError when the pool was left."""
        import pebble

        with self._starting:
            if self._over:  # while `begin` was on its way: nobody would end what started now
                raise RuntimeError("the pool was left")
            if self._pool is None:
                preload()
                context = multiprocessing.get_context("forkserver")
                self._pool = pebble.ProcessPool(self.jobs, initializer=_limit, initargs=(self.limits.memory_mb,), context=context)
                for _ in range(self.jobs):
                    self._pool.schedule(_warm)
            return self._pool

    def run(self, task: Task, context: object, jobs: Sequence[Job]) -> Iterator[tuple[Job, Any | Crash]]:
        """Every job with its result or its crash, in no fixed order. `context` goes to each worker once."""
        if not jobs:
            return
        pool = self.start()
        place = self._store(context)
        marks = map("{}.{}".format, itertools.repeat(place), itertools.count())
        waiting: dict[Any, tuple[Sequence[Job], str]] = {}

        def send(batch: Sequence[Job]) -> None:
            seconds = max(getattr(job, "seconds", self.limits.seconds) for job in batch)  # a job may ask for another time
            mark = next(marks) if len(batch) == 1 else ""  # of several, it would be the rule of any of them
            waiting[pool.schedule(_call, args=[task, place, list(batch), mark], timeout=seconds)] = batch, mark

        for some in _batches(jobs):
            send(some)
        while waiting:
            done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                batch, mark = waiting.pop(future)
                results = _result(future, self.limits)
                if not isinstance(results, Crash):
                    yield from zip(batch, results, strict=True)
                elif len(batch) == 1:
                    yield batch[0], replace(results, rule=at_work.read(mark))
                else:
                    for job in batch:
                        send([job])

    def _store(self, context: object) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="rewright-")
        handle, place = tempfile.mkstemp(dir=self._folder.name)
        try:
            with os.fdopen(handle, "wb") as stream:
                pickle.dump(context, stream, protocol=5)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise RewrightError(f"workers cannot be sent what a rule or a fact holds ({error})") from error
        return place


class Runner(Protocol):
    """What the stages need of a pool."""

    def run(self, task: Task, context: object, jobs: Sequence[Job]) -> Iterator[tuple[Job, Any | Crash]]: ...


class Inline:
    """The same interface in this process: for tests and debuggers. No limits hold here."""

    def run(self, task: Task, context: object, jobs: Sequence[Job]) -> Iterator[tuple[Job, Any | Crash]]:
        """Every job with its result, in order."""
        yield from zip(jobs, task(context, jobs), strict=True)


def _batches(jobs: Sequence[Job]) -> list[list[Job]]:
    """Big files first, so that the last batches are small and the workers finish together."""
    batches: list[list[Job]] = []
    room = 0
    for job in sorted(jobs, key=lambda job: (-len(job.data), job.path)):
        if not batches or len(job.data) > room:
            batches.append([])
            room = BATCH_BYTES
        batches[-1].append(job)
        room -= len(job.data)
    return batches


def _result(future: concurrent.futures.Future[Any], limits: Limits) -> Any | Crash:
    import pebble

    try:
        return future.result()
    except concurrent.futures.TimeoutError:
        return Crash("timeout", f"took longer than {limits.seconds:g} seconds; raise limits.file-seconds to allow it more")
    except pebble.ProcessExpired as error:
        code = 0 if error.exitcode == _QUIET_END else error.exitcode
        return Crash("crash", f"the worker process died (exit code {code})")
    except MemoryError:
        return Crash("memory", f"needed more than {limits.memory_mb} MB; raise limits.memory-mb to allow it more")
    except Exception as error:  # noqa: BLE001  # rewright: ignore[broad-except] the worker boundary: one file must not end the run
        return Crash("crash", f"the engine raised {type(error).__name__}: {error}; please report it")


_exit = os._exit


def _call(task: Task, place: str, batch: Sequence[Any], mark: str) -> list[Any]:
    """Runs in a worker. `mark`: the file that tells which rule it is at, or nothing."""
    os._exit = _loud_exit
    try:
        with at_work.told_in(mark):
            return task(_context(place), batch)
    finally:
        os._exit = _exit
        gc.collect()  # scopes and pyflakes leave cycles
        gc.freeze()  # what lives on are facts and caches: no use looking through them after each batch


def _loud_exit(status: int) -> NoReturn:
    """os._exit, for the code of a codemod: an end in the middle of a job is a death, whatever its code."""
    _exit(status or _QUIET_END)


@functools.lru_cache(maxsize=2)
def _context(place: str) -> Any:
    with open(place, "rb") as stream:
        loaded = pickle.load(stream)
    gc.freeze()
    return loaded


def _limit(memory_mb: int) -> None:
    """Runs once in each worker."""
    gc.collect()
    gc.freeze()
    gc.disable()  # trees die by reference count, and a batch collects its own garbage
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _warm() -> None:
    """Makes a worker start."""
