"""Running many small asyncio programs, before and after get-event-loop, in one interpreter for each side."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import kit

from engine.model import Failure

PYENV = Path.home() / ".pyenv" / "versions"
HERE = tuple(sys.version_info[:2])
# Each program in a namespace of its own. What a finaliser or a thread raises is kept: with -W error, that is where a
# coroutine that nobody awaited and a loop that nobody closed show.
RUNNER = """
import asyncio, contextlib, gc, io, json, sys, threading, traceback
found = {}
for name, text in json.load(sys.stdin).items():
    out, bad = io.StringIO(), []
    sys.unraisablehook = lambda one: bad.append(repr(one.exc_value))
    threading.excepthook = lambda one: bad.append(repr(one.exc_value))
    space = {"__name__": "__main__"}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            exec(compile(text, name, "exec"), space)
        except BaseException:
            traceback.print_exc(limit=0)
        space.clear()
        gc.collect()
        asyncio.set_event_loop_policy(None)
        gc.collect()
    found[name] = [out.getvalue(), bad]
print(json.dumps(found))
"""


@cache
def pythons():
    """Each version from 3.11 on to an interpreter of it; the running one among them."""
    found = {HERE: sys.executable}
    for path in sorted(PYENV.glob("3.*/bin/python")):
        version = tuple(int(part) for part in path.parent.parent.name.split(".")[:2])
        if version >= (3, 11):
            found.setdefault(version, str(path))
    return found


def rewritten(programs, python, **options):
    """Name to text, of the programs that the codemod changes for a target of that Python. A refused rewrite is an error."""
    with tempfile.TemporaryDirectory() as folder:
        names = {f"p{number}.py": name for number, name in enumerate(programs)}
        for path, name in names.items():
            (Path(folder) / path).write_text(programs[name], "utf-8")
        plan = kit.plan(folder, [kit.bound("get-event-loop", options)], python=python)
    assert not plan.of(Failure), [(names[one.site.path], one.message) for one in plan.of(Failure)][:5]
    return {names[delta.path]: delta.after.decode() for delta in plan.deltas}


def run(python, programs, *flags):
    """Name to [output, what finalisers and threads raised]."""
    done = subprocess.run(
        [python, *flags, "-c", RUNNER], input=json.dumps(programs), capture_output=True, text=True, timeout=600, check=False
    )
    assert not done.returncode, done.stderr[-2000:]
    return json.loads(done.stdout)


def both(python, before, after):
    """(before, after) of the programs; the two sides run side by side."""
    with ThreadPoolExecutor(2) as pool:
        # The original may leave loops open and ask where none runs, which later Pythons warn of.
        return tuple(pool.map(run, [python] * 2, [before, after], ["-Wignore", "-Werror"]))


def differences(before, after):
    """The programs whose output or order differs, or which warn once rewritten: (name, before, after)."""
    return [(name, before[name][0], after[name]) for name in after if after[name] != [before[name][0], []]]
