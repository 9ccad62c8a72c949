"""Where the births of a file are now: rules that ran before may have moved its code since the facts were learned."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from codemods.port_literal.nouns import Birth
from codemods.port_literal.rewriting.matching import Refusal, Verdict
from codemods.port_literal.scan import scan
from codemods.port_literal.scan.terms import Literal
from engine import Source, every_node, parents_of


@dataclass(frozen=True, slots=True)
class Place:
    """A literal in the tree, and what is around it, innermost first; the module last."""

    node: ast.expr
    around: tuple[ast.AST, ...]


Key = tuple[str, str, str, str, int]
MOVED = Refusal("moved-code", "another change moved this code; run again")


def births_in(
    source: Source, known: Sequence[tuple[Birth, Verdict]], learned: int | None = None
) -> Iterator[tuple[Place, Birth, Verdict]]:
    """(the literal's place, its birth, the verdict) for each birth that still stands in this text, in source order.

    `learned`: CRC-32 of the text that the births were learned from; in that very text they stand where they stood.
    """
    found: list[tuple[Literal | Birth, Birth, Verdict]]
    if learned == crc32(source.data):
        found = [(birth, birth, verdict) for birth, verdict in known]
    else:
        ports = scan(source)
        literals = ports.literals if ports else ()
        found = list(_same_text(literals, known) or _moved(literals, known))
    places = {(literal.start, literal.end) for literal, _, _ in found}
    nodes: dict[tuple[int, int], ast.expr] = {}
    parents = parents_of(every_node(source.tree)) if places else {}
    lines = {source.position(start)[0] for start, _ in places}
    for node in parents:
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call)) and node.lineno in lines:
            place = (source.start(node), source.end(node))
            if place in places:
                nodes.setdefault(place, node)
    for literal, birth, verdict in sorted(found, key=lambda one: one[0].start):
        written = nodes.get((literal.start, literal.end))
        if written is not None:
            yield Place(written, tuple(_around(parents, written))), birth, verdict


def _around(parents: dict[ast.AST, ast.AST], node: ast.AST) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _same_text(literals: Sequence[Literal], known: Sequence[tuple[Birth, Verdict]]) -> list[tuple[Literal, Birth, Verdict]]:
    """Each birth at the offset where it was learned; nothing when one of them is not there."""
    at = {(literal.start, literal.end, *_key(literal)): literal for literal in literals}
    found = [(at.get((birth.start, birth.end, *_key(birth))), birth, verdict) for birth, verdict in known]
    return [(literal, birth, verdict) for literal, birth, verdict in found if literal] if all(one[0] for one in found) else []


def _moved(literals: Sequence[Literal], known: Sequence[tuple[Birth, Verdict]]) -> Iterator[tuple[Literal, Birth, Verdict]]:
    """Births by what they are: shape, name, owner, variable and number; in order where several are alike."""
    alike: dict[Key, list[tuple[Birth, Verdict]]] = {}
    for birth, verdict in known:
        alike.setdefault(_key(birth), []).append((birth, verdict))
    there: dict[Key, list[Literal]] = {}
    for literal in literals:
        there.setdefault(_key(literal), []).append(literal)
    for key, some in there.items():
        pairs = alike.get(key, [])
        if len(pairs) == len(some):
            yield from ((literal, *pair) for literal, pair in zip(some, pairs, strict=True))
        elif pairs:
            same = all(verdict == pairs[0][1] for _, verdict in pairs)
            yield from ((literal, pairs[0][0], pairs[0][1] if same else MOVED) for literal in some if literal.named)


def _key(one: Literal | Birth) -> Key:
    return one.owner, one.shape, one.name, one.env, one.port
