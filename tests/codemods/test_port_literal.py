"""port-literal beyond its fixtures: the strings it writes, and the values, executed."""

import ast
import shutil
import subprocess
import sys

import kit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.port_literal.rewriting.spelling import with_call
from engine.model import Change, Skip
from engine.process import BoundRule
from engine.request import PlannedRule


def rewritten(segment, port=1):
    return with_call(segment, ast.parse(segment, mode="eval").body, port, "get_port", "X")


@pytest.mark.parametrize(
    "segment",
    [
        *('"a" "b:1"', 'f"{a}" ":1"', '"""a\n""" ":1"', 'f"{x:1}"', "b'a:1'", '"a:\\x31"'),
        *('"a:1/b:1"', '"a:11"', 'f"{x:>1}:{1}"', 'f"a:{b}" "c:1"'),
    ],
)
def test_what_is_not_one_literal_is_refused(segment):
    assert rewritten(segment) is None


@given(
    host=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12),
    quote=st.sampled_from(["'", '"', "'''", '"""']),
    prefix=st.sampled_from(["", "r", "u", "R", "f", "rf", "fR"]),
    port=st.integers(1, 65535),
    rest=st.sampled_from(["", "/", "/v1", "/?a=1", "#x", "?q=%s"]),
)
def test_the_new_string_has_the_old_value(host, quote, prefix, port, rest):
    segment = f"{prefix}{quote}tcp://{host}:{port}{rest}{quote}"
    try:
        node = ast.parse(segment, mode="eval").body
        old = eval(compile(ast.Expression(node), "old", "eval"), {})
    except Exception:  # noqa: BLE001  the generated text is not a string at all
        return
    if not isinstance(old, str):
        return
    code = with_call(segment, node, port, "get_port", "X")
    if code is not None:
        assert eval(code, {"get_port": {"X": port}.__getitem__}) == old
        ast.parse(code, feature_version=(3, 8))
    assert code is not None or set(host) & set("\\'\"{}:")


REGISTRY = """
version: 1
ports:
  - {name: AGENT, port: 5601, machine: main_pc, owner: agent, role: main, purpose: a}
  - {name: EVENTS, port: 5602, machine: main_pc, owner: agent, role: pub, purpose: b}
"""
AGENT = '''"""Agent."""
import sys

AGENT_PORT = 5601
EVENTS_PORT: int = 5602


class Socket:
    def bind(self, address):
        print("bind", address)

    connect = bind


def start(host="there"):
    Socket().bind("tcp://*:5601")
    Socket().connect(f"tcp://{host}:5602")
    Socket().bind('tcp://{x}:5602')
    print(AGENT_PORT, EVENTS_PORT, AGENT_PORT + 1)


if __name__ == "__main__":
    start(*sys.argv[1:])
'''


def test_the_values_are_the_same_when_it_runs(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ports.yaml").write_text(REGISTRY)
    (tmp_path / "agent.py").write_text(AGENT)

    def run(*flags):
        command = [sys.executable, *flags, "agent.py", "x"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    before = run()
    plan = kit.plan(tmp_path, [kit.bound("port-literal")])
    assert len(plan.of(Change)) == 5 and not plan.of(Skip)
    for delta in plan.deltas:
        (tmp_path / delta.path).parent.mkdir(exist_ok=True)
        (tmp_path / delta.path).write_bytes(delta.after)
    text = (tmp_path / "agent.py").read_text()
    for port in ("5601", "5602"):
        assert text.count(port) == text.count(f"fallback={port}") == 1
    after = run("-W", "error")
    assert (after.returncode, after.stdout, after.stderr) == (0, before.stdout, "")
    (tmp_path / "config" / "ports.yaml").write_text(REGISTRY.replace("5601", "7001"))
    moved = run()
    assert moved.stdout == before.stdout.replace("5601", "7001").replace(" 5602 5602", " 5602 7002")


def test_each_change_says_that_the_value_is_the_same(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ports.yaml").write_text(REGISTRY)
    (tmp_path / "agent.py").write_text(AGENT)
    changes = kit.plan(tmp_path, [kit.bound("port-literal")]).of(Change)
    assert len(changes) == 5
    for change in changes:
        (proof,) = [evidence for evidence in change.evidence if evidence.check == "port-value"]
        assert proof.result == "pass"
        assert f"get_port('{change.data['name']}') == {change.data['port']} in config/ports.yaml" == proof.detail
        assert change.support == ("port_registry",)


def test_the_support_module_is_never_a_site(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ports.yaml").write_text(REGISTRY)
    shutil.copy(kit.REPO / "codemods" / "support" / "port_registry.py", tmp_path / "mine.py")
    with (tmp_path / "mine.py").open("a") as file:
        file.write("\nAGENT_PORT = 5601\n")
    assert kit.plan(tmp_path, [kit.bound("port-literal")]).items == ()


def test_each_of_two_rules_looks_into_its_own_registry(tmp_path):
    (tmp_path / "config").mkdir()
    for name, port in (("A", 5601), ("B", 5602)):
        row = f"version: 1\nports:\n  - {{name: {name}, port: {port}, owner: agent}}\n"
        (tmp_path / "config" / f"{name}.yaml").write_text(row)
    (tmp_path / "agent.py").write_text("A_PORT = 5601\nB_PORT = 5602\n")
    rules = [PlannedRule(bind(name, {"registry-file": f"config/{name}.yaml"})) for name in ("A", "B")]
    changes = kit.plan(tmp_path, rules).of(Change)
    assert [(change.rule, change.data["port"], change.data["name"]) for change in changes] == [("A", 5601, "A"), ("B", 5602, "B")]


def bind(name, given):
    return BoundRule(name, kit.CODEMODS["port-literal"], kit.options("port-literal", given))
