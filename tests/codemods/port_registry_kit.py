"""A target with common_utils/port_registry.py in it, and a world to call it in. Plain Python 3.8, without pytest."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import types
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / "codemods" / "support" / "port_registry.py"
PORTS = {"SESSION_AGENT": 5601, "SESSION_EVENTS": 5602, "MEMORY_STORE": 7140}
VARIABLES = ("REWRIGHT_PORTS_FILE", "REWRIGHT_PORT_SET", "REWRIGHT_PORT_CLAIMS", "PORT_OFFSET")


def document(ports, version=1, **more):
    """A registry: each port a number, or a mapping with more than its number."""
    rows = []
    for name, port in ports.items():
        row = {"name": name, "port": port, "role": "main", "machine": "pc2", "owner": "x.py", "purpose": "x"}
        rows.append({**row, **port} if isinstance(port, dict) else row)
    return {"version": version, "ports": rows, **more}


def fake_yaml(count=None):
    """A `yaml` that reads JSON: JSON is YAML, and the interpreters here need not have PyYAML."""

    def safe_load(data):
        if count is not None:
            count.append(1)
        try:
            return json.loads(data)
        except ValueError as error:
            raise module.YAMLError(str(error)) from error

    module = types.ModuleType("yaml")
    module.YAMLError = type("YAMLError", (Exception,), {})
    module.safe_load = safe_load
    return module


class Target:
    """A folder with common_utils/port_registry.py in it."""

    def __init__(self, folder):
        self.root = Path(folder).resolve() / "target"
        self.file = self.root / "common_utils" / "port_registry.py"
        self.file.parent.mkdir(parents=True)
        shutil.copy(str(TEMPLATE), str(self.file))
        self.fresh()

    def fresh(self):
        """Import the module anew, as another process would."""
        spec = importlib.util.spec_from_file_location("common_utils.port_registry", str(self.file))
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.get_port = self.module.get_port
        return self

    def write(self, data, name="config/ports.yaml", root=None):
        path = (root or self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path


@contextlib.contextmanager
def target(yaml="fake", count=None, **environment):
    """A target, with PyYAML as asked ("fake", "missing" or "real"), working directory and temporary folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        before = dict(os.environ), Path.cwd(), sys.modules.get("yaml"), tempfile.tempdir
        elsewhere, temporary = Path(folder).resolve() / "elsewhere", Path(folder).resolve() / "tmp"
        elsewhere.mkdir()
        temporary.mkdir()
        for variable in VARIABLES:
            os.environ.pop(variable, None)
        os.environ.update(environment)
        os.chdir(str(elsewhere))
        tempfile.tempdir = str(temporary)
        if yaml != "real":
            sys.modules["yaml"] = fake_yaml(count) if yaml == "fake" else None
        try:
            yield Target(folder)
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            os.chdir(str(before[1]))
            tempfile.tempdir = before[3]
            if before[2] is None:
                sys.modules.pop("yaml", None)
            else:
                sys.modules["yaml"] = before[2]


def raised(kind, call):
    try:
        value = call()
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, got {value!r}")


def main(names):
    """Run every test of a module, as its `__main__`."""
    for name, test in list(names.items()):
        if name.startswith("test_"):
            test()
            print(name)
