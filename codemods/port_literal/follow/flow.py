"""Values followed from birth to use: terms evaluated, inside a file and across files.

No order of execution across functions: an attribute is everything that is assigned to it, a parameter everything that
some caller gives and its default. So a use gets every number that may arrive, and perhaps one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from codemods.port_literal.follow.calling import Calling
from codemods.port_literal.follow.lookups import Lookups
from codemods.port_literal.follow.meanings import (
    Bound,
    ClassKey,
    Elements,
    Flags,
    Frame,
    Instance,
    Named,
    Num,
    Shown,
    Socket,
    Str,
    Unk,
    Value,
)
from codemods.port_literal.follow.texts import added, as_text, joined, named
from codemods.port_literal.follow.world import World, dotted_of
from codemods.port_literal.registered import looked_up
from codemods.port_literal.scan import terms as t

_DEEPEST = 40
_MOST = 48  # values of one expression
_PARSED = frozenset({"parse_args", "parse_known_args"})


class Flow:
    """Evaluates terms of one world. Keeps what it found."""

    def __init__(self, world: World, numbers: Mapping[str, int] | None = None) -> None:
        self.world = world
        self.numbers = numbers or {}  # the ports that get_port looks up, by name
        self.calling = Calling(self)
        self.lookups = Lookups(self)
        self._known: dict[tuple[int, Frame], tuple[Value, ...]] = {}
        self._active: set[tuple[int, Frame]] = set()
        self._kept: list[t.Term] = []  # terms made here: their identity is a key
        self._depth = 0
        self._kinds: dict[type, Callable[[Any, Frame], Iterable[Value]]] = {
            t.Number: self._number, t.Text: self._text, t.Choice: self._choice, t.Param: self._param, t.Global: self._global,
            t.This: self._this, t.Attr: self._attr, t.Item: self.lookups.item, t.Get: self.lookups.get, t.Env: self._env,
            t.Add: self._add, t.Join: self._join, t.Each: self.lookups.each,
            t.Display: self._display, t.Call: self._call, t.Unknown: self._unknown,
        }  # fmt: skip

    def values(self, term: t.Term, frame: Frame) -> tuple[Value, ...]:
        """Everything that a term may be; never empty but inside a circle."""
        key = (id(term), frame)
        if key in self._known:
            return self._known[key]
        if key in self._active:
            return ()
        if self._depth > _DEEPEST:
            return (Unk("...", "the value comes from too far away to follow"),)
        self._active.add(key)
        self._depth += 1
        found = tuple(dict.fromkeys(self._kinds[type(term)](term, frame)))[:_MOST]
        self._depth -= 1
        self._active.discard(key)
        self._known[key] = found
        return found

    def keep(self, term: t.Term) -> t.Term:
        """A term made while evaluating."""
        self._kept.append(term)
        return term

    def all(self, elements: Elements) -> list[Value]:
        return [value for term, frame in elements for value in self.values(term, frame)]

    # -- leaves ------------------------------------------------------------------------

    def _number(self, term: t.Number, frame: Frame) -> Iterable[Value]:
        return (Num(term.value, ((frame.path, term.birth),) if term.birth >= 0 else ()),)

    def _text(self, term: t.Text, frame: Frame) -> Iterable[Value]:
        return (Str(term.value, ((frame.path, term.birth),) if term.birth >= 0 else ()),)

    def _unknown(self, term: t.Unknown, _: Frame) -> Iterable[Value]:
        absent = term.text in ("None", "False", "''")
        reason = "the port is None until somebody gives it" if absent else f"the port is computed here ({term.text})"
        return (Unk(term.text, term.reason or reason),)

    def _this(self, term: t.This, frame: Frame) -> Iterable[Value]:
        return (Instance(frame.cls or (frame.path, term.owner), frame.bound),)

    def _display(self, term: t.Display, frame: Frame) -> Iterable[Value]:
        return (Shown(term, frame),)

    def _choice(self, term: t.Choice, frame: Frame) -> Iterable[Value]:
        return [value for option in term.options for value in self.values(option, frame)]

    def _env(self, term: t.Env, frame: Frame) -> Iterable[Value]:
        reason = f"the port comes from the environment variable {term.name}, which has no default here"
        found = self.values(term.default, frame) if term.default is not None else ()
        return [named(one, term.name) if not isinstance(one, Unk) else Unk(term.name, reason) for one in found] or (
            Unk(term.name, reason),
        )

    # -- names -------------------------------------------------------------------------

    def _param(self, term: t.Param, frame: Frame) -> Iterable[Value]:
        return self.calling.parameter(term, frame)

    def _global(self, term: t.Global, frame: Frame) -> Iterable[Value]:
        return self._dotted(term.name, frame) or (Named(self._outside(term.name, frame)),)

    def _outside(self, dotted: str, frame: Frame) -> str:
        root, dot, rest = dotted.partition(".")
        file = self.world.files.get(frame.path)
        return (file.imports.get(root, root) if file else root) + dot + rest

    def _dotted(self, dotted: str, frame: Frame) -> list[Value]:
        ref = self.world.resolve(frame.path, dotted)
        if ref is None or ref.kind != "variable":
            return [Named(f"{ref.path}:{ref.name}")] if ref is not None else []
        found = self.all([(one, Frame(ref.path)) for one in self.world.files[ref.path].variables[ref.name]])
        return [named(one, ref.name) for one in found]

    def _attr(self, term: t.Attr, frame: Frame) -> Iterable[Value]:
        dotted = dotted_of(term)
        if dotted:
            found = self._dotted(dotted, frame)
            if found:
                return found
            owner = self.world.resolve(frame.path, dotted.rpartition(".")[0])
            if owner is not None and owner.kind == "class":
                return self.attribute((owner.path, owner.name), term.name, None)
        values: list[Value] = []
        for base in self.values(term.base, frame):
            if isinstance(base, Instance):
                values.extend(self.attribute(base.cls, term.name, base.bound))
            elif isinstance(base, Flags):
                values.extend(self.flag(base.path, term.name))
            elif isinstance(base, Named):
                values.append(Named(f"{base.name}.{term.name}"))
            else:
                text = base.text if isinstance(base, Unk) else "..."
                unknown = Unk(f"{text}.{term.name}", _reason(base, text, term.name))
                values.extend(self._loose_flag(frame.path, term.name) or [unknown])
        return values

    def attribute(self, cls: ClassKey, name: str, bound: Bound | None) -> list[Value]:
        """What an attribute of an instance of this class may be: in its own code and in its bases'."""
        found: Elements = []
        in_body = False
        for path, owner in self.world.order(cls):
            for function, term in self.world.ports_of((path, owner)).attributes.get(name, ()):
                if function or not in_body:
                    found.append((term, Frame(path, cls, bound)))
                    in_body = in_body or not function
        given = self.calling.field(cls, name, bound)
        if given:
            return given
        values = self.all(found)
        if not found:
            method = self.world.method(cls, name)
            if method is not None:
                return self.all([(one, Frame(method[0][0], cls, bound)) for one in method[1].returns])
            values = self._loose_flag(cls[0], name)
        return values or [Unk(f"self.{name}", f"no code that can be read sets {cls[1]}.{name}")]

    def flag(self, path: str, name: str) -> list[Value]:
        """What a command-line flag may be when it is not given."""
        found = self.world.files[path].flags.get(name, ())
        return self.all([(one, Frame(path)) for one in found]) or [Unk(f"args.{name}", f"no flag gives args.{name} a default")]

    def _loose_flag(self, path: str, name: str) -> list[Value]:
        return self.all([(one, Frame(path)) for one in self.world.files[path].flags.get(name, ())])

    # -- operations --------------------------------------------------------------------

    def _add(self, term: t.Add, frame: Frame) -> Iterable[Value]:
        left, right = self.values(term.left, frame), self.values(term.right, frame)
        return [added(one, other, term.sign) for one in left for other in right][:_MOST]

    def _join(self, term: t.Join, frame: Frame) -> Iterable[Value]:
        found = [Str("")]
        for part in term.parts:
            pieces = [as_text(one) for one in self.values(part, frame)] or [Str("{...}")]
            found = [joined(one, piece) for one in found for piece in dict.fromkeys(pieces)][:_MOST]
        return found

    def _call(self, term: t.Call, frame: Frame) -> Iterable[Value]:
        function = term.function
        if isinstance(function, t.Attr):
            if function.name == "socket" and dotted_of(function) != "socket.socket" and term.args:
                kinds = [one.name.rpartition(".")[2] for one in self.values(term.args[0], frame) if isinstance(one, Named)]
                return [Socket(kind) for kind in kinds] or [Socket("")]
            if function.name in _PARSED:
                return (Flags(frame.path),)
        if dotted_of(function) in ("socket.socket", "socket") and self._outside("socket", frame).startswith("socket"):
            return (Socket(""),)
        port = looked_up(term, self._outside(dotted_of(function), frame), self.numbers)
        return self._number(port, frame) if port.value else self.calling.result(term, frame)


def _reason(base: Value, text: str, name: str) -> str:
    if isinstance(base, Unk) and base.text == "args":
        return f"no flag gives {text}.{name} a default"
    if text == "...":
        return f"the port is an attribute {name} of a value that is not known here"
    return f"the port is {name} of {text}, which this code does not show"
