"""What a chain means: the qualified name of a function, class or module, or a value of a known type.

Local names come from assignments, annotations and `with ... as`; attributes of `self` from what the class's methods
assign; what calls return from return annotations, from what a function returns, and from the knowledge base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codemods.broad_except.inference.chains import UNKNOWN
from codemods.broad_except.inference.model import ClassScan, FileScan, FunctionScan, Meaning
from codemods.broad_except.inference.modules import Modules
from codemods.broad_except.inference.python import NAMES, TYPES
from codemods.broad_except.inference.scan import PROPERTY
from codemods.broad_except.knowledge import Knowledge

_LINK = re.compile(r"\.?([^\W\d]\w*)|\(\)|\[\]")
_DEEPEST = 12
_SHORT = {"str", "bytes"}


@dataclass(slots=True)
class World:
    """Everything that resolving looks at. `memo` makes it an object rather than a value; nothing else changes."""

    modules: Modules
    scans: Mapping[str, FileScan]  # by module key
    knowledge: Knowledge
    memo: dict[tuple[str, str, str], Meaning | None] = field(default_factory=dict)

    def resolve(self, key: str, function: str, text: str, depth: int = 0) -> Meaning | None:
        """The meaning of a chain in a function ("" for module level) of the module `key`."""
        if text.startswith(UNKNOWN) or depth > _DEEPEST:
            return None
        place = (key, function, text)
        if place not in self.memo:
            self.memo[place] = None  # a chain that leads back to itself means nothing
            self.memo[place] = self._follow(key, function, text, depth)
        return self.memo[place]

    def _follow(self, key: str, function: str, text: str, depth: int) -> Meaning | None:
        links = _LINK.finditer(text)
        first = next(links, None)
        if first is None or first[1] is None:
            return None
        meaning: Meaning | None
        position = first.end()
        if text.startswith("super()"):
            owner = self._method(key, function)
            meaning = self._super(key, owner) if owner else None
            next(links, None)
        else:
            meaning = self._root(key, function, first[1], depth)
        for link in links:
            if meaning is None or (link.start() != position and not text.startswith("super()")):
                return None
            position = link.end()
            if link[1]:
                meaning = self.attribute(meaning, link[1], depth + 1)
            elif link[0] == "()":
                meaning = self.called(meaning, depth + 1)
            else:
                meaning = _item(meaning)
        return meaning

    def _method(self, key: str, function: str) -> str:
        scan = self.scans[key].functions.get(function) if key in self.scans else None
        return scan.owner if scan is not None else ""

    def _super(self, key: str, owner: str) -> Meaning | None:
        for base in self.bases(f"{key}:{owner}"):
            return Meaning(base, True)
        return None

    def _root(self, key: str, function: str, name: str, depth: int) -> Meaning | None:
        scan = self.scans.get(key)
        if scan is None:
            return None
        around = function
        while around:
            inner = scan.functions.get(around)
            if inner is not None and name in inner.values:
                text = inner.values[name]
                return self._definition(key, f"{around}.{name}") if not text else self.resolve(key, around, text, depth + 1)
            around = around.rpartition(".")[0]
        if name in scan.classes or name in scan.functions:
            return self._definition(key, name)
        if name in scan.imports:
            return self.imported(key, scan.imports[name])
        module = scan.functions.get("")
        if module is not None and name in module.values:
            return self.resolve(key, "", module.values[name], depth + 1)
        for star in scan.stars:
            found = self.modules.find(star, key)
            if found and not found[1] and found[0] != key and name in self._public(found[0]):
                return self._member(found[0], name)
        return Meaning(self.knowledge.canonical(name)) if name in NAMES or self.knowledge.is_known_exception(name) else None

    def _public(self, key: str) -> frozenset[str]:
        scan = self.scans.get(key)
        return frozenset() if scan is None else frozenset((*scan.classes, *scan.functions, *scan.imports)) - {""}

    def _definition(self, key: str, name: str) -> Meaning | None:
        scan = self.scans[key]
        return Meaning(f"{key}:{name}") if name in scan.classes or name in scan.functions else None

    def imported(self, key: str, target: str) -> Meaning | None:
        """The meaning of an import's dotted target, seen from the module `key`."""
        found = self.modules.find(target, key)
        if found is None:
            return None if target.startswith(".") else Meaning(self.knowledge.canonical(target))
        module, rest = found
        if module == key and target.partition(".")[0] != key.partition(".")[0]:
            return Meaning(self.knowledge.canonical(target))
        meaning: Meaning | None = Meaning(f"{module}:")
        for name in rest.split(".") if rest else ():
            meaning = None if meaning is None else self.attribute(meaning, name, 0)
        return meaning

    def _member(self, key: str, name: str, depth: int = 0) -> Meaning | None:
        """A name of a module of the project, through its re-exports."""
        scan = self.scans.get(key)
        if scan is not None:
            if name in scan.classes or name in scan.functions:
                return Meaning(f"{key}:{name}")
            if name in scan.imports and depth < _DEEPEST:
                place = (key, "", f".{name}")
                if place not in self.memo:
                    self.memo[place] = None
                    self.memo[place] = self.imported(key, scan.imports[name])
                return self.memo[place]
            if "" in scan.functions and name in scan.functions[""].values:
                return self.resolve(key, "", name, depth + 1)
        if f"{key}.{name}" in self.modules.paths:
            return Meaning(f"{key}.{name}:")
        return None

    def attribute(self, meaning: Meaning, name: str, depth: int) -> Meaning | None:
        """`meaning.name`."""
        if not meaning.own:
            return Meaning(self.knowledge.canonical(f"{meaning.name}.{name}"))
        key, _, inside = meaning.name.partition(":")
        if not inside:
            return self._member(key, name, depth)
        if not self.is_class(meaning.name):
            return None
        for owner in self.lineage(meaning.name):
            if ":" not in owner:
                entry = self.knowledge.entry(f"{owner}.{name}")
                if entry is not None:
                    return Meaning(self.knowledge.canonical(f"{owner}.{name}"))
                continue
            place, _, class_name = owner.partition(":")
            scan = self.scans[place]
            if name in scan.classes[class_name].attributes:
                return self._attribute(place, class_name, scan.classes[class_name], name, depth)
            if f"{class_name}.{name}" in scan.functions:
                return Meaning(f"{place}:{class_name}.{name}")
        return None

    def _attribute(self, key: str, owner: str, scan: ClassScan, name: str, depth: int) -> Meaning | None:
        functions = self.scans[key].functions
        texts = [(method, functions[method].returns if text == PROPERTY else text) for method, text in scan.attributes[name]]
        meanings = {self.resolve(key, method or owner, text, depth + 1) for method, text in texts}
        known = sorted(meanings - {None}, key=lambda one: one.name)  # type: ignore[union-attr]
        return known[0] if len(known) == 1 and known[0] is not None and len(meanings) <= 2 else None

    def called(self, meaning: Meaning, depth: int) -> Meaning | None:
        """What calling it gives."""
        if meaning.value:
            return None
        if not meaning.own:
            return self._library_call(meaning.name)
        if self.is_class(meaning.name):
            return Meaning(meaning.name, True)
        function = self.function(meaning.name)
        if function is None or function.returns == UNKNOWN:
            return None
        return self.resolve(meaning.name.partition(":")[0], function.name, function.returns, depth + 1)

    def _library_call(self, name: str) -> Meaning | None:
        entry = self.knowledge.entry(name)
        if entry is not None and entry.returns:
            return Meaning(entry.returns, True, entry.optional)
        if self.knowledge.is_known_exception(name):
            return Meaning(name, True)
        last = name.rpartition(".")[2]
        if last[:1].isupper() and not last.isupper():  # PEP 8: a class
            return Meaning(name, True)
        return Meaning(name, True) if name in TYPES else None

    # -- the project's own classes and functions ---------------------------------------

    def is_class(self, name: str) -> bool:
        """Is this the qualified name of a class of the project?"""
        key, _, inside = name.partition(":")
        return key in self.scans and inside in self.scans[key].classes

    def function(self, name: str) -> FunctionScan | None:
        """The function of the project with this qualified name."""
        key, _, inside = name.partition(":")
        return self.scans[key].functions.get(inside) if key in self.scans else None

    def bases(self, name: str) -> list[str]:
        """The qualified names of a class's direct bases, as far as they are known."""
        key, _, inside = name.partition(":")
        found = [self.resolve(key, inside.rpartition(".")[0], base) for base in self.scans[key].classes[inside].bases]
        return [one.name for one in found if one is not None and not one.value and one.name != name]

    def lineage(self, name: str) -> Iterator[str]:
        """A class and its bases, nearest first, depth first; library classes included."""
        seen, stack = set(), [name]
        while stack:
            one = stack.pop()
            if one in seen:
                continue
            seen.add(one)
            yield one
            if self.is_class(one):
                stack.extend(reversed(self.bases(one)))

    def is_a(self, child: str, parent: str) -> bool:
        """Would `except parent` catch `child`? Both are qualified names of either kind."""
        if child == parent or parent in ("BaseException", "Exception"):
            return True
        if ":" not in child:
            return ":" not in parent and self.knowledge.is_a(child, parent)
        if not self.is_class(child):
            return False
        return any(one == parent or (":" not in one + parent and self.knowledge.is_a(one, parent)) for one in self.lineage(child))


def _item(meaning: Meaning) -> Meaning | None:
    """`meaning[...]`."""
    if meaning.value and meaning.name in _SHORT:
        return meaning
    return Meaning("str", True) if meaning.name in ("os.environ", "sys.argv") else None
