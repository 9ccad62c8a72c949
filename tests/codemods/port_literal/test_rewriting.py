"""Which row a birth means, and where it is after other rules have moved the code."""

from dataclasses import replace

import kit
import pytest
from facts_kit import topology

from codemods.port_literal.nouns import Birth, Entry, Topology, Use
from codemods.port_literal.placing import machines_of
from codemods.port_literal.registered import looked_up, registered
from codemods.port_literal.rewriting.births import MOVED, births_in
from codemods.port_literal.rewriting.matching import Refusal, judged
from codemods.port_literal.scan import scan
from codemods.port_literal.scan.terms import Call, Global, Number, Text
from engine.model import Change, Skip
from engine.source import Source

CODE = """import zmq
A_PORT = 7000
B_PORT = 7001


class Agent:
    def __init__(self, first, second):
        first.ask(port=7002)
        second.ask(port=7002)
"""
X, Y = Entry("X", 7002, machine="m"), Entry("Y", 7002, machine="n")


def known(code, *verdicts):
    """The births of a text, each with its verdict."""
    births = [
        Birth("a.py", one.line, one.column, one.start, one.end, one.port, one.shape, one.name, one.owner, one.env)
        for one in scan(Source("a.py", code.encode())).literals
    ]
    return list(zip(births, verdicts, strict=True))


def found(code, pairs, learned=None):
    return [(place.node.lineno, verdict) for place, _, verdict in births_in(Source("a.py", code.encode()), pairs, learned)]


def test_in_the_same_text_each_birth_is_where_it_was():
    pairs = known(CODE, X, Y, X, Y)
    assert found(CODE, pairs) == [(2, X), (3, Y), (8, X), (9, Y)]
    assert found(CODE, pairs[3:]) == [(9, Y)]


def test_in_the_very_text_that_was_learned_nothing_is_scanned_again(monkeypatch):
    pairs = known(CODE, X, Y, X, Y)
    learned = topology({"a.py": CODE}).texts["a.py"]
    monkeypatch.setattr("codemods.port_literal.rewriting.births.scan", lambda _: None)
    assert found(CODE, pairs, learned) == [(2, X), (3, Y), (8, X), (9, Y)]
    assert found(CODE + "#", pairs, learned) == found(CODE, pairs) == []
    monkeypatch.undo()
    assert found("import os\n\n" + CODE, pairs, learned) == [(4, X), (5, Y), (10, X), (11, Y)]


def test_in_a_text_that_was_moved_births_are_told_by_what_they_are():
    pairs = known(CODE, X, Y, X, Y)
    assert found("import os\n\n" + CODE, pairs) == [(4, X), (5, Y), (10, X), (11, Y)]
    assert found(CODE.replace("A_PORT = 7000\n", ""), pairs) == [(2, Y), (7, X), (8, Y)]


def test_where_alike_births_mean_two_things_and_one_is_gone_nothing_is_guessed():
    gone = CODE.replace("        first.ask(port=7002)\n", "")
    assert found(gone, known(CODE, X, Y, X, Y)) == [(2, X), (3, Y), (8, MOVED)]
    assert found(gone, known(CODE, X, Y, X, X)) == [(2, X), (3, Y), (8, X)]
    assert MOVED.reason == "moved-code"


def test_a_rule_that_ran_before_does_not_hide_the_ports(tmp_path):
    (tmp_path / "config").mkdir()
    rows = "".join(
        f"  - {{name: {name}, port: {port}, machine: {name}}}\n" for name, port in (("A", 7000), ("B", 7001), ("C", 7002))
    )
    (tmp_path / "config" / "ports.yaml").write_text("version: 1\nports:\n" + rows)
    code = CODE + "        try:\n            self.port = 7000\n            first.send()\n"
    code += "        except Exception as e:\n            print(e)\n"
    (tmp_path / "agent.py").write_text(code)
    plan = kit.plan(tmp_path, [kit.bound("broad-except"), kit.bound("port-literal")])
    assert {change.rule for change in plan.of(Change)} == {"broad-except", "port-literal"}
    (after,) = [delta.after.decode() for delta in plan.deltas if delta.path == "agent.py"]
    assert after.count("get_port(") == 5 and not plan.of(Skip)


# -- which row ------------------------------------------------------------------------------

BIRTH = Birth("main/a.py", 1, 1, 10, 14, 7002, "endpoint", "", "Agent")
USE = Use("main/a.py", 1, 1, "bind", "zmq", "Agent", "m", "main", "REP", ports=(7002,), births=(BIRTH.key,))
OTHER = replace(USE, owner="Other", path="main/o.py", births=())
ASK = replace(USE, direction="connect", socket="REQ", peer_machine="n")


def verdict(uses, *rows, birth=BIRTH):
    (pair,) = judged(Topology((birth,), tuple(uses)), rows, {"main": "m"})[birth.path]
    return pair[1].reason if isinstance(pair[1], Refusal) else pair[1].entry.name


@pytest.mark.parametrize(
    ("uses", "rows", "expected"),
    [
        ([], [], "not-in-registry"),
        ([USE], [replace(X, port=7003)], "not-in-registry"),
        ([USE], [X], "X"),
        ([USE], [Y], "other-machine"),
        ([USE], [X, Y], "X"),
        ([ASK], [X, Y], "Y"),
        ([ASK], [X], "other-machine"),
        ([replace(ASK, peer_machine="")], [X, Y], "ambiguous-port"),
        ([USE, ASK], [X, Y], "other-machine"),  # bound here, and spoken to there: not one service
        ([], [X, Y], "X"),  # nobody is seen to use it: this machine's
        ([], [Y], "Y"),
        # of one machine: the owner, then the role
        ([USE], [replace(X, owner="Other", alternatives="g"), replace(Y, machine="m", owner="Agent", alternatives="g")], "Y"),
        ([USE], [replace(X, owner="main/a.py", role="pub"), replace(Y, machine="", owner="agent", role="main")], "Y"),
        ([USE], [replace(X, alternatives="g"), replace(Y, machine="m", alternatives="g")], "ambiguous-port"),
        ([USE, OTHER], [replace(X, owner="Other")], "other-owner"),
        ([USE], [replace(X, owner="Somebody")], "X"),  # nobody of that name binds it: the row is spelled differently
        ([USE], [replace(X, owner="redis", external=True)], "other-owner"),
        ([ASK], [replace(Y, owner="redis", external=True)], "Y"),
        # of a peer: what answers that socket
        ([replace(ASK, socket="SUB")], [replace(Y, role="main"), replace(X, machine="n", role="pub")], "X"),
        ([ASK], [replace(Y, role="main"), replace(X, machine="n", role="pub")], "Y"),
        # what people must settle
        ([USE], [replace(X, disputed=True)], "disputed"),
        ([USE], [replace(X, disputed=True), replace(Y, machine="m", disputed=True)], "disputed"),
        ([ASK], [replace(Y, disputed=True)], "disputed"),
        # something is added to the number before it is used
        ([replace(USE, ports=(8002,), derived=1000)], [X], "derived-port"),
        ([USE, replace(USE, ports=(8002,), derived=1000)], [X], "X"),
    ],
)
def test_which_row(uses, rows, expected):
    assert verdict(uses, *rows) == expected


def test_a_name_tells_where_nothing_else_does():
    birth = replace(BIRTH, name="Y_PORT", path="a.py")
    assert verdict([], X, Y, birth=birth) == "Y"
    assert verdict([], X, Y, birth=replace(birth, name="port")) == "ambiguous-port"


def test_a_folder_that_is_named_like_a_machine():
    topology = Topology((BIRTH, replace(BIRTH, path="m/b.py")))
    assert machines_of(topology, [X, Y], {"main": "m"}).items() >= {"m": "m", "main": "m"}.items()
    assert machines_of(topology, [X], {"m": "elsewhere"})["m"] == "elsewhere"


# -- what is looked up already --------------------------------------------------------------


def test_numbers_of_registries():
    one = b"version: 1\nports:\n  - {name: A, port: 7000}\n  - {name: B, port: 7001}\n"
    two = b"version: 1\nports:\n  - {name: A, port: 7000}\n  - {name: B, port: 7002}\n"
    assert registered({"a.yaml": one, "b.yaml": two, "c.yaml": b"version: 1\nports: [", "a.py": None}) == {"A": 7000}


@pytest.mark.parametrize(
    ("dotted", "args", "keywords", "port"),
    [
        ("common_utils.port_registry.get_port", (Text("A", -1),), (), 7000),
        ("lib.port_lookup.get_port", (Text("A", -1),), (("fallback", Number(5, -1)),), 7000),
        ("common_utils.port_registry.get_port", (Text("Z", -1),), (("fallback", Number(5, -1)),), 5),
        ("common_utils.port_registry.get_port", (Text("Z", -1),), (), 0),
        ("common_utils.port_registry.get_port", (Global("name"),), (("fallback", Number(5, -1)),), 5),
        ("common_utils.port_registry.get_port", (), (), 0),
        ("common_utils.port_registry.other", (Text("A", -1),), (), 0),
        ("ports.get_port", (Text("A", -1),), (), 0),
    ],
)
def test_a_call_of_get_port(dotted, args, keywords, port):
    assert looked_up(Call(Global("get_port"), args, keywords, False), dotted, {"A": 7000}).value == port


REGISTRY = "version: 1\nports:\n  - {name: A, port: 7000}\n  - {name: E, port: 7001}\n"
AGENT = """
import zmq
from common_utils.port_registry import get_port as port_of
PORT = 7000
class Agent:
    EVENTS = 7001
    def __init__(self, port=PORT):
        context = zmq.Context()
        context.socket(zmq.REP).bind(f"tcp://*:{port}")
        context.socket(zmq.PUB).bind(f"tcp://*:{self.EVENTS + 1}")
        context.socket(zmq.REQ).connect("tcp://h:7001")
"""


def test_what_is_looked_up_is_known_as_before():
    """Else a second run would judge by less than the first: `check` and `graph` see the same binds and connects, too."""
    old = topology({"a.py": AGENT, "config/ports.yaml": REGISTRY})
    text = AGENT.replace("= 7000", "= port_of('A', fallback=7000)").replace("= 7001", "= port_of('E', fallback=7001)")
    new = topology({"a.py": text.replace('"tcp://h:7001"', "f\"tcp://h:{port_of('E')}\""), "config/ports.yaml": REGISTRY})
    before, after = ([(use.direction, use.role, use.ports, use.derived) for use in one.uses] for one in (old, new))
    assert after == before
    assert {use.ports for use in new.uses} == {(7000,), (7001,), (7002,)}
    assert {birth.name for birth in new.births} == {"fallback"}
