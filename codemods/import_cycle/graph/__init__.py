"""The import graph of a project as a fact: `scan` reads one file's imports, `combine` joins them into a graph."""

from __future__ import annotations

from codemods.import_cycle.graph.build import combine
from codemods.import_cycle.graph.scan import scan
from engine import Fact

IMPORTS = Fact("import-graph", 2, b"", scan, combine)

__all__ = ["IMPORTS", "combine", "scan"]
