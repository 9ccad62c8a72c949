"""A small knowledge base of its own, so that the tests of inference do not move with the data."""

import ast
import textwrap

from codemods.broad_except.inference.conclude import infer_with
from codemods.broad_except.inference.scan import scan_tree
from codemods.broad_except.inference.summaries import SUMMARIES, summarise
from codemods.broad_except.knowledge import build
from engine.project import Project
from engine.source import Source

KNOWLEDGE = build(
    {
        "small.yaml": """
sources: {doc: https://docs.example/}
exceptions:
  BaseException: {bases: [], source: doc}
  Exception: {bases: [BaseException], source: doc}
  OSError: {bases: [Exception], aliases: [IOError, socket.error], source: doc}
  FileNotFoundError: {bases: [OSError], source: doc}
  ValueError: {bases: [Exception], source: doc}
  TypeError: {bases: [Exception], source: doc}
  AttributeError: {bases: [Exception], source: doc}
  ImportError: {bases: [Exception], source: doc}
  LookupError: {bases: [Exception], source: doc}
  KeyError: {bases: [LookupError], source: doc}
  IndexError: {bases: [LookupError], source: doc}
  RuntimeError: {bases: [Exception], source: doc}
  NotImplementedError: {bases: [RuntimeError], source: doc}
  AssertionError: {bases: [Exception], source: doc}
  StopIteration: {bases: [Exception], source: doc}
  ZeroDivisionError: {bases: [Exception], source: doc}
  SystemExit: {bases: [BaseException], source: doc}
  KeyboardInterrupt: {bases: [BaseException], source: doc}
  json.JSONDecodeError: {bases: [ValueError], source: doc}
  zmq.ZMQError: {bases: [Exception], aliases: [zmq.error.ZMQError], source: doc}
  zmq.Again: {bases: [zmq.ZMQError], aliases: [zmq.error.Again], source: doc}
calls:
  open: {raises: [OSError], returns: io.TextIOWrapper, source: doc}
  io.TextIOWrapper.read: {raises: [OSError], returns: str, source: doc}
  json.loads: {raises: [json.JSONDecodeError], source: doc}
  os.remove: {raises: [OSError], source: doc}
  os.environ.get: {raises: [], returns: str?, source: doc}
  os.path.exists: {raises: [], source: doc}
  re.match: {raises: [], returns: re.Match?, source: doc}
  re.Match.group: {raises: [], returns: str, source: doc}
  pathlib.Path: {raises: [], returns: pathlib.Path, source: doc}
  pathlib.Path.read_text: {raises: [OSError], returns: str, source: doc}
  time.sleep: {raises: [], source: doc}
  importlib.import_module: {raises: [ImportError], source: doc}
  subprocess.run: {raises: [OSError], keywords: {check: [RuntimeError]}, source: doc}
  zmq.Context: {raises: [], returns: zmq.Context, source: doc}
  zmq.Context.socket: {raises: [zmq.ZMQError], returns: zmq.Socket, source: doc}
  zmq.Socket.recv_json: {raises: [zmq.ZMQError], source: doc}
  zmq.Socket.close: {raises: [], source: doc}
"""
    }
)


def project_of(files):
    """A project of {path: text}, with its summaries."""
    scans = {path: scan_tree(ast.parse(textwrap.dedent(text))) for path, text in files.items()}
    return Project(frozenset(files), (3, 8), {SUMMARIES.name: summarise(scans, files, KNOWLEDGE)})


def infer_in(files, path="a.py"):
    """Inference at the last broad handler of a file of the project."""
    source = Source(path, textwrap.dedent(files[path]).encode())
    handler = [one for one in source.statements(ast.ExceptHandler) if one.type is None or ast.unparse(one.type) == "Exception"][
        -1
    ]
    return infer_with(source, project_of(files), source.parents[handler], handler, KNOWLEDGE)


def infer_body(body, before="", handler="pass", function="def run(self, data, path, item):"):
    """Inference for a body that stands in a function."""
    tried = "try:\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    tried += "\nexcept Exception as error:\n" + textwrap.indent(textwrap.dedent(handler).strip("\n"), "    ")
    return infer_in({"a.py": textwrap.dedent(before) + f"\n{function}\n" + textwrap.indent(tried, "    ") + "\n"})
