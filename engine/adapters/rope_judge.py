"""What a rule asks of rope, judged by our own tables: before it is asked, and once it has said what it would change.

rope resolves much, and not everything: it leaves out aliases, merges names and forgets annotations. What would make a word of the
target mean something else is refused with a sentence. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.adapters import rope_calls, rope_loops, rope_mentions, rope_moved, rope_quoted, rope_renamed, rope_signature
from engine.adapters.rope_inline import Body, wanted
from engine.adapters.rope_inlined import require_inlined
from engine.adapters.rope_options import operation
from engine.adapters.rope_said import speaking
from engine.adapters.rope_scopes import cut, exports
from engine.adapters.rope_signature import Signature
from engine.adapters.rope_world import Place, World
from engine.edits import apply_edits
from engine.model import Edit, RefusedFile, RewrightError
from engine.source import Source
from engine.words import some

Note = tuple[str, str]  # a check's name and what is to be said of it


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked for, with the target as it is. `place`: of the name; None for a module, or when the name is not there."""

    kind: str
    name: str
    to: str
    world: World
    place: Place | None = None
    goal: str = ""  # the file that a name moves to
    family: Mapping[Place, object] = field(default_factory=dict)  # the places that a rename changes
    signature: Signature | None = None
    body: Body | None = None  # what stands for a name that is inlined

    @property
    def last(self) -> str:
        """The name without what lies around it."""
        return self.name.rpartition(".")[2]

    @property
    def module(self) -> str:
        """The dotted name of the module that holds the name."""
        return ".".join(self.name.split(".")[: -len(re.split("[.:]", self.place[1]))]) if self.place else ""


def opened(sources: Mapping[str, Source], options: Mapping[str, object], holder: tuple[str, Sequence[str]]) -> Case:
    """The case of a rule. `holder`: the file in which rope finds the name, and the parts of it there; ("", ()): rope finds none.

    Raises RewrightError for what could only go wrong.
    """
    kind, name = operation(options)
    said: Mapping[str, object] = options["rope"]  # type: ignore[assignment]
    world = World(sources)
    to = str(said.get("to", ""))
    place = _place(world, *holder)
    case = Case(kind, name, to, world, place)
    if place is None:
        return case
    if kind == "rename":
        rope_renamed.require_free(world, place, to)
        return replace(case, family=rope_renamed.family(world, place) or {place: None})
    if kind == "move":
        goal = world.module(to, place[0])
        if goal in sources and goal != place[0]:
            rope_moved.require_movable(world, place, goal)
        return replace(case, goal=goal)
    if kind == "change_signature":
        return _signed(case, options)
    return replace(case, body=wanted(world, place, name))


def _place(world: World, path: str, parts: Sequence[str]) -> Place | None:
    """Where rope finds it; None where nothing of that name is bound, or it is only imported."""
    if path not in world.sources or not parts:
        return None
    inner = ""
    for part in parts[:-1]:
        scope = world.scope((path, inner))
        if scope is None:
            return None
        inner = world.place(world.sources[path], part, scope)[1]
    scope = world.scope((path, inner))
    if scope is None or not (parts[-1] in scope.bindings or (scope.is_class and world.defines(scope, parts[-1]))):
        return None
    found = scope.bindings.get(parts[-1], [])
    if found and all(one.target for one in found):
        return None
    return world.place(world.sources[path], parts[-1], scope)


def _signed(case: Case, options: Mapping[str, object]) -> Case:
    world, place = case.world, case.place
    assert place is not None
    scope = world.scope(place)
    if scope is not None and scope.is_class and "__init__" in scope.bindings:
        place = (place[0], f"{place[1]}.__init__")
        scope = world.scope(place)
    if scope is None or scope.is_class:
        return case
    others = [where for where in rope_renamed.family(world, place) if where != place]
    if others and place[1].rpartition(".")[2] != "__init__":
        raise RewrightError(
            f"rope: {case.name} cannot be changed alone: {rope_renamed.spoken(frozenset(others[:1]))} stands in for it, or it "
            "for that; change both yourself"
        )
    asked = rope_signature.wanted(world, place, options)
    if not asked.kept_in_order:
        rope_calls.require_known_calls(world, speaking(world, asked.name), asked)
    return replace(case, place=place, signature=asked)


# -- what came out -------------------------------------------------------------------------


def finished(case: Case, texts: Mapping[str, str]) -> dict[str, str]:
    """Path to new text: rope's, and what rope leaves undone: a function's header, `super().name`, names in `__all__`.

    Raises RewrightError where that could not be judged.
    """
    made = dict(texts)
    if case.place is None or (case.kind == "move" and not case.goal):
        raise RewrightError(
            f"rope: nobody but rope sees where {case.name} is, or is to be; write it another way, or change it yourself"
        )
    if case.signature is not None:
        for path in speaking(case.world, case.signature.name) if case.signature.of_module else ():
            made[path] = rope_calls.rewritten(case.world, path, case.signature)
        path = case.place[0]
        source = case.world.sources[path]
        now = Source.of_text(source, made.get(path, source.text))
        made[path] = rope_signature.with_header(now, source, case.signature)
    if case.kind == "rename":
        for path in speaking(case.world, case.last):
            source = case.world.sources[path]
            now = Source.of_text(source, made.get(path, source.text))
            if now.parses:
                meaning = frozenset(case.family)
                edits = rope_renamed.righted(case.world, source, now, meaning, case.to)
                quoted = rope_quoted.renamed(case.world, source, now, meaning, case.to)
                made[path] = apply_edits(now.text, [*_exported(case, source, now), *edits, *quoted])
    if case.kind == "move":
        made = {path: rope_moved.trimmed(case.world.sources[path].text, text) for path, text in made.items()}
    return {path: text for path, text in made.items() if text != case.world.sources[path].text}


def _exported(case: Case, source: Source, now: Source) -> Iterator[Edit]:
    """The name in `__all__` of a module that has it."""
    if "__all__" in source.text and case.place in case.world.member(source.path, case.last):
        for one in exports(now.tree):
            if one.value == case.last:
                yield now.edit(now.start(one), now.end(one), now.segment(one).replace(case.last, case.to))


def require_sound(case: Case, texts: Mapping[str, str]) -> World | None:
    """The target with these new texts. Raises RewrightError for what would not be as it was.

    None where a new text does not parse or cannot be encoded: the gates see that, and say it better.
    """
    world, place = case.world, case.place
    try:
        changed = {path: Source.of_text(world.sources[path], text) for path, text in texts.items()}
    except RefusedFile:
        return None
    if not all(one.parses for one in changed.values()):
        return None
    after = World({**world.sources, **changed})
    assert place is not None
    paths = {*speaking(world, case.last), *changed}
    if case.kind == "rename":
        to = rope_renamed.follow({one: (one[0], one[1].removesuffix(case.last) + case.to) for one in case.family})
        rope_renamed.require_renamed(world, after, {*paths, *speaking(world, case.to)}, to, case.name)
    elif case.kind == "move":
        _require_moved(case, after, paths, changed)
    elif case.kind == "change_signature" and case.signature is not None:
        rope_calls.require_calls(world, after, paths, case.signature)
    elif case.body is not None:
        require_inlined(world, after, paths, changed, case.body, case.name)
    return after


def _require_moved(case: Case, after: World, said_in: Collection[str], changed: Collection[str]) -> None:
    world, place = case.world, case.place
    assert place is not None
    new = (case.goal, place[1])
    to = rope_renamed.follow({place: new})
    lost = {
        name
        for path in changed
        for name in world.sources[path].names.module.bindings.keys() - after.sources[path].names.module.bindings.keys()
    }
    paths = {*said_in, *(speaking(world, *lost) if lost else ())}
    both = frozenset({place[0], case.goal})
    rope_moved.require_imports(world, after, paths, case.name)
    groups = [(frozenset({path}), frozenset({path})) for path in paths if path not in both]
    rope_moved.require_moved(world, after, [*groups, (both, both)], to, case.name)
    rope_moved.require_kept(world, after, changed, place)
    rope_moved.require_steady(world, after, place[0], case.goal, case.name)
    rope_moved.require_order(after, case.goal, place[1])
    rope_loops.require_no_new_loop(world, after, changed, case.name)


def require_module(case: Case, texts: Mapping[str, str], moves: Mapping[str, str]) -> None:
    """Raises RewrightError where, once a module or package is moved, a file would mean something else."""
    sources, after = case.world.sources, dict[str, Source]()
    try:
        for path, source in sources.items():
            new = moves.get(path, path)
            kept = new == path and path not in texts
            after[new] = source if kept else Source(new, source.encode(texts.get(path, source.text)))
    except RefusedFile:
        return
    paths = {*texts, *moves, *speaking(case.world, case.last)}
    if all(after[moves.get(path, path)].parses for path in paths):
        for path in texts.keys() - moves.keys():
            rope_moved.require_outward(sources[path], after[path])
        groups = [(frozenset({path}), frozenset({moves.get(path, path)})) for path in paths]
        to = rope_renamed.follow({(old, ""): (new, "") for old, new in moves.items()})
        rope_moved.require_moved(case.world, World(after), groups, to, case.name)


def notes(case: Case, after: World, unread: Mapping[str, str]) -> tuple[Note, ...]:
    """What nobody could tell, as evidence."""
    if case.place is None or case.kind == "inline":
        return ()
    path, inner = case.place
    around, _ = cut(inner)
    found: list[Note] = []
    if case.kind != "change_signature":
        texts = rope_mentions.in_texts(after, unread, case.name, (path, around))
        found.append(("old-name", somewhere(f"{case.name} stands on in texts, in", texts)))
    if around and ":" not in inner:
        unsure = rope_mentions.unsure(after, case.last)
        found.append(("unsure", somewhere(f"nobody can tell whether {case.last} is it, in", unsure)))
    if case.signature is not None:
        uses = rope_mentions.passed_on(after, speaking(after, case.signature.name), case.signature.place)
        found.append(("passed-on", somewhere("it is passed on, and called from who knows where, in", uses)))
    return tuple(note for note in found if note[1])


def somewhere(what: str, places: Sequence[str]) -> str:
    """`what: place, place and 3 more`; empty without places."""
    return f"{what}: {some(places, 5)}" if places else ""
