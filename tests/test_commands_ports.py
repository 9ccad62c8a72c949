"""`rewright ports` on a copy of fixtures/agents: what it writes, says, draws and refuses, and that a person's edit wins."""

import json
import shutil
from pathlib import Path

import kit
import pytest
import yaml
from click.testing import CliRunner
from test_cli import rewright, tree

from codemods.port_literal.registry import file as registry_file
from commands.ports import ports
from engine.model import RewrightError

RULES = "version: 1\nrules:\n  - id: port-literal\n    options: {machines: {main_pc: main_pc, pc2: pc2}}\n"
REGISTRY = "config/ports.yaml"
ROWS = """version: 1
ports:
  - {name: A, port: 5001, role: main, machine: pc2, owner: a.py}
  - {name: B, port: 5002, external: true}
"""
SETS = "sets:\n  staging: {offset: 1000, A: 6601}\n"
BIND = "import zmq\n\n\nclass {name}:\n    def run(self):\n        zmq.Context().socket(zmq.REP).bind('tcp://*:{port}')\n"


@pytest.fixture(scope="module")
def agents(tmp_path_factory):
    """fixtures/agents with a rule file that knows its machines, after `ports sync`; and what sync said."""
    folder = tmp_path_factory.mktemp("ports") / "agents"
    shutil.copytree(kit.FIXTURES / "agents", folder)
    (folder / "rules.yaml").write_text(RULES)
    return folder, rewright(folder, "ports", "sync").stdout


@pytest.fixture
def target(tmp_path):
    """Two classes that bind one port on one machine, and a third without peer; no registry."""
    folder = tmp_path / "target"
    for name, port in (("main_pc/a.py", 5001), ("main_pc/b.py", 5001), ("pc2/c.py", 5001)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(BIND.format(name=Path(name).stem.upper() * 3, port=port))
    (folder / "rules.yaml").write_text(RULES)
    return folder


def write(target, text):
    (target / "config").mkdir(exist_ok=True)
    (target / REGISTRY).write_bytes(text.encode() if isinstance(text, str) else text)


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


# -- check -----------------------------------------------------------------------------------


def test_check_counts_owners(target):
    rewright(target, "ports", "sync")
    told = rewright(target, "ports", "check", expect=1)
    assert told.stdout.startswith("main_pc/a.py:6: conflict: port 5001 on main_pc has 2 owners")
    assert "1 problem: 1 conflict" in told.stderr
    told = rewright(target, "ports", "check", "--max-count", "2")
    assert told.stdout == "" and "no problems" in told.stderr


def test_check_as_json(target):
    rewright(target, "ports", "sync")
    answer = json.loads(rewright(target, "ports", "check", "--output-format", "json", expect=1).stdout)
    (problem,) = answer["problems"]
    assert (problem["kind"], problem["path"], problem["line"], problem["fails"]) == ("conflict", "main_pc/a.py", 6, True)
    assert (answer["registry"], answer["max_count"], answer["failures"], answer["notes"]) == (REGISTRY, 1, [], [])


def test_check_without_a_registry_says_so_once(target):
    told = rewright(target, "ports", "check", "--max-count", "2", expect=1)
    assert told.stdout == "" and f"{REGISTRY}: there is none yet; `rewright ports sync` writes it" in told.stderr


def test_a_connect_to_nobody_is_told_and_is_no_reason_to_fail(target):
    for name in ("main_pc/b.py", "main_pc/a.py"):
        (target / name).unlink()
    (target / "pc2/d.py").write_text(BIND.format(name="D", port=5009).replace(".bind('tcp://*", ".connect('tcp://localhost"))
    (target / REGISTRY).parent.mkdir()
    rewright(target, "ports", "sync")
    rows = [row for row in yaml.safe_load((target / REGISTRY).read_text())["ports"] if row["port"] != 5009]
    write(target, yaml.safe_dump({"version": 1, "ports": rows}))
    told = rewright(target, "ports", "check")
    assert "pc2/d.py:6: unbound-connect: " in told.stdout


def test_files_that_the_rule_leaves_out_claim_nothing(target):
    (target / "rules.yaml").write_text(RULES.replace("    options", "    exclude: ['main_pc/b.py']\n    options"))
    rewright(target, "ports", "sync")
    assert rewright(target, "ports", "check").stdout == ""


# -- list and export -------------------------------------------------------------------------


def test_list_as_json_and_of_one_machine(target):
    write(target, ROWS)
    answer = json.loads(rewright(target, "ports", "list", "--output-format", "json").stdout)
    assert answer["ports"] == [
        {"name": "B", "port": 5002, "external": True, "line": 4},
        {"name": "A", "port": 5001, "role": "main", "machine": "pc2", "owner": "a.py", "line": 3},
    ]
    assert rewright(target, "ports", "list", "--machine", "pc2").stdout.splitlines()[1].split() == [
        "A",
        "5001",
        "main",
        "pc2",
        "a.py",
    ]
    told = rewright(target, "ports", "list", "--machine", "pc3", expect=2)
    assert "'pc3'; did you mean 'pc2'?" in told.stderr and told.stdout == ""


def test_export_of_a_port_set(target):
    write(target, ROWS + SETS)
    assert rewright(target, "ports", "export", "--format", "env", "--port-set", "staging").stdout == "A_PORT=6601\nB_PORT=5002\n"
    told = rewright(target, "ports", "export", "--format", "env", "--port-set", "stagign", expect=2)
    assert "'stagign'; did you mean staging?" in told.stderr and told.stdout == ""


@pytest.mark.parametrize("command", [["list"], ["export", "--format", "env"]])
def test_without_a_registry_there_is_nothing_to_show(target, command):
    told = rewright(target, "ports", *command, expect=2)
    assert f"has no {REGISTRY}; `rewright ports sync` writes one" in told.stderr


# -- what is refused -------------------------------------------------------------------------

BAD = (
    "version: 1\nports:\n  - {name: A, port: 5001, machine: pc3}\n  - {name: A, port: 5002}\n  - {name: B, port: 70000}\n"
    "  - {name: C, port: 5002}\nmachines: [main_pc, pc2]\n"
)


@pytest.mark.parametrize("command", [["sync"], ["list"], ["check"], ["graph"], ["export", "--format", "env"]])
def test_every_error_of_a_registry_is_told_at_once_and_nothing_is_written(target, command):
    write(target, BAD)
    told = rewright(target, "ports", *command, expect=2)
    assert [f"{REGISTRY}:{line}:" in told.stderr for line in (3, 4, 5, 6)] == [True] * 4
    assert "Traceback" not in told.stderr and told.stdout == "" and (target / REGISTRY).read_text() == BAD


def test_a_registry_that_is_not_utf8_is_left_alone(target):
    data = "version: 1\nports: []\n".encode("utf-16")
    write(target, data)
    told = rewright(target, "ports", "sync", expect=2)
    assert REGISTRY in told.stderr and "Traceback" not in told.stderr and (target / REGISTRY).read_bytes() == data


def test_which_rule_is_meant(target):
    two = RULES + "  - {id: other-ports, codemod: port-literal, mode: off, options: {registry-file: other.yaml}}\n"
    (target / "rules.yaml").write_text(two)
    assert "say which: --rule other-ports" in rewright(target, "ports", "list", expect=2).stderr
    assert "did you mean 'other-ports'" in rewright(target, "ports", "list", "--rule", "other-port", expect=2).stderr
    rewright(target, "ports", "sync", "--rule", "other-ports")
    assert (target / "other.yaml").is_file() and not (target / REGISTRY).exists()
    (target / "rules.yaml").write_text("version: 1\nrules:\n  - {id: broad-except}\n")
    assert "has no rule for port-literal; add `- id: port-literal`" in rewright(target, "ports", "list", expect=2).stderr


def test_the_target_is_named_once(target):
    write(target, ROWS)
    assert (
        rewright(target.parent, "ports", "list", "target").stdout
        == rewright(target.parent, "ports", "list", "--root", "target").stdout
    )
    assert "two folders" in rewright(target.parent, "ports", "list", "target", "--root", ".", expect=2).stderr
    assert "does not exist" in rewright(target.parent, "ports", "list", "nowhere", expect=2).stderr


def test_what_a_registry_says_is_escaped_on_the_screen(target):
    write(target, ROWS.replace("owner: a.py", 'purpose: "\\e[31mred"'))
    told = rewright(target, "ports", "list").stdout
    assert "\\x1b[31mred" in told and "\x1b" not in told


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
