"""Bodies that consist of one operation: then the handler is about that operation, even where it would tell of a bug."""

from __future__ import annotations

import ast

from codemods.broad_except.inference.chains import chain, last_name, receiver
from codemods.broad_except.inference.evidence import Evidence, Risk, Tier
from codemods.broad_except.inference.place import Place
from codemods.broad_except.inference.python import ACTIONS

_DOC = "https://docs.python.org/3/library/exceptions.html"


def single_operation(place: Place, body: list[ast.stmt], evidence: Evidence) -> list[Risk]:
    """The risk of a body's only operation; empty when there is none, or more than one."""
    operations = [one for one in evidence.risks if one.tier is Tier.OPERATION]
    if operations:
        return operations if not evidence.unknown and len(operations) >= len(body) else []
    if len(body) != 1:
        return []
    statement = body[0]
    calls = [one for one in ast.walk(statement) if isinstance(one, ast.Call)]
    if not calls:
        return _without_calls(statement)
    return _duck_typed(place, calls, evidence)


def _without_calls(statement: ast.stmt) -> list[Risk]:
    kinds = {type(one) for one in ast.walk(statement)}
    divisions = [one for one in ast.walk(statement) if isinstance(one, ast.BinOp) and isinstance(one.op, (ast.Div, ast.FloorDiv))]
    if divisions:
        return [Risk(Tier.OPERATION, ("ZeroDivisionError",), divisions[0].lineno, "division", _DOC)]
    attributes = [one for one in ast.walk(statement) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load)]
    if attributes:
        what = chain(attributes[0])
        return [Risk(Tier.OPERATION, ("AttributeError",), attributes[0].lineno, what, _DOC)]
    if ast.BinOp in kinds:
        return [Risk(Tier.OPERATION, ("TypeError",), statement.lineno, "arithmetic", _DOC)]
    return []


def _duck_typed(place: Place, calls: list[ast.Call], evidence: Evidence) -> list[Risk]:
    """`x.sort_key()` on an argument of unknown type: a call without arguments can only fail for want of the method."""
    found = []
    for call in calls:
        text = chain(call.func)
        owner = receiver(text)
        plain = owner.isidentifier() and owner != "self" and place.meaning(owner) is None
        if plain and not call.args and not call.keywords and last_name(text) not in ACTIONS:
            found.append(Risk(Tier.OPERATION, ("AttributeError",), call.lineno, f"{text}()", _DOC))
    return found if len(evidence.unknown) == len(found) == 1 else []
