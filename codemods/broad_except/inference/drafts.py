"""Scans while they are being made."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemods.broad_except.inference.chains import UNKNOWN
from codemods.broad_except.inference.model import Caught, ClassScan, FileScan, FunctionScan


@dataclass(slots=True)
class Draft:
    """A function while it is being scanned."""

    name: str
    line: int
    owner: str
    parameters: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    raises: list[tuple[str, int, Caught]] = field(default_factory=list)
    calls: dict[tuple[str, Caught], int] = field(default_factory=dict)
    returns: set[str] = field(default_factory=set)
    annotated: str = UNKNOWN
    abstract: bool = False
    generator: bool = False


@dataclass(slots=True)
class Drafts:
    """A file while it is being scanned."""

    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    functions: dict[str, Draft] = field(default_factory=dict)
    classes: dict[str, tuple[int, tuple[str, ...], dict[str, list[tuple[str, str]]]]] = field(default_factory=dict)
    precedents: list[tuple[str, int, Caught]] = field(default_factory=list)


def finished(drafts: Drafts) -> FileScan:
    """The drafts as values."""
    functions = {
        name: FunctionScan(
            name,
            one.line,
            one.owner,
            one.parameters,
            one.values,
            tuple(one.raises),
            tuple((text, line, caught) for (text, caught), line in one.calls.items()),
            _returned(one),
            one.abstract,
        )
        for name, one in drafts.functions.items()
    }
    classes = {
        name: ClassScan(name, line, bases, {attribute: tuple(found) for attribute, found in attributes.items()})
        for name, (line, bases, attributes) in drafts.classes.items()
    }
    return FileScan(drafts.imports, tuple(drafts.stars), functions, classes, tuple(drafts.precedents))


def _returned(draft: Draft) -> str:
    if draft.generator:
        return "types.GeneratorType()"
    if draft.annotated != UNKNOWN:
        return draft.annotated
    known = draft.returns - {"None"}
    return known.pop() if len(known) == 1 else UNKNOWN
