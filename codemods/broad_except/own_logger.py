"""The fact `own-logger`: the classes whose objects have `self.logger` from their `__init__` on, base classes included.

A method may only use it when no path through `__init__` reaches that method earlier. So `__init__` is read as events, in
order, up to the assignment: calls of own methods are followed, as is `super().__init__()`; a call that is handed the
object, or a bound method of it, may do anything. Only statements that always run count as assignments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codemods.broad_except.sites import FUNCTIONS, last_name
from engine import Fact, Project, Source, every_node

NAME = "own-logger"
HINTS = rb"\bself\.logger\b|\bclass\s+\w+\s*\("

# What, the attribute's name, the last line of its statement. "maybe" is a call that may not run.
Event = tuple[Literal["set", "super", "call", "maybe", "ref", "risky"], str, int]
End = Literal["set", "clean", "risky"]
Key = tuple[str, str]  # path, class

_MAKES = re.compile(r".*log", re.I)
_HARMLESS = frozenset({"getattr", "hasattr", "setattr", "isinstance", "type", "id", "super", "repr", "str", "format"})
_EMPTY_BASES = frozenset(
    {"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "threading.Thread", "builtins.Exception", "enum.Enum"}
)


@dataclass(frozen=True, slots=True)
class ClassShape:
    """One class. `bases`: dotted names, `.Name` for one of the same file, `?` for anything else."""

    name: str
    bases: tuple[str, ...]
    methods: Mapping[str, tuple[Event, ...] | None]  # None: nothing of this class's `__init__` comes here
    in_body: bool  # `logger = ...` in the class body
    spoils: bool  # stores something else in self.logger, or deletes it


def scan(source: Source) -> tuple[ClassShape, ...] | None:
    """The classes of a file; None when there is none. Two of one name are left out."""
    classes = source.statements(ast.ClassDef)
    names = [node.name for node in classes]
    return tuple(_shape(source, node) for node in classes if names.count(node.name) == 1) or None


def _shape(source: Source, node: ast.ClassDef) -> ClassShape:
    bases = tuple(source.names.qualified(base) or "?" for base in node.bases)
    own = {base.rpartition(".")[2] for base in bases}
    functions = {part.name: part for part in node.body if isinstance(part, FUNCTIONS)}
    events: dict[str, tuple[Event, ...]] = {}
    pending = ["__init__"]
    while pending:
        name = pending.pop()
        if name in functions and name not in events:
            events[name] = tuple(_events(functions[name], own))
            pending += [called for what, called, _ in events[name] if what in ("call", "maybe")]
    methods = {name: events.get(name) for name in functions}
    in_body = any(
        isinstance(part, ast.Assign) and last_name(part.targets[0]) == "logger" and _makes(part.value) for part in node.body
    )
    return ClassShape(node.name, bases, methods, in_body, _spoils(source, node))


def _makes(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and bool(_MAKES.match(last_name(value.func)))


def _is_slot(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "logger" and last_name(node.value) == "self"


def _spoils(source: Source, node: ast.ClassDef) -> bool:
    if "self.logger" not in source.segment(node):
        return False
    for part in every_node(node):
        if isinstance(part, (ast.Assign, ast.AnnAssign)):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if any(_is_slot(target) for target in targets) and not (part.value is None or _makes(part.value)):
                return True
        elif isinstance(part, ast.Delete) and any(_is_slot(target) for target in part.targets):
            return True
    return False


def _events(function: ast.AST, bases: set[str]) -> Iterator[Event]:
    """What happens to the object in a method, up to the first statement that surely sets its logger."""
    left = False  # may the method have returned by now?
    for statement in function.body:  # type: ignore[attr-defined]
        line = statement.end_lineno
        called: set[int] = set()
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                called.add(id(node.func))
                always = not left and getattr(statement, "value", None) is node
                yield from ((what, name, line) for what, name in _of_call(node, always, bases))
            elif isinstance(node, ast.Attribute) and id(node) not in called and _is_self(node.value):
                yield "ref", node.attr, line
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        stores = any(target is not None and _is_slot(target) for target in targets)
        if not left and stores and _makes(getattr(statement, "value", None)):
            yield "set", "", line
            return
        left = left or any(isinstance(node, ast.Return) for node in every_node(statement))


def _of_call(call: ast.Call, always: bool, bases: set[str]) -> Iterator[tuple[Any, str]]:
    func = call.func
    given = [part.value if isinstance(part, ast.keyword) else part for part in (*call.args, *call.keywords)]
    if isinstance(func, ast.Attribute) and func.attr == "__init__":
        named = len(bases) == 1 and last_name(func.value) in bases
        yield ("super" if (named or _is_super(func)) and always else "risky"), "__init__"
    elif isinstance(func, ast.Attribute) and _is_self(func.value):
        yield ("call" if always else "maybe"), func.attr
    elif _is_super(func) or (last_name(func) not in _HARMLESS and any(map(_is_self, given))):
        yield "risky", ""


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_super(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and last_name(func.value.func) == "super"


# -- the whole project -----------------------------------------------------------------


def combine(scanned: Mapping[str, Any], project: Project) -> dict[Key, str]:
    """Each class whose objects surely have the logger, and what sets it in its own `__init__`, as `is_set_by` takes it."""
    world = _World(scanned)
    return {key: setter for key in sorted(world.classes) if (setter := world.setter(key)) is not None}


def is_set_by(holder: ast.ClassDef, init: ast.AST, setter: str, line: int) -> bool:
    """In the class's `__init__`, as the file has it now, is the statement that sets the logger above a line (1-based)?"""
    if not setter:
        return True
    events = _events(init, {last_name(base) for base in holder.bases})
    return next((last for what, name, last in events if f"{what} {name}" == setter), line) < line


class _World:
    """All classes, and who derives from whom."""

    def __init__(self, scanned: Mapping[str, Any]) -> None:
        self.classes: dict[Key, ClassShape] = {(path, one.name): one for path, shapes in scanned.items() for one in shapes}
        self.by_name: dict[str, list[Key]] = {}
        for key in self.classes:
            self.by_name.setdefault(key[1], []).append(key)
        self.bases = {key: [self._base(key[0], base) for base in shape.bases] for key, shape in self.classes.items()}
        self.derived: dict[Key, set[Key]] = {}
        for key in self.classes:
            for above in self.line_of(key)[1:]:
                if above is not None:
                    self.derived.setdefault(above, set()).add(key)

    def _base(self, path: str, base: str) -> Key | str | None:
        """A class of the project, "" for one that does nothing, None when nobody knows."""
        if base in _EMPTY_BASES:
            return ""
        module, _, name = base.rpartition(".")
        if not module and base.startswith("."):
            return (path, name) if (path, name) in self.classes else None
        folder = module.lstrip(".").replace(".", "/")
        for place in (f"{folder}.py", f"{folder}/__init__.py"):
            if (place, name) in self.classes:
                return place, name
        found = self.by_name.get(name, [])
        return found[0] if len(found) == 1 else None

    def line_of(self, key: Key) -> list[Key | None]:
        """The class and what it derives from, in the order in which attributes are looked up (roughly); None: unknown."""
        order: list[Key | None] = []
        stack: list[Key | str | None] = [key]
        while stack:
            one = stack.pop()
            if one == "" or one in order:
                continue
            order.append(one if isinstance(one, tuple) else None)
            stack.extend(reversed(self.bases[one]) if isinstance(one, tuple) else ())
        return order

    def setter(self, key: Key) -> str | None:
        """What sets the logger; empty when the class body or an inherited `__init__` does; None when nothing does for sure."""
        order = self.line_of(key)
        known = [one for one in order if one is not None]
        if any(self.classes[one].spoils for one in known) or any(self._forgets(one) for one in self.derived.get(key, ())):
            return None
        if any(self.classes[one].in_body for one in known[:1]):
            return ""
        own = self.classes[key].methods.get("__init__")
        if own is None:
            return "" if self._run(order, 1, "__init__", 0) == "set" else None
        for event in own:
            end = self._event(order, 0, event, 0)
            if end != "clean":
                return f"{event[0]} {event[1]}" if end == "set" else None
        return None

    def _forgets(self, key: Key) -> bool:
        """Does a derived class have an `__init__` that neither calls another nor sets the logger?"""
        own = self.classes[key].methods.get("__init__")
        return own is not None and not any(what == "set" or name == "__init__" for what, name, _ in own)

    def _run(self, order: list[Key | None], start: int, method: str, depth: int) -> End:
        """How a method, looked for from `start` on in the line of classes, leaves the object's logger."""
        for index, one in enumerate(order[start:], start):
            if one is None or depth > 20:
                return "risky"
            if method in self.classes[one].methods:
                events = self.classes[one].methods[method]
                if events is None:
                    return "risky"
                ends = (self._event(order, index, event, depth + 1) for event in events)
                return next((end for end in ends if end != "clean"), "clean")
        return "clean" if method == "__init__" else "risky"

    def _event(self, order: list[Key | None], index: int, event: Event, depth: int) -> End:
        what, name, _ = event
        if what == "super":
            return self._run(order, index + 1, "__init__", depth + 1)
        if what in ("call", "maybe"):
            if order[0] is not None and any(name in self.classes[one].methods for one in self.derived.get(order[0], ())):
                return "risky"
            end = self._run(order, 0, name, depth + 1)
            return "clean" if end == "set" and what == "maybe" else end
        if what == "ref":
            known = [one for one in order if one is not None]
            return "risky" if any(name in self.classes[one].methods for one in known) else "clean"
        return "set" if what == "set" else "risky"


FACT = Fact(NAME, version=1, hints=HINTS, scan=scan, combine=combine)
