"""Imported once by the process that workers are forked from, so that each starts with everything loaded."""

from rewright.__main__ import prepare

prepare()

import pebble.pool.process  # noqa: E402, F401

import codemods  # noqa: E402
import engine.facts  # noqa: E402
import engine.run  # noqa: E402, F401

codemods.load_whole()
