"""What the tests of SafeExecutor share. Plain Python 3.8 without pytest, like them."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import logging
import sys
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / "codemods" / "support" / "error_handling.py"
_spec = importlib.util.spec_from_file_location("error_handling", TEMPLATE)
error_handling = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(error_handling)
SafeExecutor = error_handling.SafeExecutor

SIGNALS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


class Records(logging.Handler):
    def __init__(self):
        super().__init__(level=1)
        self.list = []

    def emit(self, record):
        self.list.append(record)

    @property
    def levels(self):
        return [record.levelname for record in self.list]


def new_logger(name="target"):
    logger = logging.Logger(name, level=1)
    records = Records()
    logger.addHandler(records)
    return logger, records


def boom(error):
    raise error


def outcome(run):
    """What a call ends in: ("value", result) or ("raised", exception)."""
    try:
        return ("value", run())
    except BaseException as error:
        return ("raised", error)


def sync_with(executor, error):
    with executor as attempt:
        assert attempt is executor
        boom(error)


def async_with(executor, error):
    async def body():
        async with executor as attempt:
            assert attempt is executor
            boom(error)

    coroutine = body()  # driven by hand: an event loop has its own ways with SystemExit
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the body awaits nothing")


WAYS = (sync_with, async_with)


class Fails:
    def __init__(self, error):
        self.problem = error

    def error(self, *args, **kwargs):
        raise self.problem

    log = warning = error


def to_stderr(run):
    """What `run` writes to sys.stderr, and what it ends in."""
    stream, before = io.StringIO(), sys.stderr
    sys.stderr = stream
    try:
        ended = outcome(run)
    finally:
        sys.stderr = before
    return stream.getvalue(), ended


def run_all(names):
    """Run the tests in a module's globals() and print their names; the first that fails ends it."""
    for name, test in list(names.items()):
        if name.startswith("test_"):
            test()
            print(name)
