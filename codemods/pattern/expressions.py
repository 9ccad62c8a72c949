"""Replacing an expression: the template with the captured code in it, matches inside that code rewritten too."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from codemods.pattern.binding import bound_in, require_apart, require_target
from codemods.pattern.captures import Capture, File, Found
from codemods.pattern.fronted import fronted
from codemods.pattern.language import Parsed, reserved
from codemods.pattern.lists import sorts_spelled
from codemods.pattern.openings import require_sorts
from codemods.pattern.placing import held_places, indented, laid_out
from codemods.pattern.replacements import Replacement
from codemods.pattern.rules import way_of
from codemods.pattern.sites import Match, place_of
from codemods.pattern.spots import Spot
from codemods.pattern.substitute import exchanged, substituted
from codemods.pattern.text import (
    Kept,
    Lit,
    Piece,
    Var,
    as_argument,
    as_expression,
    closed,
    fitted,
    joined,
    offsets,
    reads,
    spellings,
)
from codemods.pattern.transforms import computed
from codemods.pattern.wanted import carried, chains, concrete, said_beside
from engine import ImportNeed, SliceError

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)  # a lambda may be called where it stands


@dataclass(slots=True)
class Writer:
    """One file, one template of a rule, and the matches in the file whose replacements may stand in one another."""

    file: File
    replacements: Mapping[int, Replacement]  # of the rule, by way
    way: int
    template: Parsed
    inner: Mapping[ast.AST, Match] = field(default_factory=dict)  # expressions that match
    left: dict[ast.AST, SliceError] = field(default_factory=dict)  # of them those that could not be rewritten, and why
    needs: set[ImportNeed] = field(default_factory=set)
    made: dict[ast.AST, str] = field(default_factory=dict)  # nodes that a transform made, and their text
    _chains: list[tuple[ast.AST, str, int, int]] | None = None

    # -- captured code -------------------------------------------------------------------

    def captured(self, node: ast.AST) -> tuple[str, ast.AST]:
        """The text of a captured node and its tree, with every match inside rewritten."""
        if node in self.made:
            return self.made[node], node
        if node in self.inner and isinstance(node, ast.expr):
            done = self._replaced(node)
            if done is not None:
                return done
        source = self.file.source
        text, at = source.segment(node), source.start(node)
        tops = self._tops(node)
        if not tops:
            return text, node
        pieces: list[Piece] = []
        grown: dict[ast.AST, ast.AST] = {}
        end = at
        for top in sorted(tops, key=source.start):
            new = self._replaced(top)
            if new is not None:
                pieces += [Lit(source.text[end : source.start(top)]), Var(spellings(*new))]
                end, grown[top] = source.end(top), new[1]
        if not grown:
            return text, node
        pieces.append(Lit(source.text[end : source.end(node)]))
        meant = exchanged(node, grown)
        if isinstance(node, (ast.Starred, ast.keyword)):
            return "".join(piece.text for piece in fitted(pieces, [meant], as_argument)), meant
        if not isinstance(node, ast.expr):
            safe = [Lit(piece.spellings[-1]) if isinstance(piece, Var) else piece for piece in pieces]
            return "".join(piece.text for piece in safe), meant
        return "".join(piece.text for piece in fitted(pieces, [meant], as_expression)), meant

    def _tops(self, node: ast.AST) -> list[ast.AST]:
        """The outermost matches below a captured node."""
        if not self.inner:
            return []
        found: list[ast.AST] = []
        stack = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
        while stack:
            one = stack.pop()
            if one in self.inner:
                found.append(one)
            else:
                stack += [child for child in ast.iter_child_nodes(one) if not isinstance(child, ast.stmt)]
        return found

    def _replaced(self, node: ast.AST) -> tuple[str, ast.AST] | None:
        match = self.inner[node]
        way = way_of(match.found)
        template = self.replacements[way].template
        if template is None:
            return None
        writer = self if way == self.way else dataclasses.replace(self, way=way, template=template, _chains=None)
        try:
            whole = writer.completed(match)
            return writer.placed(whole) if "\n" in self.file.source.segment(node) else writer.expression(whole)
        except SliceError as error:
            self.left[node] = error
            return None  # it stays as it is

    # -- the template --------------------------------------------------------------------

    def completed(self, match: Match) -> Match:
        """The match with what is computed from what it holds. Raises SliceError `transform`."""
        found, texts = computed(self.replacements[self.way].transforms, match.found, self.file)
        self.made.update(texts)
        return dataclasses.replace(match, found=fronted(self.template, found))

    def expression(self, match: Match) -> tuple[str, ast.AST]:
        """The replacement of an expression: text and tree. Raises SliceError where it cannot be written."""
        pieces, meant = self._pieces(match)
        return "".join(piece.text for piece in pieces), meant

    def _pieces(self, match: Match) -> tuple[list[Lit | Kept], ast.AST]:
        done: dict[ast.AST, tuple[str, ast.AST]] = {}
        spoken = self.spoken(match)
        meant = substituted(self.template.nodes[0], match.found, lambda node: self._once(node, done)[1], self.by_id(spoken))
        require_sorts([meant], match, self.file)
        require_target(match.nodes[0], meant, self.file.source)
        pieces: list[Piece] = []
        for part in indented(self.parts(spoken, match.found), self.file.source, match.nodes[0], self.template.code):
            pieces += [part] if isinstance(part, Lit) else self.filling(match.found[part[0]], done)
        return fitted(closed(pieces), [meant], as_expression), meant

    def placed(self, match: Match) -> tuple[str, ast.AST]:
        """The same in the layout of what is replaced."""
        pieces, meant = self._pieces(match)
        source, node = self.file.source, match.nodes[0]
        start, end = source.start(node), source.end(node)
        held = held_places(source, match.found, (start, end), self.template.metas)
        return laid_out(source, start, end, pieces, held, lambda new: reads(new, [meant], as_expression)), meant

    def _once(self, node: ast.AST, done: dict[ast.AST, tuple[str, ast.AST]]) -> tuple[str, ast.AST]:
        if node not in done:
            done[node] = self.captured(node)
        return done[node]

    def filling(self, capture: Capture, done: dict[ast.AST, tuple[str, ast.AST]]) -> list[Piece]:
        """The text of a capture in an expression, or in a line of a statement."""
        nodes = capture.nodes
        if not nodes:
            return [Lit("")]
        if len(nodes) == 1:
            only = nodes[0]
            ways = (only,) if isinstance(only, str) else spellings(*self._once(only, done))
            return [Lit(only) if isinstance(only, str) else Var(sorts_spelled(ways, nodes) if capture.many else ways)]
        texts = [node if isinstance(node, str) else self._once(node, done)[0] for node in nodes]
        return [Var(sorts_spelled(joined(texts, self._between(nodes)), nodes))]

    def _between(self, nodes: tuple[ast.AST | str, ...]) -> list[str]:
        """What stands between captured nodes: as written where they are neighbours, else a comma."""
        source, found = self.file.source, []
        for one, other in itertools.pairwise(nodes):
            gap = ", "
            if isinstance(one, ast.AST) and isinstance(other, ast.AST) and not {one, other} & self.made.keys():
                written = source.text[source.end(one) : source.start(other)]
                plain = re.sub(r"#[^\n]*", "", written)
                gap = written if re.fullmatch(r"[\s\\)(]*(,|and|or|@|/|\*|[|])?[\s\\,/*)(]*", plain) else ", "
            found.append(gap)
        return found

    def parts(self, spoken: Mapping[tuple[int, int], str], found: Found) -> list[Lit | tuple[str, int, int]]:
        """The template in order: text, and metavariables with their places in its code."""
        code = self.template.code
        slots: list[tuple[int, int, str, str]] = [(start, end, "", text) for (start, end), text in spoken.items()]
        for start, end, meta in reserved(code):
            if start < self.template.first or any(low <= start < high for low, high in spoken):
                continue  # above what is asked for, or part of a dotted name that the file says otherwise
            low = start - 2 if meta.many and code[start - 2 : start] == "**" else start
            high = end + 2 if meta.many and code[end : end + 2] == "=0" else end
            if (front := found.get(f"<{low}")) is not None:
                slots.append((front.first, front.first, f"<{low}", ", "))
            slots.append((low, high, meta.name if front is None else f">{low}", ""))
        out: list[Lit | tuple[str, int, int]] = []
        at = self.template.first
        for start, end, name, text in sorted(slots):
            out += [Lit(code[at:start]), *[(name, start, end)] * bool(name), *[Lit(text)] * bool(text)]
            at = end
        return [*out, Lit(code[at:].rstrip("\n"))]

    # -- names ---------------------------------------------------------------------------

    def spoken(self, match: Match) -> dict[tuple[int, int], str]:
        """The template's dotted names that this file says otherwise, by their place in its code; imports are noted."""
        place = match.nodes[0]
        if isinstance(place, ast.match_case):
            place = place.pattern
        self.file.enter(match.statement)
        around = self.file.around(place)
        late = any(isinstance(outer, _FUNCTIONS) and child in outer.body for outer, child in around)
        before = None if late else self.file.source.start(place)
        out, replacement = {}, self.replacements[self.way]
        spot, bound = Spot(self.file, place, before, match.nodes), bound_in(self.template.nodes)
        carried(match.found, {meta.name for meta in self.template.metas}, spot, place_of(match, self.file))
        require_apart(self.template, bound, replacement.binds, match.found, spot)
        for node, raw, start, end in self._names():
            name = concrete(raw, match.found)
            said, needs = said_beside(bound, node, name, replacement.imports, replacement.own, spot, match.found)
            self.needs |= set(needs)
            if said != name:
                out[start, end] = said
        return out

    def by_id(self, spoken: Mapping[tuple[int, int], str]) -> dict[int, str]:
        return {id(node): spoken[start, end] for node, _, start, end in self._names() if (start, end) in spoken}

    def _names(self) -> list[tuple[ast.AST, str, int, int]]:
        if self._chains is None:
            code, starts = self.template.code, offsets(self.template.code)

            def place(line: int, column: int) -> int:
                return starts[line - 1] + len(code[starts[line - 1] :].encode()[:column].decode())

            self._chains = [
                (node, name, place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset))  # type: ignore[attr-defined]
                for node, name in chains(self.template.nodes)
            ]
        return self._chains
