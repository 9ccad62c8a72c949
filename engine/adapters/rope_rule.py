"""`rope:` a refactoring of rope over the whole target: planned once, in a worker, on a copy; then told file by file.

The copy holds the target's Python files as they lie on the disk. rope is asked what it would change, and never to change it.
"""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.adapters.contain import contained, unwarned
from engine.adapters.load import Code
from engine.adapters.rope_options import operation, parameter
from engine.adapters.tool import Item, top
from engine.hunks import Hunk, hunks, line_hunks, lines_of
from engine.model import Applicability, Change, Evidence, RefusedFile, RewrightError, Skip, fact_name
from engine.project import Project
from engine.source import Source


@dataclass(frozen=True, slots=True)
class Refactored:
    """What rope would do: path to the text before and after, and the files that it could not read."""

    texts: Mapping[str, tuple[str, str]]
    unread: tuple[str, ...]
    message: str


def prepare() -> None:
    """Nothing: rope has run already."""


def probe(options: Mapping[str, Any], code: Code | None) -> None:
    """Nothing that the options' own check does not see; names are looked up when the target is read."""


def run_project(files: Mapping[str, bytes], options: Mapping[str, Any]) -> Refactored:
    """Plan the refactoring on a copy. Raises RewrightError for a name that is not there, and for what no plan can hold."""
    with unwarned():
        import rope.refactor.change_signature
        import rope.refactor.inline
        import rope.refactor.move
        import rope.refactor.rename  # noqa: F401
        from rope.base.exceptions import RopeError
        from rope.base.project import Project as RopeProject
    sources, unread = _readable(files)
    kind, name = operation(options)
    with tempfile.TemporaryDirectory(prefix="rewright-rope-") as folder:
        for path, source in sources.items():
            place = Path(folder, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.data.removeprefix(source.bom))
        with contained():
            project = RopeProject(folder, ropefolder=None, save_objectdb=False, automatic_soa=False)
            try:
                done = _changes(project, options)
                texts = _texts(done, sources) if done is not None else {}
            except RopeError as error:
                raise RewrightError(f"rope cannot {kind.replace('_', ' ')} {name}: {error}") from error
            finally:
                project.close()
    return Refactored(texts, tuple(unread), done.description.strip() if done is not None else "")


def _readable(files: Mapping[str, bytes]) -> tuple[dict[str, Source], list[str]]:
    sources, unread = {}, []
    for path, data in sorted(files.items()):
        try:
            source = Source(path, data)
            source.tree  # noqa: B018
        except RefusedFile:
            unread.append(path)
        else:
            sources[path] = source
    return sources, unread


def _texts(done: Any, sources: Mapping[str, Source]) -> dict[str, tuple[str, str]]:
    """Path to old and new text. RewrightError for a change that makes, moves or deletes files."""
    from rope.base.change import ChangeContents, ChangeSet

    texts = {}
    for one in done.changes:
        if isinstance(one, ChangeSet):
            texts.update(_texts(one, sources))
        elif isinstance(one, ChangeContents) and one.resource.path in sources:
            texts[one.resource.path] = (sources[one.resource.path].text, one.new_contents)
        else:
            raise RewrightError(f"rope would {one}; a plan can rewrite files, and not move them: name something in a module")
    return {path: both for path, both in texts.items() if list(line_hunks(*map(lines_of, both)))}


# -- what is asked of rope --------------------------------------------------------------


def _changes(project: Any, options: Mapping[str, Any]) -> Any:
    """rope's changes; None when the target is as wanted already."""
    from rope.refactor import change_signature, inline, move, rename

    (kind, name), said = operation(options), options["rope"]
    resource, outer, last = _found(project, name)
    offset = _offset(project, resource, outer, last)
    if kind == "rename":
        if offset is None and _offset(project, resource, outer, said["to"]) is not None:
            return None
        change = rename.Rename(project, resource, _there(offset, name))
        return change.get_changes(said["to"], docs=bool(said.get("docs")))
    if kind == "move":
        target = _module(project, said["to"])
        if target is None:
            raise RewrightError(f"rope: there is no module {said['to']} to move {name} to; make the file first")
        if offset is None and _offset(project, target, (), last) is not None:
            return None
        return move.create_move(project, resource, _there(offset, name)).get_changes(target)
    if kind == "inline":
        return inline.create_inline(project, resource, offset).get_changes() if offset is not None else None
    return _signature(change_signature, project, resource, _there(offset, name), said)


def _signature(tool: Any, project: Any, resource: Any, offset: int, said: Mapping[str, Any]) -> Any:
    change = tool.ChangeSignature(project, resource, offset)
    wanted = [parameter(one) for one in said["parameters"]]
    names = [name for name, _ in wanted]
    have = [name for name, _ in change.get_args()]
    steps: list[Any] = [tool.ArgumentRemover(at) for at in reversed(range(len(have))) if have[at] not in names]
    kept = [name for name in have if name in names]
    for name, default in wanted:
        if name not in kept:
            steps.append(tool.ArgumentAdder(len(kept), name, default, said.get("values", {}).get(name)))
            kept.append(name)
    if kept != names:
        steps.append(tool.ArgumentReorderer([kept.index(name) for name in names], autodef="None"))
    return change.get_changes(steps) if steps else None


def _found(project: Any, name: str) -> tuple[Any, tuple[str, ...], str]:
    """The module that holds a name, what lies around the name in it, and its last part."""
    parts = name.split(".")
    if _module(project, name) is not None:
        raise RewrightError(f"rope: {name} is a module: a plan can rewrite files, and not move them; name something in a module")
    for length in range(len(parts) - 1, 0, -1):
        resource = _module(project, ".".join(parts[:length]))
        if resource is not None:
            return resource, tuple(parts[length:-1]), parts[-1]
    raise RewrightError(f"rope: the target has no module {parts[0]}, so nothing is called {name}")


def _module(project: Any, dotted: str) -> Any:
    found = project.find_module(dotted)
    if found is None or found.project is not project:
        return None
    return found.get_child("__init__.py") if found.is_folder() else found


def _offset(project: Any, resource: Any, outer: tuple[str, ...], name: str) -> int | None:
    """Where a name is bound in a module, or in classes of it; None when it is not bound there."""
    scope = project.get_pymodule(resource).get_scope()
    for one in outer:
        if one not in scope.get_defined_names():
            return None
        scope = scope[one].get_object().get_scope()
    if name not in scope.get_defined_names():
        return None
    _, line = scope[name].get_definition_location()
    text = resource.read()
    start = sum(len(one) for one in text.splitlines(keepends=True)[: (line or 1) - 1])
    match = re.compile(rf"\b{re.escape(name)}\b").search(text, start)
    return match.start() if match else None


def _there(offset: int | None, name: str) -> int:
    if offset is None:
        raise RewrightError(f"rope: nothing is called {name}: the module has no such name")
    return offset


# -- file by file -----------------------------------------------------------------------


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> list[Item]:
    """This file's part of the refactoring. Rules before this one may have changed other lines of it."""
    fact: Refactored = project.facts[fact_name("rope", options)]
    if source.path not in fact.texts:
        return []
    old, new = fact.texts[source.path]
    text = _carried(old, new, source.text)
    if text is None:
        where = Source.of_text(source, old)
        site = hunks(where, new)[0].site(where)
        message = "a rule before this one changed the lines that rope would change; put the rope rule first"
        return [Skip(site if site.line <= len(source.line_starts) else top(source), "changed-before", message)]
    found = hunks(source, text)
    return list(_change(source, found, fact, options)) if found else []


def _change(source: Source, found: list[Hunk], fact: Refactored, options: Mapping[str, Any]) -> Iterator[Change]:
    unread = f"; not read, so not changed: {', '.join(fact.unread[:5])}" if fact.unread else ""
    if len(fact.unread) > 5:
        unread += f" and {len(fact.unread) - 5} more"
    yield Change(
        found[0].site(source),
        f"rope: {fact.message}",
        Applicability(options["applicability"]),
        tuple(edit for hunk in found for edit in hunk.edits),
        tuple(hunk.span for hunk in found),
        evidence=(Evidence("rope", "unknown", f"{len(fact.texts)} files change together{unread}"),),
        group=" ".join(("rope", *operation(options))) if len(fact.texts) > 1 else "",
        group_size=len(fact.texts),
    )


def _carried(old: str, new: str, now: str) -> str | None:
    """`now` with what turned `old` into `new`; itself when that is done already; None where other changes are in the way."""
    before, after, present = ([line.rstrip("\r\n") for line in lines_of(text)] for text in (old, new, now))
    if present == before:
        return new
    kept, done = _mapped(before, present), _mapped(after, present)
    places = [(i, j, k, m, done(k, m) is not None if m > k else kept(i, j) is None) for i, j, k, m in line_hunks(before, after)]
    if all(is_done for *_, is_done in places):
        return now
    if any(is_done or kept(i, j) is None for i, j, _, _, is_done in places):
        return None
    for i, j, k, m, _ in reversed(places):
        start = kept(i, j) or 0
        present[start : start + j - i] = after[k:m]
    return "\n".join(present) + ("\n" if now[-1:] in ("\r", "\n") else "")


def _mapped(one: list[str], other: list[str]) -> Any:
    """From a region of `one`'s lines to its first line in `other`, when the region stands there whole."""
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()

    def place(start: int, end: int) -> int | None:
        return next((b + start - a for a, b, size in blocks if size and a <= start and end <= a + size), None)

    return place
