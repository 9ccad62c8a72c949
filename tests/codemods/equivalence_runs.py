"""Runs one program on every choice of what goes wrong where, and gives the traces. Plain Python: no test framework.

A run asks an oracle at each step, and wherever a generator or coroutine is suspended, what happens there: it goes on, or
an exception comes. `paths` walks all answers with at most two exceptions in one run. A trace holds every step with the
state it saw, every note, every line that the program logs, what is yielded, returned or raised, and `__cause__`.
`__context__` is not in it: broad-except says that it changes where a call in the handler fails.
"""

import asyncio
import contextlib
import logging
import re
import types

MOST = 2  # exceptions in one run
LONGEST = 60  # steps of one run


class CustomBase(BaseException):
    pass


class CustomError(Exception):
    pass


class Endless(BaseException):
    """A program that does not stop."""


ORDINARY = (ValueError, KeyError, CustomError)
SIGNALS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError, CustomBase)
SECOND = (KeyError, KeyboardInterrupt)  # what may come after a first exception


class Oracle:
    """Answers from a script, then always "go on"; remembers what it was asked."""

    def __init__(self, script, first):
        self.script, self.first, self.asked, self.raised = script, first, [], 0

    def ask(self, more=(), free=()):
        """None to go on, or what comes: an exception class, one of `more`, or one of `free`, which is no exception."""
        coming = ((SECOND if self.raised else self.first) + more if self.raised < MOST else ()) + free
        answer = self.script[len(self.asked)] if len(self.asked) < len(self.script) else 0
        self.asked.append((answer, len(coming)))
        if len(self.asked) > LONGEST:
            raise Endless
        chosen = coming[answer - 1] if 0 < answer <= len(coming) else None
        self.raised += chosen is not None and chosen not in free
        return chosen


class Suspended:
    """What a coroutine of the program waits for."""

    def __await__(self):
        yield "suspended"


def compiled(text):
    return compile(text, "a.py", "exec")


def observe(code, program, script, first):
    """The trace of one run, and what its oracle was asked."""
    oracle, trace, kept = Oracle(script, first), [], []

    def note(*what):
        trace.append(tuple(map(_told, what)))

    def step(number, x):
        trace.append((number, _told(x)))
        coming = oracle.ask()
        if coming is not None:
            raise coming(f"at {number}")
        return number % 2

    def choose(number, x):
        trace.append((number, _told(x)))
        coming = oracle.ask(free=(True,))
        if coming not in (None, True):
            raise coming(f"at {number}")
        return bool(coming)

    async def astep(number, x):
        await Suspended()
        return step(number, x)

    @contextlib.contextmanager
    def guard(number):
        note("enter", number)
        try:
            yield
        except BaseException as error:
            note("leave", number, error)
            raise
        note("leave", number)

    given = {
        "step": step,
        "astep": astep,
        "choose": choose,
        "note": note,
        "guard": guard,
        "swallow": lambda: contextlib.suppress(ValueError),
        "keep": kept,
    }
    namespace = {"__name__": "equivalence", "CustomError": CustomError}
    if program.kind == "module":
        namespace.update(given)
    recorder.trace = trace
    try:
        exec(code, namespace)
        result = None if program.kind == "module" else _driven(namespace[program.name](**given), oracle, trace)
        trace.append(("returned", _told(result)))
    except BaseException as error:
        trace.append(("raised", _told(error)))
    for later in kept:
        try:
            trace.append(("later", _told(later())))
        except Exception as error:
            trace.append(("later", _told(error)))
    if program.kind == "module":
        trace.append({name: _told(value) for name, value in namespace.items() if _is_own(name, value) and name not in given})
    return trace, oracle.asked


def _is_own(name, value):
    return not re.fullmatch(r"__\w+__|_attempt\w*|SafeExecutor", name) and not isinstance(
        value, (types.FunctionType, types.ModuleType)
    )


def _told(value):
    if isinstance(value, BaseException):
        return type(value).__name__, str(value), value.__suppress_context__, _told(value.__cause__)
    return value if isinstance(value, (int, str, type(None))) else re.sub(r" at 0x\w+", "", repr(value))


def _driven(made, oracle, trace):
    """What a call gives in the end. A generator or coroutine is driven by hand, with exceptions thrown in and closed early."""
    if hasattr(made, "asend"):
        ways = made.asend, made.athrow, made.aclose
    elif hasattr(made, "send"):
        ways = made.send, made.throw, made.close
    else:
        return made
    try:
        _next(ways[0](None), oracle, trace)
        while True:
            coming = oracle.ask((GeneratorExit,))
            if coming is GeneratorExit:
                trace.append(("closed", _next(ways[2](), oracle, trace)))
                return None
            _next(ways[0]("sent") if coming is None else ways[1](coming("thrown")), oracle, trace)
    except (StopIteration, StopAsyncIteration) as stop:
        return getattr(stop, "value", None)


def _next(awaited, oracle, trace):
    """One value out of a generator, or out of what an asynchronous one gives for it; that may be suspended in between."""
    if not hasattr(awaited, "__await__"):
        trace.append(("yielded", _told(awaited)))
        return awaited
    waiting = awaited.__await__()
    try:
        waiting.send(None)
        while True:
            coming = oracle.ask()
            if coming is None:
                waiting.send(None)
            else:
                waiting.throw(coming("thrown"))
    except StopIteration as stop:
        trace.append(("yielded", _told(stop.value)))
        return stop.value


class Recorder(logging.Handler):
    """Keeps what the program logs: such messages start with H. What the executor logs do not."""

    trace = None

    def emit(self, record):
        if str(record.msg).startswith("H:"):
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
            self.trace.append((record.levelname, record.getMessage(), kind))


recorder = Recorder()
_logger = logging.getLogger("equivalence")
_logger.handlers, _logger.propagate = [recorder], False
_logger.setLevel(1)


def paths(code, program, first):
    """Every script that makes a difference to a program, with its trace."""
    waiting = [()]
    while waiting:
        script = waiting.pop()
        trace, asked = observe(code, program, script, first)
        yield script, trace
        taken = tuple(answer for answer, _ in asked)
        for place in range(len(script), len(asked)):
            waiting.extend((*taken[:place], answer) for answer in range(1, asked[place][1] + 1))
