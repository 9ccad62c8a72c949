"""The graph as JSON and as a Mermaid picture."""

import json

import cycle_kit

from codemods.import_cycle.picture import graph_json, graph_mermaid
from codemods.import_cycle.plan import plans

FILES = {
    "shop/__init__.py": "",
    "shop/a.py": "from shop.b import run\n\n\ndef go():\n    return run(1)\n",
    "shop/b.py": "from shop.a import go\n\nALL = [go]\n\n\ndef run(x):\n    from shop import c\n\n    return c\n",
    "shop/c.py": "import shop.b\n",
}


def test_json_holds_edges_components_and_plans():
    graph = cycle_kit.graph(FILES)
    document = json.loads(graph_json(graph, plans(graph, cycle_kit.settings())))
    assert document["components"] == [["shop/a.py", "shop/b.py"]]
    assert document["lazy_components"] == [["shop/a.py", "shop/b.py", "shop/c.py"]]
    edge = next(edge for edge in document["edges"] if edge["source"] == "shop/a.py")
    assert (edge["target"], edge["when"], edge["implicit"]) == ("shop/b.py", "import", False)
    assert edge["names"] == [{"line": 1, "module": "shop.b", "name": "run", "context": "module", "uses": ["function"]}]
    assert document["plans"][0]["cuts"] == [{"source": "shop/a.py", "target": "shop/b.py", "way": "function-level", "cost": 5}]


def test_mermaid_shows_cycles_and_cuts():
    graph = cycle_kit.graph(FILES)
    assert graph_mermaid(graph, plans(graph, cycle_kit.settings())).splitlines() == [
        "flowchart LR",
        '  subgraph c0["cycle, 3 modules"]',
        '    m0["shop.a"]',
        '    m1["shop.b"]',
        '    m2["shop.c"]',
        "  end",
        "  m0 -->|function-level| m1",
        "  m1 --> m0",
        "  m1 -.-> m2",
        "  m2 --> m1",
        "  linkStyle 0 stroke:#c0392b,stroke-width:2px",
    ]


def test_mermaid_of_no_cycle_says_so():
    assert "no cycle" in graph_mermaid(cycle_kit.graph({"a.py": "import b", "b.py": ""}))
