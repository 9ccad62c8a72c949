"""`rope:` a refactoring of rope over the whole target: planned once, in a worker, on a copy; then told file by file.

The copy holds the target's Python files as they lie on the disk. rope is asked what it would change, and never to change it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.adapters import rope_ask, rope_judge, rope_mentions, rope_modules
from engine.adapters.contain import contained, unwarned
from engine.adapters.load import Code
from engine.adapters.rope_files import Refactored
from engine.adapters.rope_files import run as run  # noqa: PLC0414
from engine.adapters.rope_options import operation
from engine.gates import comment_counts
from engine.hunks import line_hunks, lines_of
from engine.model import RefusedFile, RewrightError
from engine.source import Source


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
    sources, unread = _readable(files)
    kind, name = operation(options)
    with tempfile.TemporaryDirectory(prefix="rewright-rope-") as folder:
        _copy(folder, {path: source.data.removeprefix(source.bom) for path, source in sources.items()})
        found: tuple[str, tuple[str, ...]] = _asked(folder, options, rope_ask.holder)
        place = "" if found[1] else found[0]
        case = rope_judge.opened(sources, options, found)
        shown: dict[str, str] = {}
        if place:
            shown = rope_modules.imported(sources, place, options)
        elif case.place and case.goal:
            shown = rope_modules.imported_name(sources, case.place[0], name, case.to, (case.place[0], case.goal))
        _copy(folder, {path: text.encode(sources[path].encoding) for path, text in shown.items()})
        done = _asked(folder, options, lambda project, said: rope_ask.changes(project, said, case))
        if done is None:
            return Refactored({}, tuple(unread), "")
    changed, moves = _told(done, sources, unread)
    holder, module = (place, name) if place or case.place is None else (case.place[0], case.module)
    made = {
        path: text
        for path, text in {**shown, **changed}.items()
        if not (holder and rope_modules.beside_copy(path, sources, holder, module))
    }
    undecoded = {path: files[path].decode("latin-1") for path in unread}
    if place:
        rope_judge.require_module(case, made, moves)
        notes = _notes(name, sources, made, undecoded)
    else:
        made = rope_judge.finished(case, made)
        after = rope_judge.require_sound(case, made)
        notes = rope_judge.notes(case, after, undecoded) if after is not None else ()
    both = {path: (sources[path].text, text) for path, text in made.items()}
    texts = {path: pair for path, pair in both.items() if list(line_hunks(*map(lines_of, pair)))}
    comments = _comments(sources, texts) if kind in ("move", "inline") and not place else {}
    return Refactored(texts, tuple(unread), done.description.strip(), moves, notes, comments)


def _comments(sources: Mapping[str, Source], texts: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Path to the comments that leave it and come to another file; without those that come to none."""
    left, come = dict[str, Counter[str]](), Counter[str]()
    for path, (old, new) in sorted(texts.items()):
        now = Source.of_text(sources[path], new)
        if now.parses and "#" in old:
            was, there = comment_counts(sources[path]), comment_counts(now)
            left[path] = was - there
            come += there - was
        elif now.parses:
            come += comment_counts(now)
    found = {}
    for path, lost in left.items():
        kept = lost & come
        come -= kept
        found[path] = tuple(kept.elements())
    return {path: comments for path, comments in found.items() if comments}


def _notes(
    name: str, sources: Mapping[str, Source], made: Mapping[str, str], unread: Mapping[str, str]
) -> tuple[rope_judge.Note, ...]:
    """The files that say a module's old name still."""
    after = {path: source.text for path, source in sources.items()} | dict(made) | dict(unread)
    files = sorted(path for path, text in after.items() if rope_mentions.dotted(name).search(text))
    where = "its old name stands on, in strings, comments or files that were not read, in"
    return (("old-name", rope_judge.somewhere(where, files)),) if files else ()


def _copy(folder: str, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        place = Path(folder, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _asked(folder: str, options: Mapping[str, Any], question: Callable[[Any, Mapping[str, Any]], Any]) -> Any:
    """The answer to a question about rope's project. Raises RewrightError for what rope does not do."""
    from rope.base.exceptions import RopeError
    from rope.base.project import Project as RopeProject

    kind, name = operation(options)
    with contained():
        project = RopeProject(folder, ropefolder=None, save_objectdb=False, automatic_soa=False)
        try:
            return question(project, options)
        except (RopeError, AssertionError) as error:  # it asserts that no call has a `**`
            why = str(error) or "it gives up, perhaps on a call with * or **"
            raise RewrightError(f"rope cannot {kind.replace('_', ' ')} {name}: {why}") from error
        finally:
            project.close()


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


def _told(done: Any, sources: Mapping[str, Source], unread: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Path to new text, and old to new path. RewrightError for a change that makes or deletes files."""
    from rope.base.change import ChangeContents, ChangeSet, MoveResource

    texts: dict[str, str] = {}
    moves: dict[str, str] = {}
    for one in done.changes:
        if isinstance(one, ChangeSet):
            more, further = _told(one, sources, unread)
            texts.update(more)
            moves.update(further)
        elif isinstance(one, ChangeContents) and one.resource.path in sources:
            texts[one.resource.path] = one.new_contents
        elif isinstance(one, MoveResource):
            moves.update(rope_modules.places(one.resource.path, one.new_resource.path, sources, unread))
        else:
            raise RewrightError(f"rope would {one}; a plan can rewrite and move files, and not do that")
    return texts, moves
