"""One HTML page with the picture of who talks to whom, and the same data as tables. Pure.

Nothing is loaded from anywhere and no script runs, so it works offline and from an attachment.
"""

from collections.abc import Iterable, Iterator, Sequence

from codemods.port_literal.picture.links import PATTERNS, Bind, Connect, Graph, Node, Place
from codemods.port_literal.picture.style import STYLE
from codemods.port_literal.picture.svg import CLASSES, svg
from engine import html_text, page_head, page_table


def page(graph: Graph, title: str = "Ports", notes: Iterable[str] = ()) -> str:
    """The page. `notes`: sentences on what could not be read, shown below the tables."""
    return "\n".join(_lines(graph, title, tuple(notes))) + "\n"


def _lines(graph: Graph, title: str, notes: Sequence[str]) -> Iterator[str]:
    yield page_head(title, STYLE + _focus(len(graph.nodes)))
    yield '<a class="skip" href="#tables">To the tables</a>'
    yield f"<header><h1>{html_text(title)}</h1>\n<p>{_summary(graph)}</p></header>\n<main>"
    yield f'<section aria-label="Legend" class="legend"><ul>{"".join(_legend(graph))}</ul>\n{_chain(graph)}</section>'
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Picture, scrollable">\n{svg(graph)}\n</div>'
    yield '<section id="tables"><h2>Services</h2>'
    yield from page_table(
        ("Service", "Machine", "Port", "Name", "Role", "With", "Where"), _rows(graph), "What each service binds and connects to"
    )
    if graph.unresolved:
        yield "<h2>Unresolved</h2>"
        cells = (
            f"<tr><td>{html_text(use.owner)}</td><td>{html_text(use.machine)}</td><td>{use.direction}</td>"
            f"<td>{html_text(use.reason)}</td><td>{_places([(use.path, use.line)])}</td></tr>"
            for use in graph.unresolved
        )
        yield from page_table(
            ("Service", "Machine", "Does", "Why its port is not known", "Where"), cells, "Ports that could not be followed"
        )
    if notes:
        yield "<h2>Not read</h2><ul>" + "".join(f"<li>{html_text(note)}</li>" for note in notes) + "</ul>"
    yield "</section>\n</main>\n</body>\n</html>"


def _summary(graph: Graph) -> str:
    binds = [(node, bind) for node in graph.nodes for bind in node.binds]
    connects = [connect for node in graph.nodes for connect in node.connects]
    lonely = sum(1 for node, bind in binds if not bind.heard and node.kind == "code")
    lost = sum(1 for connect in connects if not connect.answered)
    machines = sum(1 for machine in graph.machines if machine)
    return (
        f"{_count(len(graph.nodes), 'service')} on {_count(machines, 'machine')}: {_count(len(binds), 'port')} bound, "
        f"{_count(len(connects), 'connect')}. Nobody here connects to {lonely} of the ports; "
        f"{_count(lost, 'connect')} without a peer; {len(graph.unresolved)} not resolved."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _legend(graph: Graph) -> Iterator[str]:
    used = {edge.pattern for edge in graph.edges}
    used |= {bind.pattern for node in graph.nodes for bind in node.binds}
    used |= {connect.pattern for node in graph.nodes for connect in node.connects}
    for pattern in PATTERNS:
        if pattern in used:
            line = '<line x1="1" y1="7" x2="33" y2="7"/><circle cx="4" cy="7" r="4"/>'
            yield _sample(pattern, f'<g class="e port {CLASSES[pattern]}">{line}</g>')
    frame = '<rect class="box" x="1" y="1" width="36" height="12" rx="3"/>'
    yield _sample("critical path", '<g class="e critical"><line x1="1" y1="7" x2="37" y2="7"/></g>')
    yield _sample("no peer in this code", '<g class="port fault"><circle cx="19" cy="7" r="4"/></g>')
    yield _sample("known from configuration only", f'<g class="n configured">{frame}</g>')
    yield _sample("run by somebody else", f'<g class="n external">{frame}</g>')
    yield "<li>An arrow runs from the port that is bound to who connects to it.</li>"


def _sample(text: str, shape: str) -> str:
    return f'<li><svg width="38" height="14" aria-hidden="true">{shape}</svg>{text}</li>'


def _chain(graph: Graph) -> str:
    if not graph.chain:
        return "<p>No critical path: nothing connects to anything.</p>"
    links = [" with ".join(_link(index, graph.nodes[index]) for index in link) for link in graph.chain]
    return f"<p><strong>Critical path</strong>, each needs the one before: {' &rarr; '.join(links)}</p>"


def _link(index: int, node: Node) -> str:
    return f'<a href="#n{index}">{html_text(node.owner)}</a>'


def _rows(graph: Graph) -> Iterator[str]:
    peers: dict[tuple[int, bool, int], list[int]] = {}
    for edge in graph.edges:
        peers.setdefault((edge.source, True, edge.bind), []).append(edge.target)
        peers.setdefault((edge.target, False, edge.connect), []).append(edge.source)
    for index, node in enumerate(graph.nodes):
        ports: list[tuple[Bind | Connect, bool, int]] = [(bind, True, number) for number, bind in enumerate(node.binds)]
        ports += [(connect, False, number) for number, connect in enumerate(node.connects)]
        said = {"code": "", "configured": " (configuration)", "external": " (external)"}[node.kind]
        mark = ' class="critical"' if node.critical else ""
        head = f'<th scope="rowgroup" rowspan="{max(len(ports), 1)}"{mark}>{_link(index, node)}{said}</th>'
        head += f'<td rowspan="{max(len(ports), 1)}">{html_text(node.machine)}</td>'
        for row, (port, bound, number) in enumerate(ports):
            others = list(dict.fromkeys(peers.get((index, bound, number), ())))
            with_whom = ", ".join(_link(other, graph.nodes[other]) for other in others) or _alone(node, port)
            start = f'<tr id="t{index}" class="first">{head}' if row == 0 else "<tr>"
            yield (
                f"{start}<td>{'binds' if bound else 'connects to'} {port.port}</td><td>{html_text(port.name)}</td>"
                f"<td>{html_text(' '.join(part for part in (port.role, port.kind) if part))}</td><td>{with_whom}</td>"
                f"<td>{_places(port.places)}</td></tr>"
            )
        if not ports:
            yield f'<tr id="t{index}" class="first">{head}<td colspan="5">no port is known</td></tr>'


def _alone(node: Node, port: Bind | Connect) -> str:
    if isinstance(port, Connect):
        return '<span class="fault">nobody binds it</span>'
    return '<span class="fault">nobody here</span>' if node.kind == "code" else "nobody here"


def _places(places: Iterable[Place]) -> str:
    return "<br>".join(html_text(f"{path}:{line}") for path, line in places)


def _focus(count: int) -> str:
    """While a box has the pointer or the focus, edges that are not its own fade."""
    return "\n".join(f"svg:has(#n{i}:is(:hover,:focus)) .e:not(.s{i}){{opacity:.08}}" for i in range(count))
