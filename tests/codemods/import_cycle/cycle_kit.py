"""Graphs and plans from texts, and modules imported cold."""

import json
import os
import subprocess
import sys

from codemods.import_cycle.graph import combine, scan
from codemods.import_cycle.plan import components_after, plans
from codemods.import_cycle.ways import COSTS, Settings
from engine.project import Project
from engine.source import Source


def graph(files):
    """`files`: path to text."""
    scanned = {path: scan(Source(path, text.encode())) for path, text in files.items()}
    return combine(dict(sorted(scanned.items())), Project(frozenset(files)))


def edges(files, eager=True):
    """`source -> target` for each edge, sorted."""
    return [f"{edge.source} -> {edge.target}" for edge in graph(files).edges if edge.eager == eager]


def settings(**costs):
    return Settings(tuple({**COSTS, **costs}.items()))


def cuts(files, **costs):
    """`source -> target kind` for each cut of every component, and what is left after them."""
    whole, chosen = graph(files), settings(**costs)
    found = [f"{cut.source} -> {cut.target} {cut.kind}" for plan in plans(whole, chosen) for cut in plan.cuts]
    return found, components_after(whole, chosen)


def cold(module, root):
    """The public names of a module that is imported first, in a fresh interpreter; the last line of the error where it fails."""
    code = (
        f"import importlib, json; m = importlib.import_module({module!r}); print(json.dumps([n for n in dir(m) if n[:1] != '_']))"
    )
    env = {"PYTHONPATH": os.pathsep.join(map(str, root)), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=env, capture_output=True, text=True, timeout=180, check=False
    )
    return set(json.loads(done.stdout.splitlines()[-1])) if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


_ALL = """
import json, os, sys
for name in sys.argv[1:]:
    sys.stdout.flush()
    if os.fork() == 0:
        try:
            __import__(name)
            print(json.dumps([name, True, str(sys.modules[name].f())]))
        except Exception as error:
            print(json.dumps([name, False, repr(error)]))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


def cold_all(names, root):
    """Each module imported first in a process of its own, and what its `f()` gives: name to (works, text)."""
    done = subprocess.run([sys.executable, "-c", _ALL, *names], cwd=root, capture_output=True, text=True, timeout=180, check=True)
    return {name: (works, text) for name, works, text in map(json.loads, done.stdout.splitlines())}
