"""Both cycles of fixtures/agents, the one that closes through a function too, end in events; and the agents run as before."""

import os
import pickle
import re
import subprocess
import sys

import kit
import pytest
from agents_kit import observe
from filelock import FileLock
from test_agents_run import copied, rewright

from codemods.import_cycle.graph import combine, scan
from engine.model import Change, RefusedFile
from engine.project import Project
from engine.source import Source

RULES = "version: 1\nrules:\n  - id: import-cycle\n    options: {ways: [event], lazy: true}\n"
OPTIONS = {"ways": ["event"], "lazy": True}


def broken(folder):
    """A copy in which every cycle is broken by events."""
    copied(folder)
    (folder / "rules.yaml").write_text(RULES)
    code, said = rewright(folder, "apply", "--unsafe", "--select", "import-cycle")
    assert code == 0 and "0 findings" in said and "0 skips" in said, said
    return folder


def journalled(folder, journal):
    """What a run of the system shows, and what its agents put on record: each line once, as some requests are repeated."""
    journal.mkdir()
    seen = observe(folder, {"AGENTS_JOURNAL": str(journal)})
    return seen, {file.stem: list(dict.fromkeys(file.read_text("utf-8").splitlines())) for file in journal.iterdir()}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that all test workers of this run share: what takes seconds to make is made once."""
    base = tmp_path_factory.getbasetemp()
    found = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "agents-cycles"
    found.mkdir(exist_ok=True)
    with FileLock(found / "lock"):
        if not (found / "made").exists():
            broken(found / "after")
            (found / "made").write_bytes(pickle.dumps(journalled(copied(found / "before"), found / "journal-before")))
    return found


def graph_of(folder):
    files = {}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = scan(Source(name, path.read_bytes()))
        except RefusedFile:
            assert name == "pc2/legacy_bridge.py"
    return combine(files, Project(frozenset(files)))


def test_both_pairs_are_broken_by_event_modules(place):
    pairs = ("main_pc/memory_client.py", "main_pc/session_agent.py"), ("main_pc/model_manager.py", "main_pc/vram_optimizer.py")
    before, after = graph_of(place / "before"), graph_of(place / "after")
    assert (before.components, before.lazy_components) == (pairs[1:], pairs)
    assert (after.components, after.lazy_components) == ((), ())
    made = {path.name for path in (place / "after" / "events").iterdir()}
    assert {"__init__.py", "bus.py", "model_manager_events.py", "session_agent_events.py"} <= made
    for path in sorted((place / "after").rglob("*.py")):
        if path.name != "legacy_bridge.py":
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)


def test_by_default_only_the_cycle_at_module_level_ends():
    plan = kit.plan(copied_of_fixture(), [kit.bound("import-cycle", {"ways": ["event"]})])
    assert [change.site.path for change in plan.of(Change)] == ["main_pc/model_manager.py", "main_pc/vram_optimizer.py"]


def copied_of_fixture():
    return kit.FIXTURES / "agents"


def test_the_agents_run_as_before_and_every_event_arrives(place):
    """The calls that became events leave the same lines behind: by the translator and the session agent, each in its process."""
    was, journal = pickle.loads((place / "made").read_bytes())
    now, events = journalled(place / "after", place / "journal-after")
    assert now == was
    assert [line for line in journal["session_agent"] if line.startswith("s: ")] == ["s: hello", "s: again"]
    assert {"voice: good day", "voice: good morning", "voice: thank you"} <= set(journal["session_agent"])
    assert "900 MB wanted, 9600 MB to spare" in journal["model_manager"]
    assert {agent: sorted(lines) for agent, lines in events.items()} == {agent: sorted(lines) for agent, lines in journal.items()}


START = """
import sys, events.bus, main_pc.vram_optimizer, main_pc.memory_client
print(events.bus.check(strict=True), sorted({"main_pc.model_manager", "main_pc.session_agent"} & set(sys.modules)))
"""


def test_start_up_finds_a_subscriber_for_every_event(place):
    done = subprocess.run([sys.executable, "-c", START], cwd=place / "after", capture_output=True, text=True, check=False)
    assert done.stdout == "() ['main_pc.model_manager', 'main_pc.session_agent']\n", done.stderr


def test_a_lost_event_would_be_seen(place, tmp_path):
    """The comparison can fail: without the subscription the journal lacks what the call wrote."""
    folder = tmp_path / "deaf"
    subprocess.run(["cp", "-r", str(place / "after"), str(folder)], check=True)
    agent = folder / "main_pc" / "session_agent.py"
    text = agent.read_text("utf-8")
    agent.write_text(re.sub(r"^subscribe\(.*\n", "", text, flags=re.M), "utf-8")
    assert agent.read_text("utf-8") != text
    (tmp_path / "journal").mkdir()
    code = "from main_pc.memory_client import MemoryClient\nMemoryClient.remember(type('C', (), {'requester': None})(), 'x', 's')"
    env = {**os.environ, "AGENTS_JOURNAL": str(tmp_path / "journal")}

    def line(where):
        done = subprocess.run([sys.executable, "-c", code], cwd=where, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [file.read_text("utf-8") for file in (tmp_path / "journal").iterdir()], done.stderr

    lines, said = line(folder)
    assert lines == [] and "nobody handles events.session_agent_events.NoteSentRequested" in said
    assert line(place / "after")[0] == ["s: x\n"]


def test_a_second_run_is_empty(place):
    plan = kit.plan(place / "after", [kit.bound("import-cycle", OPTIONS)])
    assert not [item for item in plan.items if item.rule == "import-cycle"] and not plan.deltas
