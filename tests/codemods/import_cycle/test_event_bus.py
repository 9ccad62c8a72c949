"""The event bus that rewritten code needs at run time: order, isolation, coroutines, and events that nobody handles."""

import asyncio
import importlib.util
import logging
import sys
from dataclasses import dataclass

import kit
import pytest

FILE = kit.REPO / "codemods" / "support" / "event_bus.py"


@pytest.fixture
def bus():
    """A bus of its own for each test."""
    spec = importlib.util.spec_from_file_location("bus_under_test", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Sent:
    text: str


def test_subscribers_are_called_in_order_and_at_once(bus):
    seen = []
    bus.subscribe(Sent, lambda event: seen.append(("first", event.text)))
    cancel = bus.subscribe(Sent, lambda event: seen.append(("second", event.text)))
    assert bus.publish(Sent("a")) == 2
    cancel()
    cancel()
    assert bus.publish(Sent("b")) == 1
    assert seen == [("first", "a"), ("second", "a"), ("first", "b")]


def test_an_error_stays_with_its_subscriber_and_is_logged_whole(bus, caplog):
    seen = []
    bus.subscribe(Sent, lambda event: 1 / 0)
    bus.subscribe(Sent, lambda event: seen.append(event.text))
    with caplog.at_level(logging.ERROR):
        assert bus.publish(Sent("a")) == 1
    assert seen == ["a"] and "ZeroDivisionError" in caplog.text and "Sent" in caplog.text


def test_exits_are_not_swallowed(bus):
    def leave(event):
        raise SystemExit(3)

    bus.subscribe(Sent, leave)
    with pytest.raises(SystemExit):
        bus.publish(Sent("a"))


def test_coroutines_run_with_and_without_a_loop(bus):
    seen = []

    async def note(event):
        await asyncio.sleep(0)
        seen.append(event.text)

    bus.subscribe(Sent, note)
    assert bus.publish(Sent("no loop")) == 1

    async def main():
        await bus.publish_async(Sent("awaited"))
        assert seen[-1] == "awaited"
        bus.publish(Sent("task"))
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert seen == ["no loop", "awaited", "task"]


def test_an_error_in_a_task_is_logged(bus, caplog):
    async def fail(event):
        raise KeyError("lost")

    bus.subscribe(Sent, fail)

    async def main():
        bus.publish(Sent("a"))
        await bus.publish_async(Sent("b"))
        await asyncio.sleep(0.01)

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert caplog.text.count("KeyError") >= 2


def test_an_event_that_nobody_handles_is_reported_once(bus, caplog):
    with caplog.at_level(logging.ERROR):
        assert (bus.publish(Sent("a")), bus.publish(Sent("b"))) == (0, 0)
    assert caplog.text.count("nobody handles") == 1


def test_start_up_reports_what_is_not_handled(bus, tmp_path, monkeypatch, caplog):
    (tmp_path / "handler_of_tests.py").write_text("import here\nhere.bus.subscribe(here.Sent, here.seen.append)\n")
    (tmp_path / "idle_of_tests.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    here = type(sys)("here")
    here.bus, here.Sent, here.seen = bus, Sent, []
    monkeypatch.setitem(sys.modules, "here", here)

    class Lost:
        pass

    bus.handled_by("handler_of_tests")(Sent)
    assert bus.check() == ()  # imported, and it subscribed
    assert bus.publish(Sent("a")) == 1 and here.seen == [Sent("a")]
    bus.handled_by("idle_of_tests")(Lost)
    with caplog.at_level(logging.ERROR):
        assert len(bus.check()) == 1 and "Lost" in bus.check()[0]
    with pytest.raises(bus.UnhandledEvent, match="Lost"):
        bus.check(strict=True)


def test_a_handler_that_cannot_be_imported_is_logged(bus, caplog):
    bus.handled_by("no.such.module")(Sent)
    with caplog.at_level(logging.ERROR):
        assert bus.publish(Sent("a")) == 0
    assert "no.such.module should handle Sent" in caplog.text


def test_events_of_other_classes_do_not_arrive(bus):
    seen = []
    bus.subscribe(int, seen.append)
    bus.publish(Sent("a"))
    assert seen == []
