"""The nouns of inference, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One reason to expect one exception. `line` is 1-based."""

    exception: str  # canonical qualified name; builtins bare
    line: int
    what: str  # "json.loads(...)", "d[k]"
    source: str  # documentation, or "common/net.py:12 def fetch"


@dataclass(frozen=True, slots=True)
class Inference:
    """What the body may raise, why, and what nobody knows about."""

    exceptions: tuple[str, ...]  # canonical, parents absorb children, sorted
    unknown: tuple[str, ...]  # "self.solve() at line 12": calls of which nothing is known
    steps: tuple[Step, ...]  # in source order
    also: tuple[Step, ...] = ()  # what the body may raise besides, though the handler is not about it: a rewrite must not lose it


Caught = tuple[str, ...]  # chains of the types that inner handlers stop; "BaseException" for a bare one


@dataclass(frozen=True, slots=True)
class FunctionScan:
    """One function, or a module's own code ("" is its name). Chains: see `chains`. Lines are 1-based."""

    name: str  # qualified within the module: "Agent.run", "outer.inner"
    line: int
    owner: str  # the class whose method it is, or ""
    parameters: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)  # local name to the chain it was assigned; "?" when unclear
    raises: tuple[tuple[str, int, Caught], ...] = ()
    calls: tuple[tuple[str, int, Caught], ...] = ()
    returns: str = "?"  # chain of what it returns
    abstract: bool = False  # raises NotImplementedError and does nothing else


@dataclass(frozen=True, slots=True)
class ClassScan:
    """One class: chains of its bases, and for each attribute the method that set it and the chain."""

    name: str
    line: int
    bases: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileScan:
    """What one file says about exceptions."""

    imports: Mapping[str, str] = field(default_factory=dict)  # local name to dotted target; "" when it has two meanings
    stars: tuple[str, ...] = ()  # modules that are star-imported
    functions: Mapping[str, FunctionScan] = field(default_factory=dict)
    classes: Mapping[str, ClassScan] = field(default_factory=dict)
    precedents: tuple[tuple[str, int, Caught], ...] = ()  # call name, line, what a narrow handler around it catches


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an exception of a summary comes from: steps away, and the place in words."""

    depth: int  # 0: the function raises it itself
    where: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a project function may raise. `complete`: every call in it is known."""

    exceptions: Mapping[str, Origin]
    complete: bool
    where: str  # "common/net.py:12 def fetch"
    returns: str = ""  # the qualified type of what it returns, or ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A call under a narrow handler, and the qualified names of what that handler catches."""

    path: str
    line: int
    caught: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`name` is qualified: a library's as the knowledge base writes it, or `key:qualname` for the project's own.

    value: it is an instance of the class `name`, not the thing itself.
    """

    name: str
    value: bool = False
    optional: bool = False  # may be None instead

    @property
    def own(self) -> bool:
        """Is it the project's?"""
        return ":" in self.name
