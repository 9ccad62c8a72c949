"""Arguments by place that a `$$$` written behind a keyword holds: Python wants them in front of the keyword."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemods.pattern.captures import Capture, Found
from codemods.pattern.language import Parsed, meta_of
from codemods.pattern.lists import position
from codemods.pattern.shapes import metavariable
from codemods.pattern.text import offset_of
from engine import every_node


def fronted(template: Parsed, found: Found) -> Found:
    """What metavariables hold, and of each such `$$$` of a template two parts more, named by its offset in the code.

    `<12` goes to the front, to the offset that is its `first`; `>12` stays. Only what stood before all that the keywords
    in between are made of goes to the front: anything else would become another argument.
    """
    held = dict(found)
    for start, name, keywords in _behind_keywords(template):
        between = [node for keyword in keywords for node in _captured(keyword, found)]
        limit = min((position(node) for node in between), default=None)
        nodes = found[name].nodes
        front = [one for one in nodes if isinstance(one, ast.expr) and (limit is None or position(one) < limit)]
        if front:
            held[f"<{start}"] = Capture(tuple(front), True, first=offset_of(template.code, keywords[0]))
            held[f">{start}"] = Capture(tuple(one for one in nodes if one not in front), True)
    return held


def _behind_keywords(template: Parsed) -> Iterator[tuple[int, str, Sequence[ast.keyword]]]:
    """Each `$$$` behind a keyword: its offset in the code, its name, and the keywords before it."""
    if not any(meta.many for meta in template.metas):
        return
    for node in [node for one in template.nodes for node in every_node(one)]:
        if not isinstance(node, (ast.Call, ast.ClassDef)):
            continue
        for index, keyword in enumerate(node.keywords):
            if index and (meta := metavariable(keyword)) is not None:
                yield offset_of(template.code, keyword), meta.name, node.keywords[:index]


def _captured(keyword: ast.keyword, found: Found) -> list[ast.AST]:
    metas = [meta_of(node.id) for node in every_node(keyword) if isinstance(node, ast.Name)]
    return [node for meta in metas if meta is not None for node in found[meta.name].nodes if isinstance(node, ast.AST)]
