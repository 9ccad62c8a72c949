"""The expressions of one statement: uses, calls that hand ports on, dict displays, addresses in texts."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterator

from codemods.port_literal.scan.build import Builder
from codemods.port_literal.scan.definitions import option_of
from codemods.port_literal.scan.scope import At
from codemods.port_literal.scan.terms import Attr, Call, CallSite, Global, Param, Term, This, UseSite
from codemods.port_literal.scan.uses import use_of
from engine import Source, children

# Lines whose expressions are looked into; others only assign. Each begins with a literal: one alternation is ten times as slow.
_INTERESTING = tuple(
    re.compile(one)
    for one in (
        r"port(?<!import)(?<!report)(?<!support)(?<!export)(?![a-rt-z])",
        *(r"Port(?![a-rt-z])", "PORT", "://", "bind", "connect", "erve", "endpoint", "ddr", r"super\(", "__init__", "run"),
        *("rl", "URL", "HOST", "host", "socket", "Site", "start_http", "edis", r"argument\(", r"channel\(", r"\d{4,5}\b"),
    )
)
_DEFINED = re.compile(r"def (\w+)\((?!self\)|\))|class (\w+)")
_QUIET_WORDS = """
    print debug info warning warn error exception critical log write secho echo fail append_log report_error add_note
    compile match search sub startswith endswith execute raises assertEqual
"""
_QUIET = frozenset(_QUIET_WORDS.split())
_NO_CARRIERS_WORDS = """
    append extend add join get items values keys format split strip len isinstance sleep time dumps loads send recv
    send_json recv_json setsockopt getLogger range sorted sum min max round abs list dict set tuple open exists
"""
_NO_CARRIERS = frozenset(_NO_CARRIERS_WORDS.split())

_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp})


class Looker:
    """Collects what expressions hold."""

    def __init__(self, source: Source) -> None:
        self.builder = Builder(source)
        self.calls: list[CallSite] = []
        self.uses: list[UseSite] = []
        self.flags: dict[str, list[Term]] = {}
        self.extends: set[str] = set()
        starts = source.line_starts
        found = [match.start() for one in _INTERESTING for match in one.finditer(source.text)]
        own = {one or other for one, other in _DEFINED.findall(source.text)}
        for name in sorted(own):  # their callers may hand a port on in any line
            found.extend(_places(source.text, f"{name}("))
        self._lines = sorted({bisect.bisect_right(starts, start) for start in found})

    def interesting(self, node: ast.expr) -> bool:
        """Does one of the lines of this expression hold a word that ports have to do with?"""
        index = bisect.bisect_left(self._lines, node.lineno)
        return index < len(self._lines) and self._lines[index] <= (node.end_lineno or node.lineno)

    def look(self, expression: ast.expr, at: At, target: str) -> None:
        """Look into one expression. `target`: the name that its value is assigned to, or ""."""
        if not self.interesting(expression):
            return
        stack: list[tuple[ast.AST, bool]] = [(expression, False)]
        while stack:
            node, quiet = stack.pop()
            kind = type(node)
            if kind is ast.Call:
                name = self._last(node)  # type: ignore[arg-type]
                quiet = quiet or name in _QUIET
                if not quiet:
                    self._call(node, name, at, target)  # type: ignore[arg-type]
            elif kind is ast.Dict or kind in _COMPREHENSIONS:
                if not quiet:
                    self.builder.term(node, at)  # type: ignore[arg-type]
            elif kind is ast.Constant:
                if not quiet and type(node.value) is str and node is not expression:  # type: ignore[attr-defined]
                    self.builder.term(node, at)  # type: ignore[arg-type]
                continue
            elif kind is ast.Name:
                continue
            stack.extend([(child, quiet) for child in children(node)][::-1])

    def _last(self, node: ast.Call) -> str:
        function = node.func
        return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""

    def _call(self, node: ast.Call, name: str, at: At, target: str) -> None:
        if name == "add_argument":
            option = option_of(self.builder, node, at)
            if option is not None:
                self.flags.setdefault(option[0], []).append(option[1])
            return
        use = use_of(self.builder, node, at, (at.scope.name.rpartition(".")[2], target))
        if use is not None:
            self.uses.append(use)
        term = self.builder.term(node, at)
        function = at.scope.name.rpartition(".")[2]
        if self.builder.chain(node.func) == f"super().{function}" or (
            name == function and isinstance(node.func, ast.Attribute) and function == "__init__"
        ):
            self.extends.add(at.scope.name)
        carries = isinstance(term, Call) and name not in _NO_CARRIERS and (term.args or term.keywords or term.starred)
        if isinstance(term, Call) and carries and isinstance(term.function, (Attr, Global, Param, This)):
            self.calls.append(CallSite(term, at.scope.name, at.scope.owner))


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands; `find` is faster than a regex for each."""
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word))
