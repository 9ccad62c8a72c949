"""Where a name stands on in texts, or as an attribute of who knows what, once rope has renamed, moved or changed it. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from engine.adapters.rope_said import nodes
from engine.adapters.rope_world import Place, World
from engine.source import Source

_NEWLINE = re.compile(r"\r\n|\n|\r")


def dotted(name: str) -> re.Pattern[str]:
    """What finds a dotted name in a text, and no longer one."""
    return re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")


def in_texts(world: World, unread: Mapping[str, str], whole: str, holder: Place) -> tuple[str, ...]:
    """`path:line`, 1-based, of each text that names it: dotted, or alone beside its module, as in `getattr(prices, "price")`.

    `unread`: path to the text of files that do not parse. `holder`: the module or class in which it was.
    """
    name = whole.rpartition(".")[2]
    found = {
        (path, _line(text, match.start()))
        for path, text in ({path: one.text for path, one in world.sources.items()} | dict(unread)).items()
        for match in dotted(whole).finditer(text)
    }
    quoted = re.compile(rf"([\"']){re.escape(name)}\1")
    for source in world.sources.values():
        if quoted.search(source.text):
            found |= {(source.path, line) for line in _beside(world, source, name, holder)}
    return tuple(f"{path}:{line}" for path, line in sorted(found))


def _line(text: str, offset: int) -> int:
    return len(_NEWLINE.findall(text, 0, offset)) + 1


def _beside(world: World, source: Source, name: str, holder: Place) -> Iterator[int]:
    for here in nodes(source):
        if isinstance(here.node, ast.Call):
            texts = [one for one in here.node.args if isinstance(one, ast.Constant) and one.value == name]
            others = [one for one in here.node.args if not isinstance(one, ast.Constant)]
            if texts and any(holder in world.expression(source, one, here.scope, here.hidden) for one in others):
                yield texts[0].lineno


def unsure(world: World, name: str) -> tuple[str, ...]:
    """`path:line` of each attribute of that name on something of which nobody can tell what it is."""
    found = set()
    for source in world.sources.values():
        if f".{name}" in source.text:
            for here in nodes(source):
                node = here.node
                named = isinstance(node, ast.Attribute) and node.attr == name
                if named and not world.expression(source, node, here.scope, here.hidden):  # type: ignore[arg-type]
                    found.add((source.path, node.end_lineno))  # type: ignore[attr-defined]
    return tuple(f"{path}:{line}" for path, line in sorted(found))


def passed_on(world: World, paths: Collection[str], place: Place) -> tuple[str, ...]:
    """`path:line` of each use of a function that is no call of it: who calls it from there, nobody can tell."""
    found = set()
    for path in paths:
        source = world.sources[path]
        callees = {id(here.node.func) for here in nodes(source) if isinstance(here.node, ast.Call)}
        for here in nodes(source):
            node = here.node
            used = isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in callees
            if used and place in world.expression(source, node, here.scope, here.hidden):  # type: ignore[arg-type]
                found.add((path, node.end_lineno))  # type: ignore[attr-defined]
    return tuple(f"{path}:{line}" for path, line in sorted(found))
