"""One file's imports: every alias with its context and its uses, and what else the graph needs to know of the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from codemods.import_cycle.graph.contexts import children, imports_of
from codemods.import_cycle.graph.movable import functions, movable
from codemods.import_cycle.graph.shapes import Shapes, inside
from codemods.import_cycle.graph.traits import exports_of, traits_of
from codemods.import_cycle.graph.uses import import_time_uses, names_in
from codemods.import_cycle.nouns import Alias, Call, FileImports
from engine import STDLIB, Source

_BY_NAME = (
    re.compile(r"attr\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']"),
    re.compile(r"patch\.object\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']"),
)
_DOTTED = re.compile(r"""["']([A-Za-z_]\w*(?:\.\w+)+)(?::\w+)?["']""")
_CALL = re.compile(r"(?:\.\w+)?\(")
_ATTRIBUTE = re.compile(r"\.(\w+)")
_FIXED = {"conditional": "conditional-import", "guarded": "guarded-import", "class": "class-import"}
_KEPT = re.compile(r"noqa\b(?!:(?!.*F401))|re-?export|unused-import|isort:\s*skip|circular", re.I)


class Look:
    """One file, and what several of its aliases ask of it; found out when the first asks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.uses = import_time_uses(source.tree)
        self.exports = exports_of(source.tree)
        self.shapes = Shapes(source)
        self._places: dict[str, list[int]] = {}

    @cached_property
    def kinds(self) -> dict[str, set[str]]:
        """How each name, dotted or not, is used while the module is being imported."""
        return self.uses.by_prefix

    @cached_property
    def rebound(self) -> set[str]:
        """Names that something but an import binds at module level."""
        if "global" not in self.source.text:
            return self.uses.stored
        return self.uses.stored | {name for node in self.source.statements(ast.Global) for name in node.names}

    @cached_property
    def in_bodies(self) -> frozenset[str]:
        """The first part of every name in any function's body."""
        parts: list[ast.AST] = []
        stack: list[ast.AST] = [self.source.tree]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parts += node.body
            elif isinstance(node, (ast.stmt, ast.Module, ast.ExceptHandler, ast.match_case)):
                stack += [child for child, _ in children(node, "")]
        return names_in(parts)

    def places(self, word: str) -> list[int]:
        """The offsets at which a dotted word stands by itself."""
        if word not in self._places:
            self._places[word] = list(_occurrences(self.source.text, word))
        return self._places[word]


def scan(source: Source) -> FileImports | None:
    """What the file says. None for a file that neither imports nor defines anything."""
    look = Look(source)
    uses = look.uses
    aliases: list[Alias] = []
    for node, context in imports_of(source):
        fixed = _fixed(source, node, context)
        for part in node.names:
            aliases.append(_alias(look, (node, part), context, len(aliases), fixed))
    bare = not aliases and not uses.stored
    return FileImports(
        aliases=tuple(_checked(aliases)),
        bound=frozenset(name for name in uses.stored if "." not in name),
        exports=look.exports,
        reads=frozenset(_reads(look, aliases)),
        strings=frozenset(_DOTTED.findall(source.text)),
        traits=traits_of(source.text, source.tree, {alias.module.partition(".")[0] for alias in aliases}, uses),
        functions=functions(source.tree),
        movable=() if bare else movable(source, frozenset(alias.local.partition(".")[0] for alias in aliases)),
    )


def _alias(look: Look, place: tuple[ast.Import | ast.ImportFrom, ast.alias], context: str, index: int, fixed: str) -> Alias:
    source = look.source
    node, part = place
    local = part.asname or part.name
    kinds: set[str] = set()
    calls: tuple[Call, ...] = ()
    if context not in ("function", "type-checking") and part.name != "*":
        kinds = set(look.kinds.get(local, ()))
        if isinstance(node, ast.Import) and not part.asname:
            kinds |= look.uses.found.get(local.partition(".")[0], set())
        if look.exports is not None and local in look.exports:
            kinds.add("export")
        kinds |= _later(look, local, node, kinds)
        if "#" in source.text[source.end(node) : source.line_end(source.end(node))]:
            kinds.add("commented")
    elif context == "function" and part.name != "*":
        kinds, fixed, calls = inside(look.shapes, node, local)
    if "call-only" in kinds and not calls:
        first, start, end = local.partition(".")[0], source.start(node), source.end(node)
        calls = look.shapes.calls(local, [at for at in look.places(first) if not start <= at < end])
        kinds -= set() if calls else {"call-only"}
    if isinstance(node, ast.ImportFrom):
        module, name = "." * node.level + (node.module or ""), part.name
    else:
        module, name = part.name, ""
    if not fixed:
        if part.name == "*":
            fixed = "star-import"
        elif local.partition(".")[0] in look.rebound:
            fixed = "rebound-name"
        elif part.asname == part.name:
            fixed = "re-export"  # `import x as x` says that it is meant to be seen
    return Alias(index, node.lineno, module, name, local, context, tuple(sorted(kinds)), fixed, calls, *_room(look, local, kinds))


def _room(look: Look, local: str, kinds: set[str]) -> tuple[int, int]:
    """The lines of a function without room for the import, and of an annotation that takes no quotes; 0 for none."""
    first = local.partition(".")[0]
    annotated = any(kind.startswith("annotation") for kind in kinds)
    return (
        look.shapes.one_line.get(first, 0) if "function" in kinds else 0,
        look.shapes.unquotable.get(first, 0) if annotated else 0,
    )


def _later(look: Look, local: str, node: ast.Import | ast.ImportFrom, kinds: set[str]) -> set[str]:
    """Is the name used inside functions, and is every such use a call whose result nobody takes?

    By text, which may say yes for a comment: the rewrite looks at the tree. Where annotations would blur it, by the tree.
    """
    start, end = look.source.start(node), look.source.end(node)
    found = [at for at in look.places(local) if not start <= at < end]
    module = node.module if isinstance(node, ast.ImportFrom) and not node.level else local
    known = (module or "").partition(".")[0] in STDLIB
    annotated = any(kind.startswith("annotation") for kind in kinds)
    if not found or (annotated and not known and local.partition(".")[0] not in look.in_bodies):
        return set()
    if kinds or not all(_is_statement(look.source, at, len(local)) for at in found):
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
    if before.strip(" \t\f") or not re.fullmatch(r"[ \t\f]*(#.*)?[\r\n]*", after) or source.text.endswith("\\\n", 0, start):
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


def _reads(look: Look, aliases: list[Alias]) -> Iterator[tuple[int, str]]:
    """Attributes that are read of imported names which may be modules: cheap, by text, one too many is no harm."""
    text = look.source.text
    by_local: dict[str, list[int]] = {}
    for alias in aliases:
        if alias.name != "*" and not alias.local[:1].isupper():
            by_local.setdefault(alias.local, []).append(alias.index)
    for local, indexes in by_local.items():
        for at in look.places(local):
            if attribute := _ATTRIBUTE.match(text, at + len(local)):
                yield from ((index, attribute[1]) for index in indexes)
    for pattern in _BY_NAME:
        for local, name in pattern.findall(text):
            yield from ((index, name) for index in by_local.get(local, ()))
