"""What is said of imports, as frozen values: aliases, files, edges, components, cuts. Data only.

Lines are 1-based. Modules are known by their root-relative path, for a file may have several dotted names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EAGER = frozenset(("module", "conditional", "guarded", "class"))  # contexts that run while the module is being imported
LAZY = frozenset(("function", "main"))


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as a statement of its own, of an imported name: its result is dropped."""

    line: int
    name: str  # the attribute that is called; empty when the name itself is
    positional: int
    keywords: tuple[str, ...]
    awaited: bool
    spread: bool  # has it `*arguments` or `**arguments`?


@dataclass(frozen=True, slots=True)
class Alias:
    """One imported name of one statement: `from module import name as local`, or `import module` when name is empty."""

    index: int  # its place among the file's aliases, from 0
    line: int
    module: str  # as written, with leading dots
    name: str  # "" for `import module`, "*" for a star
    local: str  # what it binds; for `import a.b` without `as` the whole dotted name by which it is used
    context: str  # one of EAGER or LAZY, or "type-checking"
    uses: tuple[str, ...] = ()  # sorted: annotation, annotation-run-time, base, call-only, commented, decorator, ...
    fixed: str = ""  # why this alias cannot be moved, as a reason code; empty when it can
    calls: tuple[Call, ...] = ()  # for `call-only`: every use there is
    one_line: int = 0  # of a function that uses it and has its body on the header's line; 0: there is none
    unquotable: int = 0  # line of an annotation that uses it and cannot be put into quotes; 0: there is none

    @property
    def eager(self) -> bool:
        """Does it run while the module is being imported?"""
        return self.context in EAGER


@dataclass(frozen=True, slots=True)
class Function:
    """A module-level function that an event could call: its plain parameters, with the literal defaults as text."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    is_async: bool


@dataclass(frozen=True, slots=True)
class Movable:
    """A module-level definition that could stand in a module of its own, and the names it needs."""

    name: str
    kind: str  # constant, exception, dataclass, enum
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileImports:
    """What one file says of its imports."""

    aliases: tuple[Alias, ...]
    bound: frozenset[str]  # names that its module level binds by anything but an import
    exports: tuple[str, ...] | None  # `__all__`, when it is a plain list
    reads: frozenset[tuple[int, str]]  # (index of an alias, attribute) for each attribute read of an imported module
    strings: frozenset[str]  # dotted names inside string literals, where somebody patches or imports by name
    traits: frozenset[str]  # future-annotations, reads-annotations, has-getattr, dynamic, sets-path
    functions: tuple[Function, ...] = ()
    movable: tuple[Movable, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Module `source` loads module `target` because of these aliases of `source`."""

    source: str
    target: str
    aliases: tuple[int, ...]
    implicit: bool  # only as the package around what is imported
    eager: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the graph."""

    path: str
    name: str  # its dotted name from the top of its package
    package: bool


@dataclass(frozen=True, eq=False)
class Graph:
    """The import graph of a project. Compared by identity, so that plans can be kept for it."""

    modules: Mapping[str, Module]
    edges: tuple[Edge, ...]  # sorted by source, target
    components: tuple[tuple[str, ...], ...]  # module-level cycles: sorted paths, sorted
    lazy_components: tuple[tuple[str, ...], ...]  # with imports inside functions
    files: Mapping[str, FileImports]  # of the files in any component
    origins: Mapping[
        tuple[str, int], tuple[str, str, str]
    ]  # (path, alias) to where a re-exported name is: path, name, dotted module
    taken: frozenset[tuple[str, str]]  # (path, name): names that somebody takes from a module that only imports them
    unreadable: Mapping[str, tuple[str, ...]]  # member of a component to files it imports that could not be read
    ambiguous: tuple[tuple[str, str, tuple[str, ...]], ...]  # (path, dotted name, candidates)
    annotations_read: bool  # does anything in the project read annotations at run time?
    sets_path: tuple[str, ...]  # files that change sys.path


@dataclass(frozen=True, slots=True)
class Way:
    """One way to end an edge. `adds`: modules that its source imports eagerly instead."""

    kind: str  # unused, type-checking, sibling, protocol, function-level, event
    cost: int
    adds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a way that an import's uses would allow cannot be written."""

    kind: str  # the way
    reason: str  # "shares-line", "not-an-event", ...
    message: str


@dataclass(frozen=True, slots=True)
class Cut:
    """An edge that goes, and how each of its aliases goes."""

    source: str
    target: str
    kind: str
    cost: int
    how: tuple[tuple[int, str], ...]  # alias index to the kind of its own cut
    adds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CyclePlan:
    """What is to be done about one component: cuts, or the reason why there are none."""

    component: tuple[str, ...]
    cuts: tuple[Cut, ...]
    cost: int
    reason: str = ""
    message: str = ""
    edges: int = 0
    exact: bool = True
    lazy: bool = False  # do imports inside functions count?
    where: tuple[str, int] = ("", 0)  # path and line of the import that `reason` is about; empty: the component's first
