"""Rewrites programs, compares each with its rewrite, and counts; and the control, wrong rewrites that must be caught.

Plain Python: no test framework. What a run is and what a trace holds: equivalence_runs.py.
"""

import collections
import importlib.util
import itertools
import re
import sys
import types
from dataclasses import dataclass, field, replace
from pathlib import Path

from equivalence_runs import ORDINARY, SIGNALS, compiled, observe, paths

from codemods.broad_except import CODEMOD
from engine.model import Failure, Finding, Skip
from engine.process import BoundRule, process
from engine.project import Project
from engine.source import Source

TEMPLATE = Path(__file__).resolve().parents[2] / "codemods" / "support" / "error_handling.py"
OPTIONS = {option.name: option.default for option in CODEMOD.options}
HEAD = "import logging\nimport sys\nimport traceback\n\nlogger = logging.getLogger('equivalence')\n\n\n"
HEAD += "def tell(note):\n    note(sys.exc_info()[1])\n\n\n"
MARK = "# ----- "
BATCH = 60  # functions in one module


def install():
    """Make the support module importable under the name that rewritten code uses."""
    spec = importlib.util.spec_from_file_location("common_utils.error_handling", TEMPLATE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["common_utils"] = types.ModuleType("common_utils")
    sys.modules["common_utils.error_handling"] = module


# -- rewriting -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A program, and what it became. `head`: what the rewrite put above it, imports above all."""

    program: object
    before: str
    after: str


def rewrite(programs, preserve=True):
    """Pairs for the programs that changed, and how many sites were left alone, by reason. Raises AssertionError on a failure."""
    programs, pairs, reasons = list(programs), [], collections.Counter()
    whole = [[program] for program in programs if program.kind == "module"]
    shared = [program for program in programs if program.kind != "module"]
    for batch in whole + ([shared] if shared else []):
        text = HEAD + "\n\n".join(f"{MARK}{program.name}\n{program.text}" for program in batch)
        after, items = _rewritten(text, preserve)
        reasons.update(item.reason for item in items if isinstance(item, (Skip, Finding)))
        head, *rest = after.split(MARK)
        for program, part in zip(batch, rest, strict=True):
            name, _, changed = part.partition("\n")
            assert name == program.name
            if changed.rstrip() != program.text.rstrip():
                pairs.append(Pair(program, HEAD + program.text, head + changed))
    return pairs, reasons


def _rewritten(text, preserve):
    project = Project(paths=frozenset({"a.py"}), support={"error_handling": "common_utils/error_handling.py"})
    project = replace(project, facts={fact.name: _learned(fact, text, project) for fact in CODEMOD.facts})
    rule = BoundRule("broad-except", CODEMOD, {**OPTIONS, "preserve": preserve})
    result = process("a.py", text.encode(), [rule], project, not preserve)
    failures = [item for item in result.items if isinstance(item, Failure)]
    assert not failures, failures[0]
    return (result.after or text.encode()).decode(), result.items


def _learned(fact, text, project):
    asked = fact.hints is not None and re.search(fact.hints, text.encode())
    scanned = fact.scan(Source("a.py", text.encode())) if asked else None
    return fact.combine({} if scanned is None else {"a.py": scanned}, project)


# -- comparing -------------------------------------------------------------------------


def difference(pair, first=ORDINARY + SIGNALS):
    """How often both were run, and the first script on which they differ with both traces, or None."""
    one, other = compiled(pair.before), compiled(pair.after)
    for number, (script, trace) in enumerate(paths(one, pair.program, first), 1):
        seen, _ = observe(other, pair.program, script, first)
        if seen != trace:
            return number, (script, trace, seen)
    return number, None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a batch of programs came to. `differences`: texts for a person."""

    programs: int = 0
    rewritten: int = 0
    runs: int = 0
    reasons: collections.Counter = field(default_factory=collections.Counter)
    kinds: collections.Counter = field(default_factory=collections.Counter)
    differences: tuple[str, ...] = ()

    def __add__(self, other):
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def tally(programs, preserve=True, first=ORDINARY + SIGNALS):
    """Rewrite the programs, run them and their rewrites, and count."""
    total = Tally()
    for batch in _batched(programs):
        pairs, reasons = rewrite(batch, preserve)
        results = [(pair, *difference(pair, first)) for pair in pairs]
        texts = tuple(shown(pair, found) for pair, _, found in results if found)
        kinds = collections.Counter(pair.program.kind for pair in pairs)
        total += Tally(len(batch), len(pairs), sum(runs for _, runs, _ in results), reasons, kinds, texts)
    return total


def _batched(items):
    items = iter(items)
    while batch := list(itertools.islice(items, BATCH)):
        yield batch


# -- control: wrong rewrites -----------------------------------------------------------

MUTANTS = {  # what is wrong: (what the right rewrite says, what to write instead)
    "recovers from less": (r"recoverable=\(Exception,\)", "recoverable=(ValueError,)"),
    "recovers from signals": (r"recoverable=\(Exception,\)", "recoverable=(BaseException,)"),
    "recovers from nothing": (r"recoverable=\(Exception,\)", "recoverable=()"),
    "raises again": (r"recoverable=\(Exception,\)", "recoverable=(Exception,), reraise=True"),
    "handler always runs": (r"\.failed:", ".failed or True:"),
    "handler never runs": (r"\.failed:", ".failed and False:"),
    "else always runs": (r"(?m)^( *)(if _?attempt\w*\.failed:\n(?:\1 .*\n)+)\1else:", r"\1\2\1if True:"),
    "else never runs": (r"(?m)^( *)(if _?attempt\w*\.failed:\n(?:\1 .*\n)+)\1else:", r"\1\2\1if False:"),
    "one name for two attempts": (r"\battempt_2\b", "attempt"),
    "the error is lost": (r"= attempt\.error\b", "= None"),
    "the error is another": (r"= attempt\.error\b", "= ValueError('other')"),
    "exc_info as it was": (r"exc_info=attempt\.error", "exc_info=True"),
    "format_exc as it was": (r'"".join\(traceback\.format_exception\(.*?__traceback__\)\)', "traceback.format_exc()"),
    "the body is outside": (r"(?m)^( *)(with SafeExecutor.*\n)\1    (.*step.*\n)(?=\1\S)", r"\1\3\1\2\1    pass\n"),
}


def planted(pairs, wrong):
    """The pairs that a mutant applies to, each with the wrong rewrite."""
    right, instead = MUTANTS[wrong]
    for pair in pairs:
        after = re.sub(right, instead, pair.after)
        if after != pair.after:
            yield replace(pair, after=after)


# -- telling ---------------------------------------------------------------------------


def shown(pair, found):
    """A difference as text for a person."""
    script, one, other = found
    rows = itertools.zip_longest(one, other, fillvalue="")
    table = "\n".join(f"{'  ' if a == b else '! '}{a!s:60} {b}" for a, b in rows)
    return f"{pair.program.what} on {script}\n{pair.program.text}\n----- became\n{pair.after}\n----- traces\n{table}"
