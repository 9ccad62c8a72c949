"""What depends on options: machines, peers, declared derivations."""

import pytest
from facts_kit import MACHINES, simple, topology

from codemods.port_literal.nouns import Service
from codemods.port_literal.topology import peers, placed


def test_trap_10_the_same_number_on_another_machine_is_another_owner():
    files = {
        "main_pc/a.py": simple("A", "bind", 5601),
        "pc2/b.py": simple("B", "bind", 5601),
        "main_pc/near.py": simple("Near", "connect", 5601, "localhost"),
        "main_pc/far.py": "import os\nPC2_HOST = os.environ['PC2_HOST']\n"
        + simple("Far", "connect", 5601, "{PC2_HOST}").replace("'tcp", "f'tcp"),
        "main_pc/lost.py": simple("Lost", "connect", 5601, "10.1.2.3"),
    }
    found = placed(topology(files), MACHINES)
    owners = {use.owner: use for use in found.uses}
    who = {
        owner: [one.owner for one in peers(found).get((use.path, use.line, use.column, owner), ())]
        for owner, use in owners.items()
    }
    assert who["Near"] == ["A"] and owners["Near"].peer_machine == "main_pc"
    assert who["Far"] == ["B"] and owners["Far"].peer_machine == "pc2"
    assert who["Lost"] == ["A", "B"] and owners["Lost"].peer_machine == ""


def test_hosts_say_which_machine_is_meant():
    found = topology({"main_pc/a.py": simple("A", "connect", 5601, "10.1.2.3")})
    assert placed(found, MACHINES, hosts={"10.1.2.3": "pc2"}).uses[0].peer_machine == "pc2"


def test_a_connect_with_hosts_on_two_machines_is_on_neither():
    text = "import zmq\nfor host in ('localhost', 'pc2'):\n    zmq.Context().socket(zmq.SUB).connect(f'tcp://{host}:5601')\n"
    assert placed(topology({"main_pc/a.py": text}), MACHINES).uses[0].peer_machine == ""


def test_a_connect_that_only_a_service_answers():
    files = {
        "main_pc/a.py": simple("A", "connect", 7140, "pc2"),
        "pc2/config/startup.yaml": "Store: {script_path: pc2/store.py, port: 7140}\n",
    }
    found = placed(topology(files), MACHINES)
    ((use, some),) = peers(found).items()
    assert use[0] == "main_pc/a.py"
    assert [(one.name, one.machine) for one in some if isinstance(one, Service)] == [("Store", "pc2")]


def test_a_service_is_on_the_machine_of_its_file_or_of_its_script():
    files = {"pc2/startup.yaml": "A: {port: 5601}", "config/startup.yaml": "B: {script_path: main_pc/b.py, port: 5602}"}
    assert [one.machine for one in placed(topology(files), MACHINES).services] == ["main_pc", "pc2"]


def test_no_machines_no_guesses():
    found = placed(topology({"main_pc/a.py": simple("A", "bind", 5601), "a.py": simple("B", "bind", 5602)}), {})
    assert {use.machine for use in found.uses} == {""}


# -- derivations -----------------------------------------------------------------------


HEIR = "from gone import BaseAgent\nclass A(BaseAgent):\n    def __init__(self):\n        super().__init__(port=5601)\n"


def derived(files, rules):
    uses = placed(topology(files), MACHINES, {"BaseAgent": rules}).uses
    return [(one.owner, one.role, one.ports, one.derived) for one in uses if one.via == "derived"]


def test_derived_ports_of_a_base_that_cannot_be_read():
    rules = {"health": "port+1000", "http": "health+1"}
    assert derived({"main_pc/a.py": HEIR}, rules) == [
        ("A", "main", (5601,), 0),
        ("A", "health", (6601,), 1000),
        ("A", "http", (6602,), 1001),
    ]
    assert placed(topology({"main_pc/a.py": HEIR}), MACHINES, {"BaseAgent": rules}).uses[0].machine == "main_pc"


def test_what_the_code_binds_itself_is_not_derived_again():
    text = (
        HEIR
        + "    def run(self):\n        health_socket = zmq.Context().socket(zmq.REP)\n        health_socket.bind('tcp://*:7601')\n"
    )
    found = derived({"main_pc/a.py": "import zmq\n" + text}, {"health": "port+1000"})
    assert found == [("A", "main", (5601,), 0)]


@pytest.mark.parametrize(
    "rules", [{}, {"health": "nonsense"}, {"health": "port+99999"}, {"health": ["port+1"]}, {"health": "other+1"}, "health"]
)
def test_rules_that_say_nothing_derive_nothing(rules):
    assert [one for one in derived({"main_pc/a.py": HEIR}, rules) if one[1] != "main"] == []


def test_heirs_name_every_class_above_them():
    text = HEIR + "class B(A):\n    pass\n"
    assert [(one.owner, one.bases, one.ports) for one in topology({"a.py": text}).heirs] == [
        ("A", ("BaseAgent",), (5601,)),
    ]
