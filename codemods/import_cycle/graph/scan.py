"""One file's imports: every alias with its context and its uses, and what else the graph needs to know of the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from codemods.import_cycle.graph.contexts import children, imports_of
from codemods.import_cycle.graph.movable import functions, movable
from codemods.import_cycle.graph.stdlib import STDLIB
from codemods.import_cycle.graph.uses import Uses, chain_of, import_time_uses, names_in
from codemods.import_cycle.nouns import Alias, FileImports
from engine import Source

# Packages that read annotations at run time: a name that only annotations use must still be there.
_READERS_TEXT = """
pydantic pydantic_settings fastapi typer sqlmodel msgspec strawberry beartype typeguard cattrs injector litestar ninja
cyclopts tyro beanie odmantic marshmallow_dataclass dataclasses_json
"""
_READERS = frozenset(_READERS_TEXT.split())
# Plain words, and patterns that begin with one: those are searched far faster than an alternation.
_READS = ("get_type_hints(", "__annotations__", "eval_str=True", "singledispatch", "inspect.get_annotations")
_DYNAMIC = ("globals()", "vars()", "locals().update", "sys.modules[__name__]")
_SETS_PATH = re.compile(r"sys\.path\s*(?:\.\s*(?:insert|append|extend)|\[|\+?=)")
_BY_NAME = (
    re.compile(r"attr\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']"),
    re.compile(r"patch\.object\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']"),
)
_DOTTED = re.compile(r"""["']([A-Za-z_]\w*(?:\.\w+)+)(?::\w+)?["']""")
_CALL = re.compile(r"(?:\.\w+)?\(")
_ATTRIBUTE = re.compile(r"\.(\w+)")
_FIXED = {"conditional": "conditional-import", "guarded": "guarded-import", "class": "class-import"}
_KEPT = re.compile(r"noqa\b(?!:(?!.*F401))|re-?export|unused-import|isort:\s*skip|circular", re.I)


class Bodies:
    """The names that function bodies use; found out when somebody asks."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    @cached_property
    def names(self) -> frozenset[str]:
        """The first part of every name in any function's body."""
        parts: list[ast.AST] = []
        stack: list[ast.AST] = [self._tree]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parts += node.body
            elif isinstance(node, (ast.stmt, ast.Module, ast.ExceptHandler, ast.match_case)):
                stack += [child for child, _ in children(node, "")]
        return names_in(parts)


def scan(source: Source) -> FileImports | None:
    """What the file says. None for a file that neither imports nor defines anything."""
    text = source.text
    uses = import_time_uses(source.tree)
    exports = _exports(source.tree)
    imports = list(imports_of(source.tree))
    plain = [node for node, _ in imports]
    rebound = uses.stored | _declared_global(source)
    aliases: list[Alias] = []
    bodies = Bodies(source.tree)
    for node, context in imports:
        fixed = _fixed(source, node, context)
        for part in node.names:
            aliases.append(_alias(source, (node, part), context, uses, exports, rebound, len(aliases), fixed, bodies))
    traits = _traits(text, source.tree, {alias.module.partition(".")[0] for alias in aliases}, uses)
    return FileImports(
        aliases=tuple(_checked(aliases)),
        bound=frozenset(name for name in uses.stored if "." not in name),
        exports=exports,
        reads=frozenset(_reads(text, aliases)),
        strings=frozenset(_DOTTED.findall(text)),
        traits=traits,
        functions=functions(source.tree),
        movable=movable(source, frozenset(alias.local.partition(".")[0] for alias in aliases)) if plain or uses.stored else (),
    )


def _alias(
    source: Source,
    place: tuple[ast.Import | ast.ImportFrom, ast.alias],
    context: str,
    uses: Uses,
    exports: tuple[str, ...] | None,
    rebound: frozenset[str] | set[str],
    index: int,
    fixed: str,
    bodies: Bodies,
) -> Alias:
    node, part = place
    local = part.asname or part.name
    kinds: set[str] = set()
    if context not in ("function", "type-checking") and part.name != "*":
        kinds = _kinds(local, uses, dotted=isinstance(node, ast.Import) and not part.asname)
        if exports is not None and local in exports:
            kinds.add("export")
        kinds |= _later(source, local, node, kinds, bodies)
        if "#" in source.text[source.end(node) : source.line_end(source.end(node))]:
            kinds.add("commented")
    if isinstance(node, ast.ImportFrom):
        module, name = "." * node.level + (node.module or ""), part.name
    else:
        module, name = part.name, ""
    if not fixed:
        if part.name == "*":
            fixed = "star-import"
        elif local.partition(".")[0] in rebound:
            fixed = "rebound-name"
        elif part.asname == part.name:
            fixed = "re-export"  # `import x as x` says that it is meant to be seen
    return Alias(index, node.lineno, module, name, local, context, tuple(sorted(kinds)), fixed)


def _kinds(local: str, uses: Uses, dotted: bool) -> set[str]:
    """How a local name is used at import time. A dotted one counts where its whole chain, or its first part alone, is used."""
    first = local.partition(".")[0]
    kinds: set[str] = set()
    for chain, found in uses.found.items():
        if chain == local or chain.startswith(local + ".") or (dotted and chain == first):
            kinds |= found
    return kinds


def _later(source: Source, local: str, node: ast.Import | ast.ImportFrom, kinds: set[str], bodies: Bodies) -> set[str]:
    """Is the name used inside functions, and is every such use a call whose result nobody takes?

    By text, which may say yes for a comment: the rewrite looks at the tree. Where annotations would blur it, by the tree.
    """
    start, end = source.start(node), source.end(node)
    found = [at for at in _occurrences(source.text, local) if not start <= at < end]
    module = node.module if isinstance(node, ast.ImportFrom) and not node.level else local
    known = (module or "").partition(".")[0] in STDLIB
    annotated = any(kind.startswith("annotation") for kind in kinds)
    if not found or (annotated and not known and local.partition(".")[0] not in bodies.names):
        return set()
    if kinds or not all(_is_statement(source, at, len(local)) for at in found):
        return {"function"}
    return {"function", "call-only"}


def _is_statement(source: Source, at: int, size: int) -> bool:
    """Does a line begin with a call of what stands at an offset?"""
    before = source.text[source.line_start(at) : at]
    return not before.replace("await ", "", 1).strip() and before != "" and bool(_CALL.match(source.text, at + size))


def _occurrences(text: str, word: str, start: int = 0) -> Iterator[int]:
    """Where a dotted word stands by itself; what stands behind a dot is an attribute of something else."""
    size, at = len(word), text.find(word, start)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + size : at + size + 1]
        if not (before.isalnum() or before in ("_", ".") or after.isalnum() or after == "_"):
            yield at
        at = text.find(word, at + size)


def _fixed(source: Source, node: ast.Import | ast.ImportFrom, context: str) -> str:
    """Why a statement has to stay where it is."""
    if context != "module":
        return _FIXED.get(context, "")
    start, end = source.start(node), source.end(node)
    before, after = source.text[source.line_start(start) : start], source.text[end : source.line_end(end)]
    if before.strip(" \t\f") or not re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", after) or source.text[:start].endswith("\\\n"):
        return "shares-line"
    if "#" in source.text[start:end] or _KEPT.search(after):
        return "commented-import"
    return ""


def _checked(aliases: list[Alias]) -> Iterator[Alias]:
    """A local name that two imports of the module level bind is nothing to move, but for parts of one package."""
    counts: dict[str, int] = {}
    for alias in aliases:
        if alias.context not in ("function", "type-checking"):
            counts[alias.local] = counts.get(alias.local, 0) + 1
    for alias in aliases:
        if counts.get(alias.local, 0) > 1 and not alias.fixed and alias.eager:
            yield Alias(**{**{name: getattr(alias, name) for name in Alias.__slots__}, "fixed": "rebound-name"})
        else:
            yield alias


def _declared_global(source: Source) -> set[str]:
    return {name for node in source.statements(ast.Global) for name in node.names}


def _exports(tree: ast.Module) -> tuple[str, ...] | None:
    """`__all__`, every string of it; None when there is none."""
    found: list[str] = []
    seen = False
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, _TARGETS) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            seen = True
            value = node.value  # type: ignore[attr-defined]
            if value is not None:
                found += [
                    part.value for part in ast.walk(value) if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and chain_of(node.value.func).startswith("__all__."):
            found += [
                part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
    return tuple(found) if seen else None


def _texts(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


_TARGETS = (ast.AugAssign, ast.AnnAssign)


def _reads(text: str, aliases: list[Alias]) -> Iterator[tuple[int, str]]:
    """Attributes that are read of imported names which may be modules: cheap, by text, one too many is no harm."""
    by_local: dict[str, list[int]] = {}
    for alias in aliases:
        if alias.name != "*" and not alias.local[:1].isupper():
            by_local.setdefault(alias.local, []).append(alias.index)
    for local, indexes in by_local.items():
        for at in _occurrences(text, local):
            if attribute := _ATTRIBUTE.match(text, at + len(local)):
                yield from ((index, attribute[1]) for index in indexes)
    for pattern in _BY_NAME:
        for local, name in pattern.findall(text):
            yield from ((index, name) for index in by_local.get(local, ()))


def _traits(text: str, tree: ast.Module, packages: set[str], uses: Uses) -> frozenset[str]:
    found = set()
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and _has_annotations(node) for node in tree.body[:3]):
        found.add("future-annotations")
    if uses.run_time:
        found.add("annotated-at-run-time")
    if packages & _READERS:
        found.add("reads-annotations")
    if any(word in text for word in _READS):
        found.add("evaluates-annotations")
    if any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body):
        found.add("has-getattr")
    if any(word in text for word in _DYNAMIC):
        found.add("dynamic")
    if _SETS_PATH.search(text):
        found.add("sets-path")
    return frozenset(found)


def _has_annotations(node: ast.ImportFrom) -> bool:
    return any(part.name == "annotations" for part in node.names)
