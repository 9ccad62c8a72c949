"""`rewright ports` on a copy of fixtures/agents: what it writes, says and draws, and that a person's edit wins."""

import shutil
from pathlib import Path

import kit
import pytest
import yaml
from click.testing import CliRunner
from ports_target_kit import REGISTRY, ROWS, RULES, small, write
from test_cli import rewright, tree

from codemods.port_literal.registry import file as registry_file
from commands.ports import ports
from engine.model import RewrightError


@pytest.fixture(scope="module")
def agents(tmp_path_factory):
    """fixtures/agents with a rule file that knows its machines, after `ports sync`; and what sync said."""
    folder = tmp_path_factory.mktemp("ports") / "agents"
    shutil.copytree(kit.FIXTURES / "agents", folder)
    (folder / "rules.yaml").write_text(RULES)
    return folder, rewright(folder, "ports", "sync").stdout


@pytest.fixture
def target(tmp_path):
    return small(tmp_path)


def match(snapshot, text, name):
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots" / "ports"
    snapshot.assert_match(text, name)


# -- fixtures/agents -------------------------------------------------------------------------


def test_the_registry_after_sync(agents, snapshot):
    match(snapshot, (agents[0] / REGISTRY).read_text("utf-8"), "ports.yaml")


def test_what_sync_says(agents, snapshot):
    match(snapshot, agents[1], "sync.txt")


def test_what_check_says(agents, snapshot):
    match(snapshot, rewright(agents[0], "ports", "check", expect=1).stdout, "check.txt")


def test_the_graph(agents, snapshot):
    match(snapshot, rewright(agents[0], "ports", "graph").stdout, "graph.mmd")


def test_the_list(agents, snapshot):
    match(snapshot, rewright(agents[0], "ports", "list", "--machine", "pc2").stdout, "list.txt")


def test_sync_keeps_what_people_wrote(agents):
    before = (kit.FIXTURES / "agents" / REGISTRY).read_text("utf-8").splitlines()
    after = (agents[0] / REGISTRY).read_text("utf-8").splitlines()
    assert after[: len(before)] == before and len(after) > len(before)


def test_sync_twice_changes_nothing(agents):
    before = tree(agents[0])
    told = rewright(agents[0], "ports", "sync")
    assert f"{REGISTRY}: up to date" in told.stdout and "added" not in told.stdout
    assert tree(agents[0]) == before
    assert "up to date" in rewright(agents[0], "ports", "sync", "--dry-run").stdout


def test_a_file_that_does_not_parse_is_told(agents):
    told = rewright(agents[0], "ports", "check", expect=1)
    assert "pc2/legacy_bridge.py:12: syntax-error" in told.stderr and "the ports in it are not known" in told.stderr
    rewright(agents[0], "ports", "check", "--strict", expect=2)


def test_the_page_is_written_where_it_is_asked_for(agents, tmp_path):
    told = rewright(agents[0].parent, "ports", "graph", "agents", "--format", "html", "--output", str(tmp_path / "ports.html"))
    text = (tmp_path / "ports.html").read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>") and "<title>Ports of agents</title>" in text and told.stdout == ""
    assert "pc2/legacy_bridge.py:12" in text and "services," in told.stderr


def test_the_same_for_any_number_of_jobs_with_and_without_cache(agents):
    first = rewright(agents[0], "ports", "graph", "--jobs", "1", "--no-cache").stdout
    assert rewright(agents[0], "ports", "graph", "--jobs", "2").stdout == first == rewright(agents[0], "ports", "graph").stdout


def test_exports_hold_every_port(agents):
    numbers = {str(row["port"]) for row in yaml.safe_load((agents[0] / REGISTRY).read_text("utf-8"))["ports"]}
    env = rewright(agents[0], "ports", "export", "--format", "env").stdout
    assert {line.partition("=")[2] for line in env.splitlines()} == numbers and "SESSION_AGENT_PORT=5601" in env
    assert yaml.safe_load(rewright(agents[0], "ports", "export", "--format", "k8s-configmap").stdout)["kind"] == "ConfigMap"
    assert yaml.safe_load(rewright(agents[0], "ports", "export", "--format", "compose").stdout)["services"]


# -- sync ------------------------------------------------------------------------------------


def test_sync_writes_a_registry_and_undo_takes_it_back(target):
    before = tree(target)
    dry = rewright(target, "ports", "sync", "--dry-run", expect=1)
    assert tree(target) == before and "would add " in dry.stdout and "rows to add" in dry.stdout
    told = rewright(target, "ports", "sync")
    rows = yaml.safe_load((target / REGISTRY).read_text())["ports"]
    assert {(row["machine"], row["port"], row.get("disputed", False)) for row in rows} == {
        ("main_pc", 5001, True), ("pc2", 5001, False),
    }  # fmt: skip
    assert told.stdout.count("added ") == len(rows) and f"{len(rows)} rows added;" in told.stdout
    assert "conflict: port 5001 on main_pc has 2 owners" in told.stdout
    rewright(target, "undo")
    assert tree(target) == before


def edits(monkeypatch, target, times):
    """A person who edits the registry each time right after it was read, `times` times."""
    real, left = registry_file.planned, list(range(times))

    def planned(*given):
        plan = real(*given)
        if left:
            write(target, f"# mine {left.pop()}\nversion: 1\nports: []\n")
        return plan

    monkeypatch.setattr(registry_file, "planned", planned)


def run(target, monkeypatch, *arguments):
    """A command in this process."""
    monkeypatch.chdir(target)
    monkeypatch.setenv("XDG_CACHE_HOME", str(target.parent / "cache"))
    return CliRunner().invoke(ports, list(arguments))


def test_an_edit_while_sync_runs_is_added_to(target, monkeypatch):
    edits(monkeypatch, target, 1)
    assert run(target, monkeypatch, "sync", "--jobs", "1").exit_code == 0
    text = (target / REGISTRY).read_text()
    assert text.startswith("# mine 0\n") and yaml.safe_load(text)["ports"]


def test_who_edits_on_and_on_wins(target, monkeypatch):
    edits(monkeypatch, target, 5)
    done = run(target, monkeypatch, "sync", "--jobs", "1")
    assert isinstance(done.exception, RewrightError) and "your version is kept" in str(done.exception)
    assert (target / REGISTRY).read_text() == "# mine 3\nversion: 1\nports: []\n"


def test_a_registry_that_may_not_be_written_is_told(target):
    write(target, ROWS)
    (target / REGISTRY).chmod(0o444)
    told = rewright(target, "ports", "sync", expect=2)
    assert "read-only" in told.stderr and (target / REGISTRY).read_text() == ROWS


@pytest.mark.parametrize("text", ["# soon\n", "", "\ufeff# soon\n"])
def test_a_registry_of_comments_is_begun(target, text):
    write(target, text)
    rewright(target, "ports", "sync")
    after = (target / REGISTRY).read_text("utf-8")
    assert after.startswith(text) and len(yaml.safe_load(after)["ports"]) == 3


# -- docs ------------------------------------------------------------------------------------


def test_the_registry_of_the_docs_is_valid_and_its_commands_exist(target):
    text = (kit.REPO / "docs" / "ports.md").read_text("utf-8")
    write(target, text.split("```yaml\n")[1].split("```")[0])
    listed = rewright(target, "ports", "list").stdout
    assert "SESSION_AGENT" in listed and "alternatives: translators" in listed
    assert "SESSION_AGENT_PORT=6700" in rewright(target, "ports", "export", "--format", "env", "--port-set", "staging").stdout
    named = {line.split()[3] for line in text.splitlines() if line.startswith("$ rewright ports ")}
    assert named == set(ports.commands)


def test_many_unreadable_files_are_counted(tmp_path):
    for number in range(12):
        (tmp_path / f"broken{number:02}.py").write_text("PORT = 5000\ndef f(:\n")
    (tmp_path / "a.py").write_text("import zmq\nzmq.Context().socket(zmq.REP).bind('tcp://*:5001')\n")
    told = rewright(tmp_path, "ports", "check", expect=1).stderr
    assert (told.count("syntax-error"), "and 4 more files" in told) == (8, True)
    assert rewright(tmp_path, "ports", "check", "--verbose", expect=1).stderr.count("syntax-error") == 12
