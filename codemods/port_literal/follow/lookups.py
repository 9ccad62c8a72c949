"""Values looked up: items of lists and dicts, defaults of `get`, what a loop runs over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from codemods.port_literal.follow.meanings import Elements, Flags, Frame, Instance, Named, Num, Shown, Str, Unk, Value
from codemods.port_literal.follow.texts import entries
from codemods.port_literal.follow.world import dotted_of
from codemods.port_literal.scan import terms as t

if TYPE_CHECKING:
    from codemods.port_literal.follow.flow import Flow

_PASS = frozenset({"list", "tuple", "sorted", "set", "reversed", "iter", "dict"})  # they keep the elements


class Lookups:
    """Finds what keys and loops give."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def item(self, term: t.Item, frame: Frame) -> Iterable[Value]:
        if isinstance(term.base, t.Each) and isinstance(term.key, int):
            pairs = self._pairs(term.base.base, term.key, frame)
            if pairs is not None:
                return self.flow.all(pairs)
        if term.key is None and term.given is not None:
            return [one for key in self._keys(term.given, frame) for one in self._lookup(term.base, key, frame)]
        return self._lookup(term.base, term.key, frame)

    def _keys(self, given: t.Term, frame: Frame) -> list[str | int | None]:
        """The keys that an expression may give; [None] for one that is not known."""
        found: list[str | int | None] = []
        for one in self.flow.values(given, frame):
            if isinstance(one, Str) and "{" not in one.text:
                found.append(one.text)
            elif isinstance(one, Num):
                found.append(one.value)
        return list(dict.fromkeys(found)) or [None]

    def _lookup(self, base: t.Term, key: str | int | None, frame: Frame) -> list[Value]:
        values: list[Value] = []
        for one in self.flow.values(base, frame):
            if isinstance(one, Shown):
                values.extend(self.flow.all([(item, one.frame) for item in entries(one.display, key)]))
            elif isinstance(one, Flags):
                values.append(one)
            elif isinstance(one, Unk):
                shown = f'{one.text}["{key}"]' if isinstance(key, str) else one.text
                values.append(Unk(shown, one.reason if isinstance(key, int) else _configured(key, one.text)))
        return values or [Unk(f"...[{key!r}]", _configured(key, "a value that is not known here"))]

    def get(self, term: t.Get, frame: Frame) -> Iterable[Value]:
        if term.given is not None:
            found: list[Value] | None = [
                value
                for key in self._keys(term.given, frame)
                for one in self.flow.values(term.base, frame)
                if isinstance(one, Shown)
                for value in self.flow.all([(item, one.frame) for item in entries(one.display, key, exact=key is not None)])
            ]
        else:
            found = self.flow.calling.rest(term, frame)
        if found is None:
            found = self._got(term, frame)
        default = self.flow.values(term.default, frame) if term.default is not None else ()
        known = [one for one in [*found, *default] if not isinstance(one, (Unk, Named))]
        if known:
            return known
        nothing = Unk(f'get("{term.key}")', _configured(term.key, "a configuration"))
        return [one for one in found if isinstance(one, Unk)][:1] or (nothing,)

    def _got(self, term: t.Get, frame: Frame) -> list[Value]:
        values: list[Value] = []
        for base in self.flow.values(term.base, frame):
            if isinstance(base, Shown):
                values.extend(self.flow.all([(item, base.frame) for item in entries(base.display, term.key, exact=True)]))
            elif isinstance(base, Flags):
                values.extend(self.flow.flag(base.path, term.key))
            elif isinstance(base, Instance):
                values.extend(self.flow.attribute(base.cls, term.key, base.bound))
            elif isinstance(base, Unk):
                values.append(Unk(f'{base.text}.get("{term.key}")', _configured(term.key, base.text)))
        return values

    def each(self, term: t.Each, frame: Frame) -> Iterable[Value]:
        if isinstance(term.base, t.Call) and dotted_of(term.base.function) == "range":
            return (Unk("range()", "the code tries the ports of a range until one is free"),)
        elements = self._elements(term.base, frame)
        return self.flow.all(elements) or (Unk("...", "the port is one of a list that is not known here"),)

    def _elements(self, base: t.Term, frame: Frame, of_dict: bool = False) -> Elements:
        """What one iterates over; of a dict the values when `of_dict`, else the keys."""
        if isinstance(base, t.Call):
            if isinstance(base.function, t.Attr) and base.function.name in ("values", "items", "keys"):
                return self._elements(base.function.base, frame, base.function.name != "keys")
            name = base.function.name if isinstance(base.function, t.Global) else ""
            if name in _PASS and base.args:
                return self._elements(base.args[0], frame)
        found: Elements = []
        for one in self.flow.values(base, frame):
            if isinstance(one, Shown):
                if one.display.kind == "dict" and not of_dict:
                    found.extend((self.flow.keep(t.Text(str(key), -1)), frame) for key in one.display.keys if key is not None)
                else:
                    found.extend((item, one.frame) for item in one.display.items)
        return found

    def _pairs(self, base: t.Term, index: int, frame: Frame) -> Elements | None:
        """The elements at an index of what `items()`, `enumerate` and `zip` give."""
        if not isinstance(base, t.Call):
            return None
        if isinstance(base.function, t.Attr) and base.function.name == "items":
            if index == 1:
                return self._elements(base.function.base, frame, of_dict=True)
            shown = [one.display for one in self.flow.values(base.function.base, frame) if isinstance(one, Shown)]
            return [(self.flow.keep(t.Text(str(key), -1)), frame) for display in shown for key in display.keys]
        name = base.function.name if isinstance(base.function, t.Global) else ""
        if name == "enumerate" and base.args and index == 1:
            return self._elements(base.args[0], frame)
        if name == "zip" and index < len(base.args):
            return self._elements(base.args[index], frame)
        return None


def _configured(key: str | int | None, text: str) -> str:
    return f'the port is looked up as "{key}" in {text}, without a default that can be read'
