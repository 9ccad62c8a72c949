"""By execution: what `preserve` makes of a try statement does what the try statement did.

A generator writes small functions (plain, generators, coroutines) full of nested tries. Each runs with the original
text and with the rewritten one, for many choices of which step raises what. Compared: every step, every line the
handlers log, what the function returns or yields, and what leaves it.
"""

import asyncio
import importlib.util
import logging
import random
import sys
import types
from pathlib import Path

import pytest

from codemods.broad_except import CODEMOD
from engine.model import Change, Failure
from engine.process import BoundRule, process
from engine.project import Project

TEMPLATE = Path(__file__).parents[2] / "codemods" / "support" / "error_handling.py"
PROJECT = Project(paths=frozenset({"a.py"}), support={"error_handling": "common_utils/error_handling.py"})
PROGRAMS = 400
HEAD = "import logging\nimport traceback\n\nlogger = logging.getLogger('equivalence')\n\n\n"


class CustomBase(BaseException):
    pass


class CustomError(Exception):
    pass


ORDINARY = [ValueError, KeyError, CustomError, Exception, OSError]
SIGNALS = [KeyboardInterrupt, SystemExit, GeneratorExit, CustomBase, asyncio.CancelledError]


class Writer:
    """Writes one function. `flavour`: plain, generator or coroutine."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.flavour = self.random.choice(["plain", "plain", "generator", "coroutine"])
        self.steps = 0
        self.left = 9  # compound statements still allowed

    def program(self):
        name = "async def" if self.flavour == "coroutine" else "def"
        body = self.suite(1, loop=False, names=())
        return f"{HEAD}{name} run(step, astep, note):\n    x = 0\n{body}    note('end', x)\n    return x\n"

    def suite(self, depth, loop, names):
        return "".join(self.statement(depth, loop, names) for _ in range(self.random.randint(1, 3)))

    def step(self):
        self.steps += 1
        if self.flavour == "coroutine" and self.random.random() < 0.4:
            return f"await astep({self.steps})"
        return (
            f"(yield step({self.steps}))" if self.flavour == "generator" and self.random.random() < 0.3 else f"step({self.steps})"
        )

    def statement(self, depth, loop, names):
        pad = "    " * depth
        kind = self.random.choices(["step", "assign", "try", "for", "if", "leave", "use"], [5, 3, 6, 2, 2, 2, 2])[0]
        if kind in ("try", "for", "if"):
            if self.left <= 0 or depth > 6:
                return f"{pad}{self.step()}\n"
            self.left -= 1
        if kind == "try":
            return self.attempt(depth, loop, names)
        if kind == "for":
            return f"{pad}for i in range(2):\n{self.suite(depth + 1, True, names)}"
        if kind == "if":
            return f"{pad}if {self.step()}:\n{self.suite(depth + 1, loop, names)}"
        if kind == "leave":
            return f"{pad}{self.random.choice(['break', 'continue'] if loop else [f'return {self.step()}'])}\n"
        if kind == "use" and names:
            return self.use(pad, names[-1])
        return f"{pad}x = {self.step()}\n" if kind == "assign" else f"{pad}{self.step()}\n"

    def use(self, pad, name):
        return (
            pad
            + self.random.choice(
                [
                    f"note(type({name}).__name__, str({name}))",
                    f"logger.error('H: %s', {name})",
                    "logger.exception('H: boom')",
                    "logger.warning('H: boom', exc_info=True)",
                    "note(traceback.format_exc().splitlines()[-1])",
                    "raise",
                    f"raise RuntimeError('new') from {name}",
                    f"{name} = str({name})",
                    f"x = str({name})",
                ]
            )
            + "\n"
        )

    def attempt(self, depth, loop, names):
        pad, name = "    " * depth, self.random.choice(["e", "e", "exc", None])
        caught = self.random.choices(
            ["Exception", "(Exception, ValueError)", "BaseException", "", "(Exception, KeyboardInterrupt)"], [12, 2, 1, 1, 1]
        )[0]
        clause = f"except {caught}" + (f" as {name}" if name and caught else "") if caught else "except"
        own = (*names, name) if name and caught else names
        text = f"{pad}try:\n{self.suite(depth + 1, loop, names)}"
        if self.random.random() < 0.1:
            text += f"{pad}except KeyError:\n{self.suite(depth + 1, loop, names)}"
        handler = f"{pad}    pass\n" if self.random.random() < 0.2 else self.suite(depth + 1, loop, own)
        if own is not names and self.random.random() < 0.5:
            handler = self.use(pad + "    ", name) + handler
        text += f"{pad}{clause}:\n{handler}"
        if self.random.random() < 0.2:
            text += f"{pad}else:\n{self.suite(depth + 1, loop, names)}"
        if self.random.random() < 0.05:
            text += f"{pad}finally:\n{pad}    step({self.steps})\n"
        if names and self.random.random() < 0.2:
            text += self.use(pad, names[-1])
        return text


class Recorder(logging.Handler):
    """Keeps what handlers of the program log; the executor's own records do not start with H."""

    def __init__(self, trace):
        super().__init__()
        self.trace = trace

    def emit(self, record):
        if str(record.msg).startswith("H:"):
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
            self.trace.append((record.levelname, record.getMessage(), kind))


def rewrite(text, preserve=True):
    rule = BoundRule("broad-except", CODEMOD, {"preserve": preserve, "support-folder": "common_utils"})
    result = process("a.py", text.encode(), [rule], PROJECT, not preserve)
    assert not [item for item in result.items if isinstance(item, Failure)], (text, result.items)
    return (result.after or text.encode()).decode(), [item for item in result.items if isinstance(item, Change)]


def observe(text, flavour, raising):
    """The trace of one run; `raising`: step number to exception class."""
    trace, namespace = [], {"__name__": "equivalence"}

    def step(number):
        trace.append(number)
        if len(trace) > 200:
            raise RecursionError("endless")
        if number in raising:
            raise raising[number](f"at {number}")
        return number % 3

    async def astep(number):
        await asyncio.sleep(0)
        return step(number)

    recorder = Recorder(trace)
    logger = logging.getLogger("equivalence")
    logger.handlers, logger.propagate = [recorder], False
    logger.setLevel(1)
    try:
        exec(compile(text, "a.py", "exec"), namespace)
        made = namespace["run"](step, astep, lambda *what: trace.append(what))
        trace.append(("returned", _drive(made, trace)))
    except BaseException as error:
        trace.append(("raised", type(error).__name__, str(error)))
    finally:
        logger.handlers = []
    return trace


def _drive(made, trace):
    if not hasattr(made, "send"):
        return made
    try:
        while True:
            trace.append(("yielded", repr(made.send(None))))  # a coroutine is driven by hand: no loop, no task
    except StopIteration as stop:
        return stop.value


def choices(seed, steps, classes):
    """Which step raises what, in several runs: none, each alone, and some pairs."""
    draw = random.Random(seed)
    numbers = range(1, steps + 1)
    runs = [{}] + [{number: draw.choice(classes)} for number in numbers]
    runs += [{number: draw.choice(classes) for number in draw.sample(numbers, min(2, steps))} for _ in range(6)]
    return runs


def difference(text, after, writer, seed, classes):
    for raising in choices(seed, writer.steps, classes):
        one, other = observe(text, writer.flavour, raising), observe(after, writer.flavour, raising)
        if one != other:
            return raising, one, other
    return None


@pytest.fixture(autouse=True)
def support(monkeypatch):
    spec = importlib.util.spec_from_file_location("common_utils.error_handling", TEMPLATE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "common_utils", types.ModuleType("common_utils"))
    monkeypatch.setitem(sys.modules, "common_utils.error_handling", module)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(8))
def test_preserve_keeps_the_meaning(part):
    rewritten = flavours = 0
    for seed in range(part, PROGRAMS, 8):
        writer = Writer(seed)
        text = writer.program()
        after, changes = rewrite(text)
        rewritten += len(changes)
        flavours += bool(changes) and writer.flavour != "plain"
        found = difference(text, after, writer, seed, ORDINARY + SIGNALS)
        assert found is None, f"{found}\n{text}\n-----\n{after}"
    assert rewritten > 20 and flavours > 2, (rewritten, flavours)


@pytest.mark.filterwarnings("ignore")
def test_default_keeps_the_meaning_for_ordinary_errors():
    """Without preserve, a bare except and BaseException stop catching signals, and nothing else changes."""
    rewritten = 0
    for seed in range(1000, 1120):
        writer = Writer(seed)
        text = writer.program()
        after, changes = rewrite(text, preserve=False)
        rewritten += len(changes)
        found = difference(text, after, writer, seed, ORDINARY)
        assert found is None, f"{found}\n{text}\n-----\n{after}"
    assert rewritten > 50


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("recoverable=(Exception,)", "recoverable=(ValueError,)"),
        ("recoverable=(Exception,)", "recoverable=(BaseException,)"),
        (".failed:", ".error is None:"),
        (" as attempt_2:", " as attempt:"),
        ("exc_info=attempt.error", "exc_info=True"),
    ],
)
def test_a_wrong_rewrite_is_caught(right, wrong):
    caught = 0
    for seed in range(PROGRAMS):
        writer = Writer(seed)
        text = writer.program()
        after, _ = rewrite(text)
        if right in after:
            planted = after.replace(right, wrong)
            caught += difference(text, planted, writer, seed, ORDINARY + SIGNALS) is not None
        if caught:
            return
    raise AssertionError(f"no program tells {wrong} from {right}")
