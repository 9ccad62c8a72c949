"""`rewright ports check`, `list` and `export` on a small target, and what all of them refuse."""

import json
import shutil

import pytest
import yaml
from ports_target_kit import BIND, REGISTRY, ROWS, RULES, SETS, small, write
from test_cli import rewright


@pytest.fixture
def target(tmp_path):
    return small(tmp_path)


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
    (target / "main_pc" / "b.py").write_text("B_PORT = 5001\ndef f(:\n")
    rewright(target, "ports", "sync")
    told = rewright(target, "ports", "check", "--strict")
    assert told.stdout == "" and "b.py" not in told.stderr


def test_include_exclude_and_options_are_those_of_the_rule_that_is_named(target):
    other = "  - {id: other, codemod: port-literal, mode: off, exclude: [main_pc/b.py], options: {machines: {main_pc: east}}}\n"
    (target / "rules.yaml").write_text(RULES + other)
    told = rewright(target, "ports", "sync", "--rule", "other")
    assert "conflict" not in told.stdout
    rows = yaml.safe_load((target / REGISTRY).read_text())["ports"]
    assert {(row["machine"], row["port"]) for row in rows if row["owner"] == "AAA"} == {("east", 5001)}


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("unregistered", []),
        ("unused-entry", ["CCC 5001 c", "GONE 5999 gone"]),
        ("disagreement", ["CCC 5007 c"]),
    ],
)
def test_each_of_these_kinds_alone_is_a_reason_to_fail(target, kind, rows):
    shutil.rmtree(target / "main_pc")
    entries = [dict(zip(("name", "port", "owner"), row.split(), strict=True)) for row in rows]
    entries = [entry | {"port": int(entry["port"]), "owner": f"pc2/{entry['owner']}.py", "machine": "pc2"} for entry in entries]
    write(target, yaml.safe_dump({"version": 1, "ports": entries}))
    found = json.loads(rewright(target, "ports", "check", "--output-format", "json", expect=1).stdout)["problems"]
    assert [(one["kind"], one["fails"]) for one in found] == [(kind, True)]


def test_startup_files_are_those_that_the_rule_names(target):
    for name, owner, port in (("startup.yaml", "Alpha", 7001), ("fleet.yml", "Beta", 7002)):
        (target / "pc2" / name).write_text(f"agents:\n  - {{name: {owner}, script_path: pc2/{owner}.py, port: {port}}}\n")
    for option, ports_ in (("", {5001, 7001}), (", config-files: ['*fleet.yml']", {5001, 7002})):
        (target / "rules.yaml").write_text(RULES.replace("pc2: pc2}", f"pc2: pc2}}{option}"))
        rewright(target, "ports", "sync")
        assert {row["port"] for row in yaml.safe_load((target / REGISTRY).read_text())["ports"]} == ports_
        rewright(target, "undo")


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
