"""The ways in which one import may end, cheapest first, or the reasons why it has to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.import_cycle.events import called
from codemods.import_cycle.moves import plan_move
from codemods.import_cycle.nouns import Alias, Graph, Way

COSTS: Mapping[str, int] = {
    "unused": 1,
    "type-checking": 2,
    "sibling": 2,
    "protocol": 4,
    "function-level": 5,
    "event": 8,
}
_ANNOTATIONS = frozenset(("annotation", "annotation-run-time"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that planning depends on. Hashable, so that plans can be kept."""

    costs: tuple[tuple[str, int], ...]  # each way that is allowed, with its cost
    max_cuts: int = 40
    python: tuple[int, int] = (3, 8)
    bus: bool = True  # has the support module of events a place?

    def cost(self, kind: str) -> int | None:
        """What a way costs; None when it is not allowed."""
        return dict(self.costs).get(kind)


def ways(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> tuple[list[Way], str]:
    """The ways to end an import, cheapest first; and when there is none, why. `named`: the module the edge goes to."""
    found: list[Way] = []
    why = alias.fixed
    if not alias.fixed or alias.fixed == "re-export":
        found += _sibling(graph, path, alias, named, settings)
    if not alias.fixed or alias.fixed == "re-export":
        move = plan_move(graph, named, alias.name) if alias.name not in ("", "*") else None
        price = settings.cost("protocol")
        beside = _packages(graph, path, named)
        if move is not None and price is not None and named not in beside:
            found.append(Way("protocol", price, beside))
    if not alias.fixed:
        why = _hidden(graph, path, alias)
        if not why:
            more, why = _removals(graph, path, alias, named, settings)
            found += more
    found.sort(key=lambda way: way.cost)
    return found, "" if found else why


def _sibling(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> list[Way]:
    """The module that defines the name, instead of the one that passes it on. The name stays bound."""
    price, origin = settings.cost("sibling"), graph.origins.get((path, alias.index))
    if price is None or origin is None or origin[0] == named:
        return []
    around = _packages(graph, path, origin[0])
    return [] if named in around else [Way("sibling", price, (origin[0], *around))]


def _packages(graph: Graph, path: str, target: str) -> tuple[str, ...]:
    """The packages that importing a module loads on the way, less those around the importing file."""
    folder = target.rpartition("/")[0]
    found = []
    while folder:
        init = f"{folder}/__init__.py"
        if init in graph.modules and init != target and not path.startswith(folder + "/"):
            found.append(init)
        folder = folder.rpartition("/")[0]
    return tuple(found)


def _hidden(graph: Graph, path: str, alias: Alias) -> str:
    """Why the name must stay bound in the module: a reason code, or an empty text."""
    local = alias.local.partition(".")[0]
    if "export" in alias.uses or (path, local) in graph.taken:
        return "re-export"
    if graph.modules[path].package and not local.startswith("_"):
        return "re-export"  # what a package's __init__ imports is what it offers
    if "dynamic" in graph.files[path].traits:
        return "dynamic-namespace"
    return ""


def _removals(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> tuple[list[Way], str]:
    """The ways that take the name out of the module's namespace."""
    uses = set(alias.uses) - {"call-only", "commented"}
    for kind in ("base", "decorator", "import-time"):
        if kind in uses:
            return [], "used-at-import"
    annotated = uses & _ANNOTATIONS
    if annotated and _read_at_run_time(graph, path, annotated):
        return [], "run-time-annotations"
    extra = settings.cost("type-checking") if annotated else 0
    found = []
    if not uses and "commented" not in alias.uses and (price := settings.cost("unused")) is not None:
        found.append(Way("unused", price))
    if annotated and "function" not in uses and extra is not None:
        found.append(Way("type-checking", extra))
    if "function" in uses and extra is not None and (price := settings.cost("function-level")) is not None:
        found.append(Way("function-level", price + extra // 2))
    if settings.bus and (price := settings.cost("event")) is not None and called(graph, path, alias, named):
        found.append(Way("event", price))
    return found, "way-not-allowed"


def _read_at_run_time(graph: Graph, path: str, annotated: set[str]) -> bool:
    """May somebody ask for these annotations while the program runs?"""
    traits = graph.files[path].traits
    if traits & {"reads-annotations", "evaluates-annotations"}:
        return True
    return "annotation-run-time" in annotated and graph.annotations_read


def needs_quotes(graph: Graph, path: str, python: tuple[int, int]) -> bool:
    """Must annotations be put into quotes one by one, because the future import is not known or would change too much?"""
    traits = graph.files[path].traits
    if "future-annotations" in traits:
        return False
    return python < (3, 7) or (graph.annotations_read and "annotated-at-run-time" in traits)
