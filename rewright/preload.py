"""Imported once by the process that workers are forked from: what each needs, whatever the rules are.

Codemods, and LibCST for those that use it, are loaded by the workers, each at once on a core of its own.
"""

from rewright.__main__ import prepare

prepare()

import os  # noqa: E402

import pebble.pool.process  # noqa: E402, F401
import pyflakes.checker  # noqa: E402, F401

import engine.facts  # noqa: E402
import engine.run  # noqa: E402, F401

# What fails in a worker comes back as a result. One that starts while the run ends would tell the screen that its lock is gone.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
