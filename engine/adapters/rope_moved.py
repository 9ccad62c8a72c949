"""A move that rope makes, judged: what each file speaks of is the same as before, and is there when it is asked for. Pure."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator

from engine.adapters.rope_renamed import Follow, spoken
from engine.adapters.rope_said import Said, nodes, said
from engine.adapters.rope_scopes import FUNCTIONS, exports
from engine.adapters.rope_world import Meaning, Place, World
from engine.bindings import Binding
from engine.dangling import pointed
from engine.model import RewrightError
from engine.source import Source
from engine.walk import every_node, statements

Group = tuple[frozenset[str], frozenset[str]]


def trimmed(old: str, new: str) -> str:
    """A text from which the last definition was taken, without the blank lines that stood above it."""
    rest = new.rstrip()
    end = new[len(rest) :]
    newline = "\r\n" if end.startswith("\r\n") else "\n"
    return rest + newline if rest and end.count("\n") > 1 and old[len(old.rstrip()) :].count("\n") < 2 else new


def require_movable(world: World, place: Place, target: str) -> None:
    """Raises RewrightError for what is not defined once, by itself, at the top of its module, or is in the target module, too."""
    path, name = place
    source, there = world.sources[path], world.sources[target]
    found = source.names.module.bindings.get(name, [])
    if "." in name or ":" in name or not found:
        raise RewrightError(f"rope: {name} of {path} cannot be moved: only what stands at the top of a module can")
    if len(found) > 1 or found[0].guarded:
        lines = ", ".join(str(one.line) for one in found)
        raise RewrightError(f"rope: {name} cannot be moved: {path} binds it more than once, or under a condition (line {lines})")
    if taken := [one for one in there.names.module.bindings.get(name, ()) if place not in world.member(target, name)]:
        raise RewrightError(f"rope: {name} cannot be moved to {target}: line {taken[0].line} has a {name} already")
    if exported := [one for one in exports(source.tree) if one.value == name]:
        raise RewrightError(
            f"rope: {name} cannot be moved: {path} line {exported[0].lineno} names it in __all__; take it out there first"
        )
    annotated = isinstance(found[0].node, (*FUNCTIONS, ast.ClassDef)) and "annotations" in _future(source.tree)
    if annotated and "annotations" not in _future(there.tree):
        raise RewrightError(
            f"rope: {name} cannot be moved: {path} says `from __future__ import annotations`, and {target} does not; say so there"
        )


def _future(tree: ast.Module) -> set[str]:
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return {alias.name for node in found for alias in node.names}


def require_outward(before: Source, after: Source) -> None:
    """Raises RewrightError where an import that leads out of the target would say something else."""
    said = [ast.dump(node) for node in _outward(after)]
    for node in _outward(before):
        if ast.dump(node) not in said:
            raise RewrightError(
                f"rope: {before.path} line {node.lineno} imports from outside of the target, and rope would change that; "
                "make the folder above it the target"
            )


def _outward(source: Source) -> list[ast.ImportFrom]:
    found = (node for node in statements(source.tree) if isinstance(node, ast.ImportFrom) and node.level)
    return [node for node in found if pointed(node, source.path) is None]


def require_moved(before: World, after: World, groups: Collection[Group], to: Follow, name: str) -> None:
    """Raises RewrightError at the first word that would mean something else.

    `groups`: paths before and paths after of the files to compare; what leaves one file of a group may stand in another of it.
    """
    for old, new in sorted(groups, key=lambda group: sorted(group[0])):
        have = Counter(one.meaning for path in sorted(new) for one in _words(after, path))
        known = set()
        for path in sorted(old):
            for one in _words(before, path):
                wanted = frozenset(map(to, one.meaning))
                known.add(wanted)
                if not have[wanted] and not _is_module(wanted) and not _is_set(one):
                    raise RewrightError(
                        f"rope: {path} line {one.line}: {one.word} should mean {spoken(wanted)} once {name} is moved, and would "
                        "not; write this line another way first, as `from module import name`"
                    )
                have[wanted] -= 1
        _require_clear(after, new, known, name)


def _require_clear(after: World, paths: Collection[str], known: Collection[Meaning], name: str) -> None:
    """Raises RewrightError for a word that would mean two things, and did not mean those before."""
    for path in sorted(paths):
        for one in _words(after, path):
            if len(one.meaning) > 1 and one.meaning not in known and not _is_set(one):
                raise RewrightError(
                    f"rope: {path}: {one.word} would mean {spoken(one.meaning)} once {name} is moved; rename one of them first"
                )


def _words(world: World, path: str) -> Iterator[Said]:
    """What a file says of what is known but for its imports: those come and go."""
    source = world.sources[path]
    for here in nodes(source):
        if not isinstance(here.node, (ast.Import, ast.ImportFrom)):
            for one in said(world, source, here):
                if one.meaning and not any("~" in inner for _, inner in one.meaning):
                    yield one


def _is_set(one: Said) -> bool:
    """Is this where a name that may mean several things is set? It may be that only the other of them has moved."""
    return len(one.meaning) > 1 and isinstance(getattr(one.node, "ctx", None), ast.Store)


def _is_module(meaning: Meaning) -> bool:
    return not any(inner for _, inner in meaning)


def require_imports(before: World, after: World, paths: Collection[str], name: str) -> None:
    """Raises RewrightError when one of these files, which stayed where they were, would import a name that is not there."""
    for path in sorted(paths):
        missing = {(one.word, one.meaning) for one in _imported(before, path)}
        for one in _imported(after, path):
            if (one.word, one.meaning) not in missing:
                raise RewrightError(
                    f"rope: {path} line {one.line} would import {one.word}, which is not there any more; write this line another "
                    f"way first, or leave {name} where it is"
                )


def _imported(world: World, path: str) -> Iterator[Said]:
    source = world.sources.get(path)
    for here in nodes(source) if source else ():
        if isinstance(here.node, ast.ImportFrom):
            for one in said(world, source, here):  # type: ignore[arg-type]
                if any("?" in inner for _, inner in one.meaning):
                    yield one


def require_kept(before: World, after: World, paths: Collection[str], gone: Place) -> None:
    """Raises RewrightError when an import that its file does not use is lost: it may be there for others, or for what it does."""
    for path in sorted(paths):
        source = before.sources[path]
        now = after.sources[path].names.module.bindings
        for local, found in source.names.module.bindings.items():
            ours = gone in before.member(path, local)
            lost = local not in now and not ours and isinstance(found[0].node, (ast.Import, ast.ImportFrom))
            if lost and not is_used(local, source.tree):
                raise RewrightError(
                    f"rope: {path} line {found[0].line} imports {local}, which rope would drop; remove it, or use it, first"
                )


def is_used(local: str, tree: ast.Module) -> bool:
    """Does a module read a name anywhere?"""
    return any(isinstance(node, ast.Name) and node.id == local for node in every_node(tree))


def require_steady(before: World, after: World, source: str, target: str, name: str) -> None:
    """Raises RewrightError when the target module would import a variable of the old one that is set again later: a copy."""
    was, there = before.sources[source], after.sources[target]
    for local in sorted(there.names.module.bindings):
        for path, inner in after.member(target, local):
            found = was.names.module.bindings.get(inner, []) if path == source else []
            set_by = set_again(before, (source, inner), found)
            if set_by and inner not in before.sources[target].names.module.bindings:
                raise RewrightError(
                    f"rope: {name} needs {inner} of {source}, which {set_by} sets; {target} would import what it is at first; "
                    f"move {inner} too, or pass it to {name}"
                )


def set_again(world: World, place: Place, found: list[Binding]) -> str:
    """Where a variable of a module is set once more, in its file or from another; empty: nowhere."""
    defined = [one for one in found if not isinstance(one.node, (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom))]
    if len(defined) > 1:
        return f"line {defined[1].line}"
    if not defined:
        return ""
    for path, source in world.sources.items():
        if f".{place[1]}" in source.text:
            for here in nodes(source):
                node = here.node
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == place[1]:
                    meaning: Meaning = world.expression(source, node, here.scope, here.hidden)
                    if place in meaning:
                        return f"{path} line {node.lineno}"
    return ""


def require_order(after: World, target: str, name: str) -> None:
    """Raises RewrightError when what was moved would use a name of its new module before that is defined."""
    source = after.sources[target]
    top = source.names.module
    line = top.bindings[name][0].line if name in top.bindings else 0
    moved = next((one for one in source.tree.body if one.lineno <= line <= (one.end_lineno or 0)), None)
    decorators = getattr(moved, "decorator_list", ())
    first, last = min((one.lineno for one in decorators), default=line), getattr(moved, "end_lineno", 0)
    for here in nodes(source):
        node = here.node
        if isinstance(node, ast.Name) and first <= node.lineno <= last and not _late(here.scope):
            for path, inner in after.expression(source, node, here.scope, here.hidden):
                lines = [one.line for one in top.bindings.get(inner, ())] if path == target else []
                if lines and min(lines) > last:
                    raise RewrightError(
                        f"rope: {name} cannot be moved to {target}: it needs {inner} at once, and that comes later, at line "
                        f"{min(lines)} there; move {inner} up first"
                    )


def _late(scope: object) -> bool:
    while scope is not None:
        if isinstance(getattr(scope, "node", None), FUNCTIONS):
            return True
        scope = getattr(scope, "parent", None)
    return False
