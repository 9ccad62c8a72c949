"""Small projects for the tests of the port facts."""

import textwrap

from codemods.port_literal.topology import TOPOLOGY
from engine.project import Project
from engine.source import Source

MACHINES = {"main_pc": "main_pc", "pc2": "pc2"}
SIMPLE = "import zmq\nclass {name}:\n    def run(self):\n        zmq.Context().socket(zmq.{kind}).{way}('tcp://{host}:{port}')\n"


def simple(name, way, port, host="*", kind="REP"):
    """A file with one class and one bind or connect."""
    return SIMPLE.format(name=name, way=way, port=port, host=host, kind=kind)


def source(text, path="a.py"):
    return Source(path, textwrap.dedent(text).encode())


def topology(files):
    """The topology of {path: text}. A text alone is one file, a.py. Configuration files are given as bytes are read."""
    if isinstance(files, str):
        files = {"a.py": files}
    found = {}
    for path, text in sorted(files.items()):
        if path.endswith(".py"):
            value = TOPOLOGY.scan(source(text, path))
            if value is not None:
                found[path] = value
        else:
            found[path] = textwrap.dedent(text).encode()
    return TOPOLOGY.combine(found, Project(frozenset(path for path in files if path.endswith(".py"))))


def births(files, evidence=None):
    """(port, shape, name) of each birth, in order."""
    return [(one.port, one.shape, one.name) for one in topology(files).births if evidence in (None, one.evidence)]


def uses(files, via=None):
    return [one for one in topology(files).uses if via in (None, one.via)]


def one_use(files):
    found = topology(files).uses
    assert len(found) == 1, found
    return found[0]
