"""The system in fixtures/agents really starts: its agents bind and talk, before its ports are rewritten and after."""

import ast
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import kit
import pytest
import yaml
from agents_kit import observe
from filelock import FileLock

from engine.model import Skip

AGENTS = Path(__file__).resolve().parent.parent / "fixtures" / "agents"
PORTS = {
    "main_pc.audio_capture": [5620],
    "main_pc.gateway": [5640],
    "main_pc.model_manager": [5610, 5611, 6610],
    "main_pc.session_agent": [5601, 5602, 6601],
    "main_pc.translator": [5630, 6630],
    "main_pc.vram_optimizer": [5612, 5613, 6612],
    "pc2.health_monitor": [7150, 7151, 8150],
    "pc2.memory_store": [7140, 8140],
    "pc2.remote_connector": [7124, 8124],
    "pc2.task_scheduler": [7115, 7116, 8115],
}
RULES = "version: 1\nrules:\n  - id: port-literal\n    options: {machines: {main_pc: main_pc, pc2: pc2}}\n"


def copied(folder):
    shutil.copytree(AGENTS, folder)
    return folder


def rewright(folder, *arguments):
    """Run it on a target; (exit code, what it said)."""
    command = [sys.executable, "-m", "rewright", *arguments, "--no-cache", "--jobs", "1", "--rules", "rules.yaml", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that all test workers of this run share: what takes seconds to make is made once."""
    base = tmp_path_factory.getbasetemp()
    found = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "agents-run"
    found.mkdir(exist_ok=True)
    with FileLock(found / "lock"):
        if not (found / "made").exists():
            rewrite(copied(found / "after"))
            (found / "made").write_bytes(pickle.dumps(observe(copied(found / "before"))))
    return found


@pytest.fixture(scope="module")
def before(place):
    """What the system shows as it is."""
    return pickle.loads((place / "made").read_bytes())


@pytest.fixture(scope="module")
def rewritten(place):
    """A copy with its registry completed, its ports looked up there, and a port set."""
    return place / "after"


def rewrite(folder):
    (folder / "rules.yaml").write_text(RULES)
    code, said = rewright(folder, "ports", "sync")
    assert code == 0, said
    code, said = rewright(folder, "apply", "--unsafe", "--select", "port-literal")
    assert code == 0 and "0 findings" in said, said
    with open(folder / "config" / "ports.yaml", "a", encoding="utf-8") as registry:
        registry.write("sets:\n  staging: {offset: 10000}\n")
    return folder


def test_it_binds_what_its_readme_says(before):
    assert before.ports == PORTS
    readme = (AGENTS / "README.md").read_text("utf-8")
    told = {port for ports in PORTS.values() for port in ports if port < 6000 or 7000 <= port < 8000}
    assert {port for port in told if str(port) not in readme} == set()


def test_it_talks(before):
    said = before.said
    assert said["say hello"] == {"status": "ok", "reply": "You said: hello", "turns": 1}
    assert said["history"]["lines"] == said["memory"]["lines"] == ["hello", "again"]
    assert said["voice"] == ["good day", "good morning", "thank you"]
    assert (said["translate"]["text"], said["job"]) == ("thank you", "6")
    assert set(said["alive"]) == {"SessionAgent", "ModelManager", "MemoryStore", "TaskScheduler"}
    assert said["health"][8140] == {"status": "ok", "agent": "MemoryStore"}
    turns = [{"event": "turn", "session": "s", "turns": turn} for turn in (1, 2)]
    assert [event for event in before.heard["session_agent"] if event["event"] == "turn"] == turns
    assert {"event": "loaded", "model": "tiny", "mb": 900} in before.heard["model_manager"]
    assert before.ended == {"LegacyBridge": 1, "AudioCapture": 0}


def test_the_ports_are_looked_up(rewritten):
    left = set()
    for file in rewritten.rglob("*.py"):
        name = file.relative_to(rewritten).as_posix()
        tree = ast.parse(file.read_bytes()) if name != "pc2/legacy_bridge.py" else ast.Module([], [])
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "get_port"]
        fallbacks = {keyword.value for call in calls for keyword in call.keywords}
        numbers = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in fallbacks}
        left |= {(name, port) for ports in PORTS.values() for port in ports if port in numbers or f":{port}" in str(numbers)}
    # The registry disagrees with the one, and the other is in a line for the log.
    assert {("pc2/remote_connector.py", 7124)} <= left <= {("pc2/remote_connector.py", 7124), ("main_pc/gateway.py", 5640)}


def test_the_same_ports_and_messages_after_the_rewrite(before, rewritten):
    assert observe(rewritten) == before


def test_a_port_set_moves_the_whole_system_and_a_variable_comes_first(before, rewritten):
    """The launcher's PORT_OFFSET moves what it hands to the agents; the set moves all that they look up, their peers' too."""

    def at(port):
        return 19000 if port == 7115 else port + 10000

    moved = {"PORT_OFFSET": "10000", "REWRIGHT_PORT_SET": "staging", "TASK_SCHEDULER_PORT": "19000"}
    seen = observe(rewritten, moved, at)
    assert seen.ports == {agent: sorted(map(at, ports)) for agent, ports in PORTS.items()}
    assert (seen.said, seen.heard, seen.ended) == (before.said, before.heard, before.ended)


def test_two_agents_that_claim_one_port_do_not_both_start(rewritten, tmp_path):
    """A set that a person got wrong for one of two processes: the second to come says who is there."""
    registry = yaml.safe_load((rewritten / "config" / "ports.yaml").read_text("utf-8"))
    registry["sets"] = {"mistaken": {"GATEWAY_HTTP": 5599}, "there": {"AUDIO_OUT": 5599}}
    (tmp_path / "ports.yaml").write_text(yaml.safe_dump(registry))
    own = {"TMPDIR": str(tmp_path), "REWRIGHT_PORTS_FILE": str(tmp_path / "ports.yaml"), "PYTHONPATH": str(rewritten)}
    code = "import sys; from common_utils.port_registry import get_port; print(get_port(sys.argv[1]), flush=True); input()"

    def start(name, port_set):
        env = os.environ | own | {"REWRIGHT_PORT_SET": port_set}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, "-c", code, name], env=env, text=True, **pipes)

    with start("GATEWAY_HTTP", "mistaken") as first:
        assert first.stdout.readline() == "5599\n"
        with start("AUDIO_OUT", "there") as second:
            out, error = second.communicate("\n", timeout=30)
        assert (out, second.returncode) == ("", 1)
        assert f"process {first.pid} holds it as GATEWAY_HTTP" in error
        first.communicate("\n", timeout=30)


def test_a_second_run_is_empty(rewritten):
    code, said = rewright(rewritten, "ports", "sync", "--dry-run")
    assert code == 0 and "up to date" in said, said
    plan = kit.plan(rewritten, [kit.bound("port-literal", {"machines": {"main_pc": "main_pc", "pc2": "pc2"}})])
    assert not plan.deltas and {skip.reason for skip in plan.of(Skip)} == {"not-in-registry"}
