"""A target, a rule file beside it, and what the command line makes of both."""

import json
import os
import subprocess
import sys
from pathlib import Path

import codemods
from engine.adapters import bind
from engine.cache import Cache
from engine.discover import discover
from engine.globs import matcher
from engine.parallel import Inline
from engine.process import BoundRule
from engine.request import PlannedRule, Request
from engine.run import make_plan

REPO = Path(__file__).parents[3]


def target(folder, files):
    """Write files, path to text, below a folder that is then a target of its own."""
    for path, text in {".git/HEAD": "", **files}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def load(root, trusted=True):
    """The rule file of a target, its foreign code looked at in this process."""
    file = root / "rules.yaml"
    return bind.load(file, codemods.known(), bind.foreign(file, trusted), Inline())


def covers(rule):
    """The files that a rule is for."""
    wanted, unwanted = matcher(rule.include), matcher(rule.exclude)
    return lambda path: (not rule.include or wanted(path)) and not unwanted(path)


def plan(root, unsafe=True, runner=None, config=None):
    """The plan of a target's own rules."""
    config = config or load(root)
    known = config.over(codemods.known())
    rules = [PlannedRule(BoundRule(rule.id, known[rule.codemod], rule.options, rule.mode), covers(rule)) for rule in config.rules]
    found = discover(root)
    request = Request(
        root=root,
        files=found.files,
        known=found.all_python,
        rules=tuple(rules),
        templates={},
        program=b"",
        unsafe=unsafe,
        parse_all=True,
    )
    return make_plan(request, runner or Inline(), Cache(None))


def applied(root, made):
    """Write a plan's files; and what they hold, by path."""
    for delta in made.deltas:
        (root / delta.path).write_bytes(delta.after)
    return {delta.path: delta.after.decode() for delta in made.deltas}


def said(made):
    """Kind, path, line and reason of every item."""
    return [
        (type(item).__name__, item.site.path, item.site.line, getattr(item, "reason", "") or item.message) for item in made.items
    ]


def rewright(root, *arguments, code=None):
    """Run the program in a process of its own; its output, parsed where it is JSON lines. No cache, one worker."""
    argv = [sys.executable, "-P", "-m", "rewright", *arguments]
    env = {**os.environ, "PYTHONPATH": str(REPO), "HOME": str(root)}
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False, env=env, timeout=120)
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done


def items(done):
    """The objects of a jsonl report but for the summary."""
    return [one for one in map(json.loads, done.stdout.splitlines()) if one["type"] != "summary"]
