# rewright-support: error_handling 1
"""A `with` block that survives the errors it names, and says so in the log.

    with SafeExecutor(logger, recoverable=(OSError, ValueError), message="cannot read the cache") as attempt:
        cache = load()
    if attempt.failed:
        cache = {}          # attempt.error holds the exception

An error is suppressed exactly when `except recoverable:` would have caught it; it is logged with its
traceback first. Every other error is logged once, however deeply executors nest, and propagates.
KeyboardInterrupt, SystemExit, GeneratorExit and asyncio.CancelledError pass untouched and unlogged unless
`recoverable` names them (BaseException names them; Exception does not). Works as `async with` as well.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from types import TracebackType

__all__ = ["SafeExecutor"]

_MARK = "_safe_executor_logged"
_METHODS = {"exception": "error", "warn": "warning"}  # one adds a frame, the other a DeprecationWarning
_STACKLEVEL = 4  # _emit, _settle, __exit__ or __aexit__, and then the frame of the with statement


class SafeExecutor:
    """`failed` and `error` tell how the latest block ended; entering again resets them.

    logger       anything with the methods of logging.Logger; None: the logger "safe_executor"
    recoverable  an exception class, or a tuple of them, to suppress
    message      what was being attempted; starts the log record
    level        a level's name or number for recoverable errors (others: "error"); None: log nothing at all
    reraise      log a recoverable error, and let it propagate
    """

    __slots__ = ("error", "failed", "level", "logger", "message", "recoverable", "reraise")

    def __init__(
        self,
        logger: object = None,
        recoverable: type[BaseException] | tuple[type[BaseException], ...] = (),
        message: str = "",
        level: str | int | None = "error",
        reraise: bool = False,
    ) -> None:
        self.logger = logger
        self.recoverable = recoverable
        self.message = message
        self.level = level
        self.reraise = reraise
        self.failed = False
        self.error: BaseException | None = None

    def __enter__(self) -> SafeExecutor:
        self.failed = False
        self.error = None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        return error is not None and self._settle(error)

    async def __aenter__(self) -> SafeExecutor:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        return error is not None and self._settle(error)

    def _settle(self, error: BaseException) -> bool:
        """Log what must be logged; True when the error is to be suppressed."""
        recoverable = issubclass(type(error), self.recoverable)
        if not recoverable and _is_signal(error):
            return False
        self.failed = True
        self.error = error
        suppress = recoverable and not self.reraise
        if self.level is not None and (suppress or not _is_marked(error)):
            self._emit(error, self.level if recoverable else "error")
            if not suppress:
                _mark(error)
        return suppress

    def _emit(self, error: BaseException, level: str | int) -> None:
        """One record with the traceback. A logger that fails costs the record its handlers, never the program its error."""
        text = _describe(self.message, error)
        details = (type(error), error, error.__traceback__)
        try:
            logger = logging.getLogger("safe_executor") if self.logger is None else self.logger
            name = level.lower() if isinstance(level, str) else ""
            method = getattr(logger, _METHODS.get(name, name), None)
            if method is not None:
                method(text, exc_info=details, stacklevel=_STACKLEVEL)
            else:
                number = logging.getLevelName(level) if isinstance(level, str) else level
                logger.log(number, text, exc_info=details, stacklevel=_STACKLEVEL)  # type: ignore[attr-defined]
        except Exception:
            with contextlib.suppress(Exception):
                record = logging.LogRecord("safe_executor", logging.ERROR, "", 0, text, None, details)
                if logging.lastResort is not None:
                    logging.lastResort.handle(record)


def _is_signal(error: BaseException) -> bool:
    """Whether this asks the program or the task to stop, rather than reporting that something went wrong."""
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return True
    asyncio = sys.modules.get("asyncio.exceptions")  # not imported here: where nobody imported it, nobody cancels
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _describe(message: str, error: BaseException) -> str:
    """`message: Type: text`. An exception whose text cannot be made still has a type."""
    try:
        text = str(error)
    except Exception:
        text = "<no text: its __str__ failed>"
    return ": ".join(part for part in (message, type(error).__name__, text) if part)


def _is_marked(error: BaseException) -> bool:
    """Whether an inner executor has already logged this exception on its way out."""
    try:
        return _MARK in object.__getattribute__(error, "__dict__")
    except Exception:
        return False


def _mark(error: BaseException) -> None:
    # Past any __setattr__ of the class (frozen dataclasses refuse); without a mark, the worst is a second record.
    with contextlib.suppress(Exception):
        object.__setattr__(error, _MARK, True)
