"""Births and uses of one file: every shape, every kind of server, and what is neither."""

import pickle

import pytest
from facts_kit import births, one_use, source, topology, uses

from codemods.port_literal.scan import scan, words

SHAPES = [
    ("AGENT_PORT = 5601", (5601, "module-constant", "AGENT_PORT")),
    ("A_PORT, B = 5601, 2", (5601, "module-constant", "A_PORT")),
    ("class A:\n    PORT = 5601", (5601, "class-attribute", "PORT")),
    ("class A:\n    port: int = Field(default=5601)", (5601, "class-attribute", "port")),
    ("class A:\n    def f(self):\n        self.pub_port = 5601", (5601, "self-attribute", "pub_port")),
    ("def f():\n    port = 5601", (5601, "local", "port")),
    ("def f(port=5601): pass", (5601, "default-argument", "port")),
    ("def f(*, healthPort: int = 5601): pass", (5601, "default-argument", "healthPort")),
    ("import os\nX = int(os.environ.get('X_PORT', 5601))", (5601, "env-default", "X")),
    ("from os import getenv\nX_PORT = getenv('X', '5601')", (5601, "env-default", "X_PORT")),
    ("def f(config):\n    return config.get('port', 5601)", (5601, "get-default", "port")),
    ("def f(o):\n    return getattr(o, 'port', 5601)", (5601, "get-default", "port")),
    ("def f(c):\n    port = c.int('redis.port', default=5601)", (5601, "get-default", "redis.port")),
    ("def f(c, name):\n    port = c.int(f'{name}.port', default=5601)", (5601, "get-default", "port")),
    ("D = {'port': 5601}", (5601, "dict-value", "port")),
    ("PORTS = {'Translator': 5601}", (5601, "dict-value", "Translator")),
    ("p.add_argument('--port', type=int, default=5601)", (5601, "argparse-default", "--port")),
    ("@click.option('--port', default=5601)\ndef f(port): pass", (5601, "argparse-default", "--port")),
    ("f(port=5601)", (5601, "keyword", "port")),
    ("class A(B):\n    def __init__(self):\n        super().__init__(port=5601)", (5601, "super-init", "port")),
    ("E = 'tcp://*:5601'", (5601, "endpoint", "E")),
    ("E = f'tcp://{HOST}:5601'", (5601, "endpoint", "E")),
    ("E = 'tcp://%s:5601' % HOST", (5601, "endpoint", "E")),
    ("E = 'tcp://{}:5601'.format(HOST)", (5601, "endpoint", "E")),
    ("import os\nU = os.environ.get('OLLAMA_URL', 'http://localhost:11434')", (11434, "url-default", "U")),
    ("U = 'http://localhost:11434/api'", (11434, "url-default", "U")),
    ("import socket\nsocket.create_connection(('127.0.0.1', 5601))", (5601, "socket-tuple", "")),
]


@pytest.mark.parametrize(("text", "birth"), SHAPES, ids=[shape for _, (_, shape, _) in SHAPES])
def test_every_shape_of_birth(text, birth):
    assert births(text) == [birth]


@pytest.mark.parametrize(
    "text",
    [
        "TIMEOUT = 5000",
        "BUFFER_SIZE = 8192",
        "SAMPLE_RATE = 16000",
        "RATE_LIMIT = 5601",
        "MAX_PORT = 65535",
        "PORT_COUNT = 5000",
        "PORT = 70000",
        "PORT = 3",
        "IMPORT = 5601",
        "REPORT = 5601",
        "YEAR = 2025",
        "def f(timeout=5000, passport=5601): pass",
        "f(timeout=5000, size=8192)",
        "'''See http://localhost:8080.'''",
        "print('open http://localhost:8080')",
        "logger.info('listens on tcp://*:5601')",
        "KEY = 'rsa:3072'",
        "E = 'ipc:///tmp/x:5601'",
        "TIME = '12:30'",
    ],
)
def test_what_looks_like_a_port_and_is_none_stays_out(text):
    assert births(text) == []


@pytest.mark.parametrize("number", [80, 443, 22, 25, 53])
def test_well_known_ports_count_where_the_name_says_so(number):
    assert births(f"HTTP_PORT = {number}\nTHING = {number}") == [(number, "module-constant", "HTTP_PORT")]


def test_use_decides_whatever_the_name():
    text = """
        import zmq
        NUMBER = 5601
        zmq.Context().socket(zmq.REP).bind(f"tcp://*:{NUMBER}")
        OTHER = 5602
    """
    assert births(text) == [(5601, "module-constant", "NUMBER")]
    assert births(text, "name") == []


def test_a_name_that_says_time_stays_out_even_where_it_flows():
    text = """
        import zmq
        TIMEOUT_MS = 5000
        zmq.Context().socket(zmq.REP).bind(f"tcp://*:{TIMEOUT_MS}")
    """
    assert births(text) == []


def test_evidence_says_how_it_is_known():
    text = """
        import zmq
        A_PORT = 5601
        B_PORT = 5602
        zmq.Context().socket(zmq.REP).bind(f"tcp://*:{A_PORT}")
    """
    assert births(text, "use") == [(5601, "module-constant", "A_PORT")]
    assert births(text, "name") == [(5602, "module-constant", "B_PORT")]


def test_a_birth_knows_its_place_owner_and_environment():
    text = "import os\n\nclass A:\n    def f(self):\n        # \N{LATIN SMALL LETTER E WITH ACUTE}\n"
    text += "        port = int(os.getenv('A_PORT', '5601'))\n"
    (birth,) = topology(text).births
    assert (birth.line, birth.column, birth.owner, birth.env, birth.at_import) == (6, 40, "A", "A_PORT", False)
    assert text[birth.start : birth.end] == "'5601'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PORT = 5601", True),
        ("class A:\n    PORT = 5601", True),
        ("def f(port=5601): pass", True),
        ("PORTS = [port for port in [5601]]", True),
        ("def f():\n    port = 5601", False),
        ("def f():\n    def g(port=5601): pass", False),
        ("class A:\n    def f(self):\n        self.port = 5601", False),
    ],
)
def test_evaluated_when_imported(text, expected):
    assert [birth.at_import for birth in topology(text).births] == [expected]


SERVERS = [
    ("import zmq\nc = zmq.Context()\ns = c.socket(zmq.PUB)\ns.bind('tcp://*:5601')", ("bind", "zmq", "pub")),
    ("import zmq\ns = zmq.Context().socket(zmq.SUB)\ns.connect('tcp://h:5601')", ("connect", "zmq", "sub")),
    ("import zmq\ns = zmq.Context().socket(zmq.PULL)\ns.unbind('tcp://*:5601')", ("bind", "zmq", "pull")),
    ("import socket\ns = socket.socket()\ns.bind(('', 5601))", ("bind", "socket", "main")),
    ("import socket\nsocket.create_connection(('h', 5601))", ("connect", "socket", "main")),
    ("import socket\nsocket.create_server(('', 5601))", ("bind", "socket", "main")),
    ("import asyncio\nasyncio.start_server(f, '0.0.0.0', 5601)", ("bind", "asyncio", "main")),
    ("import asyncio\nasyncio.open_connection(host='h', port=5601)", ("connect", "asyncio", "main")),
    ("loop.create_server(factory, '0.0.0.0', 5601)", ("bind", "asyncio", "main")),
    ("import uvicorn\nuvicorn.run(app, host='0.0.0.0', port=5601)", ("bind", "uvicorn", "http")),
    ("import uvicorn\nuvicorn.Config(app, port=5601)", ("bind", "uvicorn", "http")),
    ("from flask import Flask\napp = Flask('x')\napp.run(host='0.0.0.0', port=5601)", ("bind", "flask", "http")),
    ("from aiohttp import web\nweb.run_app(app, port=5601)", ("bind", "aiohttp", "http")),
    ("from aiohttp import web\nweb.TCPSite(runner, '0.0.0.0', 5601)", ("bind", "aiohttp", "http")),
    ("from http.server import HTTPServer\nHTTPServer(('', 5601), H)", ("bind", "http", "http")),
    ("from http.server import ThreadingHTTPServer as T\nT(('', 5601), H)", ("bind", "http", "http")),
    ("import websockets\nwebsockets.serve(f, 'h', 5601)", ("bind", "websockets", "main")),
    ("import websockets\nwebsockets.connect('ws://h:5601/x')", ("connect", "websockets", "main")),
    ("server.add_insecure_port('[::]:5601')", ("bind", "grpc", "main")),
    ("import grpc\ngrpc.insecure_channel('localhost:5601')", ("connect", "grpc", "main")),
    ("import redis\nredis.Redis(host='h', port=5601)", ("connect", "redis", "main")),
    ("import redis\nredis.from_url('redis://h:5601/0')", ("connect", "redis", "main")),
    ("import requests\nrequests.get('http://h:5601/health')", ("connect", "http", "http")),
    ("from prometheus_client import start_http_server\nstart_http_server(5601)", ("bind", "prometheus", "metrics")),
    ("import paho.mqtt.client as m\nclient = m.Client()\nclient.connect('h', 5601)", ("connect", "mqtt", "main")),
    ("import psycopg2\npsycopg2.connect(host='h', port=5601)", ("connect", "database", "main")),
]


@pytest.mark.parametrize(("text", "expected"), SERVERS, ids=[f"{via}-{way}-{n}" for n, (_, (way, via, _)) in enumerate(SERVERS)])
def test_every_kind_of_use(text, expected):
    use = one_use(text)
    assert (use.direction, use.via, use.role) == expected
    assert use.ports == (5601,)
    assert use.reason == ""


@pytest.mark.parametrize(
    "text",
    [
        "import sqlite3\nsqlite3.connect('x.db')",
        "import psycopg2\npsycopg2.connect('dbname=x')",
        "button.clicked.connect(handler)",
        "import zmq\nbutton.clicked.connect(self.on_click)",
        "button.clicked.connect(lambda: 5601)",
        "import zmq\nclient.connect()",
        "requests.get(url)",
        "import requests\nrequests.get('http://example.org/x')",
        "settings.get('port')",
        "app.run()",
    ],
)
def test_what_is_no_use(text):
    assert uses(text) == []


def test_a_port_that_the_system_picks_is_reported_unresolved():
    use = one_use("import zmq\ns = zmq.Context().socket(zmq.REP)\ns.bind_to_random_port('tcp://*')")
    assert use.ports == () and "picks a free port" in use.reason
    assert "free" in one_use("import zmq\ns = zmq.Context().socket(zmq.REP)\ns.bind('tcp://*:0')").reason


def test_a_server_without_a_port_says_whose_default_counts():
    assert "uvicorn's own default" in one_use("import uvicorn\nuvicorn.run(app)").reason


@pytest.mark.parametrize(
    ("socket", "names", "known", "role"),
    [
        ("PUB", ("health_pub_socket",), None, "pub"),
        ("REP", ("health_socket",), None, "health"),
        ("PUB", ("METRICS_PORT",), None, "metrics"),
        ("", ("health_server",), "http", "health"),
        ("", ("web_port",), None, "http"),
        ("", ("pub_port",), None, "pub"),
        ("REP", ("pub_port",), None, "main"),
    ],
)
def test_roles(socket, names, known, role):
    assert words.role_of(socket, names, known) == role


def test_the_scan_is_small_and_picklable():
    found = scan(source("import zmq\nPORT = 5601\nzmq.Context().socket(zmq.REP).bind(f'tcp://*:{PORT}')\n"))
    assert pickle.loads(pickle.dumps(found)) == found
    assert len(pickle.dumps(found)) < 2000


def test_an_empty_file_says_nothing():
    assert scan(source("")) is None


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["port"] * 900),
        "x = 'port'" + ".replace('port', 'a')" * 150,
        "if port:\n    pass\n" + "elif port:\n    pass\n" * 900,
        "port = port\nport = port + 1\nsocket.bind(f'tcp://*:{port}')",
        "def port(): return port()\nsocket.bind(('', port()))",
        "class A(A): port = 1\nclass B(C): pass\nclass C(B): pass",
        "from a import *\nfrom a import port as port\nsocket.bind(('', port))",
        "def f(port): f(port); f(port + 1); f(f(port)); socket.bind(('', port)); return f(port)",
    ],
)
def test_odd_code_is_no_trouble(text):
    assert topology({"a.py": "import socket\n" + text + "\n"}).services == ()


def test_many_assignments_to_one_name_cost_little():
    text = "import zmq\ndef f(port):\n" + "    port = g(port)\n    if port:\n        port = port + 1\n" * 400
    text += "    zmq.Context().socket(zmq.REP).bind(f'tcp://*:{port}')\n"
    assert one_use(text).ports == ()
