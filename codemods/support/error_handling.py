# rewright-support: error_handling 1
"""A `with` block that survives the errors it names, and says so in the log.

    with SafeExecutor(logger, recoverable=(OSError, ValueError), message="cannot read the cache") as attempt:
        cache = load()
    if attempt.failed:
        cache = {}          # attempt.error holds the exception

An error is suppressed exactly when `except recoverable:` would have caught it; it is logged with its traceback first.
Every other error is logged once, however deeply executors nest, and propagates. KeyboardInterrupt, SystemExit,
GeneratorExit and asyncio.CancelledError pass untouched and unlogged unless `recoverable` names them (BaseException
names them; Exception does not). Works as `async with` as well.

Shadow mode rehearses a narrowing: an Exception that would have propagated is suppressed too, and appended as a line of
JSON to the file REWRIGHT_SHADOW_LOG (default: rewright-shadow.jsonl), which `rewright learn` reads. The line has the
type of the error and never its text: that may hold secrets.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
import logging
import os
import sys
from typing import Any

__all__ = ["SafeExecutor"]

_MARK = "_safe_executor_logged"
_METHODS = {"exception": "error", "warn": "warning"}  # one adds a frame, the other a DeprecationWarning
_STACKLEVEL = 4  # _emit or _rehearse, _settle, __exit__ or __aexit__, and then the frame of the with statement
_seen: dict[tuple[str, int, str], itertools.count[int]] = {}


class SafeExecutor:
    """`failed` and `error` tell how the latest block ended; entering again resets them.

    logger       anything with the methods of logging.Logger; None: the logger "safe_executor"
    recoverable  an exception class, or a tuple of them, to suppress
    message      what was being attempted; starts the log record
    level        a level's name or number for recoverable errors (others: "error"); None: log nothing at all
    reraise      log a recoverable error, and let it propagate
    shadow       whether to rehearse; None: when the environment variable REWRIGHT_SHADOW is 1
    """

    __slots__ = ("error", "failed", "level", "logger", "message", "recoverable", "reraise", "shadow")

    def __init__(
        self,
        logger: object = None,
        recoverable: type[BaseException] | tuple[type[BaseException], ...] = (),
        message: str = "",
        level: str | int | None = "error",
        reraise: bool = False,
        shadow: bool | None = None,
    ) -> None:
        self.logger, self.recoverable, self.message = logger, recoverable, message
        self.level, self.reraise, self.shadow = level, reraise, shadow
        self.failed = False
        self.error: BaseException | None = None

    def __enter__(self) -> SafeExecutor:
        self.failed, self.error = False, None
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        return error is not None and self._settle(error)

    async def __aenter__(self) -> SafeExecutor:
        return self.__enter__()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        return error is not None and self._settle(error)

    def _settle(self, error: BaseException) -> bool:
        """Log what must be logged; True when the error is to be suppressed."""
        recoverable = issubclass(type(error), self.recoverable)
        if not recoverable and _is_signal(error):
            return False
        self.failed, self.error = True, error
        suppress = not self.reraise and (recoverable or self._rehearse(error))
        if self.level is not None and (suppress or not _is_marked(error)):
            self._emit(error, self.level if recoverable else "error")
            if not suppress:
                with contextlib.suppress(Exception):  # without a mark, the worst is a second record
                    object.__setattr__(error, _MARK, True)  # past its own __setattr__: frozen dataclasses refuse
        return suppress

    def _rehearse(self, error: BaseException) -> bool:
        """In shadow mode, record the error. What is no Exception would have passed `except Exception` too, and passes here."""
        wanted = os.environ.get("REWRIGHT_SHADOW") == "1" if self.shadow is None else self.shadow
        if wanted and isinstance(error, Exception):
            with contextlib.suppress(Exception):  # a full disk costs the line, never the program
                _record(error, self.recoverable, sys._getframe(_STACKLEVEL - 1))
        return wanted and isinstance(error, Exception)

    def _emit(self, error: BaseException, level: str | int) -> None:
        """One record with the traceback. A logger that fails costs the record its handlers, never the program its error."""
        text = _describe(self.message, error)
        details = (type(error), error, error.__traceback__)
        try:
            logger: Any = logging.getLogger("safe_executor") if self.logger is None else self.logger
            name = level.lower() if isinstance(level, str) else ""
            method = getattr(logger, _METHODS.get(name, name), None)
            first = () if method else (logging.getLevelName(level) if name else level,)
            (method or logger.log)(*first, text, exc_info=details, stacklevel=_STACKLEVEL)
        except Exception:
            with contextlib.suppress(Exception):  # lastResort may be None
                logging.lastResort.handle(logging.LogRecord("safe_executor", 40, "", 0, text, None, details))  # type: ignore[union-attr]


def _record(error: Exception, recoverable: object, frame: Any) -> None:
    """Append one line, in one write. `count`: how often this process has met this type at this line."""
    path, line, function = frame.f_code.co_filename, frame.f_lineno, getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
    kind, *bases = _names(tuple(one for one in type(error).__mro__ if issubclass(one, Exception)))
    time, count = datetime.datetime.now(datetime.timezone.utc), next(_seen.setdefault((path, line, kind), itertools.count(1)))
    record = {"time": time.isoformat(), "path": path, "line": line, "function": function, "type": kind, "bases": bases}
    text = json.dumps({**record, "recoverable": _names(recoverable), "count": count})
    with open(os.environ.get("REWRIGHT_SHADOW_LOG") or "rewright-shadow.jsonl", "ab", buffering=0) as stream:
        stream.write(text.encode() + b"\n")


def _names(kinds: Any) -> list[str]:
    nested = map(_names, kinds) if isinstance(kinds, tuple) else [[f"{kinds.__module__}.{kinds.__qualname__}"]]
    return list(itertools.chain.from_iterable(nested))


def _is_signal(error: BaseException) -> bool:
    """Whether this asks the program or the task to stop, rather than reporting that something went wrong."""
    asyncio = sys.modules.get("asyncio.exceptions")  # not imported here: where nobody imported it, nobody cancels
    return isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, getattr(asyncio, "CancelledError", ())))


def _describe(message: str, error: BaseException) -> str:
    """`message: Type: text`. An exception whose text cannot be made still has a type."""
    text = "<no text: its __str__ failed>"
    with contextlib.suppress(Exception):
        text = str(error)
    return ": ".join(part for part in (message, type(error).__name__, text) if part)


def _is_marked(error: BaseException) -> bool:
    """Whether an inner executor has already logged this exception on its way out."""
    with contextlib.suppress(Exception):
        return _MARK in object.__getattribute__(error, "__dict__")
    return False
