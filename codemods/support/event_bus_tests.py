# rewright-support: event_bus_tests 1
"""What the event bus promises, checked where it runs: `python -m unittest` and pytest both find these tests."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any, List
from unittest import mock

try:
    import zmq
except ImportError:
    zmq = None  # type: ignore[assignment]

_MARK = "# rewright-support: event_bus "
_SIGNALS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


def _load() -> Any:
    """The module beside this file, by its place: a bus of its own for each test."""
    for name in ("bus.py", "event_bus.py"):
        file = Path(__file__).with_name(name)
        if file.is_file() and file.read_text(encoding="utf-8").startswith(_MARK):
            spec = importlib.util.spec_from_file_location(f"{__name__}_subject", str(file))
            module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            spec.loader.exec_module(module)  # type: ignore[union-attr]
            return module
    raise ImportError(f"no bus.py or event_bus.py of Rewright beside {__file__}")


_load()


@dataclass(frozen=True)
class Sent:
    text: str
    size: int = 0


class BusTest(unittest.TestCase):
    def setUp(self) -> None:
        self.bus = _load()
        self.seen: List[Any] = []

    def test_calls_every_subscriber_in_order_and_at_once(self) -> None:
        cancel = self.bus.subscribe(Sent, lambda event: self.seen.append(event.text))
        self.bus.subscribe(Sent, lambda event: self.seen.append(event.size))
        self.assertEqual(self.bus.publish(Sent("a", 1)), 2)
        cancel()
        self.assertEqual(self.bus.publish(Sent("b", 2)), 1)
        self.assertEqual(self.seen, ["a", 1, 2])

    def test_an_error_stays_with_its_subscriber_and_is_logged(self) -> None:
        self.bus.subscribe(Sent, lambda event: 1 / 0)
        self.bus.subscribe(Sent, self.seen.append)
        for send in (self.bus.publish, lambda event: asyncio.run(self.bus.publish_async(event))):
            with self.assertLogs(self.bus.logger, "ERROR") as logs:
                self.assertEqual(send(Sent("a")), 1)
            self.assertIn("ZeroDivisionError", logs.output[0])
        self.assertEqual(len(self.seen), 2)

    def test_signals_pass(self) -> None:
        for kind in _SIGNALS:
            bus = _load()

            def leave(event: Sent, kind: Any = kind) -> None:
                raise kind

            bus.subscribe(Sent, leave)
            with self.subTest(kind=kind.__name__), self.assertRaises(kind):
                bus.publish(Sent("a"))
            coroutine = bus.publish_async(Sent("a"))
            with self.subTest(kind=kind.__name__, how="async"), self.assertRaises(kind):
                coroutine.send(None)

    def test_coroutines_run_to_their_end(self) -> None:
        async def note(event: Sent) -> None:
            await asyncio.sleep(0)
            self.seen.append(event.text)

        self.bus.subscribe(Sent, note)
        self.bus.publish(Sent("no loop"))
        asyncio.run(self.bus.publish_async(Sent("awaited")))
        self.assertEqual(self.seen, ["no loop", "awaited"])

    def test_an_event_that_nobody_handles_is_reported(self) -> None:
        self.bus.handled_by("no.such.module")(Sent)
        with self.assertLogs(self.bus.logger, "ERROR") as logs:
            self.assertEqual((self.bus.publish(Sent("a")), self.bus.publish(Sent("b"))), (0, 0))
        self.assertEqual(sum("nobody handles" in line for line in logs.output), 1)
        self.assertIn("no.such.module should handle Sent", logs.output[0])
        with self.assertLogs(self.bus.logger, "ERROR"), self.assertRaises(self.bus.UnhandledEvent):
            self.bus.check(strict=True)

    def test_a_module_that_runs_twice_subscribes_once(self) -> None:
        code = compile("bus.subscribe(Sent, lambda event: seen.append(__name__))", "agent.py", "exec")
        for name in ("__main__", "shop.agent"):
            exec(code, {"__name__": name, "bus": self.bus, "Sent": Sent, "seen": self.seen})
        self.bus.publish(Sent("a"))
        self.assertEqual(self.seen, ["__main__"])
        for number in (1, 2):
            self.bus.subscribe(Sent, lambda event, number=number: self.seen.append(number))
        self.bus.publish(Sent("b"))
        self.assertEqual(self.seen[1:], ["__main__", 1, 2])

    def test_pyzmq_is_only_imported_to_connect(self) -> None:
        with mock.patch.dict(sys.modules, {"zmq": None}):
            self.assertEqual(_load().publish(1), 0)
            with self.assertRaises(ImportError):
                self.bus.connect(publish="tcp://127.0.0.1:*")


class TransportTest(unittest.TestCase):
    """Two buses of one process, as two processes have them."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.address = f"ipc://{folder.name}/events"
        self.here, self.there = _load(), _load()
        self.seen: List[Any] = []

    def connect(self) -> None:
        """Join the two, and wait until a first event has arrived: a subscription takes a moment."""
        self.addCleanup(self.here.connect(publish=self.address))
        self.addCleanup(self.there.connect(subscribe=[self.address]))
        self.there.subscribe(Sent, self.seen.append)
        self.until(lambda: self.here.publish(Sent("warm")) == 0 and self.seen)
        self.send("last of the warm-up")
        self.until(lambda: self.seen[-1].text == "last of the warm-up")
        self.seen.clear()

    def send(self, text: str, size: int = 0) -> None:
        self.here.publish(Sent(text, size))

    def until(self, done: Any) -> None:
        deadline = time.monotonic() + 20
        while not done():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_an_event_arrives_as_it_was(self) -> None:
        self.connect()
        self.send("a", 1)
        self.until(lambda: self.seen)
        self.assertEqual(self.seen, [Sent("a", 1)])

    def test_what_is_no_known_event_is_logged_and_dropped(self) -> None:
        self.connect()
        name = self.here._name(Sent)
        wrong = [b"\xff", b"[]", b"{}", b'{"event": "os.system", "fields": {"command": "true"}}', b"[" * 100000]
        wrong += [f'{{"event": "{name}", "fields": {fields}}}'.encode() for fields in ('{"other": 1}', "[1]", "{}", "null")]
        with self.assertLogs(self.there.logger, "WARNING") as logs:
            for message in wrong:
                self.here._senders[0].send(message)
            self.send("next")
            self.until(lambda: self.seen)
        self.assertEqual((self.seen, len(logs.output)), ([Sent("next")], len(wrong)))

    def test_a_subscriber_that_fails_does_not_end_the_receiver(self) -> None:
        self.there.subscribe(Sent, lambda event: 1 / int(event.text != "bad"))
        self.connect()
        with self.assertLogs(self.there.logger, "ERROR") as logs:
            self.send("bad")
            self.send("good")
            self.until(lambda: len(self.seen) == 2)
        self.assertIn("ZeroDivisionError", logs.output[0])

    def test_what_json_lacks_is_not_sent_and_is_handled_here(self) -> None:
        self.connect()
        kept: List[Any] = []
        self.here.subscribe(Sent, kept.append)
        with self.assertLogs(self.here.logger, "ERROR") as logs:
            self.assertEqual(self.here.publish(Sent(object())), 1)  # type: ignore[arg-type]
        self.assertIn("not sent to other processes", logs.output[0])
        self.assertEqual(len(kept), 1)


if zmq is None:
    del TransportTest  # the bus needs pyzmq for nothing else

if __name__ == "__main__":
    logging.basicConfig()
    unittest.main()
