"""The graph of who talks to whom: edges, marks, the critical path, and its Mermaid text."""

import random
import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import ports_kit as kit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ports_kit import bind, connect

from codemods.port_literal.nouns import Birth, Entry, Service, Topology
from codemods.port_literal.picture.chain import circles, longest_chain
from codemods.port_literal.picture.graph import graph
from codemods.port_literal.picture.mermaid import mermaid

HOSTILE = '"]; end <img src=x onerror=alert(1)></script> `md` \u202e\x1b[31m\n#quot; %%{init: {}}%% &amp; |x| \ud800'


def drawn(*uses, services=(), entries=()):
    return graph(Topology(uses=uses, services=tuple(services)), entries)


def edges(made):
    """`owner port owner` of each edge."""
    nodes = made.nodes
    return [f"{nodes[one.source].owner} {nodes[one.source].binds[one.bind].port} {nodes[one.target].owner}" for one in made.edges]


# -- edges -----------------------------------------------------------------------------------


def test_edges_run_from_who_binds_to_who_connects():
    assert edges(graph(*kit.agents())) == [
        "AudioCapture 5620 Translator",
        "ModelManager 5610 SessionAgent",
        "ModelManager 5611 VramOptimizer",
        "SessionAgent 5601 RemoteConnector",
        "SessionAgent 5602 Gateway",
        "SessionAgent 6601 HealthMonitor",
        "ollama 11434 ModelManager",
        "HealthMonitor 7151 Gateway",
        "MemoryStore 7140 SessionAgent",
        "MemoryStore 8140 HealthMonitor",
        "TaskScheduler 7116 TaskScheduler",
    ]


def test_the_same_number_on_another_machine_is_another_service():
    both = bind("A", 5000, machine="one"), bind("B", 5000, machine="two")
    assert edges(drawn(*both, connect("C", 5000, machine="one", peer="two"))) == ["B 5000 C"]
    assert edges(drawn(*both, connect("C", 5000, machine="two"))) == ["B 5000 C"]  # unknown peer: its own machine first
    assert edges(drawn(*both, connect("C", 5000, machine="three"))) == ["A 5000 C", "B 5000 C"]
    assert edges(drawn(*both, connect("C", 5000, machine="one", peer="three"))) == []


def test_of_two_owners_the_one_whose_socket_fits_is_meant():
    two = bind("Events", 5000, "PUB"), bind("Server", 5000, "REP")
    assert edges(drawn(*two, connect("C", 5000, "SUB", peer="main_pc"))) == ["Events 5000 C"]
    assert edges(drawn(*two, connect("C", 5000, "PULL", peer="main_pc"))) == ["Events 5000 C", "Server 5000 C"]


def test_two_classes_of_one_name_are_two_services_and_say_where_they_are():
    made = drawn(
        bind("Agent", 5000, path="main_pc/a.py"), bind("Agent", 5001, path="main_pc/b.py"), bind("Agent", 5000, machine="pc2")
    )
    assert [(node.machine, node.path) for node in made.nodes] == [
        ("main_pc", "main_pc/a.py"), ("main_pc", "main_pc/b.py"), ("pc2", "pc2/agent.py"),
    ]  # fmt: skip
    text = mermaid(made)
    assert "Agent (main_pc/a.py)" in text and "Agent (main_pc/b.py)" in text and "(pc2/agent.py)" not in text


def test_code_outside_of_the_one_class_of_a_file_belongs_to_it():
    made = drawn(bind("Agent", 5000, path="a.py"), bind("a", 5001, path="a.py"), bind("b", 5002, path="b.py"))
    assert [(node.owner, [one.port for one in node.binds]) for node in made.nodes] == [("Agent", [5000, 5001]), ("b", [5002])]


def shared(*births, ports):
    """A connect in code that machines share, to numbers that are born where `births` say: (path, owner, port)."""
    born = tuple(
        Birth(path, 7, 1, start, start + 4, port, "keyword", owner=owner) for start, (path, owner, port) in enumerate(births)
    )
    keys = tuple(birth.key for birth in born)
    return born, connect("Client", None, machine="", path="common/net.py", ports=ports, births=keys)


def test_a_connect_in_shared_code_belongs_to_whoever_gives_the_number():
    server = bind("Server", 5000), bind("Store", 5001, machine="pc2"), bind("Other", 5002)
    born, use = shared(
        ("main_pc/other.py", "Other", 5000), ("pc2/job.py", "job", 5001), ("lib/x.py", "X", 5002), ports=(5000, 5001, 5002)
    )
    made = graph(Topology(births=born, uses=(*server, use)))
    assert edges(made) == ["Other 5002 Client", "Server 5000 Other", "Store 5001 job"]
    places = {node.owner: [one.places for one in node.connects] for node in made.nodes if node.connects}
    assert places == {"Other": [(("main_pc/other.py", 7),)], "job": [(("pc2/job.py", 7),)], "Client": [(("common/net.py", 50),)]}


def test_who_imports_the_number_of_a_server_is_not_the_server():
    born, use = shared(("main_pc/server.py", "server", 5000), ports=(5000,))
    assert edges(graph(Topology(births=born, uses=(bind("Server", 5000), use)))) == ["Server 5000 Client"]


def test_of_the_names_of_a_disputed_port_a_service_gets_its_own():
    entries = [Entry("A", 5000, machine="main_pc", owner="main_pc/agent.py"), Entry("B", 5000, machine="main_pc", owner="Other")]
    names = {
        node.owner: node.binds[0].name
        for node in drawn(bind("Agent", 5000), bind("other", 5000), bind("C", 5000), entries=entries).nodes
    }
    assert names == {"Agent": "A", "other": "B", "C": ""}
    assert drawn(bind("C", 5000), entries=entries[:1]).nodes[0].binds[0].name == "A"


# -- what is marked --------------------------------------------------------------------------


def test_binds_without_peers_and_connects_to_nobody_are_marked():
    nodes = {node.owner: node for node in graph(*kit.agents()).nodes}
    assert [(one.port, one.heard) for one in nodes["SessionAgent"].binds] == [(5601, True), (5602, True), (6601, True)]
    assert [(one.port, one.heard) for one in nodes["VramOptimizer"].binds] == [(5612, False), (5613, False)]
    assert [(one.port, one.answered) for one in nodes["TaskScheduler"].connects] == [(7116, True), (7999, False)]
    assert [(one.port, one.name) for one in nodes["Gateway"].connects] == [(5602, "SESSION_EVENTS"), (7151, "HEALTH_EVENTS")]


def test_what_only_configuration_or_registry_know_is_there_and_what_code_binds_is_not_twice():
    made = graph(*kit.agents())
    assert [(node.owner, node.kind) for node in made.nodes if node.kind != "code"] == [
        ("ollama", "external"),
        ("LegacyBridge", "configured"),
    ]
    service = Service("conf.yaml", 3, "A", 5001, "main", "main_pc", "main_pc/a.py")
    (node,) = drawn(bind("A", 5000, path="main_pc/a.py"), services=[service, replace(service, port=5000)]).nodes
    assert [(one.port, one.places) for one in node.binds] == [(5000, (("main_pc/a.py", 1),)), (5001, (("conf.yaml", 3),))]


def test_unresolved_ones_are_told_and_a_service_with_nothing_else_is_no_node():
    made = graph(*kit.agents())
    assert [(use.owner, use.reason) for use in made.unresolved] == [
        ("RemoteConnector", "the port is a parameter that no caller gives")
    ]
    only = drawn(bind("A", None, reason="why"))
    assert only.nodes == () and [use.reason for use in only.unresolved] == ["why"]


# -- the critical path -----------------------------------------------------------------------


def chain_of(made):
    return [[made.nodes[index].owner for index in link] for link in made.chain]


def test_the_critical_path_is_the_longest_chain_of_needs_without_health_checks():
    made = graph(*kit.agents())
    assert chain_of(made) == [["ollama"], ["ModelManager"], ["SessionAgent"], ["Gateway"]]
    critical = replace(made, edges=tuple(edge for edge in made.edges if edge.critical))
    assert edges(critical) == ["ModelManager 5610 SessionAgent", "SessionAgent 5602 Gateway", "ollama 11434 ModelManager"]
    polls = connect("M", 5000, role="health", peer="main_pc")
    assert drawn(bind("A", 5000, role="health"), polls).chain == ()


def test_an_edge_that_leaves_a_link_out_is_not_critical():
    chain = bind("A", 5000), connect("B", 5000, peer="main_pc"), bind("B", 5001), connect("C", 5001, peer="main_pc")
    made = drawn(*chain, connect("C", 5000, peer="main_pc"))
    assert [edge.critical for edge in made.edges] == [True, False, True] and edges(made)[1] == "A 5000 C"


def test_a_circle_is_one_link_as_long_as_it_has_members():
    ring = [use for i in range(3) for use in (bind(f"R{i}", 5000 + i), connect(f"R{i}", 5000 + (i + 1) % 3, peer="main_pc"))]
    line = [bind("A", 6000), connect("B", 6000, peer="main_pc"), bind("B", 6001), connect("C", 6001, peer="main_pc")]
    made = drawn(*ring, *line, bind("C", 6002), connect("R0", 6000, peer="main_pc"))
    assert chain_of(made) == [["A"], ["R0", "R1", "R2"]]
    assert sum(edge.critical for edge in made.edges) == 4


GRAPHS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14)


def reaches(needs):
    """Who needs whom, over any number of steps."""
    found = {(a, b) for a, b in needs if a != b}
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


@given(GRAPHS)
def test_circles_are_those_who_reach_each_other(needs):
    wanted = [[b for a, b in needs if a == node] for node in range(6)]
    found, far = circles(wanted), reaches(needs)
    assert sorted(node for link in found for node in link) == list(range(6))
    for place, link in enumerate(found):
        for node in range(6):
            assert (node in link) == (node == link[0] or {(node, link[0]), (link[0], node)} <= far)
        assert all(any(b in earlier for earlier in found[: place + 1]) for a in link for b in wanted[a])


@given(GRAPHS, st.randoms())
def test_no_chain_is_longer_and_the_order_of_needs_is_of_no_matter(needs, chance):
    names = [f"n{i}" for i in range(6)]
    chain = longest_chain(names, needs)
    shuffled = list(needs)
    chance.shuffle(shuffled)
    assert longest_chain(names, shuffled) == chain
    direct = {(a, b) for a, b in needs if a != b}
    for below, above in zip(chain, chain[1:], strict=False):
        assert any((a, b) in direct for a in above for b in below)
    far = reaches(needs)
    links = list(circles([[b for a, b in needs if a == node] for node in range(6)]))
    best = 0
    for size in range(1, len(links) + 1):
        for some in permutations(links, size):
            if all((above[0], below[0]) in far for below, above in zip(some, some[1:], strict=False)):
                best = max(best, sum(map(len, some)))
    assert sum(map(len, chain)) == (best if best > 1 else 0)


# -- Mermaid ---------------------------------------------------------------------------------


def test_the_mermaid_text(snapshot):
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots"
    snapshot.assert_match(mermaid(graph(*kit.agents())), "agents.mmd")


def test_the_order_of_uses_is_of_no_matter():
    topology, entries = kit.crowd(30)
    shuffled = list(topology.uses)
    random.Random(3).shuffle(shuffled)
    assert mermaid(graph(replace(topology, uses=tuple(shuffled)), reversed(entries))) == mermaid(graph(topology, entries))


def test_every_node_of_an_edge_is_declared_and_the_red_links_are_the_critical_ones():
    text = mermaid(graph(*kit.agents()))
    declared = set(re.findall(r"^    (n\d+)\[", text, re.M))
    links = re.findall(r"^  ((?:n|x)\S+?)(?:\[.*?\])? (?:-\.->|-->|==>|--o|---)(?:\|\"([^\"]*)\"\|)? (n\d+)$", text, re.M)
    assert len(links) == 12 and {end for one, _, other in links for end in (one, other) if end[0] == "n"} <= declared
    (red,) = re.findall(r"linkStyle ([\d,]+) ", text)
    assert [links[int(number)][1] for number in red.split(",")] == ["5610 MODEL_MANAGER", "5602 SESSION_EVENTS", "11434 OLLAMA"]


def test_fault_92_a_hostile_name_is_text_in_mermaid():
    uses = (
        bind(HOSTILE, 5000, machine=HOSTILE, path=HOSTILE),
        connect("end", 5000, peer=HOSTILE),
        connect("end", 9, "", host=HOSTILE, via=HOSTILE),
    )
    text = mermaid(drawn(*uses, entries=[Entry(HOSTILE, 5000, machine=HOSTILE)]))
    text.encode("utf-8")
    for line in text.splitlines()[3:]:
        for label in re.findall(r'"(.*?)"', line):
            assert re.fullmatch(r"(?:[\w .:/+*(),?-]|#\d+;|<br/>)*", label), label
        bare = re.sub(r'"[^"]*"', '""', line)
        assert not re.search(r"[^\w \[\]|>=.,:#;%-]", bare.replace('"', "")), bare
    assert "u202e" in text and "\u202e" not in text


@pytest.mark.parametrize("made", [drawn(), drawn(bind("A", 5000))], ids=["nothing", "one"])
def test_small_graphs(made):
    text = mermaid(made)
    assert text.endswith("\n") and text.count("subgraph") == text.count("  end\n") and made.chain == ()
