"""Modules of the target imported first, each in a fresh interpreter, before and after a plan.

The one room that runs a target's own code. Nothing here happens unless a person asks for it with `--cold-import`.
"""

from engine.cold.child import Cold, cold_import
from engine.cold.prove import proven

__all__ = ["Cold", "cold_import", "proven"]
