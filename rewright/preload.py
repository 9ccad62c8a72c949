"""Imported once by the process that workers are forked from: what each needs, whatever the rules are.

Codemods, and LibCST for those that use it, are loaded by the workers, each at once on a core of its own.
"""

from rewright.__main__ import prepare

prepare()


import engine.facts  # noqa: E402
import engine.run  # noqa: E402, F401
