"""The numbers and texts of a file that may turn out to be ports."""

from __future__ import annotations

import ast
import re

from codemods.port_literal.scan import words
from codemods.port_literal.scan.scope import At, Scope, Slot
from codemods.port_literal.scan.terms import Literal
from engine import Source

_TAIL = re.compile(r":(\d{2,5})(?:/\S*)?")
_PAIR = re.compile(r"[\w.*-]+:(\d{2,5})")
_URL_SHAPED = frozenset({"env-default", "get-default", "default-argument", "argparse-default"})


class Literals:
    """Candidates by offset; the first place that gives one a name keeps it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: dict[int, Literal] = {}

    def text(self, node: ast.expr, value: str, at: At, slot: Slot | None) -> int:
        if port := words.literal_port(value):
            return self.address(node, value, port, at, slot)
        if slot is None:
            return -1
        digits = value if value.isdecimal() and value.isascii() and len(value) <= 5 else ""
        tail = _TAIL.fullmatch(value) or _PAIR.fullmatch(value)
        port = words.in_range(int(digits or (tail[1] if tail else 0)))
        if not port:
            return -1
        return self.number(node, port, slot if digits else Slot("endpoint", slot.name), at)

    def address(self, node: ast.expr, value: str, port: int, at: At, slot: Slot | None) -> int:
        """Keep a literal address as a candidate; its offset."""
        scheme = value.partition("://")[0]
        is_default = slot is not None and slot.shape in _URL_SHAPED
        shape = Slot("url-default" if is_default or scheme not in words.SOCKET_SCHEMES else "endpoint", "", "")
        return self.number(node, port, shape._replace(name=slot.name if slot else "", env=slot.env if slot else ""), at, True)

    def number(self, node: ast.expr, port: int, slot: Slot, at: At, is_address: bool = False) -> int:
        """Keep a number that is given to `slot` as a candidate; its offset. `is_address`: a scheme says what it is."""
        start = self.source.start(node)
        if start not in self.found:
            line, column = self.source.position(start)
            says = [name for name in (slot.name, slot.env, slot.group) if name]
            named = is_address or (any(map(words.says_port, says)) and words.likely_port(port))
            barred = not named and any(map(words.says_other, says))
            scope: Scope | None = at.scope
            while scope is not None and not scope.owner:
                scope = scope.parent
            stem = self.source.path.rpartition("/")[2].removesuffix(".py")
            at_import = at.scope.at_import
            self.found[start] = Literal(
                start, self.source.end(node), line, column, port, slot.shape, slot.name,
                scope.owner if scope else stem, slot.env, at_import, named, barred,
            )  # fmt: skip
        return start
