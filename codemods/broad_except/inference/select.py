"""Which of a body's risks a handler is about.

A maintainer who narrows a handler names the one or two exceptions of the operation that talks to the outside, not the
union of everything. So risks are ranked by tier, and the plainer ones silence the others. Ranking looks at the whole
body, what inner handlers stop included: an inner handler can only take away.
"""

from __future__ import annotations

import ast

from codemods.broad_except.inference.body import statements_of
from codemods.broad_except.inference.evidence import Evidence, Risk, Tier
from codemods.broad_except.inference.hints import hinted
from codemods.broad_except.inference.place import Place
from codemods.broad_except.inference.python import BUGS, NEVER, is_standard
from codemods.broad_except.inference.single import single_operation
from codemods.broad_except.inference.summaries import is_foreign
from engine import every_node

_BUGS = BUGS - {"NotImplementedError"}  # a function that is not abstract says so of its input
_SUMS = ("TypeError",)  # int(a - b): beside anything else this tells of a bug
_SHORT = 4  # statements
_FEW = 2  # statements; then even a TypeError is meant, when the function that is called raises it itself
_FAR = 2  # calls below the one in the body
_MOST = 3  # different exceptions of project functions: with more of them, nobody knows which one is meant


def select(place: Place, node: ast.Try, handler: ast.ExceptHandler, evidence: Evidence) -> list[Risk]:
    """The risks that count, in source order."""
    by_tier: dict[Tier, list[Risk]] = {tier: [one for one in evidence.risks if one.tier is tier] for tier in Tier}
    statements = statements_of(node.body)
    imports = _able(by_tier[Tier.IMPORT], statements)
    if imports and _is_about_imports(statements, imports):
        return imports
    imports = [one for one in imports if not one.text or is_foreign(place.world, place.key, one.text)]
    environment = [*imports, *by_tier[Tier.LIBRARY], *by_tier[Tier.RAISE]]
    if environment:
        return environment + [one for one in by_tier[Tier.CONVERT] if one.exceptions != _SUMS]
    if by_tier[Tier.CONVERT]:
        return by_tier[Tier.CONVERT]
    if by_tier[Tier.GROUP]:
        return by_tier[Tier.GROUP]
    nearest = _nearest(by_tier[Tier.PROJECT], len(statements))
    if nearest:
        return nearest
    if by_tier[Tier.LOOKUP] and not evidence.unknown:
        return by_tier[Tier.LOOKUP]
    return hinted(place, node, handler, evidence) or single_operation(place, statements, evidence)


def _able(imports: list[Risk], body: list[ast.stmt]) -> list[Risk]:
    """Those that may fail: the import of what is part of every Python does not, unless the body is about just that."""
    if not any(isinstance(node, ast.Call) for one in body for node in every_node(one)):
        return imports
    return [one for one in imports if not one.text or not is_standard(one.text)]


def _is_about_imports(body: list[ast.stmt], imports: list[Risk]) -> bool:
    """Does the body begin with an import, and is it short, or mostly imports?"""
    first = body[0].lineno <= imports[0].line <= (body[0].end_lineno or 0)
    return first and (len(body) <= _SHORT or 2 * len(imports) >= len(body))


def _nearest(risks: list[Risk], statements: int) -> list[Risk]:
    """What the project's functions raise, from the fewest calls away."""
    able = [one for one in risks if not set(one.exceptions) & NEVER and one.distance <= _FAR]
    own_words = [one for one in able if one.distance == 0] if statements <= _FEW else []
    plain = [one for one in able if not set(one.exceptions) & _BUGS] or own_words
    if not plain:
        return []
    distance = min(one.distance for one in plain)
    near = [one for one in plain if one.distance == distance]
    return near if len({one.exceptions for one in near}) <= _MOST else []
