"""One HTML page with the import graph: the whole by folder, each cycle with its cuts, and a table of modules. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from codemods.import_cycle.nouns import CyclePlan, Graph
from codemods.import_cycle.picture.drawing import KINDS, Drawing, detail, edges_inside, folded, said, whole
from codemods.import_cycle.picture.style import SCRIPT, STYLE
from codemods.import_cycle.picture.svg import heads, svg
from engine import html_text, page_head, page_table


def graph_html(graph: Graph, plans: Iterable[CyclePlan] = (), title: str = "Imports", notes: Iterable[str] = ()) -> str:
    """The page. `notes`: sentences on what could not be read, shown below the tables."""
    return "\n".join(_lines(graph, tuple(plans), title, tuple(notes))) + "\n"


def _lines(graph: Graph, plans: Sequence[CyclePlan], title: str, notes: Sequence[str]) -> Iterator[str]:
    drawn = _Drawn(graph, plans)
    focus = "\n".join(_focus(number, drawing) for number, drawing in enumerate(drawn.drawings))
    yield page_head(title, STYLE + focus, SCRIPT)
    yield '<a class="skip" href="#modules">To the table of modules</a>'
    yield f"<header><h1>{html_text(title)}</h1>\n<p>{_summary(graph)}</p></header>\n<main>{heads()}"
    yield '<div class="find" hidden><label for="filter">Filter</label>'
    yield '<input id="filter" type="search" placeholder="parts of names" autocomplete="off"><output id="found"></output></div>'
    yield f'<section aria-label="Legend" class="legend"><ul>{"".join(_legend())}</ul></section>'
    yield "<section><h2>By folder</h2><p>Folders that import nothing of each other are left out.</p>"
    yield from _picture(drawn.drawings[0], 0)
    yield "</section>\n<section><h2>Cycles</h2>"
    if not graph.components:
        yield "<p>No module loads itself in a circle while it is being imported.</p>"
    for number, component in enumerate(graph.components, 1):
        yield from _component(graph, component, drawn, number)
    yield "</section>"
    if drawn.later:
        yield "<section><h2>Cycles through later imports</h2><p>They close only through imports inside functions.</p>"
        for number, component in enumerate(drawn.later, 1 + len(graph.components)):
            yield from _component(graph, component, drawn, number)
        yield "</section>"
    yield '<section id="modules"><h2>Modules</h2>'
    yield from _modules(graph)
    every = [*(f"{path}: {name} may be any of {', '.join(found)}" for path, name, found in graph.ambiguous), *notes]
    if every:
        yield "<h2>Not known</h2><ul>" + "".join(f"<li>{html_text(note)}</li>" for note in every) + "</ul>"
    yield f"</section>\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>"


class _Drawn:
    """The pictures of a page: the whole, each cycle, each cycle through later imports that is none by itself."""

    def __init__(self, graph: Graph, plans: Sequence[CyclePlan]) -> None:
        self.plans = {plan.component: plan for plan in plans}
        self.later = [one for one in graph.lazy_components if one not in graph.components]
        every = [*graph.components, *self.later]
        names = [f"Cycle {number}: {_count(len(one), 'module')}" for number, one in enumerate(every, 1)]
        details = [detail(graph, one, self.plans.get(one), name) for one, name in zip(every, names, strict=True)]
        self.drawings = [whole(graph), *details]


def _summary(graph: Graph) -> str:
    later = sum(not edge.eager for edge in graph.edges)
    members = sum(map(len, graph.components))
    cycles = _count(len(graph.components), "cycle") + (f" with {members} modules" if graph.components else "")
    imports = f"{_count(len(graph.edges), 'import')} between them, {later:,} of them later"
    return f"{_count(len(graph.modules), 'module')}, {imports}; {cycles}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _legend() -> Iterator[str]:
    samples = [*((text, kind) for kind, text in KINDS.items())]
    samples += [("planned cut", "runs planned"), ("imported later, inside a function", "function later")]
    for text, kind in samples:
        line = f'<g class="e {kind}"><line x1="1" y1="7" x2="37" y2="7"/></g>'
        yield f'<li><svg width="38" height="14" aria-hidden="true">{line}</svg>{text}</li>'
    yield "<li>An arrow runs from who imports to what is imported.</li>"


def _picture(drawing: Drawing, number: int) -> Iterator[str]:
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{html_text(drawing.title)}, scrollable">'
    yield f"{svg(drawing, str(number))}\n</div>"


def _component(graph: Graph, component: tuple[str, ...], drawn: _Drawn, number: int) -> Iterator[str]:
    edges = edges_inside(graph, component)
    drawing = drawn.drawings[number]
    yield f'<h3 id="c{number}">{html_text(drawing.title)}, {_count(len(edges), "import")}</h3>'
    plan = drawn.plans.get(component)
    if plan is not None and plan.reason:
        yield f"<p>Left alone, <strong>{html_text(plan.reason)}</strong>: {html_text(plan.message)}</p>"
    elif plan is not None:
        how = "the cheapest of all sets" if plan.exact else "found greedily; none of them is needless"
        yield f"<p>{_count(len(plan.cuts), 'cut')} at a cost of {plan.cost}: {how}.</p>"
    if folded(graph, component):
        yield "<p>Too large to be drawn module by module: the picture shows its folders, the list every import.</p>"
    yield from _picture(drawing, number)
    if plan is not None and plan.cuts:
        cells = (
            f'<tr><td class="path">{html_text(cut.source)}</td><td class="path">{html_text(cut.target)}</td>'
            f"<td>{html_text(cut.kind)}</td><td>{cut.cost}</td></tr>"
            for cut in plan.cuts
        )
        yield from page_table(("Module", "No longer loads", "Way", "Cost"), cells, "Planned cuts")
    if folded(graph, component):
        yield "<details><summary>Every import between these modules</summary><ul>"
        yield from (f"<li>{html_text(said(graph, edge).replace(chr(10), '; '))}</li>" for edge in edges)
        yield "</ul></details>"


def _modules(graph: Graph) -> Iterator[str]:
    into = Counter(edge.target for edge in graph.edges)
    out = Counter(edge.source for edge in graph.edges)
    later = Counter(edge.source for edge in graph.edges if not edge.eager)
    cycle = {path: number for number, component in enumerate(graph.components, 1) for path in component}
    rows = []
    for number, (path, module) in enumerate(graph.modules.items()):
        inside = f'<a href="#c{cycle[path]}">cycle {cycle[path]}</a>' if path in cycle else ""
        words = html_text(f"{module.name} {path}".lower())
        rows.append(
            f'<tr id="t{number}" data-name="{words}"><td>{html_text(module.name)}</td><td class="path">{html_text(path)}</td>'
            f"<td>{into[path]}</td><td>{out[path]}</td><td>{later[path]}</td><td>{inside}</td></tr>"
        )
    heads = ("Module", "File", "Imported by", "Imports", "of them later", "Cycle")
    yield from page_table(heads, rows, "Modules, with how many modules import them and how many they import")


def _focus(number: int, drawing: Drawing) -> str:
    """While a box has the pointer or the focus, edges that are not its own fade."""
    names = ((f"#n{number}-{index}", f".s{number}-{index}") for index in range(len(drawing.nodes)))
    return "\n".join(f"svg:has({box}:is(:hover,:focus)) .e:not({own}){{opacity:.08}}" for box, own in names)
