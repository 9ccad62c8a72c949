"""The project as one: which file, class or function a name means, bases and heirs of classes, and who calls whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codemods.port_literal.follow.meanings import ClassKey, Ref
from codemods.port_literal.scan.terms import Attr, Call, CallSite, ClassPorts, FilePorts, FunctionPorts, Global, Term, This
from engine import beginnings

_DEEPEST = 8


class World:
    """Everything that was scanned, and where names lead. Built once; answers are kept."""

    def __init__(self, files: Mapping[str, FilePorts], paths: Iterable[str]) -> None:
        self.files = files
        self._modules: dict[str, str] = {}
        self._tails: dict[str, str] = {}
        for path in sorted({*paths, *files}):
            if path.endswith(".py"):
                key = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                self._modules.setdefault(key, path)
        for key, path in self._modules.items():
            tail = key.partition(".")[2]
            while tail:
                self._tails[tail] = path if self._tails.get(tail, path) == path else ""
                tail = tail.partition(".")[2]
        self._resolved: dict[tuple[str, str], Ref | None] = {}
        self._orders: dict[ClassKey, tuple[ClassKey, ...]] = {}
        self.heirs = self._heirs()
        self.calls: dict[Ref, list[tuple[str, CallSite]]] = {}
        self.methods: dict[str, list[tuple[str, CallSite]]] = {}
        self.base_calls: dict[tuple[str, str], list[CallSite]] = {}  # by (path, calling function): super().method(...)
        self.owners: dict[str, int] = {}  # method name to how many classes define it
        self._index()

    # -- names -------------------------------------------------------------------------

    def module(self, dotted: str, importer: str) -> tuple[str, str] | None:
        """(path, rest) for the longest beginning of a dotted name that is a file of the project."""
        package = importer.rpartition("/")[0].replace("/", ".")
        if dotted.startswith("."):
            plain = dotted.lstrip(".")
            for _ in range(len(dotted) - len(plain) - 1):
                package = package.rpartition(".")[0]
            return self._longest(f"{package}.{plain}" if package else plain)
        found = self._longest(dotted)
        if found is None and package:
            found = self._longest(f"{package}.{dotted}")
            found = found if found is None or len(found[1]) < len(dotted) else None
        if found is not None:
            return found
        return next(((self._tails[head], rest) for head, rest in beginnings(dotted) if self._tails.get(head)), None)

    def _longest(self, dotted: str) -> tuple[str, str] | None:
        return next(((self._modules[head], rest) for head, rest in beginnings(dotted) if head in self._modules), None)

    def resolve(self, path: str, dotted: str, depth: int = 0) -> Ref | None:
        """What a dotted name means in a file; None for what is not the project's."""
        key = (path, dotted)
        if key not in self._resolved:
            self._resolved[key] = None  # while it is looked for: an import that leads back to itself
            self._resolved[key] = self._find(path, dotted, depth)
        return self._resolved[key]

    def _find(self, path: str, dotted: str, depth: int) -> Ref | None:
        file = self.files.get(path)
        if file is None or depth > _DEEPEST:
            return None
        if dotted in file.functions:
            return Ref("function", path, dotted)
        if dotted in file.classes:
            return Ref("class", path, dotted)
        if dotted in file.variables:
            return Ref("variable", path, dotted)
        root, _, rest = dotted.partition(".")
        target = file.imports.get(root)
        if target is not None and root not in file.classes:
            whole = f"{target}.{rest}" if rest else target
            found = self.module(whole, path)
            if found is None or found[0] == path:
                return None
            return self.resolve(found[0], found[1], depth + 1) if found[1] else Ref("module", found[0], "")
        for module in file.stars:
            found = self.module(module, path)
            if found is not None and not found[1] and found[0] != path:
                meaning = self.resolve(found[0], dotted, depth + 1)
                if meaning is not None:
                    return meaning
        nested = [name for name in file.functions if name.endswith(f".{dotted}")] if not rest else []
        return Ref("function", path, nested[0]) if len(nested) == 1 else None

    # -- classes -----------------------------------------------------------------------

    def ports_of(self, key: ClassKey) -> ClassPorts:
        return self.files[key[0]].classes[key[1]]

    def function(self, path: str, name: str) -> FunctionPorts | None:
        file = self.files.get(path)
        return None if file is None else file.functions.get(name)

    def bases(self, key: ClassKey) -> list[ClassKey]:
        """The project's classes that a class names as its bases."""
        found = []
        for base in self.ports_of(key).bases:
            ref = self.resolve(key[0], base)
            if ref is not None and ref.kind == "class" and (ref.path, ref.name) != key:
                found.append((ref.path, ref.name))
        return found

    def order(self, key: ClassKey) -> tuple[ClassKey, ...]:
        """The class and its bases, nearest first: depth first, which is Python's order but for diamonds."""
        if key not in self._orders:
            self._orders[key] = (key,)
            found = [key]
            for base in self.bases(key):
                found.extend(one for one in self.order(base) if one not in found)
            self._orders[key] = tuple(found)
        return self._orders[key]

    def method(self, key: ClassKey, name: str) -> tuple[ClassKey, FunctionPorts] | None:
        """The class that gives `key` this method, and the method."""
        for one in self.order(key):
            function = self.function(one[0], f"{one[1]}.{name}")
            if function is not None:
                return one, function
        return None

    def _heirs(self) -> dict[ClassKey, tuple[ClassKey, ...]]:
        """Every class below a class, sorted."""
        found: dict[ClassKey, set[ClassKey]] = {}
        for path, file in self.files.items():
            for name in file.classes:
                for base in self.order((path, name))[1:]:
                    found.setdefault(base, set()).add((path, name))
        return {key: tuple(sorted(values)) for key, values in found.items()}

    # -- calls -------------------------------------------------------------------------

    def _index(self) -> None:
        for path, file in self.files.items():
            for function in file.functions.values():
                if function.owner:
                    last = function.name.rpartition(".")[2]
                    self.owners[last] = self.owners.get(last, 0) + 1
            for site in file.calls:
                self._note(path, site)

    def _note(self, path: str, site: CallSite) -> None:
        function = site.call.function
        dotted = dotted_of(function)
        if isinstance(function, Attr):
            if is_super(function.base) or (function.name == "__init__" and dotted):
                self.base_calls.setdefault((path, site.function), []).append(site)
                return
            if isinstance(function.base, This) or not dotted:
                self.methods.setdefault(function.name, []).append((path, site))
                return
        ref = self.resolve(path, dotted) if dotted else None
        if ref is not None and ref.kind in ("function", "class"):
            self.calls.setdefault(ref, []).append((path, site))
        elif isinstance(function, Attr):
            self.methods.setdefault(function.name, []).append((path, site))


def dotted_of(term: Term) -> str:
    """The dotted text of module-level names: `zmq.PUB`; "" for anything else."""
    parts: list[str] = []
    while isinstance(term, Attr):
        parts.append(term.name)
        term = term.base
    return ".".join([term.name, *reversed(parts)]) if isinstance(term, Global) else ""


def is_super(term: Term) -> bool:
    """Is this `super()`?"""
    return isinstance(term, Call) and isinstance(term.function, Global) and term.function.name == "super"
