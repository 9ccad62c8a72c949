"""`rope:` a refactoring of rope over the whole target: planned once, in a worker, on a copy; then told file by file.

The copy holds the target's Python files as they lie on the disk. rope is asked what it would change, and never to change it.
"""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.adapters import rope_ask, rope_judge, rope_modules
from engine.adapters.contain import contained, unwarned
from engine.adapters.load import Code
from engine.adapters.rope_options import operation
from engine.adapters.tool import Item, top
from engine.codemod import fact_name
from engine.hunks import Hunk, hunks, line_hunks, lines_of
from engine.model import Applicability, Change, Evidence, RefusedFile, RewrightError, Skip
from engine.project import Project
from engine.source import Source

_PLACE = re.compile(r"\b__(?:file|package|path|spec)__\b")


@dataclass(frozen=True, slots=True)
class Refactored:
    """What rope would do: path to the text before and after, and the files that it could not read.

    `moves`: old to new path. `named`: files in which the module's old name stands on, in strings or comments, or not read.
    """

    texts: Mapping[str, tuple[str, str]]
    unread: tuple[str, ...]
    message: str
    moves: Mapping[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    notes: tuple[rope_judge.Note, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """Every file that changes or moves."""
        return frozenset(self.texts) | frozenset(self.moves)


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
        place = _asked(folder, options, _place_of) if kind in ("move", "rename") else ""
        case = rope_judge.opened(sources, options, ("", ()) if place else _asked(folder, options, rope_ask.holder))
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
    notes: tuple[rope_judge.Note, ...] = ()
    if place:
        rope_judge.require_module(case, made, moves)
    else:
        made = rope_judge.finished(case, made)
        after = rope_judge.require_sound(case, made)
        notes = rope_judge.notes(case, after, undecoded) if after is not None else ()
    both = {path: (sources[path].text, text) for path, text in made.items()}
    texts = {path: pair for path, pair in both.items() if list(line_hunks(*map(lines_of, pair)))}
    return Refactored(
        texts, tuple(unread), done.description.strip(), moves, _named(name, sources, texts, undecoded) if moves else (), notes
    )


def _named(
    name: str, sources: Mapping[str, Source], texts: Mapping[str, tuple[str, str]], unread: Mapping[str, str]
) -> tuple[str, ...]:
    """The files that say a dotted name still."""
    old_name = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    after = {path: texts[path][1] if path in texts else source.text for path, source in sources.items()} | dict(unread)
    return tuple(sorted(path for path, text in after.items() if old_name.search(text)))


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


def _place_of(project: Any, options: Mapping[str, Any]) -> str:
    """The path of the module or package that is named; empty for anything else."""
    module = rope_modules.find(project, operation(options)[1])
    return module.path if module is not None else ""


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


# -- file by file -----------------------------------------------------------------------


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> list[Item]:
    """This file's part of the refactoring. Rules before this one may have changed other lines of it."""
    fact: Refactored = project.facts[fact_name("rope", options)]
    if source.path not in fact.paths:
        return []
    old, new = fact.texts.get(source.path, (source.text, source.text))
    text = _carried(old, new, source.text)
    if text is None:
        where = Source.of_text(source, old)
        site = hunks(where, new)[0].site(where)
        message = "a rule before this one changed the lines that rope would change; put the rope rule first"
        return [Skip(site if site.line <= len(source.line_starts) else top(source), "changed-before", message)]
    found = hunks(source, text)
    return [_change(source, found, fact, options)] if found or source.path in fact.moves else []


def _change(source: Source, found: list[Hunk], fact: Refactored, options: Mapping[str, Any]) -> Change:
    moves_to = fact.moves.get(source.path, "")
    evidence = [
        Evidence("rope", "unknown", f"{len(fact.paths)} files change together{_some('not read, so not changed', fact.unread)}")
    ]
    if fact.named:
        said = _some("its old name stands on, in strings, comments or files that were not read, in", fact.named).removeprefix(
            "; "
        )
        evidence.append(Evidence("old-name", "unknown", said))
    evidence += [Evidence(check, "unknown", detail) for check, detail in fact.notes]
    if moves_to and (seen := sorted(set(_PLACE.findall(source.text)))):
        evidence.append(Evidence("place", "unknown", f"it looks at where it is: {', '.join(seen)}"))
    return Change(
        top(source) if moves_to else found[0].site(source),
        f"rope: {fact.message}",
        Applicability(options["applicability"]),
        tuple(edit for hunk in found for edit in hunk.edits),
        tuple(hunk.span for hunk in found),
        evidence=tuple(evidence),
        group=" ".join(("rope", *operation(options))) if moves_to or len(fact.paths) > 1 else "",
        group_size=len(fact.paths),
        moves_to=moves_to,
    )


def _some(what: str, paths: Sequence[str]) -> str:
    """`; what: path, path and 3 more`; empty without paths."""
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"; {what}: {', '.join(paths[:5])}{more}" if paths else ""


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
