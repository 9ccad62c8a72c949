"""export: the registry for other tools, with a port set applied."""

import pytest
import yaml

from codemods.port_literal.nouns import Entry
from codemods.port_literal.registry import PortSet
from codemods.port_literal.registry.export import exported
from engine import RewrightError

ROWS = (
    Entry("SESSION_AGENT", 5601, "main", "pc1", "pc1/session_agent.py"),
    Entry("session.events", 5602, "pub", "pc1", "pc1/session_agent.py"),
    Entry("MEMORY", 5601, "main", "pc2", "MemoryStore", env="MEMORY_STORE_PORT"),
    Entry("REDIS", 6379, external=True),
)
SETS = (PortSet("staging", 1000, (("MEMORY", 22),)),)


def test_env():
    text = "MEMORY_STORE_PORT=5601\nREDIS_PORT=6379\nSESSION_AGENT_PORT=5601\nSESSION_EVENTS_PORT=5602\n"
    assert exported(ROWS, "env") == exported(ROWS[::-1], "env") == text
    moved = "MEMORY_STORE_PORT=22\nREDIS_PORT=6379\nSESSION_AGENT_PORT=6601\nSESSION_EVENTS_PORT=6602\n"
    assert exported(ROWS, "env", SETS, "staging") == moved


def test_compose():
    document = yaml.safe_load(exported(ROWS, "compose", SETS, "staging"))
    assert document == {
        "services": {"memory-store": {"ports": ["22:22"]}, "session-agent": {"ports": ["6601:6601", "6602:6602"]}}
    }
    twice = [Entry("A", 1, machine="m1", owner="x/Agent.py"), Entry("B", 1, machine="m2", owner="Agent")]
    assert sorted(yaml.safe_load(exported(twice, "compose"))["services"]) == ["m1-agent", "m2-agent"]


def test_configmap():
    document = yaml.safe_load(exported(ROWS, "k8s-configmap"))
    assert (document["apiVersion"], document["kind"], document["metadata"]) == ("v1", "ConfigMap", {"name": "ports"})
    assert document["data"]["SESSION_AGENT_PORT"] == "5601" and all(isinstance(value, str) for value in document["data"].values())


def test_nothing():
    assert exported((), "env") == ""
    assert yaml.safe_load(exported((), "compose")) == {"services": {}}
    assert yaml.safe_load(exported((), "k8s-configmap"))["data"] == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ROWS, "toml"), "formats: compose, env, k8s-configmap"),
        ((ROWS, "env", SETS, "stagin"), "did you mean staging?"),
        ((ROWS, "env", (), "x"), "sets: none"),
        (([Entry("A.B", 1), Entry("A_B", 2)], "env"), "A.B and A_B would both be the variable A_B_PORT"),
        ((ROWS, "env", (PortSet("high", 60000),), "high"), "SESSION_AGENT would get 65601"),
    ],
)
def test_what_is_refused(arguments, said):
    with pytest.raises(RewrightError, match=said.replace("?", r"\?")):
        exported(*arguments)
