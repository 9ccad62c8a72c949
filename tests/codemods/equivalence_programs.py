"""Every small try statement: a grammar, enumerated by how far a program departs from the plainest one.

The plainest program is a function whose try calls one step and whose `except Exception as e` notes `e`. A departure is
another body, handler, header, else, finally, surrounding, prelude, sequel or kind of function; most cost 1, some 2.
`programs(cost)` gives every program that costs no more, once, in a fixed order. Plain Python: no test framework.

In a line of the grammar `S` stands for a call of `step` with a number of its own and the value of x, `A` for an awaited one,
and `C` for one that says yes or no.
"""

import itertools
import re
from dataclasses import dataclass

LOOP, GENERATOR, COROUTINE, VALUE = "loop", "generator", "coroutine", "value"  # what a line needs around it

# name: (lines, needs, cost). The first of each table is the plainest and costs nothing.
BODIES = {
    "step": ("S", "", 0),
    "assign": ("x = S", "", 1),
    "return": ("return S", VALUE, 1),
    "leave": ("return", "", 1),
    "break": ("S\nbreak", LOOP, 1),
    "continue": ("S\ncontinue", LOOP, 1),
    "yield": ("x = yield S", GENERATOR, 1),
    "await": ("x = A", COROUTINE, 1),
    "raise": ("raise ValueError('mine')", "", 1),
    "raise-from": ("raise KeyError('mine') from ZeroDivisionError('cause')", "", 1),
    "raise-signal": ("raise KeyboardInterrupt", "", 1),
    "raise-exit": ("raise SystemExit(3)", "", 1),
    "bare-raise": ("raise", "", 1),
    "two": ("x = S\nx = S", "", 1),
    "if-return": ("if C:\n    return", "", 1),
    "with": ("with guard(1):\n    x = S", "", 1),
    "inner-loop": ("for j in range(2):\n    if C:\n        break\nelse:\n    x = 'else'", "", 1),
    "assign-return": ("x = S\nreturn S", VALUE, 2),
    "yield-step": ("yield S\nx = S", GENERATOR, 2),
    "await-return": ("x = A\nreturn A", f"{COROUTINE} {VALUE}", 2),
    "step-raise": ("x = S\nraise CustomError('mine')", "", 2),
    "inner-broad": ("try:\n    x = S\nexcept Exception as e:\n    note(e)\nx = S", "", 1),
    "inner-broad-other": ("try:\n    x = S\nexcept Exception as f:\n    note(f)\n    S\nelse:\n    x = S", "", 1),
    "inner-specific": ("try:\n    x = S\nexcept KeyError as e:\n    note(e)", "", 1),
    "inner-re-raise": ("try:\n    x = S\nexcept Exception:\n    S\n    raise", "", 1),
    "inner-finally": ("try:\n    x = S\nfinally:\n    note('finally', x)", "", 1),
    "inner-return": ("try:\n    x = S\nexcept Exception:\n    return\nx = S", "", 2),
}
HANDLERS = {
    "note": ("note(e)", "", 0),
    "pass": ("pass", "", 1),
    "step": ("S", "", 1),
    "assign": ("x = str(e)", "", 1),
    "return": ("return S", VALUE, 1),
    "return-e": ("return str(e)", VALUE, 1),
    "leave": ("return", "", 1),
    "break": ("break", LOOP, 1),
    "continue": ("note(e)\ncontinue", LOOP, 1),
    "yield": ("yield str(e)", GENERATOR, 1),
    "await": ("x = A\nnote(e)", COROUTINE, 1),
    "bare-raise": ("raise", "", 1),
    "some-raise": ("if C:\n    raise\nnote(e)", "", 1),
    "raise-from": ("raise RuntimeError('new') from e", "", 1),
    "raise-new": ("note(e)\nraise RuntimeError('new')", "", 1),
    "raise-maybe": ("if C:\n    raise RuntimeError('new') from None", "", 2),
    "raise-e": ("raise e", "", 1),
    "assert": ("assert C, str(e)", "", 1),
    "exception": ("logger.exception('H: %s', x)", "", 1),
    "exc-info": ("logger.warning('H: boom', exc_info=True)", "", 1),
    "exc-info-e": ("logger.warning('H: %s', e, exc_info=e)", "", 1),
    "debug": ("logger.debug('H: %s', e)", "", 1),
    "format": ("note(traceback.format_exc().splitlines()[-1])", "", 1),
    "sys": ("note(sys.exc_info()[1])", "", 1),
    "helper": ("tell(note)", "", 1),
    "rebind": ("e = S\nnote(e)", "", 1),
    "delete": ("x = str(e)\ndel e", "", 1),
    "comprehension": ("x = [str(e) for _ in range(2)]", "", 1),
    "keep": ("keep.append(lambda: note(e))", "", 1),
    "nest-same": ("try:\n    x = S\nexcept Exception as e:\n    note(e)", "", 1),
    "nest-other": ("try:\n    x = S\nexcept Exception as f:\n    note(e, f)\nnote(e)", "", 1),
    "nest-raise": ("try:\n    x = S\nexcept KeyError:\n    raise\nnote(e)", "", 2),
    "nest-finally": ("try:\n    x = S\nfinally:\n    note(e)", "", 1),
    "nest-look": ("try:\n    x = S\nexcept Exception:\n    note(traceback.format_exc().splitlines()[-1])\nnote(e)", "", 2),
    "loop": ("for j in range(2):\n    if C:\n        continue\n    note(e)", "", 1),
    "with": ("with guard(2):\n    x = S\n    note(e)", "", 1),
}
HEADERS = {
    "named": ("except Exception as e:", 0),
    "nameless": ("except Exception:", 1),
    "tuple": ("except (Exception, ValueError) as e:", 1),
    "tuple-last": ("except (OSError, Exception):", 2),
    "odd-tuple": ("except (Exception, KeyboardInterrupt) as e:", 1),
    "base": ("except BaseException as e:", 1),
    "bare": ("except:", 1),
    "second": ("except KeyError as e:\n    note('first', e)\nexcept Exception as e:", 1),
    "first": ("except Exception as e:\n    note('first', e)\nexcept BaseException as e:", 2),
}
ELSES = {
    "none": ("", "", 0),
    "step": ("S", "", 1),
    "assign": ("x = S", "", 1),
    "return": ("return S", VALUE, 1),
    "leave": ("return", "", 2),
    "break": ("break", LOOP, 1),
    "yield": ("yield S", GENERATOR, 1),
    "raise": ("raise CustomError('else')", "", 1),
    "nest": ("try:\n    x = S\nexcept Exception as e:\n    note(e)", "", 1),
}
FINALLIES = {"none": ("", "", 0), "step": ("S", "", 1), "leave": ("return", "", 2), "break": ("break", LOOP, 2)}
SEQUELS = {
    "none": ("", "", 0),
    "read": ("note(e)", "", 1),
    "guarded": ("try:\n    note(e)\nexcept NameError as missing:\n    note(missing)", "", 1),
    "again": ("try:\n    x = S\nexcept Exception as e:\n    note(e)", "", 1),
    "bind": ("e = S\nnote(e)", "", 1),
    "later": ("def later():\n    return e\nkeep.append(later)", "", 2),
}
PRELUDES = {
    "none": ("", "", 0),
    "bound": ("e = 'before'", "", 1),
    "attempt": ("attempt = 'mine'", "", 1),
    "logger": ("logger = None", "", 2),
    "exception": ("Exception = KeyError", "", 2),
    "executor": ("SafeExecutor = None", "", 2),
    "global": ("global e", "", 1),
}
AROUND = {  # `B`: the try and its sequel
    "function": ("B", "", 0),
    "for": ("for i in range(2):\n    B\nelse:\n    note('no break', x)", LOOP, 1),
    "while": ("n = 0\nwhile n < 2:\n    n += 1\n    B\n    note('round', n, x)", LOOP, 1),
    "if": ("if S or True:\n    B\nelse:\n    S", "", 1),
    "with": ("with guard(3):\n    B", "", 1),
    "swallowing-with": ("with swallow():\n    B", "", 1),
    "try": ("try:\n    B\nexcept Exception as e:\n    note('outer', e)\n    S", "", 1),
    "try-other": ("try:\n    B\nexcept Exception as o:\n    note('outer', o, x)", "", 1),
    "try-else": ("try:\n    B\nexcept (Exception, OSError):\n    x = 'outer'\nelse:\n    S", "", 1),
    "try-specific": ("try:\n    B\nexcept ValueError as e:\n    note('outer', e)\nnote(x)", "", 1),
    "try-base": ("try:\n    B\nexcept BaseException as o:\n    note('outer', o)\n    raise", "", 1),
    "try-finally": ("try:\n    B\nfinally:\n    note('finally', x)", "", 1),
    "handler": ("try:\n    S\nexcept Exception as e:\n    B\n    note('outer', e)", "", 1),
    "handler-other": ("try:\n    S\nexcept Exception as o:\n    B\n    note('outer', o)\n    S", "", 1),
    "handler-specific": ("try:\n    S\nexcept ValueError as o:\n    B\n    raise", "", 1),
    "else": ("try:\n    S\nexcept Exception as e:\n    note('outer', e)\nelse:\n    B", "", 1),
    "finally": ("try:\n    x = S\nfinally:\n    B", "", 2),
    "attempt": ("attempt = None\nif C:\n    attempt = 7\nB\nnote(attempt)", "", 1),
}
KINDS = {"plain": 0, "generator": 1, "coroutine": 1, "async generator": 1, "method": 1, "closure": 1, "module": 1}
_GIVES = {
    "generator": {GENERATOR, VALUE},
    "coroutine": {COROUTINE, VALUE},
    "async generator": {GENERATOR, COROUTINE},
    "module": set(),
}


@dataclass(frozen=True, slots=True)
class Program:
    """`text`: its source, a top-level function or class called `name`, or the whole module when `kind` is "module"."""

    name: str
    kind: str
    what: str  # its departures from the plainest program, by table
    cost: int
    text: str


def programs(limit, exactly=False):
    """Every program that costs `limit` or less (or `exactly` that), each text once."""
    seen = set()
    for cost in range(limit if exactly else 0, limit + 1):
        for parts in _choices(cost, _TABLES):
            kind, text = parts[0], _written(*parts)
            if text is None or hash(text) in seen:
                continue
            seen.add(hash(text))
            what = ", ".join(part for part, table in zip(parts, _TABLES, strict=True) if part != next(iter(table)))
            name = f"p{len(seen)}"
            yield Program(name, kind, what or "plainest", cost, text.replace("NAME", name))


_CALLS = {"S": "step", "A": "await astep", "C": "choose"}
_TABLES = (KINDS, AROUND, PRELUDES, BODIES, HEADERS, HANDLERS, ELSES, FINALLIES, SEQUELS)


def _cost(value):
    return value if isinstance(value, int) else value[-1]


def _choices(cost, tables):
    """One name from each table, with costs that add up."""
    if len(tables) == 1:
        yield from ((name,) for name, value in tables[0].items() if _cost(value) == cost)
        return
    for name, value in tables[0].items():
        if _cost(value) <= cost:
            yield from ((name, *rest) for rest in _choices(cost - _cost(value), tables[1:]))


def _written(kind, around, prelude, body, header, handler, otherwise, final, sequel):
    """The source, or None where a line needs what is not around it."""
    gives = _GIVES.get(kind, {VALUE}) | ({LOOP} if AROUND[around][1] == LOOP else set())
    lines = [BODIES[body], HANDLERS[handler], ELSES[otherwise], FINALLIES[final]]
    if not all(set(needs.split()) <= gives for _, needs, _ in lines):
        return None
    if kind == "module" and ("return" in "".join(text for text, _, _ in lines) or prelude == "global"):
        return None
    tried = f"try:\n{_in(BODIES[body][0])}\n{HEADERS[header][0]}\n{_in(HANDLERS[handler][0])}"
    tried += f"\nelse:\n{_in(ELSES[otherwise][0])}" if otherwise != "none" else ""
    tried += f"\nfinally:\n{_in(FINALLIES[final][0])}" if final != "none" else ""
    block = tried + (f"\n{SEQUELS[sequel][0]}" if sequel != "none" else "")
    whole = re.sub(r"(?m)^( *)B$", lambda found: _in(block, len(found[1])), AROUND[around][0])
    whole = "\n".join(filter(None, ["x = 0", PRELUDES[prelude][0], whole, "note('end', x)"]))
    numbers = itertools.count(1)
    whole = re.sub(r"\b[SAC]\b", lambda found: f"{_CALLS[found[0]]}({next(numbers)}, x)", whole)
    return _function(kind, whole)


def _function(kind, body):
    given = "step, astep, choose, note, guard, swallow, keep"
    if kind == "module":
        return f"{body}\n"
    if kind == "method":
        init = "    def __init__(self):\n        self.logger = logging.getLogger('equivalence')\n\n"
        body = body.replace("logger.", "self.logger.")
        start = f"\n\ndef NAME({given}):\n    return NAME_class().run({given})\n"
        return f"class NAME_class:\n{init}    def run(self, {given}):\n{_in(body, 8)}\n        return x\n{start}"
    if kind == "closure":
        body = body.replace("x = 0\n", "nonlocal x\n", 1)
        return f"def NAME({given}):\n    x = 0\n\n    def run():\n{_in(body, 8)}\n        return x\n\n    return run(), x\n"
    last = {"generator": "yield x\n    return x", "async generator": "yield x"}.get(kind, "return x")
    start = "async def" if kind in ("coroutine", "async generator") else "def"
    return f"{start} NAME({given}):\n{_in(body)}\n    {last}\n"


def _in(text, width=4):
    return "\n".join(" " * width + line for line in text.split("\n"))
