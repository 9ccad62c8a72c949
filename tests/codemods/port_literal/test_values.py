"""The law of every rewrite: for any number, registry and environment, the old expression and the new one give the same."""

import os
import sys

import kit
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import Change, Skip

PROGRAM = '''
import argparse
import os
from dataclasses import dataclass, field

PORT = {n}
MAIN_PORT, OTHER = {n}, None
TEXT_PORT = "{n}"
SETTINGS = {{"host": "x", "port": {n}}}
URL = os.environ.get("X_URL", "http://localhost:{n}/v1?n={n}")
ENDPOINT = f"tcp://{{SETTINGS['host']}}:{n}"


@dataclass
class Settings:
    port: int = {n}
    ports: list = field(default_factory=lambda: [SETTINGS["port"]])


class Agent:
    agent_port = {n}

    def __init__(self, port={n}, *, other_port: int = {n}):
        self.main_port = {n}
        self.given = port, other_port


class Child(Agent):
    def __init__(self):
        super().__init__(port={n}, other_port={n} + 1)


def constants():
    return PORT, MAIN_PORT, TEXT_PORT, SETTINGS, URL, ENDPOINT, Settings(), Settings.port


def classes():
    return Agent.agent_port, vars(Agent()), vars(Agent(port=1)), vars(Child()), Agent.__init__.__kwdefaults__


def number():
    return int(os.environ.get("X_PORT", {n}))


def text():
    return os.environ.get("X_PORT", "{n}")


def number_of_text():
    return int(os.getenv("X_PORT", "{n}"))


def number_or():
    return int(os.environ.get("X_PORT") or {n})


def number_if():
    return int(os.environ["X_PORT"]) if "X_PORT" in os.environ else {n}


def looked_up(config={{}}):
    port = config.get("port", {n})
    return port, config.get("backup_port", "{n}"), getattr(config, "port", {n}), dict(port={n}), [("127.0.0.1", {n})]


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default={n})
    parser.add_argument("--text-port", type=int, default="{n}")
    return parser.parse_args([]), parser.parse_args(["--port", "1"])


def addresses(host="h"):
    port = {n}
    return f"tcp://{{host}}:{{port}}", "tcp://*:{n}", 'http://h:{n}', f"""tcp://{{host}}:{n}""", r"tcp://a\\b:{n}", port + 1
'''
TEMPLATE = kit.REPO / "codemods" / "support" / "port_registry.py"
FUNCTIONS = (
    "constants",
    "classes",
    "number",
    "text",
    "number_of_text",
    "number_or",
    "number_if",
    "looked_up",
    "options",
    "addresses",
)
PORTS = st.integers(1024, 65534)
TEXTS = st.one_of(st.none(), PORTS.map(str), st.sampled_from(["", " ", "x", "0", "65536", "-1", " 5601 ", "5_601"]))


def outcomes(code, environment):
    """What each function gives, or the type of what it raises; the environment holds for import and calls."""
    kept = dict(os.environ)
    os.environ.update(environment)
    try:
        names = {"__name__": "program"}
        exec(compile(code, "program.py", "exec"), names)
        return {name: outcome(names[name]) for name in FUNCTIONS}
    finally:
        os.environ.clear()
        os.environ.update(kept)


def outcome(call):
    try:
        return repr(call())
    except ValueError as error:
        return type(error).__name__


def imports_of(folder):
    """Forget the support module, and find the one of this target."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "common_utils"]:
        del sys.modules[name]
    sys.path[:] = [str(folder), *(entry for entry in sys.path if "rewritten-" not in entry)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    port=PORTS,
    variable=TEXTS,
    others=st.dictionaries(st.text("ABC", min_size=1, max_size=3), PORTS, max_size=3),
    missing=st.booleans(),
)
def test_old_and_new_give_the_same(tmp_path_factory, port, variable, others, missing):
    folder = tmp_path_factory.mktemp("rewritten-")
    rows = [{"name": "X", "port": port}, *({"name": f"O_{name}", "port": n} for name, n in others.items() if n != port)]
    rows = [dict(row, machine=row["name"]) for row in rows]
    (folder / "config").mkdir()
    (folder / "config" / "ports.yaml").write_text(yaml.safe_dump({"version": 1, "ports": rows}))
    old = PROGRAM.format(n=port)
    (folder / "program.py").write_text(old)
    plan = kit.plan(folder, [kit.bound("port-literal")])
    assert len(plan.of(Change)) >= 24, [(skip.site.line, skip.reason) for skip in plan.of(Skip)]
    (new,) = [delta.after.decode() for delta in plan.deltas if delta.path == "program.py"]
    assert new.count(str(port)) < old.count(str(port))
    (folder / "common_utils").mkdir()
    (folder / "common_utils" / "port_registry.py").write_bytes(TEMPLATE.read_bytes())
    environment = {"REWRIGHT_PORT_CLAIMS": "off"} | ({} if variable is None else {"X_PORT": variable})
    before = list(sys.path)
    try:
        imports_of(folder)
        assert outcomes(new, environment) == outcomes(old, environment)
        if missing:  # importing never needs the file: what runs then has its fallback
            (folder / "config" / "ports.yaml").unlink()
            imports_of(folder)
            names = {"__name__": "program"}
            exec(compile(new, "program.py", "exec"), names)
            assert names["PORT"] == names["Agent"].agent_port == port
    finally:
        sys.path[:] = before
        for name in [name for name in sys.modules if name.partition(".")[0] == "common_utils"]:
            del sys.modules[name]
