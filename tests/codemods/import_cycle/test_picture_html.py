"""The page of imports: nothing overlaps, nothing is loaded from anywhere, names are text, and the filter is the only script."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import combinations
from xml.etree import ElementTree

import cycle_kit
import kit
import pytest
from hypothesis import given
from hypothesis import settings as run_settings
from hypothesis import strategies as st

from codemods.import_cycle.picture import graph_html
from codemods.import_cycle.picture.drawing import FOLDERS, KINDS, detail, folded, kind_of, whole
from codemods.import_cycle.picture.style import SCRIPT, STYLE
from codemods.import_cycle.picture.svg import CHAR, PAD, placed, rows_of, svg
from codemods.import_cycle.plan import plans
from engine.picture.svg import curve
from engine.picture.text import text_width

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e"
SHOP = {
    "shop/__init__.py": "",
    "shop/mail.py": "from shop.orders import Order\nfrom shop import rates\n\n\ndef send(order: Order):\n    return rates.R\n",
    "shop/orders.py": "from shop import mail\n\n\nclass Order:\n    def close(self):\n        return mail.send(self)\n",
    "shop/rates.py": "from shop.base import Base\n\n\nclass R(Base):\n    pass\n",
    "shop/base.py": "from shop.rates import *\n\n\nclass Base:\n    pass\n",
    "shop/late.py": "from shop import later\n\n\ndef f():\n    return later\n",
    "shop/later.py": "def f():\n    from shop import late\n    return late\n",
    "main.py": "from shop import mail\n\nmail.send(None)\n",
}


def made(texts=SHOP, **costs):
    graph = cycle_kit.graph(texts)
    return graph, plans(graph, cycle_kit.settings(**costs))


def page(texts=SHOP, *more):
    return graph_html(*made(texts), *more)


def ring(count, chords=0):
    """A cycle of modules over several folders, each of which also imports some others."""
    names = [f"p{i % 7}/m{i}" for i in range(count)]
    texts = {f"p{i}/__init__.py": "" for i in range(7)}
    for i, name in enumerate(names):
        goals = {names[(i + step) % count] for step in (1, *range(2, 2 + chords))} - {name}
        lines = [f"import {goal.replace('/', '.')}" for goal in sorted(goals)]
        texts[f"{name}.py"] = "\n".join(lines) + "\n\n\ndef f():\n    return p0\n"
    return texts


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]


# -- where things are ------------------------------------------------------------------------


def points(route):
    """Points along the curve as it is drawn: each bend a cubic Bezier, sampled."""
    path = curve(route)
    x, y = map(float, re.match(r"M(\S+) (\S+?)(?=[CL])", path).groups())
    for _, numbers in re.findall(r"([CL])([^CL]+)", path):
        where = [float(part) for part in numbers.split()]
        ends = list(zip([x, *where[::2]], [y, *where[1::2]], strict=True))
        if len(ends) == 2:  # a line is a curve whose control points are its ends
            ends = [ends[0], ends[0], ends[1], ends[1]]
        for step in range(11):
            t = step / 10
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(weight * end[axis] for weight, end in zip(weights, ends, strict=True)) for axis in (0, 1))
        x, y = where[-2:]


def assert_clear(drawing):
    place = placed(drawing)
    for one, other in combinations(place.boxes, 2):
        assert not one.meets(other)
    for index, box in enumerate(place.boxes):
        assert all(text_width(text) * CHAR + 2 * PAD <= box.width for text in rows_of(drawing, index))
        assert place.bands[0].x < box.x and box.y + box.height <= place.bands[0].y + place.bands[0].height
    for line, route in zip(drawing.lines, place.routes, strict=True):
        source, target = place.boxes[line.source], place.boxes[line.target]
        (x, y), (to_x, to_y) = route[0], route[-1]
        assert x == source.x + source.width and source.y < y < source.y + source.height, line.said
        assert to_x == target.x and target.y < to_y < target.y + target.height, line.said
        for x, y in points(route):
            assert 0 <= x <= place.width and 0 <= y <= place.height
            assert not [
                box for box in place.boxes if box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1
            ]


def every_drawing(graph, planned):
    by = {plan.component: plan for plan in planned}
    return [whole(graph), *(detail(graph, one, by.get(one), "a cycle") for one in (*graph.components, *graph.lazy_components))]


def agents():
    return {path.relative_to(kit.FIXTURES / "agents").as_posix(): path for path in (kit.FIXTURES / "agents").rglob("*.py")}


def test_no_box_overlaps_and_every_edge_ends_at_its_boxes():
    texts = {name: path.read_text("utf-8", "replace") for name, path in agents().items() if name != "pc2/legacy_bridge.py"}
    for made_of in (texts, SHOP, ring(30, 3), {"a.py": ""}):
        for drawing in every_drawing(*made(made_of)):
            assert_clear(drawing)


@run_settings(deadline=None, max_examples=15)
@given(st.integers(2, 40), st.integers(0, 4))
def test_no_ring_overlaps(count, chords):
    for drawing in every_drawing(*made(ring(count, chords))):
        assert_clear(drawing)


# -- what is drawn ---------------------------------------------------------------------------


def test_an_edge_has_the_kind_of_its_strongest_use():
    graph, _ = made()
    kinds = {(edge.source[5:-3], edge.target[5:-3]): kind_of(graph, edge) for edge in graph.edges if edge.source in graph.files}
    assert kinds["mail", "orders"] == "annotation" and kinds["orders", "mail"] == "function"
    assert kinds["rates", "base"] == "runs" and kinds["late", "later"] == "function"
    assert kinds["base", "rates"] == "export" and set(kinds.values()) <= set(KINDS)


def test_what_a_package_imports_is_re_exported():
    texts = {"p/__init__.py": "from p.a import f\n", "p/a.py": "import p\n\nX = p\n\n\ndef f():\n    pass\n"}
    graph, _ = made(texts)
    assert {edge.source: kind_of(graph, edge) for edge in graph.edges} == {"p/__init__.py": "export", "p/a.py": "runs"}


def test_planned_cuts_are_dashed_with_their_way_and_cost():
    graph, planned = made()
    plan = next(one for one in planned if "shop/mail.py" in one.component)
    drawing = detail(graph, plan.component, plan, "a cycle")
    (line,) = [line for line in drawing.lines if line.cut]
    cut = plan.cuts[0]
    assert line.text == f"cut: {cut.kind}, cost {cut.cost} · {graph.modules[cut.target].name}"
    root = ElementTree.fromstring(svg(drawing, "1"))
    classes = [one.get("class").split() for one in root.findall(f"{SVG}g")]
    assert sum("planned" in one for one in classes) == 1
    assert re.search(r"\.e\.planned path[^{]*\{stroke-dasharray:", STYLE)


def test_later_imports_are_dotted_and_told():
    graph, _ = made()
    component = next(one for one in graph.lazy_components if one not in graph.components)
    assert component == ("shop/late.py", "shop/later.py")
    lines = detail(graph, component, None, "a cycle").lines
    assert sorted((line.lazy, line.text) for line in lines) == [
        (False, "used in functions · shop.later"),
        (True, "later · shop.late"),
    ]
    assert "Cycles through later imports" in page() and re.search(r"\.e\.later path[^{]*\{stroke-dasharray:", STYLE)


def test_a_cycle_that_is_left_says_why():
    text = page()
    assert "Left alone, <strong>no-cut</strong>: " in text and "shop/base.py needs shop/rates.py (star-import)" in text


def test_a_title_tells_each_import_with_its_line():
    assert "line 1: from shop.orders import Order (annotation)" in page()


def test_a_large_cycle_is_drawn_by_folder_and_listed():
    graph, planned = made(ring(90, 1))
    (component,) = graph.components
    assert folded(graph, component)
    drawing = detail(graph, component, planned[0], "a cycle")
    assert [node.name for node in drawing.nodes] == [f"p{i}" for i in range(7)]
    assert drawing.nodes[0].more == "13 modules, 13 in cycles"
    text = graph_html(graph, planned)
    assert text.count("p0.m0 imports p1.m1; line ") == 1 and "<details>" in text


def test_the_whole_is_drawn_as_deep_as_there_are_not_too_many_folders():
    texts = {f"a{i}/b{j}/c.py": f"import a{(i + 1) % 9}.b{j}.c\n" for i in range(9) for j in range(9)}
    assert len(whole(cycle_kit.graph(texts)).nodes) == 9 <= FOLDERS
    texts = {f"a{i}/b{j}/c.py": f"import a{(i + 1) % 3}.b{j}.c\n" for i in range(3) for j in range(3)}
    assert len(whole(cycle_kit.graph(texts)).nodes) == 9


# -- the page --------------------------------------------------------------------------------


def test_the_page_loads_nothing_and_its_links_lead_somewhere():
    for text in (page(), page({"a.py": ""}), page(ring(90, 1))):
        found = Page(text)
        assert not {tag for tag, _ in found.tags} & {"link", "img", "iframe", "object", "embed", "base", "form"}
        ids, links = found.values("id"), found.values("href")
        assert len(ids) == len(set(ids))
        assert all(link[0] == "#" and link[1:] in ids for link in links)
        assert not found.values("src") and "url(" not in STYLE and "@import" not in STYLE
        assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]


def test_only_the_page_s_own_script_may_run():
    text = page()
    assert re.findall(r"<script>(.*?)</script>", text, re.S) == [SCRIPT]
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    (policy,) = [attrs["content"] for tag, attrs in Page(text).tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert f"script-src 'sha256-{digest}'" in policy and policy.startswith("default-src 'none'")
    assert not re.search(r"fetch|XMLHttp|WebSocket|innerHTML|eval|import\b|https?:", SCRIPT)


def test_pictures_are_well_formed_and_told_to_readers():
    for number, drawing in enumerate(every_drawing(*made())):
        root = ElementTree.fromstring(svg(drawing, str(number)))
        assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
        boxes = root.findall(f"{SVG}a")
        assert len(boxes) == len(drawing.nodes) and all(box.find(f"{SVG}title").text for box in boxes)
        edges = [one for one in root.findall(f"{SVG}g") if one.get("class").startswith("e ")]
        assert len(edges) == len(drawing.lines) and all(one.find(f"{SVG}title").text for one in edges)


def test_every_module_has_a_row_with_what_it_imports_and_who_imports_it():
    text = page()
    rows = dict(re.findall(r'<tr id="t\d+" data-name="[^"]*"><td>[^<]*</td><td class="path">([^<]*)</td>(.*?)</tr>', text))
    assert set(rows) == set(SHOP)
    assert re.findall(r"<td>(\d+)</td>", rows["shop/mail.py"]) == ["2", "2", "0"]
    assert re.findall(r"<td>(\d+)</td>", rows["shop/later.py"]) == ["1", "1", "1"]
    cycle = re.search(r'<a href="#(c\d+)">', rows["shop/mail.py"])[1]
    assert f'<h3 id="{cycle}">' in text and "#c" not in rows["shop/later.py"]


def test_what_the_filter_looks_at_is_there_for_rows_and_boxes():
    found = Page(page())
    names = [(tag, attrs["data-name"]) for tag, attrs in found.tags if "data-name" in attrs]
    assert ("tr", "shop.mail shop/mail.py") in names and ("a", "shop.mail shop/mail.py") in names
    assert [attrs.get("id") for tag, attrs in found.tags if tag in ("input", "output")] == ["filter", "found"]
    assert 'class="find" hidden' in page()  # until the script runs


def test_fault_92_a_hostile_name_is_text():
    name = f"pkg/{HOSTILE.replace('/', '')}"
    texts = {f"{name}/a.py": "from . import b\n", f"{name}/b.py": "from . import a\n", "c.py": "import no\n"}
    text = graph_html(*made(texts), HOSTILE, [HOSTILE])
    text.encode("utf-8")
    found = Page(text)
    assert [tag for tag, _ in found.tags].count("script") == 1 and "img" not in {tag for tag, _ in found.tags}
    assert "<img" not in text and "\u202e" not in text and "\\u202e" in text


def test_the_page_is_the_same_for_the_same_files():
    assert page() == page(dict(reversed(SHOP.items())))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_kind_has_a_colour_in_both_themes(theme):
    colors = dict(re.findall(r"--([\w-]+):(#\w+)", re.findall(r":root\{(.*?)\}", STYLE, re.S)[theme]))

    def luminance(color):
        digits = color[1:] if len(color) == 7 else "".join(part * 2 for part in color[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    used = dict(re.findall(r"\.([\w]+)\{--c:var\(--(\w+)\)\}", STYLE.replace(".package,.unused,.folder", ".package")))
    assert set(KINDS) - set(used) <= {"unused", "folder"}
    for name in {*used.values(), "critical"}:
        for ground in ("ground", "band", "box"):
            dark, light = sorted((luminance(colors[name]), luminance(colors[ground])))
            assert (light + 0.05) / (dark + 0.05) >= (4.5 if name in ("critical", "req") else 3), (name, ground)
