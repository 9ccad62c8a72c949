"""What a pattern leaves open in the code that it describes, and what must not be lost because of that."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.pattern.captures import SORT, Capture, File, Found
from codemods.pattern.lists import Parameter, parameters
from codemods.pattern.regions import first_of
from codemods.pattern.sites import Match, place_of
from engine import SliceError, every_node


def noted_of(found: Found, key: str) -> tuple[ast.AST, ...]:
    """The nodes that a pattern has noted under a key that is no metavariable."""
    return found[key].nodes if key in found else ()  # type: ignore[return-value]


def noted_in(match: Match, key: str, file: File) -> list[ast.AST]:
    """Those of them that stand in the match, and in nothing that a metavariable holds."""
    source, (start, end) = file.source, place_of(match, file)
    held = [_extent(capture, file) for name, capture in match.found.items() if name.isidentifier()]
    places = [(one, source.start(one), source.end(one)) for one in noted_of(match.found, key)]
    inside = [one for one in places if start <= one[1] < end]
    return [one for one, begin, stop in inside if not any(low <= begin and stop <= high for low, high in held)]


def _extent(capture: Capture, file: File) -> tuple[int, int]:
    nodes = [one for one in capture.nodes if isinstance(one, ast.AST) and hasattr(one, "lineno")]
    first = first_of(nodes[0], file.source) if nodes else 0
    return (first, file.source.end(nodes[-1])) if nodes else (0, 0)


def require_sorts(meant: Sequence[ast.AST], match: Match, file: File) -> None:
    """A `/` or `*` among parameters, that the pattern leaves open, must not be lost. Raises SliceError `not-as-meant`."""
    for lost in noted_in(match, SORT, file):
        assert isinstance(lost, Parameter)
        every = [
            one for node in meant for inner in every_node(node) if isinstance(inner, ast.arguments) for one in parameters(inner)
        ]
        sorts = {one.sort for one in every if one.arg.arg == lost.arg.arg}
        if sorts and lost.sort not in sorts:
            raise SliceError("not-as-meant", f"how {lost.arg.arg} is passed, which a `/` or `*` says here, would change")
