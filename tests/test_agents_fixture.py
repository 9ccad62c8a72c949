"""fixtures/agents keeps what its README promises: the faults it has on purpose, its registry, and that it imports."""

import ast
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "agents"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
BROKEN = "pc2/legacy_bridge.py"
CRLF = "pc2/task_scheduler.py"
LATIN1 = "main_pc/translator.py"
PARSED = {name: ast.parse((ROOT / name).read_bytes()) for name in FILES if name != BROKEN}


def text_of(name):
    with tokenize.open(ROOT / name) as source:
        return source.read()


# --- files and bytes


def test_size_of_the_system():
    assert 15 <= len(FILES) <= 18
    assert {name.split("/")[0] for name in FILES} == {"common", "main_pc", "pc2"}


@pytest.mark.parametrize("name", FILES)
def test_compiles_unless_it_is_the_broken_one(name):
    try:
        compile((ROOT / name).read_bytes(), name, "exec")
        compiles = True
    except SyntaxError:
        compiles = False
    assert compiles == (name != BROKEN)


def test_the_broken_file_is_a_basicconfig_splice():
    text = (ROOT / BROKEN).read_text(encoding="utf-8")
    whole = text.replace("configure_logging(__name__)s - %(levelname)s - %(message)s')", "configure_logging(__name__)")
    assert whole != text
    compile(whole, BROKEN, "exec")


def test_one_file_has_crlf_throughout():
    for name in FILES:
        data = (ROOT / name).read_bytes()
        assert data.count(b"\r") == (data.count(b"\n") if name == CRLF else 0), name
    assert (ROOT / CRLF).read_bytes().count(b"\r\n") > 100


def test_one_file_is_latin1_with_a_cookie():
    for name in FILES:
        data = (ROOT / name).read_bytes()
        if name == LATIN1:
            assert re.search(rb"coding: latin-1", data.split(b"\n")[0])
            with pytest.raises(UnicodeDecodeError):
                data.decode("utf-8")
            assert "buenos d\u00edas" in text_of(name)
        else:
            assert data.isascii(), name


def test_git_keeps_the_bytes():
    assert (ROOT / ".gitattributes").read_bytes() == b"* -text\n"


# --- the registry and the startup files


def registry():
    return yaml.safe_load((ROOT / "config/ports.yaml").read_text(encoding="utf-8"))


def test_registry_keeps_its_schema():
    document = registry()
    assert document["version"] == 1
    names = [entry["name"] for entry in document["ports"]]
    assert len(names) == len(set(names))
    for entry in document["ports"]:
        assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", entry["name"])
        assert {"name", "port", "role", "machine", "owner", "purpose"} <= entry.keys()
        assert entry.keys() <= {"name", "port", "role", "machine", "owner", "purpose", "env", "external"}
        assert type(entry["port"]) is int
        assert 1 <= entry["port"] <= 65535
        assert entry["machine"] in {"main_pc", "pc2"}


def test_registry_agrees_with_its_owners_except_where_the_readme_says():
    wrong = []
    for entry in registry()["ports"]:
        if entry.get("external"):
            continue
        if str(entry["port"]) not in text_of(entry["owner"]):
            wrong.append(entry["name"])
        if "env" in entry:
            assert any(entry["env"] in text_of(name) or entry["name"] in text_of(name) for name in PARSED), entry
    assert wrong == ["REMOTE_CONNECTOR"]


def test_registry_disagrees_where_the_readme_says():
    ports = registry()["ports"]
    assert not [entry for entry in ports if entry["port"] == 5612]
    assert "VRAM_OPTIMIZER_PORT = 5612" in text_of("main_pc/vram_optimizer.py")
    shared = [entry for entry in ports if entry["port"] == 5650]
    assert [entry["machine"] for entry in shared] == ["main_pc", "pc2"]
    numbers = [(entry["machine"], entry["port"]) for entry in ports]
    assert len(numbers) == len(set(numbers))


def test_startup_files_have_the_two_shapes_and_name_scripts_that_exist():
    main = yaml.safe_load((ROOT / "main_pc/config/startup_config.yaml").read_text(encoding="utf-8"))
    pc2 = yaml.safe_load((ROOT / "pc2/config/startup_config.yaml").read_text(encoding="utf-8"))
    agents = [agent for group in main["agent_groups"].values() for agent in group.values()] + pc2["pc2_services"]
    assert all((ROOT / agent["script_path"]).is_file() for agent in agents)
    assert {type(agent["port"]) for agent in agents} == {int, str}
    assert any(agent["port"] == "${PORT_OFFSET}+7140" for agent in agents)


# --- it imports, in whatever order


def imports_of(name, top_level_only=False):
    tree = PARSED[name]
    nodes = tree.body if top_level_only else ast.walk(tree)
    return {f"{n.module}.{a.name}" for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}


def test_the_import_cycles():
    assert "main_pc.memory_client.MemoryClient" in imports_of("main_pc/session_agent.py", top_level_only=True)
    assert "main_pc.session_agent.note_sent" in imports_of("main_pc/memory_client.py")
    assert "main_pc.session_agent.note_sent" not in imports_of("main_pc/memory_client.py", top_level_only=True)
    assert "main_pc.vram_optimizer" in imports_of("main_pc/model_manager.py", top_level_only=True)
    assert "main_pc.model_manager" in imports_of("main_pc/vram_optimizer.py", top_level_only=True)


@pytest.fixture(scope="module")
def without_zmq(tmp_path_factory):
    """An environment whose `zmq` has names only: importing must do no more than look them up."""
    folder = tmp_path_factory.mktemp("site")
    package = folder / "zmq"
    package.mkdir()
    (package / "__init__.py").write_text("from zmq import error\nContext = object\n")
    (package / "error.py").write_text("class ZMQError(Exception): pass\nclass Again(ZMQError): pass\n")
    (package / "asyncio.py").write_text("")
    path = os.pathsep.join([str(folder), str(ROOT)])
    return dict(os.environ, PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1")


@pytest.mark.parametrize("name", sorted(PARSED))
def test_imports_cold(name, without_zmq):
    module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    command = [sys.executable, "-c", f"import {module}"]
    done = subprocess.run(command, env=without_zmq, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_readme_names_every_agent():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{Path(name).stem}`" in readme for name in FILES if name.startswith("pc2/"))
