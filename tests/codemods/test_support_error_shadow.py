"""Shadow mode of SafeExecutor: what is suppressed, what is recorded, and that recording costs the program nothing.

Plain Python 3.8 without pytest, so that test_support_interpreters.py can run it everywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from executor_kit import SIGNALS, TEMPLATE, WAYS, SafeExecutor, boom, new_logger, outcome, run_all, sync_with


class Deep(FileNotFoundError):
    pass


class Both(SystemExit, Exception):
    """A signal that is an Exception."""


@contextlib.contextmanager
def shadowed(flag="1", log="shadow.jsonl"):
    """A folder to work in, with the two variables set; gives the log's path."""
    before, here = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ.update({"REWRIGHT_SHADOW": flag, "REWRIGHT_SHADOW_LOG": log} if flag is not None else {})
        try:
            yield Path(folder, log or "rewright-shadow.jsonl")
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def lines(log):
    return [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()] if log.exists() else []


def test_what_would_have_propagated_is_suppressed_and_told():
    for way in WAYS:
        with shadowed() as log:
            logger, records = new_logger()
            error = Deep("secret: hunter2")
            executor = SafeExecutor(logger, recoverable=(ValueError, (KeyError,)), message="reading", level="debug")
            assert outcome(lambda w=way, x=executor, e=error: w(x, e)) == ("value", None)
            assert executor.failed
            assert executor.error is error
            assert records.levels == ["ERROR"]
            (line,) = lines(log)
            assert line["type"] == f"{__name__}.Deep"
            assert line["bases"] == ["builtins.FileNotFoundError", "builtins.OSError", "builtins.Exception"]
            assert line["recoverable"] == ["builtins.ValueError", "builtins.KeyError"]
            assert line["count"] == 1
            assert datetime.datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%S.%f%z").utcoffset() == datetime.timedelta(0)
            assert Path(line["path"]).name == "executor_kit.py"
            assert line["function"].split(".")[-1] == ("sync_with" if way is sync_with else "body")
            code = Path(line["path"]).read_text().splitlines()
            around = code[line["line"] - 1] if sys.version_info >= (3, 10) else "".join(code[line["line"] - 4 : line["line"]])
            assert "with executor" in around
            assert "hunter2" not in log.read_text()
            assert list(line) == ["time", "path", "line", "function", "type", "bases", "recoverable", "count"]


def test_what_is_recoverable_is_not_told():
    for way in WAYS:
        with shadowed() as log:
            way(SafeExecutor(new_logger()[0], recoverable=OSError), Deep())
            assert lines(log) == []


def test_signals_and_what_is_no_exception_pass():
    class Odd(BaseException):
        pass

    for kind in (*SIGNALS, Both, Odd):
        for way in WAYS:
            with shadowed() as log:
                assert outcome(lambda w=way, k=kind: w(SafeExecutor(new_logger()[0], recoverable=()), k()))[0] == "raised"
                assert not log.exists()


def test_reraise_still_reraises():
    for recoverable in (ValueError, KeyError):
        with shadowed() as log:
            executor = SafeExecutor(new_logger()[0], recoverable=recoverable, reraise=True)
            assert outcome(lambda x=executor: sync_with(x, ValueError()))[0] == "raised"
            assert not log.exists()


def test_who_decides():
    table = [
        # environment, argument, suppressed
        ("1", None, True),
        ("1", True, True),
        ("1", False, False),
        ("0", None, False),
        ("", None, False),
        ("true", None, False),  # one spelling: 1
        ("0", True, True),
        (None, None, False),
        (None, True, True),
    ]
    for flag, argument, suppressed in table:
        with shadowed(flag) as log:
            executor = SafeExecutor(new_logger()[0], shadow=argument)
            ended = outcome(lambda x=executor: sync_with(x, KeyError()))[0]
            assert ended == ("value" if suppressed else "raised"), (flag, argument)
            written = log if flag is not None else Path("rewright-shadow.jsonl")
            assert len(lines(written)) == suppressed


def test_the_default_file_is_in_the_working_directory():
    with shadowed(log="") as log:
        sync_with(SafeExecutor(new_logger()[0]), KeyError())
        assert log.name == "rewright-shadow.jsonl"
        assert len(lines(log)) == 1


def test_count_goes_by_place_and_type():
    with shadowed() as log:

        def place():
            for kind in (IndexError, IndexError, ZeroDivisionError, IndexError):
                with SafeExecutor(new_logger()[0]):
                    boom(kind())

        place()
        assert [(line["type"], line["count"]) for line in lines(log)] == [
            ("builtins.IndexError", 1),
            ("builtins.IndexError", 2),
            ("builtins.ZeroDivisionError", 1),
            ("builtins.IndexError", 3),
        ]


def test_a_silent_level_records_too():
    with shadowed() as log:
        sync_with(SafeExecutor(level=None), KeyError())
        assert len(lines(log)) == 1


def test_a_log_that_cannot_be_written_costs_nothing():
    class Nameless(Exception):
        pass

    Nameless.__module__ = 7
    with shadowed(log="no/such/folder/x.jsonl"):
        assert outcome(lambda: sync_with(SafeExecutor(new_logger()[0]), KeyError())) == ("value", None)
        os.environ["REWRIGHT_SHADOW_LOG"] = os.getcwd()
        assert outcome(lambda: sync_with(SafeExecutor(new_logger()[0]), KeyError())) == ("value", None)
        os.environ["REWRIGHT_SHADOW_LOG"] = "x.jsonl"
        assert outcome(lambda: sync_with(SafeExecutor(new_logger()[0]), Nameless())) == ("value", None)
        assert lines(Path("x.jsonl"))[0]["type"].startswith("7.")


def test_threads_do_not_tear_lines():
    with shadowed() as log:

        def work():
            for _ in range(50):
                with SafeExecutor(level=None):
                    boom(LookupError())

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(line["count"] for line in lines(log)) == list(range(1, 401))


def test_processes_do_not_tear_lines():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from error_handling import SafeExecutor\n"
        "for number in range(200):\n"
        "    with SafeExecutor(level=None):\n"
        "        raise OSError('x')\n"
    )
    with shadowed() as log:
        command = [sys.executable, "-c", code, str(TEMPLATE.parent)]
        running = [subprocess.Popen(command) for _ in range(3)]
        assert [one.wait() for one in running] == [0, 0, 0]
        found = lines(log)
        assert len(found) == 600
        assert {(line["path"], line["function"]) for line in found} == {("<string>", "<module>")}


def test_a_task_that_is_cancelled_ends():
    async def main():
        async def sleeper():
            async with SafeExecutor(new_logger()[0]):
                await asyncio.sleep(60)

        task = asyncio.ensure_future(sleeper())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    with shadowed() as log:
        assert asyncio.run(main()) is True
        assert not log.exists()


if __name__ == "__main__":
    run_all(globals())
