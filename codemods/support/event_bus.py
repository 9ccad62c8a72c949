# rewright-support: event_bus 1
"""Events in one process: a module publishes what it wants done, another subscribes, and neither imports the other.

    @handled_by("shop.mail")            # events/mail_events.py: the module whose subscription is expected
    @dataclass(frozen=True)
    class SendReceiptRequested:
        order: Any

    subscribe(SendReceiptRequested, lambda event: send_receipt(event.order))   # shop/mail.py
    publish(SendReceiptRequested(order))                                       # shop/orders.py

`publish` calls every subscriber at once, in the order they subscribed, in the publisher's thread. An error in one is
logged with its traceback and keeps neither the others nor the publisher from going on. The first event that nobody
handles imports the module that `handled_by` names, so that no call is lost; `check()`, called at start-up, does so for
all events and reports each that still nobody handles.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
import sys
import threading
from typing import Any, Callable, Dict, List, Tuple, Type, TypeVar

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=type)
Handler = Callable[[Any], Any]

_lock = threading.RLock()
_subscribers: Dict[type, List[Handler]] = {}
_expected: Dict[type, str] = {}
_reported: Dict[type, bool] = {}


class UnhandledEvent(RuntimeError):
    """An event that nobody subscribed to, though it is published: a lost call."""


def handled_by(module: str) -> Callable[[E], E]:
    """Class decorator: `module` (a dotted name) is expected to subscribe to this event when it is imported."""

    def mark(event: E) -> E:
        with _lock:
            _expected[event] = module
        return event

    return mark


def subscribe(event: Type[Any], handler: Handler) -> Callable[[], None]:
    """Call `handler(event)` for each event of this class. Returns a function that ends the subscription."""
    with _lock:
        _subscribers.setdefault(event, []).append(handler)

    def cancel() -> None:
        with _lock:
            if handler in _subscribers.get(event, []):
                _subscribers[event].remove(handler)

    return cancel


def publish(event: Any) -> int:
    """Call every subscriber of the event's class; returns how many did not fail.

    What a subscriber returns is dropped. A coroutine is run: as a task of the running loop where there is one, else to its end.
    """
    succeeded = 0
    for handler in _handlers(type(event)):
        try:
            result = handler(event)
            if inspect.iscoroutine(result):
                _run(result)
            succeeded += 1
        except Exception:
            logger.exception("%s: a subscriber failed", type(event).__qualname__)
    return succeeded


async def publish_async(event: Any) -> int:
    """Call every subscriber, one after the other, and await those that are coroutines; returns how many did not fail."""
    succeeded = 0
    for handler in _handlers(type(event)):
        try:
            result = handler(event)
            if inspect.isawaitable(result):
                await result
            succeeded += 1
        except Exception:
            logger.exception("%s: a subscriber failed", type(event).__qualname__)
    return succeeded


def check(strict: bool = False) -> Tuple[str, ...]:
    """Every known event that nobody handles, once the modules that should have been imported: call it at start-up.

    Each is logged as an error; with `strict` UnhandledEvent is raised instead.
    """
    with _lock:
        known = list(_expected)
    lost = tuple(sorted(f"{event.__module__}.{event.__qualname__}" for event in known if not _handlers(event)))
    if lost and strict:
        raise UnhandledEvent("nobody handles " + ", ".join(lost))
    return lost


def _handlers(event: type) -> Tuple[Handler, ...]:
    """The subscribers; where there is none, those that importing the expected module brings."""
    with _lock:
        found = tuple(_subscribers.get(event, ()))
        module = _expected.get(event, "")
    if found:
        return found
    if module and module not in sys.modules:
        try:
            importlib.import_module(module)
        except Exception:
            logger.exception("%s should handle %s and cannot be imported", module, event.__qualname__)
    with _lock:
        found = tuple(_subscribers.get(event, ()))
        first = not found and not _reported.setdefault(event, False)
        if not found:
            _reported[event] = True
    if first:
        logger.error("nobody handles %s.%s: the call is lost", event.__module__, event.__qualname__)
    return found


def _run(coroutine: Any) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(coroutine)
        return
    task = loop.create_task(coroutine)
    _tasks.add(task)
    task.add_done_callback(_done)


_tasks: "set[asyncio.Future[Any]]" = set()


def _done(task: Any) -> None:
    _tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.error("a subscriber failed", exc_info=task.exception())
