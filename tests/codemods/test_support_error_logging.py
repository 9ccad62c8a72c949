"""What SafeExecutor logs, and that logging never costs the program its error.

Plain Python 3.8 without pytest, so that test_support_interpreters.py can run it everywhere.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from executor_kit import (
    WAYS,
    Fails,
    Records,
    SafeExecutor,
    boom,
    new_logger,
    outcome,
    run_all,
    sync_with,
    to_stderr,
)

# --- the log


def test_levels():
    table = [
        # level, recoverable error, unexpected error
        ("error", ["ERROR"], ["ERROR"]),
        ("warning", ["WARNING"], ["ERROR"]),
        ("WARNING", ["WARNING"], ["ERROR"]),
        ("warn", ["WARNING"], ["ERROR"]),
        ("exception", ["ERROR"], ["ERROR"]),
        ("critical", ["CRITICAL"], ["ERROR"]),
        ("debug", ["DEBUG"], ["ERROR"]),
        (logging.INFO, ["INFO"], ["ERROR"]),
        (35, ["Level 35"], ["ERROR"]),
        (None, [], []),
    ]
    for level, recoverable, unexpected in table:
        for error, expected in ((ValueError("x"), recoverable), (KeyError("x"), unexpected)):
            for way in WAYS:
                error.__dict__.clear()
                logger, records = new_logger()
                with contextlib.suppress(KeyError):
                    way(SafeExecutor(logger, recoverable=ValueError, level=level), error)
                assert records.levels == expected, (level, error)


def test_a_level_name_of_the_target():
    logging.addLevelName(33, "NOTICE")
    logger, records = new_logger()
    sync_with(SafeExecutor(logger, recoverable=ValueError, level="NOTICE"), ValueError())
    assert records.levels == ["NOTICE"]


def test_the_record_has_the_message_and_the_traceback():
    for message, text in (("", "ValueError: 100% {off}"), ("cannot read %s {x}", "cannot read %s {x}: ValueError: 100% {off}")):
        for way in WAYS:
            logger, records = new_logger()
            way(SafeExecutor(logger, recoverable=ValueError, message=message), ValueError("100% {off}"))
            (record,) = records.list
            assert record.getMessage() == text
            assert record.exc_info[0] is ValueError
            formatted = logging.Formatter("%(message)s").format(record)
            assert "Traceback (most recent call last)" in formatted
            assert "in boom" in formatted


def test_an_error_without_text():
    logger, records = new_logger()
    sync_with(SafeExecutor(logger, recoverable=ValueError, message="loading"), ValueError())
    assert records.list[0].getMessage() == "loading: ValueError"


def test_the_record_points_to_the_with_statement():
    for way in WAYS:
        for level in ("error", "exception", logging.WARNING):
            for recoverable in (ValueError, ()):
                logger, records = new_logger()
                outcome(lambda w=way, to=logger, r=recoverable, n=level: w(SafeExecutor(to, r, level=n), ValueError()))
                (record,) = records.list
                assert Path(record.pathname).resolve() == Path(sync_with.__code__.co_filename).resolve()
                assert record.funcName == ("sync_with" if way is sync_with else "body")


def test_no_logger_means_safe_executor():
    logger = logging.getLogger("safe_executor")
    records = Records()
    logger.addHandler(records)
    logger.propagate = False
    try:
        sync_with(SafeExecutor(None, recoverable=ValueError), ValueError("x"))
        sync_with(SafeExecutor(recoverable=ValueError), ValueError("y"))
    finally:
        logger.removeHandler(records)
        logger.propagate = True
    assert [record.getMessage() for record in records.list] == ["ValueError: x", "ValueError: y"]


def test_a_disabled_level_records_nothing_and_still_suppresses():
    logger, records = new_logger()
    logger.setLevel(logging.CRITICAL)
    sync_with(SafeExecutor(logger, recoverable=ValueError), ValueError())
    assert records.list == []


# --- a logger that fails


class ErrorOnly:
    """Not quite a logger: its method takes no keywords."""

    def error(self, text):
        raise AssertionError("not reached")


def test_a_broken_logger_costs_no_error_and_no_trace():
    for logger in (Fails(RuntimeError("disk full")), Fails(RecursionError()), ErrorOnly(), object(), 7):
        for level in ("error", logging.ERROR, "no such level"):
            for recoverable in (ValueError, ()):
                error = ValueError("the real one")
                written, (kind, value) = to_stderr(
                    lambda to=logger, n=level, r=recoverable, e=error: sync_with(SafeExecutor(to, r, "reading", n), e)
                )
                assert "reading: ValueError: the real one" in written
                assert "in boom" in written
                assert (kind, value) == (("value", None) if recoverable else ("raised", error))


def test_nothing_left_to_write_to():
    last, before = logging.lastResort, sys.stderr
    try:
        logging.lastResort = None
        sync_with(SafeExecutor(Fails(RuntimeError()), recoverable=ValueError), ValueError())
        logging.lastResort = last
        sys.stderr = None
        sync_with(SafeExecutor(Fails(RuntimeError()), recoverable=ValueError), ValueError())
        sys.stderr = closed = io.StringIO()
        closed.close()
        sync_with(SafeExecutor(Fails(RuntimeError()), recoverable=ValueError), ValueError())
    finally:
        logging.lastResort, sys.stderr = last, before


def test_an_interrupt_in_the_logger_is_no_logging_error():
    kind, error = outcome(lambda: sync_with(SafeExecutor(Fails(KeyboardInterrupt()), recoverable=ValueError), ValueError()))
    assert kind == "raised"
    assert isinstance(error, KeyboardInterrupt)


def test_an_error_whose_text_cannot_be_made():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    logger, records = new_logger()
    sync_with(SafeExecutor(logger, recoverable=Mute), Mute())
    assert records.list[0].getMessage().startswith("Mute: <no text")


# --- nesting


def nested(inner, outer, error):
    with outer, inner:
        boom(error)


def test_a_propagating_error_is_logged_once():
    table = [
        # inner recoverable, inner reraise, outer recoverable, outer reraise, records of inner, records of outer, ends in
        ((), False, (), False, 1, 0, "raised"),  # unexpected in both
        (ValueError, True, (), False, 1, 0, "raised"),
        (ValueError, True, ValueError, True, 1, 0, "raised"),
        ((), False, ValueError, True, 1, 0, "raised"),
        (ValueError, False, ValueError, False, 1, 0, "value"),  # the outer one never sees it
        ((), False, ValueError, False, 1, 1, "value"),  # handled there: the handler says so
    ]
    for inner, inner_again, outer, outer_again, of_inner, of_outer, ends in table:
        inner_log, inner_records = new_logger()
        outer_log, outer_records = new_logger()
        first = SafeExecutor(inner_log, inner, reraise=inner_again)
        second = SafeExecutor(outer_log, outer, reraise=outer_again)
        assert outcome(lambda a=first, b=second: nested(a, b, ValueError("x")))[0] == ends
        assert (len(inner_records.list), len(outer_records.list)) == (of_inner, of_outer), (inner, outer)


def test_an_inner_one_that_is_silent_leaves_the_record_to_the_outer_one():
    logger, records = new_logger()
    outcome(lambda: nested(SafeExecutor(None, level=None), SafeExecutor(logger), ValueError()))
    assert len(records.list) == 1


def test_a_new_error_is_not_the_old_one():
    logger, records = new_logger()

    def body():
        with SafeExecutor(logger):
            try:
                with SafeExecutor(logger):
                    boom(ValueError("first"))
            except ValueError as error:
                raise KeyError("second") from error

    outcome(body)
    assert [record.getMessage() for record in records.list] == ["ValueError: first", "KeyError: 'second'"]


class Slots(Exception):
    __slots__ = ("code",)


@dataclass(frozen=True)
class Frozen(Exception):
    code: int = 1


class Stubborn(Exception):
    def __setattr__(self, name, value):
        raise RuntimeError("hands off")


class Guarded(Exception):
    def __getattribute__(self, name):
        if name.startswith("_safe") or name == "__dict__":
            raise RuntimeError("eyes off")
        return super().__getattribute__(name)


def test_errors_that_are_hard_to_mark():
    for kind in (Slots, Frozen, Stubborn, Guarded):
        logger, records = new_logger()
        error = kind()
        assert outcome(lambda e=error, to=logger: nested(SafeExecutor(to), SafeExecutor(to), e))[1] is error
        assert len(records.list) == 1, kind


if __name__ == "__main__":
    run_all(globals())
