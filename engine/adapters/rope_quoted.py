"""Names in annotations that are texts, which rope reads as nothing but text, renamed. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.adapters.rope_said import Here, nodes
from engine.adapters.rope_scopes import cut
from engine.adapters.rope_world import Meaning, World
from engine.model import Edit
from engine.source import Source


def renamed(world: World, source: Source, now: Source, family: Meaning, to: str) -> Iterator[Edit]:
    """The edits of `now`, rope's text of `source`, that give the new name to what is meant by a text such as `"list[Client]"`."""
    old = {cut(inner)[1] for _, inner in family}
    for here, there in zip(nodes(source), nodes(now), strict=False):
        for was, text in zip(_texts(here.node), _texts(there.node), strict=False):
            said = str(was.value)
            words = old & set(re.findall(r"\w+", said)) if was.value == text.value else set()
            for word in words:
                if _means(world, source, here, said, word) <= family:
                    start = now.start(text)
                    for found in re.finditer(rf"\b{re.escape(word)}\b", now.segment(text)):
                        yield now.edit(start + found.start(), start + found.end(), to)


def _texts(node: ast.AST) -> list[ast.Constant]:
    """The text literals in what a node is annotated with."""
    annotations = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    inner = [one for annotation in annotations if isinstance(annotation, ast.AST) for one in ast.walk(annotation)]
    return [one for one in inner if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _means(world: World, source: Source, here: Here, text: str, word: str) -> Meaning:
    """All that a word means in a text; something that no family holds where that is not known."""
    unknown = frozenset({("", "?")})
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return unknown
    said = [
        one
        for one in ast.walk(tree)
        if (isinstance(one, ast.Name) and one.id == word) or (isinstance(one, ast.Attribute) and one.attr == word)
    ]
    meanings = [world.expression(source, one, here.scope, here.hidden) for one in said]
    return frozenset().union(*meanings) if meanings and all(meanings) else unknown
