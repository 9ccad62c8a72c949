"""Parameters and results: what callers give, what functions return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from codemods.port_literal.follow.meanings import Bound, ClassKey, Frame, Instance, Num, Ref, Str, Unk, Value
from codemods.port_literal.follow.world import World, dotted_of, is_super
from codemods.port_literal.scan import terms as t
from codemods.port_literal.scan import words
from codemods.port_literal.scan.terms import CallSite, FunctionPorts

if TYPE_CHECKING:
    from codemods.port_literal.follow.flow import Flow

_ADDRESS = frozenset({"address", "addr", "endpoint", "url", "uri", "connection"})
_FREE = frozenset({"free", "available", "unused", "random"})
_NESTED = 4  # calls inside calls
_MOST = 40  # call sites looked at


class Calling:
    """Follows arguments into functions and results out of them."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.world: World = flow.world

    def parameter(self, term: t.Param, frame: Frame) -> Iterable[Value]:
        """Everything that a parameter may be: what callers give, and its default."""
        function = self.world.function(frame.path, term.function)
        if function is None:
            return (Unk(term.name, f"the port is the parameter {term.name} of a function that cannot be read"),)
        bound = frame.bound
        if bound is not None and bound.function == (frame.path, term.function):
            given = self._given(bound.call, bound.frame, function, term.name, bound.skip)
            return given or self._default(function, term.name, frame)
        calls = self._callers(function, frame)
        each = [self._given(call, where, function, term.name, skip) for call, where, skip in calls]
        found = [value for given in each for value in given]
        is_init = function.name == f"{function.owner}.__init__"
        if is_init and calls and all(each) and self._below((frame.path, function.owner), frame.cls) is not None:
            return found  # the class below always gives it, so that the default never counts
        default = self._default(function, term.name, frame)
        known = [one for one in [*default, *found] if not isinstance(one, Unk)]
        return known or found or default

    def _default(self, function: FunctionPorts, name: str, frame: Frame) -> list[Value]:
        default = function.defaults.get(name)
        if default is not None:
            return list(self.flow.values(default, Frame(frame.path, frame.cls)))
        place = f"{function.name}()"
        return [Unk(name, f"the port is the parameter {name} of {place}, and no caller that can be read gives it")]

    def _given(self, call: t.Call, where: Frame, function: FunctionPorts, name: str, skip: int) -> list[Value]:
        """What one call gives to a parameter; empty when it gives nothing."""
        for keyword, value in call.keywords:
            if keyword == name:
                return list(self.flow.values(value, where))
        args = call.args[skip:]
        if name in function.parameters and function.parameters.index(name) < len(args):
            return list(self.flow.values(args[function.parameters.index(name)], where))
        if not call.starred:
            return []
        found: list[Value] = []
        for keyword, value in call.keywords:
            if keyword == "":
                spread = self.flow.keep(t.Get(value, name, None))
                found.extend(one for one in self.flow.values(spread, where) if not isinstance(one, Unk))
        return found

    def _callers(self, function: FunctionPorts, frame: Frame) -> list[tuple[t.Call, Frame, int]]:
        """The calls that may reach a function, with the frame of each and how many leading arguments are `self`."""
        method = function.name.rpartition(".")[2]
        if not function.owner or function.name != f"{function.owner}.{method}":
            sites = self.world.calls.get(Ref("function", frame.path, function.name), [])
            return [(site.call, self._frame(path, site, frame), 0) for path, site in sites[:_MOST]]
        cls = frame.cls or (frame.path, function.owner)
        if method == "__init__":
            return self._constructors((frame.path, function.owner), cls, frame)
        return self._method_calls(method, (frame.path, function.owner), cls, frame)

    def _frame(self, path: str, site: CallSite, frame: Frame) -> Frame:
        if not site.owner:
            return Frame(path)
        owner = (path, site.owner)
        return Frame(path, frame.cls if frame.cls and owner in self.world.order(frame.cls) else owner)

    def _constructors(self, owner: ClassKey, cls: ClassKey, frame: Frame) -> list[tuple[t.Call, Frame, int]]:
        """Who calls the constructor of `owner` when the instance is a `cls`: the next class below it, or who makes one."""
        below = self._below(owner, cls)
        if below is not None:
            sites = self.world.base_calls.get((below[0], f"{below[1]}.__init__"), [])
            here = Frame(below[0], cls, frame.bound)
            return [(site.call, here, 0 if _is_super_call(site.call) else 1) for site in sites]
        made = self.world.calls.get(Ref("class", *cls), [])
        return [(site.call, self._frame(path, site, Frame(path)), 0) for path, site in made[:_MOST]]

    def _below(self, owner: ClassKey, cls: ClassKey | None) -> ClassKey | None:
        """Of the classes between `cls` and its base `owner`, the nearest to `owner` with a constructor of its own."""
        order = self.world.order(cls) if cls is not None else ()
        between = order[: order.index(owner)] if owner in order else ()
        with_init = [one for one in between if self.world.function(one[0], f"{one[1]}.__init__") is not None]
        return with_init[-1] if with_init else None

    def _method_calls(self, method: str, owner: ClassKey, cls: ClassKey, frame: Frame) -> list[tuple[t.Call, Frame, int]]:
        order = self.world.order(cls)
        alone = self.world.owners.get(method, 0) == 1
        found = []
        for path, site in self.world.methods.get(method, [])[: _MOST * 20]:
            base = site.call.function.base if isinstance(site.call.function, t.Attr) else None
            if isinstance(base, t.This):
                other = (path, base.owner)
                if other in order or cls in self.world.order(other):
                    found.append((site.call, Frame(path, cls if other in order else other, frame.bound), 0))
            elif alone:
                found.append((site.call, self._frame(path, site, frame), 0))
        for path, name in order[: order.index(owner)] if owner in order else ():
            for site in self.world.base_calls.get((path, f"{name}.{method}"), []):
                found.append((site.call, Frame(path, cls, frame.bound), 0 if _is_super_call(site.call) else 1))
        return found[:_MOST]

    def rest(self, term: t.Get | t.Item, frame: Frame) -> list[Value] | None:
        """`kwargs.get("port")`: what callers give by that keyword; None when the base is no `**` parameter."""
        base = term.base
        if not isinstance(base, t.Param) or not isinstance(term.key, str):
            return None
        function = self.world.function(frame.path, base.function)
        if function is None or function.rest != base.name:
            return None
        return [one for one in self.parameter(t.Param(base.function, term.key), frame) if not isinstance(one, Unk)]

    def field(self, cls: ClassKey, name: str, bound: Bound | None) -> list[Value]:
        """What a call gives to a field of a class without a constructor of its own: a dataclass, a model."""
        if bound is None or bound.function != (cls[0], f"{cls[1]}.__init__") or self.world.method(cls, "__init__") is not None:
            return []
        given = [term for keyword, term in bound.call.keywords if keyword == name]
        return self.flow.all([(term, bound.frame) for term in given])

    def result(self, term: t.Call, frame: Frame) -> Iterable[Value]:
        """What a call gives."""
        function = term.function
        dotted = dotted_of(function)
        if frame.bound is not None and frame.bound.depth > _NESTED:
            return self._guess(term, frame, dotted)
        ref = self.world.resolve(frame.path, dotted) if dotted else None
        if ref is not None and ref.kind == "class":
            return (Instance((ref.path, ref.name), Bound(ref.path, f"{ref.name}.__init__", term, frame, 0)),)
        if ref is not None and ref.kind == "function":
            found = self._returned(term, frame, ref.path, ref.name, None)
            known = any(not isinstance(one, Unk) for one in found)
            return found if known else self._guess(term, frame, dotted, found)
        name = dotted
        if isinstance(function, t.Attr) and not dotted:
            name = function.name
            for base in self.flow.values(function.base, frame):
                if isinstance(base, Instance):
                    method = self.world.method(base.cls, function.name)
                    if method is not None:
                        found = self._returned(term, frame, method[0][0], method[1].name, base.cls)
                        known = any(not isinstance(one, Unk) for one in found)
                        return found if known else self._guess(term, frame, name, found)
        return self._guess(term, frame, name)

    def _returned(self, term: t.Call, frame: Frame, path: str, name: str, cls: ClassKey | None) -> list[Value]:
        function = self.world.files[path].functions[name]
        inner = Frame(path, cls, Bound(path, name, term, frame, 0))
        return self.flow.all([(one, inner) for one in function.returns])

    def _guess(self, term: t.Call, frame: Frame, name: str, returned: Sequence[Value] = ()) -> list[Value]:
        """A helper that cannot be read: when its name says that it makes an address and it gets one port, that is the port."""
        last = name.rpartition(".")[2] or "a call"
        if _ADDRESS.intersection(words.words(last)):
            given = [*term.args, *(value for _, value in term.keywords)]
            values = [value for one in given for value in self.flow.values(one, frame)]
            numbers = [one for one in values if isinstance(one, Num) and words.likely_port(one.value)]
            hosts = [one.text for one in values if isinstance(one, Str) and one.text.replace(".", "").replace("-", "").isalnum()]
            if numbers:
                return [Str(f"tcp://{hosts[0] if hosts else '{host}'}:{one.value}", one.births, one.added) for one in numbers]
        why = next((one.reason for one in returned if isinstance(one, Unk) and one.reason), "")
        if _FREE.intersection(words.words(last)):
            return [Unk(f"{last}()", f"the port is whatever {last}() finds free")]
        return [Unk(f"{last}()", why or f"the port is what {last}() returns, which cannot be read")]


def _is_super_call(call: t.Call) -> bool:
    return isinstance(call.function, t.Attr) and is_super(call.function.base)
