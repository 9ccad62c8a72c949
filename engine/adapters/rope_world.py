"""The target's names across its modules, by our own tables: what an expression of a file means, and where that is defined.

A place is (path, name in the file): `("svc/models.py", "Till.add")`, `"price:amount"` for what is local to a function, `""` for
the module itself, `"?x"` for a name that a module lacks, `"~x"` for the variable of a comprehension or lambda; the path is empty
for what lies outside of the target. Pure, and timid: an empty meaning says that nobody can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import cached_property

from engine.adapters.rope_scopes import exports, receives, stores, within
from engine.bindings import Binding, Scope
from engine.dangling import names_of, pointed, root_of
from engine.names import BUILTINS
from engine.source import Source

Place = tuple[str, str]
Meaning = frozenset[Place]
UNKNOWN: Meaning = frozenset()
_OBJECT: Meaning = frozenset({("", "builtins.object")})


class World:
    """The modules of a target. `sources`: path to each Python file that parses."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._members: dict[Place, Meaning] = {}
        self._qualified: dict[str, dict[int, str]] = {}
        self._stored: dict[int, frozenset[str]] = {}
        self._looking: set[tuple[int, str]] = set()  # for attributes of classes, which may be one another's bases

    # -- modules -----------------------------------------------------------------------

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """Dotted name to the files called so; to the folder, with a `/` at its end, where a package has no `__init__`."""
        found: dict[str, list[str]] = {}
        for path in self.sources:
            for dotted in names_of(path, self.sources) if path.endswith(".py") else ():
                found.setdefault(dotted, []).append(path)
        for dotted, paths in list(found.items()):
            parts, folders = dotted.split("."), paths[0].removesuffix("/__init__.py").split("/")
            for up in range(1, len(parts)):
                found.setdefault(".".join(parts[:-up]), ["/".join([*folders[:-up], ""])])
        return found

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(paths[0] for paths in self._index.values() if paths[0].endswith("/"))

    def module(self, dotted: str, importer: str) -> str:
        """The file that an absolute import in the file `importer` means; empty: none, or nobody knows which."""
        found = self._index.get(dotted, [])
        roots = {path: root_of(f"{path}__init__.py" if path.endswith("/") else path, dotted) for path in found}
        around = [path for path in found if importer.startswith(roots[path])]
        if around:
            return max(around, key=lambda path: len(roots[path]))
        return found[0] if len(found) == 1 else ""

    def imported_from(self, node: ast.ImportFrom, path: str) -> str:
        """The file that `from ... import` in a file names; empty: none of the target's."""
        if not node.level:
            return self.module(node.module or "", path)
        parts = pointed(node, path)
        return self._beneath("/".join(parts)) if parts is not None else ""

    def _beneath(self, stem: str) -> str:
        for path in (f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.py"):
            if path in self.sources:
                return path
        return f"{stem}/" if f"{stem}/" in self._folders else ""

    def submodule(self, path: str, name: str) -> str:
        """The file of a module right below a package; empty: there is none."""
        if not path.endswith(("/", "__init__.py")):
            return ""
        return self._beneath(f"{path.removesuffix('__init__.py')}{name}")

    # -- names -------------------------------------------------------------------------

    def member(self, path: str, name: str) -> Meaning:
        """What a name of a module means."""
        if (path, name) not in self._members:
            self._members[path, name] = UNKNOWN  # where modules import a name from one another in a circle
            self._members[path, name] = self._member(path, name)
        return self._members[path, name]

    def _member(self, path: str, name: str) -> Meaning:
        if source := self.sources.get(path):
            top = source.names.module
            found = self._of(top.bindings.get(name, []), top, source) | self._starred(source, name)
            if found or name in top.bindings:
                return found
            if "__getattr__" in top.bindings:
                return UNKNOWN
        if below := self.submodule(path, name):
            return frozenset({(below, "")})
        return frozenset({("", name)} if name.startswith("__") else {(path, f"?{name}")})

    def _starred(self, source: Source, name: str) -> Meaning:
        """What `from module import *` says of a name; where several do, all of that: the order is not looked at."""
        found: set[Place] = set()
        for node in source.statements(ast.ImportFrom) if source.names.has_star_import else ():
            module = self.imported_from(node, source.path) if node.names[0].name == "*" else ""
            if module in self.sources and name in self._exported(module, name):
                found |= {place for place in self.member(module, name) if not place[1].startswith("?")}
        return frozenset(found)

    def _exported(self, module: str, name: str) -> Collection[str]:
        """What `*` takes of a module, when it has `name`."""
        source = self.sources[module]
        if "__all__" in source.names.module.bindings:
            return {str(one.value) for one in exports(source.tree)}
        return () if name.startswith("_") else (name,)

    def name(self, source: Source, name: str, scope: Scope) -> Meaning:
        """What a name means that is read in a scope."""
        owner = source.names.owner(name, scope)
        if owner is not None and owner.parent is not None:
            return self._of(owner.bindings[name], owner, source)
        found = self.member(source.path, name)
        if name in BUILTINS and (source.path, f"?{name}") in found:
            return frozenset({("", f"builtins.{name}")})
        return found

    def _of(self, bindings: list[Binding], owner: Scope, source: Source) -> Meaning:
        return frozenset(place for one in bindings for place in self._bound(one, owner, source))

    def _bound(self, binding: Binding, owner: Scope, source: Source) -> Meaning:
        node = binding.node
        if isinstance(node, ast.ImportFrom):
            said = next((one.name for one in node.names if (one.asname or one.name) == binding.name), "")
            return self.from_import(node, said, source.path)
        if isinstance(node, ast.Import):
            path = self.module(binding.target, source.path)
            return frozenset({(path, "") if path else ("", binding.target)})
        if isinstance(node, ast.arg) and receives(owner, node):
            return frozenset({(source.path, self.qualified(source, owner.parent or owner))})
        return frozenset({self.place(source, binding.name, owner)})

    def from_import(self, node: ast.ImportFrom, name: str, path: str) -> Meaning:
        """What `from ... import name` in a file gives."""
        module = self.imported_from(node, path)
        if module:
            return self.member(module, name)
        return UNKNOWN if node.level else frozenset({("", f"{node.module}.{name}")})

    def place(self, source: Source, name: str, owner: Scope) -> Place:
        """Where a name that a scope binds is defined."""
        around = self.qualified(source, owner)
        separator = "." if owner.is_class else ":"
        return source.path, f"{around}{separator}{name}" if around else name

    def qualified(self, source: Source, scope: Scope) -> str:
        """The name in its file of a module (empty), class or function."""
        known = self._qualified.setdefault(source.path, {})
        if id(scope) not in known:
            name = getattr(scope.node, "name", "")
            known[id(scope)] = self.place(source, name, scope.parent)[1] if scope.parent else ""
        return known[id(scope)]

    # -- attributes --------------------------------------------------------------------

    def attribute(self, place: Place, name: str) -> Meaning:
        """What `.name` means on what stands at a place."""
        path, inner = place
        if not path:
            return frozenset({("", f"{inner}.{name}")})
        if not inner:
            return self.member(path, name)
        scope = self.scope(place)
        return self.of_class(path, scope, name) if scope is not None and scope.is_class else UNKNOWN

    def scope(self, place: Place) -> Scope | None:
        """The class or function that is defined at a place; the first of several."""
        path, inner = place
        source = self.sources.get(path)
        return within(source.names.module, inner) if source else None

    def of_class(self, path: str, scope: Scope, name: str) -> Meaning:
        """What an attribute of a class, or of an instance in its methods, means; looked up in its bases, too."""
        source = self.sources[path]
        if self.defines(scope, name):
            return frozenset({self.place(source, name, scope)})
        if (id(scope), name) in self._looking:
            return UNKNOWN
        self._looking.add((id(scope), name))
        known = True
        try:
            for one in scope.node.bases:  # type: ignore[attr-defined]
                base = self.base(source, one, scope)
                inherited = self.of_class(base[0], base[1], name) if base else UNKNOWN
                if inherited and not any("?" in inner for _, inner in inherited):
                    return inherited
                known = known and (bool(inherited) or self.expression(source, one, scope.parent or scope) == _OBJECT)
        finally:
            self._looking.discard((id(scope), name))
        return frozenset({(path, f"{self.qualified(source, scope)}.?{name}")}) if known else UNKNOWN

    def defines(self, scope: Scope, name: str) -> bool:
        """Does a class bind a name, or one of its methods set it on its first argument?"""
        if id(scope) not in self._stored:
            self._stored[id(scope)] = stores(scope.node)
        return name in scope.bindings or name in self._stored[id(scope)]

    def base(self, source: Source, node: ast.expr, scope: Scope) -> tuple[str, Scope] | None:
        """The file and scope of a base class of the target's own that `node` names; None: of another, or nobody knows."""
        places = self.expression(source, node, scope.parent or scope)
        found = self.scope(next(iter(places))) if len(places) == 1 else None
        return (next(iter(places))[0], found) if found is not None and found.is_class else None

    def expression(self, source: Source, node: ast.expr, scope: Scope, hidden: frozenset[str] = frozenset()) -> Meaning:
        """What `a` or `a.b.c` means in a scope; a class for its instances, too. `hidden`: names of comprehensions and lambdas."""
        if isinstance(node, ast.Name):
            return frozenset({(source.path, f"~{node.id}")}) if node.id in hidden else self.name(source, node.id, scope)
        if isinstance(node, ast.Attribute):
            if _is_super(node.value):
                return self._inherited(source, node.attr, scope)
            inner = self.expression(source, node.value, scope, hidden)
            return frozenset(found for place in inner for found in self.attribute(place, node.attr))
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Call):
            made = self.expression(source, node.func, scope, hidden)
            return made if all((one := self.scope(place)) is not None and one.is_class for place in made) else UNKNOWN
        return UNKNOWN

    def _inherited(self, source: Source, name: str, scope: Scope) -> Meaning:
        """What `super().name` means in a method of a class with one base."""
        current: Scope | None = scope
        while current is not None and not current.is_class:
            current = current.parent
        bases: list[ast.expr] = current.node.bases if current is not None else []  # type: ignore[attr-defined]
        base = self.base(source, bases[0], current) if current is not None and len(bases) == 1 else None
        return self.of_class(base[0], base[1], name) if base else UNKNOWN


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
