"""The verdicts on a file's births. They follow from the whole target, so they are worked out once for many files."""

from collections.abc import Mapping, Sequence
from typing import Any

from codemods.port_literal.nouns import Birth, Entry, Topology
from codemods.port_literal.placing import machines_of, placed
from codemods.port_literal.rewriting.matching import Verdict, judged

_Pairs = tuple[tuple[Birth, Verdict], ...]
_NAMES = ("machines", "derivations", "hosts")
_latest: list[tuple[Topology, Sequence[Entry], Sequence[Any], Mapping[str, _Pairs]]] = []  # of one run; at most one


def of_file(path: str, topology: Topology, entries: Sequence[Entry], options: Mapping[str, Any]) -> _Pairs:
    """The births of one file, each with its verdict, in source order. Remembers the last target's."""
    given = [options.get(name) or {} for name in _NAMES]
    if not (_latest and _latest[0][0] is topology and _latest[0][1] is entries and _latest[0][2] == given):
        machines = machines_of(topology, entries, given[0])
        everything = judged(placed(topology, machines, given[1], given[2]), entries, machines)
        _latest[:] = [(topology, entries, given, everything)]
    return _latest[0][3].get(path, ())
