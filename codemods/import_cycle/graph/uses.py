"""What runs while a module is being imported, and which names it uses there, and how.

Function bodies run later and are not walked, except those of functions and classes that the module
itself calls while it is being imported: what they use is used at import time too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine import children

# Decorators under which nobody reads a function's annotations.
_PLAIN_TEXT = """
staticmethod classmethod property setter getter deleter abstractmethod abstractproperty overload override final
contextmanager asynccontextmanager wraps lru_cache cache cached_property fixture deprecated no_type_check patch parametrize
"""
_PLAIN = frozenset(_PLAIN_TEXT.split())
_HARMLESS_BASES_TEXT = """
object Generic Protocol ABC Exception ValueError TypeError RuntimeError NamedTuple TypedDict Enum IntEnum StrEnum Flag
IntFlag str int dict list tuple set BaseException Thread
"""
_HARMLESS_BASES = frozenset(_HARMLESS_BASES_TEXT.split())
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


@dataclass(slots=True)
class Uses:
    """Dotted chains (`a.b.c` for an attribute of an attribute, else one name) by the way they are used."""

    found: dict[str, set[str]] = field(default_factory=dict)  # chain to kinds
    called: set[str] = field(default_factory=set)  # chains that are called, or decorate, at import time
    stored: set[str] = field(default_factory=set)  # names that the module level binds

    @property
    def run_time(self) -> bool:
        """Are there annotations that a decorator or a base class may read?"""
        return any("annotation-run-time" in kinds for kinds in self.found.values())

    @property
    def by_prefix(self) -> dict[str, set[str]]:
        """`a`, `a.b` and `a.b.c` for a chain `a.b.c`, each with the kinds of all chains that begin so."""
        kinds: dict[str, set[str]] = {}
        for chain, found in self.found.items():
            prefix = chain
            while prefix:
                kinds.setdefault(prefix, set()).update(found)
                prefix = prefix.rpartition(".")[0]
        return kinds

    def add(self, chain: str, kind: str) -> None:
        """One use."""
        self.found.setdefault(chain, set()).add(kind)


def chain_of(node: ast.expr) -> str:
    """`a.b.c` for attributes of a plain name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def import_time_uses(tree: ast.Module) -> Uses:
    """Every use outside function bodies, and inside those that the module calls while it is being imported."""
    uses = Uses()
    _block(tree.body, uses, "import-time", in_class="")
    local = {node.name: node for node in tree.body if isinstance(node, (*_FUNCTIONS, ast.ClassDef))}
    todo = sorted({chain.partition(".")[0] for chain in uses.called} & set(local))
    done = set(todo)
    while todo:
        inner = Uses()
        for part in _body_parts(local[todo.pop()]):
            _expression(part, inner, "import-time")
        for chain in inner.found:
            uses.add(chain, "import-time")
        fresh = ({chain.partition(".")[0] for chain in inner.called} & set(local)) - done
        done |= fresh
        todo += sorted(fresh)
    return uses


def _body_parts(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a function is called; for a class, what any of its methods runs."""
    for child in node.body:  # type: ignore[attr-defined]
        if isinstance(node, ast.ClassDef) and isinstance(child, _FUNCTIONS):
            yield from child.body
        else:
            yield child


def is_type_checking(test: ast.expr) -> bool:
    """Is this `TYPE_CHECKING` or `typing.TYPE_CHECKING`?"""
    return chain_of(test).rpartition(".")[2] == "TYPE_CHECKING"


def is_main_guard(test: ast.expr) -> bool:
    """Is this `__name__ == "__main__"`?"""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, *test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    values = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and values == {"__main__"}


def _block(body: Sequence[ast.stmt], uses: Uses, kind: str, in_class: str) -> None:
    """`kind`: how names count here; `in_class`: how the annotations of this class body count, empty at module level."""
    for node in body:
        if isinstance(node, _FUNCTIONS):
            _function(node, uses, kind)
        elif isinstance(node, ast.ClassDef):
            _class(node, uses, kind)
        elif isinstance(node, ast.AnnAssign):
            _annotation(node.annotation, uses, in_class or "annotation")
            for part in (node.target, node.value):
                if part is not None:
                    _expression(part, uses, kind)
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            _expression(node.test, uses, kind)
            _block(node.body, uses, "annotation", in_class and "annotation")
            _block(node.orelse, uses, kind, in_class)
        elif isinstance(node, ast.If) and is_main_guard(node.test):
            for child in node.body:
                _expression(child, uses, "function")
            _block(node.orelse, uses, kind, in_class)
        elif isinstance(node, _COMPOUND):
            _compound(node, uses, kind, in_class)
        else:
            _expression(node, uses, kind)


def _compound(node: ast.stmt, uses: Uses, kind: str, in_class: str) -> None:
    """A statement with blocks: its own expressions, then its blocks."""
    for _, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.stmt):
                _block([part], uses, kind, in_class)
            elif isinstance(part, ast.ExceptHandler):
                if part.type is not None:
                    _expression(part.type, uses, kind)
                _block(part.body, uses, kind, in_class)
            elif isinstance(part, ast.match_case):
                _expression(part.pattern, uses, kind)
                if part.guard is not None:
                    _expression(part.guard, uses, kind)
                _block(part.body, uses, kind, in_class)
            elif isinstance(part, ast.AST):
                _expression(part, uses, kind)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, uses: Uses, kind: str) -> None:
    uses.stored.add(node.name)
    annotated = "annotation"
    for decorator in node.decorator_list:
        _decorator(decorator, uses, kind)
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        if chain_of(function).rpartition(".")[2] not in _PLAIN:
            annotated = "annotation-run-time"
    given = node.args
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if argument is not None and argument.annotation is not None:
            _annotation(argument.annotation, uses, annotated)
    if node.returns is not None:
        _annotation(node.returns, uses, annotated)
    for default in (*given.defaults, *given.kw_defaults):
        if default is not None:
            _expression(default, uses, kind)


def _decorator(decorator: ast.expr, uses: Uses, kind: str) -> None:
    _expression(decorator, uses, "decorator" if kind == "import-time" else kind)
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    if chain := chain_of(function):
        uses.called.add(chain)


def _class(node: ast.ClassDef, uses: Uses, kind: str) -> None:
    uses.stored.add(node.name)
    for decorator in node.decorator_list:
        _decorator(decorator, uses, kind)
    for base in node.bases:
        _expression(base, uses, "base" if kind == "import-time" else kind)
    for keyword in node.keywords:
        _expression(keyword.value, uses, kind)
    names = {chain_of(base.value if isinstance(base, ast.Subscript) else base).rpartition(".")[2] for base in node.bases}
    harmless = names <= _HARMLESS_BASES and not node.keywords
    _block(node.body, uses, kind, "annotation" if harmless else "annotation-run-time")


def _annotation(node: ast.expr, uses: Uses, kind: str) -> None:
    """An annotation, with what its strings name."""
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                stack.append(ast.parse(part.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        elif isinstance(part, (ast.Name, ast.Attribute)) and (chain := chain_of(part)):
            uses.add(chain, kind)
        else:
            stack += children(part)


def _expression(node: ast.AST, uses: Uses, kind: str) -> None:
    """Every name below a node, functions inside it included."""
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Name, ast.Attribute)) and (chain := chain_of(part)):
            if isinstance(part.ctx, ast.Load) or "." in chain:
                uses.add(chain, kind)
            elif kind != "function":
                uses.stored.add(chain)
            continue
        if isinstance(part, ast.Call) and kind != "function" and (chain := chain_of(part.func)):
            uses.called.add(chain)
        stack += children(part)


def names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The first names of every chain below some nodes."""
    uses = Uses()
    for node in nodes:
        _expression(node, uses, "function")
    return frozenset(chain.partition(".")[0] for chain in uses.found)
