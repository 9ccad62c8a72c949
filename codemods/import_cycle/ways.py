"""The ways in which one import may end, cheapest first, or the reasons why it has to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.import_cycle.events import called, misfit, topic
from codemods.import_cycle.moves import plan_move
from codemods.import_cycle.nouns import Alias, Graph, Obstacle, Way

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
    bus: str = "events.bus"  # the module under which the bus is imported; empty when it has no place
    lazy: bool = False  # end cycles that close through imports inside functions, too
    tests: bool = False  # does the bus bring its tests?
    paths: frozenset[str] = frozenset()  # every Python file, those too that the graph does not know

    def cost(self, kind: str) -> int | None:
        """What a way costs; None when it is not allowed."""
        return dict(self.costs).get(kind)


Found = tuple[list[Way], list[Obstacle]]


def ways(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> tuple[list[Way], str]:
    """The ways to end an import that can be written, cheapest first; when there is none, why. `named`: where the edge goes."""
    found, obstacles, why = judged(graph, path, alias, named, settings)
    return found, "" if found else obstacles[0].reason if obstacles else why


def judged(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> tuple[list[Way], list[Obstacle], str]:
    """The ways that can be written, cheapest first; those that the uses allow and the text does not; why there is no other."""
    found: list[Way] = []
    obstacles: list[Obstacle] = []
    why = alias.fixed or ("main-block" if alias.context == "main" else "")
    if not why or why == "re-export":
        found += _sibling(graph, path, alias, named, settings)
        move = plan_move(graph, named, alias.name, settings.paths) if alias.name not in ("", "*") else None
        price = settings.cost("protocol")
        beside = _packages(graph, path, named)
        if move is not None and price is not None and named not in beside:
            found.append(Way("protocol", price, beside))
    if not why:
        why = _hidden(graph, path, alias) if alias.eager else ""
        if not why:
            (more, obstacles), why = _removals(graph, path, alias, named, settings)
            found += more
    found.sort(key=lambda way: way.cost)
    return found, obstacles, why


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


def _removals(graph: Graph, path: str, alias: Alias, named: str, settings: Settings) -> tuple[Found, str]:
    """The ways that take the name out of the module's namespace."""
    uses = set(alias.uses) - {"call-only", "commented"}
    for kind in ("base", "decorator", "import-time"):
        if kind in uses:
            return ([], []), "used-at-import"
    annotated = uses & _ANNOTATIONS
    if annotated and _read_at_run_time(graph, path, annotated):
        return ([], []), "run-time-annotations"
    extra = settings.cost("type-checking") if annotated else 0
    found = []
    if not uses and "commented" not in alias.uses and alias.eager and (price := settings.cost("unused")) is not None:
        found.append(Way("unused", price))
    if annotated and "function" not in uses and extra is not None:
        found.append(Way("type-checking", extra))
    if "function" in uses and not settings.lazy and extra is not None and (price := settings.cost("function-level")) is not None:
        found.append(Way("function-level", price + extra // 2))
    if settings.bus and alias.calls and (price := settings.cost("event")) is not None:
        found.append(Way("event", price))
    barred = {way: obstacle for way in found if (obstacle := _obstacle(graph, path, alias, named, settings, way.kind))}
    if not settings.lazy:
        why = "way-not-allowed"
    else:
        why = "result-used" if "function" in uses else "way-not-allowed" if uses else "side-effects"
    return ([way for way in found if way not in barred], list(barred.values())), why


def _obstacle(graph: Graph, path: str, alias: Alias, named: str, settings: Settings, kind: str) -> Obstacle | None:
    """Why a way that the uses allow cannot be written; None when it can."""
    if kind == "function-level" and alias.one_line:
        message = f"{path}:{alias.one_line}: the body of a function stands on the line of its header; put it on a line of its own"
        return Obstacle(kind, "shares-line", message)
    if kind in ("type-checking", "function-level") and alias.unquotable and needs_quotes(graph, path, settings.python):
        return Obstacle(kind, "quoted-annotation", f"{path}:{alias.unquotable}: the annotation cannot be put into quotes")
    if kind == "event":
        if message := misfit(graph, path, alias, named):
            return Obstacle(kind, "not-an-event", message)
        if not called(graph, path, alias, named):
            return Obstacle(kind, "not-an-event", f"{path}:{alias.line}: {alias.local} is nothing that an event could call")
        declared = topic(graph, named, settings.bus).replace(".", "/") + ".py"
        if declared in settings.paths or declared in graph.modules:
            return Obstacle(kind, "name-taken", f"{declared}, where the events of {named} would be declared, is there already")
    return None


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
