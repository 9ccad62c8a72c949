"""A small target for the tests of `rewright ports`: what it holds, and how a registry is put there."""

from pathlib import Path

RULES = "version: 1\nrules:\n  - id: port-literal\n    options: {machines: {main_pc: main_pc, pc2: pc2}}\n"
REGISTRY = "config/ports.yaml"
ROWS = """version: 1
ports:
  - {name: A, port: 5001, role: main, machine: pc2, owner: a.py}
  - {name: B, port: 5002, external: true}
"""
SETS = "sets:\n  staging: {offset: 1000, A: 6601}\n"
BIND = "import zmq\n\n\nclass {name}:\n    def run(self):\n        zmq.Context().socket(zmq.REP).bind('tcp://*:{port}')\n"


def small(tmp_path):
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
