"""The import graph for people and other programs: as JSON, as Mermaid text, and as an HTML page. Pure."""

from codemods.import_cycle.picture.page import graph_html
from codemods.import_cycle.picture.text import graph_json, graph_mermaid

__all__ = ["graph_html", "graph_json", "graph_mermaid"]
