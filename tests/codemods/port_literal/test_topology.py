"""The fact over whole projects: the agents of fixtures/agents, machines, derivations, services, peers."""

import pickle
import time
from pathlib import Path

import pytest
from facts_kit import MACHINES, simple, topology

from codemods.port_literal.nouns import Topology, Use
from codemods.port_literal.topology import TOPOLOGY, peers, placed
from engine.model import RefusedFile
from engine.project import Project
from engine.source import Source

AGENTS = Path(__file__).parents[3] / "fixtures" / "agents"


@pytest.fixture(scope="module")
def agents():
    found = {}
    paths = frozenset(path.relative_to(AGENTS).as_posix() for path in AGENTS.rglob("*.py"))
    for file in sorted(AGENTS.rglob("*")):
        path = file.relative_to(AGENTS).as_posix()
        if file.suffix == ".yaml":
            found[path] = file.read_bytes()
        elif file.suffix == ".py":
            try:
                value = TOPOLOGY.scan(Source(path, file.read_bytes()))
            except RefusedFile:
                continue
            if value is not None:
                found[path] = value
    return placed(TOPOLOGY.combine(found, Project(paths)), MACHINES)


def test_the_agents_binds(agents):
    binds = {(one.machine, one.owner, one.role, one.ports) for one in agents.uses if one.direction == "bind" and one.ports}
    assert binds == {
        ("main_pc", "SessionAgent", "main", (5601,)),
        ("main_pc", "SessionAgent", "health", (6601,)),
        ("main_pc", "SessionAgent", "pub", (5602,)),
        ("main_pc", "ModelManager", "main", (5610,)),
        ("main_pc", "ModelManager", "health", (6610,)),
        ("main_pc", "ModelManager", "pub", (5611,)),
        ("main_pc", "VramOptimizer", "main", (5612,)),
        ("main_pc", "VramOptimizer", "health", (6612,)),
        ("main_pc", "VramOptimizer", "pub", (5613,)),
        ("main_pc", "AudioCapture", "push", (5620,)),
        ("main_pc", "Translator", "main", (5630,)),
        ("main_pc", "Translator", "health", (6630,)),
        ("main_pc", "Gateway", "main", (5640,)),
        ("main_pc", "Gateway", "metrics", (5650,)),
        ("main_pc", "Gateway", "http", (8095,)),
        ("pc2", "MemoryStore", "main", (7140,)),
        ("pc2", "MemoryStore", "health", (8140,)),
        ("pc2", "HealthMonitor", "main", (7150,)),
        ("pc2", "HealthMonitor", "health", (8150,)),
        ("pc2", "HealthMonitor", "pub", (7151,)),
        ("pc2", "TaskScheduler", "main", (7115,)),
        ("pc2", "TaskScheduler", "push", (7116,)),
        ("pc2", "TaskScheduler", "health", (8115,)),
        ("pc2", "TaskScheduler", "metrics", (5650,)),
        ("pc2", "RemoteConnector", "main", (7124,)),
        ("pc2", "RemoteConnector", "health", (8124,)),
    }


def test_every_agents_use_is_resolved_or_says_why(agents):
    assert len(agents.uses) > 30
    for use in agents.uses:
        assert bool(use.ports) != bool(use.reason), use


def test_the_agents_births_lie_where_the_text_says(agents):
    assert len(agents.births) > 30
    for birth in agents.births:
        text = Source(birth.path, (AGENTS / birth.path).read_bytes()).text
        assert str(birth.port) in text[birth.start : birth.end]
        assert text.count("\n", 0, birth.start) + 1 == birth.line


def test_the_agents_numbers_that_are_no_ports_stay_out(agents):
    assert not {birth.port for birth in agents.births} & {16000, 8000, 5000, 65536, 65535, 12000, 8192, 4096, 3000, 1000}


def test_the_agents_peers(agents):
    found = {
        (use.owner, use.ports): sorted({one.owner if isinstance(one, Use) else one.name for one in some})
        for use in agents.uses
        if (some := peers(agents).get((use.path, use.line, use.column, use.owner))) is not None
    }
    assert found["VramOptimizer", (5611,)] == ["ModelManager"]
    assert found["RemoteConnector", (7151,)] == ["HealthMonitor"]
    assert found["Gateway", (5602, 7151)] == ["HealthMonitor", "SessionAgent"]
    assert found["TaskScheduler", (7116,)] == ["TaskScheduler"]
    assert found["ModelManager", (11434,)] == []


def test_everything_is_sorted_and_picklable(agents):
    assert pickle.loads(pickle.dumps(agents)) == agents
    assert list(agents.births) == sorted(agents.births, key=lambda one: (one.path, one.line, one.column))
    assert list(agents.uses) == sorted(agents.uses, key=lambda one: (one.path, one.line, one.column, one.owner, one.ports))


def test_the_order_of_files_does_not_matter():
    files = {"main_pc/a.py": simple("A", "bind", 5601), "pc2/b.py": simple("B", "connect", 5601), "pc2/c.py": "PORT = 5602\n"}
    found = {path: TOPOLOGY.scan(Source(path, text.encode())) for path, text in files.items()}
    project = Project(frozenset(files))
    assert TOPOLOGY.combine(found, project) == TOPOLOGY.combine(dict(reversed(found.items())), project)


# -- services --------------------------------------------------------------------------


UNKNOWN = "import os, zmq\nclass StoreAgent:\n    def run(self):\n        s = zmq.Context().socket(zmq.REP)\n        s.bind(f\"tcp://*:{os.environ['X']}\")\n"


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("StoreAgent: {script_path: pc2/store.py, port: 7140, health_check_port: 8140}", (7140,)),
        ("Store: {script_path: pc2/store.py, port: 7140}", (7140,)),
        ("Other: {script_path: pc2/store.py, port: 7140}", (7140,)),
        ("Other: {script_path: pc2/other.py, port: 7140}", ()),
        ("Store: {script_path: pc2/store.py, port: 7140}\n---\nStore: {script_path: pc2/store.py, port: 7141}", ()),
        ("Store: {script_path: pc2/store.py, health_port: 7140}", ()),
    ],
)
def test_a_bind_without_a_port_gets_that_of_its_service(yaml, expected):
    (use,) = topology({"pc2/store.py": UNKNOWN, "pc2/startup.yaml": yaml}).uses
    assert use.ports == expected
    assert bool(use.reason) != bool(expected)


def test_a_startup_file_of_another_folder_does_not_dispute_it():
    files = {
        "pc2/store.py": UNKNOWN,
        "pc2/startup.yaml": "Store: {script_path: pc2/store.py, port: 7140}",
        "old/startup.yaml": "Store: {script_path: pc2/store.py, port: 9140}",
    }
    assert topology(files).uses[0].ports == (7140,)


def test_configuration_that_cannot_be_read_is_noted():
    found = topology({"a.yaml": "a:\n\tb: 1\n", "b.yaml": "A: {port: 5601}"})
    assert len(found.notes) == 1 and "a.yaml" in found.notes[0]
    assert [one.port for one in found.services] == [5601]


def test_two_classes_of_one_name_on_two_machines_stay_apart():
    files = {"main_pc/a.py": simple("Agent", "bind", 5601), "pc2/a.py": simple("Agent", "bind", 5602)}
    found = placed(topology(files), MACHINES)
    assert [(one.machine, one.owner, one.ports) for one in found.uses] == [
        ("main_pc", "Agent", (5601,)),
        ("pc2", "Agent", (5602,)),
    ]


def test_nothing_gives_an_empty_topology():
    assert topology({}) == Topology()


def test_combining_grows_with_the_number_of_files():
    def seconds(number):
        files = {
            "base.py": "import zmq\nclass Base:\n    def __init__(self, port):\n        zmq.Context().socket(zmq.REP).bind(f'tcp://*:{port}')\n"
        }
        for one in range(number):
            files[f"a{one}.py"] = (
                f"from base import Base\nclass A{one}(Base):\n    def __init__(self):\n        super().__init__({2000 + one})\n"
            )
        found = {path: TOPOLOGY.scan(Source(path, text.encode())) for path, text in files.items()}
        started = time.process_time()
        made = TOPOLOGY.combine(found, Project(frozenset(files)))
        assert sum(1 for use in made.uses if use.ports) == number
        return time.process_time() - started

    seconds(50)
    assert seconds(800) < 40 * max(seconds(100), 0.01)
