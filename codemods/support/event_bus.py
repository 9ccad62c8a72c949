# rewright-support: event_bus 1
"""Events: a module publishes what it wants done, another subscribes, and neither imports the other.

    @handled_by("shop.mail")            # events/mail_events.py: the module whose subscription is expected
    @dataclass(frozen=True)
    class SendReceiptRequested:
        order: Any

    subscribe(SendReceiptRequested, lambda event: send_receipt(event.order))   # shop/mail.py
    publish(SendReceiptRequested(order))                                       # shop/orders.py

`publish` calls every subscriber at once, in their order, in the publisher's thread. An error in one is logged with its
traceback and stops neither the others nor the publisher. The first event that nobody handles imports the module that
`handled_by` names; `check()`, called at start-up, does so for all events and reports each that still nobody handles.

`connect(publish="tcp://127.0.0.1:5700")` in one process and `connect(subscribe=["tcp://127.0.0.1:5700"])` in others send
events between them, by ZeroMQ PUB and SUB (needs pyzmq). Then `publish` calls the subscribers that this process has, sends
the event to the others, and imports no module: who handles it imports and subscribes by itself. Fields must be values that
JSON has; a tuple arrives as a list. A slow joiner misses what was published before its connection stood, a slow reader
what overflows its queue, and nobody is told. There is no password: bind to loopback, ipc, or a network you trust.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import inspect
import json
import logging
import sys
import threading
from typing import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple, Type, TypeVar

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=type)
Handler = Callable[[Any], Any]
MAX_BYTES = 1 << 20  # of one message; a peer that sends more is disconnected

_lock = threading.RLock()
_subscribers: Dict[type, List[Handler]] = {}
_expected: Dict[type, str] = {}
_reported: Set[type] = set()
_senders: List[Any] = []  # PUB sockets; used under _lock, as no socket may be used by two threads at once


class UnhandledEvent(RuntimeError):
    """An event that nobody subscribed to, though it is published: a lost call."""


def handled_by(module: str) -> Callable[[E], E]:
    """Class decorator: `module` (a dotted name) is expected to subscribe to this event when it is imported."""

    def mark(event: E) -> E:
        _expected[event] = module
        return event

    return mark


def subscribe(event: Type[Any], handler: Handler) -> Callable[[], None]:
    """Call `handler(event)` for each event of this class. Returns a function that ends the subscription.
    Of a module that runs as `__main__` and is imported under its own name, too, the first subscription counts."""
    with _lock:
        known = _subscribers.setdefault(event, [])
        if not any(_same(handler, other) for other in known):
            known.append(handler)

    def cancel() -> None:
        with _lock:
            if handler in _subscribers.get(event, []):
                _subscribers[event].remove(handler)

    return cancel


def _same(one: Handler, other: Handler) -> bool:
    """Are these one line of code, run once as the main module and once as an imported one?"""
    codes = [getattr(handler, "__code__", None) for handler in (one, other)]
    places = {(code.co_filename, code.co_firstlineno) for code in codes if code is not None}
    modules = {getattr(handler, "__module__", None) for handler in (one, other)}
    return None not in codes and len(places) == 1 and len(modules) == 2 and "__main__" in modules


def publish(event: Any) -> int:
    """Call every subscriber of the event's class; returns how many did not fail. What a subscriber returns is dropped.
    A coroutine is run: as a task of the running loop where there is one, else to its end."""
    return _call(event, _everybody(event))


async def publish_async(event: Any) -> int:
    """Call every subscriber, one after the other, and await those that are coroutines; returns how many did not fail."""
    succeeded = 0
    for handler in _everybody(event):
        try:
            result = handler(event)
            if inspect.isawaitable(result):
                await result
            succeeded += 1
        except Exception:  # as in _call
            logger.exception("%s: a subscriber failed", type(event).__qualname__)
    return succeeded


def check(strict: bool = False) -> Tuple[str, ...]:
    """Every known event that nobody handles, once the modules that should have been imported: call it at start-up.
    Each is logged as an error; with `strict` UnhandledEvent is raised, too. A process that sends its events to others
    cannot tell who listens there: nothing is checked."""
    with _lock:
        known = [] if _senders else list(_expected)
    lost = tuple(sorted(_name(event) for event in known if not _handlers(event)))
    if lost and strict:
        raise UnhandledEvent("nobody handles " + ", ".join(lost))
    return lost


def _name(event: type) -> str:
    return f"{event.__module__}.{event.__qualname__}"


def _everybody(event: Any) -> Tuple[Handler, ...]:
    """The subscribers in this process; the others are sent the event."""
    with _lock:
        if not _senders:
            return _handlers(type(event))
        try:
            fields = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
            message = json.dumps({"event": _name(type(event)), "fields": fields}, allow_nan=False).encode("utf-8")
            for sender in _senders:
                sender.send(message)
        except Exception:  # a value that JSON lacks, a socket that was closed: the subscribers here are called all the same
            logger.exception("%s: not sent to other processes", type(event).__qualname__)
        return tuple(_subscribers.get(type(event), ()))


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
        except Exception:  # importing runs the module, which may raise anything: the event is lost, not the publisher
            logger.exception("%s should handle %s and cannot be imported", module, event.__qualname__)
    with _lock:
        found = tuple(_subscribers.get(event, ()))
        if not found and event not in _reported:
            _reported.add(event)
            logger.error("nobody handles %s: the call is lost", _name(event))
    return found


def _call(event: Any, handlers: Iterable[Handler]) -> int:
    succeeded = 0
    for handler in handlers:
        try:
            result = handler(event)
            if inspect.iscoroutine(result):
                _run(result)
            succeeded += 1
        except Exception:  # whatever it raises is its own affair: the others and the publisher go on. Exits, cancellation pass
            logger.exception("%s: a subscriber failed", type(event).__qualname__)
    return succeeded


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


def connect(publish: str = "", subscribe: Iterable[str] = (), context: Optional[Any] = None) -> Callable[[], None]:
    """Send events to other processes from the address `publish`, which is bound, and receive those of the addresses
    `subscribe`: they go to this process's subscribers, in a thread of their own, and are not sent on. Returns a function
    that ends it. Raises ImportError without pyzmq, zmq.ZMQError for an address in use."""
    import zmq

    context = context or zmq.Context.instance()
    senders = [context.socket(zmq.PUB)] if publish else []
    for sender in senders:
        sender.linger = 1000  # milliseconds that the last events have to leave
        sender.bind(publish)
    with _lock:
        _senders.extend(senders)
    stop = threading.Event()
    threads = [threading.Thread(target=_receive, args=(context, address, stop), daemon=True) for address in subscribe]
    for thread in threads:
        thread.start()

    def close() -> None:
        stop.set()
        for thread in threads:
            thread.join()
        with _lock:
            for sender in [sender for sender in senders if sender in _senders]:
                _senders.remove(sender)
                sender.close()

    return close


def _receive(context: Any, address: str, stop: threading.Event) -> None:
    import zmq

    try:
        with context.socket(zmq.SUB) as socket:
            socket.linger, socket.maxmsgsize = 0, MAX_BYTES
            socket.subscribe(b"")
            socket.connect(address)
            while not stop.is_set():
                if socket.poll(100):
                    _deliver(socket.recv(), address)
    except zmq.ContextTerminated:
        return
    except BaseException:  # an exit that a subscriber asks for ends this thread alone: at least it is said
        logger.critical("no more events from %s", address)
        raise


def _deliver(message: bytes, address: str) -> None:
    """Call the subscribers of an event that arrived. Only classes that this process knows are made, and only of fields."""
    try:
        document = json.loads(message.decode("utf-8"))
        with _lock:
            known = {_name(kind): kind for kind in [*_expected, *_subscribers] if dataclasses.is_dataclass(kind)}
            event = known[document["event"]](**document["fields"])
            handlers = tuple(_subscribers.get(type(event), ()))
    except Exception as error:  # somebody else wrote it: whatever is wrong with it, and whatever it makes a class raise
        logger.warning("dropped a message from %s: %s: %.200s", address, type(error).__name__, error)
        return
    _call(event, handlers)
