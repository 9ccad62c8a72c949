"""What SafeExecutor suppresses, what it tells, and what it costs.

Plain Python 3.8 without pytest, so that test_support_interpreters.py can run it everywhere.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
import weakref

from executor_kit import (
    SIGNALS,
    TEMPLATE,
    WAYS,
    Fails,
    SafeExecutor,
    async_with,
    boom,
    new_logger,
    outcome,
    run_all,
    sync_with,
    to_stderr,
)


class Both(SystemExit, Exception):
    """What `except Exception` catches although it is a SystemExit."""


def with_except(recoverable, error):
    try:
        boom(error)
    except recoverable:
        pass


# --- suppress or propagate


def test_suppresses_exactly_what_an_except_clause_would_catch():
    classes = (ValueError, KeyError, FileNotFoundError, OSError, Exception, Both, *SIGNALS)
    named = [(), Exception, BaseException, OSError, (LookupError, ValueError), (OSError,), *SIGNALS, (Exception, SystemExit)]
    for recoverable in named:
        for kind in classes:
            expected = outcome(lambda r=recoverable, k=kind: with_except(r, k("x")))[0]
            for way in WAYS:
                error = kind("x")
                logger, _ = new_logger()
                result = outcome(lambda r=recoverable, e=error, w=way, to=logger: w(SafeExecutor(to, recoverable=r), e))
                assert result[0] == expected, (recoverable, kind, way)
                assert result[1] is (None if expected == "value" else error)


def test_signals_need_a_name_of_their_own():
    for kind in SIGNALS:
        for way in WAYS:
            for recoverable, suppressed in (
                (Exception, False),
                ((Exception, OSError), False),
                (BaseException, True),
                (kind, True),
            ):
                logger, records = new_logger()
                executor = SafeExecutor(logger, recoverable=recoverable)
                assert outcome(lambda w=way, x=executor, k=kind: w(x, k()))[0] == ("value" if suppressed else "raised")
                assert len(records.list) == (1 if suppressed else 0)
                assert executor.failed is suppressed


def test_a_recoverable_that_is_no_class_fails_as_in_an_except_clause():
    kind, error = outcome(lambda: sync_with(SafeExecutor(None, recoverable=(None,), level=None), ValueError()))
    assert kind == "raised"
    assert isinstance(error, TypeError)
    assert isinstance(error.__context__, ValueError)


def test_reraise_logs_and_propagates():
    for way in WAYS:
        logger, records = new_logger()
        error = OSError("down")
        executor = SafeExecutor(logger, recoverable=OSError, level="warning", reraise=True)
        assert outcome(lambda w=way, x=executor, e=error: w(x, e)) == ("raised", error)
        assert records.levels == ["WARNING"]
        assert executor.failed
        assert executor.error is error


# --- what the attempt says


def test_failed_and_error():
    error = ValueError("x")
    cases = [(None, False, None), (error, True, error)]
    for raised, failed, kept in cases:
        for way in WAYS:
            executor = SafeExecutor(new_logger()[0], recoverable=ValueError)
            assert (executor.failed, executor.error) == (False, None)
            if raised is None:
                with executor:
                    pass
            else:
                way(executor, raised)
            assert (executor.failed, executor.error) == (failed, kept)


def test_failed_is_set_for_an_error_that_propagates_too():
    executor = SafeExecutor(new_logger()[0], recoverable=ValueError)
    error = KeyError("x")
    outcome(lambda: sync_with(executor, error))
    assert executor.failed
    assert executor.error is error


def test_reuse_resets():
    executor = SafeExecutor(new_logger()[0], recoverable=ValueError)
    sync_with(executor, ValueError())
    assert executor.failed
    with executor as attempt:
        assert (attempt.failed, attempt.error) == (False, None)
    assert (executor.failed, executor.error) == (False, None)
    async_with(executor, ValueError("again"))
    assert str(executor.error) == "again"


def test_no_exception_is_being_handled_after_the_block():
    sync_with(SafeExecutor(new_logger()[0], recoverable=ValueError), ValueError())
    assert sys.exc_info() == (None, None, None)
    assert outcome(lambda: boom(KeyError()))[1].__context__ is None


# --- control flow


def test_return_break_and_continue_leave_the_block():
    executor = SafeExecutor(new_logger()[0], recoverable=ValueError)

    def returns():
        with executor:
            return "inside"
        return "after"

    def fails():
        with executor:
            int("x")
            return "inside"
        return "after"

    assert (returns(), fails()) == ("inside", "after")
    seen = []
    for number in range(5):
        with executor:
            if number == 1:
                continue
            if number == 3:
                break
            seen.append(number)
    assert seen == [0, 2]
    assert not executor.failed


def test_generators():
    logger, records = new_logger()

    def numbers():
        for number in range(3):
            with SafeExecutor(logger, recoverable=(Exception,)) as attempt:
                yield number
            if attempt.failed:
                yield "recovered"

    assert list(numbers()) == [0, 1, 2]
    running = numbers()
    next(running)
    assert running.throw(ValueError("thrown")) == "recovered"
    assert len(records.list) == 1
    running.close()
    assert len(records.list) == 1
    fresh = numbers()
    next(fresh)
    fresh.close()  # GeneratorExit inside the with: passes, unlogged
    assert len(records.list) == 1


def test_async_generators_and_cancellation():
    logger, records = new_logger()
    seen = []

    async def numbers():
        try:
            async with SafeExecutor(logger, recoverable=(Exception,)):
                yield 1
        finally:
            seen.append("closed")

    async def sleeper(recoverable):
        async with SafeExecutor(logger, recoverable=recoverable):
            await asyncio.sleep(60)
        return "survived"

    async def main():
        generator = numbers()
        assert await generator.__anext__() == 1
        await generator.aclose()
        for recoverable, survives in ((Exception, False), (BaseException, True), (asyncio.CancelledError, True)):
            for use in (sleeper,):
                task = asyncio.ensure_future(use(recoverable))
                await asyncio.sleep(0)
                task.cancel()
                done = await asyncio.gather(task, return_exceptions=True)
                assert task.cancelled() is not survives
                assert done == ["survived"] if survives else isinstance(done[0], asyncio.CancelledError)
        return "done"

    assert asyncio.run(main()) == "done"
    assert seen == ["closed"]
    assert [record.exc_info[0] for record in records.list] == [asyncio.CancelledError] * 2


def test_await_between_failing_and_leaving():
    logger, records = new_logger()

    async def main():
        async with SafeExecutor(logger, recoverable=OSError) as attempt:
            await asyncio.sleep(0)
            raise OSError("late")
        return attempt.failed

    assert asyncio.run(main()) is True
    assert records.list[0].funcName == "main"


# --- cost


def test_no_reference_cycle_of_its_own():
    class Watched(ValueError):
        pass

    def body(executor):
        with executor:
            raise Watched()

    quiet = logging.Logger("quiet")
    quiet.addHandler(logging.NullHandler())
    for logger in (quiet, Fails(RuntimeError())):
        gc.collect()
        gc.disable()
        try:
            executor = SafeExecutor(logger, recoverable=Watched)
            to_stderr(lambda x=executor: body(x))
            alive = weakref.ref(executor.error)
            if isinstance(logger, Fails):
                logger.problem = None  # its __context__ is the error
            executor.__enter__()  # forgets the error
            assert alive() is None
        finally:
            gc.enable()


def test_it_does_not_import_asyncio():
    code = "import sys; sys.path.insert(0, sys.argv[1]); import error_handling; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(TEMPLATE.parent)], check=False).returncode == 0


if __name__ == "__main__":
    run_all(globals())
