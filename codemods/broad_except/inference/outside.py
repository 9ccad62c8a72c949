"""Looking into data from outside: what a library call that may fail has given, and what the function was handed.

`request["action"]` and `GPUtil.getGPUs()[0]` fail because of what came in, `self.stats["count"]` because of a bug.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codemods.broad_except.inference.chains import chain, is_lenient, last_name
from codemods.broad_except.inference.place import Place
from engine import every_node, parents_of

_GIVEN = frozenset({"os.environ", "os.environb", "os.environ.get", "os.getenv", "sys.argv", "input"})
_THROUGH = frozenset({"list", "tuple", "dict", "set", "sorted", "reversed", "enumerate", "zip", "iter", "str", "filter"})
_ROWS = frozenset({"execute", "fetchone", "fetchall", "fetchmany"})  # the query says which columns there are
_MEASURES = frozenset({"shape", "size", "strides"})  # of arrays and pictures: their length is no accident
_SELF = frozenset({"self", "cls"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_EXITS = (ast.Return, ast.Continue, ast.Break, ast.Raise)
_PASSES = 3  # a name may be used above the line that binds it, in a loop
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Around:
    """A body: the names in it that hold such data, the parents of its nodes, and the streams that let bad bytes pass."""

    names: frozenset[str]
    parents: Mapping[ast.AST, ast.AST]
    lenient: frozenset[str]

    @staticmethod
    def of(place: Place, nodes: Sequence[ast.AST]) -> Around:
        """Of the nodes that a body runs."""
        bound = [pair for node in nodes for pair in _bindings(node)]
        lenient = frozenset(chain(target) for target, value in bound if is_lenient(value))
        return Around(outside_names(place, nodes), parents_of(nodes), lenient)

    def is_lenient(self, node: ast.AST) -> bool:
        """Is this a loop over such a stream?"""
        return isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) and chain(node.iter) in self.lenient

    def may_fail(self, place: Place, node: ast.AST, base: ast.expr) -> bool:
        """May this look-up in `base` fail because of what came in?"""
        return is_outside(place, self.names, base) and not is_guarded(place, self.parents, node, base)


def outside_names(place: Place, nodes: Sequence[ast.AST]) -> frozenset[str]:
    """The names that hold such data in a body."""
    names = {one for one in place.scan.parameters if one not in _SELF}
    pairs = [pair for node in nodes for pair in _bindings(node)]
    for _ in range(_PASSES):
        for target, value in pairs:
            if is_outside(place, names, value):
                names |= {one.id for one in every_node(target) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return frozenset(names)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr
    elif isinstance(node, ast.NamedExpr) or (isinstance(node, ast.AnnAssign) and node.value is not None):
        yield node.target, node.value  # type: ignore[misc]


def is_outside(place: Place, names: frozenset[str] | set[str], node: ast.expr | None) -> bool:
    """Does this expression lead into such data? Iterative along attributes, calls and subscripts."""
    while node is not None:
        if isinstance(node, ast.Attribute):
            if node.attr in _MEASURES or _means_given(place, node):
                return node.attr not in _MEASURES
            node = node.value
        elif isinstance(node, (ast.Subscript, ast.Await, ast.NamedExpr, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call):
            if last_name(chain(node.func)) in _ROWS:
                return False
            meaning = place.meaning(chain(node.func))
            name = "" if meaning is None or meaning.own or meaning.value else meaning.name
            if _is_given(place, name) or (_hands_on(name) and any(is_outside(place, names, one) for one in node.args)):
                return True
            node = node.func.value if isinstance(node.func, ast.Attribute) else None
        elif isinstance(node, (ast.BoolOp, ast.IfExp)):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return any(is_outside(place, names, one) for one in parts)
        elif isinstance(node, _COMPREHENSIONS):
            node = node.generators[0].iter
        else:
            return isinstance(node, ast.Name) and (node.id in names or _means_given(place, node))
    return False


def _means_given(place: Place, node: ast.expr) -> bool:
    meaning = place.meaning(chain(node))
    return meaning is not None and meaning.name in _GIVEN


def _is_given(place: Place, name: str) -> bool:
    if name in _GIVEN:
        return True
    entry = place.world.knowledge.entry(name) if name else None
    return entry is not None and bool(entry.raises)


def _hands_on(name: str) -> bool:
    return name in _THROUGH or name.startswith("re.")


def is_guarded(place: Place, parents: Mapping[ast.AST, ast.AST], node: ast.AST, base: ast.expr) -> bool:
    """Does a test around or before this look-up ask whether it will succeed: `"k" in d`, `len(xs) > 1`, `if xs`?

    `parents` are those of the body's nodes; above them, those of the file's statements count.
    """
    text = _text(base)
    inner = node
    whole = not isinstance(base, ast.Call) or not base.args  # `if line:` says nothing of `line.split(",")[1]`
    while text and not isinstance(inner, _SCOPES):
        around = parents.get(inner) or place.source.parents.get(inner)
        if around is None:
            return False
        if isinstance(around, (ast.If, ast.While, ast.IfExp)) and inner is not around.test and _asks(around.test, text, whole):
            return True
        if isinstance(around, ast.BoolOp) and any(_asks(one, text, whole) for one in around.values if one is not inner):
            return True
        if isinstance(around, _COMPREHENSIONS) and any(_asks(one, text, whole) for part in around.generators for one in part.ifs):
            return True
        if isinstance(inner, ast.stmt) and any(_leaves(one, text, whole) for one in _before(around, inner)):
            return True
        inner = around
    return False


def _before(around: ast.AST, statement: ast.stmt) -> list[ast.stmt]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(around, name, None)
        if isinstance(block, list) and statement in block:
            return block[: block.index(statement)]
    return []


def _leaves(statement: ast.stmt, text: str, whole: bool) -> bool:
    """`if "k" not in d: return`."""
    return isinstance(statement, ast.If) and isinstance(statement.body[-1], _EXITS) and _asks(statement.test, text, whole)


def _asks(test: ast.expr, text: str, whole: bool) -> bool:
    """Does a test ask for what is in `text`, how long it is, or, if the look-up is in `text` itself, whether it is empty?"""
    for node in every_node(test):
        if isinstance(node, ast.Compare) and any(isinstance(one, (ast.In, ast.NotIn)) for one in node.ops):
            if any(_text(one) == text for one in node.comparators):
                return True
        elif isinstance(node, ast.Call) and chain(node.func) == "len" and any(_text(one) == text for one in node.args):
            return True
    plain = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
    parts = plain.values if isinstance(plain, ast.BoolOp) else [plain]
    return whole and any(_text(one) == text for one in parts)


def _text(node: ast.expr) -> str:
    """The expression as code, for paths of names; a call is what it is called on: `line` for `line.split(":")`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) else ""
