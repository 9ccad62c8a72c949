"""The page: nothing overlaps, nothing is loaded from anywhere, and the tables hold what the picture shows."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import ports_kit as kit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ports_kit import bind, connect
from test_graph import HOSTILE, drawn

from codemods.port_literal.nouns import Entry
from codemods.port_literal.picture.graph import graph
from codemods.port_literal.picture.layout import CHAR, layout
from codemods.port_literal.picture.page import page
from codemods.port_literal.picture.rows import LONGEST, PAD, rows_of
from codemods.port_literal.picture.style import STYLE
from codemods.port_literal.picture.svg import svg
from engine.picture.columns import columns
from engine.picture.layout import Box
from engine.picture.svg import curve
from engine.picture.text import cut_text, text_width

AGENTS = graph(*kit.agents())
CROWD = graph(*kit.crowd(100))
SVG = "{http://www.w3.org/2000/svg}"


def points(route):
    """Points along the curve as it is drawn: each bend a cubic Bezier, sampled."""
    path = curve(route)
    x, y = map(float, re.match(r"M(\S+) (\S+?)(?=[CL])", path).groups())
    for kind, numbers in re.findall(r"([CL])([^CL]+)", path):
        where = [float(part) for part in numbers.split()]
        ends = list(zip([x, *where[::2]], [y, *where[1::2]], strict=True))
        for step in range(11):
            t = step / 10
            if kind == "L":
                weights = (1 - t, t)
            else:
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(weight * end[axis] for weight, end in zip(weights, ends, strict=True)) for axis in (0, 1))
        x, y = where[-2:]


def assert_clear(made):
    place = layout(made)
    whole = Box(0, 0, place.width, place.height)
    for one, other in combinations(place.boxes, 2):
        assert not one.meets(other)
    for one, other in combinations(place.bands, 2):
        assert not one.meets(other)
    for node, box in zip(made.nodes, place.boxes, strict=True):
        band = place.bands[made.machines.index(node.machine)]
        assert band.x < box.x and box.x + box.width < band.x + band.width, node.owner
        assert band.y + 20 < box.y and box.y + box.height <= band.y + band.height, node.owner
        assert all(text_width(text) * CHAR + 2 * PAD <= box.width for text in rows_of(node)), node.owner
    for edge, route in zip(made.edges, place.routes, strict=True):
        for x, y in points(route):
            assert 0 <= x <= whole.width and 0 <= y <= whole.height
            hit = [box for box in place.boxes if box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1]
            assert not hit, (edge, x, y)


@pytest.mark.parametrize("made", [AGENTS, CROWD, drawn(), drawn(bind("A", 5000))], ids=["agents", "crowd", "nothing", "one"])
def test_no_box_overlaps_and_no_edge_crosses_a_box(made):
    assert_clear(made)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 10_000))
def test_no_crowd_overlaps(count, machines, seed):
    assert_clear(graph(*kit.crowd(count, machines, seed)))


def test_circles_and_calls_to_oneself_are_drawn_around():
    ring = [use for i in range(4) for use in (bind(f"R{i}", 5000 + i), connect(f"R{i}", 5000 + (i + 1) % 4, peer="main_pc"))]
    made = drawn(*ring, connect("R0", 5000, peer="main_pc"))
    assert len(made.edges) == 5
    assert_clear(made)


def placed(made):
    return columns(len(made.nodes), [(edge.source, edge.target) for edge in made.edges])


def test_who_connects_stands_right_of_who_binds():
    place = placed(AGENTS)
    assert all(place[edge.source] < place[edge.target] for edge in AGENTS.edges if edge.source != edge.target)


def test_idle_services_are_spread():
    made = drawn(*(bind(f"A{i}", 5000 + i) for i in range(9)))
    assert sorted(placed(made).values()) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_hundred_services_fit_a_page_that_can_be_scrolled():
    place = layout(CROWD)
    assert len(place.boxes) == 100 and place.width < 8_000 and place.height < 3_000


def test_text_is_cut_where_it_ends_and_numbers_stay():
    made = drawn(bind("X" * 90, 5000, path="a.py"), entries=[Entry("N" * 90, 5000)])
    header, row = rows_of(made.nodes[0])
    assert header == "X" * (LONGEST - 1) + "\u2026" and row.endswith("\u2026 REP 5000") and text_width(row) == LONGEST
    assert cut_text("\u6f22" * 9, 5) == "\u6f22\u6f22\u2026" and cut_text("\u202eab", 8) == "\\u202eab"


# -- the page --------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]


@pytest.mark.parametrize("made", [AGENTS, CROWD, drawn()], ids=["agents", "crowd", "nothing"])
def test_the_page_loads_nothing_and_its_links_lead_somewhere(made):
    found = Page(page(made))
    assert not {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    ids, links = found.values("id"), found.values("href")
    assert len(ids) == len(set(ids))
    assert all(link[0] == "#" and link[1:] in ids for link in links)
    assert not found.values("src") and "url(" not in STYLE and "@import" not in STYLE
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]


@pytest.mark.parametrize("made", [AGENTS, CROWD, drawn()], ids=["agents", "crowd", "nothing"])
def test_the_picture_is_well_formed_and_told_to_readers(made):
    root = ElementTree.fromstring(svg(made))
    assert root.find(f"{SVG}title").text and f"{len(made.nodes)} services" in root.find(f"{SVG}desc").text
    boxes = root.findall(f"{SVG}a")
    assert len(boxes) == len(made.nodes) and all(box.find(f"{SVG}title").text for box in boxes)
    lines = [one for one in root.findall(f"{SVG}g") if one.get("class").startswith("e ")]
    assert len(lines) == len(made.edges) and all(one.find(f"{SVG}title").text for one in lines)
    shown = [text for box in boxes for text in box.itertext()]
    assert all(any(str(bind.port) in text for text in shown) for node in made.nodes for bind in node.binds)


def test_the_tables_hold_the_same_data_as_the_picture():
    text = page(AGENTS, "Ports", ["a note"])
    table = " ".join(Page(text[text.index('<section id="tables">') :]).text)
    for node in AGENTS.nodes:
        assert node.owner in table
        for port in (*node.binds, *node.connects):
            assert str(port.port) in table and port.name in table
            assert all(f"{path}:{line}" in table for path, line in port.places)
    assert table.count("nobody binds it") == 1 and table.count("nobody here") == 8
    assert "the port is a parameter that no caller gives" in table and "a note" in table


def test_critical_edges_are_drawn_last_and_told():
    root = ElementTree.fromstring(svg(AGENTS))
    kinds = [one.get("class").split() for one in root.findall(f"{SVG}g")]
    assert [("critical" in kind) for kind in kinds] == [False] * 8 + [True] * 3
    assert "Critical path</strong>" in page(AGENTS) and "No critical path" in page(drawn())


def test_an_unknown_machine_is_a_frame_and_no_machine():
    made = drawn(bind("A", 5000), bind("B", 5001, machine=""))
    assert "2 services on 1 machine:" in page(made) and "machine unknown" in svg(made)


def test_the_legend_names_what_is_there():
    shown = Page(page(AGENTS)).text
    assert {"PUB/SUB", "REQ/REP", "PUSH/PULL", "HTTP", "critical path", "no peer in this code"} <= set(shown)
    assert "PUSH/PULL" not in Page(page(drawn(bind("A", 5000)))).text


def test_fault_92_a_hostile_name_is_text_in_the_page():
    uses = (
        bind(HOSTILE, 5000, machine=HOSTILE, path=HOSTILE),
        connect("end", 5000, peer=HOSTILE),
        connect("end", 9, "", host=HOSTILE),
    )
    made = drawn(*uses, bind(HOSTILE + "!", None, reason=HOSTILE), entries=[Entry(HOSTILE, 5000, machine=HOSTILE)])
    text = page(made, HOSTILE, [HOSTILE])
    text.encode("utf-8")
    assert not {tag for tag, _ in Page(text).tags} & {"img", "script"}
    assert "<img" not in text and "\u202e" not in text and "\x1b" not in text
    assert_clear(made)


def test_the_page_is_the_same_for_the_same_graph():
    topology, entries = kit.crowd(30)
    backwards = replace(topology, uses=tuple(reversed(topology.uses)))
    assert page(graph(topology, entries)) == page(graph(backwards, tuple(reversed(entries))))


def luminance(color):
    """WCAG 2.2, relative luminance of #rgb or #rrggbb."""
    digits = color[1:] if len(color) == 7 else "".join(part * 2 for part in color[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_from_the_ground(theme):
    colors = dict(re.findall(r"--(\w+):(#\w+)", re.findall(r":root\{(.*?)\}", STYLE, re.S)[theme]))

    def contrast(one, other):
        dark, light = sorted((luminance(colors[one]), luminance(colors[other])))
        return (light + 0.05) / (dark + 0.05)

    for ground in ("ground", "band", "box"):
        assert all(contrast(text, ground) >= 4.5 for text in ("text", "dim", "critical", "req"))
        assert all(contrast(line, ground) >= 3 for line in ("pub", "req", "push", "http", "other", "critical"))


def test_the_page_as_a_whole(snapshot):
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots"
    snapshot.assert_match(page(AGENTS, "Ports of agents").replace(STYLE, ""), "agents.html")
